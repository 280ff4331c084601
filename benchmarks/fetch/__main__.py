"""Feeds and their pages over loopback: this version, an earlier one and lemon24/reader, one after the other in one run.

    python -m benchmarks.fetch [--feeds 500] [--entries 20] [--hosts 50] [--before CHECKOUT] [--reader PYTHON]
    python -m benchmarks.fetch --many --feeds 100000 --hosts 1000 --share 0.01

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
from pipeline.postgres.database import Database

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


@contextmanager
def database(options: argparse.Namespace) -> Iterator[tuple[dict[str, str], Any]]:
    """A database of its own with the newest schema of a checkout: its environment, and what runs a line of Python in it."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(home=Path(folder))
        embedded.start(settings)
        try:
            feeds = Path(folder) / "feeds.csv"
            lines = [f"{url},Paper {number},,en,900" for number, url in enumerate(addresses(options))]
            feeds.write_text("\n".join(["url,source,country,language,interval_seconds", *lines]))
            environment = {
                **{name: value for name, value in os.environ.items() if not name.startswith("TOCSIN_")},
                "PYTHONPATH": str(options.checkout),
                "TOCSIN_DATABASE_URL": embedded.url(settings),
                "TOCSIN_FEEDS_PATH": str(feeds),
                "TOCSIN_ALLOW_PRIVATE_ADDRESSES": "127.3.0.0/16",
                "TOCSIN_CONTACT": "mailto:bench@example.org",
            }

            def run(line: str) -> None:
                subprocess.run(
                    [sys.executable, "-c", line], env=environment, cwd=options.checkout, check=True
                )

            run(
                "import os; from pipeline.postgres.migrate import migrate; migrate(os.environ['TOCSIN_DATABASE_URL'])"
            )
            yield environment, run
        finally:
            embedded.destroy(settings)


def client(checkout: Path, environment: dict[str, str], name: str) -> dict[str, Any]:
    """One pass in a process of its own."""
    command = [sys.executable, str(ROOT / "benchmarks" / "fetch" / "our_client.py"), name]
    answer = subprocess.run(command, env=environment, cwd=checkout, check=True, stdout=subprocess.PIPE)
    found: dict[str, Any] = json.loads(answer.stdout.splitlines()[-1])
    return found


def ours(options: argparse.Namespace, base: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Passes of one version of Tocsin on a database of its own."""
    with database(options) as (environment, _):
        for name in PASSES:
            if name == "some news":
                tick(base, options.share)
            yield name, client(options.checkout, environment, name)


def many(options: argparse.Namespace, base: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """One pass over feeds that were all read before, of which a share has an entry more."""
    with database(options) as (environment, run):
        run("import sys; from pathlib import Path; from pipeline.config import load_settings;"
            " from pipeline.stages.common import database; from pipeline.stages.feeds import load_list;"
            " s = load_settings(); load_list(database(s), s.feeds_path)")  # fmt: skip
        with Database(environment["TOCSIN_DATABASE_URL"]).transaction() as transaction:
            cursor = transaction.connection.cursor()
            cursor.execute("UPDATE tocsin.feeds SET etag = '\"0\"', adapted_seconds = 900")
            cursor.execute(
                """INSERT INTO tocsin.seen_urls (url, entry_key, outcome)
                SELECT link, tocsin.key_of(link), 'known'
                FROM tocsin.feeds AS feed, generate_series(0, %(entries)s - 1) AS entry,
                     LATERAL (SELECT substring(feed.url FROM '(.*)/feed/') || '/story/' || substring(feed.url FROM '[0-9]+$')
                                     || '/' || entry AS link) AS made""",
                {"entries": options.entries},
            )
        tick(base, options.share)
        yield "one pass", client(ROOT, environment, "many")
        yield "all 304", client(ROOT, environment, "again")


def readers(options: argparse.Namespace, base: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Passes of lemon24/reader."""
    with tempfile.TemporaryDirectory() as folder:
        script = str(ROOT / "benchmarks" / "fetch" / "reader_client.py")
        command = [options.reader, script, f"{folder}/reader.sqlite", str(options.workers)]
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
                count, seconds, cpu, memory = process.stdout.readline().split()
                yield (
                    name,
                    {
                        "counts": {"feeds": int(count)},
                        "seconds": float(seconds),
                        "memory": [int(memory)],
                        "cpu": [float(cpu)],
                    },
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
    parser.add_argument("--workers", type=int, default=1, help="threads of reader")
    parser.add_argument(
        "--many", action="store_true", help="all feeds were read before; --share of them has news"
    )
    options = parser.parse_args()
    print(
        f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores; {options.feeds} feeds of {options.entries} entries on {options.hosts} hosts"
    )
    options.checkout = ROOT
    clients: list[tuple[str, Path, Any]] = [("tocsin", ROOT, many if options.many else ours)]
    clients += [(str(path), path, ours) for path in options.before]
    if options.reader:
        clients.append((f"reader, {options.workers} workers", ROOT, readers))
    for name, checkout, passes in clients:
        options.checkout = checkout
        with served(options) as base:
            for one, found in passes(options, base):
                told(name, one, found)


def told(client: str, name: str, found: dict[str, Any]) -> None:
    feeds, articles = found["counts"].get("feeds", 0), found["counts"].get("articles", 0)
    print(
        f"{client:20} {name:10} {found['seconds']:8.2f} s  {feeds / found['seconds']:8.1f} feeds/s  "
        f"{articles / found['seconds']:7.1f} articles/s  {'+'.join(map(str, found['memory']))} MB  "
        f"CPU {'+'.join(f'{one:.1f}' for one in found.get('cpu', []))} s  {found['counts']}",
        flush=True,
    )


if __name__ == "__main__":
    main()
