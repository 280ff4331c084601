"""How far a pass by hand has come, in one line of the terminal; silent where nobody looks."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from rich.console import Console

Tell = Callable[[int, Mapping[str, int]], None]


@contextmanager
def progress() -> Iterator[Tell]:
    """Gives a function that is told how many feeds were taken in hand, and the counts so far."""
    if not sys.stderr.isatty():
        yield lambda _feeds, _counts: None
        return
    with Console(stderr=True).status("fetching") as status:

        def tell(feed_count: int, counts: Mapping[str, int]) -> None:
            shown = {
                name: counts.get(name, 0)
                for name in ("articles", "feeds_unchanged", "feeds_failed", "waiting")
            }
            told = ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in shown.items())
            status.update(f"{feed_count} feeds: {told}")

        yield tell
