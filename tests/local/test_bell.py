"""Alerts in the terminal of `tocsin up`, from the file that the log receiver writes."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.local.bell import Bell

LINE = "2026-11-29T12:00:00+00:00 [high] NATO RETREAT: Somebody leaves | tocsin explain 6 | receiver=desk\n"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "alerts.log"


def test_what_is_told_is_for_people(path):
    """When, what and how to look it up; the pairs for machines stay in the file."""
    heard: list[str] = []
    bell = Bell(path, heard.append)
    path.write_text(LINE)

    bell.check()

    assert heard == ["2026-11-29T12:00:00+00:00 [high] NATO RETREAT: Somebody leaves (tocsin explain 6)"]


def test_what_was_there_before_rings_no_more(path):
    """A restart tells nothing twice."""
    heard: list[str] = []
    path.write_text(LINE)
    bell = Bell(path, heard.append)

    bell.check()

    assert heard == []


def test_half_a_line_waits_for_its_other_half(path):
    """The file may be read while it is written."""
    heard: list[str] = []
    bell = Bell(path, heard.append)

    for part in (LINE[:40], LINE[40:]):
        with path.open("a") as file:
            file.write(part)
        bell.check()

    assert len(heard) == 1


def test_a_file_that_was_emptied_is_read_from_its_beginning(path):
    """Housekeeping moves large files aside."""
    heard: list[str] = []
    path.write_text(LINE * 3)
    bell = Bell(path, heard.append)
    path.write_text(LINE)

    bell.check()

    assert len(heard) == 1
