-- The life of an alert (open, acknowledged, closed, silenced), and a queue for each receiver.

CREATE TABLE tocsin.silences (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    matcher    jsonb NOT NULL,
    author     text NOT NULL,
    reason     text NOT NULL,
    starts_at  timestamptz NOT NULL DEFAULT now(),
    ends_at    timestamptz NOT NULL,
    CONSTRAINT silences_end_after_start CHECK (ends_at >= starts_at)
);
COMMENT ON TABLE tocsin.silences IS 'Nobody is told of alerts that fit a matcher until a time; they are raised and kept all the same.';
COMMENT ON COLUMN tocsin.silences.id IS 'Identity.';
COMMENT ON COLUMN tocsin.silences.matcher IS 'What an alert must be to fit: {"rule": …, "country": …}; all of it must hold.';
COMMENT ON COLUMN tocsin.silences.author IS 'Who asked for it.';
COMMENT ON COLUMN tocsin.silences.reason IS 'Why.';
COMMENT ON COLUMN tocsin.silences.starts_at IS 'From when it holds.';
COMMENT ON COLUMN tocsin.silences.ends_at IS 'Until when it holds; moved to the time at which somebody ended it.';
CREATE INDEX silences_by_end ON tocsin.silences (ends_at);

ALTER TABLE tocsin.alerts
    ADD COLUMN rule_version text NOT NULL DEFAULT '',
    ADD COLUMN state text NOT NULL DEFAULT 'open',
    ADD COLUMN acknowledged_by text,
    ADD COLUMN acknowledged_until timestamptz,
    ADD COLUMN closed_at timestamptz,
    ADD COLUMN closed_by text,
    ADD COLUMN closing text,
    ADD COLUMN silence_id bigint REFERENCES tocsin.silences (id) ON DELETE SET NULL,
    ADD COLUMN told jsonb NOT NULL DEFAULT '{}',
    ADD COLUMN changes text,
    ADD COLUMN change_count integer NOT NULL DEFAULT 0,
    ADD COLUMN changed_at timestamptz,
    ADD COLUMN escalation_step integer NOT NULL DEFAULT 0,
    ADD COLUMN escalates_at timestamptz;
UPDATE tocsin.alerts
SET state = CASE WHEN reason IN ('staging', 'old_backfill') THEN 'closed'
                 WHEN reason = 'silenced' THEN 'silenced'
                 WHEN acknowledged_at IS NOT NULL THEN 'acknowledged'
                 ELSE 'open' END,
    closed_at = CASE WHEN reason IN ('staging', 'old_backfill') THEN created_at END;
ALTER TABLE tocsin.alerts
    ADD CONSTRAINT alerts_state CHECK (state IN ('open', 'acknowledged', 'closed', 'silenced'));
COMMENT ON COLUMN tocsin.alerts.alert_key IS 'Hash of rule, group and event as it was first met: one alert for them, ever.';
COMMENT ON COLUMN tocsin.alerts.event_id IS 'The event, or the one that took it in.';
COMMENT ON COLUMN tocsin.alerts.rule_version IS 'Version of the rule''s file when the alert was raised; empty: none was known.';
COMMENT ON COLUMN tocsin.alerts.state IS 'open, acknowledged, closed or silenced; an acknowledgement whose time is over is open again.';
COMMENT ON COLUMN tocsin.alerts.acknowledged_by IS 'Who took it.';
COMMENT ON COLUMN tocsin.alerts.acknowledged_until IS 'When the acknowledgement expires and the alert is told again; null: never.';
COMMENT ON COLUMN tocsin.alerts.closed_at IS 'When it was closed; null: it is not.';
COMMENT ON COLUMN tocsin.alerts.closed_by IS 'Who closed it; null: Tocsin did.';
COMMENT ON COLUMN tocsin.alerts.closing IS 'Why it was closed.';
COMMENT ON COLUMN tocsin.alerts.silence_id IS 'The silence that fits it; null: none.';
COMMENT ON COLUMN tocsin.alerts.told IS 'What was last told of the event: counts, sources, mode, place and parties.';
COMMENT ON COLUMN tocsin.alerts.changes IS 'What later mentions last changed, in words; null: nothing.';
COMMENT ON COLUMN tocsin.alerts.change_count IS 'How often later mentions changed it.';
COMMENT ON COLUMN tocsin.alerts.changed_at IS 'When they last did.';
COMMENT ON COLUMN tocsin.alerts.escalation_step IS 'How many steps of its rule''s escalation were taken.';
COMMENT ON COLUMN tocsin.alerts.escalates_at IS 'When the next step is due, if nobody acknowledges it; null: none is.';

-- A group's last told alert is found without reading the group.
CREATE INDEX alerts_told_by_group ON tocsin.alerts (rule, group_key, created_at) WHERE reason = 'new';
DROP INDEX tocsin.alerts_by_event;
CREATE INDEX alerts_by_event ON tocsin.alerts (event_id);
CREATE INDEX alerts_to_escalate ON tocsin.alerts (escalates_at) WHERE escalates_at IS NOT NULL;
CREATE INDEX alerts_acknowledged ON tocsin.alerts (acknowledged_until) WHERE state = 'acknowledged';
CREATE INDEX alerts_open ON tocsin.alerts (created_at) WHERE state = 'open';

CREATE TABLE tocsin.receivers (
    receiver        text PRIMARY KEY,
    address_sha256  text NOT NULL DEFAULT '',
    failure_count   integer NOT NULL DEFAULT 0,
    resumes_at      timestamptz,
    disabled_at     timestamptz,
    disabled_reason text,
    sent_at         timestamptz,
    lease_holder    text,
    lease_until     timestamptz
);
COMMENT ON TABLE tocsin.receivers IS 'How each receiver of the receivers'' file fares.';
COMMENT ON COLUMN tocsin.receivers.receiver IS 'Its name in the file.';
COMMENT ON COLUMN tocsin.receivers.address_sha256 IS 'Hash of where it is reached: another address makes a disabled one new.';
COMMENT ON COLUMN tocsin.receivers.failure_count IS 'Failures in a row.';
COMMENT ON COLUMN tocsin.receivers.resumes_at IS 'Until when it is left alone after failures or by its rate (the circuit is open); null or past: it is asked.';
COMMENT ON COLUMN tocsin.receivers.disabled_at IS 'When it was disabled; null: it is not.';
COMMENT ON COLUMN tocsin.receivers.disabled_reason IS 'Why it was disabled.';
COMMENT ON COLUMN tocsin.receivers.sent_at IS 'When it last took a message.';
COMMENT ON COLUMN tocsin.receivers.lease_holder IS 'Session that works off its queue; the lease is void when that is gone.';
COMMENT ON COLUMN tocsin.receivers.lease_until IS 'Until when the session may do so, unless it says again that it does.';

CREATE TABLE tocsin.troubles (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind     text NOT NULL,
    subject  text NOT NULL,
    detail   text NOT NULL,
    began_at timestamptz NOT NULL DEFAULT now(),
    seen_at  timestamptz NOT NULL DEFAULT now(),
    told_at  timestamptz,
    ended_at timestamptz
);
COMMENT ON TABLE tocsin.troubles IS 'What is wrong with Tocsin itself, as it found out: feeds, outbox, quarantine, rules, receivers, disk.';
COMMENT ON COLUMN tocsin.troubles.id IS 'Identity.';
COMMENT ON COLUMN tocsin.troubles.kind IS 'Which of the watches found it.';
COMMENT ON COLUMN tocsin.troubles.subject IS 'What it is about: a feed, a rule, a receiver; empty for all of Tocsin.';
COMMENT ON COLUMN tocsin.troubles.detail IS 'In words, with numbers.';
COMMENT ON COLUMN tocsin.troubles.began_at IS 'When it was first found.';
COMMENT ON COLUMN tocsin.troubles.seen_at IS 'When it was last found.';
COMMENT ON COLUMN tocsin.troubles.told_at IS 'When the owner was last told of it; null: not yet.';
COMMENT ON COLUMN tocsin.troubles.ended_at IS 'When it was over; null: it lasts.';
CREATE UNIQUE INDEX troubles_that_last ON tocsin.troubles (kind, subject) WHERE ended_at IS NULL;

ALTER TABLE tocsin.notifications
    ALTER COLUMN alert_id DROP NOT NULL,
    ADD COLUMN kind text NOT NULL DEFAULT 'alert',
    ADD COLUMN rule text,
    ADD COLUMN is_urgent boolean NOT NULL DEFAULT false,
    ADD COLUMN held_for text,
    ADD COLUMN digest_id bigint REFERENCES tocsin.notifications (id) ON DELETE SET NULL,
    DROP CONSTRAINT notifications_state,
    ADD CONSTRAINT notifications_state CHECK (state IN ('pending', 'held', 'digested', 'sent', 'quarantined')),
    ADD CONSTRAINT notifications_kind
        CHECK (kind IN ('alert', 'update', 'reminder', 'escalation', 'digest', 'trouble'));
UPDATE tocsin.notifications AS notification
SET rule = alert.rule
FROM tocsin.alerts AS alert
WHERE alert.id = notification.alert_id;
COMMENT ON TABLE tocsin.notifications IS 'The outbox and the notification log: one row a message to a receiver, about an alert, several (a digest) or Tocsin itself.';
COMMENT ON COLUMN tocsin.notifications.alert_id IS 'The alert it tells; null: a digest, or of Tocsin itself.';
COMMENT ON COLUMN tocsin.notifications.kind IS 'alert, update (an alert changed), reminder (an acknowledgement expired), escalation, digest or trouble (of Tocsin itself).';
COMMENT ON COLUMN tocsin.notifications.rule IS 'The rule it is about; null: several, or none.';
COMMENT ON COLUMN tocsin.notifications.is_urgent IS 'Delivered in quiet hours too.';
COMMENT ON COLUMN tocsin.notifications.state IS 'pending, held (for a digest), digested (told in one), sent or quarantined (given up).';
COMMENT ON COLUMN tocsin.notifications.held_for IS 'Why it waits for a digest: quiet hours, cap, digest or disabled (its receiver); null: it does not, and is sent at once.';
COMMENT ON COLUMN tocsin.notifications.digest_id IS 'The digest that told it; null: none.';
DROP INDEX tocsin.notifications_to_send;
CREATE INDEX notifications_to_send ON tocsin.notifications (receiver, next_attempt_at) WHERE state = 'pending';
CREATE INDEX notifications_held ON tocsin.notifications (receiver, next_attempt_at) WHERE state = 'held';
CREATE INDEX notifications_by_rule ON tocsin.notifications (rule, receiver, created_at) WHERE held_for IS NULL;
CREATE INDEX notifications_by_digest ON tocsin.notifications (digest_id) WHERE digest_id IS NOT NULL;
