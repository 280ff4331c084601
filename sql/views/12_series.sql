-- Series that analysts ask for again and again, from the rollups, so that they answer at once over all years.

CREATE VIEW analysis.calendar AS
SELECT day::date AS day,
       extract(isodow FROM day)::integer AS weekday,
       extract(week FROM day)::integer AS iso_week,
       extract(isoyear FROM day)::integer AS iso_year,
       date_trunc('month', day)::date AS month,
       extract(year FROM day)::integer AS year
FROM generate_series(timestamp '1990-01-01', date_trunc('day', now() AT TIME ZONE 'UTC'), '1 day') AS day;
COMMENT ON VIEW analysis.calendar IS 'Every day from 1990 to today (UTC), so that a series has a row for days without events.';
COMMENT ON COLUMN analysis.calendar.day IS 'The day.';
COMMENT ON COLUMN analysis.calendar.weekday IS '1 Monday … 7 Sunday.';
COMMENT ON COLUMN analysis.calendar.iso_week IS 'Week by ISO 8601.';
COMMENT ON COLUMN analysis.calendar.iso_year IS 'Year that the ISO week belongs to.';
COMMENT ON COLUMN analysis.calendar.month IS 'First day of its month.';
COMMENT ON COLUMN analysis.calendar.year IS 'Calendar year.';

CREATE VIEW analysis.country_days AS
SELECT event_date, nullif(place_country, '') AS place_country, quad_class, event_count, actual_count, exact_count,
       score_total, score_count, score_total / nullif(score_count, 0) AS mean_score, killed_total
FROM tocsin.country_days
WHERE event_count > 0;
COMMENT ON VIEW analysis.country_days IS 'Events by day, country of the place and quad class. Days without any have no row: join the calendar.';
COMMENT ON COLUMN analysis.country_days.mean_score IS 'Mean of PLOVER''s score over actual events.';

CREATE VIEW analysis.country_months AS
SELECT month, nullif(place_country, '') AS place_country, nullif(actor_sector, '') AS actor_sector, quad_class,
       event_count, actual_count, score_total, score_count, score_total / nullif(score_count, 0) AS mean_score,
       killed_total
FROM tocsin.country_months
WHERE event_count > 0;
COMMENT ON VIEW analysis.country_months IS 'Events by month, country of the place, class (sector) of the actor and quad class.';
COMMENT ON COLUMN analysis.country_months.mean_score IS 'Mean of PLOVER''s score over actual events.';

CREATE VIEW analysis.dyad_months AS
SELECT month, actor_country, recipient_country, quad_class, event_count, actual_count,
       score_total, score_count, score_total / nullif(score_count, 0) AS mean_score
FROM tocsin.dyad_months
WHERE event_count > 0;
COMMENT ON VIEW analysis.dyad_months IS 'Events by dyad of countries (ordered, its own included), month and quad class.';
COMMENT ON COLUMN analysis.dyad_months.mean_score IS 'Mean of PLOVER''s score over actual events.';

CREATE VIEW analysis.dyad_days AS
SELECT event_date, actor_country, recipient_country, event_count, actual_count
FROM tocsin.dyad_days
WHERE event_count > 0;
COMMENT ON VIEW analysis.dyad_days IS 'Events between two different countries by day.';

CREATE VIEW analysis.names AS
SELECT name, actor_count, recipient_count
FROM tocsin.names
WHERE actor_count > 0 OR recipient_count > 0;
COMMENT ON VIEW analysis.names IS 'Distinct names of actors and recipients: look here for a part of a name, then in events for the whole.';

CREATE VIEW analysis.protest_days AS
SELECT event_date, place_country, place_admin1, count(*) AS event_count,
       count(*) FILTER (WHERE mode = 'riot') AS riot_count, max(crowd_lower) AS crowd_lower, sum(killed_lower) AS killed_total
FROM tocsin.events
WHERE deleted_at IS NULL AND event_type = 'PROTEST' AND status = 'actual' AND date_precision = 'day' AND NOT is_background
GROUP BY event_date, place_country, place_admin1;
COMMENT ON VIEW analysis.protest_days IS 'Actual protests of a known day by country and first-level division of the place.';
COMMENT ON COLUMN analysis.protest_days.event_count IS 'Protests.';
COMMENT ON COLUMN analysis.protest_days.riot_count IS 'Those of the mode riot.';
COMMENT ON COLUMN analysis.protest_days.crowd_lower IS 'The greatest crowd that is told, at least.';
COMMENT ON COLUMN analysis.protest_days.killed_total IS 'Sum of the lower bounds of killed.';
