"""A secret that was planted in every place for one stands nowhere else: no table, no log, no file, no error."""

from __future__ import annotations

import base64
import logging
from collections.abc import Iterator
from dataclasses import replace

import pytest

from pipeline.cli import main
from pipeline.stages import troubles
from tests.alert.desk import Desk, desk, named, tell  # noqa: F401  (fixtures)
from tests.alert.hooks import Hook

CANARY = "CANARY7f3a"


@pytest.fixture
def hook() -> Iterator[Hook]:
    """A receiver that takes nothing."""
    made = Hook(status=500)
    yield made
    made.close()


def everything_in(desk: Desk) -> str:  # noqa: F811
    tables = desk.column(
        "SELECT format('%%I.%%I', schemaname, tablename) FROM pg_tables WHERE schemaname = 'tocsin' AND %s",
        True,
    )
    return "".join(
        row
        for table in tables
        for row in desk.column(f"SELECT to_jsonb(told)::text FROM {table} AS told")  # noqa: S608
    )


def test_a_planted_secret_stands_nowhere_else(desk, hook, tmp_path, caplog, capsys, monkeypatch):  # noqa: F811
    """Addresses, keys and passwords of receivers that all fail, at the chattiest level of the log."""
    caplog.set_level(logging.DEBUG)
    (tmp_path / "secret").write_text("whsec_" + base64.b64encode((CANARY * 4).encode()[:32]).decode())
    (tmp_path / "password").write_text(CANARY)
    desk.settings = replace(
        desk.settings, webhook_secret_file=str(tmp_path / "secret"), allow_private_addresses="127.0.0.1",
        smtp_url="smtp://desk@127.0.0.1:1", smtp_password_file=str(tmp_path / "password"),
    )  # fmt: skip
    address = f"http://{hook.place}/{CANARY}?token={CANARY}"
    desk.told_by("webhook", "hook", url=address, is_owner=True)
    desk.told_by("slack", "chat", url=address)
    desk.told_by("heartbeat", "alive", url=address, every_minutes=1)
    desk.told_by("apprise", "phone", url=f"json://{CANARY}:{CANARY}@{hook.place}/{CANARY}")
    desk.told_by("email", "mail", to="desk@example.org")
    desk.told_by("feed", "feed")
    desk.told_by("log", "desk")
    desk.rule(notify="hook, chat, phone, mail, feed, desk")
    for number in range(6):
        desk.tell(named(f"Group {number}"))
    for _ in range(3):
        desk.run()
        desk.hours_pass(3)
    troubles.look(desk.settings)
    monkeypatch.setenv("TOCSIN_DATABASE_URL", desk.settings.database_url)
    monkeypatch.setenv("TOCSIN_HOME", str(tmp_path))
    main(["alerts", "receivers"])
    main(["alerts", "show", str(desk.column("SELECT min(id) FROM tocsin.alerts")[0])])

    files = "".join(path.read_text() for path in (tmp_path / "alerts.log", tmp_path / "alerts.atom"))
    printed = capsys.readouterr()
    told = everything_in(desk) + files + caplog.text + printed.out + printed.err
    assert "answered 500" in told
    assert CANARY not in told
    assert base64.b64encode((CANARY * 4).encode()[:32]).decode() not in told
