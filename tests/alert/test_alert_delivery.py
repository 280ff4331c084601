"""Delivery with real receivers: each by itself, at its own pace, and nothing lost when one is down, gone or hangs."""

from __future__ import annotations

import base64
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import time as clock_time

import pytest

from pipeline.alert.plan import CAP_WAIT
from pipeline.alert.quiet import QuietHours
from pipeline.postgres.database import Database
from pipeline.stages.deliver import deliver
from pipeline.stages.store import store
from pipeline.stages.waiting import wait_until_due
from tests.alert.desk import Desk, desk, killed, named, tell  # noqa: F401  (fixtures)
from tests.alert.hooks import Hook, Silent

STATES = "SELECT receiver, state, held_for FROM tocsin.notifications ORDER BY id"


@pytest.fixture
def hook() -> Iterator[Hook]:
    """A receiver that answers."""
    made = Hook()
    yield made
    made.close()


@pytest.fixture
def desk_with_hook(desk: Desk, hook: Hook, tmp_path) -> Desk:  # noqa: F811
    """A desk whose receiver is the hook."""
    (tmp_path / "secret").write_text("whsec_" + base64.b64encode(b"x" * 32).decode() + "\n")
    desk.settings = replace(
        desk.settings, webhook_secret_file=str(tmp_path / "secret"), allow_private_addresses="127.0.0.1"
    )
    desk.told_by("webhook", url=hook.url)
    return desk


def test_a_message_is_sent_outside_of_transactions_and_locks(desk_with_hook, hook, database_url):
    """While a receiver takes its time, no session of ours has anything open."""
    seen = []

    def look() -> None:
        with Database(database_url).transaction() as transaction, transaction.connection.cursor() as cursor:
            cursor.execute(
                "SELECT xact_start IS NOT NULL FROM pg_stat_activity"
                " WHERE application_name = 'tocsin' AND pid <> pg_backend_pid() AND datname = current_database()"
            )
            seen.extend(cursor.fetchall())

    hook.on_post = look
    desk_with_hook.tell(killed(12))
    desk_with_hook.run()

    assert seen
    assert not [row for row in seen if row[0]]


def test_a_receiver_that_hangs_delays_no_other(desk_with_hook, hook):
    """All of the live one's messages are there before the first of the other has given up."""
    silent = Silent(lasts_seconds=3)
    desk_with_hook.told_by("webhook", "hangs", url=silent.url)
    desk_with_hook.rule(notify="desk, hangs")
    for number in range(5):
        desk_with_hook.tell(named(f"Group {number}"))
    desk_with_hook.run()
    silent.close()

    hung = desk_with_hook.rows(
        "SELECT count(*), max(attempt_count) FROM tocsin.notifications WHERE receiver = 'hangs' AND state = 'pending'"
    )
    assert (len(hook.accepted), hung) == (5, [(5, 1)])
    assert hook.times[-1] < silent.times[0]


def test_new_events_are_told_while_a_receiver_hangs(desk_with_hook, hook):
    """The run that waits for the one matches and tells what comes meanwhile."""
    silent = Silent(lasts_seconds=4)
    desk_with_hook.told_by("webhook", "hangs", url=silent.url)
    desk_with_hook.rule(notify="desk, hangs")
    desk_with_hook.tell(named("First"))
    later = threading.Timer(
        1, lambda: (desk_with_hook.tell(named("Second")), store(0, desk_with_hook.settings))
    )
    later.start()
    desk_with_hook.run()
    later.join()
    silent.close()

    assert len(hook.accepted) == 2
    assert hook.times[-1] < silent.times[0]


def test_a_receiver_that_is_down_is_left_alone_after_five_failures(desk_with_hook, hook):
    """Messages wait, uncharged, until it is asked again; then all of them come."""
    hook.status = 503
    for number in range(9):
        desk_with_hook.tell(named(f"Group {number}"))
    desk_with_hook.run()
    asked = len(hook.bodies)
    attempts = desk_with_hook.column(
        "SELECT attempt_count FROM tocsin.notifications ORDER BY attempt_count DESC, id"
    )
    hook.status = 204
    early = desk_with_hook.run()["sent"]
    desk_with_hook.hours_pass(1)
    desk_with_hook.run()

    assert (asked, attempts, early) == (5, [1] * 5 + [0] * 4, 0)
    assert len(hook.accepted) == 9


def test_410_disables_the_receiver_and_what_it_misses_is_held(desk_with_hook, hook):
    """It is not asked by later alerts; enabled again, it is told of all in one digest."""
    hook.status = 410
    desk_with_hook.tell(named("One"))
    desk_with_hook.run()
    desk_with_hook.tell(named("Two"))
    desk_with_hook.run()
    asked = len(hook.bodies)
    states = desk_with_hook.rows(STATES)
    hook.status = 204
    with Database(desk_with_hook.settings.database_url).transaction() as transaction:
        transaction.one("enable_receiver", receiver="desk")
    desk_with_hook.run()

    assert (asked, states) == (1, [("desk", "held", "disabled")] * 2)
    assert [body["type"] for body in hook.bodies[1:]] == ["alert.digest"]
    assert hook.bodies[1]["data"]["alert_count"] == 2


def test_a_disabled_receiver_that_moved_is_enabled_by_itself(desk_with_hook, hook):
    """Another address in the file is another receiver."""
    hook.status = 410
    desk_with_hook.tell(named("One"))
    desk_with_hook.run()
    hook.status = 204
    desk_with_hook.told_by("webhook", url=hook.url + "/new")
    desk_with_hook.run()

    assert len(hook.accepted) == 1


def test_what_waits_for_a_receiver_that_left_the_file_is_quarantined(desk_with_hook, hook):
    """After a day, in which somebody may put it back; and can be released."""
    hook.status = 500
    desk_with_hook.tell(named("One"))
    desk_with_hook.run()
    desk_with_hook.named.clear()
    desk_with_hook.told_by("log", "other")
    desk_with_hook.rule(notify="other")
    desk_with_hook.run()
    early = desk_with_hook.column("SELECT state FROM tocsin.notifications")
    desk_with_hook.hours_pass(25)
    desk_with_hook.run()

    assert (early, desk_with_hook.column("SELECT state FROM tocsin.notifications")) == (
        ["pending"],
        ["quarantined"],
    )
    assert desk_with_hook.column("SELECT stage FROM tocsin.quarantine") == ["alert"]


def test_no_more_than_the_cap_and_one_digest(desk_with_hook, hook):
    """Forty alerts with a cap of five are five messages, and one that tells the rest."""
    desk_with_hook.told_by("webhook", url=hook.url, max_per_hour=5)
    for number in range(40):
        desk_with_hook.tell(named(f"Group {number}"))
    desk_with_hook.run()
    at_once = len(hook.bodies)
    desk_with_hook.hours_pass(CAP_WAIT.total_seconds() / 3600 + 0.01)
    desk_with_hook.run()

    assert at_once == 5
    assert [body["type"] for body in hook.bodies[5:]] == ["alert.digest"]
    assert hook.bodies[5]["data"]["alert_count"] == 35
    assert desk_with_hook.column("SELECT count(*) FROM tocsin.notifications WHERE state = 'digested'") == [35]


def test_quiet_hours_hold_delivery_and_not_evaluation(desk_with_hook, hook):
    """Alerts are raised at night and told in the morning, in one digest."""
    ((hour,),) = desk_with_hook.rows("SELECT extract(hour FROM now() AT TIME ZONE 'Europe/Berlin')::integer")
    night = QuietHours(
        start=clock_time((hour - 1) % 24), end=clock_time((hour + 2) % 24), zone="Europe/Berlin"
    )
    desk_with_hook.told_by("webhook", url=hook.url, quiet_hours=night)
    for number in range(3):
        desk_with_hook.tell(named(f"Group {number}"))
    raised = desk_with_hook.run()["alerts"]
    at_night = len(hook.bodies)
    desk_with_hook.hours_pass(3)
    desk_with_hook.told_by("webhook", url=hook.url)
    desk_with_hook.run()

    assert (raised, at_night) == (3, 0)
    assert [(body["type"], body["data"]["held_for"]) for body in hook.bodies] == [
        ("alert.digest", {"quiet hours": 3})
    ]


def test_a_message_that_failed_is_due_by_its_schedule(desk_with_hook, hook):
    """And the trigger that waits for it rings then."""
    hook.status = 500
    desk_with_hook.tell(named("One"))
    desk_with_hook.run()
    waited = desk_with_hook.column(
        "SELECT extract(epoch FROM next_attempt_at - now())::float FROM tocsin.notifications"
    )[0]
    desk_with_hook.hours_pass(0.01)

    assert 4 < waited < 7
    assert wait_until_due(desk_with_hook.settings, look_seconds=0.01) == 1


def test_two_deliveries_at_once_send_each_message_once(desk_with_hook, hook):
    """A queue is worked off by one of them."""
    for number in range(20):
        desk_with_hook.tell(named(f"Group {number}"))
    hook.status = 503
    desk_with_hook.run()
    hook.status = 204
    hook.bodies.clear()
    desk_with_hook.hours_pass(2)

    def send() -> None:
        with Database(desk_with_hook.settings.database_url).session() as session:
            deliver(session, desk_with_hook.named, desk_with_hook.settings)

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(hook.accepted.values()) == [1] * 20


def test_a_heartbeat_beats_when_it_is_due(desk_with_hook, hook):
    """Not at each run, and again when its minutes are over."""
    desk_with_hook.told_by("heartbeat", "alive", url=hook.url, every_minutes=5)
    for _ in range(3):
        desk_with_hook.run()
    beats = len(hook.bodies)
    desk_with_hook.hours_pass(0.1)
    desk_with_hook.run()

    assert (beats, len(hook.bodies)) == (1, 2)


def test_an_expired_acknowledgement_is_told_again(desk_with_hook, hook):
    """By a reminder that says whose it was."""
    desk_with_hook.tell(killed(12))
    desk_with_hook.run()
    desk_with_hook.rows(
        "UPDATE tocsin.alerts SET state = 'acknowledged', acknowledged_by = 'Ana', acknowledged_until = now() + interval '8 hours'"
    )
    desk_with_hook.hours_pass(7.9)
    desk_with_hook.run()
    early = len(hook.bodies)
    desk_with_hook.hours_pass(0.2)
    desk_with_hook.run()
    desk_with_hook.run()

    assert early == 1
    assert [body["type"] for body in hook.bodies] == ["alert.raised", "alert.reminder"]
    assert desk_with_hook.column("SELECT state FROM tocsin.alerts") == ["open"]


def test_an_alert_of_which_nothing_is_heard_is_closed(desk):  # noqa: F811
    """After two weeks; one that changed lives on."""
    desk.tell(killed(12))
    desk.run()
    desk.hours_pass(13 * 24)
    desk.run()
    before = desk.column("SELECT state FROM tocsin.alerts")
    desk.hours_pass(2 * 24)
    desk.run()

    assert (before, desk.rows("SELECT state, closing FROM tocsin.alerts")) == (
        ["open"], [("closed", "nothing new for 14 days")],
    )  # fmt: skip
