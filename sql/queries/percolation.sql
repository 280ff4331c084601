-- name: rules_as_compiled
-- The rules that are compiled, with the sha256 they were compiled from and the receivers they name.
SELECT rule, sha256, status, file, receivers FROM tocsin.rules ORDER BY rule;

-- name: delete_rules
-- Takes rules out, with their rows: those named. How many is the rows it touched.
WITH asked AS (
    SELECT unnest(%(rules)s::text[]) AS rule
), anchor AS (
    DELETE FROM tocsin.rule_anchors AS anchor USING asked WHERE anchor.rule = asked.rule
)
DELETE FROM tocsin.rules AS rule USING asked WHERE rule.rule = asked.rule;

-- name: save_rules
-- Writes rules anew: array of {rule, title, severity, status, definition, sha256, file, receivers}. Returns nothing.
INSERT INTO tocsin.rules (rule, title, severity, status, definition, sha256, file, receivers)
SELECT rule, title, severity, status, definition, sha256, file, receivers
FROM json_to_recordset(%(rules)s::json)
    AS given (rule text, title text, severity text, status text, definition jsonb, sha256 text, file text, receivers text[])
ORDER BY rule;

-- name: save_rule_branches
-- Writes the branches of rules and their anchors: array of rows as `compiled.py` makes them. How many anchors is the
-- rows it touched.
WITH given AS MATERIALIZED (
    SELECT nextval('tocsin.rule_branches_id_seq') AS id, given.*
    FROM json_to_recordset(%(branches)s::json) AS given (
        rule text, number integer, anchors text[], refused_bits bigint, is_whole boolean,
        event_types text[], statuses text[], told_as text[], modes text[], quad_classes integer[], countries text[],
        languages text[], actor_countries text[], recipient_countries text[], actor_sectors text[],
        recipient_sectors text[], min_confidence double precision, min_score double precision,
        max_score double precision, min_mentions integer, min_sources integer, actors text[], recipients text[],
        either_one text[], either_other text[], contexts text[], admin1 text[], source text[],
        circles double precision[], corners double precision[], text_like text[], text_patterns text[],
        actor_like text[], actor_patterns text[], recipient_like text[], recipient_patterns text[]
    )
), made AS (
    INSERT INTO tocsin.rule_branches (
        id, rule, number, event_types, statuses, told_as, modes, quad_classes, countries, languages, actor_countries,
        recipient_countries, actor_sectors, recipient_sectors, min_confidence, min_score, max_score, min_mentions,
        min_sources, actors, recipients, either_one, either_other, contexts, admin1, source, circles, corners,
        text_like, text_patterns, actor_like, actor_patterns, recipient_like, recipient_patterns
    )
    OVERRIDING SYSTEM VALUE
    SELECT id, rule, number, event_types, statuses, told_as, modes, quad_classes, countries, languages, actor_countries,
           recipient_countries, actor_sectors, recipient_sectors, min_confidence, min_score, max_score, min_mentions,
           min_sources, actors, recipients, either_one, either_other, contexts, admin1, source, circles, corners,
           text_like, text_patterns, actor_like, actor_patterns, recipient_like, recipient_patterns
    FROM given
    ORDER BY id
), anchored AS (
    -- Not by a join: Postgres expects a hundred rows of JSON, and would hold each against each.
    SELECT id, rule, anchors, refused_bits, min_confidence, min_score, max_score, is_whole,
           max(id) FILTER (WHERE number = 0) OVER same_rule AS not_id,
           max(refused_bits) FILTER (WHERE number = 0) OVER same_rule AS not_refused_bits
    FROM given
    WINDOW same_rule AS (PARTITION BY rule)
)
INSERT INTO tocsin.rule_anchors (term, branch_id, rule, not_id, refused_bits, not_refused_bits, min_confidence, min_score, max_score,
                                 is_whole)
SELECT term, id, rule, not_id, refused_bits, coalesce(not_refused_bits, 0),
       coalesce(min_confidence, 0), coalesce(min_score, '-Infinity'), coalesce(max_score, 'Infinity'), is_whole
FROM anchored
CROSS JOIN LATERAL unnest(anchors) AS term
ORDER BY term, id;

-- name: analyze_rules
-- Has Postgres count the rows of rules: without, it takes ten thousand of them for a handful, and holds each event against each.
-- What they are joined by is enough; the lists in the other columns, which take ten times as long, are for autovacuum.
ANALYZE tocsin.rule_anchors (term), tocsin.rule_branches (id);

-- name: percolate
-- Which rules hold for which events: array of rows as `event_row` makes them, and their terms as two arrays, number of the
-- event and term. A row an event: its number, the rules of which a branch holds, and those of which the one that excludes does,
-- both parted by spaces, a rule as often as it has such branches. An index leads from the terms to the branches they may meet;
-- bits settle the short lists, and of a branch that is whole that is all it asks for. Of the others each is checked in full,
-- and so is the branch that excludes, with the same conditions.
WITH event AS MATERIALIZED (
    SELECT *
    FROM json_to_recordset(%(events)s::json) AS event (
        number integer, bits bigint, has_odd_codes boolean, event_type text, status text, told_as text, mode text, quad_class integer,
        country text, language text, actor_country text, recipient_country text, actor_sector text,
        recipient_sector text, actors text[], recipients text[], contexts text[], admin1 text, source text,
        confidence double precision, score double precision, mention_count integer, source_count integer,
        x double precision, y double precision, z double precision, latitude double precision,
        longitude double precision, words text, actor_words text, recipient_words text
    )
), candidate AS MATERIALIZED (
    SELECT event.number, anchor.branch_id, anchor.rule, anchor.is_whole AND NOT event.has_odd_codes AS is_whole,
           CASE WHEN event.bits & anchor.not_refused_bits = 0 THEN anchor.not_id END AS not_id
    FROM unnest(%(numbers)s::integer[], %(terms)s::text[]) AS shown (number, term)
    JOIN event ON event.number = shown.number
    JOIN tocsin.rule_anchors AS anchor ON anchor.term = shown.term
    -- Of "< 1" the planner expects a third to pass, of "= 0" next to none.
    WHERE event.bits & anchor.refused_bits < 1 AND event.confidence >= anchor.min_confidence
      AND coalesce(event.score, '-Infinity') >= anchor.min_score AND coalesce(event.score, 'Infinity') <= anchor.max_score
), to_check AS MATERIALIZED (
    SELECT number, branch_id FROM candidate WHERE NOT is_whole
    UNION ALL
    SELECT number, not_id FROM candidate WHERE not_id IS NOT NULL
), held AS (
    SELECT number, rule, 1 AS place FROM candidate WHERE is_whole
    UNION ALL
    SELECT event.number, branch.rule, branch.number
    FROM to_check
    JOIN event ON event.number = to_check.number
    JOIN tocsin.rule_branches AS branch ON branch.id = to_check.branch_id
    WHERE (branch.event_types IS NULL OR event.event_type = ANY(branch.event_types))
      AND (branch.statuses IS NULL OR event.status = ANY(branch.statuses))
      AND (branch.countries IS NULL OR event.country = ANY(branch.countries))
      AND (branch.modes IS NULL OR event.mode = ANY(branch.modes))
      AND (branch.actors IS NULL OR event.actors && branch.actors)
      AND (branch.recipients IS NULL OR event.recipients && branch.recipients)
      AND (branch.actor_countries IS NULL OR event.actor_country = ANY(branch.actor_countries))
      AND (branch.recipient_countries IS NULL OR event.recipient_country = ANY(branch.recipient_countries))
      AND (branch.actor_sectors IS NULL OR event.actor_sector = ANY(branch.actor_sectors))
      AND (branch.recipient_sectors IS NULL OR event.recipient_sector = ANY(branch.recipient_sectors))
      AND (branch.min_confidence IS NULL OR event.confidence >= branch.min_confidence)
      AND (branch.quad_classes IS NULL OR event.quad_class = ANY(branch.quad_classes))
      AND (branch.told_as IS NULL OR event.told_as = ANY(branch.told_as))
      AND (branch.languages IS NULL OR event.language = ANY(branch.languages))
      AND (branch.min_score IS NULL OR event.score >= branch.min_score)
      AND (branch.max_score IS NULL OR event.score <= branch.max_score)
      AND (branch.min_mentions IS NULL OR event.mention_count >= branch.min_mentions)
      AND (branch.min_sources IS NULL OR event.source_count >= branch.min_sources)
      AND (branch.contexts IS NULL OR event.contexts && branch.contexts)
      AND (branch.admin1 IS NULL OR (event.admin1 <> '' AND event.admin1 = ANY(branch.admin1)))
      AND (branch.source IS NULL OR (event.source <> '' AND event.source = ANY(branch.source)))
      AND (branch.either_one IS NULL
           OR (event.actors && branch.either_one AND event.recipients && branch.either_other)
           OR (event.actors && branch.either_other AND event.recipients && branch.either_one))
      AND (branch.actor_like IS NULL AND branch.actor_patterns IS NULL
           OR event.actor_words LIKE ANY(branch.actor_like) OR event.actor_words ~ ANY(branch.actor_patterns))
      AND (branch.recipient_like IS NULL AND branch.recipient_patterns IS NULL
           OR event.recipient_words LIKE ANY(branch.recipient_like)
           OR event.recipient_words ~ ANY(branch.recipient_patterns))
      AND (branch.text_like IS NULL AND branch.text_patterns IS NULL
           OR event.words LIKE ANY(branch.text_like) OR event.words ~ ANY(branch.text_patterns))
      AND (branch.circles IS NULL OR EXISTS (
           -- The same sums as pipeline/alert/ground.py, in the same order, so that both say the same to the last bit.
           SELECT FROM generate_series(1, cardinality(branch.circles), 4) AS at
           WHERE (event.x - branch.circles[at]) * (event.x - branch.circles[at])
               + (event.y - branch.circles[at + 1]) * (event.y - branch.circles[at + 1])
               + (event.z - branch.circles[at + 2]) * (event.z - branch.circles[at + 2]) <= branch.circles[at + 3]))
      AND (branch.corners IS NULL OR EXISTS (
           SELECT
           FROM (VALUES (event.longitude), (event.longitude + 360.0::double precision),
                        (event.longitude - 360.0::double precision)) AS turn (east)
           CROSS JOIN LATERAL (
               SELECT branch.corners[at] AS north1, branch.corners[at + 1] AS east1,
                      branch.corners[(at + 1) %% cardinality(branch.corners) + 1] AS north2,
                      branch.corners[(at + 1) %% cardinality(branch.corners) + 2] AS east2
               FROM generate_series(1, cardinality(branch.corners), 2) AS at
           ) AS side
           WHERE (side.east1 > turn.east) <> (side.east2 > turn.east)
             AND event.latitude < (side.north2 - side.north1) * (turn.east - side.east1)
                                  / nullif(side.east2 - side.east1, 0) + side.north1
           GROUP BY turn.east
           HAVING count(*) %% 2 = 1))
)
SELECT number, string_agg(rule, ' ') FILTER (WHERE place > 0) AS met, string_agg(rule, ' ') FILTER (WHERE place = 0) AS excluded
FROM held
GROUP BY number;

-- name: anchor_terms
-- All terms that lead to a branch, in one text, parted by the unit separator; null: none.
SELECT string_agg(term, chr(31)) AS terms FROM (SELECT DISTINCT term FROM tocsin.rule_anchors) AS anchor;

-- name: plan_in_memory
-- Lets the rest of the transaction hash tens of thousands of rows in memory, and look up few of them by their index: rules are
-- read all the time and lie in memory. Returns nothing of use.
SELECT set_config('work_mem', '64MB', true), set_config('random_page_cost', '1.1', true);
