"""Named queries: `sql/queries/*.sql` in, a dictionary name → SQL out.

A query is a line `-- name: verb_noun`, one or more comment lines that say what comes back, and the statement.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from pipeline.config import ROOT
from pipeline.errors import ConfigError

FOLDER = ROOT / "sql" / "queries"
_HEAD = re.compile(r"^-- name: *(\S+) *$", re.MULTILINE)


def parse(text: str, *, path: str) -> dict[str, str]:
    """Split one file into its queries.

    Raises:
        ConfigError: A query has no name, no comment or no statement, or a name stands twice.
    """
    pieces = _HEAD.split(text)
    if pieces[0].strip():
        raise ConfigError(f"{path}: text before the first '-- name:' line")
    queries: dict[str, str] = {}
    for name, body in zip(pieces[1::2], pieces[2::2], strict=True):
        lines = body.strip().splitlines()
        comments = [line for line in lines if line.startswith("--")]
        statement = "\n".join(line for line in lines if not line.startswith("--")).strip().rstrip(";")
        if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
            raise ConfigError(f"{path}: query name {name!r} must be lower case letters, digits and _")
        if not comments:
            raise ConfigError(f"{path}: query {name} has no comment that says what comes back")
        if not statement:
            raise ConfigError(f"{path}: query {name} has no statement")
        if name in queries:
            raise ConfigError(f"{path}: query {name} stands twice")
        queries[name] = f"/* tocsin:{name} */ {statement}"
    return queries


def merge(files: Iterable[tuple[str, dict[str, str]]]) -> dict[str, str]:
    """Put the queries of all files together; a name may stand in one file only."""
    merged: dict[str, str] = {}
    for path, queries in files:
        twice = merged.keys() & queries.keys()
        if twice:
            raise ConfigError(f"{path}: query {min(twice)} stands in another file already")
        merged |= queries
    return merged


@cache
def load(folder: Path = FOLDER) -> dict[str, str]:
    """Read all queries of a folder."""
    return merge(
        (path.name, parse(path.read_text("utf-8"), path=path.name)) for path in sorted(folder.glob("*.sql"))
    )
