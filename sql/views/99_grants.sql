-- What an analyst may do: read the views, and nothing else. Done anew whenever the views are made and every night,
-- since a role may change its own settings, and a database may have come later. What we have no right to do (on a
-- server whose owner is somebody else) is said in a warning, and the rest is done.
CREATE OR REPLACE FUNCTION tocsin.keep_analyst_read_only() RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    command text;
    -- Only where the server is Tocsin's own (the embedded one, the one of docker-compose.yml) the other databases are too.
    is_ours boolean := (SELECT oid = 10 AND rolname = 'tocsin' FROM pg_roles WHERE rolname = current_user);
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'analyst') THEN
        RETURN;
    END IF;
    FOR command IN
        SELECT 'ALTER ROLE analyst NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION CONNECTION LIMIT 20'
        UNION ALL SELECT format('ALTER ROLE analyst IN DATABASE %I RESET ALL', current_database())
        UNION ALL SELECT 'ALTER ROLE analyst RESET ALL'
        -- No right to write is what holds; that a transaction is read-only to start with only says it sooner.
        UNION ALL SELECT 'ALTER ROLE analyst SET default_transaction_read_only = on'
        UNION ALL SELECT 'ALTER ROLE analyst SET search_path = analysis'
        -- These three an analyst can set otherwise; the watch ends what runs over them all the same.
        UNION ALL SELECT 'ALTER ROLE analyst SET statement_timeout = ''5min'''
        UNION ALL SELECT 'ALTER ROLE analyst SET lock_timeout = ''10s'''
        UNION ALL SELECT 'ALTER ROLE analyst SET idle_in_transaction_session_timeout = ''10min'''
        UNION ALL SELECT 'ALTER ROLE analyst SET work_mem = ''32MB'''
        UNION ALL SELECT 'ALTER ROLE analyst SET max_parallel_workers_per_gather = 1'
        -- This one only a superuser can.
        UNION ALL SELECT 'ALTER ROLE analyst SET temp_file_limit = ''2GB'''
        UNION ALL SELECT 'GRANT USAGE ON SCHEMA analysis TO analyst'
        UNION ALL SELECT 'GRANT SELECT ON ALL TABLES IN SCHEMA analysis TO analyst'
        UNION ALL SELECT 'REVOKE CREATE ON SCHEMA public FROM PUBLIC'
        -- Who forgot an open transaction is cut off, whoever it is; sessions of ours set less for themselves.
        UNION ALL SELECT format('ALTER DATABASE %I SET idle_in_transaction_session_timeout = ''30min''', current_database())
        UNION ALL
        SELECT format('REVOKE TEMPORARY, CREATE ON DATABASE %I FROM PUBLIC', current_database())
        UNION ALL
        -- Airflow's tables are nobody else's business.
        SELECT format('REVOKE CONNECT, TEMPORARY, CREATE ON DATABASE %I FROM PUBLIC', datname)
        FROM pg_database
        WHERE datname = current_database() || '_airflow' OR (is_ours AND datname IN ('airflow', 'postgres', 'template1'))
        UNION ALL
        -- Large objects are written without any right to a table, and advisory locks fill the table of locks of all.
        SELECT format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', oid::regprocedure)
        FROM pg_proc
        WHERE pronamespace = 'pg_catalog'::regnamespace
          AND (proname ~ '^lo_|^(lowrite|loread)$' OR proname ~ '^pg_(try_)?advisory_')
          AND has_function_privilege('analyst', oid, 'EXECUTE')
    LOOP
        BEGIN
            EXECUTE command;
        EXCEPTION WHEN insufficient_privilege THEN
            RAISE WARNING 'no right to: %', command;
        END;
    END LOOP;
END
$$;
COMMENT ON FUNCTION tocsin.keep_analyst_read_only() IS 'Gives the role analyst what it may read, its limits, and takes from everybody what would let it write.';
REVOKE EXECUTE ON FUNCTION tocsin.keep_analyst_read_only() FROM PUBLIC;

SELECT tocsin.keep_analyst_read_only();
