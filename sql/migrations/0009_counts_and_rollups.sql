-- What analysts ask of millions of events without reading them all: counts as columns, rollups and names kept with each
-- change, the indices of the queries that are measured (benchmarks/analyst.py), and how many rows there are.

ALTER TABLE tocsin.events
    ADD COLUMN killed_lower integer,
    ADD COLUMN killed_upper integer,
    ADD COLUMN injured_lower integer,
    ADD COLUMN injured_upper integer,
    ADD COLUMN arrested_lower integer,
    ADD COLUMN arrested_upper integer,
    ADD COLUMN crowd_lower integer,
    ADD COLUMN crowd_upper integer;
COMMENT ON COLUMN tocsin.events.killed_lower IS 'At least so many killed, where the text says.';
COMMENT ON COLUMN tocsin.events.killed_upper IS 'At most so many killed; null: the text sets no upper bound.';
COMMENT ON COLUMN tocsin.events.injured_lower IS 'At least so many injured, where the text says.';
COMMENT ON COLUMN tocsin.events.injured_upper IS 'At most so many injured; null: the text sets no upper bound.';
COMMENT ON COLUMN tocsin.events.arrested_lower IS 'At least so many arrested, where the text says.';
COMMENT ON COLUMN tocsin.events.arrested_upper IS 'At most so many arrested; null: the text sets no upper bound.';
COMMENT ON COLUMN tocsin.events.crowd_lower IS 'At least so many in the crowd, where the text says.';
COMMENT ON COLUMN tocsin.events.crowd_upper IS 'At most so many in the crowd; null: the text sets no upper bound.';

-- A trigger and no generated column: one look at the list for all eight, and none where it is empty, as it mostly is.
CREATE FUNCTION tocsin.set_counts() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    most CONSTANT numeric := 2147483647;
    told record;
BEGIN
    NEW.killed_lower := NULL; NEW.killed_upper := NULL; NEW.injured_lower := NULL; NEW.injured_upper := NULL;
    NEW.arrested_lower := NULL; NEW.arrested_upper := NULL; NEW.crowd_lower := NULL; NEW.crowd_upper := NULL;
    -- Of several of a kind the greatest; both bounds are of the same one, so that they never cross.
    FOR told IN
        SELECT DISTINCT ON (kind) kind,
               CASE WHEN count.lower > most THEN most ELSE count.lower END::integer AS lower,
               CASE WHEN count.upper > most THEN most ELSE count.upper END::integer AS upper
        FROM jsonb_to_recordset(NEW.counts) AS count (kind text, lower numeric, upper numeric)
        ORDER BY kind, count.lower DESC NULLS LAST, count.upper DESC NULLS FIRST
    LOOP
        CASE told.kind
            WHEN 'killed' THEN NEW.killed_lower := told.lower; NEW.killed_upper := told.upper;
            WHEN 'injured' THEN NEW.injured_lower := told.lower; NEW.injured_upper := told.upper;
            WHEN 'arrested' THEN NEW.arrested_lower := told.lower; NEW.arrested_upper := told.upper;
            WHEN 'crowd' THEN NEW.crowd_lower := told.lower; NEW.crowd_upper := told.upper;
            ELSE NULL;
        END CASE;
    END LOOP;
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION tocsin.set_counts() IS 'Writes the bounds of events.counts into the columns of their kind.';
CREATE TRIGGER events_set_counts BEFORE INSERT ON tocsin.events
    FOR EACH ROW WHEN (NEW.counts <> '[]') EXECUTE FUNCTION tocsin.set_counts();
CREATE TRIGGER events_reset_counts BEFORE UPDATE OF counts ON tocsin.events
    FOR EACH ROW EXECUTE FUNCTION tocsin.set_counts();
UPDATE tocsin.events SET counts = counts WHERE counts <> '[]';

CREATE TABLE tocsin.country_days (
    event_date    date NOT NULL,
    place_country text NOT NULL,
    quad_class    integer NOT NULL,
    event_count   bigint NOT NULL,
    actual_count  bigint NOT NULL,
    exact_count   bigint NOT NULL,
    score_total   numeric NOT NULL,
    score_count   bigint NOT NULL,
    killed_total  bigint NOT NULL,
    PRIMARY KEY (event_date, place_country, quad_class)
) WITH (fillfactor = 80);
COMMENT ON TABLE tocsin.country_days IS 'Rollup of valid events by day, country of the place and quad class; kept by a trigger of events. A row may count none.';

CREATE TABLE tocsin.country_months (
    month         date NOT NULL,
    place_country text NOT NULL,
    actor_sector  text NOT NULL,
    quad_class    integer NOT NULL,
    event_count   bigint NOT NULL,
    actual_count  bigint NOT NULL,
    score_total   numeric NOT NULL,
    score_count   bigint NOT NULL,
    killed_total  bigint NOT NULL,
    PRIMARY KEY (place_country, month, actor_sector, quad_class)
) WITH (fillfactor = 80);
COMMENT ON TABLE tocsin.country_months IS 'Rollup of valid events by month, country of the place, sector of the actor and quad class; kept by a trigger of events.';

CREATE TABLE tocsin.dyad_months (
    month             date NOT NULL,
    actor_country     text NOT NULL,
    recipient_country text NOT NULL,
    quad_class        integer NOT NULL,
    event_count       bigint NOT NULL,
    actual_count      bigint NOT NULL,
    score_total       numeric NOT NULL,
    score_count       bigint NOT NULL,
    PRIMARY KEY (actor_country, recipient_country, month, quad_class)
) WITH (fillfactor = 80);
COMMENT ON TABLE tocsin.dyad_months IS 'Rollup of valid events by dyad of countries, month and quad class, where both countries are known; kept by a trigger of events.';

CREATE TABLE tocsin.dyad_days (
    event_date        date NOT NULL,
    actor_country     text NOT NULL,
    recipient_country text NOT NULL,
    event_count       bigint NOT NULL,
    actual_count      bigint NOT NULL,
    PRIMARY KEY (event_date, actor_country, recipient_country)
) WITH (fillfactor = 80);
COMMENT ON TABLE tocsin.dyad_days IS 'Rollup of valid events between two different countries by day; kept by a trigger of events.';

CREATE TABLE tocsin.names (
    name            text PRIMARY KEY,
    actor_count     bigint NOT NULL,
    recipient_count bigint NOT NULL
) WITH (fillfactor = 80);
COMMENT ON TABLE tocsin.names IS 'Distinct names of actors and recipients, with how many valid events bear each; kept by a trigger of events. A part of a name is looked for here.';

CREATE TABLE tocsin.tallies (
    table_name text NOT NULL,
    row_change bigint NOT NULL,
    changed_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE tocsin.tallies IS 'How many rows came or went, a row a statement, so that no writer waits for another; their sum is how many there are. Upkeep adds them up.';
COMMENT ON COLUMN tocsin.tallies.table_name IS 'Name of the table: articles or events (valid ones).';
COMMENT ON COLUMN tocsin.tallies.row_change IS 'Rows that came, less those that went.';
COMMENT ON COLUMN tocsin.tallies.changed_at IS 'When.';

DO $$
DECLARE
    told record;
BEGIN
    FOR told IN
        SELECT kept.name, said.column_name, said.comment
        FROM (VALUES ('country_days'), ('country_months'), ('dyad_months'), ('dyad_days'), ('names')) AS kept (name)
        JOIN (VALUES
            ('event_date', 'When it happened; the first day of a week, month or year.'),
            ('month', 'First day of the month in which it happened.'),
            ('place_country', 'ISO 3166 alpha-3 of the place; empty: not known.'),
            ('actor_sector', 'PLOVER sector of the actor; empty: not known.'),
            ('actor_country', 'ISO 3166 alpha-3, or a PLOVER addition, of the actor.'),
            ('recipient_country', 'ISO 3166 alpha-3, or a PLOVER addition, of the recipient.'),
            ('quad_class', '1 verbal cooperation, 2 material cooperation, 3 verbal conflict, 4 material conflict.'),
            ('event_count', 'Events of every status.'),
            ('actual_count', 'Events of the status actual.'),
            ('exact_count', 'Events of the status actual whose day is known.'),
            ('score_total', 'Sum of the scores of actual events.'),
            ('score_count', 'Actual events that have a score.'),
            ('killed_total', 'Sum of the lower bounds of killed over actual events that are told as news.'),
            ('name', 'Name of an actor or recipient.'),
            ('actor_count', 'Valid events whose actor bears the name.'),
            ('recipient_count', 'Valid events whose recipient bears the name.')
        ) AS said (column_name, comment) ON true
        JOIN information_schema.columns AS present
            ON present.table_schema = 'tocsin' AND present.table_name = kept.name
            AND present.column_name = said.column_name
    LOOP
        EXECUTE format('COMMENT ON COLUMN tocsin.%I.%I IS %L', told.name, told.column_name, told.comment);
    END LOOP;
END
$$;

-- One statement for a change of a few rows and for all events there are, so that both count alike. `source` gives rows of
-- events with a sign: 1 for those that are there now, -1 for those that were before. What both sides have cancels out.
CREATE FUNCTION tocsin.rollup_statement(source text) RETURNS text
LANGUAGE sql IMMUTABLE AS $function$
SELECT format($statement$
WITH change AS MATERIALIZED (
    SELECT event_date, date_trunc('month', event_date)::date AS month, quad_class,
           coalesce(place_country, '') AS place_country, coalesce(actor_sector, '') AS actor_sector,
           actor_country, recipient_country, actor_name, recipient_name,
           sum(sign) AS event_count,
           sum(sign) FILTER (WHERE status = 'actual') AS actual_count,
           sum(sign) FILTER (WHERE status = 'actual' AND date_precision = 'day') AS exact_count,
           sum(sign * score::numeric) FILTER (WHERE status = 'actual') AS score_total,
           sum(sign) FILTER (WHERE status = 'actual' AND score IS NOT NULL) AS score_count,
           sum(sign * killed_lower) FILTER (WHERE status = 'actual' AND NOT is_background) AS killed_total
    FROM (%s) AS changed
    WHERE deleted_at IS NULL
    GROUP BY event_date, quad_class, place_country, actor_sector, actor_country, recipient_country, actor_name,
             recipient_name, status, date_precision, score, killed_lower, is_background
    HAVING sum(sign) <> 0
), by_country_day AS (
    INSERT INTO tocsin.country_days AS kept (event_date, place_country, quad_class, event_count, actual_count,
                                             exact_count, score_total, score_count, killed_total)
    SELECT event_date, place_country, quad_class, sum(event_count), coalesce(sum(actual_count), 0),
           coalesce(sum(exact_count), 0), coalesce(sum(score_total), 0), coalesce(sum(score_count), 0),
           coalesce(sum(killed_total), 0)
    FROM change
    GROUP BY event_date, place_country, quad_class
    ORDER BY event_date, place_country, quad_class
    ON CONFLICT (event_date, place_country, quad_class) DO UPDATE
    SET event_count = kept.event_count + excluded.event_count,
        actual_count = kept.actual_count + excluded.actual_count,
        exact_count = kept.exact_count + excluded.exact_count,
        score_total = kept.score_total + excluded.score_total,
        score_count = kept.score_count + excluded.score_count,
        killed_total = kept.killed_total + excluded.killed_total
), by_country_month AS (
    INSERT INTO tocsin.country_months AS kept (month, place_country, actor_sector, quad_class, event_count,
                                               actual_count, score_total, score_count, killed_total)
    SELECT month, place_country, actor_sector, quad_class, sum(event_count), coalesce(sum(actual_count), 0),
           coalesce(sum(score_total), 0), coalesce(sum(score_count), 0), coalesce(sum(killed_total), 0)
    FROM change
    GROUP BY month, place_country, actor_sector, quad_class
    ORDER BY place_country, month, actor_sector, quad_class
    ON CONFLICT (place_country, month, actor_sector, quad_class) DO UPDATE
    SET event_count = kept.event_count + excluded.event_count,
        actual_count = kept.actual_count + excluded.actual_count,
        score_total = kept.score_total + excluded.score_total,
        score_count = kept.score_count + excluded.score_count,
        killed_total = kept.killed_total + excluded.killed_total
), by_dyad_month AS (
    INSERT INTO tocsin.dyad_months AS kept (month, actor_country, recipient_country, quad_class, event_count,
                                            actual_count, score_total, score_count)
    SELECT month, actor_country, recipient_country, quad_class, sum(event_count), coalesce(sum(actual_count), 0),
           coalesce(sum(score_total), 0), coalesce(sum(score_count), 0)
    FROM change
    WHERE actor_country IS NOT NULL AND recipient_country IS NOT NULL
    GROUP BY month, actor_country, recipient_country, quad_class
    ORDER BY actor_country, recipient_country, month, quad_class
    ON CONFLICT (actor_country, recipient_country, month, quad_class) DO UPDATE
    SET event_count = kept.event_count + excluded.event_count,
        actual_count = kept.actual_count + excluded.actual_count,
        score_total = kept.score_total + excluded.score_total,
        score_count = kept.score_count + excluded.score_count
), by_dyad_day AS (
    INSERT INTO tocsin.dyad_days AS kept (event_date, actor_country, recipient_country, event_count, actual_count)
    SELECT event_date, actor_country, recipient_country, sum(event_count), coalesce(sum(actual_count), 0)
    FROM change
    WHERE actor_country <> recipient_country
    GROUP BY event_date, actor_country, recipient_country
    ORDER BY event_date, actor_country, recipient_country
    ON CONFLICT (event_date, actor_country, recipient_country) DO UPDATE
    SET event_count = kept.event_count + excluded.event_count,
        actual_count = kept.actual_count + excluded.actual_count
), by_name AS (
    INSERT INTO tocsin.names AS kept (name, actor_count, recipient_count)
    SELECT name, sum(as_actor), sum(as_recipient)
    FROM (
        SELECT actor_name AS name, event_count AS as_actor, 0 AS as_recipient FROM change WHERE actor_name IS NOT NULL
        UNION ALL
        SELECT recipient_name, 0, event_count FROM change WHERE recipient_name IS NOT NULL
    ) AS named
    GROUP BY name
    HAVING sum(as_actor) <> 0 OR sum(as_recipient) <> 0
    ORDER BY name
    ON CONFLICT (name) DO UPDATE
    SET actor_count = kept.actor_count + excluded.actor_count,
        recipient_count = kept.recipient_count + excluded.recipient_count
)
INSERT INTO tocsin.tallies (table_name, row_change)
SELECT 'events', sum(event_count) FROM change HAVING sum(event_count) <> 0
$statement$, source)
$function$;
COMMENT ON FUNCTION tocsin.rollup_statement(text) IS 'The statement that adds rows of events, each with a sign, to all rollups.';

CREATE FUNCTION tocsin.keep_rollups() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE tocsin.rollup_statement(CASE TG_OP
        WHEN 'INSERT' THEN 'SELECT 1 AS sign, * FROM came'
        WHEN 'DELETE' THEN 'SELECT -1 AS sign, * FROM went'
        ELSE 'SELECT 1 AS sign, * FROM came UNION ALL SELECT -1, * FROM went'
    END);
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION tocsin.keep_rollups() IS 'Keeps the rollups of events right with each statement, whoever writes it.';
CREATE TRIGGER events_came AFTER INSERT ON tocsin.events
    REFERENCING NEW TABLE AS came FOR EACH STATEMENT EXECUTE FUNCTION tocsin.keep_rollups();
CREATE TRIGGER events_changed AFTER UPDATE ON tocsin.events
    REFERENCING OLD TABLE AS went NEW TABLE AS came FOR EACH STATEMENT EXECUTE FUNCTION tocsin.keep_rollups();
CREATE TRIGGER events_went AFTER DELETE ON tocsin.events
    REFERENCING OLD TABLE AS went FOR EACH STATEMENT EXECUTE FUNCTION tocsin.keep_rollups();

CREATE FUNCTION tocsin.tally_articles() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO tocsin.tallies (table_name, row_change) SELECT 'articles', count(*) FROM came HAVING count(*) > 0;
    ELSE
        INSERT INTO tocsin.tallies (table_name, row_change) SELECT 'articles', -count(*) FROM went HAVING count(*) > 0;
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION tocsin.tally_articles() IS 'Notes how many articles came or went.';
CREATE TRIGGER articles_came AFTER INSERT ON tocsin.articles
    REFERENCING NEW TABLE AS came FOR EACH STATEMENT EXECUTE FUNCTION tocsin.tally_articles();
CREATE TRIGGER articles_went AFTER DELETE ON tocsin.articles
    REFERENCING OLD TABLE AS went FOR EACH STATEMENT EXECUTE FUNCTION tocsin.tally_articles();

-- For rows that came without their triggers, as those before this migration did.
CREATE FUNCTION tocsin.rebuild_rollups() RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM tocsin.country_days;
    DELETE FROM tocsin.country_months;
    DELETE FROM tocsin.dyad_months;
    DELETE FROM tocsin.dyad_days;
    DELETE FROM tocsin.names;
    DELETE FROM tocsin.tallies;
    INSERT INTO tocsin.tallies (table_name, row_change) SELECT 'articles', count(*) FROM tocsin.articles;
    EXECUTE tocsin.rollup_statement('SELECT 1 AS sign, * FROM tocsin.events');
END
$$;
COMMENT ON FUNCTION tocsin.rebuild_rollups() IS 'Makes all rollups anew from the events there are.';
SELECT tocsin.rebuild_rollups();

-- The indices of the measured queries. A name of many events takes one entry of a btree, so names need no numbers.
CREATE INDEX events_by_storage ON tocsin.events (stored_at);
CREATE INDEX events_by_killed ON tocsin.events (killed_lower) WHERE killed_lower IS NOT NULL;
CREATE INDEX events_by_sources ON tocsin.events (source_count) WHERE source_count > 1;
CREATE INDEX events_by_coordinates ON tocsin.events (place_latitude, place_longitude) WHERE place_latitude IS NOT NULL;
CREATE INDEX events_by_actor_name ON tocsin.events (actor_name, event_date);
CREATE INDEX events_by_recipient_name ON tocsin.events (recipient_name, event_date);
CREATE INDEX mentions_by_words ON tocsin.mentions USING gin (to_tsvector('english', sentence));
