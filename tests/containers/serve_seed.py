"""Serve the seed article, and copies of it in other words of title, to the other containers: serve_seed.py COPIES."""

from __future__ import annotations

import sys
import threading
from dataclasses import replace

from pipeline.config import ROOT
from pipeline.fetch.serve import SeedServer, read_seed

if __name__ == "__main__":
    articles = [read_seed(path) for path in sorted((ROOT / "seeds").glob("*.txt"))]
    copies = [
        replace(
            articles[0], name=f"copy-{number}", title=f"{articles[0].title}, part {number}", url="",
            text=f"{articles[0].text}\n\nThis is part {number} of the whole.",
        )
        for number in range(int(sys.argv[1]))
    ]  # fmt: skip
    # The name of its container, so that the links in the feed lead there.
    SeedServer([*articles, *copies], host="seed", port=8079)
    threading.Event().wait()
