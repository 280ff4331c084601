-- An event as the rules see it: with the telling that is surest.
CREATE VIEW tocsin.alert_events AS
SELECT event.id, event.event_key, event.event_date, event.event_type, event.mode, event.contexts, event.status,
       event.actor_name, event.actor_country, event.actor_sector,
       event.recipient_name, event.recipient_country, event.recipient_sector,
       event.place_name, event.place_admin1 AS admin1, event.place_country AS country,
       event.place_latitude AS latitude, event.place_longitude AS longitude,
       event.confidence, event.score, event.quad_class, event.mention_count,
       telling.sentence, telling.source, telling.url AS article_url, telling.title AS article_title,
       telling.published_at,
       telling.trigger_start - telling.sentence_start AS trigger_start,
       telling.trigger_end - telling.sentence_start AS trigger_end,
       event.date_precision, event.place_resolution, telling.language,
       event.is_background, event.article_count, event.source_count, event.revision, event.corrected_at, telling.story_id
FROM tocsin.events AS event
JOIN tocsin.surest_tellings AS telling ON telling.event_date = event.event_date AND telling.event_id = event.id
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
