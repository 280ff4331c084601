-- What upkeep drops when its time is over, found without reading whole tables; and how large each table was when.

ALTER TABLE tocsin.articles
    ADD COLUMN text_sha256 text,
    ADD COLUMN text_dropped_at timestamptz;
COMMENT ON COLUMN tocsin.articles.text IS 'Plain text; all offsets count its characters. Empty once it was dropped.';
COMMENT ON COLUMN tocsin.articles.text_sha256 IS 'Hash of the text that was dropped, in hex: a copy can be held against it.';
COMMENT ON COLUMN tocsin.articles.text_dropped_at IS 'When the text was dropped; null: it is here.';
CREATE INDEX articles_with_text ON tocsin.articles (fetched_at) WHERE text_dropped_at IS NULL;

CREATE INDEX quarantine_by_candidate ON tocsin.quarantine (candidate_id);
CREATE INDEX seen_urls_by_time ON tocsin.seen_urls USING brin (seen_at);
CREATE INDEX notifications_by_time ON tocsin.notifications (created_at);

-- A run without news leaves an empty batch each minute; to drop one must not look through all candidates.
ALTER TABLE tocsin.candidates DROP CONSTRAINT candidates_batch_id_fkey;

CREATE TABLE tocsin.table_sizes (
    measured_date date NOT NULL,
    table_name    text NOT NULL,
    total_bytes   bigint NOT NULL,
    row_count     bigint NOT NULL,
    CONSTRAINT table_sizes_pkey PRIMARY KEY (table_name, measured_date)
);
COMMENT ON TABLE tocsin.table_sizes IS 'How large each table was on a day, written by upkeep every night; events are one table here.';
COMMENT ON COLUMN tocsin.table_sizes.measured_date IS 'Day of the measurement, by Postgres'' clock.';
COMMENT ON COLUMN tocsin.table_sizes.table_name IS 'Name of the table.';
COMMENT ON COLUMN tocsin.table_sizes.total_bytes IS 'Bytes on disk with indices and long values.';
COMMENT ON COLUMN tocsin.table_sizes.row_count IS 'Rows, as the planner estimates them.';
