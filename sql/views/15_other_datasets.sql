-- Events in the columns of the data sets that analysts know, by name, order and type, so that their notebooks go on
-- (tests/postgres/test_other_datasets.py). What is not coded is null, never made up. Only what is told as actual:
-- those data sets know no planned or denied events.

CREATE VIEW analysis.gdelt_events AS
SELECT event.id AS "GLOBALEVENTID",
       to_char(event.event_date, 'YYYYMMDD')::integer AS "SQLDATE",
       to_char(event.event_date, 'YYYYMM')::integer AS "MonthYear",
       extract(year FROM event.event_date)::integer AS "Year",
       (extract(year FROM event.event_date) + (extract(month FROM event.event_date) * 30 + extract(day FROM event.event_date)) / 365)::double precision AS "FractionDate",
       nullif(concat(event.actor_country, event.actor_sector), '') AS "Actor1Code",
       upper(event.actor_name) AS "Actor1Name",
       event.actor_country AS "Actor1CountryCode",
       NULL::text AS "Actor1KnownGroupCode",
       NULL::text AS "Actor1EthnicCode",
       NULL::text AS "Actor1Religion1Code",
       NULL::text AS "Actor1Religion2Code",
       event.actor_sector AS "Actor1Type1Code",
       NULL::text AS "Actor1Type2Code",
       NULL::text AS "Actor1Type3Code",
       nullif(concat(event.recipient_country, event.recipient_sector), '') AS "Actor2Code",
       upper(event.recipient_name) AS "Actor2Name",
       event.recipient_country AS "Actor2CountryCode",
       NULL::text AS "Actor2KnownGroupCode",
       NULL::text AS "Actor2EthnicCode",
       NULL::text AS "Actor2Religion1Code",
       NULL::text AS "Actor2Religion2Code",
       event.recipient_sector AS "Actor2Type1Code",
       NULL::text AS "Actor2Type2Code",
       NULL::text AS "Actor2Type3Code",
       event.is_lead::integer AS "IsRootEvent",
       event.cameo AS "EventCode",
       left(event.cameo, 3) AS "EventBaseCode",
       left(event.cameo, 2) AS "EventRootCode",
       event.quad_class AS "QuadClass",
       event.score AS "GoldsteinScale",
       event.mention_count AS "NumMentions",
       event.source_count AS "NumSources",
       event.article_count AS "NumArticles",
       NULL::double precision AS "AvgTone",
       0 AS "Actor1Geo_Type",
       NULL::text AS "Actor1Geo_FullName",
       NULL::text AS "Actor1Geo_CountryCode",
       NULL::text AS "Actor1Geo_ADM1Code",
       NULL::text AS "Actor1Geo_ADM2Code",
       NULL::double precision AS "Actor1Geo_Lat",
       NULL::double precision AS "Actor1Geo_Long",
       NULL::text AS "Actor1Geo_FeatureID",
       0 AS "Actor2Geo_Type",
       NULL::text AS "Actor2Geo_FullName",
       NULL::text AS "Actor2Geo_CountryCode",
       NULL::text AS "Actor2Geo_ADM1Code",
       NULL::text AS "Actor2Geo_ADM2Code",
       NULL::double precision AS "Actor2Geo_Lat",
       NULL::double precision AS "Actor2Geo_Long",
       NULL::text AS "Actor2Geo_FeatureID",
       CASE WHEN event.place_resolution = 'country' THEN 1
            WHEN event.place_resolution = 'admin1' THEN CASE WHEN event.place_country = 'USA' THEN 2 ELSE 5 END
            WHEN event.place_resolution = 'point' THEN CASE WHEN event.place_country = 'USA' THEN 3 ELSE 4 END
            ELSE 0 END AS "ActionGeo_Type",
       nullif(concat_ws(', ', event.place_name, nullif(event.place_admin1, event.place_name), nullif(place.name, event.place_name)), '') AS "ActionGeo_FullName",
       place.fips AS "ActionGeo_CountryCode",
       NULL::text AS "ActionGeo_ADM1Code",
       NULL::text AS "ActionGeo_ADM2Code",
       event.place_latitude AS "ActionGeo_Lat",
       event.place_longitude AS "ActionGeo_Long",
       event.geonames_id::text AS "ActionGeo_FeatureID",
       to_char(event.stored_at AT TIME ZONE 'UTC', 'YYYYMMDDHH24MISS')::bigint AS "DATEADDED",
       article.url AS "SOURCEURL"
FROM tocsin.events AS event
LEFT JOIN tocsin.mentions AS telling
    ON telling.candidate_id = event.candidate_id AND telling.trigger_start = event.trigger_start
LEFT JOIN tocsin.articles AS article ON article.id = telling.article_id
LEFT JOIN tocsin.country_codes AS place ON place.country = event.place_country
WHERE event.deleted_at IS NULL AND event.status = 'actual';
COMMENT ON VIEW analysis.gdelt_events IS 'Actual events in the columns of GDELT 2.0. They count events, not reports: a happening told by many is one row.';
COMMENT ON COLUMN analysis.gdelt_events."GLOBALEVENTID" IS 'Id of the event.';
COMMENT ON COLUMN analysis.gdelt_events."SQLDATE" IS 'Day as YYYYMMDD; the first of a week, month or year.';
COMMENT ON COLUMN analysis.gdelt_events."MonthYear" IS 'Month as YYYYMM.';
COMMENT ON COLUMN analysis.gdelt_events."Year" IS 'Year.';
COMMENT ON COLUMN analysis.gdelt_events."FractionDate" IS 'Year and fraction: (month * 30 + day) / 365, as GDELT counts it.';
COMMENT ON COLUMN analysis.gdelt_events."Actor1Code" IS 'Actor: country then sector.';
COMMENT ON COLUMN analysis.gdelt_events."Actor1Name" IS 'Actor: name in capitals.';
COMMENT ON COLUMN analysis.gdelt_events."Actor1CountryCode" IS 'Actor: ISO 3166 alpha-3, as in CAMEO.';
COMMENT ON COLUMN analysis.gdelt_events."Actor1KnownGroupCode" IS 'Always null: not coded.';
COMMENT ON COLUMN analysis.gdelt_events."Actor1EthnicCode" IS 'Always null: not coded.';
COMMENT ON COLUMN analysis.gdelt_events."Actor1Religion1Code" IS 'Always null: not coded.';
COMMENT ON COLUMN analysis.gdelt_events."Actor1Religion2Code" IS 'Always null: not coded.';
COMMENT ON COLUMN analysis.gdelt_events."Actor1Type1Code" IS 'Actor: PLOVER sector.';
COMMENT ON COLUMN analysis.gdelt_events."Actor1Type2Code" IS 'Always null: not coded.';
COMMENT ON COLUMN analysis.gdelt_events."Actor1Type3Code" IS 'Always null: not coded.';
COMMENT ON COLUMN analysis.gdelt_events."Actor2Code" IS 'Recipient: country then sector.';
COMMENT ON COLUMN analysis.gdelt_events."Actor2Name" IS 'Recipient: name in capitals.';
COMMENT ON COLUMN analysis.gdelt_events."Actor2CountryCode" IS 'Recipient: ISO 3166 alpha-3, as in CAMEO.';
COMMENT ON COLUMN analysis.gdelt_events."Actor2KnownGroupCode" IS 'Always null: not coded.';
COMMENT ON COLUMN analysis.gdelt_events."Actor2EthnicCode" IS 'Always null: not coded.';
COMMENT ON COLUMN analysis.gdelt_events."Actor2Religion1Code" IS 'Always null: not coded.';
COMMENT ON COLUMN analysis.gdelt_events."Actor2Religion2Code" IS 'Always null: not coded.';
COMMENT ON COLUMN analysis.gdelt_events."Actor2Type1Code" IS 'Recipient: PLOVER sector.';
COMMENT ON COLUMN analysis.gdelt_events."Actor2Type2Code" IS 'Always null: not coded.';
COMMENT ON COLUMN analysis.gdelt_events."Actor2Type3Code" IS 'Always null: not coded.';
COMMENT ON COLUMN analysis.gdelt_events."IsRootEvent" IS '1: told in the title or the first two sentences.';
COMMENT ON COLUMN analysis.gdelt_events."EventCode" IS 'CAMEO code.';
COMMENT ON COLUMN analysis.gdelt_events."EventBaseCode" IS 'CAMEO code, first three digits.';
COMMENT ON COLUMN analysis.gdelt_events."EventRootCode" IS 'CAMEO code, first two digits.';
COMMENT ON COLUMN analysis.gdelt_events."QuadClass" IS '1 verbal cooperation, 2 material cooperation, 3 verbal conflict, 4 material conflict.';
COMMENT ON COLUMN analysis.gdelt_events."GoldsteinScale" IS 'PLOVER''s -10 to +10, which stands in for Goldstein''s.';
COMMENT ON COLUMN analysis.gdelt_events."NumMentions" IS 'Tellings.';
COMMENT ON COLUMN analysis.gdelt_events."NumSources" IS 'Publishers that tell it.';
COMMENT ON COLUMN analysis.gdelt_events."NumArticles" IS 'Articles that tell it.';
COMMENT ON COLUMN analysis.gdelt_events."AvgTone" IS 'Always null: not coded.';
COMMENT ON COLUMN analysis.gdelt_events."Actor1Geo_Type" IS 'Always 0: actors are not placed.';
COMMENT ON COLUMN analysis.gdelt_events."Actor1Geo_FullName" IS 'Always null: not coded.';
COMMENT ON COLUMN analysis.gdelt_events."Actor1Geo_CountryCode" IS 'Always null: not coded.';
COMMENT ON COLUMN analysis.gdelt_events."Actor1Geo_ADM1Code" IS 'Always null: not coded.';
COMMENT ON COLUMN analysis.gdelt_events."Actor1Geo_ADM2Code" IS 'Always null: not coded.';
COMMENT ON COLUMN analysis.gdelt_events."Actor1Geo_Lat" IS 'Always null: not coded.';
COMMENT ON COLUMN analysis.gdelt_events."Actor1Geo_Long" IS 'Always null: not coded.';
COMMENT ON COLUMN analysis.gdelt_events."Actor1Geo_FeatureID" IS 'Always null: not coded.';
COMMENT ON COLUMN analysis.gdelt_events."Actor2Geo_Type" IS 'Always 0: actors are not placed.';
COMMENT ON COLUMN analysis.gdelt_events."Actor2Geo_FullName" IS 'Always null: not coded.';
COMMENT ON COLUMN analysis.gdelt_events."Actor2Geo_CountryCode" IS 'Always null: not coded.';
COMMENT ON COLUMN analysis.gdelt_events."Actor2Geo_ADM1Code" IS 'Always null: not coded.';
COMMENT ON COLUMN analysis.gdelt_events."Actor2Geo_ADM2Code" IS 'Always null: not coded.';
COMMENT ON COLUMN analysis.gdelt_events."Actor2Geo_Lat" IS 'Always null: not coded.';
COMMENT ON COLUMN analysis.gdelt_events."Actor2Geo_Long" IS 'Always null: not coded.';
COMMENT ON COLUMN analysis.gdelt_events."Actor2Geo_FeatureID" IS 'Always null: not coded.';
COMMENT ON COLUMN analysis.gdelt_events."ActionGeo_Type" IS '1 country, 2 US state, 3 US city, 4 city, 5 state of the world; 0 without a place.';
COMMENT ON COLUMN analysis.gdelt_events."ActionGeo_FullName" IS 'Place, division, country.';
COMMENT ON COLUMN analysis.gdelt_events."ActionGeo_CountryCode" IS 'FIPS 10-4 of the place.';
COMMENT ON COLUMN analysis.gdelt_events."ActionGeo_ADM1Code" IS 'Always null: divisions have names here, and no FIPS codes.';
COMMENT ON COLUMN analysis.gdelt_events."ActionGeo_ADM2Code" IS 'Always null: not coded.';
COMMENT ON COLUMN analysis.gdelt_events."ActionGeo_Lat" IS 'Degrees north, WGS 84.';
COMMENT ON COLUMN analysis.gdelt_events."ActionGeo_Long" IS 'Degrees east, WGS 84.';
COMMENT ON COLUMN analysis.gdelt_events."ActionGeo_FeatureID" IS 'GeoNames id (GDELT: of GNS or GNIS).';
COMMENT ON COLUMN analysis.gdelt_events."DATEADDED" IS 'When it was stored, UTC, as YYYYMMDDHHMMSS.';
COMMENT ON COLUMN analysis.gdelt_events."SOURCEURL" IS 'Address of the surest telling.';

CREATE VIEW analysis.polecat_events AS
SELECT event.event_key AS "Event ID",
       event.event_date AS "Event Date",
       event.event_type AS "Event Type",
       event.mode AS "Event Mode",
       event.score AS "Intensity",
       CASE event.quad_class WHEN 1 THEN 'VERBAL COOPERATION' WHEN 2 THEN 'MATERIAL COOPERATION'
            WHEN 3 THEN 'VERBAL CONFLICT' WHEN 4 THEN 'MATERIAL CONFLICT' END AS "Quad Code",
       array_to_string(event.contexts, ';') AS "Contexts",
       event.actor_name AS "Actor Name",
       event.actor_country AS "Actor Country",
       actor_codes.cow AS "Actor COW",
       event.actor_sector AS "Primary Actor Sector",
       event.actor_sector AS "Actor Sectors",
       NULL::text AS "Actor Title",
       coalesce(candidate.actor_text, event.actor_name) AS "Actor Name Raw",
       NULL::text AS "Wikipedia Actor ID",
       event.recipient_name AS "Recipient Name",
       event.recipient_country AS "Recipient Country",
       recipient_codes.cow AS "Recipient COW",
       event.recipient_sector AS "Primary Recipient Sector",
       event.recipient_sector AS "Recipient Sectors",
       NULL::text AS "Recipient Title",
       coalesce(candidate.recipient_text, event.recipient_name) AS "Recipient Name Raw",
       NULL::text AS "Wikipedia Recipient ID",
       event.place_name AS "Placename",
       CASE WHEN event.place_resolution = 'point' THEN event.place_name END AS "City",
       NULL::text AS "District",
       event.place_admin1 AS "Province",
       event.place_country AS "Country",
       event.place_latitude AS "Latitude",
       event.place_longitude AS "Longitude",
       event.geonames_id AS "GeoNames ID",
       coalesce(candidate.place_text, event.place_name) AS "Raw Placename",
       event.place_resolution AS "Feature Type",
       article.source AS "Source",
       (article.published_at AT TIME ZONE 'UTC')::date AS "Publication Date",
       NULL::text AS "Story People",
       NULL::text AS "Story Organizations",
       NULL::text AS "Story Locations",
       article.language AS "Language",
       event.codebook AS "Version"
FROM tocsin.events AS event
LEFT JOIN tocsin.mentions AS telling
    ON telling.candidate_id = event.candidate_id AND telling.trigger_start = event.trigger_start
LEFT JOIN tocsin.articles AS article ON article.id = telling.article_id
LEFT JOIN tocsin.candidates AS candidate ON candidate.id = event.candidate_id
LEFT JOIN tocsin.country_codes AS actor_codes ON actor_codes.country = event.actor_country
LEFT JOIN tocsin.country_codes AS recipient_codes ON recipient_codes.country = event.recipient_country
WHERE event.deleted_at IS NULL AND event.status = 'actual';
COMMENT ON VIEW analysis.polecat_events IS 'Actual events in the columns of POLECAT.';
COMMENT ON COLUMN analysis.polecat_events."Event ID" IS 'Key of the event: the same on every machine.';
COMMENT ON COLUMN analysis.polecat_events."Event Date" IS 'When it happened; the first day of a week, month or year.';
COMMENT ON COLUMN analysis.polecat_events."Event Type" IS 'PLOVER root.';
COMMENT ON COLUMN analysis.polecat_events."Event Mode" IS 'PLOVER mode, or null.';
COMMENT ON COLUMN analysis.polecat_events."Intensity" IS 'PLOVER''s -10 to +10.';
COMMENT ON COLUMN analysis.polecat_events."Quad Code" IS 'Quad class in words.';
COMMENT ON COLUMN analysis.polecat_events."Contexts" IS 'PLOVER contexts, parted by semicolons.';
COMMENT ON COLUMN analysis.polecat_events."Actor Name" IS 'Name.';
COMMENT ON COLUMN analysis.polecat_events."Actor Country" IS 'ISO 3166 alpha-3.';
COMMENT ON COLUMN analysis.polecat_events."Actor COW" IS 'Number of the Correlates of War project.';
COMMENT ON COLUMN analysis.polecat_events."Primary Actor Sector" IS 'PLOVER sector.';
COMMENT ON COLUMN analysis.polecat_events."Actor Sectors" IS 'PLOVER sector; one is coded.';
COMMENT ON COLUMN analysis.polecat_events."Actor Title" IS 'Always null: not coded.';
COMMENT ON COLUMN analysis.polecat_events."Actor Name Raw" IS 'The words of the text while the candidate is kept, then the name.';
COMMENT ON COLUMN analysis.polecat_events."Wikipedia Actor ID" IS 'Always null: not coded.';
COMMENT ON COLUMN analysis.polecat_events."Recipient Name" IS 'Name.';
COMMENT ON COLUMN analysis.polecat_events."Recipient Country" IS 'ISO 3166 alpha-3.';
COMMENT ON COLUMN analysis.polecat_events."Recipient COW" IS 'Number of the Correlates of War project.';
COMMENT ON COLUMN analysis.polecat_events."Primary Recipient Sector" IS 'PLOVER sector.';
COMMENT ON COLUMN analysis.polecat_events."Recipient Sectors" IS 'PLOVER sector; one is coded.';
COMMENT ON COLUMN analysis.polecat_events."Recipient Title" IS 'Always null: not coded.';
COMMENT ON COLUMN analysis.polecat_events."Recipient Name Raw" IS 'The words of the text while the candidate is kept, then the name.';
COMMENT ON COLUMN analysis.polecat_events."Wikipedia Recipient ID" IS 'Always null: not coded.';
COMMENT ON COLUMN analysis.polecat_events."Placename" IS 'Place.';
COMMENT ON COLUMN analysis.polecat_events."City" IS 'Place, where it is a point.';
COMMENT ON COLUMN analysis.polecat_events."District" IS 'Always null: not coded.';
COMMENT ON COLUMN analysis.polecat_events."Province" IS 'First-level division.';
COMMENT ON COLUMN analysis.polecat_events."Country" IS 'ISO 3166 alpha-3 of the place.';
COMMENT ON COLUMN analysis.polecat_events."Latitude" IS 'Degrees north, WGS 84.';
COMMENT ON COLUMN analysis.polecat_events."Longitude" IS 'Degrees east, WGS 84.';
COMMENT ON COLUMN analysis.polecat_events."GeoNames ID" IS 'GeoNames id.';
COMMENT ON COLUMN analysis.polecat_events."Raw Placename" IS 'The words of the text while the candidate is kept, then the name.';
COMMENT ON COLUMN analysis.polecat_events."Feature Type" IS 'point, admin1 or country.';
COMMENT ON COLUMN analysis.polecat_events."Source" IS 'Publisher of the surest telling.';
COMMENT ON COLUMN analysis.polecat_events."Publication Date" IS 'Day of the surest telling (UTC).';
COMMENT ON COLUMN analysis.polecat_events."Story People" IS 'Always null: not coded.';
COMMENT ON COLUMN analysis.polecat_events."Story Organizations" IS 'Always null: not coded.';
COMMENT ON COLUMN analysis.polecat_events."Story Locations" IS 'Always null: not coded.';
COMMENT ON COLUMN analysis.polecat_events."Language" IS 'Language of the surest telling.';
COMMENT ON COLUMN analysis.polecat_events."Version" IS 'Codebook.';

CREATE VIEW analysis.icews_events AS
SELECT event.id AS "Event ID",
       event.event_date AS "Event Date",
       event.actor_name AS "Source Name",
       event.actor_sector AS "Source Sectors",
       actor_codes.name AS "Source Country",
       titles.title AS "Event Text",
       event.cameo AS "CAMEO Code",
       event.score AS "Intensity",
       event.recipient_name AS "Target Name",
       event.recipient_sector AS "Target Sectors",
       recipient_codes.name AS "Target Country",
       article.id AS "Story ID",
       NULL::integer AS "Sentence Number",
       article.source AS "Publisher",
       CASE WHEN event.place_resolution = 'point' THEN event.place_name END AS "City",
       NULL::text AS "District",
       event.place_admin1 AS "Province",
       place.name AS "Country",
       event.place_latitude AS "Latitude",
       event.place_longitude AS "Longitude"
FROM tocsin.events AS event
LEFT JOIN tocsin.mentions AS telling
    ON telling.candidate_id = event.candidate_id AND telling.trigger_start = event.trigger_start
LEFT JOIN tocsin.articles AS article ON article.id = telling.article_id
LEFT JOIN tocsin.country_codes AS actor_codes ON actor_codes.country = event.actor_country
LEFT JOIN tocsin.country_codes AS recipient_codes ON recipient_codes.country = event.recipient_country
LEFT JOIN tocsin.country_codes AS place ON place.country = event.place_country
LEFT JOIN tocsin.cameo_titles AS titles ON titles.cameo = event.cameo
WHERE event.deleted_at IS NULL AND event.status = 'actual';
COMMENT ON VIEW analysis.icews_events IS 'Actual events in the columns of ICEWS.';
COMMENT ON COLUMN analysis.icews_events."Event ID" IS 'Id of the event; never given twice.';
COMMENT ON COLUMN analysis.icews_events."Event Date" IS 'When it happened; the first day of a week, month or year.';
COMMENT ON COLUMN analysis.icews_events."Source Name" IS 'Name of the actor.';
COMMENT ON COLUMN analysis.icews_events."Source Sectors" IS 'PLOVER sector of the actor.';
COMMENT ON COLUMN analysis.icews_events."Source Country" IS 'Country of the actor, by name.';
COMMENT ON COLUMN analysis.icews_events."Event Text" IS 'Title of the CAMEO code.';
COMMENT ON COLUMN analysis.icews_events."CAMEO Code" IS 'CAMEO code.';
COMMENT ON COLUMN analysis.icews_events."Intensity" IS 'PLOVER''s -10 to +10.';
COMMENT ON COLUMN analysis.icews_events."Target Name" IS 'Name of the recipient.';
COMMENT ON COLUMN analysis.icews_events."Target Sectors" IS 'PLOVER sector of the recipient.';
COMMENT ON COLUMN analysis.icews_events."Target Country" IS 'Country of the recipient, by name.';
COMMENT ON COLUMN analysis.icews_events."Story ID" IS 'Article of the surest telling, as in ICEWS, where a story is one text.';
COMMENT ON COLUMN analysis.icews_events."Sentence Number" IS 'Always null: not coded.';
COMMENT ON COLUMN analysis.icews_events."Publisher" IS 'Publisher of the surest telling.';
COMMENT ON COLUMN analysis.icews_events."City" IS 'Place, where it is a point.';
COMMENT ON COLUMN analysis.icews_events."District" IS 'Always null: not coded.';
COMMENT ON COLUMN analysis.icews_events."Province" IS 'First-level division.';
COMMENT ON COLUMN analysis.icews_events."Country" IS 'Country of the place, by name.';
COMMENT ON COLUMN analysis.icews_events."Latitude" IS 'Degrees north, WGS 84.';
COMMENT ON COLUMN analysis.icews_events."Longitude" IS 'Degrees east, WGS 84.';
