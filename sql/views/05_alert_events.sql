-- An event as the rules see it: with the telling that is surest, as in upsert_events.
CREATE VIEW tocsin.alert_events AS
SELECT event.id, event.event_key, event.event_date, event.event_type, event.mode, event.contexts, event.status,
       event.actor_name, event.actor_country, event.actor_sector,
       event.recipient_name, event.recipient_country, event.recipient_sector,
       event.place_name, event.place_admin1 AS admin1, event.place_country AS country,
       event.place_latitude AS latitude, event.place_longitude AS longitude,
       event.confidence, event.score, event.quad_class, event.mention_count,
       telling.sentence, telling.source, telling.article_url, telling.article_title, telling.published_at,
       telling.trigger_start, telling.trigger_end
FROM tocsin.events AS event
CROSS JOIN LATERAL (
    SELECT candidate.sentence, article.source, article.url AS article_url, article.title AS article_title,
           article.published_at,
           candidate.trigger_start - candidate.sentence_start AS trigger_start,
           candidate.trigger_end - candidate.sentence_start AS trigger_end
    FROM tocsin.candidates AS candidate
    JOIN tocsin.articles AS article ON article.id = candidate.article_id
    WHERE candidate.event_key = event.event_key AND candidate.verdict = 'accepted'
    ORDER BY candidate.confidence DESC, article.published_at, article.url, candidate.trigger_start
    LIMIT 1
) AS telling
WHERE event.deleted_at IS NULL;
COMMENT ON VIEW tocsin.alert_events IS 'An event with its surest telling, as rules and messages need it.';
COMMENT ON COLUMN tocsin.alert_events.admin1 IS 'First-level division of the place.';
COMMENT ON COLUMN tocsin.alert_events.country IS 'ISO 3166 alpha-3 of the place.';
COMMENT ON COLUMN tocsin.alert_events.latitude IS 'Degrees north, WGS 84.';
COMMENT ON COLUMN tocsin.alert_events.longitude IS 'Degrees east, WGS 84.';
COMMENT ON COLUMN tocsin.alert_events.article_url IS 'Address of the article that tells it.';
COMMENT ON COLUMN tocsin.alert_events.article_title IS 'Title of the article that tells it.';
COMMENT ON COLUMN tocsin.alert_events.trigger_start IS 'First character of the trigger, counted in the sentence.';
COMMENT ON COLUMN tocsin.alert_events.trigger_end IS 'One past the last character of the trigger, counted in the sentence.';
