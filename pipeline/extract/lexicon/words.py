"""Words: `data/words` in, one file a room; sets and ordered lists of words out, by the name "room.module.set".

Each set says there why it is what it is; none of six words or more stands in Python (a test holds both).
"""

from __future__ import annotations

import tomllib
from functools import cache
from typing import Any

from pipeline.errors import ConfigError
from pipeline.extract.lexicon.files import DATA


def word_set(name: str) -> frozenset[str]:
    """The words of a set.

    Raises:
        ConfigError: There is no such set, or it has no reason; says which there are.
    """
    return frozenset(word_list(name))


def word_list(name: str) -> tuple[str, ...]:
    """The words of a list, in its order; errors as in `word_set`."""
    room, _, rest = name.partition(".")
    module, _, key = rest.partition(".")
    tables = _room(room).get(module, {})
    if key not in tables:
        raise ConfigError(
            f"data/words/{room}.toml has no set {rest!r}; there are: {', '.join(sorted(tables)) or 'none'}"
        )
    table = tables[key]
    if not table.get("why"):
        raise ConfigError(f"data/words/{room}.toml: {rest!r} does not say why; give a line")
    words = table["words"]
    return tuple(words.split() if isinstance(words, str) else words)


@cache
def _room(name: str) -> dict[str, dict[str, Any]]:
    path = DATA / "words" / f"{name}.toml"
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"data/words/{name}.toml cannot be read: {error}") from error
