-- Erasure: a person's name goes from every row, and a tombstone keeps it from coming back.

CREATE TABLE tocsin.erasures (
    name_key  text PRIMARY KEY,
    erased_at timestamptz NOT NULL DEFAULT now(),
    row_count bigint NOT NULL
);
COMMENT ON TABLE tocsin.erasures IS 'Tombstones: names that were erased, as a hash. Upkeep erases again whatever name of an actor or recipient matches one.';
COMMENT ON COLUMN tocsin.erasures.name_key IS 'SHA-256 of the name in lower case, words parted by single spaces.';
COMMENT ON COLUMN tocsin.erasures.erased_at IS 'When it was erased last.';
COMMENT ON COLUMN tocsin.erasures.row_count IS 'Rows that bore it, over all times.';

CREATE FUNCTION tocsin.name_key(name text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT
AS $$ SELECT tocsin.key_of(lower(btrim(regexp_replace(name, '\s+', ' ', 'g')))) $$;
COMMENT ON FUNCTION tocsin.name_key(text) IS 'The key of a name, by which its tombstone is found.';

-- In every table and column there is, so that a later one is not forgotten. As many marks as the name has letters take
-- its place: offsets into texts and sentences stay true.
CREATE FUNCTION tocsin.erase_name(name text) RETURNS TABLE (table_name text, row_count bigint)
LANGUAGE plpgsql AS $$
DECLARE
    words   text[] := regexp_split_to_array(btrim(name), '\s+');
    -- "Jane O'Roe" is jane-o-roe in an address: between words any sign or three of them, inside a word none is needed.
    quoted  text := (SELECT string_agg(btrim(regexp_replace(word, '[^[:alnum:]]+', '[^[:alnum:]]{0,3}', 'g')),
                                       '(?:[^[:alnum:]]{1,3}|%20)' ORDER BY place)
                     FROM unnest(words) WITH ORDINALITY AS given (word, place));
    pattern text := '(?<![[:alnum:]])' || quoted || '(?![[:alnum:]])';
    marks   text := repeat('█', length(array_to_string(words, ' ')));
    found   record;
    changed bigint;
    total   bigint := 0;
BEGIN
    IF length(regexp_replace(name, '[^[:alnum:]]', '', 'g')) < 3 THEN
        RAISE EXCEPTION 'the name % is too short to be erased: it would take other words along', quote_literal(name);
    END IF;
    FOR found IN
        SELECT relation.relname AS name,
               string_agg(format('%1$I = regexp_replace(%1$I::text, $1, $2, ''gi'')::%2$s', attribute.attname,
                                 format_type(attribute.atttypid, attribute.atttypmod)), ', ') AS changes,
               string_agg(format('%I::text ~* $1', attribute.attname), ' OR ') AS condition
        FROM pg_class AS relation
        JOIN pg_attribute AS attribute ON attribute.attrelid = relation.oid AND attribute.attnum > 0 AND NOT attisdropped
        WHERE relation.relnamespace = 'tocsin'::regnamespace AND relation.relkind IN ('r', 'p')
          AND NOT relation.relispartition AND relation.relname <> 'names' AND attribute.attgenerated = ''
          AND attribute.atttypid IN ('text'::regtype, 'text[]'::regtype, 'jsonb'::regtype, 'json'::regtype)
        GROUP BY relation.relname
        ORDER BY relation.relname
    LOOP
        EXECUTE format('UPDATE tocsin.%I SET %s WHERE %s', found.name, found.changes, found.condition)
        USING pattern, marks;
        GET DIAGNOSTICS changed = ROW_COUNT;
        IF changed > 0 THEN
            table_name := found.name;
            row_count := changed;
            total := total + changed;
            RETURN NEXT;
        END IF;
    END LOOP;
    DELETE FROM tocsin.names AS kept WHERE kept.name ~* pattern;
    GET DIAGNOSTICS changed = ROW_COUNT;
    IF changed > 0 THEN
        table_name := 'names';
        row_count := changed;
        total := total + changed;
        RETURN NEXT;
    END IF;
    INSERT INTO tocsin.erasures AS kept (name_key, row_count) VALUES (tocsin.name_key(name), total)
    ON CONFLICT (name_key) DO UPDATE SET erased_at = now(), row_count = kept.row_count + excluded.row_count;
END
$$;
COMMENT ON FUNCTION tocsin.erase_name(text) IS 'Puts marks in the place of a name in every text of every table, and sets its tombstone. Tables with rows that bore it.';
