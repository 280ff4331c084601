"""The border of Postgres: what it can hold of texts that strangers chose."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

# NUL has no place in a text of Postgres, half a surrogate pair none in UTF-8.
_UNFIT = re.compile("[\x00\ud800-\udfff]")
_PLAIN = frozenset((int, float, bool, type(None)))


def storable(value: Any) -> Any:
    """The same value with U+FFFD for each character that Postgres refuses, in lists and dictionaries too."""
    if isinstance(value, str):
        return value if value.isascii() and "\x00" not in value else _UNFIT.sub("\ufffd", value)
    if isinstance(value, dict):
        return {storable(key): storable(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        if set(map(type, value)) <= _PLAIN:  # thousands of ids at once
            return value
        return type(value)(map(storable, value))
    return value


def as_json(value: Any, *, default: Callable[[Any], Any] | None = None) -> str:
    """JSON that Postgres takes: an escaped NUL would be refused only there."""
    return json.dumps(storable(value), default=default)
