-- name: save_rule_hits
-- Notes what rules with a window matched, once an event: array of {rule, group_key, event_id, event_date, at, is_silence}.
INSERT INTO tocsin.rule_hits (rule, group_key, event_id, event_date, published_at, is_silence)
SELECT rule, group_key, event_id, event_date, at, is_silence
FROM jsonb_to_recordset(%(hits)s::jsonb)
    AS hit (rule text, group_key text, event_id bigint, event_date date, at timestamptz, is_silence boolean)
ORDER BY rule, group_key, event_id
ON CONFLICT (rule, group_key, event_id) DO NOTHING;

-- name: rule_pasts
-- What rules had matched in the same groups up to each of these: array of {number, rule, group_key, event_id, at,
-- recent_seconds, reach_seconds}. A row each: recent_count with itself, baseline_count before that, and the last before it.
SELECT hit.number, past.recent_count, past.baseline_count, past.last_at
FROM jsonb_to_recordset(%(hits)s::jsonb) AS hit (
    number integer, rule text, group_key text, event_id bigint, at timestamptz,
    recent_seconds double precision, reach_seconds double precision
)
CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE earlier.published_at > hit.at - make_interval(secs => hit.recent_seconds)) AS recent_count,
           count(*) FILTER (WHERE earlier.published_at <= hit.at - make_interval(secs => hit.recent_seconds)) AS baseline_count,
           max(earlier.published_at) FILTER (WHERE earlier.published_at < hit.at) AS last_at
    FROM tocsin.rule_hits AS earlier
    WHERE earlier.rule = hit.rule AND earlier.group_key = hit.group_key
      AND earlier.published_at > hit.at - make_interval(secs => hit.reach_seconds) AND earlier.published_at <= hit.at
) AS past;

-- name: last_rule_hits
-- The last event of each group that a rule with a window of silence matched, as rules see it, with hit_rule and hit_at.
SELECT event.*, last.rule AS hit_rule, last.published_at AS hit_at
FROM (
    SELECT DISTINCT ON (rule, group_key) rule, event_date, event_id, published_at
    FROM tocsin.rule_hits
    WHERE is_silence
    ORDER BY rule, group_key, published_at DESC, event_id DESC
) AS last
JOIN tocsin.alert_events AS event ON event.event_date = last.event_date AND event.id = last.event_id;

-- name: delete_old_rule_hits
-- Drops what no window looks back to any more. How many is the rows it touched.
DELETE FROM tocsin.rule_hits WHERE published_at < now() - interval '3660 days';

-- name: events_of_days
-- The newest events whose article came out in the last days, as rules see them: what a rule is tried on.
SELECT event.*
FROM tocsin.alert_events AS event
WHERE event.published_at > now() - make_interval(days => %(days)s)
ORDER BY event.published_at DESC, event.event_key
LIMIT %(limit)s;

-- name: events_to_count
-- Some of the events that were stored last, as rules see them.
SELECT event.*
FROM (SELECT event_date, id FROM tocsin.events WHERE deleted_at IS NULL ORDER BY stored_at DESC LIMIT %(limit)s) AS newest
JOIN tocsin.alert_events AS event ON event.event_date = newest.event_date AND event.id = newest.id;

-- name: event_for_rules
-- One event, as rules see it.
SELECT event.* FROM tocsin.alert_events AS event WHERE event.id = %(event_id)s;

-- name: list_rules
-- The rules as compiled, with how often each rang in the last week and when it last did.
SELECT rule.rule, rule.title, rule.severity, rule.status, rule.file, rule.loaded_at,
       count(alert.id) FILTER (WHERE alert.created_at > now() - interval '7 days') AS week_count,
       max(alert.created_at) AS last_at
FROM tocsin.rules AS rule
LEFT JOIN tocsin.alerts AS alert ON alert.rule = rule.rule
GROUP BY rule.rule
ORDER BY rule.rule;
