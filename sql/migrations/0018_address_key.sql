-- A reader of articles has no right to schema tocsin. The planner takes apart the function of the index on addresses, and
-- looked up the names in it as the reader; in this form they were looked up when it was made.

CREATE OR REPLACE FUNCTION tocsin.address_key(url text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN tocsin.key_of(tocsin.address_of(url));
