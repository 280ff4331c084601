-- name: page_lag
-- What waits before each stage and for how long.
SELECT stage, waiting_count, oldest_age FROM analysis.stage_lag;

-- name: page_feeds
-- Every feed and how it fares, those in trouble first.
SELECT source, url, country, state, failure_count, last_error, fetched_at, succeeded_at, next_fetch_at,
       current_interval_seconds, week_article_count, newest_article_at
FROM analysis.feeds
ORDER BY state = 'well', state <> 'failing', failure_count DESC, source, url
LIMIT 2000;

-- name: page_troubles
-- What is wrong with Tocsin now, the newest first.
SELECT kind, subject, detail, began_at FROM analysis.troubles WHERE ended_at IS NULL ORDER BY began_at DESC LIMIT 50;

-- name: page_sizes
-- How large each table was when it was last measured, and four weeks or less before.
SELECT now_.table_name, now_.total_bytes, now_.row_count, now_.measured_date,
       (now_.total_bytes - before.total_bytes) / nullif(now_.measured_date - before.measured_date, 0) AS bytes_a_day
FROM (SELECT DISTINCT ON (table_name) * FROM analysis.table_sizes ORDER BY table_name, measured_date DESC) AS now_
LEFT JOIN LATERAL (
    SELECT total_bytes, measured_date
    FROM analysis.table_sizes
    WHERE table_sizes.table_name = now_.table_name AND table_sizes.measured_date >= now_.measured_date - 28
    ORDER BY measured_date
    LIMIT 1
) AS before ON true
ORDER BY now_.total_bytes DESC
LIMIT 12;

-- name: page_newest
-- When the newest article was read and the newest event was stored; null where there is none.
SELECT (SELECT max(fetched_at) FROM analysis.feeds) AS fetched_at,
       (SELECT stored_at FROM analysis.events ORDER BY id DESC LIMIT 1) AS stored_at;

-- name: page_quarantine_reasons
-- What lies in quarantine, counted by stage and reason.
SELECT stage, reason, count(*) AS item_count
FROM analysis.quarantine
WHERE released_at IS NULL
GROUP BY stage, reason
ORDER BY item_count DESC, stage, reason
LIMIT 100;

-- name: page_quarantine
-- Items in quarantine, the newest first, with the article they are of.
SELECT item.id, item.stage, item.reason, item.seen, item.url, item.quarantined_at, item.article_id,
       article.title, article.source
FROM (
    SELECT *
    FROM analysis.quarantine
    WHERE released_at IS NULL
      AND stage = %(stage)s -- if stage
      AND reason = %(reason)s -- if reason
      AND id < %(before)s -- if before
    ORDER BY id DESC
    LIMIT %(limit)s
) AS item
LEFT JOIN analysis.articles AS article ON article.id = item.article_id
ORDER BY item.id DESC;
