-- name: erase_name
-- Erases a name everywhere and sets its tombstone. Each table that bore it, with how many rows.
SELECT table_name, row_count FROM tocsin.erase_name(%(name)s);

-- name: names_to_erase
-- Names that have a tombstone and are here again: of events, or of tellings of the last days that told known events.
SELECT name
FROM (
    SELECT name FROM tocsin.names
    UNION
    SELECT unnest(ARRAY[actor_name, recipient_name, speaker_name])
    FROM tocsin.candidates
    WHERE created_at > now() - interval '3 days'
) AS present
WHERE EXISTS (SELECT FROM tocsin.erasures)
  AND tocsin.name_key(name) IN (SELECT name_key FROM tocsin.erasures);

-- name: erasures
-- All tombstones, as JSON.
SELECT coalesce(jsonb_agg(to_jsonb(erasure)), '[]') AS tombstones FROM tocsin.erasures AS erasure;

-- name: save_erasures
-- Sets tombstones that were taken along from before: array of {name_key, erased_at, row_count}. Rows touched.
INSERT INTO tocsin.erasures (name_key, erased_at, row_count)
SELECT name_key, erased_at, row_count
FROM jsonb_to_recordset(%(tombstones)s::jsonb) AS given (name_key text, erased_at timestamptz, row_count bigint)
ON CONFLICT (name_key) DO NOTHING;

-- name: pages_behind
-- Some pages behind an article's id, in order: article_id and body, compressed.
SELECT article_id, body_zstd FROM tocsin.article_pages WHERE article_id > %(after_id)s ORDER BY article_id LIMIT %(limit)s;

-- name: delete_pages
-- Deletes the pages of these articles. Rows touched.
DELETE FROM tocsin.article_pages WHERE article_id = ANY(%(article_ids)s::bigint[]);
