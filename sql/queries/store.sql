-- name: lock_store
-- One store at a time: merging is short, and two that merge the same event would not see each other's mentions.
SELECT lock FROM tocsin.locks WHERE lock = 'store' FOR UPDATE;

-- name: claim_without_key
-- Accepted candidates that came without an event key (coded by an older version), locked, oldest first.
SELECT *
FROM tocsin.candidates
WHERE verdict = 'accepted' AND stored_at IS NULL AND event_key IS NULL
ORDER BY id
LIMIT %(limit)s
FOR UPDATE SKIP LOCKED;

-- name: save_event_keys
-- Gives candidates their event keys: array of {id, event_key}. Returns nothing.
UPDATE tocsin.candidates AS candidate
SET event_key = given.event_key
FROM jsonb_to_recordset(%(keys)s::jsonb) AS given (id bigint, event_key text)
WHERE candidate.id = given.id;

-- name: make_staging
-- Makes the staging tables of one batch; they go with the transaction. Returns nothing.
CREATE TEMPORARY TABLE staged_candidates (
    id bigint, event_date date, event_key text, article_id bigint, confidence double precision,
    trigger_start integer, candidate_key text, published_at timestamptz, url text, source text, event integer
) ON COMMIT DROP;
CREATE TEMPORARY TABLE staged_mentions (
    candidate_id bigint, event integer, article_id bigint,
    trigger_start integer, trigger_end integer, trigger_text text, published_at timestamptz, source text
) ON COMMIT DROP;
CREATE TEMPORARY TABLE staged_events (
    event integer, event_date date, event_key text, event_id bigint, is_busy boolean
) ON COMMIT DROP;
CREATE TEMPORARY TABLE staged_values (
    event integer, event_date date, event_key text, event_id bigint, is_new boolean, candidate_id bigint,
    is_surer boolean, mention_count integer, article_count integer, source_count integer, first_reported_at timestamptz
) ON COMMIT DROP;

-- name: analyze_staged_candidates
-- Tells the planner how many candidates are staged: it joins by hash then, not row by row. Returns nothing.
ANALYZE staged_candidates;

-- name: analyze_staged_events
-- The same for the events and mentions that are staged. Returns nothing.
ANALYZE staged_events, staged_mentions;

-- name: analyze_staged_values
-- The same for what the events will be. Returns nothing.
ANALYZE staged_values;

-- name: stage_candidates
-- Stages accepted candidates behind an id, oldest first, and locks them. How many, and the last one's id.
-- Those of one event bear one number on the stage (`event`), since a short one is joined and sorted faster than the key.
WITH claimed AS (
    SELECT id, event_date, event_key, article_id, confidence, trigger_start, candidate_key
    FROM tocsin.candidates
    WHERE verdict = 'accepted' AND stored_at IS NULL AND withdrawn_at IS NULL AND event_key IS NOT NULL AND id > %(after_id)s
    ORDER BY id
    LIMIT %(limit)s
    FOR UPDATE SKIP LOCKED
), staged AS (
    INSERT INTO staged_candidates
    SELECT claimed.*, article.published_at, article.url, CASE WHEN article.copy_of IS NULL THEN article.source END,
           dense_rank() OVER (ORDER BY claimed.event_date, claimed.event_key)
    FROM claimed
    JOIN tocsin.articles AS article ON article.id = claimed.article_id
    RETURNING id
)
SELECT count(*) AS candidate_count, max(id) AS last_id FROM staged;

-- name: refuse_next_candidate
-- Refuses the oldest accepted candidate behind an id, which Postgres would not take as an event. Its id and sentence.
UPDATE tocsin.candidates
SET verdict = 'quarantined', judged_at = now()
WHERE id = (
    SELECT id
    FROM tocsin.candidates
    WHERE verdict = 'accepted' AND stored_at IS NULL AND withdrawn_at IS NULL AND event_key IS NOT NULL AND id > %(after_id)s
    ORDER BY id
    LIMIT 1
    FOR UPDATE SKIP LOCKED
)
RETURNING id, sentence;

-- name: stage_events
-- Stages the events that the staged candidates tell, and locks those that are there already. Returns nothing.
-- One that another session holds is marked: its candidates wait for the next time, and nobody waits for the other.
WITH touched AS MATERIALIZED (
    SELECT event, min(event_date) AS event_date, min(event_key) AS event_key FROM staged_candidates GROUP BY event
), known AS MATERIALIZED (
    SELECT touched.event, event.event_date, event.id
    FROM touched
    JOIN tocsin.events AS event ON event.event_date = touched.event_date AND event.event_key = touched.event_key
), held AS (
    SELECT known.event
    FROM known
    JOIN tocsin.events AS event ON event.event_date = known.event_date AND event.id = known.id
    FOR NO KEY UPDATE OF event SKIP LOCKED
)
INSERT INTO staged_events (event, event_date, event_key, event_id, is_busy)
SELECT touched.event, touched.event_date, touched.event_key, known.id, known.id IS NOT NULL AND held.event IS NULL
FROM touched
LEFT JOIN known ON known.event = touched.event
LEFT JOIN held ON held.event = touched.event;

-- name: leave_busy_events
-- Takes the candidates of events that another session holds off the stage. Their number is how many rows it touched.
WITH busy AS (
    DELETE FROM staged_events WHERE is_busy RETURNING event
)
DELETE FROM staged_candidates AS candidate
USING busy
WHERE candidate.event = busy.event;

-- name: stage_mentions
-- Stages the triggers that tell the events, the candidate's own and its further ones, none twice. Returns nothing.
INSERT INTO staged_mentions
SELECT DISTINCT ON (staged.id, trigger.first)
       staged.id, staged.event, staged.article_id,
       trigger.first, trigger.past, trigger.words, staged.published_at, staged.source
FROM staged_candidates AS staged
JOIN tocsin.candidates AS candidate ON candidate.id = staged.id
CROSS JOIN LATERAL (
    SELECT candidate.trigger_start AS first, candidate.trigger_end AS past, candidate.trigger_text AS words, 0 AS rank
    UNION ALL
    SELECT (further.span ->> 0)::integer, (further.span ->> 1)::integer, further.span ->> 2, further.rank
    FROM jsonb_array_elements(candidate.mentions) WITH ORDINALITY AS further (span, rank)
) AS trigger
ORDER BY staged.id, trigger.first, trigger.rank;

-- name: stage_values
-- Stages what each event will be: its surest telling, whether that is surer than the one it has, and its numbers.
-- An event takes its values from its surest telling; ties go to the earlier, then the smaller URL, then the earlier
-- trigger, so that the order in which articles arrive makes no difference. Returns nothing.
WITH surest AS (
    SELECT DISTINCT ON (event) *
    FROM staged_candidates
    ORDER BY event, confidence DESC, published_at, url, trigger_start, candidate_key
), standing AS (
    SELECT staged.event, telling.confidence, telling.published_at, telling.url, telling.trigger_start,
           coalesce(candidate.candidate_key, '') AS candidate_key
    FROM staged_events AS staged
    JOIN tocsin.surest_tellings AS telling
        ON telling.event_date = staged.event_date AND telling.event_id = staged.event_id
    LEFT JOIN tocsin.candidates AS candidate ON candidate.id = telling.candidate_id
    WHERE staged.event_id IS NOT NULL
), telling AS (
    SELECT event, article_id, source, published_at
    FROM staged_mentions
    UNION ALL
    SELECT staged.event, mention.article_id, CASE WHEN article.copy_of IS NULL THEN article.source END,
           article.published_at
    FROM staged_events AS staged
    JOIN tocsin.mentions AS mention ON mention.event_id = staged.event_id AND mention.withdrawn_at IS NULL
    JOIN tocsin.articles AS article ON article.id = mention.article_id
    WHERE staged.event_id IS NOT NULL
      AND NOT EXISTS (SELECT FROM staged_candidates WHERE staged_candidates.id = mention.candidate_id)
), tally AS (
    SELECT event,
           count(*) AS mention_count,
           count(DISTINCT article_id) AS article_count,
           greatest(count(DISTINCT source), 1) AS source_count,
           min(published_at) AS first_reported_at
    FROM telling
    GROUP BY event
)
INSERT INTO staged_values
SELECT staged.event, staged.event_date, staged.event_key, staged.event_id, staged.event_id IS NULL, surest.id,
       coalesce((-surest.confidence, surest.published_at, surest.url, surest.trigger_start, surest.candidate_key)
                < (-standing.confidence, standing.published_at, standing.url, standing.trigger_start,
                   standing.candidate_key), true),
       tally.mention_count, tally.article_count, tally.source_count, tally.first_reported_at
FROM staged_events AS staged
JOIN surest ON surest.event = staged.event
JOIN tally ON tally.event = staged.event
LEFT JOIN standing ON standing.event = staged.event;

-- name: insert_events
-- Inserts the staged events that are new and writes their ids to the stage. How many is the rows it touched.
-- Store's lock lets no other insert between; should one all the same, the key refuses it and the batch is tried again.
WITH made AS (
    INSERT INTO tocsin.events (
        event_key, event_date, date_precision, event_type, mode, contexts, status,
        actor_name, actor_country, actor_sector, recipient_name, recipient_country, recipient_sector, speaker_name,
        place_name, place_country, place_admin1, place_latitude, place_longitude, place_resolution, geonames_id,
        counts, quad_class, score, cameo, confidence, is_background, is_lead, codebook,
        mention_count, article_count, source_count, first_reported_at, candidate_id, trigger_start
    )
    SELECT told.event_key, told.event_date, told.date_precision, told.event_type, told.mode, told.contexts,
           told.status, told.actor_name, told.actor_country, told.actor_sector,
           told.recipient_name, told.recipient_country, told.recipient_sector, told.speaker_name,
           told.place_name, told.place_country, told.place_admin1, told.place_latitude, told.place_longitude,
           told.place_resolution, told.geonames_id,
           told.counts, told.quad_class, told.score, told.cameo, told.confidence, told.is_background, told.is_lead,
           told.codebook,
           staged.mention_count, staged.article_count, staged.source_count, staged.first_reported_at,
           told.id, told.trigger_start
    FROM staged_values AS staged
    JOIN tocsin.candidates AS told ON told.id = staged.candidate_id
    WHERE staged.is_new
    ORDER BY told.event_date, told.event_key
    RETURNING event_date, event_key, id
)
UPDATE staged_values AS staged
SET event_id = made.id
FROM made
WHERE staged.event_date = made.event_date AND staged.event_key = made.event_key;

-- name: revise_events
-- Gives known events the values of a telling that is surer than theirs. How many is the rows it touched.
UPDATE tocsin.events AS event
SET mode = told.mode,
    contexts = told.contexts,
    actor_name = told.actor_name,
    recipient_name = told.recipient_name,
    speaker_name = told.speaker_name,
    place_name = told.place_name,
    place_admin1 = told.place_admin1,
    place_latitude = told.place_latitude,
    place_longitude = told.place_longitude,
    place_resolution = told.place_resolution,
    geonames_id = told.geonames_id,
    counts = told.counts,
    score = told.score,
    cameo = told.cameo,
    confidence = told.confidence,
    is_background = told.is_background,
    is_lead = told.is_lead,
    codebook = told.codebook,
    candidate_id = told.id,
    trigger_start = told.trigger_start,
    mention_count = staged.mention_count,
    article_count = staged.article_count,
    source_count = staged.source_count,
    first_reported_at = staged.first_reported_at,
    revised_at = now(),
    revision = event.revision + 1
FROM staged_values AS staged
JOIN tocsin.candidates AS told ON told.id = staged.candidate_id
WHERE staged.is_surer AND NOT staged.is_new
  AND event.event_date = staged.event_date AND event.id = staged.event_id;

-- name: recount_events
-- Brings the numbers of known events up to date. How many is the rows it touched.
UPDATE tocsin.events AS event
SET mention_count = staged.mention_count,
    article_count = staged.article_count,
    source_count = staged.source_count,
    first_reported_at = staged.first_reported_at,
    revised_at = now(),
    revision = event.revision + 1
FROM staged_values AS staged
WHERE NOT staged.is_new
  AND event.event_date = staged.event_date AND event.id = staged.event_id
  AND (event.mention_count, event.article_count, event.source_count, event.first_reported_at)
      IS DISTINCT FROM
      (staged.mention_count, staged.article_count, staged.source_count, staged.first_reported_at);

-- name: insert_mentions
-- Inserts the staged mentions with their sentence. How many were new is the rows it touched.
INSERT INTO tocsin.mentions (
    event_date, event_id, candidate_id, article_id, trigger_start, trigger_end, trigger_text,
    sentence, sentence_start, confidence
)
SELECT event.event_date, event.event_id, staged.candidate_id, staged.article_id,
       staged.trigger_start, staged.trigger_end, staged.trigger_text,
       candidate.sentence, candidate.sentence_start, candidate.confidence
FROM staged_mentions AS staged
JOIN staged_values AS event ON event.event = staged.event
JOIN tocsin.candidates AS candidate ON candidate.id = staged.candidate_id
ORDER BY staged.candidate_id, staged.trigger_start
ON CONFLICT (candidate_id, trigger_start) DO NOTHING;

-- name: insert_pending_alerts
-- Owes the rules a look at each staged event, in the event's own transaction. Returns nothing.
INSERT INTO tocsin.pending_alerts (event_date, event_id)
SELECT event_date, event_id FROM staged_values ORDER BY event_date, event_id
ON CONFLICT (event_date, event_id) DO NOTHING;

-- name: mark_stored
-- Takes the staged candidates off the list. Returns nothing.
UPDATE tocsin.candidates AS candidate
SET stored_at = now()
FROM staged_candidates AS staged
WHERE candidate.id = staged.id;
