-- Variants of one address are one: www, a slash at the end, the order of parameters, session ids, ref.

CREATE FUNCTION tocsin.address_of(url text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
AS $$
    SELECT coalesce(
        (SELECT parts[1] || parts[2]
                || pg_catalog.regexp_replace(pg_catalog.regexp_replace(parts[3], ';(?:jsessionid|phpsessid)=[^/;]*', '', 'gi'), '/+$', '')
                || coalesce((
                    SELECT '?' || pg_catalog.string_agg(part, '&' ORDER BY part COLLATE "C")
                    FROM pg_catalog.regexp_split_to_table(parts[4], '&') AS part
                    WHERE part <> '' AND part !~* '^(?:jsessionid|phpsessid)=' AND part !~* '^ref=(?![0-9]+$)'
                ), '')
                || coalesce(parts[5], '')
         FROM pg_catalog.regexp_match(url, '^(https?://)(?:www\.)?([^/?#]*)([^?#]*)(?:\?([^#]*))?(#.*)?$') AS parts
         WHERE parts IS NOT NULL),
        url
    )
$$;
COMMENT ON FUNCTION tocsin.address_of(text) IS 'What an address shares with its variants: without www, a slash at the end, session ids and ref, parameters in order. Not to be fetched.';

CREATE FUNCTION tocsin.address_key(url text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
AS $$ SELECT tocsin.key_of(tocsin.address_of(url)) $$;
COMMENT ON FUNCTION tocsin.address_key(text) IS 'SHA-256 in hex of what an address shares with its variants.';

-- Articles that were kept under two variants stay, under an address of their own that leads to the same page.
WITH numbered AS (
    SELECT id, row_number() OVER (PARTITION BY tocsin.address_of(url) ORDER BY id) AS number
    FROM tocsin.articles
)
UPDATE tocsin.articles AS article
SET url = article.url || '#article-' || article.id
FROM numbered
WHERE numbered.id = article.id AND numbered.number > 1;
DROP INDEX tocsin.articles_url_key;
CREATE UNIQUE INDEX articles_url_key ON tocsin.articles (tocsin.address_key(url));
DROP INDEX tocsin.seen_urls_by_url;
CREATE INDEX seen_urls_by_url ON tocsin.seen_urls (tocsin.address_key(url));
