-- name: page_mark_figures
-- How many marked events were right, by source and by type: one row each, `kind` says which.
SELECT 'source' AS kind, source AS name, sum(marked_count)::bigint AS marked_count, sum(right_count)::bigint AS right_count,
       sum(no_event_count)::bigint AS no_event_count
FROM analysis.mark_figures
GROUP BY source
UNION ALL
SELECT 'type', event_type, sum(marked_count)::bigint, sum(right_count)::bigint, sum(no_event_count)::bigint
FROM analysis.mark_figures
GROUP BY event_type
ORDER BY kind, marked_count DESC, name;

-- name: page_wrong_about
-- What of the events that are marked wrong is wrong, counted.
SELECT about, count(*) AS mark_count
FROM analysis.marks, unnest(wrong_about) AS about
GROUP BY about
ORDER BY mark_count DESC, about;

-- name: page_newest_marks
-- The marks that were made last, with their event.
SELECT mark.verdict, mark.wrong_about, mark.note, mark.marked_by, mark.marked_at,
       event.id, event.event_type, event.mode, event.quad_class, event.actor_name, event.actor_country, event.actor_sector,
       event.recipient_name, event.recipient_country, event.recipient_sector
FROM analysis.marks AS mark
JOIN analysis.events AS event ON event.id = mark.event_id AND event.event_date = mark.event_date
ORDER BY mark.marked_at DESC
LIMIT 50;

-- name: page_annotations
-- Every mark with the telling that it is of: what a trained part can learn from.
SELECT mark.id, mark.verdict, mark.wrong_about, mark.note, mark.marked_by, mark.marked_at, mark.event_revision,
       event.id AS event_id, event.event_type, event.mode, event.status, event.event_date, event.date_precision,
       event.actor_country, event.actor_sector, event.recipient_country, event.recipient_sector,
       event.place_country, event.confidence, event.codebook,
       telling.url, telling.source, telling.published_at, telling.sentence, telling.sentence_start,
       telling.trigger_start, telling.trigger_end, telling.actor_start, telling.actor_end,
       telling.recipient_start, telling.recipient_end, telling.place_start, telling.place_end,
       telling.date_start, telling.date_end
FROM analysis.marks AS mark
JOIN analysis.events AS event ON event.id = mark.event_id AND event.event_date = mark.event_date
LEFT JOIN LATERAL (
    SELECT *
    FROM analysis.tellings
    WHERE tellings.event_id = event.id AND tellings.event_date = event.event_date
    ORDER BY tellings.is_surest DESC NULLS LAST, tellings.confidence DESC, tellings.mention_id
    LIMIT 1
) AS telling ON true
ORDER BY mark.id;

-- name: page_story
-- One story; nothing where there is none.
SELECT * FROM analysis.stories WHERE id = %(story_id)s;

-- name: page_story_articles
-- The articles of a story as they came out, copies of a wire text behind their original.
SELECT id, url, source, title, published_at, copy_of, corrected_at
FROM analysis.articles
WHERE story_id = %(story_id)s
ORDER BY published_at, id
LIMIT 500;

-- name: page_story_events
-- What a story tells: each event once, by how many tellings it has in the story, with the surest of them.
SELECT event.id, event.event_date, event.date_precision, event.event_type, event.mode, event.status, event.quad_class,
       event.actor_name, event.actor_country, event.actor_sector,
       event.recipient_name, event.recipient_country, event.recipient_sector,
       event.place_name, event.place_country, event.confidence, event.source_count, event.is_background,
       telling.article_id, telling.source, telling.sentence, telling.sentence_start, telling.trigger_start, telling.trigger_end,
       telling.actor_start, telling.actor_end, telling.recipient_start, telling.recipient_end,
       telling.place_start, telling.place_end, telling.date_start, telling.date_end, told.telling_count
FROM (
    SELECT DISTINCT ON (event_id) *
    FROM analysis.tellings
    WHERE article_id = ANY(%(article_ids)s::bigint[])
    ORDER BY event_id, is_copy, is_surest DESC NULLS LAST, confidence DESC, mention_id
) AS telling
JOIN (
    SELECT event_id, count(DISTINCT article_id) AS telling_count
    FROM analysis.tellings
    WHERE article_id = ANY(%(article_ids)s::bigint[])
    GROUP BY event_id
) AS told ON told.event_id = telling.event_id
JOIN analysis.events AS event ON event.id = telling.event_id AND event.event_date = telling.event_date
ORDER BY event.is_background, told.telling_count DESC, event.confidence DESC, event.id
LIMIT 200;
