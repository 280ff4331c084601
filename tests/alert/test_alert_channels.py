"""The dictionary of channels, the log, and what importing costs."""

import logging
import re
import stat
import subprocess
import sys
from datetime import UTC, datetime

import pytest

from pipeline.alert.notifiers.channels import NOTIFIERS, notifier
from pipeline.alert.records import CHANNELS
from pipeline.config import ROOT, Settings
from pipeline.errors import ConfigError, NotifyError
from tests.alert.made import message_about

NOW = datetime(2020, 5, 4, 18, tzinfo=UTC)
HOSTILE = [
    *(chr(point) for point in range(0x20)), *(chr(point) for point in range(0x7F, 0xA0)),
    "\r\n2020-01-01 ERROR forged", '" rule="forged', "\\", "\\n", "\u2028", "\u2029", "\u202e", "\u2066", "\ud800",
    "\u200e", "\u061c", "\ufeff", "\x1b]0;title\x07", "a=b c=d", "'", "%s %d %(x)s", "{0}", "\U000e0041", "\u200b",
    *(f"line {number}\nline {number + 1}" for number in range(20)),
]  # fmt: skip


def test_every_channel_of_a_receiver_has_its_notifier():
    """A receivers' file can name no channel that cannot send."""
    assert sorted(NOTIFIERS) == sorted(CHANNELS)
    assert all(callable(notifier(channel, Settings())) for channel in CHANNELS)


def test_unknown_channel_lists_the_known_ones():
    """An error says what is allowed."""
    with pytest.raises(
        ConfigError, match="no channel 'sms'; there are: apprise, email, feed, heartbeat, log, slack, webhook"
    ):
        notifier("sms", Settings())


def test_log_writes_one_line_of_key_and_value(caplog, notification, message, tmp_path):
    """What a machine can read again."""
    caplog.set_level(logging.INFO)
    notifier("log", Settings(home=tmp_path))(notification(), message)

    assert [record.getMessage() for record in caplog.records] == [
        "alert receiver=desk notification=0123456789abcdef0123456789abcdef rule=leaving "
        'actor="Northern Alliance" subject="[high] Leaving"'
    ]


def test_there_are_at_least_a_hundred_hostile_names():
    """As many as were promised."""
    assert len(set(HOSTILE)) >= 100


@pytest.mark.parametrize("name", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_name_forges_no_log_line(caplog, notification, event, rule, name, tmp_path):
    """One notification is one printable line, and its keys are ours."""
    caplog.set_level(logging.INFO)
    composed = message_about(
        rule(title=name),
        event(actor_name=name, place_name=name, mode=name, article_title=name),
        created_at=NOW,
    )
    settings = Settings(home=tmp_path)
    notifier("log", settings, clock=lambda: NOW)(notification(), composed)
    [line] = [record.getMessage() for record in caplog.records]
    [written] = settings.alerts_log.read_text().split("\n")[:-1]

    pairs = re.findall(r'(\w+)=("(?:[^"\\]|\\.)*"|\S+)', line)

    assert line.isprintable()
    assert line == "alert " + " ".join(f"{key}={value}" for key, value in pairs)
    assert [key for key, _ in pairs] == [
        "receiver", "notification", *(key for key, _ in composed.fields), "subject",
    ]  # fmt: skip
    assert written.isprintable()
    assert written.count(" | ") - line.count(" | ") == 2
    assert written.endswith(f" | {line.removeprefix('alert ')}")


def test_log_rings_in_a_file_of_its_own(notification, event, rule, now, tmp_path):
    """When, what, and how to look it up, first of all; only its owner reads it."""
    settings = Settings(home=tmp_path / "var")
    composed = message_about(rule(), event(id=6), created_at=now)
    notifier("log", settings, clock=lambda: now)(notification(), composed)

    told, look_up, pairs = settings.alerts_log.read_text().split(" | ")

    assert told == "2020-05-04T18:00:00+00:00 [high] Northern Alliance RETREAT, AFG: Somebody leaves"
    assert look_up == "tocsin explain 6"
    assert "event_id=6" in pairs
    assert stat.S_IMODE(settings.alerts_log.stat().st_mode) == 0o600


def test_log_that_cannot_be_written_is_tried_again(notification, message, tmp_path):
    """No alert is lost to a full or missing disk."""
    (tmp_path / "var").write_text("a file where a folder must be")

    with pytest.raises(NotifyError, match=r"alerts\.log cannot be written") as error:
        notifier("log", Settings(home=tmp_path / "var"))(notification(), message)

    assert not error.value.is_final


@pytest.mark.parametrize("channel", CHANNELS)
def test_every_channel_can_be_checked(channel):
    """`tocsin rules check` goes each way as far as it goes without telling anything."""
    assert callable(NOTIFIERS[channel]().check)


@pytest.mark.slow
def test_importing_alert_loads_nothing_heavy():
    """Neither the database nor the network modules come in before they are used."""
    code = (
        "import sys; from pipeline.alert import decide, match, message, receivers, retry, rules; "
        "from pipeline.alert.notifiers import channels; "
        "print([name for name in ('psycopg2', 'spacy', 'great_expectations', 'airflow', 'smtplib', 'ssl') "
        "if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True)

    assert done.stdout.strip() == "[]"
