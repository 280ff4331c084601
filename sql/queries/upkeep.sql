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
