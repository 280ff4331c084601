-- Later versions of articles are coded in the place of the earlier ones.

ALTER TABLE tocsin.article_revisions ADD COLUMN is_taken boolean NOT NULL DEFAULT false;
CREATE INDEX article_revisions_to_take ON tocsin.article_revisions (article_id) WHERE NOT is_taken;
CREATE INDEX article_revisions_by_time ON tocsin.article_revisions (seen_at);
COMMENT ON TABLE tocsin.article_revisions IS 'Versions of articles that their publishers corrected: the former ones, and the newest until it is taken over.';
COMMENT ON COLUMN tocsin.article_revisions.is_taken IS 'Whether its article was brought to this version or a later one.';
