-- The two codings of a recode side by side. Candidates that tell the same event in the same article belong together, then
-- those on the same trigger, in order; what is left over is gained or lost.
CREATE VIEW analysis.recodes AS
SELECT id, codebook, first_date, last_date, state, started_at, compared_at, switched_at, reverted_at
FROM tocsin.recodes;
COMMENT ON VIEW analysis.recodes IS 'Each time that history was coded again by another codebook.';

CREATE VIEW analysis.recode_differences AS
WITH coding AS (
    SELECT coded.recode_id, coded.side, candidate.*,
           row_number() OVER (PARTITION BY coded.recode_id, coded.side, candidate.article_id, candidate.event_key
                              ORDER BY candidate.trigger_start, candidate.id) AS turn
    FROM tocsin.recode_candidates AS coded
    JOIN tocsin.candidates AS candidate ON candidate.id = coded.candidate_id
    WHERE candidate.verdict = 'accepted'
), kept AS (
    SELECT former.recode_id, former.id AS former_id, present.id AS new_id
    FROM coding AS former
    JOIN coding AS present
        ON present.recode_id = former.recode_id AND present.article_id = former.article_id
        AND present.event_key = former.event_key AND present.turn = former.turn
    WHERE former.side = 'former' AND present.side = 'new'
), left_over AS (
    SELECT recode_id, side, id, article_id, trigger_start,
           row_number() OVER (PARTITION BY recode_id, side, article_id, trigger_start ORDER BY event_type, id) AS turn
    FROM coding
    WHERE NOT EXISTS (SELECT FROM kept WHERE kept.recode_id = coding.recode_id
                      AND coding.id = CASE coding.side WHEN 'former' THEN kept.former_id ELSE kept.new_id END)
), pair AS (
    SELECT recode_id, former_id, new_id FROM kept
    UNION ALL
    SELECT coalesce(former.recode_id, present.recode_id), former.id, present.id
    FROM (SELECT * FROM left_over WHERE side = 'former') AS former
    FULL JOIN (SELECT * FROM left_over WHERE side = 'new') AS present
        ON present.recode_id = former.recode_id AND present.article_id = former.article_id
        AND present.trigger_start = former.trigger_start AND present.turn = former.turn
)
SELECT pair.recode_id,
       CASE WHEN former.id IS NULL THEN 'gained'
            WHEN present.id IS NULL THEN 'lost'
            WHEN (former.event_key, former.mode, former.contexts, former.quad_class, former.score, former.counts,
                  former.place_admin1, former.is_background)
                 IS DISTINCT FROM
                 (present.event_key, present.mode, present.contexts, present.quad_class, present.score, present.counts,
                  present.place_admin1, present.is_background) THEN 'changed'
            ELSE 'same' END AS difference,
       coalesce(present.event_type, former.event_type) AS event_type,
       coalesce(present.article_id, former.article_id) AS article_id,
       coalesce(present.trigger_start, former.trigger_start) AS trigger_start,
       coalesce(present.sentence, former.sentence) AS sentence,
       tocsin.told_shortly(former) AS former_coding,
       tocsin.told_shortly(present) AS new_coding,
       former.id AS former_candidate_id,
       present.id AS new_candidate_id
FROM pair
LEFT JOIN tocsin.candidates AS former ON former.id = pair.former_id
LEFT JOIN tocsin.candidates AS present ON present.id = pair.new_id;
COMMENT ON VIEW analysis.recode_differences IS 'Accepted codings of a recode side by side: gained, lost, changed or the same.';
COMMENT ON COLUMN analysis.recode_differences.difference IS 'gained, lost, changed or same.';
COMMENT ON COLUMN analysis.recode_differences.former_coding IS 'Who did what to whom, when and where, by the former codebook; null: nothing.';
COMMENT ON COLUMN analysis.recode_differences.new_coding IS 'The same by the new one.';
COMMENT ON COLUMN analysis.recode_differences.former_candidate_id IS 'Candidate of the former coding.';
COMMENT ON COLUMN analysis.recode_differences.new_candidate_id IS 'Candidate of the new coding.';
