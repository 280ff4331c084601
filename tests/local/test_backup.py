"""Backup and restore on real servers: what comes back is what went in, whole or not at all."""

from __future__ import annotations

import json
import stat
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest

from pipeline.config import Settings
from pipeline.errors import ConfigError, OperateError
from pipeline.local import embedded
from pipeline.local.backup import backup, restore
from pipeline.local.instance import lock
from pipeline.local.server import prepare
from pipeline.postgres.database import Database
from pipeline.postgres.rows import candidate_row
from pipeline.stages.erase import erase
from pipeline.stages.store import store
from pipeline.stages.upkeep import upkeep
from tests.records import article_row, candidate

pytestmark = pytest.mark.slow


def query(settings: Settings, statement: str) -> list[tuple]:
    connection = psycopg2.connect(embedded.url(settings))
    try:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall() if cursor.description else []
    finally:
        connection.close()


def checksums(settings: Settings) -> dict[str, tuple[int, str]]:
    """How many rows each table of ours has, and a checksum of them."""
    names = query(settings, "SELECT tablename FROM pg_tables WHERE schemaname = 'tocsin' ORDER BY tablename")
    return {
        name: query(
            settings,
            f"SELECT count(*), md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) FROM tocsin.{name} AS t",  # noqa: S608
        )[0]
        for (name,) in names
    }


def fill(settings: Settings, numbers: range) -> None:
    """Articles with a candidate each, stored as events."""
    with Database(embedded.url(settings)).transaction() as transaction:
        batch = transaction.one("open_batch", run_key="backup")
        assert batch is not None
        for number in numbers:
            row = article_row(
                batch["id"], url=f"https://news.example/{number}", text=f"Líbia «{number}»\t\\ {number}"
            )
            (article,) = transaction.all("insert_articles", articles=json.dumps([row]))
            candidates = [candidate_row(candidate()) | {"candidate_key": str(number), "mode": None}]
            transaction.all(
                "insert_candidates",
                candidates=json.dumps(candidates), batch_id=batch["id"], article_id=article["id"], codebook="test",
            )  # fmt: skip
    query(
        settings, "UPDATE tocsin.candidates SET verdict = 'accepted', judged_at = now() WHERE verdict IS NULL"
    )
    store(batch["id"], settings)


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """A database with articles, candidates and events, of which there is a backup."""
    settings = Settings(home=tmp_path_factory.mktemp("filled"))
    prepare(settings)
    fill(settings, range(5))
    backup(settings, settings.home / "tocsin.backup")
    yield settings
    embedded.destroy(settings)


@pytest.fixture(scope="module")
def file(filled: Settings) -> Path:
    return filled.home / "tocsin.backup"


@pytest.fixture
def other(tmp_path: Path) -> Iterator[Settings]:
    """A home where nothing has run yet, as on a new machine."""
    settings = Settings(home=tmp_path / "other")
    yield settings
    embedded.destroy(settings)


def test_backup_comes_back_on_another_machine_with_the_same_checksums(filled, file, other):
    """Every table of ours, row by row; analysts read it there, and new work goes on."""
    before = checksums(filled)

    restore(other, file, replace=False)

    assert checksums(other) == before
    assert (before["articles"][0], before["mentions"][0]) == (5, 5)
    assert query(other, "SELECT has_table_privilege('analyst', 'analysis.events', 'SELECT')") == [(True,)]
    fill(other, range(5, 7))
    assert checksums(other)["mentions"][0] == 7


def test_restore_takes_the_place_of_what_came_later(filled, file):
    """With --replace; without it nothing is lost by accident."""
    before = checksums(filled)
    fill(filled, range(100, 103))

    with pytest.raises(ConfigError, match="holds articles already: with --replace"):
        restore(filled, file, replace=False)
    restore(filled, file, replace=True)

    assert checksums(filled) == before


VIEWS = (
    "events",
    "mentions",
    "country_days",
    "country_months",
    "dyad_months",
    "dyad_days",
    "names",
    "gdelt_events",
)


def shown(settings: Settings) -> dict[str, str]:
    """A checksum of what each view shows that analysts count by."""
    summed = "SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) FROM analysis.{} AS t"
    return {view: query(settings, summed.format(view))[0][0] for view in VIEWS}


def test_drill_of_retention_erasure_and_restore(filled, file):
    """What is old goes and analysts see what they saw; a name goes; the backup brings all back, and upkeep takes the name again."""
    before = shown(filled)
    query(filled, "UPDATE tocsin.articles SET codebook = 'test', fetched_at = now() - interval '400 days'")
    query(filled, "UPDATE tocsin.candidates SET created_at = now() - interval '400 days'")
    upkeep(filled)
    kept = shown(filled)
    dropped = query(
        filled,
        "SELECT (SELECT count(*) FROM tocsin.candidates), (SELECT count(*) FROM tocsin.articles WHERE text <> '')",
    )
    erase("NATO", filled)
    erased = shown(filled)
    restore(filled, file, replace=True)
    restored = shown(filled)
    upkeep(filled)

    # What a mention shows of its candidate goes with it.
    assert {**kept, "mentions": ""} == {**before, "mentions": ""}
    assert dropped == [(0, 0)]
    assert erased["events"] != kept["events"]
    assert restored == before
    assert query(filled, "SELECT count(*) FROM tocsin.events WHERE actor_name ~* 'nato'") == [(0,)]
    query(filled, "DELETE FROM tocsin.erasures")
    restore(filled, file, replace=True)


@pytest.mark.parametrize("part", [0.5, 0.9, 0.99], ids=lambda part: f"{part:.0%}")
def test_backup_that_is_cut_off_changes_nothing(filled, file, part, tmp_path):
    """It is put back whole or not at all."""
    before = checksums(filled)
    whole = file.read_bytes()
    (tmp_path / "half").write_bytes(whole[: int(len(whole) * part)])

    with pytest.raises(OperateError, match="was not put back, nothing was changed"):
        restore(filled, tmp_path / "half", replace=True)

    assert checksums(filled) == before


def test_backup_is_for_its_owner_alone_and_overwrites_nothing(filled, file):
    """Articles of others and what the desk looks for are nobody else's business."""
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with pytest.raises(ConfigError, match="is there already"):
        backup(filled, file)


def test_backup_into_a_folder_that_is_not_there_is_told(filled, tmp_path):
    """And leaves no half file."""
    with pytest.raises(OperateError, match=r"cannot write .*nowhere"):
        backup(filled, tmp_path / "nowhere" / "file")


def test_file_that_is_no_backup_is_refused(filled, tmp_path):
    """Before anything is started."""
    (tmp_path / "notes.txt").write_text("SELECT 1")

    with pytest.raises(ConfigError, match=r"notes\.txt is no backup"):
        restore(filled, tmp_path / "notes.txt", replace=True)


def test_restore_under_a_running_tocsin_is_refused(filled, file):
    """Its tasks would write into what is being replaced."""
    with (
        lock(filled.home, 1, is_on_demand=False),
        pytest.raises(OperateError, match="`tocsin stop` stops it"),
    ):
        restore(filled, file, replace=True)
