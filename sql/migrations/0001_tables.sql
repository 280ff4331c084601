-- The tables of Tocsin. Analysts read the views of schema analysis; these may change.

CREATE SCHEMA tocsin;
COMMENT ON SCHEMA tocsin IS 'Tables of Tocsin; may change between versions. Read the views of schema analysis instead.';

CREATE SCHEMA analysis;
COMMENT ON SCHEMA analysis IS 'Views for analysts: their columns are kept from version to version.';

CREATE TABLE tocsin.feeds (
    id               bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    url              text NOT NULL,
    source           text NOT NULL,
    country          text,
    language         text,
    interval_seconds integer NOT NULL,
    is_active        boolean NOT NULL DEFAULT true,
    etag             text,
    last_modified    text,
    body_sha256      text,
    failure_count    integer NOT NULL DEFAULT 0,
    last_error       text,
    fetched_at       timestamptz,
    next_fetch_at    timestamptz DEFAULT now(),
    created_at       timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT feeds_url_key UNIQUE (url),
    CONSTRAINT feeds_interval_positive CHECK (interval_seconds > 0)
);
COMMENT ON TABLE tocsin.feeds IS 'One row a feed: what the feed list says of it, and its feed state (validators, failures, next fetch).';

CREATE TABLE tocsin.batches (
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    run_key   text NOT NULL,
    opened_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT batches_run_key_key UNIQUE (run_key)
);
COMMENT ON TABLE tocsin.batches IS 'One row a run of the news DAG: what it fetched and coded carries this id through all stages.';

CREATE TABLE tocsin.articles (
    id                   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    url                  text NOT NULL,
    feed_id              bigint REFERENCES tocsin.feeds (id) ON DELETE SET NULL,
    batch_id             bigint REFERENCES tocsin.batches (id) ON DELETE SET NULL,
    source               text NOT NULL,
    title                text NOT NULL,
    text                 text NOT NULL,
    language             text NOT NULL,
    published_at         timestamptz NOT NULL,
    published_from       text NOT NULL DEFAULT 'feed',
    fetched_at           timestamptz NOT NULL,
    text_method          text NOT NULL,
    codebook             text,
    extracted_at         timestamptz,
    is_quarantined       boolean NOT NULL DEFAULT false,
    created_at           timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT articles_url_key UNIQUE (url)
);
COMMENT ON TABLE tocsin.articles IS 'One row an article, by its canonical URL.';
CREATE INDEX articles_to_extract ON tocsin.articles (id) WHERE codebook IS NULL AND NOT is_quarantined;
CREATE INDEX articles_by_publication ON tocsin.articles (published_at);
CREATE INDEX articles_by_batch ON tocsin.articles (batch_id);

CREATE TABLE tocsin.seen_urls (
    url     text PRIMARY KEY,
    seen_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE tocsin.seen_urls IS 'Canonical links of entries that need no further look: taken, discarded, or failed for good.';

CREATE TABLE tocsin.attempts (
    stage         text NOT NULL,
    item_key      text NOT NULL,
    attempt_count integer NOT NULL DEFAULT 0,
    attempted_at  timestamptz NOT NULL DEFAULT now(),
    last_error    text,
    PRIMARY KEY (stage, item_key)
);
COMMENT ON TABLE tocsin.attempts IS 'How often an item was taken in hand and not finished; charged before the work, cleared after it, so that a crash counts.';

CREATE TABLE tocsin.candidates (
    id                 bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    batch_id           bigint NOT NULL REFERENCES tocsin.batches (id),
    article_id         bigint NOT NULL REFERENCES tocsin.articles (id) ON DELETE CASCADE,
    codebook           text NOT NULL,
    candidate_key      text NOT NULL,
    event_type         text NOT NULL,
    mode               text,
    contexts           text[] NOT NULL DEFAULT '{}',
    status             text NOT NULL,
    status_reason      text NOT NULL DEFAULT '',
    actor_name         text,
    actor_country      text,
    actor_sector       text,
    actor_start        integer,
    actor_end          integer,
    actor_text         text,
    actor_entry_ids    text[] NOT NULL DEFAULT '{}',
    recipient_name     text,
    recipient_country  text,
    recipient_sector   text,
    recipient_start    integer,
    recipient_end      integer,
    recipient_text     text,
    recipient_entry_ids text[] NOT NULL DEFAULT '{}',
    speaker_name       text,
    speaker_country    text,
    speaker_sector     text,
    speaker_start      integer,
    speaker_end        integer,
    speaker_text       text,
    speaker_entry_ids  text[] NOT NULL DEFAULT '{}',
    trigger_start      integer NOT NULL,
    trigger_end        integer NOT NULL,
    trigger_text       text NOT NULL,
    sentence_start     integer NOT NULL,
    sentence_end       integer NOT NULL,
    sentence           text NOT NULL,
    mentions           jsonb NOT NULL DEFAULT '[]',
    place_name         text,
    place_country      text,
    place_admin1       text,
    place_latitude     double precision,
    place_longitude    double precision,
    place_resolution   text,
    geonames_id        bigint,
    place_start        integer,
    place_end          integer,
    place_text         text,
    event_date         date NOT NULL,
    date_precision     text NOT NULL,
    date_start         integer,
    date_end           integer,
    date_text          text,
    counts             jsonb NOT NULL DEFAULT '[]',
    quad_class         integer NOT NULL,
    score              double precision,
    cameo              text,
    frame_id           text NOT NULL,
    confidence         double precision NOT NULL,
    verdict            text,
    judged_at          timestamptz,
    event_key          text,
    stored_at          timestamptz,
    created_at         timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT candidates_key UNIQUE (article_id, codebook, candidate_key),
    CONSTRAINT candidates_verdict CHECK (verdict IN ('accepted', 'quarantined'))
);
COMMENT ON TABLE tocsin.candidates IS 'Events as extracted, one row a telling in one article, with every span; kept, so that each event leads back to its reasons. Offsets are characters of the article''s text, end exclusive.';
CREATE INDEX candidates_to_validate ON tocsin.candidates (id) WHERE verdict IS NULL;
CREATE INDEX candidates_to_store ON tocsin.candidates (id) WHERE verdict = 'accepted' AND stored_at IS NULL;
CREATE INDEX candidates_by_time ON tocsin.candidates (created_at) INCLUDE (event_type);
CREATE INDEX candidates_by_batch ON tocsin.candidates (batch_id);
CREATE INDEX candidates_by_event ON tocsin.candidates (event_key);

CREATE TABLE tocsin.quarantine (
    id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    stage          text NOT NULL,
    item_key       text NOT NULL,
    reason         text NOT NULL,
    seen           text,
    batch_id       bigint REFERENCES tocsin.batches (id) ON DELETE SET NULL,
    article_id     bigint REFERENCES tocsin.articles (id) ON DELETE CASCADE,
    candidate_id   bigint REFERENCES tocsin.candidates (id) ON DELETE CASCADE,
    url            text,
    quarantined_at timestamptz NOT NULL DEFAULT now(),
    released_at    timestamptz,
    CONSTRAINT quarantine_key UNIQUE (stage, item_key, reason),
    CONSTRAINT quarantine_stage CHECK (stage IN ('fetch', 'extract', 'validate', 'store', 'alert'))
);
COMMENT ON TABLE tocsin.quarantine IS 'What was refused, by which stage and why, with the value seen. To be read, or released and tried again.';

CREATE SEQUENCE tocsin.event_id;
COMMENT ON SEQUENCE tocsin.event_id IS 'Ids of events, unique over all months.';

CREATE TABLE tocsin.events (
    id                bigint NOT NULL DEFAULT nextval('tocsin.event_id'),
    event_key         text NOT NULL,
    event_date        date NOT NULL,
    date_precision    text NOT NULL,
    event_type        text NOT NULL,
    mode              text,
    contexts          text[] NOT NULL,
    status            text NOT NULL,
    actor_name        text,
    actor_country     text,
    actor_sector      text,
    recipient_name    text,
    recipient_country text,
    recipient_sector  text,
    speaker_name      text,
    place_name        text,
    place_country     text,
    place_admin1      text,
    place_latitude    double precision,
    place_longitude   double precision,
    place_resolution  text,
    geonames_id       bigint,
    counts            jsonb NOT NULL,
    quad_class        integer NOT NULL,
    score             double precision,
    cameo             text,
    confidence        double precision NOT NULL,
    codebook          text NOT NULL,
    mention_count     integer NOT NULL,
    article_count     integer NOT NULL,
    source_count      integer NOT NULL,
    first_reported_at timestamptz NOT NULL,
    stored_at         timestamptz NOT NULL DEFAULT now(),
    revised_at        timestamptz NOT NULL DEFAULT now(),
    revision          integer NOT NULL DEFAULT 1,
    deleted_at        timestamptz,
    PRIMARY KEY (event_date, id),
    CONSTRAINT events_key UNIQUE (event_date, event_key)
) PARTITION BY RANGE (event_date);
COMMENT ON TABLE tocsin.events IS 'One row an event, merged from all its mentions; partitioned by month of event_date.';
CREATE INDEX events_by_dyad ON tocsin.events (actor_country, recipient_country, event_date);
CREATE INDEX events_by_type ON tocsin.events (event_type, event_date);
CREATE INDEX events_by_place ON tocsin.events (place_country, event_date);

CREATE TABLE tocsin.mentions (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    event_date    date NOT NULL,
    event_id      bigint NOT NULL,
    event_key     text NOT NULL,
    candidate_id  bigint NOT NULL REFERENCES tocsin.candidates (id) ON DELETE CASCADE,
    article_id    bigint NOT NULL REFERENCES tocsin.articles (id) ON DELETE CASCADE,
    trigger_start integer NOT NULL,
    trigger_end   integer NOT NULL,
    trigger_text  text NOT NULL,
    created_at    timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT mentions_key UNIQUE (event_key, candidate_id, trigger_start),
    CONSTRAINT mentions_event_fkey FOREIGN KEY (event_date, event_id)
        REFERENCES tocsin.events (event_date, id) ON DELETE CASCADE
);
COMMENT ON TABLE tocsin.mentions IS 'Where an article tells an event: one row a trigger. The candidate holds the sentence and all spans.';
CREATE INDEX mentions_by_event ON tocsin.mentions (event_date, event_id);
CREATE INDEX mentions_by_article ON tocsin.mentions (article_id);

CREATE TABLE tocsin.pending_alerts (
    event_date date NOT NULL,
    event_id   bigint NOT NULL,
    pending_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (event_date, event_id),
    CONSTRAINT pending_alerts_event_fkey FOREIGN KEY (event_date, event_id)
        REFERENCES tocsin.events (event_date, id) ON DELETE CASCADE
);
COMMENT ON TABLE tocsin.pending_alerts IS 'Events that the rules have not seen yet. Written in the event''s own transaction, so none is missed; there is no watermark.';

CREATE TABLE tocsin.rules (
    rule       text PRIMARY KEY,
    title      text NOT NULL,
    severity   text NOT NULL,
    status     text NOT NULL,
    definition jsonb NOT NULL,
    loaded_at  timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE tocsin.rules IS 'Rules as last read from their YAML files; the files are the truth.';

CREATE TABLE tocsin.alerts (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    alert_key       text NOT NULL,
    rule            text NOT NULL,
    severity        text NOT NULL,
    event_date      date NOT NULL,
    event_id        bigint NOT NULL,
    group_key       text NOT NULL,
    reason          text NOT NULL,
    why             text NOT NULL,
    created_at      timestamptz NOT NULL DEFAULT now(),
    acknowledged_at timestamptz,
    acknowledgement text,
    CONSTRAINT alerts_alert_key_key UNIQUE (alert_key),
    CONSTRAINT alerts_event_fkey FOREIGN KEY (event_date, event_id)
        REFERENCES tocsin.events (event_date, id) ON DELETE CASCADE
);
COMMENT ON TABLE tocsin.alerts IS 'A rule was met by an event. `reason` says whether it was told and why not.';
CREATE INDEX alerts_by_group ON tocsin.alerts (rule, group_key, created_at);
CREATE INDEX alerts_by_event ON tocsin.alerts (event_date, event_id);

CREATE TABLE tocsin.notifications (
    id               bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    notification_key text NOT NULL,
    alert_id         bigint NOT NULL REFERENCES tocsin.alerts (id) ON DELETE CASCADE,
    receiver         text NOT NULL,
    channel          text NOT NULL,
    message          jsonb NOT NULL,
    state            text NOT NULL DEFAULT 'pending',
    attempt_count    integer NOT NULL DEFAULT 0,
    next_attempt_at  timestamptz NOT NULL DEFAULT now(),
    sent_at          timestamptz,
    last_error       text,
    created_at       timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT notifications_notification_key_key UNIQUE (notification_key),
    CONSTRAINT notifications_state CHECK (state IN ('pending', 'sent', 'quarantined'))
);
COMMENT ON TABLE tocsin.notifications IS 'The outbox and the notification log: one row a message to a receiver about an alert.';
CREATE INDEX notifications_to_send ON tocsin.notifications (next_attempt_at) WHERE state = 'pending';
CREATE INDEX notifications_by_alert ON tocsin.notifications (alert_id);

CREATE FUNCTION tocsin.ensure_event_month(day date) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    month date := date_trunc('month', day)::date;
    name  text := 'events_' || to_char(month, 'YYYY_MM');
BEGIN
    IF to_regclass('tocsin.' || name) IS NULL THEN
        EXECUTE format(
            'CREATE TABLE tocsin.%I PARTITION OF tocsin.events FOR VALUES FROM (%L) TO (%L)',
            name, month, (month + interval '1 month')::date
        );
        EXECUTE format('COMMENT ON TABLE tocsin.%I IS %L', name, 'Events of ' || to_char(month, 'YYYY-MM') || '.');
    END IF;
END
$$;
COMMENT ON FUNCTION tocsin.ensure_event_month(date) IS 'Makes the partition of events for the month of a day, unless it is there.';
