-- How feeds fare: for `tocsin feeds`, and for who looks after them.

CREATE VIEW analysis.feeds AS
SELECT feed.id, feed.url, feed.source, feed.country, feed.is_active, feed.interval_seconds, feed.fetched_at,
       feed.next_fetch_at, feed.failure_count, feed.last_error, feed.moved_to,
       feed.language, feed.host, feed.paused_at, feed.succeeded_at,
       CASE
           WHEN feed.paused_at IS NOT NULL THEN 'paused'
           WHEN feed.next_fetch_at IS NULL THEN 'gone'
           WHEN NOT feed.is_active THEN 'unlisted'
           WHEN feed.fetched_at IS NULL THEN 'new'
           WHEN feed.failure_count > 0 THEN 'failing'
           ELSE 'well'
       END AS state,
       greatest(coalesce(feed.adapted_seconds, feed.interval_seconds), feed.asked_seconds) AS current_interval_seconds,
       feed.asked_seconds, feed.visit_count, feed.changed_count, feed.entry_count,
       round(feed.known_count / nullif(feed.entry_count, 0)::numeric, 3) AS known_share,
       coalesce(week.article_count, 0) AS week_article_count,
       round(week.page_count / nullif(week.article_count, 0)::numeric, 3) AS week_page_share,
       week.median_lag_seconds AS week_median_lag_seconds,
       week.newest_at AS newest_article_at
FROM tocsin.feeds AS feed
LEFT JOIN LATERAL (
    SELECT count(*) AS article_count,
           count(*) FILTER (WHERE text_method NOT LIKE 'feed\_%') AS page_count,
           round(extract(epoch FROM percentile_disc(0.5) WITHIN GROUP (ORDER BY fetched_at - published_at)
                         FILTER (WHERE published_from = 'feed'))) AS median_lag_seconds,
           max(published_at) AS newest_at
    FROM tocsin.articles
    WHERE feed_id = feed.id AND fetched_at > now() - interval '7 days'
) AS week ON true;
COMMENT ON VIEW analysis.feeds IS 'Feeds and how they fare: last success, failures and why, next visit, pace, yield and lag.';
COMMENT ON COLUMN analysis.feeds.state IS 'well; new (not visited yet); failing (tried again ever later, never given up); paused (by hand); gone (it said 410); unlisted (it left the list).';
COMMENT ON COLUMN analysis.feeds.current_interval_seconds IS 'Seconds from one visit to the next while all is well: by its own pace, and by what it asks for.';
COMMENT ON COLUMN analysis.feeds.known_share IS 'Of the entries it showed, the share that was known already.';
COMMENT ON COLUMN analysis.feeds.week_article_count IS 'New articles it brought in the last seven days.';
COMMENT ON COLUMN analysis.feeds.week_page_share IS 'Share of those whose text is their page''s; the others have the feed''s own text.';
COMMENT ON COLUMN analysis.feeds.week_median_lag_seconds IS 'Median time from publication, as the feed states it, to our reading, over those; null where none states it.';
COMMENT ON COLUMN analysis.feeds.newest_article_at IS 'When the newest of those was published.';
