"""Version: the coder's data, its code and the model in, the name of the codebook out.

Whatever can change what is coded changes the name: a list of places or words as well as a frame, a threshold as well as
the code itself. The code counts by its meaning, without comments, docstrings and layout: a number to be raised by hand is
forgotten, and a hash of the letters would have history coded again for a comma.
"""

from __future__ import annotations

import ast
import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from pipeline import plover
from pipeline.extract.lexicon.files import DATA


def codebook(model: Path, own_actors: str = "") -> str:
    """The name of ontology, data, code and model together, short enough for a column.

    Args:
        own_actors: The user's file of actors; empty for none.
    """
    data = [*_files(DATA, "*"), *_files(plover.DATA, "*"), *([Path(own_actors)] if own_actors else [])]
    files = Files(data=(*data,), code=(*_files(DATA.parent, "*.py"),), model=model)
    return _named(files, tuple(map(_stamp, (*files.data, *files.code, *_files(model, "*")))))


@dataclass(frozen=True, slots=True)
class Files:
    """What a codebook is named after; `model` is a folder."""

    data: tuple[Path, ...]
    code: tuple[Path, ...]
    model: Path


# A third of a second; a process that is forked after it was worked out has it for nothing.
@lru_cache(maxsize=4)
def _named(files: Files, _stamps: tuple[tuple[int, int], ...]) -> str:
    """The name, worked out anew where a file is another than it was."""
    parts = (
        f"data-{_hash(map(_letters, files.data))}",
        f"code-{_hash(map(_meaning, files.code))}",
        model_version(files.model),
    )
    return "/".join(("plover-2.0", *parts))


def _stamp(file: Path) -> tuple[int, int]:
    found = file.stat()
    return found.st_mtime_ns, found.st_size


def model_version(path: Path) -> str:
    """Name, version and a hash of the weights."""
    meta = json.loads((Path(path) / "meta.json").read_text(encoding="utf-8"))
    files = [file for file in sorted(Path(path).rglob("*")) if file.is_file()]
    digest = _hash(file.name.encode() + file.read_bytes() for file in files)
    return f"{meta.get('name', 'model')}-{meta.get('version', '0')}-{digest}"


def _files(folder: Path, pattern: str) -> list[Path]:
    return [
        path for path in sorted(folder.rglob(pattern)) if path.is_file() and "__pycache__" not in path.parts
    ]


def _hash(parts: Iterable[bytes]) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part)
    return digest.hexdigest()[:8]


def _letters(file: Path) -> bytes:
    return file.name.encode() + file.read_bytes()


def _meaning(file: Path) -> bytes:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list):
            node.body = [part for part in body if not _is_text(part)]  # type: ignore[attr-defined]
    return ast.dump(tree).encode()


def _is_text(node: ast.AST) -> bool:
    """A docstring, of a module, class, function or constant."""
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )
