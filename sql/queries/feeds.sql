-- name: feeds_are_listed
-- Whether a list of feeds is in already: so many, of this hash.
SELECT EXISTS (SELECT FROM tocsin.feed_lists WHERE sha256 = %(sha256)s AND feed_count = %(feed_count)s)
       AND (SELECT count(*) FROM tocsin.feeds WHERE is_listed) = %(feed_count)s AS is_known;

-- name: note_feed_list
-- Remembers which list of feeds is in. Returns nothing.
INSERT INTO tocsin.feed_lists (sha256, feed_count) VALUES (%(sha256)s, %(feed_count)s)
ON CONFLICT (is_only) DO UPDATE SET sha256 = excluded.sha256, feed_count = excluded.feed_count, read_at = now();

-- name: upsert_feeds
-- Puts the feed list in: array of {url, source, country, language, interval_seconds, is_interval_given}. Returns nothing.
-- A feed that left the list stays with its state, but is fetched no more, unless it was added by hand too.
WITH listed AS (
    SELECT *
    FROM jsonb_to_recordset(%(feeds)s::jsonb)
        AS feed (url text, source text, country text, language text, interval_seconds integer, is_interval_given boolean)
), made AS (
    INSERT INTO tocsin.hosts (host) SELECT DISTINCT tocsin.host_of(url) AS host FROM listed ORDER BY host
    ON CONFLICT (host) DO NOTHING
), gone AS (
    UPDATE tocsin.feeds SET is_listed = false, is_active = is_active AND is_added
    WHERE is_listed AND url NOT IN (SELECT url FROM listed)
)
INSERT INTO tocsin.feeds (url, source, country, language, interval_seconds, is_interval_given)
SELECT url, source, country, language, interval_seconds, coalesce(is_interval_given, true) FROM listed ORDER BY url
ON CONFLICT (url) DO UPDATE
SET source = excluded.source,
    country = excluded.country,
    language = excluded.language,
    interval_seconds = excluded.interval_seconds,
    is_interval_given = excluded.is_interval_given,
    is_listed = true,
    is_active = feeds.next_fetch_at IS NOT NULL
WHERE (feeds.source, feeds.country, feeds.language, feeds.interval_seconds, feeds.is_interval_given, feeds.is_listed,
       feeds.is_active)
      IS DISTINCT FROM
      (excluded.source, excluded.country, excluded.language, excluded.interval_seconds, excluded.is_interval_given, true,
       feeds.next_fetch_at IS NOT NULL);

-- name: add_feeds
-- Puts feeds in by hand: array as upsert_feeds has it. Returns url and whether it is new of each.
-- One that is there already keeps its state, and its values too where keeps_values; else it gets the new ones.
WITH given AS (
    SELECT *
    FROM jsonb_to_recordset(%(feeds)s::jsonb)
        AS feed (url text, source text, country text, language text, interval_seconds integer, is_interval_given boolean)
), made AS (
    INSERT INTO tocsin.hosts (host) SELECT DISTINCT tocsin.host_of(url) AS host FROM given ORDER BY host
    ON CONFLICT (host) DO NOTHING
)
INSERT INTO tocsin.feeds (url, source, country, language, interval_seconds, is_interval_given, is_listed, is_added)
SELECT url, source, country, language, interval_seconds, is_interval_given, false, true FROM given ORDER BY url
ON CONFLICT (url) DO UPDATE
SET source = CASE WHEN %(keeps_values)s THEN feeds.source ELSE excluded.source END,
    country = CASE WHEN %(keeps_values)s THEN feeds.country ELSE excluded.country END,
    language = CASE WHEN %(keeps_values)s THEN feeds.language ELSE excluded.language END,
    interval_seconds = CASE WHEN %(keeps_values)s THEN feeds.interval_seconds ELSE excluded.interval_seconds END,
    is_interval_given = CASE WHEN %(keeps_values)s THEN feeds.is_interval_given ELSE excluded.is_interval_given END,
    is_added = true,
    is_active = true,
    next_fetch_at = coalesce(feeds.next_fetch_at, now())
RETURNING url, xmax = 0 AS is_new;

-- name: pause_feeds
-- Feeds (by address or number) that are visited no more until they are resumed. Returns id and url of each that was not paused.
UPDATE tocsin.feeds SET paused_at = now()
WHERE (url = ANY(%(names)s) OR id::text = ANY(%(names)s)) AND paused_at IS NULL
RETURNING id, url;

-- name: resume_feeds
-- Feeds (by address or number) that are visited again now: paused ones, ones that said they were gone (410), and ones that
-- wait after failures. Returns id and url of each.
UPDATE tocsin.feeds SET paused_at = NULL, is_active = is_listed OR is_added, next_fetch_at = now()
WHERE (url = ANY(%(names)s) OR id::text = ANY(%(names)s))
RETURNING id, url;

-- name: list_feeds
-- Feeds as analysis.feeds has them: those that are or were visited, by source; %%(names)s empty for all.
SELECT feed.*
FROM analysis.feeds AS feed
WHERE (cardinality(%(names)s::text[]) = 0 OR feed.url = ANY(%(names)s) OR feed.id::text = ANY(%(names)s))
  AND (feed.state <> 'unlisted' OR cardinality(%(names)s::text[]) > 0)
ORDER BY feed.source, feed.url;

-- name: newest_of_feed
-- The newest articles of a feed: published_at, fetched_at, title, url.
SELECT published_at, fetched_at, title, url FROM tocsin.articles
WHERE feed_id = %(feed_id)s
ORDER BY fetched_at DESC, id DESC
LIMIT %(limit)s;

-- name: listed_feeds
-- The feeds that are visited, as a list has them.
SELECT url, source, country, language, interval_seconds, is_interval_given
FROM tocsin.feeds
WHERE is_listed OR is_added
ORDER BY source, url;

-- name: save_feeds
-- Keeps the state of feeds after a visit, unless another worker has their host by now: array of the columns of tocsin.feeds,
-- where entry_count and known_count are those of this visit and changed_count is 1 where it brought a new document.
-- Returns the ids of those that were kept.
UPDATE tocsin.feeds AS feed
SET etag = visited.etag,
    last_modified = visited.last_modified,
    body_sha256 = visited.body_sha256,
    failure_count = visited.failure_count,
    last_error = visited.last_error,
    fetched_at = now(),
    succeeded_at = CASE WHEN visited.failure_count = 0 THEN now() ELSE feed.succeeded_at END,
    next_fetch_at = visited.next_fetch_at,
    is_active = feed.is_active AND visited.is_active,
    adapted_seconds = visited.adapted_seconds,
    adapting_count = visited.adapting_count,
    asked_seconds = visited.asked_seconds,
    visit_count = feed.visit_count + 1,
    changed_count = feed.changed_count + coalesce(visited.changed_count, 0),
    entry_count = feed.entry_count + coalesce(visited.entry_count, 0),
    known_count = feed.known_count + coalesce(visited.known_count, 0),
    moved_to = visited.moved_to,
    moved_count = visited.moved_count
FROM jsonb_populate_recordset(NULL::tocsin.feeds, %(feeds)s::jsonb) AS visited
JOIN tocsin.hosts AS host ON host.host = tocsin.host_of(visited.url)
WHERE feed.id = visited.id
  AND host.lease_holder = (SELECT pid || ' ' || extract(epoch FROM backend_start) FROM pg_stat_activity WHERE pid = pg_backend_pid())
RETURNING feed.id;

-- name: seen_entries
-- What is remembered of entries with these canonical links or variants of them, under the link that was asked for.
SELECT given.url, seen.entry_key, seen.guid_key, seen.title_key, seen.text_key, seen.article_url, seen.outcome,
       seen.try_count, seen.next_try_at
FROM unnest(%(urls)s::text[]) AS given (url)
JOIN tocsin.seen_urls AS seen ON tocsin.address_key(seen.url) = tocsin.address_key(given.url);

-- name: article_titles
-- Titles of the articles at these URLs or variants of them, under the URL that was asked for.
SELECT given.url, article.title
FROM unnest(%(urls)s::text[]) AS given (url)
JOIN tocsin.articles AS article ON tocsin.address_key(article.url) = tocsin.address_key(given.url);

-- name: article_texts
-- Titles and texts of the articles at these URLs or variants of them, each in its newest version.
SELECT given.url, coalesce(newest.title, article.title) AS title, coalesce(newest.text, article.text) AS text
FROM unnest(%(urls)s::text[]) AS given (url)
JOIN tocsin.articles AS article ON tocsin.address_key(article.url) = tocsin.address_key(given.url)
LEFT JOIN LATERAL (
    SELECT title, text FROM tocsin.article_revisions WHERE article_id = article.id ORDER BY revision DESC LIMIT 1
) AS newest ON true
WHERE article.text_dropped_at IS NULL;

-- name: waiting_entries
-- Entries of a feed that are to be tried again now, as the feed gave them.
SELECT url, entry_key, guid_key, title_key, text_key, article_url, outcome, try_count, next_try_at, entry
FROM tocsin.seen_urls
WHERE feed_id = %(feed_id)s AND next_try_at <= now()
ORDER BY next_try_at, entry_key
LIMIT %(limit)s;

-- name: save_seen
-- Remembers entries and what came of them: array of the columns of tocsin.seen_urls. Returns nothing.
-- One that an article tells already waits for nothing.
INSERT INTO tocsin.seen_urls (url, entry_key, guid_key, title_key, text_key, article_url, outcome, feed_id, try_count,
                              next_try_at, entry)
SELECT DISTINCT ON (entry_key)
       url, entry_key, guid_key, title_key, text_key, article_url, outcome, feed_id, try_count, next_try_at, entry
FROM jsonb_populate_recordset(NULL::tocsin.seen_urls, %(entries)s::jsonb)
ORDER BY entry_key, outcome <> 'article'
ON CONFLICT (entry_key) DO UPDATE
SET text_key = excluded.text_key,
    article_url = coalesce(excluded.article_url, seen_urls.article_url),
    outcome = excluded.outcome,
    feed_id = excluded.feed_id,
    try_count = excluded.try_count,
    next_try_at = excluded.next_try_at,
    entry = excluded.entry,
    seen_at = now()
WHERE seen_urls.article_url IS NULL OR excluded.outcome <> 'waiting';

-- name: touch_seen
-- Says that entries are still shown, once a day, so that what a feed shows is never forgotten. Returns nothing.
UPDATE tocsin.seen_urls SET seen_at = now()
WHERE entry_key = ANY(%(entry_keys)s) AND seen_at < now() - interval '1 day';

-- name: insert_articles
-- Ids of the articles that were new: array of the columns of tocsin.articles.
INSERT INTO tocsin.articles (url, feed_id, batch_id, source, title, text, language, published_at, published_from,
                             fetched_at, text_method, text_flags)
SELECT url, feed_id, batch_id, source, title, text, language, published_at, published_from, fetched_at, text_method,
       coalesce(text_flags, '{}')
FROM jsonb_populate_recordset(NULL::tocsin.articles, %(articles)s::jsonb)
ORDER BY url
ON CONFLICT (tocsin.address_key(url)) DO NOTHING
RETURNING id;

-- name: insert_revisions
-- Keeps later versions of articles: array of {url, title, text, published_at}. Returns the articles' ids.
INSERT INTO tocsin.article_revisions (article_id, revision, title, text, published_at)
SELECT article.id,
       1 + greatest(article.revision, (SELECT max(earlier.revision) FROM tocsin.article_revisions AS earlier
                                       WHERE earlier.article_id = article.id)),
       given.title, given.text, given.published_at
FROM jsonb_to_recordset(%(revisions)s::jsonb) AS given (url text, title text, text text, published_at timestamptz)
JOIN tocsin.articles AS article ON tocsin.address_key(article.url) = tocsin.address_key(given.url)
ON CONFLICT (article_id, revision) DO NOTHING
RETURNING article_id;
