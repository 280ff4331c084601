-- A view's column means what the column of that name means in the tables; what is new is said here.
DO $$
DECLARE
    missing record;
BEGIN
    FOR missing IN
        SELECT view_column.attrelid::regclass AS view, view_column.attname AS name, told.comment
        FROM pg_attribute AS view_column
        JOIN pg_class AS view ON view.oid = view_column.attrelid AND view.relkind = 'v'
        CROSS JOIN LATERAL (
            SELECT min(col_description(table_column.attrelid, table_column.attnum)) AS comment
            FROM pg_attribute AS table_column
            JOIN pg_class AS owner ON owner.oid = table_column.attrelid AND owner.relkind IN ('r', 'p')
            WHERE owner.relnamespace = 'tocsin'::regnamespace AND table_column.attname = view_column.attname
        ) AS told
        WHERE view.relnamespace IN ('analysis'::regnamespace, 'tocsin'::regnamespace)
          AND view_column.attnum > 0
          AND col_description(view_column.attrelid, view_column.attnum) IS NULL
          AND told.comment IS NOT NULL
    LOOP
        EXECUTE format('COMMENT ON COLUMN %s.%I IS %L', missing.view, missing.name, missing.comment);
    END LOOP;
END
$$;

COMMENT ON COLUMN analysis.articles.character_count IS 'Characters of the text; null once it was dropped.';
COMMENT ON COLUMN analysis.article_revisions.character_count IS 'Characters of the text.';
COMMENT ON COLUMN analysis.mentions.is_copy IS 'The article is a copy of another: it tells the event, and is no source of its own.';
COMMENT ON COLUMN analysis.event_days.event_count IS 'Events.';
COMMENT ON COLUMN analysis.event_days.mean_score IS 'Mean of PLOVER''s score.';
COMMENT ON COLUMN analysis.stage_lag.waiting_count IS 'Items that wait.';
COMMENT ON COLUMN analysis.stage_lag.oldest_age IS 'How long the oldest of them has waited.';
