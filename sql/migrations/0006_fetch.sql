-- Fetch: feeds are leased, entries are told apart by more than their link, and what could not be read is tried again.

-- A link may be longer than a row of an index (2,704 bytes), so indexes hold its hash.
CREATE FUNCTION tocsin.key_of(value text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
AS $$ SELECT pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to(value, 'UTF8')), 'hex') $$;
COMMENT ON FUNCTION tocsin.key_of(text) IS 'SHA-256 in hex of a text that may be too long for an index.';

ALTER TABLE tocsin.articles DROP CONSTRAINT articles_url_key;
CREATE UNIQUE INDEX articles_url_key ON tocsin.articles (tocsin.key_of(url));
ALTER TABLE tocsin.quarantine DROP CONSTRAINT quarantine_key;
CREATE UNIQUE INDEX quarantine_key ON tocsin.quarantine (stage, tocsin.key_of(item_key), tocsin.key_of(reason));

ALTER TABLE tocsin.feeds
    ADD COLUMN lease_holder text,
    ADD COLUMN lease_until timestamptz,
    ADD COLUMN moved_to text,
    ADD COLUMN moved_count integer NOT NULL DEFAULT 0;
CREATE INDEX feeds_due ON tocsin.feeds (next_fetch_at, id) WHERE is_active;
COMMENT ON COLUMN tocsin.feeds.lease_holder IS 'Session of the worker that visits it now (process id and start, as in pg_stat_activity); void when that session is gone.';
COMMENT ON COLUMN tocsin.feeds.lease_until IS 'When another worker may take it whatever became of the holder; null: nobody has it.';
COMMENT ON COLUMN tocsin.feeds.moved_to IS 'Where the feed says it has moved for good (301, 308, itunes:new-feed-url); null: nowhere.';
COMMENT ON COLUMN tocsin.feeds.moved_count IS 'Visits in a row that said so; believed after the second.';

ALTER TABLE tocsin.seen_urls DROP CONSTRAINT seen_urls_pkey;
ALTER TABLE tocsin.seen_urls
    ADD COLUMN entry_key text,
    ADD COLUMN guid_key text NOT NULL DEFAULT '',
    ADD COLUMN title_key text,
    ADD COLUMN text_key text NOT NULL DEFAULT '',
    ADD COLUMN article_url text,
    ADD COLUMN outcome text NOT NULL DEFAULT 'known',
    ADD COLUMN feed_id bigint REFERENCES tocsin.feeds (id) ON DELETE SET NULL,
    ADD COLUMN try_count integer NOT NULL DEFAULT 1,
    ADD COLUMN next_try_at timestamptz,
    ADD COLUMN entry jsonb;
UPDATE tocsin.seen_urls SET entry_key = tocsin.key_of(url);
ALTER TABLE tocsin.seen_urls ALTER COLUMN entry_key SET NOT NULL;
ALTER TABLE tocsin.seen_urls ADD CONSTRAINT seen_urls_pkey PRIMARY KEY (entry_key);
CREATE INDEX seen_urls_by_url ON tocsin.seen_urls (tocsin.key_of(url));
CREATE INDEX seen_urls_to_try ON tocsin.seen_urls (feed_id, next_try_at) WHERE next_try_at IS NOT NULL;
COMMENT ON TABLE tocsin.seen_urls IS 'One row an entry that was looked at: its link, guid and title, what came of it, and when it is tried again.';
COMMENT ON COLUMN tocsin.seen_urls.url IS 'Canonical form of the link; several entries may share it.';
COMMENT ON COLUMN tocsin.seen_urls.entry_key IS 'Hash of link, guid and title.';
COMMENT ON COLUMN tocsin.seen_urls.guid_key IS 'Hash of the guid; empty where it tells no more than the link.';
COMMENT ON COLUMN tocsin.seen_urls.title_key IS 'Hash of the title''s words; null where it is not known.';
COMMENT ON COLUMN tocsin.seen_urls.text_key IS 'Hash of the feed''s own text; empty where it has none.';
COMMENT ON COLUMN tocsin.seen_urls.article_url IS 'URL of the article that tells it; null where there is none.';
COMMENT ON COLUMN tocsin.seen_urls.outcome IS 'article, known (told by an article we had), waiting (tried again), failed (in quarantine), or why it is no article.';
COMMENT ON COLUMN tocsin.seen_urls.feed_id IS 'Feed that showed it.';
COMMENT ON COLUMN tocsin.seen_urls.try_count IS 'How often it was tried.';
COMMENT ON COLUMN tocsin.seen_urls.next_try_at IS 'Not to be tried again before; null: no more.';
COMMENT ON COLUMN tocsin.seen_urls.entry IS 'What the feed gave, kept while it may be tried again.';

CREATE TABLE tocsin.article_revisions (
    article_id   bigint NOT NULL REFERENCES tocsin.articles (id) ON DELETE CASCADE,
    revision     integer NOT NULL,
    title        text NOT NULL,
    text         text NOT NULL,
    published_at timestamptz NOT NULL,
    seen_at      timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (article_id, revision)
);
COMMENT ON TABLE tocsin.article_revisions IS 'Later versions of articles, as the publisher corrected them; kept, not coded yet.';
COMMENT ON COLUMN tocsin.article_revisions.article_id IS 'The article.';
COMMENT ON COLUMN tocsin.article_revisions.revision IS '2 for the first correction; the article itself is 1.';
COMMENT ON COLUMN tocsin.article_revisions.title IS 'Title, plain text.';
COMMENT ON COLUMN tocsin.article_revisions.text IS 'Plain text.';
COMMENT ON COLUMN tocsin.article_revisions.published_at IS 'When the publisher says this version came out.';
COMMENT ON COLUMN tocsin.article_revisions.seen_at IS 'When we read it.';
