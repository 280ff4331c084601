-- What it costs to write an event: its bounds take a query only where there are several, and no index is kept that none asks.

CREATE OR REPLACE FUNCTION tocsin.set_counts() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    most CONSTANT numeric := 2147483647;
    rising jsonb := NEW.counts;
    told jsonb;
    told_lower integer;
    told_upper integer;
BEGIN
    NEW.killed_lower := NULL; NEW.killed_upper := NULL; NEW.injured_lower := NULL; NEW.injured_upper := NULL;
    NEW.arrested_lower := NULL; NEW.arrested_upper := NULL; NEW.crowd_lower := NULL; NEW.crowd_upper := NULL;
    -- Of several of a kind the greatest, which comes last; both bounds are of the same one, so that they never cross.
    IF jsonb_array_length(rising) > 1 THEN
        SELECT jsonb_agg(count ORDER BY (count ->> 'lower')::numeric NULLS FIRST, (count ->> 'upper')::numeric NULLS LAST)
        INTO rising
        FROM jsonb_array_elements(rising) AS count;
    END IF;
    FOR place IN 0 .. jsonb_array_length(rising) - 1 LOOP
        told := rising -> place;
        told_lower := CASE WHEN (told ->> 'lower')::numeric > most THEN most ELSE (told ->> 'lower')::numeric END;
        told_upper := CASE WHEN (told ->> 'upper')::numeric > most THEN most ELSE (told ->> 'upper')::numeric END;
        CASE told ->> 'kind'
            WHEN 'killed' THEN NEW.killed_lower := told_lower; NEW.killed_upper := told_upper;
            WHEN 'injured' THEN NEW.injured_lower := told_lower; NEW.injured_upper := told_upper;
            WHEN 'arrested' THEN NEW.arrested_lower := told_lower; NEW.arrested_upper := told_upper;
            WHEN 'crowd' THEN NEW.crowd_lower := told_lower; NEW.crowd_upper := told_upper;
            ELSE NULL;
        END CASE;
    END LOOP;
    RETURN NEW;
END
$$;

DROP INDEX tocsin.events_by_key;
