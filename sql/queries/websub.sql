-- name: note_hubs
-- Notes which feeds name a hub: array of {feed_id, hub_url, topic_url}. One that names another hub is subscribed to anew. Rows changed.
INSERT INTO tocsin.subscriptions AS known (feed_id, hub_url, topic_url)
SELECT feed_id, hub_url, topic_url
FROM jsonb_to_recordset(%(hubs)s::jsonb) AS given (feed_id bigint, hub_url text, topic_url text)
ORDER BY feed_id
ON CONFLICT (feed_id) DO UPDATE
SET hub_url = excluded.hub_url, topic_url = excluded.topic_url, state = 'wanted', asked_at = NULL, failure_count = 0
WHERE (known.hub_url, known.topic_url) IS DISTINCT FROM (excluded.hub_url, excluded.topic_url);

-- name: take_subscriptions
-- Subscriptions to ask a hub for now: wanted ones, ones the hub never verified, ones about to end, denied ones once a week;
-- after failures ever later, up to a day. They are noted as asked. feed_id, hub_url, topic_url, token, secret of each.
WITH due AS (
    SELECT subscription.feed_id
    FROM tocsin.subscriptions AS subscription
    JOIN tocsin.feeds AS feed ON feed.id = subscription.feed_id AND feed.is_active AND feed.paused_at IS NULL
    WHERE (subscription.asked_at IS NULL
           OR subscription.asked_at < now() - least(interval '10 minutes' * (1 + subscription.failure_count), interval '1 day'))
      AND (subscription.state IN ('wanted', 'asked')
           OR (subscription.state = 'active'
               AND now() > greatest(subscription.expires_at - interval '1 day',
                                    subscription.asked_at + 0.8 * (subscription.expires_at - subscription.asked_at)))
           OR (subscription.state = 'denied' AND subscription.asked_at < now() - interval '7 days'))
    ORDER BY subscription.asked_at NULLS FIRST, subscription.feed_id
    LIMIT %(limit)s
    FOR UPDATE OF subscription SKIP LOCKED
)
UPDATE tocsin.subscriptions AS subscription
SET asked_at = now(), state = CASE WHEN state = 'active' THEN 'active' ELSE 'asked' END
FROM due
WHERE subscription.feed_id = due.feed_id
RETURNING subscription.feed_id, hub_url, topic_url, token, secret;

-- name: note_subscription_asked
-- Notes how a request to a hub went: error null where it was accepted. Returns nothing.
UPDATE tocsin.subscriptions
SET last_error = %(error)s, failure_count = CASE WHEN %(error)s::text IS NULL THEN 0 ELSE failure_count + 1 END
WHERE feed_id = %(feed_id)s;

-- name: verify_subscription
-- Says that a hub verified a subscription that was asked for; returns its feed, none where nobody asked.
UPDATE tocsin.subscriptions
SET state = 'active', expires_at = now() + make_interval(secs => %(lease_seconds)s), last_error = NULL, failure_count = 0
WHERE token = %(token)s AND topic_url = %(topic)s AND asked_at IS NOT NULL
RETURNING feed_id;

-- name: deny_subscription
-- Says that a hub denied a subscription, and why; returns its feed.
UPDATE tocsin.subscriptions SET state = 'denied', last_error = %(reason)s
WHERE token = %(token)s
RETURNING feed_id;

-- name: subscribed_feed
-- The feed that a token belongs to, with its secret; none where it is unknown, paused or no longer visited.
SELECT feed.id, feed.url, feed.source, feed.country, feed.language, feed.interval_seconds, feed.is_interval_given,
       feed.is_active, feed.adapted_seconds, feed.adapting_count, feed.asked_seconds, feed.etag,
       feed.last_modified, feed.body_sha256, feed.failure_count, feed.last_error, feed.next_fetch_at,
       feed.moved_to, feed.moved_count, false AS has_waiting, subscription.secret, subscription.topic_url
FROM tocsin.subscriptions AS subscription
JOIN tocsin.feeds AS feed ON feed.id = subscription.feed_id AND feed.is_active AND feed.paused_at IS NULL
WHERE subscription.token = %(token)s;

-- name: note_delivery
-- Counts a delivery that bore its signature. Returns nothing.
UPDATE tocsin.subscriptions SET delivered_at = now(), delivery_count = delivery_count + 1 WHERE token = %(token)s;
