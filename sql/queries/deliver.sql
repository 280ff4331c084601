-- name: keep_receivers
-- Knows the receivers of the file: array of {receiver, address_sha256}. One that was disabled and is reached elsewhere
-- now is enabled, and what it missed is due. Returns nothing.
WITH given AS (
    SELECT receiver, address_sha256
    FROM jsonb_to_recordset(%(receivers)s::jsonb) AS receiver (receiver text, address_sha256 text)
), moved AS (
    SELECT known.receiver
    FROM tocsin.receivers AS known
    JOIN given ON given.receiver = known.receiver AND given.address_sha256 <> known.address_sha256
), due AS (
    UPDATE tocsin.notifications
    SET next_attempt_at = now()
    WHERE state = 'held' AND held_for = 'disabled' AND receiver IN (SELECT receiver FROM moved)
)
INSERT INTO tocsin.receivers (receiver, address_sha256)
SELECT receiver, address_sha256 FROM given ORDER BY receiver
ON CONFLICT (receiver) DO UPDATE
SET address_sha256 = excluded.address_sha256, failure_count = 0, resumes_at = NULL, disabled_at = NULL,
    disabled_reason = NULL
WHERE receivers.address_sha256 <> excluded.address_sha256;

-- name: enable_receiver
-- Enables a receiver, and lets what it missed be due; its name if it was disabled or left alone.
WITH due AS (
    UPDATE tocsin.notifications
    SET next_attempt_at = now()
    WHERE state = 'held' AND held_for = 'disabled' AND receiver = %(receiver)s
)
UPDATE tocsin.receivers
SET failure_count = 0, resumes_at = NULL, disabled_at = NULL, disabled_reason = NULL
WHERE receiver = %(receiver)s AND (disabled_at IS NOT NULL OR resumes_at IS NOT NULL OR failure_count > 0)
RETURNING receiver;

-- name: list_receivers
-- How each receiver fares, and what waits for it.
SELECT receiver.receiver, receiver.failure_count, receiver.resumes_at, receiver.disabled_at, receiver.disabled_reason,
       receiver.sent_at, waiting.pending_count, waiting.held_count
FROM tocsin.receivers AS receiver
CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE state = 'pending') AS pending_count,
           count(*) FILTER (WHERE state = 'held') AS held_count
    FROM tocsin.notifications AS notification
    WHERE notification.receiver = receiver.receiver AND state IN ('pending', 'held')
) AS waiting
ORDER BY receiver.receiver;

-- name: take_queues
-- Receivers, of those named, for whom something is due and whose queue nobody works off: leased to this session. A lease
-- is void when its session is gone, so what a killed one held is free at once. Only what is urgent is due for those
-- named as quiet.
WITH alive AS MATERIALIZED (
    SELECT pid, pid || ' ' || extract(epoch FROM backend_start) AS holder
    FROM pg_stat_activity
    WHERE backend_start IS NOT NULL
), free AS (
    SELECT receiver.receiver
    FROM tocsin.receivers AS receiver
    WHERE receiver.receiver = ANY(%(receivers)s)
      AND receiver.disabled_at IS NULL
      AND (receiver.resumes_at IS NULL OR receiver.resumes_at <= clock_timestamp())
      AND (receiver.lease_until IS NULL OR receiver.lease_until < clock_timestamp()
           OR NOT EXISTS (SELECT FROM alive WHERE alive.holder = receiver.lease_holder))
      AND EXISTS (
          SELECT FROM tocsin.notifications AS waiting
          WHERE waiting.receiver = receiver.receiver AND waiting.state = 'pending'
            AND waiting.next_attempt_at <= clock_timestamp()
            AND (waiting.is_urgent OR receiver.receiver <> ALL(%(quiet)s))
      )
    FOR UPDATE OF receiver SKIP LOCKED
)
UPDATE tocsin.receivers AS receiver
SET lease_until = clock_timestamp() + make_interval(secs => %(lease_seconds)s),
    lease_holder = (SELECT holder FROM alive WHERE pid = pg_backend_pid())
FROM free
WHERE receiver.receiver = free.receiver
RETURNING receiver.receiver;

-- name: next_notification
-- The next message to a receiver that is due, and the time; the lease on its queue is said anew. Nothing when none is
-- due, the receiver is left alone, or another session has its queue by now.
WITH mine AS (
    UPDATE tocsin.receivers AS receiver
    SET lease_until = clock_timestamp() + make_interval(secs => %(lease_seconds)s)
    FROM pg_stat_activity AS session
    WHERE session.pid = pg_backend_pid()
      AND receiver.receiver = %(receiver)s
      AND receiver.lease_holder = session.pid || ' ' || extract(epoch FROM session.backend_start)
      AND receiver.disabled_at IS NULL
      AND (receiver.resumes_at IS NULL OR receiver.resumes_at <= clock_timestamp())
    RETURNING receiver.receiver
)
SELECT clock_timestamp() AS claimed_at, notification.id, notification.notification_key, notification.receiver,
       notification.attempt_count, notification.message, notification.is_urgent, coalesce(alert.alert_key, '') AS alert_key
FROM mine
JOIN tocsin.notifications AS notification ON notification.receiver = mine.receiver
LEFT JOIN tocsin.alerts AS alert ON alert.id = notification.alert_id
WHERE notification.state = 'pending' AND notification.next_attempt_at <= clock_timestamp()
  AND (notification.is_urgent OR NOT %(is_quiet)s)
ORDER BY notification.next_attempt_at, notification.id
LIMIT 1;

-- name: give_back_queue
-- Ends the lease of this session on a receiver's queue. Returns nothing.
UPDATE tocsin.receivers AS receiver
SET lease_until = NULL, lease_holder = NULL
FROM pg_stat_activity AS session
WHERE session.pid = pg_backend_pid()
  AND receiver.receiver = %(receiver)s
  AND receiver.lease_holder = session.pid || ' ' || extract(epoch FROM session.backend_start);

-- name: finish_notification
-- Writes how an attempt ended. Returns nothing.
UPDATE tocsin.notifications
SET state = %(state)s,
    attempt_count = %(attempt_count)s,
    next_attempt_at = coalesce(%(next_attempt_at)s, next_attempt_at),
    sent_at = CASE WHEN %(state)s = 'sent' THEN now() END,
    last_error = %(last_error)s
WHERE id = %(notification_id)s AND state = 'pending';

-- name: receiver_took
-- The receiver took a message: its failures are over, and it is left alone until a time, if one is given.
UPDATE tocsin.receivers
SET failure_count = 0, resumes_at = %(resumes_at)s, sent_at = now()
WHERE receiver = %(receiver)s;

-- name: receiver_failed
-- The receiver took nothing. Its failures in a row.
UPDATE tocsin.receivers
SET failure_count = failure_count + 1
WHERE receiver = %(receiver)s
RETURNING failure_count;

-- name: leave_receiver_alone
-- Opens the circuit: nothing is sent to a receiver until a time. Returns nothing.
UPDATE tocsin.receivers SET resumes_at = %(resumes_at)s WHERE receiver = %(receiver)s;

-- name: disable_receiver
-- Disables a receiver; what waits for it is held until somebody enables it. Returns nothing.
WITH held AS (
    UPDATE tocsin.notifications
    SET state = 'held', held_for = 'disabled', next_attempt_at = now() + interval '100 years'
    WHERE receiver = %(receiver)s AND state = 'pending'
)
UPDATE tocsin.receivers
SET disabled_at = now(), disabled_reason = %(reason)s
WHERE receiver = %(receiver)s;

-- name: held_receivers
-- Receivers for whom a digest is due.
SELECT DISTINCT receiver FROM tocsin.notifications WHERE state = 'held' AND next_attempt_at <= now() ORDER BY receiver;

-- name: claim_held
-- What is held for a receiver and due, locked, the oldest first.
SELECT id, notification_key, message, rule, held_for
FROM tocsin.notifications
WHERE receiver = %(receiver)s AND state = 'held' AND next_attempt_at <= now()
ORDER BY id
FOR UPDATE SKIP LOCKED;

-- name: insert_digest
-- Puts a digest into the outbox, once a key; its id, or nothing where it is there.
INSERT INTO tocsin.notifications (notification_key, receiver, channel, kind, is_urgent, message)
VALUES (%(notification_key)s, %(receiver)s, %(channel)s, %(kind)s, %(is_urgent)s, %(message)s::jsonb)
ON CONFLICT (notification_key) DO NOTHING
RETURNING id;

-- name: mark_digested
-- Notes that a digest tells what was held. Returns nothing.
UPDATE tocsin.notifications
SET state = 'digested', digest_id = %(digest_id)s
WHERE id = ANY(%(ids)s::bigint[]);

-- name: refuse_orphans
-- Gives up messages that have been due for a day to receivers that are not in the file: those are named. Key and receiver
-- of each.
UPDATE tocsin.notifications
SET state = 'quarantined', last_error = 'no receiver of this name in the receivers'' file'
WHERE state IN ('pending', 'held') AND receiver <> ALL(%(receivers)s) AND next_attempt_at < now() - interval '1 day'
RETURNING notification_key, receiver, last_error;
