-- Counts of rollups as integers: sums of bigint are numeric, which takes several times as long to add up.

DROP VIEW IF EXISTS analysis.country_days, analysis.country_months, analysis.dyad_months, analysis.dyad_days, analysis.names CASCADE;
ALTER TABLE tocsin.country_days
    ALTER COLUMN event_count TYPE integer, ALTER COLUMN actual_count TYPE integer, ALTER COLUMN exact_count TYPE integer,
    ALTER COLUMN score_count TYPE integer;
ALTER TABLE tocsin.country_months
    ALTER COLUMN event_count TYPE integer, ALTER COLUMN actual_count TYPE integer, ALTER COLUMN score_count TYPE integer;
ALTER TABLE tocsin.dyad_months
    ALTER COLUMN event_count TYPE integer, ALTER COLUMN actual_count TYPE integer, ALTER COLUMN score_count TYPE integer;
ALTER TABLE tocsin.dyad_days
    ALTER COLUMN event_count TYPE integer, ALTER COLUMN actual_count TYPE integer;
ALTER TABLE tocsin.names
    ALTER COLUMN actor_count TYPE integer, ALTER COLUMN recipient_count TYPE integer;
