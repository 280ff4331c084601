"""Stand-ins for modules that have not landed yet; goes away with them."""

from __future__ import annotations

import importlib
from types import SimpleNamespace
from typing import Any


def module(name: str) -> Any:
    try:
        return importlib.import_module(f"pipeline.extract.{name}")
    except ImportError as error:
        if error.name and error.name.startswith("pipeline.extract"):
            return STAND_INS[name]
        raise


def _code(text: str) -> Any:
    return SimpleNamespace(name=text, country=None, sector=None, entry_ids=())


STAND_INS: dict[str, Any] = {
    "actors": SimpleNamespace(
        load_lexicon=lambda path="": None,
        code_phrase=lambda phrase, lexicon, on=None: _code(phrase),
        code_span=lambda span, lexicon, on=None, known=None: _code(span.text),
    ),
    "places": SimpleNamespace(load_gazetteer=lambda: None, place_of=lambda *a, **k: None),
    "dates": SimpleNamespace(date_of=lambda *a, **k: None),
    "counts": SimpleNamespace(counts_of=lambda *a, **k: ()),
}
