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
