-- What an analyst may read: the views and nothing else. Skipped where the role could not be made.
DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'analyst') THEN
        GRANT USAGE ON SCHEMA analysis TO analyst;
        GRANT SELECT ON ALL TABLES IN SCHEMA analysis TO analyst;
    END IF;
END
$$;
