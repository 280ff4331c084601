"""Version: folders of data and of the model in, a short hash for the codebook out."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path


def model_version(path: Path) -> str:
    """Name, version and a hash of the weights, short enough for a codebook column."""
    meta = json.loads((Path(path) / "meta.json").read_text(encoding="utf-8"))
    digest = hashlib.sha256()
    for file in sorted(Path(path).rglob("*")):
        if file.is_file():
            digest.update(file.name.encode())
            digest.update(file.read_bytes())
    return f"{meta.get('name', 'model')}-{meta.get('version', '0')}-{digest.hexdigest()[:8]}"


def folder_version(folder: Path, extra: str = "") -> str:
    """A short hash of the data files of a folder and of one more file, for the codebook."""
    digest = hashlib.sha256()
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        digest.update(file.read_bytes())
    if extra:
        digest.update(Path(extra).read_bytes())
    return digest.hexdigest()[:8]
