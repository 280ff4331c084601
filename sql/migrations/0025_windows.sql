-- What rules with a window matched, so that the next match knows how many there were.

CREATE TABLE tocsin.rule_hits (
    rule         text NOT NULL,
    group_key    text NOT NULL,
    event_id     bigint NOT NULL,
    event_date   date NOT NULL,
    published_at timestamptz NOT NULL,
    is_silence   boolean NOT NULL,
    PRIMARY KEY (rule, group_key, event_id)
);
CREATE INDEX rule_hits_by_time ON tocsin.rule_hits (rule, group_key, published_at);
CREATE INDEX rule_hits_of_silence ON tocsin.rule_hits (rule, group_key, published_at DESC, event_id DESC) WHERE is_silence;
COMMENT ON TABLE tocsin.rule_hits IS 'One row an event that a rule with a window (count, spike, first_seen, silence) matched, told or not.';
COMMENT ON COLUMN tocsin.rule_hits.rule IS 'The rule.';
COMMENT ON COLUMN tocsin.rule_hits.group_key IS 'Hash of the fields that the rule groups by.';
COMMENT ON COLUMN tocsin.rule_hits.event_id IS 'The event.';
COMMENT ON COLUMN tocsin.rule_hits.event_date IS 'Its day, which is half of its key.';
COMMENT ON COLUMN tocsin.rule_hits.published_at IS 'When the article came out that tells it best: the time windows go by.';
COMMENT ON COLUMN tocsin.rule_hits.is_silence IS 'The rule waits for such events, and rings when none comes.';
