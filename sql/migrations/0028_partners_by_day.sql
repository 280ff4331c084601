-- Partners of a wording are found by fortnight first. New rows lie on a few pages of the recent weeks then, where an index
-- by the hash alone touched a page of its own for each; and who is on another day or elsewhere is left in the index.

ALTER TABLE tocsin.event_wordings ADD COLUMN handles bigint[];
UPDATE tocsin.event_wordings AS wording
SET handles = coalesce(
    (SELECT array_agg(found.handle ORDER BY found.handle) FROM tocsin.wording_handles AS found WHERE found.wording_id = wording.id),
    '{}'
)
WHERE has_handles;
ALTER TABLE tocsin.event_wordings DROP COLUMN has_handles;
CREATE INDEX event_wordings_without_handles ON tocsin.event_wordings (id) WHERE handles IS NULL;
COMMENT ON COLUMN tocsin.event_wordings.handles IS 'What it is found by among others (wording_handles); null: one of before there were any, store gives it some.';
-- A key is a hash of its day too, so the day in front tells nothing new, and keeps new keys together.
ALTER TABLE tocsin.event_wordings DROP CONSTRAINT event_wordings_key;
ALTER TABLE tocsin.event_wordings ADD CONSTRAINT event_wordings_key UNIQUE (event_date, event_key);

DROP INDEX tocsin.wording_handles_by_wording;
ALTER TABLE tocsin.wording_handles DROP CONSTRAINT wording_handles_pkey;
-- Cells of half a degree by one and a half: who is less apart than that lies in the same cell or one beside it.
CREATE FUNCTION tocsin.cell_of(latitude real, longitude real) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN coalesce((floor((latitude + 90) / 0.5) * 1000 + floor((longitude + 180) / 1.5))::integer + 1, 0);
COMMENT ON FUNCTION tocsin.cell_of(real, real) IS 'Cell of the map that a place lies in, 1000 a row of half a degree; 0: no place.';
ALTER TABLE tocsin.wording_handles
    ADD COLUMN cell integer NOT NULL GENERATED ALWAYS AS (tocsin.cell_of(latitude, longitude)) STORED;
CREATE FUNCTION tocsin.fortnight_of(day date) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (day - '2000-01-03'::date) / 14;
COMMENT ON FUNCTION tocsin.fortnight_of(date) IS 'Number of the two weeks that a day lies in.';
CREATE INDEX wording_handles_by_fortnight
    ON tocsin.wording_handles (tocsin.fortnight_of(event_date), handle, event_date, cell);
COMMENT ON COLUMN tocsin.wording_handles.cell IS 'Cell of the map that its town lies in (cell_of); 0: its place is no town.';

-- Most updates of an event leave its counts as they are: the trigger need not take the list to pieces again.
DROP TRIGGER events_reset_counts ON tocsin.events;
CREATE TRIGGER events_reset_counts BEFORE UPDATE OF counts ON tocsin.events
    FOR EACH ROW WHEN (OLD.counts IS DISTINCT FROM NEW.counts) EXECUTE FUNCTION tocsin.set_counts();
