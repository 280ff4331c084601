-- Evidence: pages as they came, for reading them again; what came of entries by source and day; counts of each batch.

CREATE TABLE tocsin.article_pages (
    article_id   bigint NOT NULL REFERENCES tocsin.articles (id) ON DELETE CASCADE,
    url          text NOT NULL,
    content_type text NOT NULL,
    body_zstd    bytea NOT NULL,
    byte_count   integer NOT NULL,
    fetched_at   timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT article_pages_pkey PRIMARY KEY (article_id)
);
-- It is compressed already.
ALTER TABLE tocsin.article_pages ALTER COLUMN body_zstd SET STORAGE EXTERNAL;
CREATE INDEX article_pages_by_time ON tocsin.article_pages (fetched_at);
COMMENT ON TABLE tocsin.article_pages IS 'One row an article: its page as it came, so that its text can be taken again when the way to it is mended.';
COMMENT ON COLUMN tocsin.article_pages.article_id IS 'The article.';
COMMENT ON COLUMN tocsin.article_pages.url IS 'Where the page came from, after redirects.';
COMMENT ON COLUMN tocsin.article_pages.content_type IS 'As the server sent it.';
COMMENT ON COLUMN tocsin.article_pages.body_zstd IS 'Bytes of the page, compressed by zstandard.';
COMMENT ON COLUMN tocsin.article_pages.byte_count IS 'How many bytes it has uncompressed.';
COMMENT ON COLUMN tocsin.article_pages.fetched_at IS 'When it was fetched.';

CREATE TABLE tocsin.source_days (
    source      text NOT NULL,
    day         date NOT NULL,
    outcome     text NOT NULL,
    entry_count bigint NOT NULL,
    CONSTRAINT source_days_pkey PRIMARY KEY (source, day, outcome)
);
CREATE INDEX source_days_by_day ON tocsin.source_days (day);
COMMENT ON TABLE tocsin.source_days IS 'What came of entries that were looked at: counts by publisher, day and outcome.';
COMMENT ON COLUMN tocsin.source_days.source IS 'The publisher.';
COMMENT ON COLUMN tocsin.source_days.day IS 'Day by Postgres'' clock, in UTC.';
COMMENT ON COLUMN tocsin.source_days.outcome IS 'page (an article with its page''s text), feed (with the whole text from the feed), summary (the feed''s teaser is all there is), paywall, other_page, failed, waiting, or why it is no article.';
COMMENT ON COLUMN tocsin.source_days.entry_count IS 'Entries.';

CREATE TABLE tocsin.batch_counts (
    batch_id bigint NOT NULL REFERENCES tocsin.batches (id) ON DELETE CASCADE,
    stage    text NOT NULL,
    name     text NOT NULL,
    value    bigint NOT NULL,
    CONSTRAINT batch_counts_pkey PRIMARY KEY (batch_id, stage, name)
);
COMMENT ON TABLE tocsin.batch_counts IS 'What a stage counted in a batch, by outcome; several tasks of one stage are summed up.';
COMMENT ON COLUMN tocsin.batch_counts.batch_id IS 'The batch.';
COMMENT ON COLUMN tocsin.batch_counts.stage IS 'The stage.';
COMMENT ON COLUMN tocsin.batch_counts.name IS 'The outcome, as the stage''s line in the log calls it; milliseconds is the time of its tasks.';
COMMENT ON COLUMN tocsin.batch_counts.value IS 'How many.';

-- In one piece and by functions of pg_catalog alone: the planner reads it for the analyst too, whose role sees no other of ours.
CREATE OR REPLACE FUNCTION tocsin.address_key(url text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
AS $$
    SELECT pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to(coalesce(
        (SELECT parts[1] || parts[2]
                || pg_catalog.regexp_replace(pg_catalog.regexp_replace(parts[3], ';(?:jsessionid|phpsessid)=[^/;]*', '', 'gi'), '/+$', '')
                || coalesce((
                    SELECT '?' || pg_catalog.string_agg(part, '&' ORDER BY part COLLATE "C")
                    FROM pg_catalog.regexp_split_to_table(parts[4], '&') AS part
                    WHERE part <> '' AND part !~* '^(?:jsessionid|phpsessid)=' AND part !~* '^ref=(?![0-9]+$)'
                ), '')
                || coalesce(parts[5], '')
         FROM pg_catalog.regexp_match(url, '^(https?://)(?:www\.)?([^/?#]*)([^?#]*)(?:\?([^#]*))?(#.*)?$') AS parts
         WHERE parts IS NOT NULL),
        url
    ), 'UTF8')), 'hex')
$$;
