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
       CASE WHEN candidate.actor_start < candidate.recipient_end AND candidate.recipient_start < candidate.actor_end
                 AND (candidate.actor_start, candidate.actor_end) <> (candidate.recipient_start, candidate.recipient_end)
            THEN concat_ws(' / ', candidate.actor_text, candidate.recipient_text) END AS overlapping_parties,
       CASE WHEN lower(candidate.actor_name) = lower(candidate.recipient_name)
                 AND candidate.actor_country IS NOT DISTINCT FROM candidate.recipient_country
                 AND candidate.actor_sector IS NOT DISTINCT FROM candidate.recipient_sector
                 AND candidate.actor_start IS DISTINCT FROM candidate.recipient_start
            THEN candidate.actor_name END AS same_party,
       CASE WHEN candidate.actor_start <= candidate.trigger_start AND candidate.actor_end >= candidate.trigger_end
                 AND candidate.trigger_start < candidate.trigger_end
            THEN concat_ws(' / ', candidate.actor_text, candidate.trigger_text) END AS acting_trigger,
       CASE WHEN candidate.actor_start = candidate.place_start AND candidate.actor_end = candidate.place_end
            THEN candidate.place_text END AS place_on_actor,
       lower(candidate.actor_name) || '=' || coalesce(candidate.actor_country, 'none') AS actor_and_country,
       lower(candidate.recipient_name) || '=' || coalesce(candidate.recipient_country, 'none') AS recipient_and_country,
       lower(candidate.speaker_name) || '=' || coalesce(candidate.speaker_country, 'none') AS speaker_and_country,
       lower(candidate.place_name) || '=' || coalesce(candidate.place_country, 'none') AS place_and_country,
       CASE WHEN candidate.cameo ~ '^[0-9]{2,4}$'
            THEN candidate.event_type || ' ' || left(candidate.cameo, 2) END AS type_and_cameo,
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
       CASE WHEN candidate.date_precision = 'day' AND isfinite(candidate.event_date)
                 AND candidate.date_text !~* '\m(after|before|since|until|till|from|to|and|or|through|later|earlier|ago|eve)\M'
                 AND to_char(candidate.event_date, 'FMday')
                     <> lower(substring(candidate.date_text FROM '(?i)\m((?:mon|tues|wednes|thurs|fri|satur|sun)day)\M'))
            THEN format('%s is a %s, the text says %L', candidate.event_date,
                        to_char(candidate.event_date, 'FMDay'), candidate.date_text) END AS weekday_misread,
       CASE WHEN isfinite(article.published_at) AND isfinite(article.fetched_at)
            THEN extract(epoch FROM article.published_at - article.fetched_at)::double precision / 86400
            ELSE 2147483647 END AS days_published_ahead,
       count.count_kinds,
       count.counts_beside_words,
       count.counts_on_dates,
       count.counts_of_nobody,
       count.kinds_counted_twice,
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
           left(string_agg(one.value::text, ' ') FILTER (WHERE
               greatest(one.lower, one.upper)
                   > CASE WHEN said.number_count = 0 THEN 50
                          ELSE coalesce(said.total, 10) * said.factor + 1 + said.joint_count END
               OR greatest(one.lower, one.upper) < said.least / 2), 400) AS counts_beside_words,
           left(string_agg(one.value::text, ' ') FILTER (WHERE one.value ->> 'text' ~* (
               '^((on|last|next|this|in|by|the|early|late) )*(monday|tuesday|wednesday|thursday|friday|saturday|sunday|'
               'january|february|march|april|june|july|august|september|october|november|december|today|tomorrow|'
               'yesterday|(19|20)[0-9]{2}s?)$')), 400) AS counts_on_dates,
           left(string_agg(one.value::text, ' ') FILTER (WHERE coalesce(one.upper, one.lower) = 0), 400)
               AS counts_of_nobody,
           CASE WHEN count(one.kind) <> count(DISTINCT one.kind)
                THEN string_agg(one.kind, ' ' ORDER BY one.kind) END AS kinds_counted_twice,
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
    -- The numbers that the count's words say: their sum, the least of them, and by what they are multiplied. How they
    -- belong together is for extract to read; here only what no reading could give is told.
    CROSS JOIN LATERAL (
        SELECT sum(number) AS total,
               min(number) AS least,
               coalesce(exp(sum(ln(factor))), 1) AS factor,
               count(number) + count(factor) AS number_count,
               count(*) FILTER (WHERE token[1] IN (',', 'and')) AS joint_count
        FROM regexp_matches(
            lower(left(one.value ->> 'text', 500)),
            '[0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,15}(?:[.][0-9]{1,6})?|[a-z]+|,', 'g') AS token
        LEFT JOIN (VALUES
            ('a', 1, NULL), ('an', 1, NULL), ('another', 1, NULL), ('one', 1, NULL), ('two', 2, NULL), ('both', 2, NULL),
            ('couple', 2, NULL), ('pair', 2, NULL), ('three', 3, NULL), ('four', 4, NULL), ('five', 5, NULL),
            ('six', 6, NULL), ('seven', 7, NULL), ('eight', 8, NULL), ('nine', 9, NULL), ('ten', 10, NULL),
            ('eleven', 11, NULL), ('twelve', 12, NULL), ('thirteen', 13, NULL), ('fourteen', 14, NULL),
            ('fifteen', 15, NULL), ('sixteen', 16, NULL), ('seventeen', 17, NULL), ('eighteen', 18, NULL),
            ('nineteen', 19, NULL), ('twenty', 20, NULL), ('thirty', 30, NULL), ('forty', 40, NULL), ('fifty', 50, NULL),
            ('sixty', 60, NULL), ('seventy', 70, NULL), ('eighty', 80, NULL), ('ninety', 90, NULL),
            ('tens', NULL, 10), ('dozen', NULL, 12), ('dozens', NULL, 12), ('score', NULL, 20), ('scores', NULL, 20),
            ('hundred', NULL, 100), ('hundreds', NULL, 100), ('thousand', NULL, 1000), ('thousands', NULL, 1000),
            ('lakh', NULL, 100000), ('million', NULL, 1000000), ('millions', NULL, 1000000), ('m', NULL, 1000000),
            ('k', NULL, 1000), ('billion', NULL, 1000000000)
        ) AS word (word, stands_for, multiplies) ON word.word = token[1]
        CROSS JOIN LATERAL (
            SELECT CASE WHEN token[1] ~ '^[0-9]' THEN replace(token[1], ',', '')::numeric
                        ELSE word.stands_for END AS number,
                   word.multiplies::numeric AS factor
        ) AS meant
    ) AS said
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
COMMENT ON COLUMN tocsin.validation.overlapping_parties IS 'The words of actor and recipient where they overlap and are not the same.';
COMMENT ON COLUMN tocsin.validation.same_party IS 'The name of the actor where the recipient has the same name and code.';
COMMENT ON COLUMN tocsin.validation.acting_trigger IS 'The words of actor and trigger where the trigger lies in the actor.';
COMMENT ON COLUMN tocsin.validation.place_on_actor IS 'The words that stand for both actor and place.';
COMMENT ON COLUMN tocsin.validation.actor_and_country IS 'The actor''s name in small letters, = and its country.';
COMMENT ON COLUMN tocsin.validation.recipient_and_country IS 'The recipient''s name in small letters, = and its country.';
COMMENT ON COLUMN tocsin.validation.speaker_and_country IS 'The speaker''s name in small letters, = and its country.';
COMMENT ON COLUMN tocsin.validation.place_and_country IS 'The place''s name in small letters, = and its country.';
COMMENT ON COLUMN tocsin.validation.type_and_cameo IS 'Event type and the first two digits of the CAMEO code.';
COMMENT ON COLUMN tocsin.validation.weekday_misread IS 'Where the date''s words name another weekday than the date has.';
COMMENT ON COLUMN tocsin.validation.days_published_ahead IS 'Days that the publication lies after the fetching.';
COMMENT ON COLUMN tocsin.validation.counts_beside_words IS 'Counts larger or smaller than any reading of their words.';
COMMENT ON COLUMN tocsin.validation.counts_on_dates IS 'Counts whose words are a date.';
COMMENT ON COLUMN tocsin.validation.counts_of_nobody IS 'Counts of 0.';
COMMENT ON COLUMN tocsin.validation.kinds_counted_twice IS 'Kinds of the counts, where one stands twice.';
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
