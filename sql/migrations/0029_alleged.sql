-- A fifth status: what somebody is accused of, for which the text does not stand. Tables made after the likeness of others have their comments.

DO $$
DECLARE
    described record;
BEGIN
    FOR described IN
        SELECT attrelid::regclass AS table_name, attname AS name
        FROM pg_attribute
        WHERE col_description(attrelid, attnum) = 'actual, planned, hypothetical or denied.'
    LOOP
        EXECUTE format(
            'COMMENT ON COLUMN %s.%I IS %L', described.table_name, described.name,
            'actual, planned, hypothetical, denied or alleged.'
        );
    END LOOP;
END
$$;

COMMENT ON COLUMN tocsin.rule_branches.statuses IS 'What is claimed of it: actual, planned, hypothetical, denied, alleged.';
