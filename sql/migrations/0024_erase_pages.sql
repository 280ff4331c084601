-- Erasure reaches pages, which lie compressed, and the signatures of texts, which hold their words one by one.

-- In every table and column there is, so that a later one is not forgotten. As many marks as the name has letters take
-- its place: offsets into texts and sentences stay true.
CREATE OR REPLACE FUNCTION tocsin.erase_name(name text) RETURNS TABLE (table_name text, row_count bigint)
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
    bearing bigint[];
    changed bigint;
    total   bigint := 0;
BEGIN
    IF length(regexp_replace(name, '[^[:alnum:]]', '', 'g')) < 3 THEN
        RAISE EXCEPTION 'the name % is too short to be erased: it would take other words along', quote_literal(name);
    END IF;
    -- What lies compressed or as single words goes as a whole.
    bearing := ARRAY(
        SELECT id FROM tocsin.articles WHERE title ~* pattern OR text ~* pattern OR url ~* pattern
        UNION SELECT article_id FROM tocsin.article_revisions WHERE article_revisions.title ~* pattern OR article_revisions.text ~* pattern
        UNION SELECT article_id FROM tocsin.mentions WHERE sentence ~* pattern
        UNION SELECT article_id FROM tocsin.candidates WHERE candidates.sentence ~* pattern
    );
    FOREACH table_name IN ARRAY ARRAY['article_pages', 'article_signatures'] LOOP
        EXECUTE format('DELETE FROM tocsin.%I WHERE article_id = ANY($1)', table_name) USING bearing;
        GET DIAGNOSTICS changed = ROW_COUNT;
        IF changed > 0 THEN
            row_count := changed;
            total := total + changed;
            RETURN NEXT;
        END IF;
    END LOOP;
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
