-- name: page_alerts
-- Alerts in one of the states, the newest first, with their event and its surest sentence.
SELECT alert.id AS alert_id, alert.rule, rule.title AS rule_title, alert.severity, alert.state, alert.reason, alert.why,
       alert.created_at, alert.acknowledged_by, alert.acknowledged_until, alert.acknowledgement, alert.closed_by,
       alert.closed_at, alert.closing, alert.changes, alert.change_count, alert.silence_id,
       event.id, event.event_date, event.date_precision, event.event_type, event.mode, event.status, event.quad_class,
       event.actor_name, event.actor_country, event.actor_sector,
       event.recipient_name, event.recipient_country, event.recipient_sector,
       event.place_name, event.place_country, event.confidence, event.source_count, event.is_background,
       telling.title, telling.source, telling.sentence, telling.sentence_start, telling.trigger_start, telling.trigger_end,
       telling.actor_start, telling.actor_end, telling.recipient_start, telling.recipient_end,
       telling.place_start, telling.place_end, telling.date_start, telling.date_end
FROM (
    SELECT *
    FROM analysis.alerts
    WHERE state = ANY(%(states)s)
      AND rule = %(rule)s -- if rule
      AND id < %(before)s -- if before
    ORDER BY id DESC
    LIMIT %(limit)s
) AS alert
JOIN analysis.events AS event ON event.id = alert.event_id AND event.event_date = alert.event_date
LEFT JOIN analysis.rules AS rule ON rule.rule = alert.rule
LEFT JOIN LATERAL (
    SELECT *
    FROM analysis.tellings
    WHERE tellings.event_id = event.id AND tellings.event_date = event.event_date
    ORDER BY tellings.is_surest DESC NULLS LAST, tellings.confidence DESC, tellings.mention_id
    LIMIT 1
) AS telling ON true
ORDER BY alert.id DESC;

-- name: page_silences
-- Silences that hold, the one that ends first first.
SELECT id, matcher, author, reason, starts_at, ends_at, alert_count
FROM analysis.silences
WHERE holds_now
ORDER BY ends_at, id
LIMIT 100;

-- name: page_rules
-- Every rule with its alerts of the last 7 and 30 days, how many are open, and when the last was raised.
SELECT rule.rule, rule.title, rule.severity, rule.status, rule.loaded_at,
       count(alert.id) FILTER (WHERE alert.created_at > now() - interval '7 days') AS week_count,
       count(alert.id) AS month_count,
       count(alert.id) FILTER (WHERE alert.reason = 'new') AS told_count,
       max(alert.created_at) AS last_at
FROM analysis.rules AS rule
LEFT JOIN analysis.alerts AS alert ON alert.rule = rule.rule AND alert.created_at > now() - interval '30 days'
GROUP BY rule.rule, rule.title, rule.severity, rule.status, rule.loaded_at
ORDER BY rule.status, week_count DESC, rule.rule;

-- name: page_rule
-- One rule as it was last read; nothing where there is none.
SELECT rule, title, severity, status, definition, loaded_at FROM analysis.rules WHERE rule = %(rule)s;

-- name: page_rule_days
-- Alerts of a rule by day over the last 90, those that were told and all.
SELECT created_at::date AS day, count(*) AS alert_count, count(*) FILTER (WHERE reason = 'new') AS told_count
FROM analysis.alerts
WHERE rule = %(rule)s AND created_at >= current_date - 89
GROUP BY day
ORDER BY day;
