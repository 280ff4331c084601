-- Before a backup is put back, in the same transaction: everything of ours goes. Returns nothing.
DROP SCHEMA IF EXISTS analysis CASCADE;
DROP SCHEMA IF EXISTS tocsin CASCADE;
DROP TABLE IF EXISTS public.tocsin_migrations;
