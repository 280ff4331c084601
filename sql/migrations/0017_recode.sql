-- Recode: history coded again beside the codings that stand, compared, switched to and back.

CREATE TABLE tocsin.recodes (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    codebook    text NOT NULL,
    first_date  date,
    last_date   date,
    state       text NOT NULL DEFAULT 'coding',
    started_at  timestamptz NOT NULL DEFAULT now(),
    compared_at timestamptz,
    switched_at timestamptz,
    reverted_at timestamptz,
    CONSTRAINT recodes_state CHECK (state IN ('coding', 'compared', 'switched', 'reverted'))
);
COMMENT ON TABLE tocsin.recodes IS 'One row a recode: history coded again by another codebook, beside the codings that stand until the switch.';
COMMENT ON COLUMN tocsin.recodes.id IS 'Identity.';
COMMENT ON COLUMN tocsin.recodes.codebook IS 'The codebook it codes by.';
COMMENT ON COLUMN tocsin.recodes.first_date IS 'First day of publication of its articles (UTC); null: from the beginning.';
COMMENT ON COLUMN tocsin.recodes.last_date IS 'Last day of publication of its articles (UTC); null: to the end.';
COMMENT ON COLUMN tocsin.recodes.state IS 'coding, compared (may be switched to), switched (its codings stand) or reverted (those before stand again).';
COMMENT ON COLUMN tocsin.recodes.started_at IS 'When it began.';
COMMENT ON COLUMN tocsin.recodes.compared_at IS 'When all was coded and compared.';
COMMENT ON COLUMN tocsin.recodes.switched_at IS 'When it was switched to last.';
COMMENT ON COLUMN tocsin.recodes.reverted_at IS 'When it was switched back from last.';

CREATE TABLE tocsin.recode_articles (
    recode_id       bigint NOT NULL REFERENCES tocsin.recodes (id) ON DELETE CASCADE,
    article_id      bigint NOT NULL REFERENCES tocsin.articles (id) ON DELETE CASCADE,
    former_codebook text NOT NULL,
    attempt_count   integer NOT NULL DEFAULT 0,
    leased_until    timestamptz,
    coded_at        timestamptz,
    failure         text,
    PRIMARY KEY (recode_id, article_id)
);
COMMENT ON TABLE tocsin.recode_articles IS 'One row an article of a recode.';
COMMENT ON COLUMN tocsin.recode_articles.recode_id IS 'The recode.';
COMMENT ON COLUMN tocsin.recode_articles.article_id IS 'The article.';
COMMENT ON COLUMN tocsin.recode_articles.former_codebook IS 'The codebook it was coded by before.';
COMMENT ON COLUMN tocsin.recode_articles.attempt_count IS 'How often a worker took it in hand; charged before the work.';
COMMENT ON COLUMN tocsin.recode_articles.leased_until IS 'When another worker may take it; null: nobody has it.';
COMMENT ON COLUMN tocsin.recode_articles.coded_at IS 'When it was coded again; null: not yet, or it failed.';
COMMENT ON COLUMN tocsin.recode_articles.failure IS 'Why it keeps its former coding: it could not be coded, or it was coded or corrected meanwhile.';
CREATE INDEX recode_articles_to_code ON tocsin.recode_articles (recode_id, article_id)
    WHERE coded_at IS NULL AND failure IS NULL;

CREATE TABLE tocsin.recode_candidates (
    recode_id    bigint NOT NULL REFERENCES tocsin.recodes (id) ON DELETE CASCADE,
    side         text NOT NULL,
    candidate_id bigint NOT NULL,
    article_id   bigint NOT NULL,
    PRIMARY KEY (recode_id, side, candidate_id),
    CONSTRAINT recode_candidates_side CHECK (side IN ('former', 'new'))
);
COMMENT ON TABLE tocsin.recode_candidates IS 'The two codings of a recode, side by side; the one that does not stand has withdrawn_at set with its candidates.';
COMMENT ON COLUMN tocsin.recode_candidates.recode_id IS 'The recode.';
COMMENT ON COLUMN tocsin.recode_candidates.side IS 'former or new.';
COMMENT ON COLUMN tocsin.recode_candidates.candidate_id IS 'The candidate; the number stays when the candidate is dropped.';
COMMENT ON COLUMN tocsin.recode_candidates.article_id IS 'Article that tells it.';
CREATE INDEX recode_candidates_by_candidate ON tocsin.recode_candidates (candidate_id);

CREATE TABLE tocsin.recode_events (
    recode_id bigint NOT NULL REFERENCES tocsin.recodes (id) ON DELETE CASCADE,
    event_id  bigint NOT NULL,
    PRIMARY KEY (recode_id, event_id)
);
COMMENT ON TABLE tocsin.recode_events IS 'Events that the last switch of a recode, to or back, withdrew: they stand again with the next.';
COMMENT ON COLUMN tocsin.recode_events.recode_id IS 'The recode.';
COMMENT ON COLUMN tocsin.recode_events.event_id IS 'The event.';

CREATE FUNCTION tocsin.told_shortly(told tocsin.candidates) RETURNS text
LANGUAGE sql STABLE AS $$
SELECT CASE WHEN told.id IS NOT NULL THEN
    format('%s: %s %s → %s, %s%s', concat_ws(' ', told.event_type, told.mode),
           CASE WHEN told.status <> 'actual' THEN '(' || told.status || ')' ELSE '' END,
           coalesce(told.actor_name || coalesce(' ' || nullif(concat(told.actor_country, told.actor_sector), ''), ''), '–'),
           coalesce(told.recipient_name || coalesce(' ' || nullif(concat(told.recipient_country, told.recipient_sector), ''), ''), '–'),
           told.event_date, coalesce(', ' || told.place_name, '')) END
$$;
COMMENT ON FUNCTION tocsin.told_shortly(tocsin.candidates) IS 'A candidate in a line: type and mode, status, actor, recipient, date, place.';
