-- name: report_feeds
-- Each feed of the list and how its last fetch went, with the articles of a batch from it.
SELECT feed.source, feed.url, feed.fetched_at, feed.last_error,
       count(article.id) AS article_count
FROM tocsin.feeds AS feed
LEFT JOIN tocsin.articles AS article ON article.feed_id = feed.id AND article.batch_id = %(batch_id)s
-- One that left the list is nobody's trouble; one that is gone for good (410) is listed and has no next time.
WHERE feed.is_active OR (feed.last_error IS NOT NULL AND feed.next_fetch_at IS NULL)
GROUP BY feed.id
ORDER BY count(article.id) DESC, feed.last_error NULLS FIRST, feed.source, feed.url;

-- name: report_events
-- Events told by the articles of a batch, those of the newest article first, with the sentence of the surest telling.
SELECT event.id, event.event_date, event.date_precision, event.event_type, event.mode, event.status,
       event.actor_name, event.actor_country, event.actor_sector,
       event.recipient_name, event.recipient_country, event.recipient_sector,
       event.place_name, event.confidence, event.mention_count, telling.sentence, telling.title
FROM tocsin.events AS event
JOIN tocsin.surest_tellings AS telling ON telling.event_date = event.event_date AND telling.event_id = event.id
WHERE event.deleted_at IS NULL
  AND event.id IN (
      SELECT mention.event_id
      FROM tocsin.articles AS article
      JOIN tocsin.mentions AS mention ON mention.article_id = article.id
      WHERE article.batch_id = %(batch_id)s
  )
ORDER BY telling.published_at DESC, telling.article_id DESC, telling.trigger_start
LIMIT %(limit)s;

-- name: newest_events
-- The events that were stored last, newest first, as report_events has them.
SELECT event.id, event.event_date, event.date_precision, event.event_type, event.mode, event.status,
       event.actor_name, event.actor_country, event.actor_sector,
       event.recipient_name, event.recipient_country, event.recipient_sector,
       event.place_name, event.confidence, event.mention_count, telling.sentence, telling.title
FROM (
    SELECT id, event_date FROM tocsin.events WHERE deleted_at IS NULL ORDER BY stored_at DESC, id DESC LIMIT %(limit)s
) AS newest
JOIN tocsin.events AS event ON event.event_date = newest.event_date AND event.id = newest.id
JOIN tocsin.surest_tellings AS telling ON telling.event_date = newest.event_date AND telling.event_id = newest.id
ORDER BY event.stored_at DESC, event.id DESC;

-- name: report_alerts
-- The newest alerts with their event and how each notification fared.
SELECT alert.id, alert.rule, alert.severity, alert.reason, alert.why, alert.created_at, alert.event_id,
       event.sentence, event.article_title,
       string_agg(notification.receiver || ' by ' || notification.channel || ': ' || notification.state, ', '
                  ORDER BY notification.receiver) AS notifications
FROM tocsin.alerts AS alert
JOIN tocsin.alert_events AS event ON event.event_date = alert.event_date AND event.id = alert.event_id
LEFT JOIN tocsin.notifications AS notification ON notification.alert_id = alert.id
GROUP BY alert.id, event.sentence, event.article_title
ORDER BY alert.created_at DESC, alert.id DESC
LIMIT %(limit)s;

-- name: report_quarantine
-- What lies in quarantine, counted by stage and reason, with an example.
SELECT stage, reason, count(*) AS item_count, min(coalesce(seen, url, item_key)) AS example
FROM tocsin.quarantine
WHERE released_at IS NULL
GROUP BY stage, reason
ORDER BY stage, count(*) DESC, reason;

-- name: stage_lag
-- What waits before each stage and how long the oldest has waited.
SELECT stage, waiting_count, oldest_age FROM analysis.stage_lag;

-- name: totals
-- How many articles, events, alerts and quarantined items there are, and when the newest event was stored.
SELECT (SELECT coalesce(sum(row_change), 0)::bigint FROM tocsin.tallies WHERE table_name = 'articles') AS articles,
       (SELECT coalesce(sum(row_change), 0)::bigint FROM tocsin.tallies WHERE table_name = 'events') AS events,
       (SELECT count(*) FROM tocsin.alerts) AS alerts,
       (SELECT count(*) FROM tocsin.quarantine WHERE released_at IS NULL) AS quarantined,
       (SELECT max(stored_at) FROM tocsin.events) AS newest_event_at;

-- name: candidates_of_event
-- All candidates that tell an event, the surest first, with their article; those that are kept.
SELECT candidate.*, article.url, article.source, article.title, article.text, article.published_at,
       article.fetched_at, article.language, article.feed_id, article.text_method
FROM tocsin.events AS event
JOIN tocsin.candidates AS candidate
    ON candidate.id IN (SELECT candidate_id FROM tocsin.mentions WHERE event_id = %(event_id)s)
JOIN tocsin.articles AS article ON article.id = candidate.article_id
WHERE event.id = %(event_id)s
ORDER BY candidate.id = event.candidate_id DESC, candidate.confidence DESC, article.published_at, article.url,
         candidate.trigger_start;

-- name: sentences_of_event
-- The sentences that tell an event, the surest first, with their article: what is kept when candidates are dropped.
SELECT DISTINCT ON (mention.confidence, article.published_at, article.url)
       mention.sentence, article.source, article.title, article.url, article.published_at
FROM tocsin.mentions AS mention
JOIN tocsin.articles AS article ON article.id = mention.article_id
WHERE mention.event_id = %(event_id)s
ORDER BY mention.confidence DESC, article.published_at, article.url, mention.trigger_start;
