"""Slack, a feed, apprise and a heartbeat: real receivers on loopback, and nothing of others acts in any of them."""

from __future__ import annotations

import json
import logging
from datetime import timedelta
from xml.etree import ElementTree

import pytest

from pipeline.alert.notifiers.channels import check, notifier
from pipeline.alert.notifiers.feed import ATOM, MAX_ENTRIES
from pipeline.alert.notifiers.slack import slack_body
from pipeline.alert.records import Receiver
from pipeline.config import Settings
from pipeline.errors import NotifyError
from tests.alert.made import message_about
from tests.alert.test_alert_message import PAYLOADS, hostile
from tests.alert.test_alert_webhook import Desk, desk  # noqa: F401  (a fixture)


@pytest.fixture
def settings(tmp_path) -> Settings:
    """Loopback is let through."""
    return Settings(home=tmp_path, allow_private_addresses="127.0.0.1")


@pytest.fixture
def send(settings, notification, now):
    """Send a message by a channel."""

    def post(channel, message, *, key=None, **receiver):
        made = notification(channel=channel, **receiver)
        if key:
            made = type(made)(notification_key=key, alert_key="alert-1", receiver=made.receiver)
        notifier(channel, settings, clock=lambda: now)(made, message)

    return post


def test_slack_is_sent_plain_text(desk, send, message):  # noqa: F811
    """Subject, text and the key, in blocks that are never read as markup."""
    send("slack", message, url=desk.url)
    [(_, headers, body)] = desk.requests
    told = json.loads(body)

    assert headers["content-type"] == "application/json"
    assert told["text"].replace("\u200b", "") == message.subject
    kinds = {
        text["type"] for block in told["blocks"] for text in (block.get("elements") or [block.get("text")])
    }
    assert kinds == {"plain_text"}


@pytest.mark.parametrize(
    "payload", [*PAYLOADS, "<!channel> <@U1> <https://evil.test|x>", "*bold* `code` :bomb:"]
)
def test_hostile_titles_are_no_markup_in_slack(event, rule, now, payload):
    """No tag, no mention of everybody, no link that hides where it leads."""
    told = slack_body(message_about(*hostile(event, rule, payload), created_at=now), "key")

    assert not set(told["text"]) & {"<", ">"}
    assert all(
        "\u200b" in told["text"][at - 1 : at] for at, sign in enumerate(told["text"]) if sign in "*_~`@!"
    )


def test_a_failed_slack_is_tried_again(desk, send, message):  # noqa: F811
    """Retry-After is passed on; 410 says that it is gone."""
    desk.answers = [(429, {"retry-after": "30"}), (410, {})]
    with pytest.raises(NotifyError) as later:
        send("slack", message, url=desk.url)
    with pytest.raises(NotifyError) as gone:
        send("slack", message, url=desk.url)

    assert (later.value.retry_after_seconds, later.value.is_final) == (30, False)
    assert gone.value.is_gone


def test_a_heartbeat_says_nothing_but_that_we_live(desk, send, message):  # noqa: F811
    """Whatever the message says."""
    send("heartbeat", message, url=desk.url)
    [(_, _, body)] = desk.requests

    assert json.loads(body) == {"type": "heartbeat"}


def entries(path):
    return ElementTree.parse(path).getroot().findall(f"{{{ATOM}}}entry")


def test_a_feed_has_the_newest_first_and_each_once(settings, send, message):
    """A second attempt adds nothing."""
    for key in ("one", "two", "two", "one"):
        send("feed", message, key=key)

    found = entries(settings.home / "alerts.atom")
    assert [entry.findtext(f"{{{ATOM}}}id") for entry in found] == ["urn:tocsin:two", "urn:tocsin:one"]
    assert found[0].findtext(f"{{{ATOM}}}title") == message.subject


@pytest.mark.slow
def test_a_feed_ends_somewhere(send, message, tmp_path):
    """At most two hundred entries, in the file that is named."""
    for number in range(MAX_ENTRIES + 5):
        send("feed", message, key=str(number), file=str(tmp_path / "own" / "desk.atom"))

    assert len(entries(tmp_path / "own" / "desk.atom")) == MAX_ENTRIES


@pytest.mark.parametrize("payload", PAYLOADS)
def test_hostile_titles_are_text_in_a_feed(settings, send, event, rule, now, payload):
    """It can be read, holds our elements alone, and links lead to the web."""
    send("feed", message_about(*hostile(event, rule, payload), created_at=now))
    root = ElementTree.parse(settings.home / "alerts.atom").getroot()

    names = {part.tag.removeprefix(f"{{{ATOM}}}") for part in root.iter()}
    assert names <= {"feed", "title", "id", "updated", "entry", "author", "name", "link", "content"}
    assert all(part.get("href", "https://").startswith("https://") for part in root.iter())
    assert {part.get("type", "text") for part in root.iter()} == {"text"}


def test_a_file_that_cannot_be_written_is_told(send, message, tmp_path):
    """And tried again: somebody frees the disk."""
    (tmp_path / "file").write_text("")
    with pytest.raises(NotifyError, match="cannot be written"):
        send("feed", message, file=str(tmp_path / "file" / "alerts.atom"))


def test_apprise_sends_by_its_own_kind_of_address(desk, send, message):  # noqa: F811
    """One address, one message."""
    send("apprise", message, url=f"json://127.0.0.1:{desk.port}/hook")
    [(_, _, body)] = desk.requests

    assert json.loads(body)["title"] == message.subject


def test_what_apprise_did_not_deliver_is_a_failure(desk, send, message):  # noqa: F811
    """Whatever kind of no it says."""
    desk.answers = [(500, {})]
    with pytest.raises(NotifyError, match="did not deliver"):
        send("apprise", message, url=f"json://127.0.0.1:{desk.port}/hook")


@pytest.mark.parametrize(
    "url",
    ["nosuch://CANARY", "dbus://CANARY", "json://127.0.0.1/CANARY, json://127.0.0.2/", "syslog://CANARY", ""],
)
def test_an_address_apprise_cannot_take_is_told_without_it(settings, url, caplog):
    """Unknown kinds, those that act on this machine, two at once."""
    caplog.set_level(logging.DEBUG)
    with pytest.raises(NotifyError, match="one address is needed") as error:
        check(Receiver(name="phone", channel="apprise", url=url), settings)

    assert "CANARY" not in str(error.value) + caplog.text


def test_apprise_shows_its_address_in_no_log(desk, send, message, caplog):  # noqa: F811
    """Not when it fails either."""
    caplog.set_level(logging.DEBUG)
    desk.answers = [(500, {})]
    with pytest.raises(NotifyError) as error:
        send("apprise", message, url=f"json://user:CANARY@127.0.0.1:{desk.port}/CANARY")

    assert "CANARY" not in str(error.value) + caplog.text


def test_the_next_hour_does_not_change_an_entry(settings, send, message, now):
    """What is in the file stays as it was told."""
    send("feed", message, key="one")
    later = type(message)(
        **{name: getattr(message, name) for name in message.__slots__}
        | {"created_at": now + timedelta(hours=1)}
    )
    send("feed", later, key="two")

    assert entries(settings.home / "alerts.atom")[1].findtext(f"{{{ATOM}}}updated") == now.isoformat()
