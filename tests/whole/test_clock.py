"""A worker's clock a day wrong changes nothing: what is due, retried or repeated goes by Postgres' clock."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.config import ROOT
from pipeline.postgres.database import connect
from tests.conftest import wipe
from tests.records import RULE
from tests.validate.conftest import numbers, plant  # noqa: F401  (fixtures)

# Runs the stages in a process that believes it is another day.
WRONG_DAY = """
import datetime, sys, time
real, real_time, days = datetime.datetime, time.time, float(sys.argv[1])

class Shown(type):
    def __instancecheck__(cls, value):
        return isinstance(value, real)

class Wrong(real, metaclass=Shown):
    @classmethod
    def now(cls, tz=None):
        return real.now(tz) + datetime.timedelta(days=days)

datetime.datetime = Wrong
time.time = lambda: real_time() + days * 86400

from pipeline.config import load_settings
from pipeline.stages.alert import alert
from pipeline.stages.store import store
from pipeline.stages.upkeep import upkeep

settings = load_settings()
store(0, settings)
upkeep(settings)
alert("clock", settings)
assert abs((Wrong.now() - real.now()).total_seconds() - days * 86400) < 5
"""
# Hours, since a busy machine takes seconds to look, and a wrong clock is a day off.
FOUND = """
SELECT (SELECT count(*) FROM tocsin.events), (SELECT string_agg(reason, ' ') FROM tocsin.alerts),
       (SELECT max(abs(extract(epoch FROM created_at - now()))) < 60 FROM tocsin.alerts),
       (SELECT string_agg(format('%%s %%s %%s', state, attempt_count,
                                 round(extract(epoch FROM next_attempt_at - now()) / 3600)), ',') FROM tocsin.notifications)
"""


@pytest.fixture
def found(settings, plant, tmp_path: Path) -> dict[int, tuple]:  # noqa: F811
    """What the stages left in the database, by how many days the worker's clock was wrong."""
    database_url = settings.database_url
    (tmp_path / "rules").mkdir()
    rule = RULE.replace("max_age_days: any\n", "max_age_days: 7\n").replace("[one, two]", "[nobody]")
    (tmp_path / "rules" / "everything.yaml").write_text(rule)
    # Nobody listens on port 1: the notification fails, for now.
    (tmp_path / "receivers.yaml").write_text("nobody:\n  channel: webhook\n  url: http://127.0.0.1:1/hook\n")
    (tmp_path / "secret").write_text("whsec_" + "eHh4" * 11 + "\n")
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("TOCSIN_")},
        "TOCSIN_HOME": str(tmp_path), "TOCSIN_DATABASE_URL": database_url,
        "TOCSIN_RULES_PATH": str(tmp_path / "rules"), "TOCSIN_RECEIVERS_PATH": str(tmp_path / "receivers.yaml"),
        "TOCSIN_WEBHOOK_SECRET_FILE": str(tmp_path / "secret"), "TOCSIN_ALLOW_PRIVATE_ADDRESSES": "127.0.0.1:1",
    }  # fmt: skip
    results = {}
    for days in (0, -1, 1):
        candidate_id = plant(status="actual", event_date="2011-10-28")
        connection = connect(database_url, autocommit=True)
        with connection.cursor() as cursor:
            cursor.execute("UPDATE tocsin.candidates SET verdict = 'accepted' WHERE id = %s", (candidate_id,))
            cursor.execute("UPDATE tocsin.articles SET published_at = now() - interval '1 hour'")
            subprocess.run([sys.executable, "-c", WRONG_DAY, str(days)], cwd=ROOT, env=environment, check=True,
                           timeout=120)  # fmt: skip
            cursor.execute(FOUND.replace("%%", "%"))
            results[days] = cursor.fetchone()
        connection.close()
        wipe(database_url)
    return results


@pytest.mark.slow
def test_a_clock_a_day_wrong_changes_nothing(found: dict[int, tuple]) -> None:
    """The same alert, raised now, and the same wait before the notification is tried again."""
    assert found[0][0] == 1
    assert found[0][2] is True
    assert found[0][3].startswith("pending ")
    assert found[-1] == found[0]
    assert found[1] == found[0]


CLOCKS = {("datetime", "now"), ("datetime", "utcnow"), ("date", "today"), ("time", "time")}


def clocks(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if not isinstance(node, ast.Attribute) or not isinstance(node.value, ast.Name):
            continue
        if (node.value.id, node.attr) in CLOCKS:
            yield f"{path.relative_to(ROOT)}:{node.lineno} {node.value.id}.{node.attr}"


# The default of a notifier that is used without the stage; the stage gives it Postgres' time.
ALLOWED = {"pipeline/alert/notifiers/channels.py"}


@pytest.mark.slow
def test_what_decides_reads_no_clock_of_the_worker() -> None:
    """Stages ask Postgres; the rest is told the time."""
    paths = [
        path
        for folder in ("alert", "store", "validate", "postgres")
        for path in (ROOT / "pipeline" / folder).rglob("*.py")
    ]
    paths += [
        ROOT / "pipeline" / "stages" / f"{stage}.py"
        for stage in (
            "validate",
            "store",
            "alert",
            "raising",
            "outbox",
            "deliver",
            "due",
            "troubles",
            "upkeep",
            "common",
        )
    ]
    found = [clock for path in paths if str(path.relative_to(ROOT)) not in ALLOWED for clock in clocks(path)]

    assert found == []
