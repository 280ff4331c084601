-- What is settled before a branch is looked at; and no function where a condition of the statement does.
-- The rules are compiled anew at the next run.
DELETE FROM tocsin.rules;
ALTER TABLE tocsin.rule_anchors
    ADD COLUMN rule text NOT NULL,
    ADD COLUMN refused_bits bigint NOT NULL,
    ADD COLUMN not_refused_bits bigint NOT NULL,
    ADD COLUMN min_confidence double precision NOT NULL,
    ADD COLUMN min_score double precision NOT NULL,
    ADD COLUMN max_score double precision NOT NULL,
    ADD COLUMN is_whole boolean NOT NULL;
COMMENT ON COLUMN tocsin.rule_anchors.rule IS 'The rule of the branch.';
COMMENT ON COLUMN tocsin.rule_anchors.refused_bits IS 'Bits of which an event that meets the branch shows none: types, statuses, quad classes and small counts it does not ask for.';
COMMENT ON COLUMN tocsin.rule_anchors.not_refused_bits IS 'The same of the branch that must not hold.';
COMMENT ON COLUMN tocsin.rule_anchors.min_confidence IS 'At least this confidence, as in the branch; 0: any.';
COMMENT ON COLUMN tocsin.rule_anchors.min_score IS 'At least this score, as in the branch; -Infinity: any, or none.';
COMMENT ON COLUMN tocsin.rule_anchors.max_score IS 'At most this score, as in the branch; Infinity: any, or none.';
COMMENT ON COLUMN tocsin.rule_anchors.is_whole IS 'Whether term, bits and numbers are all that the branch asks for.';

DROP FUNCTION tocsin.is_near;
DROP FUNCTION tocsin.is_inside;
