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
DELETE FROM tocsin.pending_alerts WHERE event_id = ANY(%(event_ids)s::bigint[]);

-- name: follow_superseded
-- Lets alerts of events that others took in follow to those: the ids of these are given. Returns nothing.
WITH RECURSIVE taken AS (
    SELECT old.id, old.event_date, heir.id AS heir_id, heir.event_date AS heir_date
    FROM tocsin.events AS heir
    JOIN tocsin.events AS old ON old.superseded_by = heir.id
    WHERE heir.id = ANY(%(event_ids)s::bigint[]) AND heir.deleted_at IS NULL
    UNION
    SELECT old.id, old.event_date, taken.heir_id, taken.heir_date
    FROM taken
    JOIN tocsin.events AS old ON old.superseded_by = taken.id
)
UPDATE tocsin.alerts AS alert
SET event_id = taken.heir_id, event_date = taken.heir_date
FROM taken
WHERE alert.event_id = taken.id;

-- name: known_alerts
-- Alerts on these events or with these keys, the oldest first; an acknowledgement that expired is open again.
SELECT id, alert_key, rule, group_key, event_id, reason, told, change_count,
       CASE WHEN state = 'acknowledged' AND acknowledged_until <= now() THEN 'open' ELSE state END AS state
FROM tocsin.alerts
WHERE event_id = ANY(%(event_ids)s::bigint[]) OR alert_key = ANY(%(alert_keys)s)
ORDER BY id;

-- name: groups_told
-- When each group was last told, and how many of its alerts were not told since: array of {rule, group_key}.
SELECT wanted.rule, wanted.group_key, told.created_at AS told_at, swallowed.alert_count AS swallowed_count
FROM jsonb_to_recordset(%(groups)s::jsonb) AS wanted (rule text, group_key text)
LEFT JOIN LATERAL (
    SELECT created_at
    FROM tocsin.alerts AS alert
    WHERE alert.rule = wanted.rule AND alert.group_key = wanted.group_key AND alert.reason = 'new'
    ORDER BY created_at DESC
    LIMIT 1
) AS told ON true
CROSS JOIN LATERAL (
    SELECT count(*) AS alert_count
    FROM (
        SELECT
        FROM tocsin.alerts AS alert
        WHERE alert.rule = wanted.rule AND alert.group_key = wanted.group_key
          AND alert.created_at > coalesce(told.created_at, '-infinity')
          AND alert.reason IN ('duplicate_group', 'silenced')
        LIMIT 10000
    ) AS untold
) AS swallowed;

-- name: silences_now
-- Silences that hold now.
SELECT id, matcher, ends_at FROM tocsin.silences WHERE starts_at <= now() AND ends_at > now() ORDER BY id;

-- name: facts_of_events
-- What may change of these events; of counts the highest that is told.
SELECT event.id, event.source_count,
       greatest(event.killed_lower, event.killed_upper) AS killed,
       greatest(event.injured_lower, event.injured_upper) AS injured,
       greatest(event.arrested_lower, event.arrested_upper) AS arrested,
       greatest(event.crowd_lower, event.crowd_upper) AS crowd
FROM tocsin.events AS event
WHERE event.id = ANY(%(event_ids)s::bigint[]);

-- name: tellings_of_events
-- Who tells these events, at most ten sources each, the earliest first, and the spans of the surest telling, counted in
-- its sentence: arrays of {source, title, url, published_at} and of {start, end, role}.
SELECT event.id, coalesce(told.sources, '[]') AS sources,
       jsonb_build_array(
           jsonb_build_object('role', 'actor', 'start', candidate.actor_start - candidate.sentence_start,
                              'end', candidate.actor_end - candidate.sentence_start),
           jsonb_build_object('role', 'recipient', 'start', candidate.recipient_start - candidate.sentence_start,
                              'end', candidate.recipient_end - candidate.sentence_start),
           jsonb_build_object('role', 'place', 'start', candidate.place_start - candidate.sentence_start,
                              'end', candidate.place_end - candidate.sentence_start),
           jsonb_build_object('role', 'date', 'start', candidate.date_start - candidate.sentence_start,
                              'end', candidate.date_end - candidate.sentence_start)
       ) AS spans
FROM tocsin.events AS event
LEFT JOIN tocsin.candidates AS candidate ON candidate.id = event.candidate_id
LEFT JOIN LATERAL (
    SELECT jsonb_agg(to_jsonb(first) ORDER BY first.published_at, first.source) AS sources
    FROM (
        SELECT DISTINCT ON (article.source) article.source, article.title, article.url, article.published_at
        FROM tocsin.mentions AS mention
        JOIN tocsin.articles AS article ON article.id = mention.article_id
        WHERE mention.event_id = event.id AND mention.withdrawn_at IS NULL AND article.copy_of IS NULL
        ORDER BY article.source, article.published_at, article.url
        LIMIT 10
    ) AS first
) AS told ON true
WHERE event.id = ANY(%(event_ids)s::bigint[]);

-- name: insert_alerts
-- Raises alerts that are not there yet, given as an array of their columns. Id and key of each that is new.
INSERT INTO tocsin.alerts (alert_key, rule, rule_version, severity, event_date, event_id, group_key, reason, why, state,
                           closed_at, silence_id, told, escalates_at, created_at)
SELECT alert_key, rule, rule_version, severity, event_date, event_id, group_key, reason, why, state,
       CASE WHEN state = 'closed' THEN now() END, silence_id, told, escalates_at, created_at
FROM jsonb_to_recordset(%(alerts)s::jsonb) AS alert (
    alert_key text, rule text, rule_version text, severity text, event_date date, event_id bigint, group_key text,
    reason text, why text, state text, silence_id bigint, told jsonb, escalates_at timestamptz, created_at timestamptz
)
ON CONFLICT (alert_key) DO NOTHING
RETURNING id, alert_key;

-- name: change_alerts
-- Writes what later mentions changed of alerts: array of {id, why, changes, told}; told is null where nobody is told.
-- Returns nothing.
UPDATE tocsin.alerts AS alert
SET why = given.why,
    changes = given.changes,
    change_count = alert.change_count + 1,
    changed_at = now(),
    told = coalesce(given.told, alert.told)
FROM jsonb_to_recordset(%(alerts)s::jsonb) AS given (id bigint, why text, changes text, told jsonb)
WHERE alert.id = given.id;

-- name: join_alerts
-- Closes alerts that tell what another tells: array of {id, closing}. Returns nothing.
UPDATE tocsin.alerts AS alert
SET state = 'closed', closed_at = now(), closed_by = NULL, closing = given.closing, escalates_at = NULL
FROM jsonb_to_recordset(%(alerts)s::jsonb) AS given (id bigint, closing text)
WHERE alert.id = given.id AND alert.state <> 'closed';

-- name: delivery_loads
-- What receivers were told of rules in the past hour, and when what is held is due: array of {rule, receiver}.
SELECT wanted.rule, wanted.receiver,
       (SELECT count(*) FROM tocsin.notifications AS sent
        WHERE sent.rule = wanted.rule AND sent.receiver = wanted.receiver AND sent.held_for IS NULL
          AND sent.created_at > now() - interval '1 hour') AS sent_count,
       held.cap_due_at, held.digest_due_at,
       (SELECT max(digest.created_at) FROM tocsin.notifications AS digest
        WHERE digest.receiver = wanted.receiver AND digest.kind = 'digest'
          AND digest.created_at > now() - interval '1 hour') AS capped_at
FROM jsonb_to_recordset(%(pairs)s::jsonb) AS wanted (rule text, receiver text)
CROSS JOIN LATERAL (
    SELECT min(next_attempt_at) FILTER (WHERE held_for = 'cap') AS cap_due_at,
           min(next_attempt_at) FILTER (WHERE held_for = 'digest') AS digest_due_at
    FROM tocsin.notifications AS waiting
    WHERE waiting.receiver = wanted.receiver AND waiting.rule = wanted.rule AND waiting.state = 'held'
) AS held;

-- name: insert_notifications
-- Puts messages into the outbox, each key once: array of their columns. How many were new is the rows it touched.
INSERT INTO tocsin.notifications (notification_key, alert_id, receiver, channel, kind, rule, is_urgent, held_for, state,
                                  next_attempt_at, message)
SELECT notification_key, alert_id, receiver, channel, kind, rule, is_urgent, held_for,
       CASE WHEN held_for IS NULL THEN 'pending' ELSE 'held' END, next_attempt_at, message
FROM jsonb_to_recordset(%(notifications)s::jsonb) AS given (
    notification_key text, alert_id bigint, receiver text, channel text, kind text, rule text, is_urgent boolean,
    held_for text, next_attempt_at timestamptz, message jsonb
)
ON CONFLICT (notification_key) DO NOTHING;

-- name: disabled_receivers
-- Receivers that are disabled.
SELECT receiver FROM tocsin.receivers WHERE disabled_at IS NOT NULL;

-- name: list_alerts
-- Alerts in one of the states, told or not, the newest first; an acknowledgement that expired is open again.
SELECT alert.id, alert.rule, alert.severity, alert.state, alert.reason, alert.created_at, alert.changes, alert.change_count,
       alert.acknowledged_by, alert.acknowledged_until, alert.event_id, event.event_type, event.mode, event.status,
       event.actor_name, event.recipient_name, event.place_name, event.event_date, event.date_precision,
       event.actor_country, event.actor_sector, event.recipient_country, event.recipient_sector
FROM (
    SELECT *
    FROM (
        SELECT id, rule, severity, reason, created_at, changes, change_count, acknowledged_by, acknowledged_until,
               event_id, event_date,
               CASE WHEN state = 'acknowledged' AND acknowledged_until <= now() THEN 'open' ELSE state END AS state
        FROM tocsin.alerts
    ) AS living
    WHERE state = ANY(%(states)s)
      AND (%(rule)s::text IS NULL OR rule = %(rule)s)
    ORDER BY created_at DESC, id DESC
    LIMIT %(limit)s
) AS alert
JOIN tocsin.events AS event ON event.event_date = alert.event_date AND event.id = alert.event_id
ORDER BY alert.created_at DESC, alert.id DESC;

-- name: show_alert
-- All about one alert and its event.
SELECT alert.*, CASE WHEN alert.state = 'acknowledged' AND alert.acknowledged_until <= now() THEN 'open' ELSE alert.state END AS state_now,
       event.sentence, event.article_url, event.source, silence.author AS silenced_by, silence.reason AS silence_reason,
       silence.ends_at AS silenced_until
FROM tocsin.alerts AS alert
LEFT JOIN tocsin.alert_events AS event ON event.event_date = alert.event_date AND event.id = alert.event_id
LEFT JOIN tocsin.silences AS silence ON silence.id = alert.silence_id
WHERE alert.id = %(alert_id)s;

-- name: messages_of_alert
-- What was or will be sent about an alert, the first first.
SELECT kind, receiver, channel, state, held_for, attempt_count, next_attempt_at, sent_at, last_error, created_at
FROM tocsin.notifications
WHERE alert_id = %(alert_id)s
ORDER BY id;

-- name: acknowledge_alerts
-- Takes alerts that are not closed, until a time or for good (null). The ids of those that were.
UPDATE tocsin.alerts
SET state = 'acknowledged', acknowledged_at = now(), acknowledged_by = %(author)s, acknowledgement = %(comment)s,
    acknowledged_until = now() + %(lasts)s::interval, escalates_at = NULL
WHERE id = ANY(%(alert_ids)s::bigint[]) AND state <> 'closed'
RETURNING id;

-- name: close_alerts
-- Closes alerts. The ids of those that were open, acknowledged or silenced.
UPDATE tocsin.alerts
SET state = 'closed', closed_at = now(), closed_by = %(author)s, closing = %(comment)s, escalates_at = NULL
WHERE id = ANY(%(alert_ids)s::bigint[]) AND state <> 'closed'
RETURNING id;

-- name: insert_silence
-- Makes a silence. Its id and end.
INSERT INTO tocsin.silences (matcher, author, reason, ends_at)
VALUES (%(matcher)s::jsonb, %(author)s, %(reason)s, now() + %(lasts)s::interval)
RETURNING id, ends_at;

-- name: end_silences
-- Ends silences now. The ids of those that held.
UPDATE tocsin.silences SET ends_at = greatest(now(), starts_at) WHERE id = ANY(%(silence_ids)s::bigint[]) AND ends_at > now() RETURNING id;

-- name: list_silences
-- Silences, those that hold first, and how many alerts each kept quiet.
SELECT id, matcher, author, reason, starts_at, ends_at, holds_now, alert_count
FROM analysis.silences
ORDER BY holds_now DESC, ends_at DESC
LIMIT %(limit)s;
