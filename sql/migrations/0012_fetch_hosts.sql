-- Fetch: one worker a host, whatever the process or machine; what hosts asked for; raw pages; counts by outcome.

CREATE TABLE tocsin.hosts (
    host                   text NOT NULL,
    lease_holder           text,
    lease_until            timestamptz,
    next_turn_at           timestamptz,
    left_alone_until       timestamptz,
    pages_left_alone_until timestamptz,
    left_alone_reason      text,
    robots                 jsonb NOT NULL DEFAULT '{}',
    used_at                timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT hosts_pkey PRIMARY KEY (host)
);
COMMENT ON TABLE tocsin.hosts IS 'One row a host that fetch asks: which worker has it now, and until when it is left alone.';
COMMENT ON COLUMN tocsin.hosts.host IS 'Name or address, in small letters.';
COMMENT ON COLUMN tocsin.hosts.lease_holder IS 'Session of the worker that may ask it (process id and start, as in pg_stat_activity); void when that session is gone.';
COMMENT ON COLUMN tocsin.hosts.lease_until IS 'When another worker may take it whatever became of the holder.';
COMMENT ON COLUMN tocsin.hosts.next_turn_at IS 'No page of it is asked for before: its crawl delay, or our own pause.';
COMMENT ON COLUMN tocsin.hosts.left_alone_until IS 'It asked for patience (429, 503) and is not asked at all before.';
COMMENT ON COLUMN tocsin.hosts.pages_left_alone_until IS 'Its pages hung, and none is asked for before; its feeds are.';
COMMENT ON COLUMN tocsin.hosts.left_alone_reason IS 'Why it is or was left alone.';
COMMENT ON COLUMN tocsin.hosts.robots IS 'Its robots.txt by scheme and port: text, and when it was read (seconds since 1970).';
COMMENT ON COLUMN tocsin.hosts.used_at IS 'When a worker had it last.';
INSERT INTO tocsin.hosts (host) SELECT DISTINCT host FROM tocsin.feeds;

ALTER TABLE tocsin.feeds DROP COLUMN lease_holder, DROP COLUMN lease_until;
CREATE INDEX feeds_by_host ON tocsin.feeds (host);

ALTER TABLE tocsin.articles ADD COLUMN text_flags text[] NOT NULL DEFAULT '{}';
COMMENT ON COLUMN tocsin.articles.text_flags IS 'What may be wrong with the text: paywall (the page says that it is not for everybody), other_page (a consent or log-in page stood in its place), short, summary_only (the feed''s teaser is all there is).';
