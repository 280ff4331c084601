-- name: first_waiting_article
-- For how many seconds the first of the articles waits that are to be coded and that no other worker holds; no row where none does.
SELECT extract(epoch FROM now() - created_at)::double precision AS waited_seconds
FROM tocsin.articles
WHERE codebook IS NULL AND NOT is_quarantined
ORDER BY id
LIMIT 1
FOR UPDATE SKIP LOCKED;

-- name: claim_new_articles
-- Articles not yet coded that were never taken in hand and are no copies (claim_copies), locked until the transaction ends, oldest first.
SELECT id, url, source, title, text, published_at, fetched_at, language, feed_id, text_method
FROM tocsin.articles AS article
WHERE codebook IS NULL AND NOT is_quarantined AND is_signed
  AND NOT EXISTS (SELECT FROM tocsin.attempts WHERE stage = 'extract' AND item_key = article.id::text)
  AND NOT EXISTS (
      SELECT FROM tocsin.articles AS original
      WHERE original.id = article.copy_of AND NOT original.is_quarantined AND original.text_dropped_at IS NULL
  )
ORDER BY id
LIMIT %(limit)s
FOR UPDATE SKIP LOCKED;

-- name: claim_tried_article
-- One article that was taken in hand and not finished, locked; the least tried first, so that one that kills its
-- worker holds up no other. Nothing if there is none, or other workers hold them.
SELECT article.id, article.url, article.source, article.title, article.text, article.published_at, article.fetched_at,
       article.language, article.feed_id, article.text_method
FROM tocsin.attempts AS attempt
JOIN tocsin.articles AS article ON article.id = attempt.item_key::bigint
WHERE attempt.stage = 'extract' AND article.codebook IS NULL AND NOT article.is_quarantined AND article.is_signed
ORDER BY attempt.attempt_count, article.id
LIMIT 1
FOR UPDATE OF article SKIP LOCKED;

-- name: claim_copies
-- Copies not yet coded whose original is coded, with its text, locked until the transaction ends.
SELECT article.id, article.title, article.url, article.text, original.id AS original_id, original.text AS original_text,
       original.codebook
FROM tocsin.articles AS article
JOIN tocsin.articles AS original ON original.id = article.copy_of
WHERE article.codebook IS NULL AND NOT article.is_quarantined AND article.is_signed
  AND original.codebook IS NOT NULL AND NOT original.is_quarantined AND original.text_dropped_at IS NULL
ORDER BY article.id
LIMIT %(limit)s
FOR UPDATE OF article SKIP LOCKED;

-- name: candidates_of
-- What articles tell by the codebook they were coded by last, refused or not.
SELECT candidate.*
FROM tocsin.candidates AS candidate
JOIN tocsin.articles AS article ON article.id = candidate.article_id
WHERE candidate.article_id = ANY(%(article_ids)s::bigint[]) AND candidate.withdrawn_at IS NULL
  AND candidate.codebook = article.codebook
ORDER BY candidate.id;

-- name: withdraw_candidates
-- Withdraws what an article told before and tells no more: all of its candidates but those with these keys and this
-- codebook. Store is owed a look at the events that they told. How many events is the rows it touched.
WITH gone AS (
    UPDATE tocsin.candidates
    SET withdrawn_at = now()
    WHERE article_id = %(article_id)s AND withdrawn_at IS NULL
      AND NOT (codebook = %(codebook)s AND candidate_key = ANY(%(candidate_keys)s))
    RETURNING id, article_id
)
INSERT INTO tocsin.pending_merges (event_id, reason)
SELECT DISTINCT mention.event_id, CASE WHEN article.corrected_at IS NULL THEN 'recoded' ELSE 'corrected' END
FROM gone
JOIN tocsin.mentions AS mention ON mention.candidate_id = gone.id
JOIN tocsin.articles AS article ON article.id = gone.article_id
WHERE mention.withdrawn_at IS NULL
ON CONFLICT (event_id) DO UPDATE SET reason = excluded.reason;

-- name: insert_candidates
-- Ids of the candidates that were new, or were withdrawn and are told again: array of the columns of
-- tocsin.candidates, all of one article.
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
    counts, quad_class, score, cameo, frame_id, confidence, is_background, is_lead, event_key, handles
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
       counts, quad_class, score, cameo, frame_id, confidence, is_background, is_lead, event_key, handles
FROM jsonb_populate_recordset(NULL::tocsin.candidates, %(candidates)s::jsonb)
ON CONFLICT (article_id, codebook, candidate_key) DO UPDATE
SET withdrawn_at = NULL, stored_at = NULL
WHERE candidates.withdrawn_at IS NOT NULL
RETURNING id;

-- name: mark_extracted
-- Says that an article was coded, by which codebook. Returns nothing.
UPDATE tocsin.articles SET codebook = %(codebook)s, extracted_at = now() WHERE id = %(article_id)s;

-- name: mark_article_quarantined
-- Takes an article out of the way of the others. Returns nothing.
UPDATE tocsin.articles SET is_quarantined = true WHERE id = %(article_id)s;
