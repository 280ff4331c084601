-- The promise to analysts: these columns stay. Made anew after every migration.

CREATE VIEW analysis.events AS
SELECT id, event_date, date_precision, event_type, mode, contexts, status,
       actor_name, actor_country, actor_sector, recipient_name, recipient_country, recipient_sector, speaker_name,
       place_name, place_admin1, place_country, place_latitude, place_longitude, place_resolution, geonames_id,
       killed_lower, injured_lower, arrested_lower, crowd_lower,
       counts, quad_class, score, cameo, confidence, codebook,
       mention_count, article_count, source_count, first_reported_at, stored_at, revised_at, revision, event_key,
       is_background, is_lead, corrected_at, killed_upper, injured_upper, arrested_upper, crowd_upper
FROM tocsin.events
WHERE deleted_at IS NULL;
COMMENT ON VIEW analysis.events IS 'One row an event: who did what to whom, where and when. Merged from all mentions.';

CREATE VIEW analysis.mentions AS
SELECT mention.id, mention.event_id, mention.event_date, mention.article_id,
       article.source, article.url, article.title, article.published_at,
       mention.sentence, mention.trigger_text, mention.trigger_start, mention.trigger_end,
       candidate.actor_text, candidate.actor_start, candidate.actor_end,
       candidate.recipient_text, candidate.recipient_start, candidate.recipient_end,
       candidate.speaker_name, candidate.status_reason, candidate.frame_id, mention.confidence,
       article.story_id, article.copy_of IS NOT NULL AS is_copy
FROM tocsin.mentions AS mention
LEFT JOIN tocsin.candidates AS candidate ON candidate.id = mention.candidate_id
JOIN tocsin.articles AS article ON article.id = mention.article_id
WHERE mention.withdrawn_at IS NULL;
COMMENT ON VIEW analysis.mentions IS 'Where each event is told: article, sentence, and the spans of trigger, actor and recipient.';

CREATE VIEW analysis.articles AS
SELECT id, url, source, title, language, published_at, published_from, fetched_at, text_method,
       CASE WHEN text_dropped_at IS NULL THEN length(text) END AS character_count, text_sha256, text_dropped_at, extracted_at, is_quarantined,
       story_id, copy_of, revision, corrected_at
FROM tocsin.articles;
COMMENT ON VIEW analysis.articles IS 'Articles we keep, without their text.';

CREATE VIEW analysis.stories AS
SELECT id, title, first_published_at, last_published_at, article_count, source_count, created_at, revised_at
FROM tocsin.stories
WHERE deleted_at IS NULL;
COMMENT ON VIEW analysis.stories IS 'One row a story: articles that tell the same happening (analysis.articles.story_id).';

CREATE VIEW analysis.event_revisions AS
SELECT revision.event_id, revision.revision, revision.reason, revision.changes, revision.revised_at,
       event.deleted_at, event.superseded_by
FROM tocsin.event_revisions AS revision
JOIN tocsin.events AS event ON event.id = revision.event_id;
COMMENT ON VIEW analysis.event_revisions IS 'What changed of each event and why; those too that no longer stand, with the event that took them in.';

CREATE VIEW analysis.article_revisions AS
SELECT article_id, revision, title, published_at, seen_at, length(text) AS character_count
FROM tocsin.article_revisions;
COMMENT ON VIEW analysis.article_revisions IS 'Later versions of articles, as their publishers corrected them, without their text.';

CREATE VIEW analysis.alerts AS
SELECT alert.id, alert.rule, alert.severity, alert.reason, alert.why, alert.created_at, alert.acknowledged_at,
       alert.event_id, alert.event_date, event.event_type, event.actor_name, event.recipient_name, event.place_name,
       alert.alert_key, event.event_key,
       CASE WHEN alert.state = 'acknowledged' AND alert.acknowledged_until <= now() THEN 'open' ELSE alert.state END AS state,
       alert.rule_version, alert.group_key, alert.acknowledged_by, alert.acknowledged_until, alert.acknowledgement,
       alert.closed_at, alert.closed_by, alert.closing, alert.silence_id, alert.changes, alert.change_count, alert.changed_at
FROM tocsin.alerts AS alert
JOIN tocsin.events AS event ON event.event_date = alert.event_date AND event.id = alert.event_id;
COMMENT ON VIEW analysis.alerts IS 'Every rule that was met, by which event, and whether it was told.';

CREATE VIEW analysis.notifications AS
SELECT notification.id, notification.alert_id, notification.rule, notification.receiver, notification.channel,
       notification.state, notification.attempt_count, notification.sent_at, notification.last_error, notification.created_at,
       notification.notification_key, alert.alert_key, alert.event_id, notification.kind, notification.held_for,
       notification.next_attempt_at, notification.digest_id, notification.is_urgent
FROM tocsin.notifications AS notification
LEFT JOIN tocsin.alerts AS alert ON alert.id = notification.alert_id;
COMMENT ON VIEW analysis.notifications IS 'What was sent to whom, what waits, what failed.';

CREATE VIEW analysis.silences AS
SELECT id, matcher, author, reason, starts_at, ends_at, starts_at <= now() AND ends_at > now() AS holds_now,
       (SELECT count(*) FROM tocsin.alerts AS alert WHERE alert.silence_id = silence.id) AS alert_count
FROM tocsin.silences AS silence;
COMMENT ON VIEW analysis.silences IS 'Of which alerts nobody is or was told, who asked for it, and why.';
COMMENT ON COLUMN analysis.silences.holds_now IS 'Whether it holds at this moment.';
COMMENT ON COLUMN analysis.silences.alert_count IS 'Alerts that were raised and not told because of it.';

CREATE VIEW analysis.troubles AS
SELECT id, kind, subject, detail, began_at, seen_at, told_at, ended_at FROM tocsin.troubles;
COMMENT ON VIEW analysis.troubles IS 'What was or is wrong with Tocsin itself.';

CREATE VIEW analysis.quarantine AS
SELECT id, stage, reason, seen, url, article_id, candidate_id, batch_id, quarantined_at, released_at
FROM tocsin.quarantine;
COMMENT ON VIEW analysis.quarantine IS 'What was refused, by which stage and why.';

CREATE VIEW analysis.event_days AS
SELECT event_date, event_type, status, actor_country, recipient_country, place_country, quad_class,
       count(*) AS event_count, avg(score) AS mean_score
FROM tocsin.events
WHERE deleted_at IS NULL AND date_precision = 'day'
GROUP BY event_date, event_type, status, actor_country, recipient_country, place_country, quad_class;
COMMENT ON VIEW analysis.event_days IS 'Events counted by day, type, status, dyad and place.';

CREATE VIEW analysis.stage_lag AS
SELECT 'fetch' AS stage, count(*) FILTER (WHERE next_fetch_at < now()) AS waiting_count,
       max(now() - next_fetch_at) FILTER (WHERE next_fetch_at < now()) AS oldest_age
FROM tocsin.feeds WHERE is_active AND paused_at IS NULL
UNION ALL
SELECT 'extract', count(*), max(now() - created_at) FROM tocsin.articles WHERE codebook IS NULL AND NOT is_quarantined
UNION ALL
SELECT 'validate', count(*), max(now() - created_at) FROM tocsin.candidates WHERE verdict IS NULL AND withdrawn_at IS NULL
UNION ALL
SELECT 'store', count(*), max(now() - judged_at) FROM tocsin.candidates WHERE verdict = 'accepted' AND stored_at IS NULL
UNION ALL
SELECT 'alert', count(*), max(now() - waiting_since)
FROM (
    SELECT pending_at AS waiting_since FROM tocsin.pending_alerts
    UNION ALL
    SELECT next_attempt_at FROM tocsin.notifications WHERE state = 'pending' AND next_attempt_at < now()
) AS waiting;
COMMENT ON VIEW analysis.stage_lag IS 'What waits before each stage, and for how long.';
