"""Processes beside this one compile many rules as it does alone, and whatever becomes of them the rules are there."""

import json
import logging
import multiprocessing
import os
import signal
import sys
from dataclasses import replace
from multiprocessing.connection import Connection
from random import Random

import psutil
import pytest

from pipeline.alert.compiling import Compiled, Known, RuleFile, compiled_files
from pipeline.alert.shares import Shares
from pipeline.stages.rule_compilers import Compilers
from pipeline.stages.rulebook import MANY_CHANGED, sync_rules
from tests.alert import random_rules as made

pytestmark = pytest.mark.slow

KNOWN = Known(receivers=frozenset(["desk"]), active=frozenset(["rule-3"]), shares=Shares())
TRIAL = "{rule: rule-%d, title: b, owner: c, status: active, backtest: {days: 1, max_alerts_per_day: 5}, match: {any: [{country: MLI}]}}"
BAD = "rule: bad\ntitle: 3\n"


def lots_of_files(count: int = 20, each: int = 10) -> list[list[RuleFile]]:
    """Random rules in lots; in each a rule on trial and a file that is wrong."""
    random = Random(3)
    return [
        [
            *(
                RuleFile(f"{lot}-{at}.yaml", json.dumps(made.content(random, lot * each + at)).encode(), "0")
                for at in range(each)
            ),
            RuleFile(f"{lot}-trial.yaml", (TRIAL % lot).encode(), "0"),
            RuleFile(f"{lot}-bad.yaml", BAD.encode(), "0"),
        ]
        for lot in range(count)
    ]


LOTS = lots_of_files()


@pytest.fixture(scope="module")
def expected() -> list[Compiled]:
    """What this process makes of the lots."""
    return [compiled_files(lot, KNOWN) for lot in LOTS]


def test_files_are_compiled_each_as_if_it_were_alone(expected):
    """A rule, one on trial and one that is wrong; who was active already is tried no more."""
    read = expected[0].read

    assert [one.is_on_trial for one in read[-2:]] == [True, False]
    assert [one.read[-2].is_on_trial for one in expected[2:5]] == [True, False, True]
    assert "0-bad.yaml:2: title is 3" in str(read[-1].problem)
    assert [rule["rule"] for rule in json.loads(expected[0].rules)] == [one.rule for one in read[:10]]


def test_children_compile_as_this_process_does(expected):
    """To the letter, and in the same order; they are gone afterwards."""
    lots, answers = LOTS * 20, expected * 20
    with Compilers(count=2) as compilers:
        compilers.start()
        started = compilers.process_ids
        found = [*compilers.compiled(lots, KNOWN)]

    assert found == answers
    assert (len(started), compilers.answer_count > 0, compilers.process_ids) == (2, True, [])
    assert not any(map(psutil.pid_exists, started))


@pytest.mark.parametrize(
    "program", ["pass", "import os; os.read(0, 1 << 20)", "import os; os.write(1, b'\\0\\0\\0\\x09x')"]
)
def test_a_child_that_dies_has_its_work_done_by_others(expected, program, caplog):
    """At once, after it was asked, and in the middle of its answer."""
    with Compilers((sys.executable, "-c", program), count=2) as compilers:
        compilers.start()
        found = [*compilers.compiled(LOTS * 20, KNOWN)]

    assert (found, compilers.answer_count) == (expected * 20, 0)
    assert "are lost" in caplog.text


def test_a_child_that_is_killed_at_work_loses_nothing(expected):
    """Neither what it was asked nor what the other does."""
    found = []
    with Compilers(count=2) as compilers:
        compilers.start()
        for answer in compilers.compiled(LOTS * 20, KNOWN):
            found.append(answer)
            if compilers.answer_count and len(compilers.process_ids) == 2:
                os.kill(compilers.process_ids[0], signal.SIGKILL)

    assert found == expected * 20


def test_where_no_child_can_be_started_this_process_works_alone(expected, caplog):
    """And says so."""
    with Compilers(("no-such-program",), count=2) as compilers:
        compilers.start()
        found = [*compilers.compiled(LOTS, KNOWN)]

    assert (found, compilers.answer_count) == (expected, 0)
    assert "no-such-program" in caplog.text


def in_a_daemon(said: Connection) -> None:
    """Compile in a process that may have no children of `multiprocessing`."""
    with Compilers(count=1) as compilers:
        compilers.start()
        found = [*compilers.compiled(LOTS * 20, KNOWN)]
    said.send((len(found), compilers.answer_count > 0))


def test_a_daemon_may_have_them_too():
    """A task of Airflow may be one."""
    here, there = multiprocessing.Pipe()
    daemon = multiprocessing.get_context("spawn").Process(target=in_a_daemon, args=(there,), daemon=True)
    daemon.start()
    there.close()

    assert here.recv() == (400, True)
    daemon.join()


def rows(database) -> list[tuple]:
    """All that is written of rules, without the numbers of branches."""
    with database.transaction() as transaction, transaction.connection.cursor() as cursor:
        cursor.execute("""
            SELECT to_jsonb(known) - 'loaded_at', (
                SELECT jsonb_agg((to_jsonb(branch) - 'id') || jsonb_build_object('anchors', (
                    SELECT jsonb_agg(to_jsonb(anchor) - 'branch_id' - 'not_id' ORDER BY term)
                    FROM tocsin.rule_anchors AS anchor WHERE anchor.branch_id = branch.id)) ORDER BY number)
                FROM tocsin.rule_branches AS branch WHERE branch.rule = known.rule)
            FROM tocsin.rules AS known ORDER BY known.rule
        """)
        return cursor.fetchall()


def reasons(database) -> list[str]:
    """Why files were refused, in order; and forget it."""
    with database.transaction() as transaction, transaction.connection.cursor() as cursor:
        cursor.execute("SELECT reason FROM tocsin.quarantine WHERE stage = 'alert' ORDER BY id")
        found = [reason for (reason,) in cursor.fetchall()]
        cursor.execute("DELETE FROM tocsin.quarantine WHERE stage = 'alert'")
        return found


@pytest.fixture
def folder(settings, tmp_path):
    """A folder of many rules, some of which are wrong, double or on trial; and settings that name it."""
    rules = tmp_path / "rules"
    rules.mkdir()
    (tmp_path / "receivers.yaml").write_text("desk: {channel: log}\n")
    random = Random(8)
    for number in range(MANY_CHANGED + 100):
        (rules / f"rule-{number:05}.yaml").write_text(json.dumps(made.content(random, number)))
    (rules / "rule-00077.yaml").write_text(BAD)
    (rules / "rule-00300-again.yaml").write_text((rules / "rule-00003.yaml").read_text())
    (rules / "rule-00301-trial.yaml").write_text(TRIAL % 301_000)
    return rules, replace(settings, rules_path=rules, receivers_path=tmp_path / "receivers.yaml")


def test_many_rules_are_written_as_few_are(folder, database, tmp_path):
    """Whoever compiles them: the same rows, and the same files refused for the same reasons in the same order."""
    _, settings = folder
    (tmp_path / "none").mkdir()
    loads = []
    for compilers in (Compilers(count=0), Compilers(count=2)):
        sync_rules(database, replace(settings, rules_path=tmp_path / "none"))
        book, _ = sync_rules(database, settings, compilers=compilers)
        loads.append((sorted(book), rows(database), reasons(database)))

    assert loads[0] == loads[1]
    ids, _, refused = loads[0]
    assert len(ids) == MANY_CHANGED + 100
    assert ["rule-00077.yaml:2: title is 3" in refused[0], "rule-00003.yaml" in refused[-1]] == [True, True]
    assert "rule-00300-again.yaml: rule" in refused[-1]


def test_few_rules_start_no_child(folder, database, caplog):
    """It would take longer than the rules."""
    rules, settings = folder
    caplog.set_level(logging.WARNING)
    sync_rules(database, settings, compilers=Compilers(count=0))
    for path in sorted(rules.iterdir())[200:210]:
        path.write_text(path.read_text() + "\n# changed\n")
    caplog.clear()
    sync_rules(database, settings, compilers=Compilers(("no-such-program",), count=2))

    assert "no-such-program" not in caplog.text


def test_an_unchanged_file_gives_way_to_an_earlier_one_that_took_its_rule(folder, database):
    """Each id once: the first in order of name has it."""
    rules, settings = folder
    sync_rules(database, settings)
    reasons(database)
    (rules / "rule-00001.yaml").write_text((rules / "rule-00500.yaml").read_text() + "\n# taken\n")
    book, _ = sync_rules(database, settings)
    told = [reason for reason in reasons(database) if "is also in" in reason]

    assert [("rule-00500.yaml: rule" in reason, "rule-00001.yaml;" in reason) for reason in told][-1] == (
        True,
        True,
    )
    assert book[book_id(rules / "rule-00500.yaml")].path.endswith("rule-00001.yaml")


def book_id(path) -> str:
    return str(json.loads(path.read_text())["rule"])
