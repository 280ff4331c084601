"""What `tocsin feeds …` does: options and settings in, one call of the library, text out."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from pipeline.config import Settings
from pipeline.errors import ConfigError

Command = Callable[[argparse.Namespace, Settings], int | None]
STATES = ("well", "new", "failing", "paused", "gone", "unlisted")
KINDS = ("csv", "opml")


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Put `feeds` and its actions among the commands."""
    about = "the feeds that are visited: list, show, add, import, export, pause, resume"
    parser = subparsers.add_parser("feeds", help=about, description=about, allow_abbrev=False)
    actions = parser.add_subparsers(required=True, metavar="ACTION")

    def action(name: str, command: Command, about: str) -> argparse.ArgumentParser:
        made = actions.add_parser(name, help=about, description=about, allow_abbrev=False)
        made.set_defaults(command=command)
        return made

    listed = action("list", show_list, "all feeds and how they fare; --state failing shows those alone")
    listed.add_argument("--state", nargs="+", choices=STATES, default=[])
    shown = action("show", show_one, "all that is known of one feed, and its newest articles")
    shown.add_argument("feed", metavar="ID_OR_URL")
    added = action("add", add, "add a feed by its address, or by that of a page that names its feed")
    added.add_argument("url", metavar="URL")
    for name, what in (
        ("source", "the publisher (default: what the feed calls itself)"),
        ("country", "the publisher's, ISO 3166 alpha-3"),
        ("language", "a tag such as en"),
        ("interval", "the most seconds between two visits (default: it finds itself)"),
    ):
        added.add_argument(f"--{name}", default="", help=what)
    added.add_argument("--unchecked", action="store_true", help="do not read it first")
    action("import", import_file, "add all feeds of a list: OPML or CSV").add_argument(
        "file", metavar="FILE", type=Path
    )
    exported = action("export", export, "write all feeds as a list: OPML or CSV by the ending of FILE")
    exported.add_argument("file", metavar="FILE", type=Path)
    for name, command, about in (
        ("pause", pause, "visit feeds no more until they are resumed"),
        ("resume", resume, "visit feeds again, now: paused, gone or failing ones"),
    ):
        action(name, command, about).add_argument("feeds", metavar="ID_OR_URL", nargs="+")


def show_list(options: argparse.Namespace, settings: Settings) -> None:
    from pipeline.feed_report import feed_table
    from pipeline.report import console
    from pipeline.stages.feeds import list_feeds

    _ready(settings)
    console().print(feed_table(list_feeds(settings, options.state)))


def show_one(options: argparse.Namespace, settings: Settings) -> None:
    from pipeline.feed_report import feed_details
    from pipeline.report import console
    from pipeline.stages.feeds import show_feed

    _ready(settings)
    console().print(feed_details(*show_feed(options.feed, settings)))


def add(options: argparse.Namespace, settings: Settings) -> None:
    from pipeline.stages.feeds import add_feed

    _ready(settings)
    values = {name: getattr(options, name) for name in ("url", "source", "country", "language")}
    feed, entry_count = add_feed(
        {**values, "interval_seconds": options.interval}, settings, is_checked=not options.unchecked
    )
    seen = "unchecked" if options.unchecked else f"{entry_count} entries"
    print(f"added {feed.url} of {feed.source} ({seen}); the next fetch visits it")


def import_file(options: argparse.Namespace, settings: Settings) -> None:
    from pipeline.stages.feeds import import_feeds

    _ready(settings)
    new_count, known_count = import_feeds(options.file, settings)
    print(f"{options.file}: {new_count} new feeds, {known_count} that were there")


def export(options: argparse.Namespace, settings: Settings) -> None:
    from pipeline.stages.feeds import export_feeds

    kind = options.file.suffix.lstrip(".").lower()
    if kind not in KINDS:
        raise ConfigError(
            f"the ending of FILE says how it is written: .opml or .csv, got {str(options.file)!r}"
        )
    _ready(settings)
    text = export_feeds(kind, settings)
    options.file.write_text(text, encoding="utf-8")
    print(f"{options.file}: written; `tocsin feeds import {options.file}` reads it")


def pause(options: argparse.Namespace, settings: Settings) -> None:
    from pipeline.stages.feeds import pause_feeds

    _ready(settings)
    for row in pause_feeds(options.feeds, settings):
        print(f"{row['id']} is paused: {row['url']}")


def resume(options: argparse.Namespace, settings: Settings) -> None:
    from pipeline.stages.feeds import resume_feeds

    _ready(settings)
    for row in resume_feeds(options.feeds, settings):
        print(f"{row['id']} is visited at the next fetch: {row['url']}")


def _ready(settings: Settings) -> None:
    """The database, and in it the list of feeds as it stands now."""
    from pipeline.local.server import prepare
    from pipeline.stages.common import database
    from pipeline.stages.feeds import load_list

    prepare(settings)
    load_list(database(settings), settings.feeds_path)
