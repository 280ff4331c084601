-- name: alerts_due
-- Alerts whose acknowledgement expired, or whose next step of escalation is due, with their events, locked.
SELECT alert.id AS alert_id, alert.alert_key, alert.rule, alert.group_key, alert.why, alert.escalation_step,
       alert.created_at AS raised_at, alert.state, alert.acknowledged_by, alert.acknowledged_until, event.*
FROM tocsin.alerts AS alert
JOIN tocsin.alert_events AS event ON event.event_date = alert.event_date AND event.id = alert.event_id
WHERE alert.state = 'acknowledged' AND alert.acknowledged_until <= now()
   OR alert.state = 'open' AND alert.escalates_at <= now()
ORDER BY alert.id
LIMIT 500
FOR UPDATE OF alert;

-- name: reopen_alert
-- Opens an alert whose acknowledgement expired; its escalation starts anew. Returns nothing.
UPDATE tocsin.alerts
SET state = 'open', escalation_step = 0, escalates_at = %(escalates_at)s
WHERE id = %(alert_id)s;

-- name: escalate_alert
-- Notes which step was taken and when the next is due; null for none. Returns nothing.
UPDATE tocsin.alerts
SET escalation_step = %(step)s, escalates_at = %(escalates_at)s
WHERE id = %(alert_id)s;

-- name: close_stale_alerts
-- Closes some open alerts of which nothing new was heard for so many days. How many is the rows it touched.
UPDATE tocsin.alerts AS alert
SET state = 'closed', closed_at = now(), escalates_at = NULL,
    closing = 'nothing new for ' || %(days)s::integer || ' days'
FROM (
    SELECT id
    FROM tocsin.alerts
    WHERE state = 'open' AND created_at < now() - make_interval(days => %(days)s::integer)
      AND (changed_at IS NULL OR changed_at < now() - make_interval(days => %(days)s::integer))
    ORDER BY created_at
    LIMIT 1000
) AS stale
WHERE alert.id = stale.id;

-- name: close_withdrawn_alerts
-- Closes open alerts whose event no article tells any more. How many is the rows it touched.
UPDATE tocsin.alerts AS alert
SET state = 'closed', closed_at = now(), escalates_at = NULL, closing = 'no article tells it any more'
FROM tocsin.events AS event
WHERE event.event_date = alert.event_date AND event.id = alert.event_id
  AND alert.state = 'open' AND event.deleted_at IS NOT NULL AND event.superseded_by IS NULL;

-- name: heartbeats
-- When each of these receivers last took anything.
SELECT receiver, sent_at FROM tocsin.receivers WHERE receiver = ANY(%(receivers)s);

-- name: vital_signs
-- What tells whether Tocsin itself is well, in one row.
SELECT (SELECT count(*) FROM tocsin.feeds WHERE is_active) AS feed_count,
       (SELECT count(*) FROM tocsin.feeds WHERE is_active AND failure_count >= %(feed_failures)s) AS failing_count,
       (SELECT extract(epoch FROM now() - max(fetched_at)) / 60 FROM tocsin.feeds WHERE is_active) AS fetched_minutes,
       (SELECT count(*) FROM tocsin.notifications
        WHERE state = 'pending' AND next_attempt_at < now() - make_interval(mins => %(outbox_minutes)s)) AS outbox_count,
       (SELECT extract(epoch FROM now() - min(pending_at)) / 60 FROM tocsin.pending_alerts) AS unmatched_minutes,
       (SELECT count(*) FROM tocsin.candidates
        WHERE judged_at > now() - interval '1 hour') AS judged_count,
       (SELECT count(*) FROM tocsin.candidates
        WHERE judged_at > now() - interval '1 hour' AND verdict = 'quarantined') AS refused_count;

-- name: silent_rules
-- Rules that rang often before and do not any more: how many alerts they had in the days before, for how many days they
-- have been silent, and how many alerts were to be expected in those.
SELECT rule.rule, past.alert_count, past.silent_days, past.alert_count / past.days * past.silent_days AS expected_count
FROM tocsin.rules AS rule
CROSS JOIN LATERAL (
    SELECT count(*) AS alert_count,
           extract(epoch FROM now() - max(created_at)) / 86400 AS silent_days,
           greatest(extract(epoch FROM max(created_at) - min(created_at)) / 86400, 1) AS days
    FROM tocsin.alerts AS alert
    WHERE alert.rule = rule.rule AND alert.created_at > now() - make_interval(days => %(days)s)
) AS past
WHERE rule.status = 'active' AND past.alert_count >= %(least)s
  AND past.alert_count / past.days * past.silent_days >= %(expected)s
ORDER BY rule.rule;

-- name: troubled_receivers
-- Receivers that are disabled or fail again and again.
SELECT receiver, failure_count, disabled_reason
FROM tocsin.receivers
WHERE disabled_at IS NOT NULL OR failure_count >= %(failures)s
ORDER BY receiver;

-- name: lasting_troubles
-- Troubles that were not over when last looked, locked.
SELECT id, kind, subject, detail, began_at, told_at FROM tocsin.troubles WHERE ended_at IS NULL ORDER BY id FOR UPDATE;

-- name: insert_trouble
-- Notes a trouble that is new. Returns nothing.
INSERT INTO tocsin.troubles (kind, subject, detail, told_at) VALUES (%(kind)s, %(subject)s, %(detail)s, now());

-- name: see_trouble
-- Notes that a trouble lasts, and whether it was told again. Returns nothing.
UPDATE tocsin.troubles
SET detail = %(detail)s, seen_at = now(), told_at = CASE WHEN %(is_told)s THEN now() ELSE told_at END
WHERE id = %(id)s;

-- name: end_trouble
-- Notes that a trouble is over. Returns nothing.
UPDATE tocsin.troubles SET ended_at = now() WHERE id = %(id)s;

-- name: count_due
-- How much of the alerts' is due that no session works at: messages and digests of receivers that may be asked, alerts to
-- be told again, and, when a run of theirs failed, events that have waited for some time.
SELECT (SELECT count(*)
        FROM tocsin.notifications AS message
        JOIN tocsin.receivers AS receiver ON receiver.receiver = message.receiver
        WHERE message.state IN ('pending', 'held') AND message.next_attempt_at <= now()
          AND receiver.disabled_at IS NULL
          AND (receiver.resumes_at IS NULL OR receiver.resumes_at <= now())
          AND (receiver.lease_until IS NULL OR receiver.lease_until < now()))
     + (SELECT count(*) FROM tocsin.alerts WHERE state = 'acknowledged' AND acknowledged_until <= now())
     + (SELECT count(*) FROM tocsin.alerts WHERE state = 'open' AND escalates_at <= now())
     + (SELECT count(*) FROM tocsin.pending_alerts WHERE pending_at < now() - interval '20 seconds') AS due_count;
