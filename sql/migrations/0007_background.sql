-- Whether an event is told as history or as news, and whether an article leads with it.

ALTER TABLE tocsin.candidates
    ADD COLUMN is_background boolean NOT NULL DEFAULT false,
    ADD COLUMN is_lead boolean NOT NULL DEFAULT false;
ALTER TABLE tocsin.events
    ADD COLUMN is_background boolean NOT NULL DEFAULT false,
    ADD COLUMN is_lead boolean NOT NULL DEFAULT false;

COMMENT ON COLUMN tocsin.candidates.is_background IS 'Told as history or as a running total: kept, and no news.';
COMMENT ON COLUMN tocsin.candidates.is_lead IS 'Told in the title or the first two sentences.';
COMMENT ON COLUMN tocsin.events.is_background IS 'Told as history or as a running total by the surest telling: kept, and no news.';
COMMENT ON COLUMN tocsin.events.is_lead IS 'The surest telling stands in the title or the first two sentences of its article.';
