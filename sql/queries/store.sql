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
-- Gives candidates their event keys and handles: array of {id, event_key, handles}. Returns nothing.
UPDATE tocsin.candidates AS candidate
SET event_key = given.event_key, handles = given.handles
FROM jsonb_to_recordset(%(keys)s::jsonb) AS given (id bigint, event_key text, handles bigint[])
WHERE candidate.id = given.id;

-- name: claim_without_handles
-- Wordings of before there were handles, oldest first.
SELECT * FROM tocsin.event_wordings WHERE handles IS NULL ORDER BY id LIMIT %(limit)s FOR UPDATE SKIP LOCKED;

-- name: save_handles
-- Gives wordings their handles: array of {id, handles}. Returns nothing.
WITH given AS (
    UPDATE tocsin.event_wordings AS wording
    SET handles = given.handles
    FROM jsonb_to_recordset(%(wordings)s::jsonb) AS given (id bigint, handles bigint[])
    WHERE wording.id = given.id
    RETURNING wording.*
)
INSERT INTO tocsin.wording_handles (handle, event_date, wording_id, is_dated, land, latitude, longitude)
SELECT unnest(handles), event_date, id, is_dated, place_country,
       CASE WHEN place_resolution = 'point' THEN place_latitude END,
       CASE WHEN place_resolution = 'point' THEN place_longitude END
FROM given;

-- name: make_staging
-- Makes the staging tables of one batch; they go with the transaction. Returns nothing.
-- What a batch sorts fits into memory, its statements are done before they would be compiled, and it looks at the
-- candidates that it is about: what came lately lies in memory.
SET LOCAL work_mem = '64MB';
SET LOCAL jit = off;
SET LOCAL random_page_cost = 1.1;
CREATE TEMPORARY TABLE staged_candidates (
    id bigint, event_date date, event_key text, article_id bigint, confidence double precision,
    trigger_start integer, candidate_key text, published_at timestamptz, url text, source text, event integer
) ON COMMIT DROP;
CREATE TEMPORARY TABLE staged_mentions (
    candidate_id bigint, event integer, article_id bigint,
    trigger_start integer, trigger_end integer, trigger_text text, published_at timestamptz, source text
) ON COMMIT DROP;
CREATE TEMPORARY TABLE staged_wordings (
    event integer, event_key text, wording_id bigint, event_id bigint, own_id bigint, is_busy boolean
) ON COMMIT DROP;
CREATE TEMPORARY TABLE staged_events (
    event_id bigint, event_date date, is_new boolean, reason text, before jsonb
) ON COMMIT DROP;
CREATE TEMPORARY TABLE staged_values (
    event_id bigint, event_date date, new_date date, is_new boolean, reason text, before jsonb, event_key text,
    candidate_id bigint,
    counts jsonb, mention_count integer, article_count integer, source_count integer, first_reported_at timestamptz
) ON COMMIT DROP;

-- name: analyze_staged_candidates
-- Tells the planner how many candidates are staged: it joins by hash then, not row by row. Returns nothing.
ANALYZE staged_candidates;

-- name: analyze_staged_wordings
-- The same for the wordings that are staged. Returns nothing.
ANALYZE staged_wordings;

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

-- name: stage_wordings
-- Stages the wordings of the staged candidates, and locks the events that those known tell. Returns nothing.
-- One whose event another session holds is marked: its candidates wait for the next time, and nobody waits for the other.
WITH touched AS MATERIALIZED (
    SELECT event, min(event_date) AS event_date, min(event_key) AS event_key FROM staged_candidates GROUP BY event
), known AS MATERIALIZED (
    SELECT touched.event, wording.id, wording.event_id
    FROM touched
    JOIN tocsin.event_wordings AS wording
        ON wording.event_date = touched.event_date AND wording.event_key = touched.event_key
), held AS (
    SELECT event.id
    FROM (SELECT DISTINCT event_id FROM known) AS known
    JOIN tocsin.events AS event ON event.id = known.event_id
    FOR NO KEY UPDATE OF event SKIP LOCKED
)
INSERT INTO staged_wordings (event, event_key, wording_id, event_id, is_busy)
SELECT touched.event, touched.event_key, known.id, known.event_id, known.id IS NOT NULL AND held.id IS NULL
FROM touched
LEFT JOIN known ON known.event = touched.event
LEFT JOIN held ON held.id = known.event_id;

-- name: leave_busy_events
-- Takes the candidates of events that another session holds off the stage. Their number is how many rows it touched.
WITH busy AS (
    DELETE FROM staged_wordings WHERE is_busy RETURNING event
)
DELETE FROM staged_candidates AS candidate
USING busy
WHERE candidate.event = busy.event;

-- name: insert_wordings
-- Makes the wordings that are new, each with an event of its own, and what they are found by. How many.
WITH sample AS MATERIALIZED (
    SELECT told.event, min(told.id) AS candidate_id
    FROM staged_wordings AS staged
    JOIN staged_candidates AS told ON told.event = staged.event
    WHERE staged.wording_id IS NULL
    GROUP BY told.event
), made AS (
    INSERT INTO tocsin.event_wordings (
        event_key, event_id, event_date, date_precision, is_dated, event_type, status,
        actor_name, actor_country, actor_sector, recipient_name, recipient_country, recipient_sector,
        place_name, place_country, place_admin1, place_latitude, place_longitude, place_resolution, geonames_id, handles
    )
    SELECT event_key, nextval('tocsin.event_id'), event_date, date_precision, date_start IS NOT NULL,
           event_type, status, actor_name, actor_country, actor_sector,
           recipient_name, recipient_country, recipient_sector,
           place_name, place_country, place_admin1, place_latitude, place_longitude, place_resolution, geonames_id,
           handles
    FROM sample
    JOIN tocsin.candidates AS candidate ON candidate.id = sample.candidate_id
    ORDER BY sample.event
    RETURNING id, event_key, event_id, event_date, is_dated, place_country, place_resolution, place_latitude,
              place_longitude, handles
), found_by AS (
    INSERT INTO tocsin.wording_handles (handle, event_date, wording_id, is_dated, land, latitude, longitude)
    SELECT unnest(handles), event_date, id, is_dated, place_country,
           CASE WHEN place_resolution = 'point' THEN place_latitude END,
           CASE WHEN place_resolution = 'point' THEN place_longitude END
    FROM made
)
UPDATE staged_wordings AS staged
SET wording_id = made.id, event_id = made.event_id, own_id = made.event_id
FROM made
WHERE staged.event_key = made.event_key;

-- name: told_wordings
-- The wordings of the stage, each with the event that was made for it, or null where it was known.
SELECT wording_id, own_id AS event_id FROM staged_wordings;

-- name: wordings_told_again
-- All wordings of events that the stage tells in a wording that was known, where they have several: an article more may tell
-- two of them apart.
SELECT sibling.id
FROM (SELECT DISTINCT event_id FROM staged_wordings WHERE own_id IS NULL) AS known
JOIN tocsin.event_wordings AS sibling ON sibling.event_id = known.event_id
WHERE EXISTS (
    SELECT FROM tocsin.event_wordings AS other WHERE other.event_id = known.event_id AND other.id <> sibling.id
);

-- name: next_event_ids
-- Ids for so many further events.
SELECT nextval('tocsin.event_id') AS event_id FROM generate_series(1, %(count)s);

-- name: partners_of
-- Pairs of these wordings with others that share a handle with them, on a day that does not contradict theirs, and are not
-- plainly elsewhere. Two days that the texts say are one; a day of print is the one said or up to some (`late`) days later;
-- two days of print are few (`apart`) days apart. One with a town looks into its cell of the map, those around it, and the
-- one (0) of those without a town. OFFSET 0 has the index asked for each, whatever the planner takes the table for.
WITH mine AS (
    SELECT wording.id, wording.handles, wording.place_country AS land, town.latitude, town.longitude,
           CASE WHEN town.cell IS NOT NULL THEN ARRAY[
               town.cell - 1001, town.cell - 1000, town.cell - 999, town.cell - 1, town.cell, town.cell + 1,
               town.cell + 999, town.cell + 1000, town.cell + 1001, 0
           ] END AS cells,
           wording.event_date - CASE WHEN wording.is_dated THEN 0 ELSE %(late)s::integer END AS said_from,
           wording.event_date AS said_to,
           wording.event_date - CASE WHEN wording.is_dated THEN 0 ELSE %(apart)s::integer END AS print_from,
           wording.event_date + CASE WHEN wording.is_dated THEN %(late)s::integer ELSE %(apart)s::integer END AS print_to
    FROM unnest(%(wording_ids)s::bigint[]) AS asked (id)
    JOIN tocsin.event_wordings AS wording ON wording.id = asked.id
    LEFT JOIN LATERAL (
        SELECT wording.place_latitude::real AS latitude, wording.place_longitude::real AS longitude,
               tocsin.cell_of(wording.place_latitude::real, wording.place_longitude::real) AS cell
        WHERE wording.place_resolution = 'point'
    ) AS town ON true
), sought AS MATERIALIZED (
    SELECT mine.*, fortnight
    FROM mine
    CROSS JOIN LATERAL generate_series(
        tocsin.fortnight_of(least(said_from, print_from)), tocsin.fortnight_of(greatest(said_to, print_to))
    ) AS fortnight
    ORDER BY fortnight, handles
)
SELECT sought.id AS wording_id, other.wording_id AS other_id
FROM sought
CROSS JOIN LATERAL (
    SELECT handle.wording_id
    FROM tocsin.wording_handles AS handle
    WHERE tocsin.fortnight_of(handle.event_date) = sought.fortnight AND handle.handle = ANY(sought.handles)
      AND handle.event_date BETWEEN least(said_from, print_from) AND greatest(said_to, print_to)
      AND handle.cell = ANY(sought.cells)
      AND handle.event_date BETWEEN CASE WHEN handle.is_dated THEN said_from ELSE print_from END
                                AND CASE WHEN handle.is_dated THEN said_to ELSE print_to END
      AND (handle.land = sought.land OR handle.land IS NULL OR sought.land IS NULL)
      AND (handle.latitude IS NULL
           OR abs(handle.latitude - sought.latitude) < 0.5 AND abs(handle.longitude - sought.longitude) < 1.5)
    OFFSET 0
) AS other
WHERE sought.cells IS NOT NULL AND other.wording_id <> sought.id
UNION
SELECT sought.id, other.wording_id
FROM sought
CROSS JOIN LATERAL (
    SELECT handle.wording_id
    FROM tocsin.wording_handles AS handle
    WHERE tocsin.fortnight_of(handle.event_date) = sought.fortnight AND handle.handle = ANY(sought.handles)
      AND handle.event_date BETWEEN least(said_from, print_from) AND greatest(said_to, print_to)
      AND handle.event_date BETWEEN CASE WHEN handle.is_dated THEN said_from ELSE print_from END
                                AND CASE WHEN handle.is_dated THEN said_to ELSE print_to END
      AND (handle.land = sought.land OR handle.land IS NULL OR sought.land IS NULL)
    OFFSET 0
) AS other
WHERE sought.cells IS NULL AND other.wording_id <> sought.id;

-- name: alike_articles
-- Articles that are alike to those which tell these wordings: the wording, and the article, some twice. A copy is alike to what
-- its original is. Those of the stage are told, too; what the stage made has no mentions yet.
WITH mine AS MATERIALIZED (
    SELECT wording.id, mention.article_id
    FROM unnest(%(wording_ids)s::bigint[]) AS asked (id)
    JOIN tocsin.event_wordings AS wording ON wording.id = asked.id
    JOIN tocsin.mentions AS mention
        ON mention.event_id = wording.event_id AND mention.wording_id = wording.id AND mention.withdrawn_at IS NULL
    WHERE NOT EXISTS (SELECT FROM staged_wordings AS made WHERE made.wording_id = wording.id AND made.own_id IS NOT NULL)
    UNION
    SELECT staged.wording_id, told.article_id
    FROM unnest(%(wording_ids)s::bigint[]) AS asked (id)
    JOIN staged_wordings AS staged ON staged.wording_id = asked.id
    JOIN staged_candidates AS told ON told.event = staged.event
), alike AS MATERIALIZED (
    SELECT mine.id, link.other_id AS original_id
    FROM mine
    JOIN tocsin.articles AS article ON article.id = mine.article_id
    JOIN tocsin.article_links AS link ON link.article_id = coalesce(article.copy_of, article.id)
)
SELECT id AS wording_id, original_id AS article_id FROM alike
UNION ALL
SELECT alike.id, article.id FROM alike JOIN tocsin.articles AS article ON article.copy_of = alike.original_id;

-- name: retold_by
-- Pairs of wordings with others of their type and status, within some days, which these articles tell: a list of wordings, and
-- beside it one of articles. Those that the stage tells are told, too. The lists come from outside, so that Postgres knows how long
-- they are: in one statement with the above it takes them for millions where it has counted no table yet.
WITH teller AS MATERIALIZED (
    SELECT * FROM unnest(%(wording_ids)s::bigint[], %(article_ids)s::bigint[]) AS alike (id, article_id)
), told AS MATERIALIZED (
    SELECT teller.id, mention.wording_id AS other_id
    FROM teller
    JOIN tocsin.mentions AS mention ON mention.article_id = teller.article_id AND mention.withdrawn_at IS NULL
    UNION
    SELECT teller.id, staged.wording_id
    FROM teller
    JOIN staged_candidates AS candidate ON candidate.article_id = teller.article_id
    JOIN staged_wordings AS staged ON staged.event = candidate.event
), own AS MATERIALIZED (
    -- Side by side the two look to Postgres like one join by type, of all wordings with all.
    SELECT told.id, told.other_id, wording.event_type, wording.status, wording.event_date
    FROM told
    JOIN tocsin.event_wordings AS wording ON wording.id = told.id
)
SELECT own.id AS wording_id, own.other_id
FROM own
JOIN tocsin.event_wordings AS other ON other.id = own.other_id
WHERE other.id <> own.id AND other.event_type = own.event_type AND other.status = own.status
  AND other.event_date BETWEEN own.event_date - %(days)s::integer AND own.event_date + %(days)s::integer;

-- name: tellings_of
-- Who tells these wordings, those of the stage included: the wording, the article (a copy's original), a sentence, and the
-- ids of the articles that are alike, with how alike each is.
WITH told AS (
    SELECT wording.id AS wording_id, mention.article_id, mention.sentence
    FROM tocsin.event_wordings AS wording
    JOIN tocsin.mentions AS mention
        ON mention.event_id = wording.event_id AND mention.wording_id = wording.id AND mention.withdrawn_at IS NULL
    WHERE wording.id = ANY(%(wording_ids)s::bigint[])
    UNION
    SELECT staged.wording_id, told.article_id, candidate.sentence
    FROM staged_wordings AS staged
    JOIN staged_candidates AS told ON told.event = staged.event
    JOIN tocsin.candidates AS candidate ON candidate.id = told.id
    WHERE staged.wording_id = ANY(%(wording_ids)s::bigint[])
)
SELECT DISTINCT told.wording_id, coalesce(article.copy_of, article.id) AS article_id, told.sentence,
       kin.ids AS kin_ids, kin.likenesses
FROM told
JOIN tocsin.articles AS article ON article.id = told.article_id
CROSS JOIN LATERAL (
    SELECT coalesce(array_agg(link.other_id ORDER BY link.other_id), '{}') AS ids,
           coalesce(array_agg(link.likeness ORDER BY link.other_id), '{}') AS likenesses
    FROM tocsin.article_links AS link
    WHERE link.article_id = coalesce(article.copy_of, article.id)
) AS kin;

-- name: wordings_of
-- Wordings by their ids, without what they are found by.
SELECT id, event_key, event_id, event_date, date_precision, is_dated, event_type, status,
       actor_name, actor_country, actor_sector, recipient_name, recipient_country, recipient_sector,
       place_name, place_country, place_admin1, place_latitude, place_longitude, place_resolution, geonames_id
FROM tocsin.event_wordings
WHERE id = ANY(%(wording_ids)s::bigint[]);

-- name: hold_events
-- Locks events of these ids. Those that another session holds are missing.
SELECT id FROM tocsin.events WHERE id = ANY(%(event_ids)s::bigint[]) FOR NO KEY UPDATE SKIP LOCKED;

-- name: owe_merge
-- Has store look at events anew: ids, and why. Returns nothing.
INSERT INTO tocsin.pending_merges (event_id, reason)
SELECT unnest(%(event_ids)s::bigint[]), %(reason)s
ON CONFLICT (event_id) DO NOTHING;

-- name: move_wordings
-- Lets wordings tell other events, with their mentions: array of {wording_id, former_id, event_id}. Returns nothing.
WITH given AS (
    SELECT *
    FROM jsonb_to_recordset(%(moves)s::jsonb) AS given (wording_id bigint, former_id bigint, event_id bigint)
), moved AS (
    UPDATE tocsin.event_wordings AS wording
    SET event_id = given.event_id
    FROM given
    WHERE wording.id = given.wording_id
), staged AS (
    UPDATE staged_wordings AS staged
    SET event_id = given.event_id
    FROM given
    WHERE staged.wording_id = given.wording_id
)
UPDATE tocsin.mentions AS mention
SET event_id = given.event_id
FROM given
WHERE mention.event_id = given.former_id AND mention.wording_id = given.wording_id;

-- name: stage_events
-- Stages the events that staged wordings tell, and further ones: array of {event_id, reason}, with what they are now.
-- Returns nothing.
WITH touched AS (
    SELECT event_id, max(reason) AS reason
    FROM (
        SELECT event_id, NULL AS reason FROM staged_wordings
        UNION ALL
        SELECT event_id, reason FROM jsonb_to_recordset(%(further)s::jsonb) AS given (event_id bigint, reason text)
    ) AS told
    GROUP BY event_id
), fresh AS (
    SELECT own_id AS event_id FROM staged_wordings WHERE own_id IS NOT NULL
    UNION
    SELECT event_id FROM jsonb_to_recordset(%(fresh)s::jsonb) AS given (event_id bigint)
)
INSERT INTO staged_events (event_id, event_date, is_new, reason, before)
SELECT event_id, NULL, true, NULL, NULL
FROM (SELECT event_id FROM touched INTERSECT SELECT event_id FROM fresh) AS new
UNION ALL
SELECT touched.event_id, event.event_date, false, touched.reason, to_jsonb(event)
FROM (SELECT event_id FROM touched EXCEPT SELECT event_id FROM fresh) AS known
JOIN touched ON touched.event_id = known.event_id
JOIN tocsin.events AS event ON event.id = known.event_id;

-- name: stage_mentions
-- Stages the triggers that tell the events, the candidate's own and its further ones, none twice. Returns nothing.
-- OFFSET 0, here and below, has each candidate asked for by its id: a table of some hundred thousand would be read whole.
INSERT INTO staged_mentions
SELECT DISTINCT ON (staged.id, trigger.first)
       staged.id, staged.event, staged.article_id,
       trigger.first, trigger.past, trigger.words, staged.published_at, staged.source
FROM staged_candidates AS staged
CROSS JOIN LATERAL (
    SELECT trigger_start, trigger_end, trigger_text, mentions FROM tocsin.candidates WHERE id = staged.id OFFSET 0
) AS candidate
CROSS JOIN LATERAL (
    SELECT candidate.trigger_start AS first, candidate.trigger_end AS past, candidate.trigger_text AS words, 0 AS rank
    UNION ALL
    SELECT (further.span ->> 0)::integer, (further.span ->> 1)::integer, further.span ->> 2, further.rank
    FROM jsonb_array_elements(candidate.mentions) WITH ORDINALITY AS further (span, rank)
) AS trigger
ORDER BY staged.id, trigger.first, trigger.rank;

-- name: stage_values
-- Stages what each event will be: the telling its values are from, its bounds and its numbers. Returns nothing.
-- The values are from the surest telling of the wording that most sources tell; ties go to one that says the day, then
-- to one that says the town, then to the surer, the earlier, the smaller URL, the earlier trigger. Bounds of a count span what
-- each source says last. So the order in which articles arrive makes no difference.
WITH mention AS (
    SELECT wording.event_id, wording.wording_id, staged.candidate_id, staged.article_id, staged.source,
           staged.published_at, staged.trigger_start
    FROM staged_mentions AS staged
    JOIN staged_wordings AS wording ON wording.event = staged.event
    UNION ALL
    SELECT mention.event_id, mention.wording_id, mention.candidate_id, mention.article_id,
           CASE WHEN article.copy_of IS NULL THEN article.source END, article.published_at, mention.trigger_start
    FROM staged_events AS staged
    JOIN tocsin.mentions AS mention ON mention.event_id = staged.event_id AND mention.withdrawn_at IS NULL
    JOIN tocsin.articles AS article ON article.id = mention.article_id
    WHERE NOT EXISTS (SELECT FROM staged_candidates WHERE staged_candidates.id = mention.candidate_id)
), tally AS (
    SELECT event_id,
           count(*) AS mention_count,
           count(DISTINCT article_id) AS article_count,
           greatest(count(DISTINCT source), 1) AS source_count,
           min(published_at) AS first_reported_at
    FROM mention
    GROUP BY event_id
), weight AS (
    SELECT event_id, wording_id, count(DISTINCT source) AS source_count FROM mention GROUP BY event_id, wording_id
), telling AS MATERIALIZED (
    SELECT mention.event_id, mention.wording_id, mention.candidate_id, mention.source, mention.published_at,
           candidate.confidence, candidate.trigger_start, candidate.candidate_key, candidate.counts,
           candidate.event_key, candidate.event_date, candidate.date_start IS NOT NULL AS is_dated,
           coalesce(candidate.place_resolution = 'point', false) AS has_town, article.url
    FROM (SELECT DISTINCT event_id, wording_id, candidate_id, article_id, source, published_at FROM mention) AS mention
    JOIN tocsin.candidates AS candidate ON candidate.id = mention.candidate_id
    JOIN tocsin.articles AS article ON article.id = mention.article_id
), contender AS (
    SELECT event_id, wording_id, candidate_id, event_date, is_dated, has_town, confidence, published_at, url,
           trigger_start, candidate_key
    FROM telling
    UNION ALL
    -- What an event has from a telling whose candidate's time is over stands until a better one comes.
    SELECT staged.event_id, mention.wording_id, NULL, staged.event_date, coalesce(wording.is_dated, false),
           coalesce(staged.before ->> 'place_resolution' = 'point', false),
           (staged.before ->> 'confidence')::double precision, article.published_at, article.url,
           mention.trigger_start, ''
    FROM staged_events AS staged
    JOIN tocsin.mentions AS mention
        ON mention.event_id = staged.event_id AND mention.withdrawn_at IS NULL
        AND mention.candidate_id = (staged.before ->> 'candidate_id')::bigint
        AND mention.trigger_start = (staged.before ->> 'trigger_start')::integer
    JOIN tocsin.articles AS article ON article.id = mention.article_id
    LEFT JOIN tocsin.event_wordings AS wording ON wording.id = mention.wording_id
    WHERE NOT EXISTS (SELECT FROM tocsin.candidates AS candidate WHERE candidate.id = mention.candidate_id)
), surest AS (
    SELECT DISTINCT ON (telling.event_id) telling.event_id, telling.candidate_id, telling.event_date
    FROM contender AS telling
    JOIN weight ON weight.event_id = telling.event_id AND weight.wording_id IS NOT DISTINCT FROM telling.wording_id
    ORDER BY telling.event_id, weight.source_count DESC, telling.is_dated DESC, telling.has_town DESC,
             telling.confidence DESC, telling.published_at, telling.url, telling.trigger_start, telling.candidate_key
), first AS (
    SELECT DISTINCT ON (event_id) event_id, event_key
    FROM telling
    ORDER BY event_id, published_at, url, trigger_start, candidate_key
), said AS (
    SELECT DISTINCT ON (telling.event_id, count.kind, coalesce(telling.source, ''))
           telling.event_id, count.kind, count.lower, count.upper, count.start, count."end", count.text
    FROM telling
    CROSS JOIN LATERAL jsonb_to_recordset(telling.counts)
        AS count (kind text, lower bigint, upper bigint, start integer, "end" integer, text text)
    WHERE telling.counts <> '[]'
    ORDER BY telling.event_id, count.kind, coalesce(telling.source, ''), telling.published_at DESC, telling.url,
             count.lower DESC NULLS LAST, count.upper DESC NULLS FIRST, telling.trigger_start, telling.candidate_key
), bound AS (
    SELECT event_id, kind, min(lower) AS lower,
           CASE WHEN bool_and(upper IS NULL) THEN NULL ELSE greatest(max(upper), max(lower)) END AS upper,
           count(*) AS telling_count
    FROM said
    GROUP BY event_id, kind
), counted AS (
    SELECT event_id,
           jsonb_agg(jsonb_build_object('kind', kind, 'lower', lower, 'upper', upper) ORDER BY kind) AS counts
    FROM bound
    GROUP BY event_id
)
INSERT INTO staged_values
SELECT staged.event_id, staged.event_date, coalesce(surest.event_date, staged.event_date), staged.is_new, staged.reason,
       staged.before, first.event_key, surest.candidate_id,
       coalesce(counted.counts, '[]'), tally.mention_count, tally.article_count, tally.source_count,
       tally.first_reported_at
FROM staged_events AS staged
LEFT JOIN tally ON tally.event_id = staged.event_id
LEFT JOIN surest ON surest.event_id = staged.event_id
LEFT JOIN first ON first.event_id = staged.event_id
LEFT JOIN counted ON counted.event_id = staged.event_id;

-- name: insert_events
-- Inserts the staged events that are new. How many is the rows it touched.
INSERT INTO tocsin.events (
    id, event_key, event_date, date_precision, event_type, mode, contexts, status,
    actor_name, actor_country, actor_sector, recipient_name, recipient_country, recipient_sector, speaker_name,
    place_name, place_country, place_admin1, place_latitude, place_longitude, place_resolution, geonames_id,
    counts, quad_class, score, cameo, confidence, is_background, is_lead, codebook,
    mention_count, article_count, source_count, first_reported_at, candidate_id, trigger_start
)
SELECT staged.event_id, staged.event_key, told.event_date, told.date_precision, told.event_type, told.mode,
       told.contexts, told.status, told.actor_name, told.actor_country, told.actor_sector,
       told.recipient_name, told.recipient_country, told.recipient_sector, told.speaker_name,
       told.place_name, told.place_country, told.place_admin1, told.place_latitude, told.place_longitude,
       told.place_resolution, told.geonames_id,
       staged.counts, told.quad_class, told.score, told.cameo, told.confidence, told.is_background, told.is_lead,
       told.codebook,
       staged.mention_count, staged.article_count, staged.source_count, staged.first_reported_at,
       told.id, told.trigger_start
FROM staged_values AS staged
CROSS JOIN LATERAL (SELECT * FROM tocsin.candidates WHERE id = staged.candidate_id OFFSET 0) AS told
WHERE staged.is_new
ORDER BY told.event_date, staged.event_id;

-- name: revise_events
-- Gives known events the values of the telling they are from now, their bounds and their numbers, where anything changed.
-- How many is the rows it touched.
UPDATE tocsin.events AS event
SET event_key = staged.event_key,
    event_date = told.event_date,
    date_precision = told.date_precision,
    mode = told.mode,
    contexts = told.contexts,
    actor_name = told.actor_name,
    actor_country = told.actor_country,
    actor_sector = told.actor_sector,
    recipient_name = told.recipient_name,
    recipient_country = told.recipient_country,
    recipient_sector = told.recipient_sector,
    speaker_name = told.speaker_name,
    place_name = told.place_name,
    place_country = told.place_country,
    place_admin1 = told.place_admin1,
    place_latitude = told.place_latitude,
    place_longitude = told.place_longitude,
    place_resolution = told.place_resolution,
    geonames_id = told.geonames_id,
    counts = staged.counts,
    quad_class = told.quad_class,
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
    deleted_at = NULL,
    superseded_by = NULL,
    corrected_at = CASE WHEN staged.reason = 'corrected' THEN now() ELSE event.corrected_at END,
    revised_at = now(),
    revision = event.revision + 1
FROM staged_values AS staged
JOIN tocsin.candidates AS told ON told.id = staged.candidate_id
WHERE NOT staged.is_new AND staged.mention_count IS NOT NULL
  AND event.event_date = staged.event_date AND event.id = staged.event_id
  AND (event.candidate_id IS DISTINCT FROM staged.candidate_id
       OR event.deleted_at IS NOT NULL
       OR (event.event_key, event.counts, event.mention_count, event.article_count, event.source_count,
           event.first_reported_at)
          IS DISTINCT FROM
          (staged.event_key, staged.counts, staged.mention_count, staged.article_count, staged.source_count,
           staged.first_reported_at));

-- name: recount_events
-- Brings the numbers of known events up to date whose candidates are gone, as are their values' reasons. Rows touched.
UPDATE tocsin.events AS event
SET mention_count = staged.mention_count,
    article_count = staged.article_count,
    source_count = staged.source_count,
    first_reported_at = staged.first_reported_at,
    deleted_at = NULL,
    superseded_by = NULL,
    revised_at = now(),
    revision = event.revision + 1
FROM staged_values AS staged
WHERE NOT staged.is_new AND staged.candidate_id IS NULL AND staged.mention_count IS NOT NULL
  AND event.event_date = staged.event_date AND event.id = staged.event_id
  AND (event.deleted_at IS NOT NULL
       OR (event.mention_count, event.article_count, event.source_count, event.first_reported_at)
          IS DISTINCT FROM
          (staged.mention_count, staged.article_count, staged.source_count, staged.first_reported_at));

-- name: end_events
-- Ends events that nothing tells any more: superseded where their tellings went to another one, array of
-- {event_id, superseded_by}; else withdrawn. Rows touched.
UPDATE tocsin.events AS event
SET deleted_at = now(),
    superseded_by = given.superseded_by,
    corrected_at = CASE WHEN staged.reason = 'corrected' THEN now() ELSE event.corrected_at END,
    revised_at = now(),
    revision = event.revision + 1
FROM staged_values AS staged
LEFT JOIN jsonb_to_recordset(%(successors)s::jsonb) AS given (event_id bigint, superseded_by bigint)
    ON given.event_id = staged.event_id
WHERE NOT staged.is_new AND staged.mention_count IS NULL
  AND event.event_date = staged.event_date AND event.id = staged.event_id AND event.deleted_at IS NULL;

-- name: redate_mentions
-- Lets mentions follow a known event whose day changed, or one of another day that their wording tells now (`moved`).
-- Returns nothing.
UPDATE tocsin.mentions AS mention
SET event_date = event.event_date
FROM staged_values AS staged
JOIN tocsin.events AS event ON event.id = staged.event_id AND event.event_date = staged.new_date
WHERE (NOT staged.is_new OR staged.event_id = ANY(%(moved_ids)s::bigint[]))
  AND mention.event_id = event.id AND mention.event_date <> event.event_date;

-- name: redate_pending_alerts
-- Takes off the list of pending alerts what bears a day that its event no longer has, or an event that ended. Returns
-- nothing.
DELETE FROM tocsin.pending_alerts AS pending
USING staged_values AS staged
WHERE NOT staged.is_new AND pending.event_id = staged.event_id
  AND (staged.mention_count IS NULL OR pending.event_date <> staged.new_date);

-- name: save_event_revisions
-- Notes of each staged event that changed why, and each column with its value before and after. Rows touched.
INSERT INTO tocsin.event_revisions (event_id, revision, reason, changes)
SELECT event.id, event.revision,
       CASE
           WHEN event.superseded_by IS NOT NULL THEN 'superseded'
           WHEN event.deleted_at IS NOT NULL THEN 'withdrawn'
           WHEN staged.before ->> 'deleted_at' IS NOT NULL THEN 'revived'
           ELSE coalesce(staged.reason, 'told')
       END,
       changed.columns
FROM staged_values AS staged
JOIN tocsin.events AS event ON event.id = staged.event_id AND event.event_date = staged.new_date
CROSS JOIN LATERAL (
    SELECT jsonb_object_agg(present.key, jsonb_build_array(former.value, present.value)) AS columns
    FROM jsonb_each(to_jsonb(event) - '{revision,revised_at}'::text[]) AS present
    LEFT JOIN jsonb_each(staged.before) AS former ON former.key = present.key
    WHERE present.value IS DISTINCT FROM former.value
) AS changed
WHERE NOT staged.is_new AND event.revision <> (staged.before ->> 'revision')::integer
  AND changed.columns IS NOT NULL
ON CONFLICT (event_id, revision) DO NOTHING;

-- name: insert_mentions
-- Inserts the staged mentions with their sentence. How many were new is the rows it touched.
INSERT INTO tocsin.mentions (
    event_date, event_id, wording_id, candidate_id, article_id, trigger_start, trigger_end, trigger_text,
    sentence, sentence_start, confidence
)
SELECT event.new_date, event.event_id, wording.wording_id, staged.candidate_id, staged.article_id,
       staged.trigger_start, staged.trigger_end, staged.trigger_text,
       candidate.sentence, candidate.sentence_start, candidate.confidence
FROM staged_mentions AS staged
JOIN staged_wordings AS wording ON wording.event = staged.event
JOIN staged_values AS event ON event.event_id = wording.event_id
CROSS JOIN LATERAL (
    SELECT sentence, sentence_start, confidence FROM tocsin.candidates WHERE id = staged.candidate_id OFFSET 0
) AS candidate
ORDER BY staged.candidate_id, staged.trigger_start
ON CONFLICT (candidate_id, trigger_start) DO UPDATE
SET event_date = excluded.event_date, event_id = excluded.event_id, wording_id = excluded.wording_id,
    withdrawn_at = NULL
WHERE mentions.withdrawn_at IS NOT NULL;

-- name: claim_merges
-- Events that are to be looked at anew, but for these, locked. Those that another session holds are left.
WITH claimed AS (
    SELECT event_id, reason
    FROM tocsin.pending_merges
    WHERE event_id <> ALL (%(but)s::bigint[])
    ORDER BY pending_at, event_id
    LIMIT %(limit)s
    FOR UPDATE SKIP LOCKED
)
SELECT claimed.event_id, claimed.reason
FROM claimed
JOIN tocsin.events AS event ON event.id = claimed.event_id
FOR NO KEY UPDATE OF event SKIP LOCKED;

-- name: withdraw_mentions
-- Withdraws the mentions of these events whose candidates were withdrawn. Returns nothing.
UPDATE tocsin.mentions AS mention
SET withdrawn_at = now()
FROM tocsin.candidates AS candidate
WHERE mention.event_id = ANY(%(event_ids)s::bigint[]) AND mention.withdrawn_at IS NULL
  AND candidate.id = mention.candidate_id AND candidate.withdrawn_at IS NOT NULL;

-- name: drop_wordings
-- Drops the wordings of these events that no mention tells any more, with their handles. Returns nothing.
WITH gone AS (
    DELETE FROM tocsin.event_wordings AS wording
    WHERE wording.event_id = ANY(%(event_ids)s::bigint[])
      AND NOT EXISTS (
          SELECT FROM tocsin.mentions AS mention
          WHERE mention.event_id = wording.event_id AND mention.wording_id = wording.id AND mention.withdrawn_at IS NULL
      )
    RETURNING id, event_date, handles
)
DELETE FROM tocsin.wording_handles AS handle
USING (SELECT id, event_date, unnest(handles) AS handle FROM gone) AS gone
WHERE handle.event_date = gone.event_date AND handle.handle = gone.handle AND handle.wording_id = gone.id;

-- name: wordings_of_events
-- Ids of the wordings that tell these events.
SELECT id FROM tocsin.event_wordings WHERE event_id = ANY(%(event_ids)s::bigint[]);

-- name: forget_merges
-- Takes events off the list of those to be looked at anew. Returns nothing.
DELETE FROM tocsin.pending_merges WHERE event_id = ANY(%(event_ids)s::bigint[]);

-- name: insert_pending_alerts
-- Owes the rules a look at each staged event, in the event's own transaction. Returns nothing.
INSERT INTO tocsin.pending_alerts (event_date, event_id)
SELECT new_date, event_id FROM staged_values WHERE mention_count IS NOT NULL ORDER BY new_date, event_id
ON CONFLICT (event_date, event_id) DO NOTHING;

-- name: mark_stored
-- Takes the staged candidates off the list. Returns nothing.
UPDATE tocsin.candidates SET stored_at = now() WHERE id = ANY(ARRAY(SELECT id FROM staged_candidates));
