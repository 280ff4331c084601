-- name: save_rules
-- Shows the rules as last read: array of {rule, title, severity, status, definition}. Returns nothing.
WITH given AS (
    SELECT *
    FROM jsonb_to_recordset(%(rules)s::jsonb)
        AS rule (rule text, title text, severity text, status text, definition jsonb)
), gone AS (
    DELETE FROM tocsin.rules WHERE rule NOT IN (SELECT rule FROM given)
)
INSERT INTO tocsin.rules (rule, title, severity, status, definition)
SELECT rule, title, severity, status, definition FROM given ORDER BY rule
ON CONFLICT (rule) DO UPDATE
SET title = excluded.title, severity = excluded.severity, status = excluded.status,
    definition = excluded.definition, loaded_at = now()
WHERE (rules.title, rules.severity, rules.status, rules.definition)
      IS DISTINCT FROM (excluded.title, excluded.severity, excluded.status, excluded.definition);

-- name: count_pending_alerts
-- How many events the rules have not seen.
SELECT count(*) AS event_count FROM tocsin.pending_alerts;

-- name: lock_alert
-- One matching at a time, so that two do not both find a group untold.
SELECT lock FROM tocsin.locks WHERE lock = 'alert' FOR UPDATE;

-- name: claim_pending_events
-- Events that the rules have not seen, with their surest telling; oldest news first, locked until the end.
WITH claimed AS (
    SELECT event_date, event_id
    FROM tocsin.pending_alerts
    ORDER BY pending_at, event_date, event_id
    LIMIT %(limit)s
    FOR UPDATE SKIP LOCKED
)
SELECT event.*
FROM claimed
JOIN tocsin.alert_events AS event ON event.event_date = claimed.event_date AND event.id = claimed.event_id
ORDER BY event.published_at, event.event_key;

-- name: delete_pending_events
-- The rules have seen these events. Returns nothing.
DELETE FROM tocsin.pending_alerts WHERE event_id = ANY(%(event_ids)s);

-- name: earlier_alerts
-- Alerts of these rules in these groups, or with these keys: what deciding needs to know.
SELECT alert_key, rule AS rule_id, group_key, reason, created_at
FROM tocsin.alerts
WHERE alert_key = ANY(%(alert_keys)s)
   OR (rule = ANY(%(rules)s) AND group_key = ANY(%(group_keys)s));

-- name: insert_alert
-- Id of the alert if it is new; nothing when the rule has told this event before.
INSERT INTO tocsin.alerts (alert_key, rule, severity, event_date, event_id, group_key, reason, why, created_at)
VALUES (%(alert_key)s, %(rule)s, %(severity)s, %(event_date)s, %(event_id)s, %(group_key)s, %(reason)s, %(why)s,
        %(created_at)s)
ON CONFLICT (alert_key) DO NOTHING
RETURNING id;

-- name: insert_notification
-- Puts a message into the outbox, once a key. Returns nothing.
INSERT INTO tocsin.notifications (notification_key, alert_id, receiver, channel, message)
SELECT %(notification_key)s, id, %(receiver)s, %(channel)s, %(message)s::jsonb
FROM tocsin.alerts
WHERE alert_key = %(alert_key)s
ON CONFLICT (notification_key) DO NOTHING;

-- name: claim_notification
-- One message that is due, locked until the transaction ends, and the time it was taken; nothing when none is.
SELECT clock_timestamp() AS claimed_at, notification.id, notification.notification_key, notification.receiver, notification.attempt_count,
       notification.message, alert.alert_key
FROM tocsin.notifications AS notification
JOIN tocsin.alerts AS alert ON alert.id = notification.alert_id
WHERE notification.state = 'pending' AND notification.next_attempt_at <= now()
ORDER BY notification.next_attempt_at, notification.id
LIMIT 1
FOR UPDATE OF notification SKIP LOCKED;

-- name: finish_notification
-- Writes how an attempt ended. Returns nothing.
UPDATE tocsin.notifications
SET state = %(state)s,
    attempt_count = %(attempt_count)s,
    next_attempt_at = coalesce(%(next_attempt_at)s, next_attempt_at),
    sent_at = CASE WHEN %(state)s = 'sent' THEN now() END,
    last_error = %(last_error)s
WHERE id = %(notification_id)s;
