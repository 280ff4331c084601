"""Files: where the data of the coder lie, and how a table of them is read."""

from __future__ import annotations

import csv
from pathlib import Path

from pipeline.errors import ConfigError

DATA = Path(__file__).resolve().parent.parent / "data"


def read_rows(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file with a head; lines that start with # are remarks.

    Raises:
        ConfigError: The file is missing, or a row has more or fewer fields than the head.
    """
    try:
        lines = [line for line in path.read_text("utf-8").splitlines() if not line.startswith("#")]
    except OSError as error:
        raise ConfigError(f"{path.name} cannot be read: {error}") from error
    rows = list(csv.DictReader(lines))
    for row in rows:
        if None in row or None in row.values():
            raise ConfigError(f"{path.name}: a row has not the fields of the head: {list(row.values())}")
    return rows
