"""Feeds and their pages over loopback: this version, an earlier one and lemon24/reader, one after the other in one run.

    python -m benchmarks.fetch [--feeds 500] [--entries 20] [--hosts 50] [--before CHECKOUT] [--reader PYTHON]

Three passes each: the first (all is new), one in which nothing changed (304), and one after a tenth of the feeds got an
entry more. `--before` is a checkout of an earlier version, `--reader` the Python of an environment with `reader` and
`sgmllib3k` from PyPI; reader stores feeds and entries and reads no pages, so its first pass is no measure for ours.

"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.fetch.server import host_address
from pipeline.config import ROOT, Settings
from pipeline.local import embedded

PASSES = ("first", "all 304", "some news")


@contextmanager
def served(options: argparse.Namespace) -> Iterator[str]:
    """The server in a process of its own; gives the address of its first host."""
    values = [f"--{name}={getattr(options, name)}" for name in ("feeds", "entries", "hosts", "port")]
    command = [sys.executable, "-m", "benchmarks.fetch.server", *values]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT) as process:
        assert process.stdout
        process.stdout.readline()
        try:
            yield f"http://{host_address(0)}:{options.port}"
        finally:
            process.kill()


def addresses(options: argparse.Namespace) -> list[str]:
    return [
        f"http://{host_address(number % options.hosts)}:{options.port}/feed/{number}"
        for number in range(options.feeds)
    ]


def tick(base: str, share: float) -> None:
    urllib.request.urlopen(f"{base}/_tick?share={share}").read()


def ours(checkout: Path, options: argparse.Namespace, base: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Passes of one version of Tocsin on a database of its own."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(home=Path(folder))
        embedded.start(settings)
        try:
            feeds = Path(folder) / "feeds.csv"
            lines = [f"{url},Paper {number},,en,900" for number, url in enumerate(addresses(options))]
            feeds.write_text("\n".join(["url,source,country,language,interval_seconds", *lines]))
            environment = {
                **{name: value for name, value in os.environ.items() if not name.startswith("TOCSIN_")},
                "PYTHONPATH": str(checkout),
                "TOCSIN_DATABASE_URL": embedded.url(settings),
                "TOCSIN_FEEDS_PATH": str(feeds),
                "TOCSIN_ALLOW_PRIVATE_ADDRESSES": "127.3.0.0/16",
                "TOCSIN_CONTACT": "mailto:bench@example.org",
            }
            python = [sys.executable, "-c"]
            migrate = "import os; from pipeline.postgres.migrate import migrate; migrate(os.environ['TOCSIN_DATABASE_URL'])"
            subprocess.run([*python, migrate], env=environment, cwd=checkout, check=True)
            client = [sys.executable, str(ROOT / "benchmarks" / "fetch" / "our_client.py")]
            # The list goes in and the parsers' libraries are read from the disk before anything is measured.
            for name in PASSES:
                if name == "some news":
                    tick(base, options.share)
                answer = subprocess.run(
                    [*client, name], env=environment, cwd=checkout, check=True, stdout=subprocess.PIPE
                )
                yield name, json.loads(answer.stdout.splitlines()[-1])
        finally:
            embedded.destroy(settings)


def readers(options: argparse.Namespace, base: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Passes of lemon24/reader."""
    with tempfile.TemporaryDirectory() as folder:
        script = str(ROOT / "benchmarks" / "fetch" / "reader_client.py")
        command = [options.reader, script, f"{folder}/reader.sqlite"]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdin
            assert process.stdout
            process.stdin.write(" ".join(addresses(options)) + "\n")
            process.stdin.flush()
            process.stdout.readline()
            for name in PASSES:
                if name == "some news":
                    tick(base, options.share)
                process.stdin.write("go\n")
                process.stdin.flush()
                count, seconds, memory = process.stdout.readline().split()
                yield (
                    name,
                    {"counts": {"feeds": int(count)}, "seconds": float(seconds), "memory": [int(memory)]},
                )
            process.stdin.close()


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    for name, default in (("feeds", 500), ("entries", 20), ("hosts", 50), ("port", 8790)):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--share", type=float, default=0.1)
    parser.add_argument("--before", type=Path, action="append", default=[])
    parser.add_argument("--reader", default="")
    options = parser.parse_args()
    print(
        f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores; {options.feeds} feeds of {options.entries} entries on {options.hosts} hosts"
    )
    clients: list[tuple[str, Any]] = [("tocsin", lambda base: ours(ROOT, options, base))]
    clients += [(str(path), lambda base, path=path: ours(path, options, base)) for path in options.before]
    if options.reader:
        clients.append(("reader", lambda base: readers(options, base)))
    for client, passes in clients:
        with served(options) as base:
            for name, found in passes(base):
                feeds, articles = found["counts"].get("feeds", 0), found["counts"].get("articles", 0)
                print(
                    f"{client:20} {name:10} {found['seconds']:8.2f} s  {feeds / found['seconds']:8.1f} feeds/s  "
                    f"{articles / found['seconds']:7.1f} articles/s  {'+'.join(map(str, found['memory']))} MB  CPU {'+'.join(f'{one:.1f}' for one in found.get('cpu', []))} s  {found['counts']}",
                    flush=True,
                )


if __name__ == "__main__":
    main()
