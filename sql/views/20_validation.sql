-- What validate judges. The expectations themselves stand in pipeline/validate/expectations.py; here are the
-- columns they need: numbers to compare, and complaints (…_misread, …_disordered) that are null when all is well.
-- One bad row must never fail the others' query, so nothing here raises: lengths, casts and infinite dates are
-- guarded, and dates are given as text, because the driver can not read a date such as 'infinity'.

CREATE VIEW tocsin.validation AS
SELECT candidate.id AS candidate_id,
       candidate.batch_id,
       candidate.article_id,
       article.url,
       article.source,
       article.is_quarantined,
       candidate.codebook,
       candidate.event_type,
       candidate.mode,
       concat_ws('/', candidate.event_type, candidate.mode) AS type_and_mode,
       format('%s quad_class=%s score=%s', concat_ws('/', candidate.event_type, candidate.mode),
              candidate.quad_class, coalesce(candidate.score::text, 'none')) AS type_quad_score,
       array_to_string(candidate.contexts, ' ', '?') AS contexts_text,
       candidate.status,
       candidate.cameo,
       candidate.frame_id,
       candidate.confidence,
       candidate.actor_name,
       candidate.actor_country,
       candidate.actor_sector,
       candidate.actor_start,
       candidate.actor_end,
       candidate.recipient_name,
       candidate.recipient_country,
       candidate.recipient_sector,
       candidate.recipient_start,
       candidate.recipient_end,
       candidate.speaker_name,
       candidate.speaker_country,
       candidate.speaker_sector,
       candidate.trigger_start,
       candidate.trigger_end,
       candidate.trigger_text,
       candidate.sentence_start,
       candidate.sentence_end,
       candidate.sentence,
       span.trigger_misread,
       span.sentence_misread,
       span.actor_misread,
       span.recipient_misread,
       span.speaker_misread,
       span.place_misread,
       span.date_misread,
       further.mentions_misread,
       CASE WHEN candidate.actor_start = candidate.recipient_start AND candidate.actor_end = candidate.recipient_end
            THEN candidate.actor_text END AS shared_span,
       num_nonnulls(candidate.actor_name, candidate.recipient_name, candidate.place_name) AS participant_count,
       candidate.place_name,
       candidate.place_country,
       candidate.place_latitude,
       candidate.place_longitude,
       abs(candidate.place_latitude) + abs(candidate.place_longitude) AS degrees_from_origin,
       candidate.place_resolution,
       num_nonnulls(candidate.place_name, candidate.place_country, candidate.place_latitude,
                    candidate.place_longitude, candidate.place_resolution) AS place_part_count,
       candidate.event_date::text AS event_date,
       candidate.date_precision,
       candidate.date_text,
       (article.published_at AT TIME ZONE 'UTC')::date::text AS published_date,
       CASE WHEN isfinite(candidate.event_date) THEN extract(year FROM candidate.event_date)::integer
            ELSE 0 END AS event_year,
       CASE WHEN isfinite(candidate.event_date) AND isfinite(article.published_at)
            THEN candidate.event_date - (article.published_at AT TIME ZONE 'UTC')::date
            ELSE 2147483647 END AS days_after_publication,
       CASE WHEN NOT isfinite(candidate.event_date) THEN 0
            WHEN candidate.date_precision = 'week' THEN extract(isodow FROM candidate.event_date)::integer - 1
            WHEN candidate.date_precision = 'month' THEN extract(day FROM candidate.event_date)::integer - 1
            WHEN candidate.date_precision = 'year' THEN extract(doy FROM candidate.event_date)::integer - 1
            ELSE 0 END AS days_into_period,
       count.count_kinds,
       count.counts_disordered,
       count.counts_misread,
       count.most_harmed,
       count.most_gathered,
       (SELECT min(earlier.id)
        FROM tocsin.candidates AS earlier
        WHERE earlier.article_id = candidate.article_id
          AND earlier.codebook = candidate.codebook
          AND earlier.id < candidate.id
          AND earlier.verdict IS DISTINCT FROM 'quarantined'
          AND earlier.event_type = candidate.event_type
          AND earlier.trigger_start = candidate.trigger_start
          AND earlier.trigger_end = candidate.trigger_end
          AND earlier.actor_start IS NOT DISTINCT FROM candidate.actor_start
          AND earlier.actor_name IS NOT DISTINCT FROM candidate.actor_name
          AND earlier.recipient_start IS NOT DISTINCT FROM candidate.recipient_start
          AND earlier.recipient_name IS NOT DISTINCT FROM candidate.recipient_name) AS duplicate_of
FROM tocsin.candidates AS candidate
JOIN tocsin.articles AS article ON article.id = candidate.article_id
-- Appending nothing unpacks the text once a row; every substr of the stored column would unpack it again.
CROSS JOIN LATERAL (SELECT article.text || '' AS text OFFSET 0) AS body
CROSS JOIN LATERAL (
    SELECT max(complaint) FILTER (WHERE role = 'trigger') AS trigger_misread,
           max(complaint) FILTER (WHERE role = 'sentence') AS sentence_misread,
           max(complaint) FILTER (WHERE role = 'actor') AS actor_misread,
           max(complaint) FILTER (WHERE role = 'recipient') AS recipient_misread,
           max(complaint) FILTER (WHERE role = 'speaker') AS speaker_misread,
           max(complaint) FILTER (WHERE role = 'place') AS place_misread,
           max(complaint) FILTER (WHERE role = 'date') AS date_misread
    FROM (
        SELECT role,
               CASE WHEN num_nonnulls(first, past, said) = 0 AND NOT is_needed THEN NULL
                    WHEN num_nulls(first, past, said) > 0 THEN format('%s..%s %L is not whole', first, past, said)
                    WHEN NOT may_be_there THEN format('%s..%s %L has no name', first, past, said)
                    WHEN first < 0 OR past <= first THEN format('%s..%s does not run forward', first, past)
                    WHEN substr(body.text, first + 1, past - first) IS DISTINCT FROM said
                    THEN format('%s..%s is %L in the text, not %L', first, past,
                                left(substr(body.text, first + 1, past - first), 200), left(said, 200))
               END AS complaint
        FROM (VALUES
            ('trigger', candidate.trigger_start, candidate.trigger_end, candidate.trigger_text, true, true),
            ('sentence', candidate.sentence_start, candidate.sentence_end, candidate.sentence, true, true),
            ('actor', candidate.actor_start, candidate.actor_end, candidate.actor_text,
             candidate.actor_name IS NOT NULL, candidate.actor_name IS NOT NULL),
            ('recipient', candidate.recipient_start, candidate.recipient_end, candidate.recipient_text,
             candidate.recipient_name IS NOT NULL, candidate.recipient_name IS NOT NULL),
            ('speaker', candidate.speaker_start, candidate.speaker_end, candidate.speaker_text,
             candidate.speaker_name IS NOT NULL, candidate.speaker_name IS NOT NULL),
            ('place', candidate.place_start, candidate.place_end, candidate.place_text,
             false, candidate.place_name IS NOT NULL),
            ('date', candidate.date_start, candidate.date_end, candidate.date_text, false, true)
        ) AS stored (role, first, past, said, is_needed, may_be_there)
    ) AS judged
) AS span
CROSS JOIN LATERAL (
    SELECT left(string_agg(
               CASE WHEN jsonb_typeof(mention) = 'array'
                         AND mention ->> 0 ~ '^[0-9]{1,9}$' AND mention ->> 1 ~ '^[0-9]{1,9}$'
                    THEN CASE WHEN (mention ->> 1)::integer <= (mention ->> 0)::integer
                                   OR substr(body.text, (mention ->> 0)::integer + 1,
                                             greatest((mention ->> 1)::integer - (mention ->> 0)::integer, 0))
                                      IS DISTINCT FROM mention ->> 2
                              THEN mention::text END
                    ELSE mention::text END, ' '), 400) AS mentions_misread
    FROM jsonb_array_elements(
        CASE WHEN jsonb_typeof(candidate.mentions) = 'array' THEN candidate.mentions
             ELSE jsonb_build_array(candidate.mentions) END) AS mention
) AS further
CROSS JOIN LATERAL (
    SELECT string_agg(coalesce(one.kind, '?'), ' ' ORDER BY one.kind) AS count_kinds,
           left(string_agg(
               CASE WHEN one.is_number AND coalesce(one.lower, one.upper) IS NOT NULL
                         AND (one.lower IS NULL OR one.upper IS NULL OR one.lower <= one.upper)
                    THEN NULL
                    ELSE one.value::text END, ' '), 400) AS counts_disordered,
           left(string_agg(
               CASE WHEN one.value ->> 'start' ~ '^[0-9]{1,9}$' AND one.value ->> 'end' ~ '^[0-9]{1,9}$'
                    THEN CASE WHEN (one.value ->> 'end')::integer <= (one.value ->> 'start')::integer
                                   OR substr(body.text, (one.value ->> 'start')::integer + 1,
                                             greatest((one.value ->> 'end')::integer
                                                      - (one.value ->> 'start')::integer, 0))
                                      IS DISTINCT FROM one.value ->> 'text'
                              THEN one.value::text END
                    ELSE one.value::text END, ' '), 400) AS counts_misread,
           max(greatest(one.lower, one.upper)) FILTER (WHERE one.kind NOT IN ('displaced', 'crowd')) AS most_harmed,
           max(greatest(one.lower, one.upper)) FILTER (WHERE one.kind IN ('displaced', 'crowd')) AS most_gathered
    FROM (
        SELECT value,
               value ->> 'kind' AS kind,
               coalesce(value ->> 'lower', '0') ~ '^[0-9]{1,18}$'
                   AND coalesce(value ->> 'upper', '0') ~ '^[0-9]{1,18}$' AS is_number,
               CASE WHEN value ->> 'lower' ~ '^[0-9]{1,18}$' THEN (value ->> 'lower')::bigint END AS lower,
               CASE WHEN value ->> 'upper' ~ '^[0-9]{1,18}$' THEN (value ->> 'upper')::bigint END AS upper
        FROM jsonb_array_elements(
            CASE WHEN jsonb_typeof(candidate.counts) = 'array' THEN candidate.counts
                 ELSE jsonb_build_array(candidate.counts) END) AS value
    ) AS one
) AS count;
COMMENT ON VIEW tocsin.validation IS 'Candidates with their article and what validate compares; complaints are null when all is well.';
COMMENT ON COLUMN tocsin.validation.type_and_mode IS 'Event type and mode as one word: PROTEST/riot.';
COMMENT ON COLUMN tocsin.validation.type_quad_score IS 'Type, mode, quad class and score together, as the ontology pairs them.';
COMMENT ON COLUMN tocsin.validation.contexts_text IS 'Contexts with a blank between; empty when there are none.';
COMMENT ON COLUMN tocsin.validation.trigger_misread IS 'Where the trigger''s span and the article''s text disagree.';
COMMENT ON COLUMN tocsin.validation.sentence_misread IS 'Where the sentence''s span and the article''s text disagree.';
COMMENT ON COLUMN tocsin.validation.actor_misread IS 'Where the actor''s span and the article''s text disagree, or half of it is missing.';
COMMENT ON COLUMN tocsin.validation.recipient_misread IS 'Where the recipient''s span and the article''s text disagree, or half of it is missing.';
COMMENT ON COLUMN tocsin.validation.speaker_misread IS 'Where the speaker''s span and the article''s text disagree, or half of it is missing.';
COMMENT ON COLUMN tocsin.validation.place_misread IS 'Where the place''s span and the article''s text disagree, or half of it is missing.';
COMMENT ON COLUMN tocsin.validation.date_misread IS 'Where the date''s span and the article''s text disagree, or half of it is missing.';
COMMENT ON COLUMN tocsin.validation.mentions_misread IS 'Further mentions that the article''s text does not hold at their place.';
COMMENT ON COLUMN tocsin.validation.shared_span IS 'The words that stand for both actor and recipient.';
COMMENT ON COLUMN tocsin.validation.participant_count IS 'How many of actor, recipient and place are known.';
COMMENT ON COLUMN tocsin.validation.degrees_from_origin IS 'Sum of the sizes of latitude and longitude; 0 is the point 0, 0 that stands for nothing.';
COMMENT ON COLUMN tocsin.validation.place_part_count IS 'How many of name, country, latitude, longitude and resolution are known: all 5, or none.';
COMMENT ON COLUMN tocsin.validation.event_date IS 'First day of the event''s date, as text.';
COMMENT ON COLUMN tocsin.validation.published_date IS 'Day of publication in UTC, as text.';
COMMENT ON COLUMN tocsin.validation.event_year IS 'Year of the event; 0 when the date has none.';
COMMENT ON COLUMN tocsin.validation.days_after_publication IS 'Days from publication to the event; negative before it.';
COMMENT ON COLUMN tocsin.validation.days_into_period IS 'Days between the first day of the week (Monday), month or year and the date; 0 as it must be.';
COMMENT ON COLUMN tocsin.validation.count_kinds IS 'Kinds of the counts, with a blank between.';
COMMENT ON COLUMN tocsin.validation.counts_disordered IS 'Counts without a number, or whose lower bound is above the upper.';
COMMENT ON COLUMN tocsin.validation.counts_misread IS 'Counts that the article''s text does not hold at their place.';
COMMENT ON COLUMN tocsin.validation.most_harmed IS 'Largest number killed, injured, arrested or abducted.';
COMMENT ON COLUMN tocsin.validation.most_gathered IS 'Largest number displaced or in a crowd.';
COMMENT ON COLUMN tocsin.validation.duplicate_of IS 'An earlier candidate of the article with the same type, trigger, actor and recipient.';

DROP FUNCTION IF EXISTS tocsin.validation_drift(timestamptz);
CREATE FUNCTION tocsin.validation_drift(moment timestamptz)
RETURNS TABLE (
    recent_count bigint,
    history_count bigint,
    history_day_count bigint,
    volume_ratio double precision,
    type_distance double precision,
    type_moved_most text
)
LANGUAGE sql STABLE AS $$
    WITH daily AS (
        SELECT event_type, date_bin('1 day', created_at, moment) AS day, count(*) AS row_count
        FROM tocsin.candidates
        WHERE created_at > moment - interval '29 days' AND created_at <= moment
        GROUP BY 1, 2
    ),
    total AS (
        SELECT coalesce(sum(row_count) FILTER (WHERE day >= moment - interval '1 day'), 0) AS recent,
               coalesce(sum(row_count) FILTER (WHERE day < moment - interval '1 day'), 0) AS history,
               count(DISTINCT day) FILTER (WHERE day < moment - interval '1 day') AS day_count
        FROM daily
    ),
    mix AS (
        SELECT event_type,
               coalesce(sum(row_count) FILTER (WHERE day >= moment - interval '1 day'), 0) / nullif(max(total.recent), 0) AS recent_share,
               coalesce(sum(row_count) FILTER (WHERE day < moment - interval '1 day'), 0) / nullif(max(total.history), 0) AS history_share
        FROM daily CROSS JOIN total
        GROUP BY event_type
    )
    SELECT recent::bigint,
           history::bigint,
           day_count,
           (recent * day_count / nullif(history, 0))::double precision,
           (SELECT sum(abs(recent_share - history_share)) / 2 FROM mix)::double precision,
           (SELECT format('%s %s%% before, %s%% now', event_type, round(100 * history_share), round(100 * recent_share))
            FROM mix WHERE recent > 0 AND history > 0 ORDER BY abs(recent_share - history_share) DESC NULLS LAST, event_type LIMIT 1)
    FROM total
$$;
COMMENT ON FUNCTION tocsin.validation_drift(timestamptz) IS 'One row: candidates of the last day against the 28 days before: how many a day, and how far their types moved (half the sum of the differences of shares, 0 to 1). Null without history.';
