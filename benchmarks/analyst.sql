-- name: make_words
-- What the events are made of: countries with places, names, phrases. Returns nothing.
CREATE SCHEMA made;
CREATE TABLE made.countries AS
SELECT number, chr(65 + number / 26 % 26) || chr(65 + number % 26) || 'X' AS code FROM generate_series(0, 199) AS number;
CREATE TABLE made.places AS
SELECT number, 'Town ' || number AS name, (SELECT code FROM made.countries WHERE countries.number = places.number % 200) AS country,
       'Province ' || number % 2400 AS admin1, -35 + (number * 7919 % 9500) / 100.0 AS latitude,
       -120 + (number * 104729 % 27000) / 100.0 AS longitude
FROM generate_series(0::bigint, 39999) AS places (number);
CREATE TABLE made.phrases AS
SELECT number, string_agg('word' || (power(random(), 4) * 20000)::integer, ' ') AS phrase
FROM generate_series(0, 3999) AS number, generate_series(1, 7)
GROUP BY number;
ALTER TABLE made.countries ADD PRIMARY KEY (number);
ALTER TABLE made.places ADD PRIMARY KEY (number);
ALTER TABLE made.phrases ADD PRIMARY KEY (number);
CREATE FUNCTION made.part(number bigint, salt integer) RETURNS double precision
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT (hashint8extended(number, salt) & 2147483647) / 2147483648.0 $$;
ANALYZE;

-- name: make_view
-- A view of what event number i is, to be read with a range of numbers; skewed as news is. Returns nothing.
CREATE FUNCTION made.events(first bigint, last bigint, history bigint) RETURNS TABLE (
    number bigint, event_date date, event_type text, mode text, status text, actor_name text, actor_country text,
    actor_sector text, recipient_name text, recipient_country text, recipient_sector text, place_name text,
    place_country text, place_admin1 text, place_latitude double precision, place_longitude double precision,
    counts jsonb, quad_class integer, score double precision, source_count integer, confidence double precision
)
LANGUAGE sql STABLE AS $$
SELECT n.number,
       CASE WHEN n.number > history THEN current_date - (n.number % 21)::integer
            ELSE current_date - ((history - n.number) * 1825 / history)::integer - (CASE WHEN n.number % 10 = 0 THEN n.number % 40 ELSE 0 END)::integer END,
       (ARRAY['PROTEST','ASSAULT','CONSULT','ACCUSE','SUPPORT','AGREE','AID','COERCE','REQUEST','REJECT','THREATEN','SANCTION','RETREAT','CONCEDE','COOPERATE','MOBILIZE'])
           [1 + floor(16 * power(made.part(n.number, 1), 2))::integer],
       NULL::text,
       CASE WHEN made.part(n.number, 2) < 0.85 THEN 'actual' ELSE 'planned' END,
       CASE WHEN made.part(n.number, 3) < 0.6 THEN 'Known group ' || floor(5000 * power(made.part(n.number, 4), 3))
            ELSE 'Spokesman of office ' || floor(300000 * made.part(n.number, 4)) END,
       CASE WHEN made.part(n.number, 5) < 0.75 THEN actor.code END,
       (ARRAY['GOV','MIL','REB','CVL','COP','OPP','UNK',NULL])[1 + floor(8 * made.part(n.number, 6))::integer],
       CASE WHEN made.part(n.number, 7) < 0.7 THEN 'Known group ' || floor(5000 * power(made.part(n.number, 8), 3)) END,
       CASE WHEN made.part(n.number, 7) < 0.6 THEN recipient.code END,
       (ARRAY['GOV','MIL','REB','CVL',NULL])[1 + floor(5 * made.part(n.number, 9))::integer],
       place.name, place.country, place.admin1, place.latitude, place.longitude,
       CASE WHEN made.part(n.number, 10) < 0.08
            THEN jsonb_build_array(jsonb_build_object('kind', 'killed', 'lower', 1 + floor(60 * power(made.part(n.number, 11), 6)), 'upper', NULL,
                                                      'start', 0, 'end', 2, 'text', '12'))
            ELSE '[]' END,
       1 + floor(4 * made.part(n.number, 12))::integer, (ARRAY[-9.0, -4.0, 3.5, 7.0])[1 + floor(4 * made.part(n.number, 12))::integer],
       CASE WHEN made.part(n.number, 13) < 0.12 THEN 2 + floor(20 * power(made.part(n.number, 14), 8))::integer ELSE 1 END,
       0.3 + 0.7 * made.part(n.number, 15)
FROM generate_series(first, last) AS n (number)
JOIN made.countries AS actor ON actor.number = floor(200 * power(made.part(n.number, 20), 3))::integer
JOIN made.countries AS recipient ON recipient.number = floor(200 * power(made.part(n.number, 21), 3))::integer
LEFT JOIN made.places AS place ON place.number = floor(40000 * power(made.part(n.number, 22), 2))::integer AND made.part(n.number, 23) < 0.65
$$;
CREATE FUNCTION made.sentences(first bigint, last bigint) RETURNS TABLE (number bigint, sentence text)
LANGUAGE sql STABLE AS $$
SELECT n.number, one.phrase || ' ' || two.phrase || ' ' || three.phrase || ' rare' || n.number % 20000
FROM generate_series(first, last) AS n (number)
JOIN made.phrases AS one ON one.number = floor(4000 * made.part(n.number, 24))::integer
JOIN made.phrases AS two ON two.number = floor(4000 * made.part(n.number, 25))::integer
JOIN made.phrases AS three ON three.number = floor(4000 * made.part(n.number, 26))::integer
$$;

-- name: make_articles
-- Articles that tell numbers of a range, four events each. Returns nothing.
INSERT INTO tocsin.articles (url, source, title, text, language, published_at, fetched_at, text_method, codebook,
                             text_dropped_at)
SELECT 'https://news' || number %% 40 || '.example/' || md5(number::text), 'Paper ' || number %% 40, 'Report number ' || number,
       '', 'en', now() - make_interval(mins => %(minutes)s), now(), 'made', 'made', now()
FROM generate_series((%(first)s::bigint - 1) / 4, (%(last)s::bigint - 1) / 4) AS number
ORDER BY number;

-- name: make_events
-- Events of a range of numbers, whose ids they are. Returns nothing.
INSERT INTO tocsin.events (
    id, event_key, event_date, date_precision, event_type, mode, contexts, status, actor_name, actor_country, actor_sector,
    recipient_name, recipient_country, recipient_sector, place_name, place_country, place_admin1, place_latitude,
    place_longitude, place_resolution, counts, killed_lower, quad_class, score, cameo, confidence, codebook, mention_count, article_count,
    source_count, first_reported_at, stored_at, candidate_id, trigger_start
)
SELECT number, encode(sha256(convert_to('event ' || number, 'UTF8')), 'hex'), event_date, 'day', event_type, mode, '{military}', status,
       actor_name, actor_country, actor_sector, recipient_name, recipient_country, recipient_sector,
       place_name, place_country, place_admin1, place_latitude, place_longitude,
       CASE WHEN place_name IS NOT NULL THEN 'point' END, counts, (counts -> 0 ->> 'lower')::integer, quad_class, score, '190',
       confidence, 'made', source_count, source_count, source_count, event_date, event_date, number, 7
FROM made.events(%(first)s, %(last)s, %(history)s);

-- name: make_mentions
-- A mention for each event of a range, and for every tenth a second one. Returns nothing.
INSERT INTO tocsin.mentions (event_date, event_id, candidate_id, article_id, trigger_start, trigger_end, trigger_text,
                             sentence, sentence_start, confidence)
SELECT event_date, id, id, (id - 1) / 4 + 1, start, 13, 'killed', sentence, 0, confidence
FROM tocsin.events
JOIN made.sentences(%(first)s, %(last)s) AS told ON told.number = id
CROSS JOIN (VALUES (7), (70)) AS telling (start)
WHERE (start = 7 OR id %% 10 = 0) AND id BETWEEN %(first)s AND %(last)s
ORDER BY id, start;

-- name: make_candidates
-- Accepted candidates of a range of numbers; every tenth tells an event of the range again. Returns nothing.
INSERT INTO tocsin.candidates (
    batch_id, article_id, codebook, candidate_key, event_type, mode, contexts, status, status_reason,
    actor_name, actor_country, actor_sector, actor_start, actor_end, actor_text, actor_entry_ids,
    recipient_name, recipient_country, recipient_sector, recipient_start, recipient_end, recipient_text,
    trigger_start, trigger_end, trigger_text, sentence_start, sentence_end, sentence, mentions,
    place_name, place_country, place_admin1, place_latitude, place_longitude, place_resolution, place_start, place_end, place_text,
    event_date, date_precision, counts, quad_class, score, cameo, frame_id, confidence, verdict, judged_at, event_key, handles
)
SELECT (SELECT max(id) FROM tocsin.batches), (numbers.number - 1) / 4 + 1, 'made', 'candidate ' || numbers.number,
       event_type, mode, '{military}', status, 'past tense',
       actor_name, actor_country, actor_sector, 0, 6, 'Rebels', '{rebels:17}',
       recipient_name, recipient_country, recipient_sector, 14, 22, 'soldiers', 7, 13, 'killed', 0, length(sentence), sentence, '[]',
       place_name, place_country, place_admin1, place_latitude, place_longitude, CASE WHEN place_name IS NOT NULL THEN 'point' END,
       CASE WHEN place_name IS NOT NULL THEN 40 END, CASE WHEN place_name IS NOT NULL THEN 45 END, place_name,
       event_date, 'day', counts, quad_class, score, '190', 'kill-verb:3', confidence, 'accepted', now(),
       encode(sha256(convert_to('event ' || told.number, 'UTF8')), 'hex'),
       -- As many as extract gives, of what it takes them from.
       ARRAY(SELECT hashtextextended(event_type || part, 0) FROM unnest(ARRAY[
           'pair ' || actor_country || ' ' || recipient_country, 'names ' || actor_name || ' ' || recipient_name,
           'actor ' || place_country || ' ' || actor_country, 'recipient ' || place_country || ' ' || recipient_country,
           'town ' || place_country || ' ' || place_name]) AS part WHERE part IS NOT NULL)
FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS numbers (number)
JOIN made.events(%(first)s, %(last)s, %(history)s) AS told
    ON told.number = CASE WHEN numbers.number %% 10 = 0 THEN numbers.number - 1 ELSE numbers.number END
JOIN made.sentences(%(first)s, %(last)s) AS said ON said.number = told.number;

-- name: make_flat
-- The same events in one plain table that knows a primary key and nothing else. Returns nothing.
CREATE SCHEMA flat;
CREATE UNLOGGED TABLE flat.events AS SELECT * FROM tocsin.events;
ALTER TABLE flat.events ADD PRIMARY KEY (id);
ANALYZE flat.events;
