-- The read-only role of analysts. It has no password until one is set (the embedded server sets its own).
-- A database user without CREATEROLE cannot make it; then the server's owner does, and runs this grant by hand.

DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'analyst') THEN
        CREATE ROLE analyst LOGIN CONNECTION LIMIT 20;
    END IF;
    ALTER ROLE analyst SET default_transaction_read_only = on;
    ALTER ROLE analyst SET statement_timeout = '5min';
    ALTER ROLE analyst SET lock_timeout = '10s';
    ALTER ROLE analyst SET idle_in_transaction_session_timeout = '10min';
    ALTER ROLE analyst SET search_path = analysis;
EXCEPTION WHEN insufficient_privilege THEN
    RAISE WARNING 'no right to create the role analyst: ask the owner of the server for it';
END
$$;

DO $$
BEGIN
    EXECUTE format('REVOKE TEMPORARY ON DATABASE %I FROM PUBLIC', current_database());
EXCEPTION WHEN insufficient_privilege THEN
    RAISE WARNING 'no right to take TEMPORARY from PUBLIC';
END
$$;
