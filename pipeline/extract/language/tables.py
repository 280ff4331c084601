"""Tables: what the lemmatizer and the repair of entities know, written so that the same tables give the same file."""

from __future__ import annotations

import gzip
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import srsly

TABLES = "tables.json.gz"


def write_tables(folder: Path, tables: Mapping[str, Any]) -> None:
    """Write tables for `srsly.read_gzip_json`, without a time stamp: the same tables give the same file."""
    (folder / TABLES).write_bytes(gzip.compress(srsly.json_dumps(tables).encode("utf-8"), mtime=0))
