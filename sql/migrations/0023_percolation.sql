-- Rules as rows: what an event is held against by one statement, and the index that leads to the rules it may meet.

ALTER TABLE tocsin.rules
    ADD COLUMN sha256 text NOT NULL DEFAULT '',
    ADD COLUMN file text NOT NULL DEFAULT '';
COMMENT ON COLUMN tocsin.rules.sha256 IS 'Of what the rule was compiled from: its file, the receivers'' names and the form of the rows.';
COMMENT ON COLUMN tocsin.rules.file IS 'Name of its file in the folder of rules.';
-- They are compiled anew.
DELETE FROM tocsin.rules;

CREATE TABLE tocsin.rule_branches (
    id                  bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    rule                text NOT NULL REFERENCES tocsin.rules (rule) ON DELETE CASCADE,
    number              integer NOT NULL,
    event_types         text[],
    statuses            text[],
    told_as             text[],
    modes               text[],
    quad_classes        integer[],
    countries           text[],
    languages           text[],
    actor_countries     text[],
    recipient_countries text[],
    actor_sectors       text[],
    recipient_sectors   text[],
    min_confidence      double precision,
    min_score           double precision,
    max_score           double precision,
    min_mentions        integer,
    min_sources         integer,
    actors              text[],
    recipients          text[],
    either_one          text[],
    either_other        text[],
    contexts            text[],
    admin1              text[],
    source              text[],
    circles             double precision[],
    corners             double precision[],
    text_like           text[],
    text_patterns       text[],
    actor_like          text[],
    actor_patterns      text[],
    recipient_like      text[],
    recipient_patterns  text[],
    CONSTRAINT rule_branches_key UNIQUE (rule, number)
);
COMMENT ON TABLE tocsin.rule_branches IS 'One row a branch of a rule: all that is not null must hold of an event; of several values, one.';
COMMENT ON COLUMN tocsin.rule_branches.id IS 'Identity.';
COMMENT ON COLUMN tocsin.rule_branches.rule IS 'The rule.';
COMMENT ON COLUMN tocsin.rule_branches.number IS 'Which branch of `any`, from 1; 0 is the one that must not hold.';
COMMENT ON COLUMN tocsin.rule_branches.event_types IS 'Event types.';
COMMENT ON COLUMN tocsin.rule_branches.statuses IS 'What is claimed of it: actual, planned, hypothetical, denied.';
COMMENT ON COLUMN tocsin.rule_branches.told_as IS 'news, background.';
COMMENT ON COLUMN tocsin.rule_branches.modes IS 'Modes.';
COMMENT ON COLUMN tocsin.rule_branches.quad_classes IS 'Quad classes, 1 to 4.';
COMMENT ON COLUMN tocsin.rule_branches.countries IS 'Countries of the place.';
COMMENT ON COLUMN tocsin.rule_branches.languages IS 'Languages of the article.';
COMMENT ON COLUMN tocsin.rule_branches.actor_countries IS 'Countries of the actor.';
COMMENT ON COLUMN tocsin.rule_branches.recipient_countries IS 'Countries of the recipient.';
COMMENT ON COLUMN tocsin.rule_branches.actor_sectors IS 'Sectors of the actor.';
COMMENT ON COLUMN tocsin.rule_branches.recipient_sectors IS 'Sectors of the recipient.';
COMMENT ON COLUMN tocsin.rule_branches.min_confidence IS 'At least this confidence.';
COMMENT ON COLUMN tocsin.rule_branches.min_score IS 'At least this score.';
COMMENT ON COLUMN tocsin.rule_branches.max_score IS 'At most this score.';
COMMENT ON COLUMN tocsin.rule_branches.min_mentions IS 'At least so many mentions.';
COMMENT ON COLUMN tocsin.rule_branches.min_sources IS 'At least so many sources that tell it in words of their own.';
COMMENT ON COLUMN tocsin.rule_branches.actors IS 'Codes of the actor: LBYGOV, LBY or GOV.';
COMMENT ON COLUMN tocsin.rule_branches.recipients IS 'Codes of the recipient.';
COMMENT ON COLUMN tocsin.rule_branches.either_one IS 'Codes of one party of a dyad either way.';
COMMENT ON COLUMN tocsin.rule_branches.either_other IS 'Codes of the other party.';
COMMENT ON COLUMN tocsin.rule_branches.contexts IS 'Contexts.';
COMMENT ON COLUMN tocsin.rule_branches.admin1 IS 'First-level divisions of the place, as words.';
COMMENT ON COLUMN tocsin.rule_branches.source IS 'Sources, as words.';
COMMENT ON COLUMN tocsin.rule_branches.circles IS 'Circles on the ground, four numbers each: centre as a unit vector, and the square of the chord under the radius.';
COMMENT ON COLUMN tocsin.rule_branches.corners IS 'Corners of a polygon, two numbers each: degrees north and east.';
COMMENT ON COLUMN tocsin.rule_branches.text_like IS 'Phrases of the sentence, as patterns of LIKE.';
COMMENT ON COLUMN tocsin.rule_branches.text_patterns IS 'Phrases of the sentence with a * inside, as regular expressions of their words.';
COMMENT ON COLUMN tocsin.rule_branches.actor_like IS 'Phrases of the actor''s name, as patterns of LIKE.';
COMMENT ON COLUMN tocsin.rule_branches.actor_patterns IS 'Phrases of the actor''s name with a * inside.';
COMMENT ON COLUMN tocsin.rule_branches.recipient_like IS 'Phrases of the recipient''s name, as patterns of LIKE.';
COMMENT ON COLUMN tocsin.rule_branches.recipient_patterns IS 'Phrases of the recipient''s name with a * inside.';

CREATE TABLE tocsin.rule_anchors (
    term      text NOT NULL,
    branch_id bigint NOT NULL REFERENCES tocsin.rule_branches (id) ON DELETE CASCADE,
    not_id    bigint,
    PRIMARY KEY (term, branch_id)
);
CREATE INDEX rule_anchors_by_branch ON tocsin.rule_anchors (branch_id);
COMMENT ON TABLE tocsin.rule_anchors IS 'From a term that events show to a branch they may meet: whatever meets the branch shows one of its terms.';
COMMENT ON COLUMN tocsin.rule_anchors.term IS 'Kind and value, such as tc:ASSAULT|MLI.';
COMMENT ON COLUMN tocsin.rule_anchors.branch_id IS 'The branch.';
COMMENT ON COLUMN tocsin.rule_anchors.not_id IS 'The branch of the same rule that must not hold; null: none.';

-- The same sums as pipeline/alert/ground.py, in the same order, so that both say the same to the last bit.
CREATE FUNCTION tocsin.is_near(x double precision, y double precision, z double precision, circles double precision[])
RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT coalesce(bool_or(
        (x - circles[at]) * (x - circles[at]) + (y - circles[at + 1]) * (y - circles[at + 1])
        + (z - circles[at + 2]) * (z - circles[at + 2]) <= circles[at + 3]
    ), false)
    FROM generate_series(1, cardinality(circles), 4) AS at
$$;
COMMENT ON FUNCTION tocsin.is_near IS 'Whether a point, as a unit vector, lies in one of these circles; false where it is null.';

CREATE FUNCTION tocsin.is_inside(north double precision, east double precision, corners double precision[])
RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT coalesce(bool_or(crossings % 2 = 1), false)
    FROM (
        SELECT count(*) FILTER (
            WHERE (side.east1 > point.east) <> (side.east2 > point.east)
              AND north < (side.north2 - side.north1)
                  * (point.east - side.east1) / nullif(side.east2 - side.east1, 0) + side.north1
        ) AS crossings
        FROM (VALUES (east), (east + 360.0::double precision), (east - 360.0::double precision)) AS point (east)
        CROSS JOIN LATERAL (
            SELECT corners[at] AS north1, corners[at + 1] AS east1,
                   corners[(at + 1) % cardinality(corners) + 1] AS north2,
                   corners[(at + 1) % cardinality(corners) + 2] AS east2
            FROM generate_series(1, cardinality(corners), 2) AS at
        ) AS side
        GROUP BY point.east
    ) AS turn
$$;
COMMENT ON FUNCTION tocsin.is_inside IS 'Whether a point lies between these corners: a line to the north crosses their sides an odd number of times.';
