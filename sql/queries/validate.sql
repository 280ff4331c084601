-- name: claim_candidates
-- Ids of candidates not yet judged, locked until the transaction ends. Those of a recode are not among them.
SELECT id, batch_id
FROM tocsin.candidates
WHERE verdict IS NULL AND withdrawn_at IS NULL
ORDER BY id
LIMIT %(limit)s
FOR UPDATE SKIP LOCKED;

-- name: quarantine_candidates
-- Ids of the new rows: array of {candidate_id, reason, seen}; one row a candidate and expectation.
INSERT INTO tocsin.quarantine (stage, item_key, reason, seen, batch_id, article_id, candidate_id, url)
SELECT 'validate', candidate.id::text, finding.reason, finding.seen, candidate.batch_id, candidate.article_id,
       candidate.id, article.url
FROM jsonb_to_recordset(%(findings)s::jsonb) AS finding (candidate_id bigint, reason text, seen text)
JOIN tocsin.candidates AS candidate ON candidate.id = finding.candidate_id
JOIN tocsin.articles AS article ON article.id = candidate.article_id
ON CONFLICT (stage, tocsin.key_of(item_key), tocsin.key_of(reason)) DO UPDATE
SET released_at = NULL, quarantined_at = now(), seen = excluded.seen
WHERE quarantine.released_at IS NOT NULL
RETURNING id;

-- name: judge_candidates
-- Sets the verdict of many candidates. Returns nothing.
UPDATE tocsin.candidates
SET verdict = %(verdict)s, judged_at = now()
WHERE id = ANY(%(candidate_ids)s::bigint[]) AND verdict IS NULL;
