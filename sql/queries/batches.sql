-- name: open_batch
-- The batch of a run: the same run gets the same id.
INSERT INTO tocsin.batches (run_key)
VALUES (%(run_key)s)
ON CONFLICT (run_key) DO UPDATE SET run_key = excluded.run_key
RETURNING id;

-- name: newest_batch
-- Id and key of the batch that was opened last.
SELECT id, run_key FROM tocsin.batches ORDER BY id DESC LIMIT 1;

-- name: database_time
-- The time by Postgres' clock, the one by which all that is due is due. A worker's own may be wrong.
SELECT clock_timestamp() AS now;

-- name: quarantine
-- Refuses one item; a second time changes nothing. Returns the row's id when it is new, or was released before.
INSERT INTO tocsin.quarantine (stage, item_key, reason, seen, batch_id, article_id, candidate_id, url)
VALUES (%(stage)s, %(item_key)s, %(reason)s, %(seen)s, %(batch_id)s, %(article_id)s, %(candidate_id)s, %(url)s)
ON CONFLICT (stage, tocsin.key_of(item_key), tocsin.key_of(reason)) DO UPDATE
SET released_at = NULL, quarantined_at = now(), seen = excluded.seen
WHERE quarantine.released_at IS NOT NULL
RETURNING id;

-- name: charge_attempts
-- The same for each of several items.
INSERT INTO tocsin.attempts (stage, item_key, attempt_count)
SELECT %(stage)s, item_key, 1
FROM unnest(%(item_keys)s::text[]) AS item_key
ORDER BY item_key
ON CONFLICT (stage, item_key) DO UPDATE SET attempt_count = attempts.attempt_count + 1, attempted_at = now()
RETURNING attempt_count;

-- name: clear_attempts
-- Forgets the attempts of an item that is done. Returns nothing.
DELETE FROM tocsin.attempts WHERE stage = %(stage)s AND item_key = %(item_key)s;

-- name: list_quarantine
-- What lies in quarantine, newest first.
SELECT id, stage, reason, seen, url, quarantined_at
FROM tocsin.quarantine
WHERE released_at IS NULL
ORDER BY id DESC
LIMIT %(limit)s;

-- name: release_quarantined
-- Lets items go to be tried again by their stage. Returns id and stage of each that was let go.
-- A candidate goes back to validate once every finding on it is released.
WITH released AS (
    UPDATE tocsin.quarantine
    SET released_at = now()
    WHERE id = ANY(%(ids)s::bigint[]) AND released_at IS NULL
    RETURNING id, stage, item_key, article_id, candidate_id, url
), again AS (
    UPDATE tocsin.seen_urls SET outcome = 'waiting', try_count = 0, next_try_at = now()
    WHERE tocsin.address_key(url) IN (SELECT tocsin.address_key(url) FROM released WHERE stage = 'fetch') AND outcome = 'failed' AND entry IS NOT NULL
), links AS (
    DELETE FROM tocsin.seen_urls
    WHERE tocsin.address_key(url) IN (SELECT tocsin.address_key(url) FROM released WHERE stage = 'fetch') AND entry IS NULL
), articles AS (
    UPDATE tocsin.articles SET is_quarantined = false
    WHERE id IN (SELECT article_id FROM released WHERE stage = 'extract')
), candidates AS (
    UPDATE tocsin.candidates SET verdict = NULL, judged_at = NULL
    WHERE id IN (SELECT candidate_id FROM released WHERE stage IN ('validate', 'store'))
      AND verdict = 'quarantined'
      AND NOT EXISTS (
          SELECT FROM tocsin.quarantine AS other
          WHERE other.candidate_id = candidates.id AND other.released_at IS NULL
            AND other.id NOT IN (SELECT id FROM released)
      )
), notifications AS (
    UPDATE tocsin.notifications SET state = 'pending', attempt_count = 0, next_attempt_at = now()
    WHERE notification_key IN (SELECT item_key FROM released WHERE stage = 'alert') AND state = 'quarantined'
)
SELECT id, stage FROM released ORDER BY id;
