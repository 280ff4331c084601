-- Incidents across articles: an event is what several wordings tell, whatever the names and the day of print.

CREATE TABLE tocsin.event_wordings (
    id                bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    event_key         text NOT NULL,
    event_id          bigint NOT NULL,
    event_date        date NOT NULL,
    date_precision    text NOT NULL,
    is_dated          boolean NOT NULL,
    event_type        text NOT NULL,
    status            text NOT NULL,
    actor_name        text,
    actor_country     text,
    actor_sector      text,
    recipient_name    text,
    recipient_country text,
    recipient_sector  text,
    place_name        text,
    place_country     text,
    place_admin1      text,
    place_latitude    double precision,
    place_longitude   double precision,
    place_resolution  text,
    geonames_id       bigint,
    has_handles       boolean NOT NULL DEFAULT true,
    CONSTRAINT event_wordings_key UNIQUE (event_key)
);
CREATE INDEX event_wordings_by_event ON tocsin.event_wordings (event_id);
CREATE INDEX event_wordings_without_handles ON tocsin.event_wordings (id) WHERE NOT has_handles;
COMMENT ON TABLE tocsin.event_wordings IS 'One row a way an event is told: type, status, day, parties and place. Several tell one event; which, store decides (pipeline/store/incidents.py).';
COMMENT ON COLUMN tocsin.event_wordings.id IS 'Identity.';
COMMENT ON COLUMN tocsin.event_wordings.event_key IS 'Hash of the wording, as candidates bear it.';
COMMENT ON COLUMN tocsin.event_wordings.event_id IS 'The event it tells.';
COMMENT ON COLUMN tocsin.event_wordings.is_dated IS 'Whether the text says the day; else it is the day of print.';
COMMENT ON COLUMN tocsin.event_wordings.has_handles IS 'Whether it can be found by its handles; one of before they were is given them by store.';

DO $$
DECLARE
    told record;
BEGIN
    FOR told IN
        SELECT attname AS name, col_description('tocsin.candidates'::regclass, attnum) AS comment
        FROM pg_attribute
        WHERE attrelid = 'tocsin.candidates'::regclass AND attname IN (
            'event_date', 'date_precision', 'event_type', 'status', 'actor_name', 'actor_country', 'actor_sector',
            'recipient_name', 'recipient_country', 'recipient_sector', 'place_name', 'place_country', 'place_admin1',
            'place_latitude', 'place_longitude', 'place_resolution', 'geonames_id'
        )
    LOOP
        EXECUTE format('COMMENT ON COLUMN tocsin.event_wordings.%I IS %L', told.name, told.comment);
    END LOOP;
END
$$;

CREATE TABLE tocsin.wording_handles (
    handle     bigint NOT NULL,
    event_date date NOT NULL,
    wording_id bigint NOT NULL,
    is_dated   boolean NOT NULL,
    land       text,
    latitude   real,
    longitude  real,
    PRIMARY KEY (handle, event_date, wording_id)
);
CREATE INDEX wording_handles_by_wording ON tocsin.wording_handles (wording_id);
COMMENT ON TABLE tocsin.wording_handles IS 'What wordings of one happening share: hashes of two of land, actor and recipient, or of the town.';
COMMENT ON COLUMN tocsin.wording_handles.handle IS 'The hash.';
COMMENT ON COLUMN tocsin.wording_handles.event_date IS 'Day of the wording.';
COMMENT ON COLUMN tocsin.wording_handles.wording_id IS 'The wording.';
COMMENT ON COLUMN tocsin.wording_handles.is_dated IS 'Whether its text says the day; else it is the day of print.';
COMMENT ON COLUMN tocsin.wording_handles.land IS 'ISO 3166 alpha-3 of its place; null: none.';
COMMENT ON COLUMN tocsin.wording_handles.latitude IS 'Degrees north, where its place is a town: who is elsewhere is not looked at.';
COMMENT ON COLUMN tocsin.wording_handles.longitude IS 'Degrees east.';

CREATE TABLE tocsin.pending_merges (
    event_id   bigint PRIMARY KEY,
    reason     text NOT NULL,
    pending_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE tocsin.pending_merges IS 'Events whose tellings changed by something else than a new one: a correction, a copy found late. Store looks at them anew.';
COMMENT ON COLUMN tocsin.pending_merges.event_id IS 'The event.';
COMMENT ON COLUMN tocsin.pending_merges.reason IS 'Why, as in event_revisions: told, corrected or recoded.';
COMMENT ON COLUMN tocsin.pending_merges.pending_at IS 'Since when.';

ALTER TABLE tocsin.candidates ADD COLUMN handles bigint[];
COMMENT ON COLUMN tocsin.candidates.handles IS 'What its wording is found by among others (wording_handles).';
ALTER TABLE tocsin.mentions ADD COLUMN wording_id bigint;
COMMENT ON COLUMN tocsin.mentions.wording_id IS 'The wording in which it tells the event (event_wordings).';

-- Events of before are one wording each. What was not stored yet is given a key of the new kind.
INSERT INTO tocsin.event_wordings (
    event_key, event_id, event_date, date_precision, is_dated, event_type, status,
    actor_name, actor_country, actor_sector, recipient_name, recipient_country, recipient_sector,
    place_name, place_country, place_admin1, place_latitude, place_longitude, place_resolution, geonames_id, has_handles
)
SELECT DISTINCT ON (event.event_key)
       event.event_key, event.id, event.event_date, event.date_precision,
       candidate.id IS NULL OR candidate.date_start IS NOT NULL, event.event_type, event.status,
       event.actor_name, event.actor_country, event.actor_sector,
       event.recipient_name, event.recipient_country, event.recipient_sector,
       event.place_name, event.place_country, event.place_admin1, event.place_latitude, event.place_longitude,
       event.place_resolution, event.geonames_id, false
FROM tocsin.events AS event
LEFT JOIN tocsin.candidates AS candidate ON candidate.id = event.candidate_id
WHERE event.deleted_at IS NULL
ORDER BY event.event_key, event.id;
UPDATE tocsin.mentions AS mention
SET wording_id = wording.id
FROM tocsin.event_wordings AS wording
WHERE wording.event_id = mention.event_id;
UPDATE tocsin.candidates SET event_key = NULL WHERE stored_at IS NULL AND event_key IS NOT NULL;

-- The wordings hold that a key is one event's; an event's own key is that of its first telling.
ALTER TABLE tocsin.events DROP CONSTRAINT events_key;
CREATE INDEX events_by_key ON tocsin.events (event_key);
COMMENT ON COLUMN tocsin.events.event_key IS 'Key of the wording of its first telling (event_wordings); the same whatever the order of arrival.';

DROP INDEX tocsin.candidates_to_withdraw;
