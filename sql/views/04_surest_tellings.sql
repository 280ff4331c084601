-- An event with its surest telling, the one its values are from. Store decides which that is, in one place
-- (stage_values in sql/queries/store.sql), and writes it down with the event; everybody else reads it here.
CREATE VIEW tocsin.surest_tellings AS
SELECT event.event_date, event.id AS event_id, event.event_key, event.candidate_id,
       mention.article_id, mention.sentence, mention.sentence_start, mention.trigger_start, mention.trigger_end,
       mention.confidence, article.source, article.url, article.title, article.published_at, article.story_id,
       article.language
FROM tocsin.events AS event
JOIN tocsin.mentions AS mention
    ON mention.candidate_id = event.candidate_id AND mention.trigger_start = event.trigger_start
JOIN tocsin.articles AS article ON article.id = mention.article_id;
COMMENT ON VIEW tocsin.surest_tellings IS 'One row an event: the telling its values are from, with sentence and article.';
