-- Store at ten million events: a fixed grid of partitions, evidence kept with the mention, and locks of our own.

-- Locks. An advisory lock is open to everybody who may connect; a row of a table is not.
CREATE TABLE tocsin.locks (
    lock text PRIMARY KEY
);
COMMENT ON TABLE tocsin.locks IS 'One row a thing that one process at a time may do: locked while it is done, never written.';
COMMENT ON COLUMN tocsin.locks.lock IS 'What is locked: store or alert.';
INSERT INTO tocsin.locks (lock) VALUES ('store'), ('alert');

-- Mentions keep the evidence, so that a candidate may go when its time is over and the event stays proven.
ALTER TABLE tocsin.mentions
    ADD COLUMN sentence text,
    ADD COLUMN sentence_start integer,
    ADD COLUMN confidence double precision;
UPDATE tocsin.mentions AS mention
SET sentence = candidate.sentence,
    sentence_start = candidate.sentence_start,
    confidence = candidate.confidence
FROM tocsin.candidates AS candidate
WHERE candidate.id = mention.candidate_id;
ALTER TABLE tocsin.mentions
    ALTER COLUMN sentence SET NOT NULL,
    ALTER COLUMN sentence_start SET NOT NULL,
    ALTER COLUMN confidence SET NOT NULL,
    DROP CONSTRAINT mentions_event_fkey,
    DROP CONSTRAINT mentions_candidate_id_fkey,
    DROP CONSTRAINT mentions_key;
COMMENT ON TABLE tocsin.mentions IS 'Where an article tells an event: one row a trigger, with the sentence. The candidate holds all spans while it is kept.';
COMMENT ON COLUMN tocsin.mentions.candidate_id IS 'Candidate with all spans; the number stays when the candidate is dropped.';
COMMENT ON COLUMN tocsin.mentions.sentence IS 'The sentence that tells it.';
COMMENT ON COLUMN tocsin.mentions.sentence_start IS 'First character of the sentence.';
COMMENT ON COLUMN tocsin.mentions.confidence IS 'Calibrated probability that type, actor and recipient are right.';
DROP INDEX tocsin.mentions_by_event;

ALTER TABLE tocsin.pending_alerts DROP CONSTRAINT pending_alerts_event_fkey;
ALTER TABLE tocsin.alerts DROP CONSTRAINT alerts_event_fkey;

-- Events: a partition a year for the years of news, decades before, and an open one at each end. The grid holds every
-- date there is, so that no row ever waits for a partition, none is made while others read, and an odd year costs
-- nothing. A partition a month made 164 of them from 3,000 articles, and every plan locked each with its five indices.
ALTER TABLE tocsin.events RENAME TO events_by_month;
CREATE TABLE tocsin.events (
    LIKE tocsin.events_by_month INCLUDING DEFAULTS INCLUDING COMMENTS,
    candidate_id  bigint,
    trigger_start integer
) PARTITION BY RANGE (event_date);
COMMENT ON TABLE tocsin.events IS 'One row an event, merged from all its mentions; partitioned by event_date: a year each, decades before 2020.';
COMMENT ON COLUMN tocsin.events.candidate_id IS 'Candidate of its surest telling, from which its values are.';
COMMENT ON COLUMN tocsin.events.trigger_start IS 'First character of the trigger of its surest telling.';

CREATE TABLE tocsin.events_to_1999 PARTITION OF tocsin.events FOR VALUES FROM (MINVALUE) TO ('2000-01-01');
CREATE TABLE tocsin.events_2000s PARTITION OF tocsin.events FOR VALUES FROM ('2000-01-01') TO ('2010-01-01');
CREATE TABLE tocsin.events_2010s PARTITION OF tocsin.events FOR VALUES FROM ('2010-01-01') TO ('2020-01-01');
DO $$
BEGIN
    FOR year IN 2020..2035 LOOP
        EXECUTE format('CREATE TABLE tocsin.%I PARTITION OF tocsin.events FOR VALUES FROM (%L) TO (%L)',
                       'events_' || year, make_date(year, 1, 1), make_date(year + 1, 1, 1));
    END LOOP;
END
$$;
CREATE TABLE tocsin.events_from_2036 PARTITION OF tocsin.events FOR VALUES FROM ('2036-01-01') TO (MAXVALUE);
DO $$
DECLARE
    partition record;
BEGIN
    FOR partition IN
        SELECT relation.oid::regclass AS name, pg_get_expr(relation.relpartbound, relation.oid) AS bounds
        FROM pg_inherits
        JOIN pg_class AS relation ON relation.oid = inhrelid
        WHERE inhparent = 'tocsin.events'::regclass
    LOOP
        EXECUTE format('COMMENT ON TABLE %s IS %L', partition.name, 'Events ' || lower(partition.bounds) || '.');
    END LOOP;
END
$$;

-- The surest telling, by the order that store keeps (sql/queries/store.sql).
INSERT INTO tocsin.events
SELECT event.*, telling.id, telling.trigger_start
FROM tocsin.events_by_month AS event
LEFT JOIN (
    SELECT DISTINCT ON (candidate.event_key) candidate.event_key, candidate.id, candidate.trigger_start
    FROM tocsin.candidates AS candidate
    JOIN tocsin.articles AS article ON article.id = candidate.article_id
    WHERE candidate.verdict = 'accepted' AND candidate.stored_at IS NOT NULL
    ORDER BY candidate.event_key, candidate.confidence DESC, article.published_at, article.url,
             candidate.trigger_start, candidate.candidate_key
) AS telling ON telling.event_key = event.event_key;
DROP TABLE tocsin.events_by_month CASCADE;

-- Id first: `WHERE id = …` needs no date, and new rows go to the end of the index.
ALTER TABLE tocsin.events
    ADD CONSTRAINT events_pkey PRIMARY KEY (id, event_date),
    ADD CONSTRAINT events_key UNIQUE (event_date, event_key);
CREATE INDEX events_by_dyad ON tocsin.events (actor_country, recipient_country, event_date);
CREATE INDEX events_by_type ON tocsin.events (event_type, event_date);
CREATE INDEX events_by_place ON tocsin.events (place_country, event_date);

-- No foreign key leads from mentions and pending alerts to events any more: the check of a key into a partitioned table
-- cost more than the row itself (half of store's time). Store writes them in the event's own transaction, with the id
-- that it has in hand, and events are never deleted, but marked (deleted_at).
ALTER TABLE tocsin.mentions
    DROP COLUMN event_key,
    ADD CONSTRAINT mentions_key UNIQUE (candidate_id, trigger_start);
CREATE INDEX mentions_by_event ON tocsin.mentions (event_id);
ALTER TABLE tocsin.alerts
    ADD CONSTRAINT alerts_event_fkey FOREIGN KEY (event_date, event_id)
        REFERENCES tocsin.events (event_date, id) ON DELETE CASCADE;

-- Nobody looks candidates up by event any more, or by batch; each index is written three times in a row's life.
DROP INDEX tocsin.candidates_by_event;
DROP INDEX tocsin.candidates_by_batch;
CREATE INDEX candidates_without_key ON tocsin.candidates (id)
    WHERE verdict = 'accepted' AND stored_at IS NULL AND event_key IS NULL;

DROP FUNCTION tocsin.ensure_event_month(date);
