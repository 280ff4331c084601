-- name: take_revisions
-- Brings articles to their newest version, of which copies and story are looked for and which is coded; the version
-- before is kept. How many is the rows it touched.
WITH newest AS (
    SELECT DISTINCT ON (revision.article_id) revision.*
    FROM tocsin.article_revisions AS revision
    JOIN tocsin.articles AS article ON article.id = revision.article_id
    WHERE NOT revision.is_taken AND NOT article.is_quarantined
    ORDER BY revision.article_id, revision.revision DESC
), kept AS (
    INSERT INTO tocsin.article_revisions (article_id, revision, title, text, published_at, is_taken)
    SELECT article.id, article.revision, article.title, article.text, article.published_at, true
    FROM newest
    JOIN tocsin.articles AS article ON article.id = newest.article_id
    ON CONFLICT (article_id, revision) DO NOTHING
), taken AS (
    UPDATE tocsin.article_revisions AS revision
    SET is_taken = true
    FROM newest
    WHERE revision.article_id = newest.article_id AND revision.revision <= newest.revision AND NOT revision.is_taken
)
UPDATE tocsin.articles AS article
SET title = newest.title,
    text = newest.text,
    text_dropped_at = NULL,
    revision = newest.revision,
    corrected_at = now(),
    codebook = NULL,
    is_signed = false
FROM newest
WHERE article.id = newest.article_id;

-- name: lock_stories
-- One looks for copies and stories at a time: two would not see each other's articles.
SELECT lock FROM tocsin.locks WHERE lock = 'stories' FOR UPDATE;

-- name: claim_unsigned
-- Articles whose copies and story were not looked for yet, oldest first.
SELECT id, title, text, published_at, url
FROM tocsin.articles
WHERE NOT is_signed
ORDER BY id
LIMIT %(limit)s;

-- name: is_article_unsigned
-- Whether an article waits to be signed.
SELECT EXISTS (SELECT FROM tocsin.articles WHERE NOT is_signed) AS is_waiting;

-- name: save_signatures
-- Writes signatures: array of {article_id, shingle_count, hashes (hex), bands, terms, term_keys}. Returns nothing.
INSERT INTO tocsin.article_signatures (article_id, shingle_count, hashes, bands, terms, term_keys)
SELECT article_id, shingle_count, decode(hashes, 'hex'), bands, terms, term_keys
FROM jsonb_to_recordset(%(signatures)s::jsonb)
    AS given (article_id bigint, shingle_count integer, hashes text, bands bigint[], terms jsonb, term_keys text[])
ON CONFLICT (article_id) DO UPDATE
SET shingle_count = excluded.shingle_count, hashes = excluded.hashes, bands = excluded.bands,
    terms = excluded.terms, term_keys = excluded.term_keys, signed_at = now();

-- name: leave_groups
-- Takes articles that changed out of their groups of copies, and has the others of each group looked at anew, since
-- it was perhaps these that held them together. Returns nothing.
WITH changed AS (
    SELECT id, coalesce(copy_of, id) AS original_id FROM tocsin.articles WHERE id = ANY(%(article_ids)s::bigint[])
), grouped AS (
    SELECT member.id
    FROM changed
    JOIN tocsin.articles AS member ON member.copy_of = changed.original_id
    UNION
    SELECT original_id FROM changed WHERE original_id <> id
)
UPDATE tocsin.articles AS article
SET copy_of = NULL,
    is_signed = false,
    codebook = CASE WHEN article.copy_of IS NULL THEN article.codebook END
FROM grouped
WHERE article.id = grouped.id;

-- name: kin_by_band
-- Pairs of these articles with others that share a band and came out within some days.
SELECT mine.article_id, kin.article_id AS other_id
FROM tocsin.article_signatures AS mine
JOIN tocsin.articles AS article ON article.id = mine.article_id
JOIN tocsin.article_signatures AS kin ON kin.bands && mine.bands AND kin.article_id <> mine.article_id
JOIN tocsin.articles AS other ON other.id = kin.article_id
WHERE mine.article_id = ANY(%(article_ids)s::bigint[])
  AND other.published_at BETWEEN article.published_at - make_interval(days => %(days)s)
                             AND article.published_at + make_interval(days => %(days)s);

-- name: signatures_of
-- Signatures of articles.
SELECT article_id, shingle_count, hashes, terms
FROM tocsin.article_signatures
WHERE article_id = ANY(%(article_ids)s::bigint[]);

-- name: texts_of
-- Texts of articles, where they are still here.
SELECT id, text FROM tocsin.articles WHERE id = ANY(%(article_ids)s::bigint[]) AND text_dropped_at IS NULL;

-- name: groups_of
-- All articles that are in a group of copies with one of these, these included.
WITH original AS (
    SELECT DISTINCT coalesce(copy_of, id) AS id FROM tocsin.articles WHERE id = ANY(%(article_ids)s::bigint[])
)
SELECT article.id AS article_id, original.id AS original_id, article.published_at, article.url,
       coalesce(signature.shingle_count, 0) AS shingle_count
FROM original
JOIN tocsin.articles AS article ON article.id = original.id OR article.copy_of = original.id
LEFT JOIN tocsin.article_signatures AS signature ON signature.article_id = article.id;

-- name: owe_merges_of
-- Has store look anew at the events that these articles tell: whom they are copies of changed. Returns nothing.
INSERT INTO tocsin.pending_merges (event_id, reason)
SELECT DISTINCT event_id, 'told'
FROM tocsin.mentions
WHERE article_id = ANY(%(article_ids)s::bigint[]) AND withdrawn_at IS NULL
ON CONFLICT (event_id) DO NOTHING;

-- name: save_originals
-- Says of which original each article is a copy, null for an original: array of {article_id, copy_of}. Ids of those
-- that this changed: what was coded as something else before is coded again.
UPDATE tocsin.articles AS article
SET copy_of = given.copy_of,
    codebook = NULL
FROM jsonb_to_recordset(%(copies)s::jsonb) AS given (article_id bigint, copy_of bigint)
WHERE article.id = given.article_id AND article.copy_of IS DISTINCT FROM given.copy_of
RETURNING article.id;

-- name: leave_stories
-- Takes articles that are copies out of the web of likenesses, since their story is their original's. Ids of those that
-- were linked to them as stories are (`similarity`).
WITH gone AS (
    DELETE FROM tocsin.article_links
    WHERE article_id = ANY(%(article_ids)s::bigint[]) OR other_id = ANY(%(article_ids)s::bigint[])
    RETURNING article_id, other_id, likeness
)
SELECT article_id, other_id FROM gone WHERE likeness >= %(similarity)s;

-- name: alike_by_term
-- Pairs of these originals with others that share a heavy word and came out within some days.
SELECT mine.article_id, alike.article_id AS other_id
FROM tocsin.article_signatures AS mine
JOIN tocsin.articles AS article ON article.id = mine.article_id
JOIN tocsin.article_signatures AS alike ON alike.term_keys && mine.term_keys AND alike.article_id <> mine.article_id
JOIN tocsin.articles AS other ON other.id = alike.article_id
WHERE mine.article_id = ANY(%(article_ids)s::bigint[]) AND article.copy_of IS NULL AND other.copy_of IS NULL
  AND other.published_at BETWEEN article.published_at - make_interval(days => %(days)s)
                             AND article.published_at + make_interval(days => %(days)s);

-- name: save_links
-- Links articles that are alike, in both orders: array of {article_id, other_id, likeness}. Returns nothing.
WITH given AS (
    SELECT * FROM jsonb_to_recordset(%(links)s::jsonb) AS given (article_id bigint, other_id bigint, likeness double precision)
)
INSERT INTO tocsin.article_links (article_id, other_id, likeness)
SELECT article_id, other_id, likeness FROM given
UNION
SELECT other_id, article_id, likeness FROM given
ON CONFLICT DO NOTHING;

-- name: webs_of
-- All originals that a chain of likenesses, each of at least `similarity`, connects with these or the originals of these, they
-- included, as their stories are decided by.
WITH RECURSIVE web AS (
    SELECT coalesce(copy_of, id) AS id FROM tocsin.articles WHERE id = ANY(%(article_ids)s::bigint[])
    UNION
    SELECT link.other_id
    FROM web
    JOIN tocsin.article_links AS link ON link.article_id = web.id AND link.likeness >= %(similarity)s
)
SELECT article.id AS article_id, article.published_at, article.url, article.title, signature.terms, article.story_id
FROM web
JOIN tocsin.articles AS article ON article.id = web.id
JOIN tocsin.article_signatures AS signature ON signature.article_id = web.id;

-- name: new_story
-- Makes a story; its numbers are counted when its articles are in it. Its id.
INSERT INTO tocsin.stories (title, first_published_at, last_published_at, article_count, source_count)
VALUES (%(title)s, %(published_at)s, %(published_at)s, 0, 0)
RETURNING id;

-- name: save_stories_of
-- Says to which story each article belongs, copies with it: array of {article_id, story_id}. For each article that
-- this moved its former story, or null, and its story.
WITH given AS (
    SELECT * FROM jsonb_to_recordset(%(articles)s::jsonb) AS given (article_id bigint, story_id bigint)
), member AS (
    SELECT article.id, article.story_id AS former_id, given.story_id
    FROM given
    JOIN tocsin.articles AS article ON article.id = given.article_id OR article.copy_of = given.article_id
    WHERE article.story_id IS DISTINCT FROM given.story_id
)
UPDATE tocsin.articles AS article
SET story_id = member.story_id
FROM member
WHERE article.id = member.id
RETURNING member.former_id, member.story_id;

-- name: recount_stories
-- Brings the numbers of stories up to date; one that lost all its articles gives way to the story that took them:
-- array of {former_id, story_id}. Returns nothing.
WITH tally AS (
    SELECT story.id, count(article.id) AS article_count,
           count(DISTINCT article.source) FILTER (WHERE article.copy_of IS NULL) AS source_count,
           min(article.published_at) AS first_at, max(article.published_at) AS last_at,
           (array_agg(article.title ORDER BY article.copy_of IS NOT NULL, article.published_at, article.url))[1] AS title
    FROM unnest(%(story_ids)s::bigint[]) AS story (id)
    LEFT JOIN tocsin.articles AS article ON article.story_id = story.id
    GROUP BY story.id
), heir AS (
    SELECT former_id, min(story_id) AS story_id
    FROM jsonb_to_recordset(%(moves)s::jsonb) AS given (former_id bigint, story_id bigint)
    WHERE former_id <> story_id
    GROUP BY former_id
)
UPDATE tocsin.stories AS story
SET article_count = tally.article_count,
    source_count = tally.source_count,
    first_published_at = coalesce(tally.first_at, story.first_published_at),
    last_published_at = coalesce(tally.last_at, story.last_published_at),
    title = coalesce(tally.title, story.title),
    deleted_at = CASE WHEN tally.article_count = 0 THEN coalesce(story.deleted_at, now()) END,
    superseded_by = CASE WHEN tally.article_count = 0 THEN coalesce(heir.story_id, story.superseded_by) END,
    revised_at = now()
FROM tally
LEFT JOIN heir ON heir.former_id = tally.id
WHERE story.id = tally.id;

-- name: mark_signed
-- Says that copies and stories of articles were looked for. Returns nothing.
UPDATE tocsin.articles SET is_signed = true WHERE id = ANY(%(article_ids)s::bigint[]);
