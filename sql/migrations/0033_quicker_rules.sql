-- What it costs to load rules: anchors, five of them a rule, are written and taken out by two statements under one lock, so that no
-- branch is looked up for each; and a rule is read anew where a receiver that it names is gone, not where another comes.
ALTER TABLE tocsin.rule_anchors DROP CONSTRAINT rule_anchors_branch_id_fkey;
DROP INDEX tocsin.rule_anchors_by_branch;

ALTER TABLE tocsin.rules ADD COLUMN receivers text[] NOT NULL DEFAULT '{}';
COMMENT ON COLUMN tocsin.rules.receivers IS 'Names of the receivers that it tells, at once or later.';
COMMENT ON COLUMN tocsin.rules.sha256 IS 'Of what the rule was compiled from: its file and the form of the rows.';
