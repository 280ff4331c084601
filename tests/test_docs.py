"""What the documents say is true: queries run, commands and settings exist, nothing names this machine."""

from __future__ import annotations

import re
import subprocess
from dataclasses import fields

import pytest

from pipeline.config import ROOT, Settings

README = (ROOT / "README.md").read_text("utf-8")
QUERIES = re.findall(r"```sql\n(.*?)```", README, re.DOTALL)


@pytest.mark.parametrize("statement", QUERIES, ids=range(1, len(QUERIES) + 1))
def test_a_query_of_the_readme_runs_for_an_analyst(db, statement: str) -> None:
    """Each runs as it stands, with the analyst's rights and nothing more."""
    with db.connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE analyst")
        cursor.execute(statement)

        assert cursor.description


@pytest.mark.parametrize(
    ("view", "keys"),
    [
        ("events", {"id", "event_key"}),
        ("alerts", {"id", "event_id", "alert_key", "event_key"}),
        ("notifications", {"alert_id", "event_id", "notification_key", "alert_key"}),
    ],
)
def test_the_views_have_the_keys_that_messages_carry(db, view: str, keys: set[str]) -> None:
    """Who holds a message finds its rows."""
    with db.connection.cursor() as cursor:
        cursor.execute(
            "SELECT column_name FROM information_schema.columns WHERE table_schema = 'analysis' AND table_name = %s",
            (view,),
        )

        assert keys <= {name for (name,) in cursor.fetchall()}


def test_there_are_ten_queries() -> None:
    """The heading keeps its word."""
    assert len(QUERIES) == 10


def test_every_setting_named_in_the_documents_exists() -> None:
    """No document names a setting that was renamed."""
    known = {f"TOCSIN_{field.name.upper()}" for field in fields(Settings)}
    named = {
        name
        for path in ROOT.glob("*.md")
        # What a change log tells of may have another name by now.
        if path.name != "CHANGELOG.md"
        for name in re.findall(r"TOCSIN_[A-Z]+(?:_[A-Z]+)*", path.read_text("utf-8"))
    }

    assert named - known == set()


def test_every_command_named_in_the_readme_exists() -> None:
    """No document names a command that was renamed."""
    from pipeline.cli import _parser

    known = set(_parser()._subparsers._group_actions[0].choices)  # type: ignore[union-attr,arg-type]

    assert set(re.findall(r"bin/tocsin ([a-z]+)", README)) - known == set()


def test_every_command_is_told_of_in_the_readme() -> None:
    """What it can do is found where a user looks."""
    from pipeline.cli import _parser

    known = set(_parser()._subparsers._group_actions[0].choices)  # type: ignore[union-attr,arg-type]
    told = set(re.findall(r"[a-z]+", README[README.index("## Every day") : README.index("## For good")]))

    assert known - told == set()


def test_every_key_of_a_rule_is_told_of_in_the_readme() -> None:
    """And none that is no more."""
    from pipeline.alert.rules import BRANCH_KEYS, MATCH_KEYS, RULE_KEYS, TEST_KEYS

    section = README[README.index("**Rules**, a YAML file each") : README.index("## Ten queries")]
    told = set(re.findall(r"`([a-z0-9_]+)`", section))

    assert {*RULE_KEYS, *MATCH_KEYS, *BRANCH_KEYS, *TEST_KEYS} - told == set()


def test_every_exit_code_is_told_of_in_the_readme() -> None:
    """A script can tell a wrong setting from a database that is away."""
    from pipeline import cli, errors

    codes = {
        kind.exit_code
        for kind in vars(errors).values()
        if isinstance(kind, type) and issubclass(kind, errors.TocsinError)
    }
    paragraph = README[README.index("A command leaves with 0") : README.index("## For good")]

    assert {*codes, cli.EXIT_INTERRUPTED} - {int(number) for number in re.findall(r"\d+", paragraph)} == set()


def test_clean_leaves_the_database() -> None:
    """What took months to gather is not lost to a word that sounds like tidying."""
    done = subprocess.run(["make", "-n", "clean"], cwd=ROOT, capture_output=True, text=True, check=True)

    assert [
        line for line in done.stdout.splitlines() if line.startswith("rm") and "var" in line.split()
    ] == []


def test_nothing_names_a_registry() -> None:
    """Versions and hashes travel; addresses of where somebody got them do not."""
    hosts = ("py" + "pi.org", "python" + "hosted.org", "registry." + "npmjs", "deb." + "debian")
    tracked = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False).stdout
    found = [
        name
        for name in tracked.decode().split("\0")
        if name and (ROOT / name).is_file() and (ROOT / name).stat().st_size < 2_000_000
        if any(host.encode() in (ROOT / name).read_bytes() for host in hosts)
    ]

    assert found == []
