"""The alerts that a log receiver wrote, as they come: for the terminal of `tocsin up`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

MAX_BYTES = 1_000_000


class Bell:
    """Follows the file of alerts from where it ends now."""

    def __init__(self, path: Path, ring: Callable[[str], None]):
        """Take the file, which need not be there yet, and what is told of each alert: its part for people."""
        self.path = path
        self.ring = ring
        self.offset = self._size()

    def check(self) -> None:
        """Tell what was written since the last look; whole lines alone."""
        size = self._size()
        if size < self.offset:
            # It was emptied, having grown too large.
            self.offset = 0
        if size == self.offset:
            return
        with self.path.open("rb") as file:
            file.seek(self.offset)
            read = file.read(MAX_BYTES)
        whole = read[: read.rfind(b"\n") + 1]
        self.offset += len(whole)
        for line in whole.decode("utf-8", "replace").splitlines():
            told, _, rest = line.partition(" | ")
            self.ring(f"{told} ({rest.partition(' | ')[0]})")

    def _size(self) -> int:
        try:
            return self.path.stat().st_size
        except OSError:
            return 0
