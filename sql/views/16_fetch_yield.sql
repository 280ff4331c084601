-- What fetching yields, by publisher: for charts, and for the alarm when a publisher's pages have changed.

CREATE VIEW analysis.source_days AS
SELECT source, day, outcome, entry_count FROM tocsin.source_days;
COMMENT ON VIEW analysis.source_days IS 'What came of entries that were looked at: counts by publisher, day and outcome.';

CREATE VIEW analysis.batch_counts AS
SELECT batch.id AS batch_id, batch.opened_at, counted.stage, counted.name, counted.value
FROM tocsin.batch_counts AS counted
JOIN tocsin.batches AS batch ON batch.id = counted.batch_id;
COMMENT ON VIEW analysis.batch_counts IS 'What each stage counted in each batch, by outcome, with the time of the batch: for charts.';

CREATE VIEW analysis.source_yield AS
SELECT source, recent_count, usual_count,
       round(recent_good / nullif(recent_count, 0)::numeric, 3) AS recent_share,
       round(usual_good / nullif(usual_count, 0)::numeric, 3) AS usual_share,
       recent_count >= 10 AND usual_count >= 20
           AND recent_good / nullif(recent_count, 0)::numeric < 0.5 * usual_good / nullif(usual_count, 0)::numeric AS is_broken
FROM (
    SELECT source,
           coalesce(sum(entry_count) FILTER (WHERE is_recent), 0) AS recent_count,
           coalesce(sum(entry_count) FILTER (WHERE is_recent AND is_good), 0) AS recent_good,
           coalesce(sum(entry_count) FILTER (WHERE NOT is_recent), 0) AS usual_count,
           coalesce(sum(entry_count) FILTER (WHERE NOT is_recent AND is_good), 0) AS usual_good
    FROM (
        SELECT source, entry_count, outcome IN ('page', 'feed') AS is_good,
               day >= (now() AT TIME ZONE 'UTC')::date - 1 AS is_recent
        FROM tocsin.source_days
        WHERE day > (now() AT TIME ZONE 'UTC')::date - 30
          AND outcome IN ('page', 'feed', 'summary', 'paywall', 'other_page', 'not_article', 'not_html', 'too_short', 'failed')
    ) AS told
    GROUP BY source
) AS summed;
COMMENT ON VIEW analysis.source_yield IS 'Of each publisher''s entries, the share that gave a whole text: today and yesterday against the four weeks before.';
COMMENT ON COLUMN analysis.source_yield.recent_count IS 'Entries of today and yesterday that were read, or could not be.';
COMMENT ON COLUMN analysis.source_yield.usual_count IS 'The same of the four weeks before.';
COMMENT ON COLUMN analysis.source_yield.recent_share IS 'Share of the recent ones that gave a whole text.';
COMMENT ON COLUMN analysis.source_yield.usual_share IS 'Share of those before.';
COMMENT ON COLUMN analysis.source_yield.is_broken IS 'Less than half of what is usual, over ten entries at least: the publisher''s pages have changed, or keep us out.';
