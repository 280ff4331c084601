"""The data dictionary: what the database says of its views, as a document."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import Any

HEAD = """# Data dictionary

The views of schema `analysis`: what an analyst reads. Their columns stay from version to version. Made from the
COMMENTs of the database by `tocsin dictionary`; a test holds it right.
"""


def dictionary(rows: Iterable[Mapping[str, Any]]) -> str:
    """Rows of view, view_comment, name, kind and comment, in order, as Markdown."""
    parts = [HEAD]
    for view, columns in groupby(rows, key=lambda row: (row["view"], row["view_comment"])):
        lines = [f"| `{row['name']}` | {row['kind']} | {_cell(row['comment'])} |" for row in columns]
        parts.append(
            "\n".join([f"## {view[0]}", "", view[1], "", "| column | type | what |", "|-|-|-|", *lines, ""])
        )
    return "\n".join(parts)


def _cell(comment: str | None) -> str:
    return (comment or "").replace("|", "\\|")
