"""What is known to fail before anything is started, and what `rules check` finds out."""

from __future__ import annotations

import base64
import json
import re
import shutil
import socket
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.alert.receivers import load_receivers
from pipeline.config import ROOT, Settings
from pipeline.errors import ConfigError, ExtractError, OperateError
from pipeline.preflight import check_alerts, check_start


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(
        home=tmp_path / "var", receivers_path=tmp_path / "receivers.yaml", rules_path=rules(tmp_path)
    )


def rules(folder: Path) -> Path:
    made = folder / "rules"
    made.mkdir()
    return made


def receivers(settings: Settings, text: str) -> None:
    settings.receivers_path.write_text(text)


HOOK = "hook:\n  channel: webhook\n  url: {url}\n  secret_file: secret\n"
MAIL = "night:\n  channel: email\n  to: desk@example.org\n"


def test_the_shipped_files_pass() -> None:
    """Rules, receivers, feeds and model as they come."""
    assert check_start(Settings()) == ()


def test_the_shipped_example_of_receivers_is_right(tmp_path: Path) -> None:
    """Who takes the # away gets what the example says."""
    lines = (ROOT / "seeds" / "receivers.yaml").read_text().splitlines()
    example = [re.sub("^#   ?", "", line) for line in lines if line.startswith("#   ")]
    path = tmp_path / "receivers.yaml"
    path.write_text("\n".join(example) + "\n")
    for name in re.findall(r"url_file: (\S+)", path.read_text()):
        (tmp_path / name).write_text("https://desk.example.org/hook")

    found, problems = load_receivers(path)

    assert problems == ()
    assert {receiver.channel for receiver in found.values()} == {
        "webhook",
        "email",
        "slack",
        "apprise",
        "heartbeat",
    }


@pytest.mark.parametrize("lacking", ["all", "meta.json", "config.cfg"])
def test_a_missing_model_is_told_at_once(settings: Settings, tmp_path: Path, lacking: str) -> None:
    """Not after a minute and four tries of a task."""
    receivers(settings, "desk: {channel: log}\n")
    model = tmp_path / "model"
    if lacking != "all":
        model.mkdir()
        for name in {"meta.json", "config.cfg"} - {lacking}:
            shutil.copy(ROOT / "model" / "news_sm" / name, model)

    with pytest.raises(ExtractError, match=f"no language model at {model}: set TOCSIN_MODEL_PATH"):
        check_start(replace(settings, model_path=model))


def test_a_list_of_feeds_that_cannot_be_read_is_told(settings: Settings, tmp_path: Path) -> None:
    """With its line."""
    receivers(settings, "desk: {channel: log}\n")
    (tmp_path / "feeds.csv").write_text("url,source\nftp://x,Paper\n")

    with pytest.raises(ConfigError, match="line 2: url must start with http"):
        check_start(replace(settings, feeds_path=tmp_path / "feeds.csv"))


@pytest.mark.parametrize(
    "url", ["redis://desk:CANARY@127.0.0.1:{port}/0", "nonsense", "tcp://127.0.0.1:{port}"]
)
def test_a_broker_that_does_not_answer_is_told(settings: Settings, url: str) -> None:
    """A wrong one looked ready; its password is not shown."""
    receivers(settings, "desk: {channel: log}\n")
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))

        with pytest.raises(OperateError, match=r"the broker .* does not answer") as error:
            check_start(settings, broker_url=url.format(port=bound.getsockname()[1]))

    assert "CANARY" not in str(error.value)


def test_a_bad_rule_is_told_and_stops_no_other(settings: Settings) -> None:
    """What is wrong with it, and the start goes on."""
    receivers(settings, "desk: {channel: log}\n")
    (settings.rules_path / "bad.yaml").write_text("rule: x\ntitle: y\n")

    problems = check_start(settings)

    assert problems
    assert all("bad.yaml" in problem for problem in problems)


@pytest.mark.parametrize(
    ("text", "change", "says"),
    [
        (MAIL, {}, "night: no mail server is named: set TOCSIN_SMTP_URL"),
        (MAIL, {"smtp_url": "smtp://127.0.0.1:1"}, "night: the mail server cannot be reached"),
        (MAIL, {"smtp_url": "http://127.0.0.1"}, "night: TOCSIN_SMTP_URL must look like"),
        (MAIL, {"mail_from": "nobody", "smtp_url": "smtp://127.0.0.1:1"}, "night: 'nobody' is no mail address"),
        (HOOK.format(url="http://127.0.0.1/x"), {}, "hook: 127.0.0.1 is not a public address"),
        (HOOK.format(url="https://localhost/x"), {}, "hook: localhost is not a public address"),
        (HOOK.format(url="https://8.8.8.8:8443/x"), {}, "hook: only ports 80 and 443"),
        (HOOK.format(url="https://nowhere.invalid/x"), {}, "hook: no address is known for nowhere.invalid"),
        (HOOK.format(url="https://8.8.8.8/x").replace("secret\n", "none\n"), {}, "none', cannot be read"),
    ],
    ids=["no server", "down", "no mail url", "sender", "loopback", "name of loopback", "port", "host", "secret"],
)  # fmt: skip
def test_what_would_fail_at_night_is_told_by_the_check(
    settings: Settings, text: str, change: dict, says: str
) -> None:
    """One line a receiver: whom, what, and what to set."""
    receivers(settings, text)
    (settings.receivers_path.parent / "secret").write_text(base64.b64encode(bytes(32)).decode())

    found = check_alerts(replace(settings, **change))

    (problem,) = found.problems
    assert says in problem


def test_a_host_let_through_by_name_passes(settings: Settings) -> None:
    """As the notifier itself will see it."""
    receivers(settings, HOOK.format(url="http://127.0.0.1:9/x"))
    (settings.receivers_path.parent / "secret").write_text(base64.b64encode(bytes(32)).decode())

    assert check_alerts(replace(settings, allow_private_addresses="127.0.0.1:9")).problems == ()


def test_a_log_that_cannot_be_written_is_told(settings: Settings) -> None:
    """Its file lies under the home."""
    receivers(settings, "desk: {channel: log}\n")
    settings.home.write_text("a file where a folder must be")

    (problem,) = check_alerts(settings).problems

    assert "alerts.log cannot be written" in problem


def test_the_model_of_the_check_is_the_model_that_loads() -> None:
    """The shipped meta data name the parts that are looked for."""
    assert json.loads((ROOT / "model" / "news_sm" / "meta.json").read_text())["pipeline"]
