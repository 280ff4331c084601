-- name: page_news
-- The events that were stored last and pass a filter, newest first, each with its surest telling. Looked for among the
-- twenty thousand that came last, so that it takes the same time however many there are.
SELECT event.id, event.event_date, event.date_precision, event.event_type, event.mode, event.status, event.quad_class,
       event.actor_name, event.actor_country, event.actor_sector,
       event.recipient_name, event.recipient_country, event.recipient_sector,
       event.place_name, event.place_country, event.confidence, event.source_count, event.article_count,
       event.is_background, event.stored_at, event.first_reported_at,
       telling.article_id, telling.story_id, coalesce(story.title, telling.title) AS title, telling.source, telling.url,
       telling.published_at,
       telling.sentence, telling.sentence_start, telling.trigger_start, telling.trigger_end,
       telling.actor_start, telling.actor_end, telling.recipient_start, telling.recipient_end,
       telling.place_start, telling.place_end, telling.date_start, telling.date_end
FROM (
    SELECT *
    FROM (
        SELECT *
        FROM analysis.events
        WHERE true
          AND id < %(before)s -- if before
        ORDER BY id DESC
        LIMIT 20000
    ) AS recent
    WHERE true
      AND stored_at > now() - make_interval(days => %(days)s) -- if days
      AND event_type = %(event_type)s -- if event_type
      AND quad_class = %(quad_class)s -- if quad_class
      AND status = %(status)s -- if status
      AND confidence >= %(confidence)s -- if confidence
      AND %(country)s IN (actor_country, recipient_country, place_country) -- if country
      AND (actor_name ILIKE %(words)s OR recipient_name ILIKE %(words)s OR place_name ILIKE %(words)s) -- if words
    ORDER BY id DESC
    LIMIT %(limit)s
) AS event
LEFT JOIN LATERAL (
    SELECT *
    FROM analysis.tellings
    WHERE tellings.event_id = event.id AND tellings.event_date = event.event_date
    ORDER BY tellings.is_surest DESC NULLS LAST, tellings.confidence DESC, tellings.mention_id
    LIMIT 1
) AS telling ON true
LEFT JOIN analysis.stories AS story ON story.id = telling.story_id
ORDER BY event.id DESC;

-- name: page_events
-- The events of some days that pass a filter, latest day first, each with its surest telling.
SELECT event.id, event.event_date, event.date_precision, event.event_type, event.mode, event.status, event.quad_class,
       event.actor_name, event.actor_country, event.actor_sector,
       event.recipient_name, event.recipient_country, event.recipient_sector,
       event.place_name, event.place_country, event.confidence, event.source_count, event.article_count,
       event.is_background, event.stored_at, event.first_reported_at,
       telling.article_id, telling.story_id, coalesce(story.title, telling.title) AS title, telling.source, telling.url,
       telling.published_at,
       telling.sentence, telling.sentence_start, telling.trigger_start, telling.trigger_end,
       telling.actor_start, telling.actor_end, telling.recipient_start, telling.recipient_end,
       telling.place_start, telling.place_end, telling.date_start, telling.date_end
FROM (
    SELECT *
    FROM analysis.events
    WHERE event_date BETWEEN %(since)s AND %(until)s
      AND event_type = %(event_type)s -- if event_type
      AND quad_class = %(quad_class)s -- if quad_class
      AND status = %(status)s -- if status
      AND confidence >= %(confidence)s -- if confidence
      AND %(country)s IN (actor_country, recipient_country, place_country) -- if country
      AND actor_country = %(actor)s -- if actor
      AND recipient_country = %(recipient)s -- if recipient
      AND place_country = %(place)s -- if place
      AND (actor_name ILIKE %(words)s OR recipient_name ILIKE %(words)s OR place_name ILIKE %(words)s) -- if words
      AND id < %(before)s -- if before
    ORDER BY event_date DESC, id DESC
    LIMIT %(limit)s
) AS event
LEFT JOIN LATERAL (
    SELECT *
    FROM analysis.tellings
    WHERE tellings.event_id = event.id AND tellings.event_date = event.event_date
    ORDER BY tellings.is_surest DESC NULLS LAST, tellings.confidence DESC, tellings.mention_id
    LIMIT 1
) AS telling ON true
LEFT JOIN analysis.stories AS story ON story.id = telling.story_id
ORDER BY event.event_date DESC, event.id DESC;

-- name: page_event
-- One event with all its columns; nothing where there is none.
SELECT * FROM analysis.events WHERE id = %(event_id)s;

-- name: page_tellings
-- All tellings of an event, the surest first.
SELECT *
FROM analysis.tellings
WHERE event_id = %(event_id)s
ORDER BY is_surest DESC NULLS LAST, confidence DESC, published_at, mention_id
LIMIT 100;

-- name: page_successor
-- The event that took one in which no longer stands; null where it was withdrawn, no row where it never was.
SELECT superseded_by FROM analysis.event_revisions WHERE event_id = %(event_id)s ORDER BY revision DESC LIMIT 1;

-- name: page_event_revisions
-- What changed of an event since it was first stored, the newest change first.
SELECT revision, reason, changes, revised_at
FROM analysis.event_revisions
WHERE event_id = %(event_id)s
ORDER BY revision DESC
LIMIT 30;

-- name: page_event_alerts
-- The alerts that an event raised.
SELECT id, rule, severity, why, created_at FROM analysis.alerts WHERE event_id = %(event_id)s ORDER BY created_at;

-- name: page_event_marks
-- What analysts said of an event, the newest first.
SELECT verdict, wrong_about, note, marked_by, marked_at, event_revision
FROM analysis.marks
WHERE event_id = %(event_id)s
ORDER BY marked_at DESC;

-- name: save_mark
-- Notes what an analyst says of an event, in place of what he said before. Returns the event's id; nothing where there
-- is no such event.
INSERT INTO tocsin.marks (event_id, event_date, event_revision, verdict, wrong_about, note, marked_by)
SELECT id, event_date, revision, %(verdict)s, %(wrong_about)s::text[], %(note)s, %(marked_by)s
FROM tocsin.events
WHERE id = %(event_id)s AND deleted_at IS NULL
ON CONFLICT (event_id, marked_by) DO UPDATE
SET event_revision = excluded.event_revision, verdict = excluded.verdict, wrong_about = excluded.wrong_about,
    note = excluded.note, marked_at = now()
RETURNING event_id;

-- name: delete_mark
-- Takes back what an analyst said of an event.
DELETE FROM tocsin.marks WHERE event_id = %(event_id)s AND marked_by = %(marked_by)s;

-- name: page_article
-- One article without its text; nothing where there is none.
SELECT * FROM analysis.articles WHERE id = %(article_id)s;

-- name: page_article_tellings
-- What an article tells, in the order of its text.
SELECT telling.*, event.confidence AS event_confidence, event.quad_class, event.date_precision, event.source_count,
       event.actor_name AS event_actor_name, event.recipient_name AS event_recipient_name
FROM analysis.tellings AS telling
JOIN analysis.events AS event ON event.id = telling.event_id AND event.event_date = telling.event_date
WHERE telling.article_id = %(article_id)s
ORDER BY telling.trigger_start, telling.mention_id
LIMIT 200;

-- name: page_newest_day
-- The last day that has an actual event and is not in the future; null where there is none.
SELECT max(event_date) AS day FROM analysis.country_days WHERE event_date <= current_date AND exact_count > 0;

-- name: page_country_days
-- Actual events by day and quad class, from the rollup; days without any have no row.
SELECT event_date, quad_class, sum(exact_count)::bigint AS event_count
FROM analysis.country_days
WHERE event_date BETWEEN %(since)s AND %(until)s
  AND place_country = %(place)s -- if place
  AND quad_class = %(quad_class)s -- if quad_class
GROUP BY event_date, quad_class
ORDER BY event_date, quad_class;

-- name: page_event_days
-- Actual events by day and quad class, counted anew: for conditions that no rollup has.
SELECT event_date, quad_class, count(*) AS event_count
FROM analysis.events
WHERE event_date BETWEEN %(since)s AND %(until)s AND status = 'actual' AND date_precision = 'day'
  AND event_type = %(event_type)s -- if event_type
  AND actor_country = %(actor)s -- if actor
  AND recipient_country = %(recipient)s -- if recipient
  AND place_country = %(place)s -- if place
  AND quad_class = %(quad_class)s -- if quad_class
GROUP BY event_date, quad_class
ORDER BY event_date, quad_class;

-- name: page_places
-- Where actual events of some days took place, the busiest places first, with how many were conflict and how many died.
SELECT place_name, place_country, place_resolution, place_latitude, place_longitude, count(*) AS event_count,
       count(*) FILTER (WHERE quad_class = 1) AS quad_1, count(*) FILTER (WHERE quad_class = 2) AS quad_2,
       count(*) FILTER (WHERE quad_class = 3) AS quad_3, count(*) FILTER (WHERE quad_class = 4) AS quad_4,
       sum(killed_lower) AS killed
FROM analysis.events
WHERE event_date BETWEEN %(since)s AND %(until)s AND status = 'actual' AND place_latitude IS NOT NULL
  AND NOT is_background
  AND event_type = %(event_type)s -- if event_type
  AND quad_class = %(quad_class)s -- if quad_class
  AND place_country = %(place)s -- if place
GROUP BY place_name, place_country, place_resolution, place_latitude, place_longitude
ORDER BY event_count DESC, place_name
LIMIT %(limit)s;

-- name: page_dyads
-- Pairs of countries with the most actual events in some days, and how many so many days had on average before.
SELECT actor_country, recipient_country,
       sum(actual_count) FILTER (WHERE event_date >= %(since)s)::bigint AS event_count,
       coalesce(sum(actual_count) FILTER (WHERE event_date < %(since)s), 0) * (%(until)s::date - %(since)s::date + 1) / 90.0 AS usual_count
FROM analysis.dyad_days
WHERE event_date BETWEEN %(since)s::date - 90 AND %(until)s
  AND %(country)s IN (actor_country, recipient_country) -- if country
GROUP BY actor_country, recipient_country
HAVING sum(actual_count) FILTER (WHERE event_date >= %(since)s) > 0
ORDER BY event_count DESC, actor_country, recipient_country
LIMIT %(limit)s;

-- name: page_dyad_scores
-- The mean score of actual events of given pairs of countries in some days.
SELECT event.actor_country, event.recipient_country, avg(event.score) AS mean_score
FROM unnest(%(actors)s::text[], %(recipients)s::text[]) AS pair (actor, recipient)
JOIN analysis.events AS event ON event.actor_country = pair.actor AND event.recipient_country = pair.recipient
WHERE event.event_date BETWEEN %(since)s AND %(until)s AND event.status = 'actual'
GROUP BY event.actor_country, event.recipient_country;
