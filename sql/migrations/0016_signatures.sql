-- What copies and stories are found by: a signature an article, and the likenesses between articles.

INSERT INTO tocsin.locks (lock) VALUES ('stories');
COMMENT ON COLUMN tocsin.locks.lock IS 'What is locked: stories, store or alert.';

ALTER TABLE tocsin.articles
    ADD COLUMN is_signed boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN tocsin.articles.is_signed IS 'Whether copies of it and its story were looked for, in the version that it is in now; it is not coded before.';
-- What was coded before there were stories is history.
UPDATE tocsin.articles SET is_signed = true WHERE codebook IS NOT NULL OR is_quarantined;
CREATE INDEX articles_to_sign ON tocsin.articles (id) WHERE NOT is_signed;

CREATE TABLE tocsin.article_signatures (
    article_id    bigint PRIMARY KEY REFERENCES tocsin.articles (id) ON DELETE CASCADE,
    shingle_count integer NOT NULL,
    hashes        bytea NOT NULL,
    bands         bigint[] NOT NULL,
    terms         jsonb NOT NULL,
    term_keys     text[] NOT NULL,
    signed_at     timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX article_signatures_by_band ON tocsin.article_signatures USING gin (bands);
CREATE INDEX article_signatures_by_term ON tocsin.article_signatures USING gin (term_keys);
CREATE INDEX article_signatures_by_time ON tocsin.article_signatures (signed_at);
COMMENT ON TABLE tocsin.article_signatures IS 'One row an article of the last weeks: what its copies and its story are found by.';
COMMENT ON COLUMN tocsin.article_signatures.article_id IS 'The article.';
COMMENT ON COLUMN tocsin.article_signatures.shingle_count IS 'Distinct runs of five words in its text.';
COMMENT ON COLUMN tocsin.article_signatures.hashes IS 'MinHash of these runs, four bytes a permutation.';
COMMENT ON COLUMN tocsin.article_signatures.bands IS 'Hashes of parts of it: texts that share one are looked at.';
COMMENT ON COLUMN tocsin.article_signatures.terms IS 'Its heaviest words and their weights.';
COMMENT ON COLUMN tocsin.article_signatures.term_keys IS 'The heaviest of them: articles that share one are compared.';
COMMENT ON COLUMN tocsin.article_signatures.signed_at IS 'When the row was made.';

CREATE TABLE tocsin.article_links (
    article_id bigint NOT NULL REFERENCES tocsin.articles (id) ON DELETE CASCADE,
    other_id   bigint NOT NULL REFERENCES tocsin.articles (id) ON DELETE CASCADE,
    PRIMARY KEY (article_id, other_id)
);
CREATE INDEX article_links_by_other ON tocsin.article_links (other_id);
COMMENT ON TABLE tocsin.article_links IS 'Two articles so alike that their stories are decided together; each pair stands in both orders.';
COMMENT ON COLUMN tocsin.article_links.article_id IS 'One of them.';
COMMENT ON COLUMN tocsin.article_links.other_id IS 'The other.';

-- Stored candidates that stand no longer, for store to take back.
CREATE INDEX candidates_to_withdraw ON tocsin.candidates (id) WHERE withdrawn_at IS NOT NULL AND stored_at IS NOT NULL;
