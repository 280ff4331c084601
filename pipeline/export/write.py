"""One view into one file: CSV, TSV, GeoJSON or Parquet, by the ending of its name."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path
from typing import IO

from pipeline.errors import ConfigError, OperateError
from pipeline.export.parquet import write_parquet
from pipeline.postgres.copy_out import Form, Selection, Source, opened

FORMS: dict[str, Form] = {".csv": "csv", ".tsv": "tsv", ".geojson": "geojson", ".parquet": "columnar"}


def export_view(
    url: str, view: str, target: Path, *, since: date | None = None, until: date | None = None
) -> int:
    """Write a view into a file, as of one moment, while everything runs on.

    Args:
        url: Address of the database.
        view: Name of a view of schema analysis.
        target: Its ending says the form; there must be no such file yet.
        since: First day that is taken; None takes all before.
        until: Last day that is taken.

    Returns:
        How many rows were written.

    Raises:
        ConfigError: The ending is unknown, the file is there, or the view cannot be had so.
        OperateError: The file cannot be written.
    """
    form = FORMS.get(target.suffix.lower())
    if form is None:
        raise ConfigError(f"{target.name} must end in one of {', '.join(FORMS)}")
    if target.exists():
        raise ConfigError(f"{target} is there already and is not overwritten: name another file")
    half = target.with_name(f"{target.name}.part")
    try:
        with opened(url, Selection(view=view, form=form, since=since, until=until)) as source:
            count = _written(source, half)
        half.rename(target)
    except OSError as error:
        raise OperateError(f"cannot write {target}: {error.strerror}") from error
    finally:
        half.unlink(missing_ok=True)
    return count


def _written(source: Source, target: Path) -> int:
    form = source.selection.form
    if form == "columnar":
        read_end, write_end = os.pipe()
        with source.reading(os.fdopen(read_end, "rb"), os.fdopen(write_end, "wb")) as stream:
            return write_parquet(stream, target, source.columns)
    with target.open("wb") as file:
        if form != "geojson":
            return source.copy(file)
        file.write(b'{"type": "FeatureCollection", "features": [\n')
        count = source.copy(Joined(file))
        file.write(b"\n]}\n")
        return count


class Joined:
    """A file that gets a comma between the lines that are written into it, and none behind the last."""

    def __init__(self, file: IO[bytes]):
        self.file, self.is_line_open = file, False

    def write(self, data: bytes, /) -> int:
        """Take some of the bytes of lines that end with a newline each."""
        whole = (b"\n" if self.is_line_open else b"") + data
        self.is_line_open = whole.endswith(b"\n")
        self.file.write((whole[:-1] if self.is_line_open else whole).replace(b"\n", b",\n"))
        return len(data)
