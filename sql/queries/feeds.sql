-- name: upsert_feeds
-- Puts the feed list in: array of {url, source, country, language, interval_seconds}. Returns nothing.
-- A feed that left the list stays with its state, but is fetched no more.
WITH listed AS (
    SELECT *
    FROM jsonb_to_recordset(%(feeds)s::jsonb)
        AS feed (url text, source text, country text, language text, interval_seconds integer)
), gone AS (
    UPDATE tocsin.feeds SET is_active = false
    WHERE is_active AND url NOT IN (SELECT url FROM listed)
)
INSERT INTO tocsin.feeds (url, source, country, language, interval_seconds)
SELECT url, source, country, language, interval_seconds FROM listed ORDER BY url
ON CONFLICT (url) DO UPDATE
SET source = excluded.source,
    country = excluded.country,
    language = excluded.language,
    interval_seconds = excluded.interval_seconds,
    is_active = feeds.next_fetch_at IS NOT NULL
WHERE (feeds.source, feeds.country, feeds.language, feeds.interval_seconds, feeds.is_active)
      IS DISTINCT FROM
      (excluded.source, excluded.country, excluded.language, excluded.interval_seconds, feeds.next_fetch_at IS NOT NULL);

-- name: due_feed_ids
-- Ids of feeds that are due, the longest waiting first.
SELECT id
FROM tocsin.feeds
WHERE is_active AND next_fetch_at <= now()
ORDER BY next_fetch_at, id;

-- name: claim_feed
-- One due feed with its state, locked until the transaction ends; nothing if another worker has it.
SELECT id, url, source, country, language, interval_seconds, is_active, etag, last_modified, body_sha256,
       failure_count, last_error, fetched_at, next_fetch_at
FROM tocsin.feeds
WHERE id = %(feed_id)s AND is_active AND next_fetch_at <= now()
FOR UPDATE SKIP LOCKED;

-- name: save_feed
-- Keeps the state of a feed after a fetch. Returns nothing.
UPDATE tocsin.feeds
SET etag = %(etag)s,
    last_modified = %(last_modified)s,
    body_sha256 = %(body_sha256)s,
    failure_count = %(failure_count)s,
    last_error = %(last_error)s,
    fetched_at = %(fetched_at)s,
    next_fetch_at = %(next_fetch_at)s,
    is_active = %(is_active)s
WHERE id = %(id)s;

-- name: known_urls
-- Those of the given canonical URLs that need no further look.
SELECT url FROM tocsin.articles WHERE url = ANY(%(urls)s)
UNION
SELECT url FROM tocsin.seen_urls WHERE url = ANY(%(urls)s);

-- name: insert_seen_urls
-- Remembers links that need no further look. Returns nothing.
INSERT INTO tocsin.seen_urls (url)
SELECT DISTINCT url FROM unnest(%(urls)s::text[]) AS given (url) ORDER BY url
ON CONFLICT (url) DO UPDATE SET seen_at = excluded.seen_at;

-- name: insert_articles
-- Ids of the articles that were new: array of the columns of tocsin.articles.
INSERT INTO tocsin.articles (url, feed_id, batch_id, source, title, text, language, published_at, published_from,
                             fetched_at, text_method)
SELECT url, feed_id, batch_id, source, title, text, language, published_at, published_from, fetched_at, text_method
FROM jsonb_populate_recordset(NULL::tocsin.articles, %(articles)s::jsonb)
ORDER BY url
ON CONFLICT (url) DO NOTHING
RETURNING id;
