-- name: claim_feeds
-- Feeds that are due (all that were not visited since, where is_all), with their state, on hosts that are leased to this
-- session by this, without those in hand already. With each the host's state. Of those that have waited longest, ten times as
-- many as are asked for, one of each host comes first, then the second of each: hosts are asked with pauses, and visits to a few
-- of them would wait side by side while others could go on.
-- A lease is void when its session is gone, so what a killed worker held is free at once.
WITH alive AS MATERIALIZED (
    SELECT pid, pid || ' ' || extract(epoch FROM backend_start) AS holder
    FROM pg_stat_activity
    WHERE backend_start IS NOT NULL
), mine AS MATERIALIZED (
    SELECT holder FROM alive WHERE pid = pg_backend_pid()
), longest AS MATERIALIZED (
    SELECT feed.id, feed.host, feed.next_fetch_at
    FROM tocsin.feeds AS feed
    JOIN tocsin.hosts AS host ON host.host = feed.host
    WHERE feed.is_active AND feed.paused_at IS NULL
      AND (feed.next_fetch_at <= %(due_at)s
           OR (%(is_all)s AND (feed.fetched_at IS NULL OR feed.fetched_at < %(due_at)s)))
      AND NOT feed.id = ANY(%(in_hand)s::bigint[])
      AND (host.left_alone_until IS NULL OR host.left_alone_until <= now())
      AND (host.lease_until IS NULL OR host.lease_until < now() OR host.lease_holder = (SELECT holder FROM mine)
           OR host.lease_holder NOT IN (SELECT holder FROM alive))
    ORDER BY feed.next_fetch_at, feed.id
    LIMIT %(limit)s * 10
), due AS MATERIALIZED (
    SELECT id, host, row_number() OVER (PARTITION BY host ORDER BY next_fetch_at, id) AS turn
    FROM longest
    ORDER BY turn, next_fetch_at, id
    LIMIT %(limit)s
), free AS (
    -- The conditions once more: they are looked at again where another worker was faster.
    SELECT host
    FROM tocsin.hosts
    WHERE host IN (SELECT host FROM due)
      AND (lease_until IS NULL OR lease_until < now() OR lease_holder = (SELECT holder FROM mine)
           OR lease_holder NOT IN (SELECT holder FROM alive))
    FOR UPDATE SKIP LOCKED
), leased AS (
    UPDATE tocsin.hosts AS host
    SET lease_holder = (SELECT holder FROM mine),
        lease_until = now() + make_interval(secs => %(lease_seconds)s),
        used_at = now()
    FROM free
    WHERE host.host = free.host
    RETURNING host.*
)
SELECT feed.id, feed.url, feed.source, feed.country, feed.language, feed.interval_seconds, feed.is_interval_given,
       feed.is_active, feed.adapted_seconds, feed.adapting_count, feed.asked_seconds, feed.etag,
       feed.last_modified, feed.body_sha256, feed.failure_count, feed.last_error, feed.next_fetch_at,
       feed.moved_to, feed.moved_count, now() AS claimed_at, leased.host,
       extract(epoch FROM leased.next_turn_at - now()) AS turn_seconds,
       extract(epoch FROM leased.left_alone_until - now()) AS left_alone_seconds,
       extract(epoch FROM leased.pages_left_alone_until - now()) AS pages_left_alone_seconds,
       leased.robots,
       EXISTS (
           SELECT FROM tocsin.seen_urls AS waiting
           WHERE waiting.feed_id = feed.id AND waiting.next_try_at <= now()
       ) AS has_waiting
FROM due
JOIN leased ON leased.host = due.host
JOIN tocsin.feeds AS feed ON feed.id = due.id
ORDER BY due.turn, feed.next_fetch_at, feed.id;

-- name: acquire_hosts
-- Leases hosts to this session; returns the state of each that it has now. One that another worker has is not among them.
WITH alive AS MATERIALIZED (
    SELECT pid, pid || ' ' || extract(epoch FROM backend_start) AS holder
    FROM pg_stat_activity
    WHERE backend_start IS NOT NULL
), mine AS MATERIALIZED (
    SELECT holder FROM alive WHERE pid = pg_backend_pid()
)
INSERT INTO tocsin.hosts AS host (host, lease_holder, lease_until)
SELECT name, (SELECT holder FROM mine), now() + make_interval(secs => %(lease_seconds)s)
FROM unnest(%(hosts)s::text[]) AS name
ORDER BY name
ON CONFLICT (host) DO UPDATE
SET lease_holder = excluded.lease_holder, lease_until = excluded.lease_until, used_at = now()
WHERE host.lease_until IS NULL OR host.lease_until < now() OR host.lease_holder = excluded.lease_holder
   OR host.lease_holder NOT IN (SELECT holder FROM alive)
RETURNING host.host, extract(epoch FROM host.next_turn_at - now()) AS turn_seconds,
          extract(epoch FROM host.left_alone_until - now()) AS left_alone_seconds,
          extract(epoch FROM host.pages_left_alone_until - now()) AS pages_left_alone_seconds, host.robots;

-- name: renew_hosts
-- Prolongs the leases of hosts; returns those that this session still has.
UPDATE tocsin.hosts
SET lease_until = now() + make_interval(secs => %(lease_seconds)s), used_at = now()
WHERE host = ANY(%(hosts)s)
  AND lease_holder = (SELECT pid || ' ' || extract(epoch FROM backend_start) FROM pg_stat_activity WHERE pid = pg_backend_pid())
RETURNING host;

-- name: release_hosts
-- Gives hosts back: array of {host, turn_seconds}, after which another worker may ask for a page. Returns nothing.
UPDATE tocsin.hosts AS host
SET lease_holder = NULL, lease_until = NULL, next_turn_at = now() + make_interval(secs => given.turn_seconds)
FROM jsonb_to_recordset(%(hosts)s::jsonb) AS given (host text, turn_seconds double precision)
WHERE host.host = given.host
  AND lease_holder = (SELECT pid || ' ' || extract(epoch FROM backend_start) FROM pg_stat_activity WHERE pid = pg_backend_pid());

-- name: leave_host_alone
-- Keeps all workers from a host (or from its pages alone, where only_pages) for so many seconds. Returns nothing.
UPDATE tocsin.hosts
SET left_alone_until = CASE WHEN %(only_pages)s THEN left_alone_until
                            ELSE greatest(left_alone_until, now() + make_interval(secs => %(seconds)s)) END,
    pages_left_alone_until = greatest(pages_left_alone_until, now() + make_interval(secs => %(seconds)s)),
    left_alone_reason = %(reason)s
WHERE host = %(host)s;

-- name: keep_robots
-- Keeps a host's robots.txt for an hour, for all workers. Returns nothing.
UPDATE tocsin.hosts
SET robots = robots || jsonb_build_object(%(origin)s::text, jsonb_build_object('text', %(text)s::text, 'read_at', extract(epoch FROM now())))
WHERE host = %(host)s;
