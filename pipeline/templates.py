"""Templates: a folder of ours in, an environment of jinja2 that escapes every value out; for mails, pages and Data Docs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

__all__ = ["Environment", "environment"]


def environment(
    folder: Path, *, finalize: Callable[[Any], Any] | None = None, keep_trailing_newline: bool = True
) -> Environment:
    """Read templates from a folder; a value that one asks for and is not given is an error.

    Args:
        finalize: What becomes of each value before it is escaped.
        keep_trailing_newline: Whether what is made ends as its template does.
    """
    return Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=finalize,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=keep_trailing_newline,
    )
