-- name: open_batch
-- The batch of a run: the same run gets the same id.
INSERT INTO tocsin.batches (run_key)
VALUES (%(run_key)s)
ON CONFLICT (run_key) DO UPDATE SET run_key = excluded.run_key
RETURNING id;

-- name: newest_batch
-- Id and key of the batch that was opened last.
SELECT id, run_key FROM tocsin.batches ORDER BY id DESC LIMIT 1;

-- name: quarantine
-- Refuses one item; a second time changes nothing. Returns the row's id when it is new.
INSERT INTO tocsin.quarantine (stage, item_key, reason, seen, batch_id, article_id, candidate_id, url)
VALUES (%(stage)s, %(item_key)s, %(reason)s, %(seen)s, %(batch_id)s, %(article_id)s, %(candidate_id)s, %(url)s)
ON CONFLICT (stage, item_key, reason) DO NOTHING
RETURNING id;

-- name: charge_attempt
-- How often this item was taken in hand, this time included.
INSERT INTO tocsin.attempts (stage, item_key, attempt_count)
VALUES (%(stage)s, %(item_key)s, 1)
ON CONFLICT (stage, item_key) DO UPDATE SET attempt_count = attempts.attempt_count + 1, attempted_at = now()
RETURNING attempt_count;

-- name: clear_attempts
-- Forgets the attempts of an item that is done. Returns nothing.
DELETE FROM tocsin.attempts WHERE stage = %(stage)s AND item_key = %(item_key)s;
