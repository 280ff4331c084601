-- Articles that are alike without being of one story are linked, too: what they tell in alike sentences may be one happening.
-- Links of before are those of stories alone, which are at least so alike.
ALTER TABLE tocsin.article_links ADD COLUMN likeness double precision NOT NULL DEFAULT 0.37;
ALTER TABLE tocsin.article_links ALTER COLUMN likeness DROP DEFAULT;
COMMENT ON TABLE tocsin.article_links IS 'Two articles that are alike; each pair stands in both orders. Stories are decided by those that are alike enough (pipeline/stories), incidents by all.';
COMMENT ON COLUMN tocsin.article_links.likeness IS 'How alike, 0 to 1: the cosine of their heaviest words.';
