-- name: open_recode
-- Opens a recode by a codebook, of articles of some days. Its id.
INSERT INTO tocsin.recodes (codebook, first_date, last_date)
VALUES (%(codebook)s, %(first_date)s, %(last_date)s)
RETURNING id;

-- name: list_recode_articles
-- Puts the articles on the list of a recode: coded by another codebook, with their text. How many is the rows it touched.
-- A copy is coded again only where it has codings of its own that stand.
INSERT INTO tocsin.recode_articles (recode_id, article_id, former_codebook)
SELECT recode.id, article.id, article.codebook
FROM tocsin.recodes AS recode
JOIN tocsin.articles AS article
    ON article.codebook <> recode.codebook AND article.text_dropped_at IS NULL AND NOT article.is_quarantined
WHERE recode.id = %(recode_id)s
  AND (recode.first_date IS NULL OR article.published_at >= recode.first_date::timestamp AT TIME ZONE 'UTC')
  AND (recode.last_date IS NULL OR article.published_at < (recode.last_date + 1)::timestamp AT TIME ZONE 'UTC')
  AND (article.copy_of IS NULL
       OR EXISTS (SELECT FROM tocsin.candidates AS candidate
                  WHERE candidate.article_id = article.id AND candidate.withdrawn_at IS NULL));

-- name: drop_recode
-- Drops a recode with the candidates it made, which stand nowhere. Returns nothing.
WITH gone AS (
    DELETE FROM tocsin.candidates
    WHERE id IN (SELECT candidate_id FROM tocsin.recode_candidates WHERE recode_id = %(recode_id)s AND side = 'new')
)
DELETE FROM tocsin.recodes WHERE id = %(recode_id)s;

-- name: recode
-- One recode with its state and how many articles it has, has coded and could not code; nothing when there is none.
SELECT recode.*,
       (SELECT count(*) FROM tocsin.recode_articles WHERE recode_id = recode.id) AS article_count,
       (SELECT count(*) FROM tocsin.recode_articles WHERE recode_id = recode.id AND coded_at IS NOT NULL) AS coded_count,
       (SELECT count(*) FROM tocsin.recode_articles WHERE recode_id = recode.id AND failure IS NOT NULL) AS failed_count
FROM tocsin.recodes AS recode
WHERE recode.id = %(recode_id)s
FOR UPDATE;

-- name: recodes
-- All recodes, newest first, with how many articles each has and has coded.
SELECT recode.*, count(article.article_id) AS article_count, count(article.coded_at) AS coded_count,
       count(article.failure) AS failed_count
FROM tocsin.recodes AS recode
LEFT JOIN tocsin.recode_articles AS article ON article.recode_id = recode.id
GROUP BY recode.id
ORDER BY recode.id DESC;

-- name: lease_recode_articles
-- Takes some articles that are still to be coded in hand, for a time, and charges each an attempt.
UPDATE tocsin.recode_articles AS leased
SET attempt_count = attempt_count + 1, leased_until = now() + make_interval(secs => %(lease_seconds)s)
WHERE (recode_id, article_id) IN (
    SELECT recode_id, article_id
    FROM tocsin.recode_articles
    WHERE recode_id = %(recode_id)s AND coded_at IS NULL AND failure IS NULL
      AND (leased_until IS NULL OR leased_until < now())
    ORDER BY article_id
    LIMIT %(limit)s
    FOR UPDATE SKIP LOCKED
)
RETURNING article_id, attempt_count;

-- name: texts_to_recode
-- The articles of these ids, as they are to be coded, in order.
SELECT id, url, source, title, text, published_at, fetched_at, language, feed_id, text_method
FROM tocsin.articles
WHERE id = ANY(%(article_ids)s::bigint[])
ORDER BY id;

-- name: set_candidates_aside
-- Puts new candidates of a recode on its list, where neither store nor a reader takes them for valid. Returns nothing.
WITH aside AS (
    UPDATE tocsin.candidates
    SET withdrawn_at = now(), stored_at = now()
    WHERE id = ANY(%(candidate_ids)s::bigint[])
    RETURNING id, article_id
)
INSERT INTO tocsin.recode_candidates (recode_id, side, candidate_id, article_id)
SELECT %(recode_id)s, 'new', id, article_id FROM aside
ON CONFLICT (recode_id, side, candidate_id) DO NOTHING;

-- name: mark_recoded
-- Says that an article of a recode is coded, or why it could not be. Returns nothing.
UPDATE tocsin.recode_articles
SET coded_at = CASE WHEN %(failure)s::text IS NULL THEN now() END, failure = %(failure)s, leased_until = NULL
WHERE recode_id = %(recode_id)s AND article_id = %(article_id)s;

-- name: claim_recoded_candidates
-- Ids of new candidates of a recode that are not judged yet, locked until the transaction ends.
SELECT candidate.id
FROM tocsin.recode_candidates AS coded
JOIN tocsin.candidates AS candidate ON candidate.id = coded.candidate_id
WHERE coded.recode_id = %(recode_id)s AND coded.side = 'new' AND candidate.verdict IS NULL
ORDER BY candidate.id
LIMIT %(limit)s
FOR UPDATE OF candidate SKIP LOCKED;

-- name: leave_changed_articles
-- Leaves those articles of a recode as they are that were corrected or coded meanwhile. Rows touched.
UPDATE tocsin.recode_articles AS listed
SET failure = 'coded or corrected meanwhile', coded_at = NULL
FROM tocsin.articles AS article
WHERE listed.recode_id = %(recode_id)s AND listed.coded_at IS NOT NULL AND article.id = listed.article_id
  AND (article.codebook IS DISTINCT FROM listed.former_codebook OR article.extracted_at > listed.coded_at
       OR article.corrected_at > listed.coded_at OR article.is_quarantined);

-- name: forget_sides
-- Takes all former candidates and the new ones of left articles off a recode's lists. Returns nothing.
DELETE FROM tocsin.recode_candidates AS coded
WHERE coded.recode_id = %(recode_id)s
  AND (coded.side = 'former'
       OR NOT EXISTS (SELECT FROM tocsin.recode_articles AS listed
                      WHERE listed.recode_id = coded.recode_id AND listed.article_id = coded.article_id
                        AND listed.coded_at IS NOT NULL));

-- name: list_former_candidates
-- Puts the codings that stand now, of the articles that were coded again, on the other list. Rows touched.
INSERT INTO tocsin.recode_candidates (recode_id, side, candidate_id, article_id)
SELECT listed.recode_id, 'former', candidate.id, candidate.article_id
FROM tocsin.recode_articles AS listed
JOIN tocsin.candidates AS candidate ON candidate.article_id = listed.article_id AND candidate.withdrawn_at IS NULL
WHERE listed.recode_id = %(recode_id)s AND listed.coded_at IS NOT NULL;

-- name: set_recode_state
-- Writes the state of a recode and when it came to it. Returns nothing.
UPDATE tocsin.recodes
SET state = %(state)s,
    compared_at = CASE WHEN %(state)s = 'compared' THEN now() ELSE compared_at END,
    switched_at = CASE WHEN %(state)s = 'switched' THEN now() ELSE switched_at END,
    reverted_at = CASE WHEN %(state)s = 'reverted' THEN now() ELSE reverted_at END
WHERE id = %(recode_id)s;

-- name: later_switch
-- A recode that was switched to after this one and stands; nothing when there is none.
SELECT other.id
FROM tocsin.recodes AS recode
JOIN tocsin.recodes AS other ON other.state = 'switched' AND other.switched_at > recode.switched_at
WHERE recode.id = %(recode_id)s
ORDER BY other.id
LIMIT 1;

-- name: count_differences
-- What a recode gains, loses, changes and keeps, counted by event type, the most first.
SELECT event_type, count(*) FILTER (WHERE difference = 'gained') AS gained,
       count(*) FILTER (WHERE difference = 'lost') AS lost,
       count(*) FILTER (WHERE difference = 'changed') AS changed,
       count(*) FILTER (WHERE difference = 'same') AS same
FROM analysis.recode_differences
WHERE recode_id = %(recode_id)s
GROUP BY event_type
ORDER BY count(*) FILTER (WHERE difference <> 'same') DESC, event_type;

-- name: example_differences
-- Some of what a recode gains, loses and changes, of each kind and type a few, both codings side by side.
SELECT *
FROM (
    SELECT *, row_number() OVER (PARTITION BY difference, event_type ORDER BY article_id, trigger_start) AS place
    FROM analysis.recode_differences
    WHERE recode_id = %(recode_id)s AND difference <> 'same'
) AS ranked
WHERE place <= %(each)s
ORDER BY difference, event_type, place;

-- name: make_touched
-- Makes the list of the events that a switch touches; it goes with the transaction. Returns nothing.
CREATE TEMPORARY TABLE touched_events (id bigint, event_date date, before jsonb) ON COMMIT DROP;

-- name: touch_events
-- Puts the events that either coding of a recode tells on the list, as they are before the switch. Their ids.
INSERT INTO touched_events (id, event_date, before)
SELECT event.id, event.event_date, to_jsonb(event)
FROM tocsin.events AS event
WHERE event.id IN (
    SELECT mention.event_id
    FROM tocsin.recode_candidates AS coded
    JOIN tocsin.mentions AS mention ON mention.candidate_id = coded.candidate_id
    WHERE coded.recode_id = %(recode_id)s
)
RETURNING id;

-- name: withdraw_side
-- Withdraws one coding of a recode, candidates and mentions. Returns nothing.
WITH leaving AS (
    UPDATE tocsin.candidates AS candidate
    -- One that waits for store waits no more: it would come in beside the other coding.
    SET withdrawn_at = now(), stored_at = coalesce(candidate.stored_at, now())
    FROM tocsin.recode_candidates AS coded
    WHERE coded.recode_id = %(recode_id)s AND coded.side = %(side)s AND candidate.id = coded.candidate_id
)
UPDATE tocsin.mentions AS mention
SET withdrawn_at = now()
FROM tocsin.recode_candidates AS coded
WHERE coded.recode_id = %(recode_id)s AND coded.side = %(side)s AND mention.candidate_id = coded.candidate_id
  AND mention.withdrawn_at IS NULL;

-- name: bring_side
-- Lets one coding of a recode stand, candidates and the mentions they have. Returns nothing.
WITH standing AS (
    UPDATE tocsin.candidates AS candidate
    SET withdrawn_at = NULL
    FROM tocsin.recode_candidates AS coded
    WHERE coded.recode_id = %(recode_id)s AND coded.side = %(side)s AND candidate.id = coded.candidate_id
)
UPDATE tocsin.mentions AS mention
SET withdrawn_at = NULL
FROM tocsin.recode_candidates AS coded
WHERE coded.recode_id = %(recode_id)s AND coded.side = %(side)s AND mention.candidate_id = coded.candidate_id;

-- name: stage_side
-- Stages those accepted candidates of one coding that have no mentions yet, as stage_candidates does. Returns nothing.
INSERT INTO staged_candidates (id, event_date, event_key, article_id, confidence, trigger_start, candidate_key,
                               published_at, url, source, event)
SELECT candidate.id, candidate.event_date, candidate.event_key, candidate.article_id, candidate.confidence,
       candidate.trigger_start, candidate.candidate_key, article.published_at, article.url,
       CASE WHEN article.copy_of IS NULL THEN article.source END,
       dense_rank() OVER (ORDER BY candidate.event_date, candidate.event_key)
FROM tocsin.recode_candidates AS coded
JOIN tocsin.candidates AS candidate ON candidate.id = coded.candidate_id
JOIN tocsin.articles AS article ON article.id = candidate.article_id
WHERE coded.recode_id = %(recode_id)s AND coded.side = %(side)s AND candidate.verdict = 'accepted'
  AND NOT EXISTS (SELECT FROM tocsin.mentions AS mention WHERE mention.candidate_id = candidate.id);

-- name: touch_new_events
-- Puts the events that a coding's mentions made on the list; they were not before. Returns nothing.
INSERT INTO touched_events (id, event_date)
SELECT DISTINCT event.id, event.event_date
FROM tocsin.recode_candidates AS coded
JOIN tocsin.mentions AS mention ON mention.candidate_id = coded.candidate_id
JOIN tocsin.events AS event ON event.id = mention.event_id
WHERE coded.recode_id = %(recode_id)s
  AND NOT EXISTS (SELECT FROM touched_events WHERE touched_events.id = event.id);

-- name: analyze_touched
-- Tells the planner how many events are touched. Returns nothing.
ANALYZE touched_events;

-- name: name_successors
-- Names of touched events that ended with the switch the one that the same words tell now, which took it in, so that its
-- alert follows. Rows touched: all that ended.
WITH untold AS (
    SELECT event.id, event.event_date
    FROM touched_events AS touched
    JOIN tocsin.events AS event ON event.id = touched.id AND event.event_date = touched.event_date
    WHERE touched.before ->> 'deleted_at' IS NULL AND event.deleted_at IS NOT NULL AND event.superseded_by IS NULL
), successor AS (
    SELECT DISTINCT ON (untold.id) untold.id, standing.event_id
    FROM untold
    JOIN tocsin.mentions AS former ON former.event_id = untold.id
    JOIN tocsin.mentions AS standing
        ON standing.article_id = former.article_id AND standing.trigger_start = former.trigger_start
        AND standing.withdrawn_at IS NULL
    GROUP BY untold.id, standing.event_id
    ORDER BY untold.id, count(*) DESC, standing.event_id
)
UPDATE tocsin.events AS event
SET superseded_by = successor.event_id
FROM untold
LEFT JOIN successor ON successor.id = untold.id
WHERE event.id = untold.id AND event.event_date = untold.event_date;

-- name: note_revisions
-- Notes what became otherwise of each touched event: each column with its value before and after. Rows touched.
INSERT INTO tocsin.event_revisions (event_id, revision, reason, changes)
SELECT event.id, event.revision, 'recoded', jsonb_object_agg(present.key, jsonb_build_array(former.value, present.value))
FROM touched_events AS touched
JOIN tocsin.events AS event ON event.id = touched.id AND event.event_date = touched.event_date
CROSS JOIN LATERAL jsonb_each(to_jsonb(event) - '{revision,revised_at}'::text[]) AS present
LEFT JOIN LATERAL jsonb_each(touched.before) AS former ON former.key = present.key
WHERE touched.before IS NOT NULL AND present.value IS DISTINCT FROM former.value
GROUP BY event.id, event.revision
ON CONFLICT (event_id, revision) DO UPDATE SET reason = excluded.reason, changes = excluded.changes;

-- name: set_codebooks
-- Writes by which codebook the articles of a recode are coded now. Returns nothing.
UPDATE tocsin.articles AS article
SET codebook = CASE WHEN %(side)s = 'new' THEN recode.codebook ELSE listed.former_codebook END
FROM tocsin.recode_articles AS listed
JOIN tocsin.recodes AS recode ON recode.id = listed.recode_id
WHERE listed.recode_id = %(recode_id)s AND listed.coded_at IS NOT NULL AND article.id = listed.article_id;
