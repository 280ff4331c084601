-- Feeds: put in by a command as well as by the list, paused by hand, visited as often as they bring news, and counted.

CREATE FUNCTION tocsin.host_of(url text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
AS $$ SELECT pg_catalog.lower(coalesce(pg_catalog.substring(url, '^[A-Za-z]+://(?:[^/?#@]*@)?(\[[^\]/?#]*\]|[^:/?#]*)'), '')) $$;
COMMENT ON FUNCTION tocsin.host_of(text) IS 'Host of an address, in small letters; empty where there is none.';

ALTER TABLE tocsin.feeds
    ADD COLUMN is_listed boolean NOT NULL DEFAULT true,
    ADD COLUMN is_added boolean NOT NULL DEFAULT false,
    ADD COLUMN paused_at timestamptz,
    ADD COLUMN host text GENERATED ALWAYS AS (tocsin.host_of(url)) STORED,
    ADD COLUMN is_interval_given boolean NOT NULL DEFAULT true,
    ADD COLUMN adapted_seconds integer,
    ADD COLUMN adapting_count integer NOT NULL DEFAULT 0,
    ADD COLUMN asked_seconds integer NOT NULL DEFAULT 0,
    ADD COLUMN succeeded_at timestamptz,
    ADD COLUMN visit_count bigint NOT NULL DEFAULT 0,
    ADD COLUMN changed_count bigint NOT NULL DEFAULT 0,
    ADD COLUMN entry_count bigint NOT NULL DEFAULT 0,
    ADD COLUMN known_count bigint NOT NULL DEFAULT 0;
UPDATE tocsin.feeds SET is_listed = is_active OR next_fetch_at IS NULL;
UPDATE tocsin.feeds SET succeeded_at = fetched_at WHERE failure_count = 0;

COMMENT ON COLUMN tocsin.feeds.is_active IS 'Whether it is visited: it stands in the list or was added by hand, and has not said that it is gone for good (410).';
COMMENT ON COLUMN tocsin.feeds.is_listed IS 'Whether it stands in the list of feeds (TOCSIN_FEEDS_PATH).';
COMMENT ON COLUMN tocsin.feeds.is_added IS 'Whether it was put in by `tocsin feeds add` or `import`; such a feed stays when it leaves the list.';
COMMENT ON COLUMN tocsin.feeds.paused_at IS 'Since when it is paused by `tocsin feeds pause`; null: it is not.';
COMMENT ON COLUMN tocsin.feeds.host IS 'Host of its address.';
COMMENT ON COLUMN tocsin.feeds.interval_seconds IS 'Seconds from one visit to the next: the most where somebody gave it, else only where to begin.';
COMMENT ON COLUMN tocsin.feeds.is_interval_given IS 'Whether somebody gave the interval; where not, it finds itself.';
COMMENT ON COLUMN tocsin.feeds.adapted_seconds IS 'Seconds between visits that the feed''s own pace asks for; null: not known yet.';
COMMENT ON COLUMN tocsin.feeds.adapting_count IS 'Visits in a row that asked for a shorter interval (below 0) or a longer one (above 0).';
COMMENT ON COLUMN tocsin.feeds.asked_seconds IS 'Seconds that the feed or its server asks to be left alone between visits (ttl, max-age); 0: none.';
COMMENT ON COLUMN tocsin.feeds.succeeded_at IS 'Last visit that went well; null: none did.';
COMMENT ON COLUMN tocsin.feeds.visit_count IS 'Visits, failed ones included.';
COMMENT ON COLUMN tocsin.feeds.changed_count IS 'Visits that brought a new document.';
COMMENT ON COLUMN tocsin.feeds.entry_count IS 'Entries that were shown, summed over visits that brought a new document.';
COMMENT ON COLUMN tocsin.feeds.known_count IS 'How many of them were known already.';

CREATE INDEX articles_by_feed ON tocsin.articles (feed_id, fetched_at);

CREATE TABLE tocsin.feed_lists (
    is_only    boolean NOT NULL DEFAULT true,
    sha256     text NOT NULL,
    feed_count bigint NOT NULL,
    read_at    timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT feed_lists_pkey PRIMARY KEY (is_only),
    CONSTRAINT feed_lists_one CHECK (is_only)
);
COMMENT ON TABLE tocsin.feed_lists IS 'The list of feeds that was read last, one row: a list that did not change is not read in again.';
COMMENT ON COLUMN tocsin.feed_lists.is_only IS 'Always true: there is one row.';
COMMENT ON COLUMN tocsin.feed_lists.sha256 IS 'Hash of what it lists, in hex.';
COMMENT ON COLUMN tocsin.feed_lists.feed_count IS 'Feeds in it.';
COMMENT ON COLUMN tocsin.feed_lists.read_at IS 'When it was read in.';
