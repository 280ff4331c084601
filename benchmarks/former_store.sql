-- name: former_claim_accepted
-- Accepted candidates not yet merged, locked until the transaction ends, oldest first.
SELECT *
FROM tocsin.candidates
WHERE verdict = 'accepted' AND stored_at IS NULL
ORDER BY id
LIMIT %(limit)s
FOR UPDATE SKIP LOCKED;

-- name: former_stage_mentions
-- Makes the staging table that COPY fills; it goes with the transaction. Returns nothing.
CREATE TEMPORARY TABLE staged_mentions (
    event_key text, event_date date, candidate_id bigint, article_id bigint,
    trigger_start integer, trigger_end integer, trigger_text text
) ON COMMIT DROP;

-- name: former_ensure_months
-- Makes the partitions that the staged mentions need. Returns one empty row a month.
SELECT tocsin.ensure_event_month(month)
FROM (SELECT DISTINCT date_trunc('month', event_date)::date AS month FROM staged_mentions) AS months;

-- name: former_mark_stored
-- Gives the staged candidates their event key and takes them off the list. Returns nothing.
UPDATE tocsin.candidates AS candidate
SET event_key = staged.event_key, stored_at = now()
FROM (SELECT DISTINCT candidate_id, event_key FROM staged_mentions) AS staged
WHERE candidate.id = staged.candidate_id;

-- name: former_upsert_events
-- Id, date and key of each staged event that is new or has changed.
-- An event takes its values from its surest telling; ties go to the earlier, then the smaller URL, so that
-- the order in which articles arrive makes no difference.
WITH touched AS (
    SELECT DISTINCT event_key, event_date FROM staged_mentions
), telling AS (
    SELECT candidate.*, article.published_at, article.url, article.source
    FROM tocsin.candidates AS candidate
    JOIN touched ON touched.event_key = candidate.event_key
    JOIN tocsin.articles AS article ON article.id = candidate.article_id
    WHERE candidate.verdict = 'accepted' AND candidate.stored_at IS NOT NULL
), best AS (
    SELECT DISTINCT ON (event_key) *
    FROM telling
    ORDER BY event_key, confidence DESC, published_at, url, trigger_start, candidate_key
), tally AS (
    SELECT event_key,
           sum(1 + jsonb_array_length(mentions)) AS mention_count,
           count(DISTINCT article_id) AS article_count,
           count(DISTINCT source) AS source_count,
           min(published_at) AS first_reported_at
    FROM telling
    GROUP BY event_key
)
INSERT INTO tocsin.events AS event (
    event_key, event_date, date_precision, event_type, mode, contexts, status,
    actor_name, actor_country, actor_sector, recipient_name, recipient_country, recipient_sector, speaker_name,
    place_name, place_country, place_admin1, place_latitude, place_longitude, place_resolution, geonames_id,
    counts, quad_class, score, cameo, confidence, codebook,
    mention_count, article_count, source_count, first_reported_at
)
SELECT best.event_key, best.event_date, best.date_precision, best.event_type, best.mode, best.contexts, best.status,
       best.actor_name, best.actor_country, best.actor_sector,
       best.recipient_name, best.recipient_country, best.recipient_sector, best.speaker_name,
       best.place_name, best.place_country, best.place_admin1, best.place_latitude, best.place_longitude,
       best.place_resolution, best.geonames_id,
       best.counts, best.quad_class, best.score, best.cameo, best.confidence, best.codebook,
       tally.mention_count, tally.article_count, tally.source_count, tally.first_reported_at
FROM best
JOIN tally USING (event_key)
ORDER BY best.event_key
ON CONFLICT (event_date, event_key) DO UPDATE
SET mode = excluded.mode,
    contexts = excluded.contexts,
    actor_name = excluded.actor_name,
    recipient_name = excluded.recipient_name,
    speaker_name = excluded.speaker_name,
    place_name = excluded.place_name,
    place_admin1 = excluded.place_admin1,
    place_latitude = excluded.place_latitude,
    place_longitude = excluded.place_longitude,
    place_resolution = excluded.place_resolution,
    geonames_id = excluded.geonames_id,
    counts = excluded.counts,
    score = excluded.score,
    cameo = excluded.cameo,
    confidence = excluded.confidence,
    codebook = excluded.codebook,
    mention_count = excluded.mention_count,
    article_count = excluded.article_count,
    source_count = excluded.source_count,
    first_reported_at = excluded.first_reported_at,
    revised_at = now(),
    revision = event.revision + 1
WHERE (event.mention_count, event.article_count, event.source_count, event.confidence, event.codebook,
       event.first_reported_at, event.counts, event.mode)
      IS DISTINCT FROM
      (excluded.mention_count, excluded.article_count, excluded.source_count, excluded.confidence,
       excluded.codebook, excluded.first_reported_at, excluded.counts, excluded.mode)
RETURNING id, event_date, event_key, revision;

-- name: former_insert_mentions
-- Ids of the mentions that were new.
INSERT INTO tocsin.mentions (
    event_date, event_id, event_key, candidate_id, article_id, trigger_start, trigger_end, trigger_text
)
SELECT event.event_date, event.id, staged.event_key, staged.candidate_id, staged.article_id,
       staged.trigger_start, staged.trigger_end, staged.trigger_text
FROM staged_mentions AS staged
JOIN tocsin.events AS event ON event.event_date = staged.event_date AND event.event_key = staged.event_key
ON CONFLICT (event_key, candidate_id, trigger_start) DO NOTHING
RETURNING id;

-- name: former_insert_pending_alerts
-- Owes the rules a look at each staged event, in the event's own transaction. Returns nothing.
INSERT INTO tocsin.pending_alerts (event_date, event_id)
SELECT DISTINCT event.event_date, event.id
FROM staged_mentions AS staged
JOIN tocsin.events AS event ON event.event_date = staged.event_date AND event.event_key = staged.event_key
ORDER BY event.event_date, event.id
ON CONFLICT (event_date, event_id) DO NOTHING;
