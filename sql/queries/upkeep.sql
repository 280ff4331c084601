-- name: keep_analyst_read_only
-- Gives the analyst's role its rights and limits anew. Returns nothing of use.
SELECT tocsin.keep_analyst_read_only();

-- name: end_overlong
-- Ends what the analyst's role runs over its limits, which it may have set otherwise: a statement is cancelled, a
-- transaction that stays open is cut off with its session. Process, seconds and how for each that was ended.
SELECT pid,
       extract(epoch FROM now() - CASE WHEN state = 'active' THEN query_start ELSE xact_start END)::integer AS seconds,
       CASE WHEN state = 'active' THEN 'cancelled' ELSE 'disconnected' END AS how,
       CASE WHEN state = 'active' THEN pg_cancel_backend(pid) ELSE pg_terminate_backend(pid) END AS is_ended
FROM pg_stat_activity
WHERE usename = 'analyst'
  AND (state = 'active' AND query_start < now() - make_interval(secs => %(statement_seconds)s)
       OR state LIKE 'idle in transaction%%' AND xact_start < now() - make_interval(secs => %(transaction_seconds)s));

-- name: drop_texts
-- Empties the text of some articles that were coded long ago and keeps its hash. How many is the rows it touched.
-- One whose candidates are yet to be judged keeps it, since they are held against the text; one in quarantine too.
UPDATE tocsin.articles AS article
SET text_sha256 = encode(sha256(convert_to(text, 'UTF8')), 'hex'),
    text = '',
    text_dropped_at = now()
WHERE id IN (
    SELECT id
    FROM tocsin.articles AS old
    WHERE text_dropped_at IS NULL
      AND fetched_at < now() - make_interval(days => %(keep_days)s)
      AND codebook IS NOT NULL
      AND NOT EXISTS (
          SELECT FROM tocsin.candidates AS candidate WHERE candidate.article_id = old.id AND candidate.verdict IS NULL
      )
    ORDER BY fetched_at
    LIMIT %(limit)s
    FOR UPDATE SKIP LOCKED
);

-- name: drop_revisions
-- Drops some former versions of articles that were seen long ago. Rows touched.
DELETE FROM tocsin.article_revisions
WHERE (article_id, revision) IN (
    SELECT article_id, revision
    FROM tocsin.article_revisions
    WHERE is_taken AND seen_at < now() - make_interval(days => %(keep_days)s)
    ORDER BY seen_at
    LIMIT %(limit)s
    FOR UPDATE SKIP LOCKED
);

-- name: drop_signatures
-- Drops some signatures of articles that came long ago: no copy and no story of theirs is looked for any more. Rows
-- touched.
DELETE FROM tocsin.article_signatures
WHERE article_id IN (
    SELECT article_id
    FROM tocsin.article_signatures
    WHERE signed_at < now() - make_interval(days => %(keep_days)s)
    ORDER BY signed_at
    LIMIT %(limit)s
    FOR UPDATE SKIP LOCKED
);

-- name: drop_candidates
-- Drops some candidates that were stored long ago, or refused and no longer in quarantine. How many is the rows it
-- touched. Events and mentions, with the sentence, stay as they are.
DELETE FROM tocsin.candidates
WHERE id IN (
    SELECT id
    FROM tocsin.candidates AS old
    WHERE created_at < now() - make_interval(days => %(keep_days)s)
      AND (stored_at IS NOT NULL
           OR verdict = 'quarantined'
              AND NOT EXISTS (SELECT FROM tocsin.quarantine AS held WHERE held.candidate_id = old.id))
    ORDER BY created_at
    LIMIT %(limit)s
    FOR UPDATE SKIP LOCKED
);

-- name: drop_seen_urls
-- Forgets some entries that were looked at long ago; taken articles are known by their own rows. Rows touched.
DELETE FROM tocsin.seen_urls
WHERE entry_key IN (
    SELECT entry_key
    FROM tocsin.seen_urls
    WHERE seen_at < now() - make_interval(days => %(keep_days)s)
    LIMIT %(limit)s
    FOR UPDATE SKIP LOCKED
);

-- name: drop_batches
-- Drops some batches of long ago that brought no article. Rows touched.
DELETE FROM tocsin.batches
WHERE id IN (
    SELECT id
    FROM tocsin.batches AS old
    WHERE opened_at < now() - make_interval(days => %(keep_days)s)
      AND NOT EXISTS (SELECT FROM tocsin.articles AS article WHERE article.batch_id = old.id)
    ORDER BY id
    LIMIT %(limit)s
    FOR UPDATE SKIP LOCKED
);

-- name: drop_quarantine
-- Drops some rows of the quarantine that lay there, or were released, long ago. Rows touched.
DELETE FROM tocsin.quarantine
WHERE id IN (
    SELECT id
    FROM tocsin.quarantine
    WHERE greatest(quarantined_at, released_at) < now() - make_interval(days => %(keep_days)s)
    LIMIT %(limit)s
    FOR UPDATE SKIP LOCKED
);

-- name: drop_notifications
-- Drops some messages that were sent, or given up, long ago. The alert stays, so nothing is told again. Rows touched.
DELETE FROM tocsin.notifications
WHERE id IN (
    SELECT id
    FROM tocsin.notifications
    WHERE state <> 'pending' AND created_at < now() - make_interval(days => %(keep_days)s)
    ORDER BY created_at
    LIMIT %(limit)s
    FOR UPDATE SKIP LOCKED
);

-- name: add_up_tallies
-- Puts one row a table in the place of all that tell how its rows came and went. Returns nothing.
WITH gone AS (
    DELETE FROM tocsin.tallies RETURNING table_name, row_change
)
INSERT INTO tocsin.tallies (table_name, row_change)
SELECT table_name, sum(row_change) FROM gone GROUP BY table_name;

-- name: drop_empty_rollups
-- Drops what counts no event any more from the rollups. Returns nothing.
WITH days AS (
    DELETE FROM tocsin.country_days WHERE event_count = 0
), months AS (
    DELETE FROM tocsin.country_months WHERE event_count = 0
), dyads AS (
    DELETE FROM tocsin.dyad_months WHERE event_count = 0
), dyads_by_day AS (
    DELETE FROM tocsin.dyad_days WHERE event_count = 0
)
DELETE FROM tocsin.names WHERE actor_count = 0 AND recipient_count = 0;

-- name: measure_tables
-- Writes down how large each table is today. Returns nothing.
INSERT INTO tocsin.table_sizes (measured_date, table_name, total_bytes, row_count)
SELECT current_date, table_name, total_bytes, row_count FROM tocsin.table_sizes_now
ON CONFLICT (table_name, measured_date) DO UPDATE
SET total_bytes = excluded.total_bytes, row_count = excluded.row_count;

-- name: report_sizes
-- Each table with its bytes, rows and bytes a day of growth since it was measured some days ago (null: not yet
-- measured), the largest first.
SELECT present.table_name, present.total_bytes, present.row_count,
       ((present.total_bytes - past.total_bytes) / (current_date - past.measured_date))::bigint AS bytes_a_day
FROM tocsin.table_sizes_now AS present
LEFT JOIN LATERAL (
    SELECT measured_date, total_bytes
    FROM tocsin.table_sizes AS measured
    WHERE measured.table_name = present.table_name
      AND measured.measured_date BETWEEN current_date - 30 AND current_date - 1
    ORDER BY measured.measured_date <= current_date - 7 DESC, abs(measured.measured_date - (current_date - 7))
    LIMIT 1
) AS past ON true
ORDER BY present.total_bytes DESC, present.table_name;

-- name: drop_pages
-- Drops some raw pages whose time is over. Rows touched.
DELETE FROM tocsin.article_pages
WHERE article_id IN (
    SELECT article_id
    FROM tocsin.article_pages
    WHERE fetched_at < now() - make_interval(days => %(keep_days)s)
    LIMIT %(limit)s
    FOR UPDATE SKIP LOCKED
);

-- name: drop_idle_hosts
-- Drops some hosts that nobody asked for so long and that have no feed. Rows touched.
DELETE FROM tocsin.hosts
WHERE host IN (
    SELECT host
    FROM tocsin.hosts AS idle
    WHERE used_at < now() - make_interval(days => %(keep_days)s)
      AND (lease_until IS NULL OR lease_until < now())
      AND NOT EXISTS (SELECT FROM tocsin.feeds WHERE feeds.host = idle.host)
    LIMIT %(limit)s
    FOR UPDATE SKIP LOCKED
);
