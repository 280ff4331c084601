-- name: article_ids_to_extract
-- Ids of articles not yet coded, the least tried first, so that one that kills its worker holds up no other.
SELECT article.id
FROM tocsin.articles AS article
LEFT JOIN tocsin.attempts AS attempt
    ON attempt.stage = 'extract' AND attempt.item_key = article.id::text
WHERE article.codebook IS NULL AND NOT article.is_quarantined
ORDER BY coalesce(attempt.attempt_count, 0), article.id
LIMIT %(limit)s;

-- name: claim_article
-- One article, locked until the transaction ends; nothing if another worker has it or had it.
SELECT id, url, source, title, text, published_at, fetched_at, language, feed_id, text_method
FROM tocsin.articles
WHERE id = %(article_id)s AND codebook IS NULL AND NOT is_quarantined
FOR UPDATE SKIP LOCKED;

-- name: insert_candidates
-- Ids of the candidates that were new: array of the columns of tocsin.candidates, all of one article.
INSERT INTO tocsin.candidates (
    batch_id, article_id, codebook, candidate_key, event_type, mode, contexts, status, status_reason,
    actor_name, actor_country, actor_sector, actor_start, actor_end, actor_text, actor_entry_ids,
    recipient_name, recipient_country, recipient_sector, recipient_start, recipient_end, recipient_text,
    recipient_entry_ids,
    speaker_name, speaker_country, speaker_sector, speaker_start, speaker_end, speaker_text, speaker_entry_ids,
    trigger_start, trigger_end, trigger_text, sentence_start, sentence_end, sentence, mentions,
    place_name, place_country, place_admin1, place_latitude, place_longitude, place_resolution, geonames_id,
    place_start, place_end, place_text,
    event_date, date_precision, date_start, date_end, date_text,
    counts, quad_class, score, cameo, frame_id, confidence
)
SELECT %(batch_id)s, %(article_id)s, %(codebook)s, candidate_key, event_type, mode, contexts, status, status_reason,
       actor_name, actor_country, actor_sector, actor_start, actor_end, actor_text, actor_entry_ids,
       recipient_name, recipient_country, recipient_sector, recipient_start, recipient_end, recipient_text,
       recipient_entry_ids,
       speaker_name, speaker_country, speaker_sector, speaker_start, speaker_end, speaker_text, speaker_entry_ids,
       trigger_start, trigger_end, trigger_text, sentence_start, sentence_end, sentence, mentions,
       place_name, place_country, place_admin1, place_latitude, place_longitude, place_resolution, geonames_id,
       place_start, place_end, place_text,
       event_date, date_precision, date_start, date_end, date_text,
       counts, quad_class, score, cameo, frame_id, confidence
FROM jsonb_populate_recordset(NULL::tocsin.candidates, %(candidates)s::jsonb)
ON CONFLICT (article_id, codebook, candidate_key) DO NOTHING
RETURNING id;

-- name: mark_extracted
-- Says that an article was coded, by which codebook. Returns nothing.
UPDATE tocsin.articles SET codebook = %(codebook)s, extracted_at = now() WHERE id = %(article_id)s;

-- name: mark_article_quarantined
-- Takes an article out of the way of the others. Returns nothing.
UPDATE tocsin.articles SET is_quarantined = true WHERE id = %(article_id)s;
