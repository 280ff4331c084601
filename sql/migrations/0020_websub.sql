-- WebSub: feeds that are pushed to us by their hub, as well as visited.

CREATE TABLE tocsin.subscriptions (
    feed_id        bigint NOT NULL REFERENCES tocsin.feeds (id) ON DELETE CASCADE,
    hub_url        text NOT NULL,
    topic_url      text NOT NULL,
    token          text NOT NULL DEFAULT replace(gen_random_uuid()::text, '-', ''),
    secret         text NOT NULL DEFAULT replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''),
    state          text NOT NULL DEFAULT 'wanted',
    asked_at       timestamptz,
    expires_at     timestamptz,
    failure_count  integer NOT NULL DEFAULT 0,
    last_error     text,
    delivered_at   timestamptz,
    delivery_count bigint NOT NULL DEFAULT 0,
    CONSTRAINT subscriptions_pkey PRIMARY KEY (feed_id),
    CONSTRAINT subscriptions_token_key UNIQUE (token),
    CONSTRAINT subscriptions_state CHECK (state IN ('wanted', 'asked', 'active', 'denied'))
);
COMMENT ON TABLE tocsin.subscriptions IS 'One row a feed that names a hub (WebSub): where and how it is subscribed to by `tocsin websub`.';
COMMENT ON COLUMN tocsin.subscriptions.feed_id IS 'The feed.';
COMMENT ON COLUMN tocsin.subscriptions.hub_url IS 'Address of the hub, as the feed names it.';
COMMENT ON COLUMN tocsin.subscriptions.topic_url IS 'The feed''s address as the hub knows it.';
COMMENT ON COLUMN tocsin.subscriptions.token IS 'Last part of the address the hub delivers to; nobody can guess it.';
COMMENT ON COLUMN tocsin.subscriptions.secret IS 'What the hub signs its deliveries with; others are passed over.';
COMMENT ON COLUMN tocsin.subscriptions.state IS 'wanted; asked (the hub has yet to verify); active; denied (by the hub).';
COMMENT ON COLUMN tocsin.subscriptions.asked_at IS 'When the hub was asked last.';
COMMENT ON COLUMN tocsin.subscriptions.expires_at IS 'When the subscription ends unless it is renewed, which happens a day before or at four fifths of its time.';
COMMENT ON COLUMN tocsin.subscriptions.failure_count IS 'Failed requests to the hub in a row.';
COMMENT ON COLUMN tocsin.subscriptions.last_error IS 'Why the last one failed, or why the hub denied.';
COMMENT ON COLUMN tocsin.subscriptions.delivered_at IS 'When the hub delivered last.';
COMMENT ON COLUMN tocsin.subscriptions.delivery_count IS 'Deliveries that bore its signature.';
