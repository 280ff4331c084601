"""Feed documents, through the real child process."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipeline.config import ROOT
from pipeline.fetch import worker
from pipeline.fetch.feed import parse_feed
from pipeline.fetch.records import ParsedFeed

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
URL = "https://example.org/feeds/world.xml"

RSS = """<rss version="2.0"><channel><title>Morning &amp;amp; Evening Post</title>{}</channel></rss>"""
ATOM = """<?xml version="1.0" encoding="utf-8"?><feed xmlns="http://www.w3.org/2005/Atom"><title>Post</title>
<entry><id>tag:1</id><title type="html">Talks &lt;b&gt;end&lt;/b&gt; in Am&amp;#246;y</title>
<link rel="enclosure" href="/film.mp4"/><link rel="alternate" href="../talks"/><updated>2026-11-22T10:00:00+01:00</updated>
<summary>Short.</summary><content type="html">&lt;p&gt;Long text.&lt;/p&gt;</content></entry></feed>"""
RDF = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
 xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="x"><title>Post</title></channel>
<item rdf:about="https://example.org/talks"><title>Talks end</title><link>https://example.org/talks</link>
<dc:date>2026-11-22T09:00:00Z</dc:date></item></rdf:RDF>"""
JSON_FEED = {
    "version": "https://jsonfeed.org/version/1.1", "title": "Post", "language": "en",
    "items": [{"id": "1", "url": "https://example.org/talks", "title": "Talks end", "content_html": "<p>Long text.</p>",
               "date_published": "2026-11-22T10:00:00+01:00"}, "no item"],
}  # fmt: skip


def read(body: bytes | str, *, content_type: str = "application/xml", max_entries: int = 100) -> ParsedFeed:
    data = body.encode() if isinstance(body, str) else body
    return parse_feed(data, url=URL, content_type=content_type, fetched_at=NOW, max_entries=max_entries)


def rss(item: str) -> ParsedFeed:
    return read(RSS.format(f"<item>{item}</item>"))


@pytest.mark.parametrize(
    "body",
    [ATOM, RDF, json.dumps(JSON_FEED), RSS.format(
        "<item><title>Talks end</title><link>https://example.org/talks</link><pubDate>Sun, 22 Nov 2026 09:00:00 GMT</pubDate></item>"
    )],
    ids=["Atom", "RSS 1.0", "JSON Feed", "RSS 2.0"],
)  # fmt: skip
def test_format_is_read(body: str) -> None:
    """Title, absolute link and time of the one entry."""
    parsed = read(body)

    (entry,) = parsed.entries
    assert (parsed.problem, entry.url) == (None, "https://example.org/talks")
    assert entry.title.startswith("Talks end")
    assert entry.published_at == datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


def test_titles_are_plain_text() -> None:
    """No tags, no entities, even escaped twice."""
    assert read(ATOM).entries[0].title == "Talks end in Amöy"
    assert read(RSS.format("<item><title>x</title></item>")).title == "Morning & Evening Post"


def test_title_that_looks_like_markup_in_json_is_kept() -> None:
    """JSON Feed's titles are plain by definition."""
    feed = JSON_FEED | {"items": [{"id": "1", "title": "Is a<b and c>d?", "url": "https://example.org/1"}]}

    assert read(json.dumps(feed)).entries[0].title == "Is a<b and c>d?"


def test_controls_and_direction_overrides_leave_the_title() -> None:
    """A title must not read differently from what it is, nor end a line of a log."""
    (entry,) = rss("<title>Talks&#8238; end now&#10;ERROR</title><link>https://example.org/1</link>").entries

    assert entry.title == "Talks end now ERROR"


@pytest.mark.parametrize(
    ("item", "url"),
    [
        ("<link>/talks?id=1</link>", "https://example.org/talks?id=1"),
        ("<link> https://example.org/talks\n</link>", "https://example.org/talks"),
        ('<guid isPermaLink="true">https://example.org/talks</guid>', "https://example.org/talks"),
        ("<link>javascript:alert(1)</link>", ""),
        ("<link>file:///etc/passwd</link>", ""),
        ('<guid isPermaLink="false">12345</guid>', ""),
        ("<link>http://[</link>", ""),
        ("", ""),
    ],
)
def test_link_is_absolute_http_or_empty(item: str, url: str) -> None:
    """A permanent guid stands in for a missing link."""
    assert rss(f"<title>Talks end</title>{item}").entries[0].url == url


@pytest.mark.parametrize(
    "date", ["0000-00-00", "2026-13-45", "17953488", "Sun, 22 Nov 2099 12:00:00 GMT", "yesterday"]
)
def test_insane_date_is_none(date: str) -> None:
    """Though feedparser would make one of it."""
    assert rss(f"<title>x</title><pubDate>{date}</pubDate>").entries[0].published_at is None


def test_summer_time_of_central_europe_is_kept() -> None:
    """feedparser forgets that zone."""
    (entry,) = rss("<title>x</title><pubDate>2026-07-01 14:00:00 CEST</pubDate>").entries

    assert entry.published_at == datetime(2026, 7, 1, 12, 0, tzinfo=UTC)


def test_only_the_first_entries_are_read() -> None:
    """Feeds begin with the newest."""
    parsed = read(RSS.format("".join(f"<item><title>{n}</title></item>" for n in range(50))), max_entries=3)

    assert [entry.title for entry in parsed.entries] == ["0", "1", "2"]


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ("", "empty"),
        (" \n\t", "empty"),
        ("<!DOCTYPE html><html><body><h1>Error 503</h1><a href='/x'>back</a></body></html>", "an HTML page"),
        ("Service unavailable", "no feed"),
        ("{}", "no JSON Feed"),
        ("{broken", "broken JSON"),
        ("[" * 100_000, "no feed"),
        ('{"a":' * 100_000, "JSON"),
        ('<rss version="2.0"><channel><title>Post</titel>', "broken before its first entry"),
        (bytes(range(256)) * 1000, "no feed"),
        ("/etc/hostname", "no feed"),
        ("file:///etc/hostname", "no feed"),
        ("http://127.0.0.1:9/", "no feed"),
    ],
    ids=lambda value: str(value)[:20],
)
def test_what_is_no_feed_has_a_problem(body: bytes | str, problem: str) -> None:
    """Not "no entries": a feed that breaks must not look like a quiet day."""
    parsed = read(body)

    assert parsed.entries == ()
    assert problem in (parsed.problem or "")


def test_quiet_feed_has_no_problem() -> None:
    """A good document without entries is a good document."""
    assert read(RSS.format("")) == ParsedFeed(title="Morning & Evening Post")


def test_name_of_a_file_is_not_opened(tmp_path: Path) -> None:
    """feedparser takes bytes for a path first; ours is never asked so."""
    secret = tmp_path / "feed.xml"
    secret.write_text(RSS.format("<item><title>secret</title></item>"))

    assert read(str(secret)).entries == ()


def test_external_entity_is_not_read(tmp_path: Path) -> None:
    """Nor any other way a document could reach for a file."""
    secret = tmp_path / "secret.txt"
    secret.write_text("the secret")
    body = f'<!DOCTYPE rss [<!ENTITY x SYSTEM "file://{secret}">]>' + RSS.format(
        "<item><title>a &x; b</title></item>"
    )

    assert "the secret" not in repr(read(body))


def test_broken_xml_keeps_the_entries_before_the_break() -> None:
    """A cut or careless document still has its news."""
    whole = "<item><title>Talks end</title><link>https://example.org/1</link></item>"

    parsed = read(
        RSS.format(whole + "<item><title>Tea & cake</title><link>https://ex")[: -len("</channel></rss>")]
    )

    assert parsed.problem is None
    assert parsed.entries[0].title == "Talks end"


@pytest.mark.parametrize("charset", ["utf-16", "windows-1251", "latin-1"])
def test_declared_charset_is_obeyed(charset: str) -> None:
    """Whether in the document or in the header."""
    text = "Café" if charset == "latin-1" else "Талкс"
    body = f'<?xml version="1.0" encoding="{charset}"?>' + RSS.format(f"<item><title>{text}</title></item>")

    assert read(body.encode(charset)).entries[0].title == text


def test_parser_that_hangs_is_killed_and_the_next_document_read() -> None:
    """A megabyte of attributes takes feedparser minutes."""
    hang = (
        b'<rss version="2.0"><channel><item '
        + b"".join(b'a%d="x" ' % n for n in range(100_000))
        + b"/></channel></rss>"
    )
    header = {"url": URL, "content_type": "", "max_entries": 10}
    read(ATOM)
    started = time.monotonic()

    with pytest.raises(worker.ParserError, match="longer than"):
        worker.parse("feed", header, hang, seconds=0.5)

    assert time.monotonic() - started < 5.0
    assert len(read(ATOM).entries) == 1


def test_parser_that_dies_is_replaced() -> None:
    """Whatever kills it: one document is lost."""
    child = worker._Child(worker.queue.LifoQueue())
    header = {"url": URL, "content_type": "", "max_entries": 10}
    assert child.ask("feed", header, ATOM.encode(), seconds=10)["problem"] is None
    assert child._process is not None
    child._process.kill()
    child._process.wait()

    assert len(child.ask("feed", header, ATOM.encode(), seconds=10)["entries"]) == 1
    child.stop()


def test_parser_has_none_of_our_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Passwords stay with us."""
    monkeypatch.setenv("TOCSIN_DATABASE_URL", "postgresql://user:canary@host/db")
    child = worker._Child(worker.queue.LifoQueue())
    child.ask("feed", {"url": URL, "content_type": "", "max_entries": 10}, ATOM.encode(), seconds=10)
    assert child._process is not None

    environment = Path(f"/proc/{child._process.pid}/environ").read_bytes()
    child.stop()

    assert b"canary" not in environment
    assert b"PYTHONPATH" in environment


ORPHAN = """
import os, signal
from pipeline.fetch import worker
header = {"url": "", "content_type": "", "max_entries": 1}
child = worker._shared().borrow()
child.ask("feed", header, b"<rss version='2.0'><channel><item/></channel></rss>", seconds=20)
print(child._process.pid, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_parser_does_not_outlive_a_killed_parent() -> None:
    """However the parent ends, nothing is left running."""
    done = subprocess.run(
        [sys.executable, "-c", ORPHAN], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    child = Path("/proc") / done.stdout.strip()
    deadline = time.monotonic() + 5.0
    while (
        child.exists() and "State:\tZ" not in (child / "status").read_text() and time.monotonic() < deadline
    ):
        time.sleep(0.05)

    assert done.stdout.strip().isdecimal()
    assert not child.exists() or "State:\tZ" in (child / "status").read_text()


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
@pytest.mark.parametrize("stated", ["", ' encoding="utf-16"'])
def test_wide_letters_without_a_mark_are_read(encoding, stated):
    """The zeros beside the first sign tell."""
    text = f'<?xml version="1.0"{stated}?><rss version="2.0"><channel><item><title>Café</title><link>https://a.example/x</link></item></channel></rss>'

    assert [one.title for one in read(text.encode(encoding)).entries] == ["Café"]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ('<!DOCTYPE rss [<!ENTITY a "lol"><!ENTITY b "&a;&a;">]><rss><channel><item><title>&b;</title></item></channel></rss>', "entities made of entities"),
        (f'<!DOCTYPE rss [<!ENTITY a "{"A" * 5000}">]><rss><channel><item><title>&a;</title></item></channel></rss>', "entity of 5000 letters"),
        ("<rss><channel><item><title>t</title><description>" + "<b>" * 100_000, "within one another"),
    ],
    ids=["laughs", "quadratic", "deep"],
)  # fmt: skip
def test_a_bomb_is_called_one(body, reason):
    """So that the feed's failure says why nothing came of it."""
    assert reason in (read(body.encode()).problem or "")


def test_entities_that_stand_for_a_letter_are_no_bomb():
    """Old feeds declare them."""
    text = '<!DOCTYPE rss [<!ENTITY nbsp "&#160;"><!ENTITY eacute "&#233;">]><rss version="2.0"><channel><item><title>Caf&eacute;</title><link>https://a.example/x</link></item></channel></rss>'

    assert [one.title for one in read(text.encode()).entries] == ["Café"]
