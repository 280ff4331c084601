"""Named queries: the loader refuses what is unclear, and every query fits the newest schema."""

import re
from functools import cache
from pathlib import Path

import pytest

from pipeline.config import ROOT
from pipeline.errors import ConfigError, StoreError
from pipeline.postgres import queries


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("SELECT 1;", "before the first", id="no name"),
        pytest.param("-- name: one\nSELECT 1;", "no comment", id="no comment"),
        pytest.param("-- name: one\n-- One row.\n", "no statement", id="no statement"),
        pytest.param("-- name: One\n-- One row.\nSELECT 1;", "lower case", id="capital"),
        pytest.param("-- name: a\n-- x\nSELECT 1;\n-- name: a\n-- x\nSELECT 1;", "twice", id="twice"),
    ],
)
def test_an_unclear_query_is_refused(text: str, message: str) -> None:
    """The message names the file and what is missing."""
    with pytest.raises(ConfigError, match=message):
        queries.parse(text, path="x.sql")


def test_a_name_stands_in_one_file_only() -> None:
    """Two files may not define the same query."""
    with pytest.raises(ConfigError, match="another file"):
        queries.merge([("a.sql", {"one": "SELECT 1"}), ("b.sql", {"one": "SELECT 2"})])


def test_an_unknown_query_lists_the_known_ones(db) -> None:
    """A wrong name is told with what there is."""
    with pytest.raises(StoreError, match="open_batch"):
        db.all("no_such_query")


@pytest.mark.parametrize("name", sorted(queries.load()))
def test_postgres_can_plan_every_query(db, name: str) -> None:
    """Each query fits the newest schema: Postgres plans it with parameters left null, or runs what has no plan."""
    statement = queries.load()[name]
    makers = ("make_staging", "make_touched")
    for maker in makers:
        db.run(maker)
    if re.match(r"/\*.*?\*/ (SET|CREATE|ANALYZE)", statement):
        assert name in makers or db.run(name)
        return
    parameters = dict.fromkeys(re.findall(r"%\((\w+)\)s", statement), None)
    with db.connection.cursor() as cursor:
        cursor.execute("EXPLAIN " + re.sub(r"^/\*.*?\*/ ", "", statement), parameters)
        plan = cursor.fetchall()

    assert plan


def test_lists_of_ids_are_told_their_type() -> None:
    """Whole numbers without one are of the smaller type, and Postgres walks a list of those for each row: 5,000 for 5,000."""
    untyped = {
        name: found
        for name, statement in queries.load().items()
        if (found := re.findall(r"(?:ANY|ALL) ?\(%\(\w*ids\)s\)", statement))
    }

    assert not untyped


NEWEST = "EXPLAIN SELECT * FROM analysis.events WHERE status = 'actual' ORDER BY event_date DESC"


@pytest.mark.parametrize("statement", [f"{NEWEST} LIMIT 20", f"{NEWEST}, id DESC LIMIT 20"])
def test_the_newest_events_are_found_without_sorting_all(db, statement: str) -> None:
    """What is asked most: the years are walked backwards by an index, and a sort looks at the rows of a day."""
    with db.connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(statement)
        plan = "\n".join(line for (line,) in cursor.fetchall())

    assert re.search(r"Index Scan Backward using events_2026_\w+_idx", plan)
    assert "Sort  (" not in plan.replace("Incremental Sort  (", "")


@cache
def code() -> str:
    """All code that may call a query."""
    paths = (path for folder in ("pipeline", "dags") for path in Path(ROOT / folder).rglob("*.py"))
    return "\n".join(path.read_text("utf-8") for path in paths)


@pytest.mark.parametrize("name", sorted(queries.load()))
def test_every_query_is_used(name: str) -> None:
    """A query nobody calls is dead weight."""
    assert f'"{name}"' in code()
