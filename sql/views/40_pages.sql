-- What the pages ask for beyond the views of 10_analysis.sql: tellings with all their reasons, marks, rules, sizes.
CREATE VIEW analysis.tellings AS
SELECT mention.event_id, mention.event_date, mention.id AS mention_id, mention.article_id,
       article.source, article.url, article.title, article.published_at, article.story_id,
       article.copy_of IS NOT NULL AS is_copy,
       mention.sentence, mention.sentence_start, mention.trigger_start, mention.trigger_end, mention.confidence,
       (mention.candidate_id = event.candidate_id AND mention.trigger_start = event.trigger_start) AS is_surest,
       candidate.actor_name, candidate.actor_country, candidate.actor_sector, candidate.actor_entry_ids,
       candidate.actor_start, candidate.actor_end, candidate.actor_text,
       candidate.recipient_name, candidate.recipient_country, candidate.recipient_sector, candidate.recipient_entry_ids,
       candidate.recipient_start, candidate.recipient_end, candidate.recipient_text,
       candidate.speaker_name, candidate.place_name, candidate.place_start, candidate.place_end, candidate.place_text,
       candidate.date_start, candidate.date_end, candidate.date_text,
       candidate.event_type, candidate.mode, candidate.status, candidate.status_reason, candidate.frame_id,
       candidate.codebook
FROM tocsin.mentions AS mention
JOIN tocsin.events AS event ON event.id = mention.event_id AND event.event_date = mention.event_date
JOIN tocsin.articles AS article ON article.id = mention.article_id
LEFT JOIN tocsin.candidates AS candidate ON candidate.id = mention.candidate_id
WHERE event.deleted_at IS NULL AND mention.withdrawn_at IS NULL;
COMMENT ON VIEW analysis.tellings IS 'Where and why each event is told: sentence, every span in it (characters of the article), entries, frame. Of candidates dropped by age the sentence alone is left.';
COMMENT ON COLUMN analysis.tellings.mention_id IS 'Id in analysis.mentions.';
COMMENT ON COLUMN analysis.tellings.is_copy IS 'The article is a copy of a wire text that another had first.';
COMMENT ON COLUMN analysis.tellings.is_surest IS 'The telling that the event has its values from.';

CREATE VIEW analysis.marks AS
SELECT id, event_id, event_date, verdict, wrong_about, note, marked_by, marked_at, event_revision
FROM tocsin.marks;
COMMENT ON VIEW analysis.marks IS 'What analysts said of events: right or wrong, about what, why, who and when.';

CREATE VIEW analysis.mark_figures AS
SELECT telling.source, event.event_type, count(*) AS marked_count,
       count(*) FILTER (WHERE mark.verdict = 'right') AS right_count,
       count(*) FILTER (WHERE 'event' = ANY (mark.wrong_about)) AS no_event_count
FROM tocsin.marks AS mark
JOIN tocsin.events AS event ON event.id = mark.event_id AND event.event_date = mark.event_date
JOIN tocsin.surest_tellings AS telling ON telling.event_id = event.id AND telling.event_date = event.event_date
WHERE event.deleted_at IS NULL
GROUP BY telling.source, event.event_type;
COMMENT ON VIEW analysis.mark_figures IS 'How many marked events were right, by source of the surest telling and type.';
COMMENT ON COLUMN analysis.mark_figures.marked_count IS 'Marks.';
COMMENT ON COLUMN analysis.mark_figures.right_count IS 'Marks that say right.';
COMMENT ON COLUMN analysis.mark_figures.no_event_count IS 'Marks that say that the sentence tells no such event.';

CREATE VIEW analysis.rules AS
SELECT rule, title, severity, status, definition, loaded_at
FROM tocsin.rules;
COMMENT ON VIEW analysis.rules IS 'Rules as last read from their files.';

CREATE VIEW analysis.table_sizes AS
SELECT measured_date, table_name, total_bytes, row_count
FROM tocsin.table_sizes;
COMMENT ON VIEW analysis.table_sizes IS 'How large each table was on each day.';
