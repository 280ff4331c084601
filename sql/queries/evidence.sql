-- name: keep_pages
-- Keeps the pages of articles as they came: array of {article_url, url, content_type, body (base64 of zstd), byte_count}. Rows kept.
INSERT INTO tocsin.article_pages (article_id, url, content_type, body_zstd, byte_count)
SELECT article.id, given.url, given.content_type, decode(given.body, 'base64'), given.byte_count
FROM jsonb_to_recordset(%(pages)s::jsonb)
    AS given (article_url text, url text, content_type text, body text, byte_count integer)
JOIN tocsin.articles AS article ON tocsin.address_key(article.url) = tocsin.address_key(given.article_url)
ORDER BY article.id
ON CONFLICT (article_id) DO NOTHING;

-- name: count_outcomes
-- Adds to the counts by publisher, day and outcome: array of {source, outcome, entry_count}. Returns nothing.
INSERT INTO tocsin.source_days AS known (source, day, outcome, entry_count)
SELECT source, (now() AT TIME ZONE 'UTC')::date, outcome, entry_count
FROM jsonb_to_recordset(%(outcomes)s::jsonb) AS given (source text, outcome text, entry_count bigint)
ORDER BY source, outcome
ON CONFLICT (source, day, outcome) DO UPDATE SET entry_count = known.entry_count + excluded.entry_count;

-- name: keep_counts
-- Adds to what a stage counted in a batch: object of name and value. Returns nothing.
INSERT INTO tocsin.batch_counts AS known (batch_id, stage, name, value)
SELECT %(batch_id)s, %(stage)s, key, value::bigint
FROM jsonb_each_text(%(counts)s::jsonb)
WHERE value::bigint <> 0
ORDER BY key
ON CONFLICT (batch_id, stage, name) DO UPDATE SET value = known.value + excluded.value;

-- name: broken_yields
-- Publishers whose entries give a whole text half as often as they used to: source, recent_share, usual_share, recent_count.
SELECT source, recent_share, usual_share, recent_count FROM analysis.source_yield WHERE is_broken ORDER BY source;

-- name: kept_pages
-- Pages that were kept, with their article, in order of the article's id, after one: all of a publisher, or of all (source null).
SELECT page.article_id, article.url AS article_url, page.url, page.content_type, page.body_zstd, article.source, article.title,
       article.published_at, article.fetched_at, article.feed_id,
       coalesce(newest.title, article.title) AS newest_title, coalesce(newest.text, article.text) AS newest_text
FROM tocsin.article_pages AS page
JOIN tocsin.articles AS article ON article.id = page.article_id
LEFT JOIN LATERAL (
    SELECT title, text FROM tocsin.article_revisions WHERE article_id = article.id ORDER BY revision DESC LIMIT 1
) AS newest ON true
WHERE page.article_id > %(after_id)s AND article.text_dropped_at IS NULL
  AND (%(source)s::text IS NULL OR article.source = %(source)s)
ORDER BY page.article_id
LIMIT %(limit)s;
