"""Entries and pages into articles, through the real child process."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from typing import Any

import pytest

from pipeline.fetch.announced import tells_same
from pipeline.fetch.article import Origin, Page, take_article
from pipeline.fetch.article_text import detect_language
from pipeline.fetch.records import Discard, TakenArticle
from pipeline.fetch.text import html_text, one_line, paragraphs, title_text
from pipeline.model import Entry

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
URL = "https://news.example.org/2026/talks-in-port-amsel"
CONSENT = (
    "Before you continue, choose how this site may use cookies. Partners store data on your device to measure "
    "advertising and to improve services. You may accept everything, refuse everything, or change settings later.",
)
GERMAN = (
    "Die Minister beider Länder trafen sich am Dienstag in Port Amsel, um über den Streit um die Fischerei zu "
    "sprechen, der ihre Küstenwachen seit dem Frühjahr beschäftigt, wie eine Sprecherin nach dem Treffen sagte.",
)


def entry(**values: Any) -> Entry:
    return Entry(
        **{"guid": None, "url": URL, "title": "Norland and Sudmark agree to withdraw patrol boats"} | values
    )


def take(page: str | bytes | None, of: Entry | None = None, **values: Any) -> TakenArticle | Discard:
    body = page.encode() if isinstance(page, str) else page
    page_url, content_type = values.pop("page_url", ""), values.pop("content_type", "")
    country = values.pop("country", None)
    answer = None if body is None else Page(body=body, url=page_url, content_type=content_type)
    origin = Origin(source="Morning Post", feed_id=7, fetched_at=NOW, country=country)
    return take_article(of or entry(), answer, origin, **values)


def test_text_of_the_page_is_taken(fetching):
    """Paragraphs are parted by empty lines; the headline is not told twice; nothing around it is kept."""
    page = fetching.page(fetching.title, *fetching.story).replace(
        "</article>", "</article><footer>About us · Terms</footer>"
    )

    taken = take(page)

    assert taken.article.text == "\n\n".join(fetching.story)
    assert (taken.article.text_method, taken.article.language) == ("trafilatura", "en")
    assert (taken.article.source, taken.article.feed_id, taken.article.fetched_at) == ("Morning Post", 7, NOW)


def test_text_has_one_kind_of_white_space(fetching):
    """No controls, no hard spaces, nothing invisible."""
    story = fetching.story[0].replace("Ministers of", "Ministers\u00a0of\u200b  \u0085")

    text = take(fetching.page(fetching.title, story, *fetching.story[1:])).article.text

    assert text.startswith("Ministers of Norland")


def test_feed_text_stands_in_for_a_page_that_is_not_there(fetching):
    """The longer of content and summary, as plain text."""
    of = entry(summary_html="Short.", content_html="".join(f"<p>{part}</p>" for part in fetching.story))

    taken = take(None, of)

    assert taken.article.text == "\n\n".join(fetching.story)
    assert taken.article.text_method == "feed_content"


def test_full_feed_text_wins_over_a_short_page(fetching):
    """Some pages show the first lines only."""
    of = entry(content_html="".join(f"<p>{part}</p>" for part in fetching.story))

    assert take(fetching.page(fetching.title, fetching.story[0]), of).article.text_method == "feed_content"


def test_summary_stands_in_for_a_consent_page(fetching):
    """A page that tells something else than the entry is not the article; its address does not count."""
    of = entry(summary_html=fetching.story[0])

    taken = take(
        fetching.page("Your privacy", *CONSENT), of, page_url="https://consent.example.org/choose?x=1"
    )

    assert (taken.article.text, taken.article.url) == (fetching.story[0], URL)
    assert taken.article.text_method == "feed_summary"


@pytest.mark.parametrize(
    ("page", "values", "reason"),
    [
        (None, {}, "too_short"),
        ("<html><body><p>Soon more.</p></body></html>", {}, "too_short"),
        ("consent", {}, "not_article"),
        ("german", {"title": "Talks"}, "not_english"),
        ("story", {"url": ""}, "no_url"),
        ("story", {"url": "javascript:alert(1)"}, "no_url"),
        ("%PDF-1.7", {"content_type": "application/pdf"}, "not_html"),
        ("", {"title": "", "summary_html": ""}, "no_title"),
    ],
)
def test_entry_that_is_no_article_has_a_reason(fetching, page, values, reason):
    """One of the fixed names."""
    pages = {
        "story": fetching.page(fetching.title, *fetching.story),
        "consent": fetching.page("Your privacy", *CONSENT),
        "german": fetching.page("Gespräche", *GERMAN),
    }
    content_type = values.pop("content_type", "text/html")

    outcome = take(pages.get(page, page), entry(**values), content_type=content_type)

    assert outcome == Discard(url=values.get("url", URL), reason=reason)


def test_title_comes_from_the_page_where_the_feed_has_none(fetching):
    """As plain text."""
    taken = take(fetching.page("Talks &amp;amp; tea", *fetching.story), entry(title=""))

    assert taken.article.title == "Talks & tea"


def test_time_of_the_feed_is_believed_first(fetching):
    """However old it is."""
    at = datetime(2011, 10, 28, 15, 30, tzinfo=UTC)
    page = fetching.page(
        fetching.title, *fetching.story, head='<meta property="article:published_time" content="2020-01-01">'
    )

    taken = take(page, entry(published_at=at))

    assert (taken.article.published_at, taken.published_from) == (at, "feed")


@pytest.mark.parametrize(
    "of_feed", [None, datetime(2026, 11, 23, tzinfo=UTC), datetime(1980, 1, 1, tzinfo=UTC)], ids=str
)
def test_time_of_the_page_stands_in_for_a_missing_or_insane_one(fetching, of_feed):
    """As the page states it."""
    page = fetching.page(
        fetching.title,
        *fetching.story,
        head='<meta property="article:published_time" content="2026-11-20T08:00:00Z">',
    )

    taken = take(page, entry(published_at=of_feed))

    assert (taken.article.published_at, taken.published_from) == (
        datetime(2026, 11, 20, 8, tzinfo=UTC),
        "page",
    )


def jsonld(**values: Any) -> str:
    return f'<script type="application/ld+json">{json.dumps({"@type": "NewsArticle"} | values)}</script>'


@pytest.mark.parametrize(
    ("head", "tail", "expected"),
    [
        (jsonld(datePublished="2026-11-19T23:30:00-05:00", dateModified="2026-11-21T01:00:00Z"), "", (20, 4, 30)),
        (jsonld(**{"@graph": [{"datePublished": "2026-11-19T10:00:00Z"}]}), "", (19, 10, 0)),
        ('<meta name="DC.date" content="2026-11-18">', "<p>Copyright 2026</p>", (18, 0, 0)),
        ('<meta itemprop="datePublished" content="2026-11-18">', '<time datetime="2026-11-18T09:00:00+02:00">x</time>', (18, 7, 0)),
        ("", '<time itemprop="datePublished" datetime="2026-11-17T09:00+05:30">x</time>', (17, 3, 30)),
        ("", "<p>Published 16 November 2026</p>", (16, 0, 0)),
    ],
    ids=["zone", "graph", "day", "time beside", "element", "words"],
)  # fmt: skip
def test_page_states_when_it_came_out(fetching, head, tail, expected):
    """Time and zone where it has them, not the day of a later change."""
    page = fetching.page(fetching.title, *fetching.story, head=head).replace(
        "</article>", f"</article>{tail}"
    )

    taken = take(page)

    day, hour, minute = expected
    assert (taken.article.published_at, taken.published_from) == (
        datetime(2026, 11, day, hour, minute, tzinfo=UTC),
        "page",
    )


@pytest.mark.parametrize(
    "line", ["Copyright 2026 Morning Post", "© 2020-2026", "Since November 2026", "2026"]
)
def test_year_alone_is_no_day(fetching, line):
    """A copyright line does not make it the first of January."""
    page = fetching.page(fetching.title, *fetching.story).replace("</article>", f"</article><p>{line}</p>")

    assert take(page).published_from == "fetch"


def test_country_of_the_publisher_reads_its_page(fetching):
    """IST is Indian there."""
    head = '<meta property="article:published_time" content="Fri, 20 Nov 2026 10:00:00 IST">'

    taken = take(fetching.page(fetching.title, *fetching.story, head=head), country="IND")

    assert taken.article.published_at == datetime(2026, 11, 20, 4, 30, tzinfo=UTC)


def test_article_in_an_aside_is_read(fetching):
    """Some sites put the whole of it there."""
    page = fetching.page(fetching.title, *fetching.story)
    page = page.replace("<article>", "<nav>Home World</nav><aside class='sidebar'>").replace(
        "</article>", "</aside>"
    )

    assert fetching.story[1] in take(page).article.text


def test_second_extractor_reads_what_the_first_leaves(fetching):
    """Where a class name scares it off."""
    page = fetching.page(fetching.title, *fetching.story)
    page = page.replace("<article>", "<div class='comment comments-list'>").replace("</article>", "</div>")

    taken = take(page)

    assert fetching.story[1] in taken.article.text
    assert taken.article.text_method in ("trafilatura", "resiliparse")


def test_text_of_a_part_is_the_feeds_own_or_its_element(fetching):
    """A page that several entries share is nobody's own."""
    story = fetching.story
    body = "".join(
        f'<section id="post-{number}"><p>{part}</p></section>' for number, part in enumerate(story)
    )
    page = f"<html><body><article><h1>Live</h1>{body}</article></body></html>"

    by_feed = take(page, entry(summary_html=story[0]), is_part=True)
    by_element = take(page, entry(url=f"{URL}#post-1"), is_part=True)

    assert (by_feed.article.text, by_feed.article.text_method) == (story[0], "feed_summary")
    assert (by_element.article.text, by_element.article.text_method) == (story[1], "fragment")


def test_entry_without_any_title_gets_the_first_sentence(fetching):
    """Nothing is lost for want of a headline."""
    taken = take(None, entry(title="", summary_html=f"Talks ended in Port Amsel. {fetching.story[0]}"))

    assert taken.article.title == "Talks ended in Port Amsel."


def test_time_of_fetching_stands_in_where_nobody_names_one(fetching):
    """And the record says so."""
    taken = take(fetching.page(fetching.title, *fetching.story))

    assert (taken.article.published_at, taken.published_from) == (NOW, "fetch")


def test_page_may_name_its_canonical_address(fetching):
    """The entry's own stays on record beside it."""
    page = fetching.page(
        fetching.title, *fetching.story, head='<link rel="canonical" href="/2026/11/talks-in-port-amsel">'
    )

    taken = take(page, entry(url=f"{URL}?utm_source=rss"))

    assert taken.article.url == "https://news.example.org/2026/11/talks-in-port-amsel"
    assert taken.entry_url == URL


@pytest.mark.parametrize(
    ("charset", "content_type"),
    [("utf-8", "text/html"), ("latin-1", "text/html; charset=latin-1"), ("windows-1252", "text/html; charset=windows-1252"),
     ("utf-8", "text/html; charset=iso-8859-1"), ("utf-8", "text/html; charset=nonsense")],
)  # fmt: skip
def test_letters_beyond_ascii_survive(fetching, charset, content_type):
    """Also where the header says latin-1 by habit and the page is UTF-8."""
    story = fetching.story[0].replace("Port Amsel", "Señorío de Añón")

    taken = take(
        fetching.page(fetching.title, story, *fetching.story[1:]).encode(charset), content_type=content_type
    )

    assert "Señorío de Añón" in taken.article.text


@pytest.mark.slow
def test_page_nested_a_thousandfold_costs_seconds_and_falls_back(fetching):
    """Its parser is killed in time, and the feed's text stands in."""
    deep = "<html><body>" + "<div>" * 20_000 + fetching.story[0] + "</div>" * 20_000 + "</body></html>"

    taken = take(deep, entry(summary_html=" ".join(fetching.story)))

    assert taken.article.text_method in ("feed_summary", "trafilatura")
    assert "Ministers of Norland" in taken.article.text


@pytest.mark.parametrize(
    ("announced", "text", "is_same"),
    [
        (
            "Ministers agree to withdraw patrol boats",
            "The patrol boats will leave, the ministers said.",
            True,
        ),
        ("Ministers agree to withdraw patrol boats", "We use cookies. Accept all or choose settings.", False),
        ("In pictures", "Anything at all.", True),
        ("", "Anything at all.", True),
    ],
)
def test_page_tells_what_the_feed_announced(announced, text, is_same):
    """By shared words; too few announced is no ground to doubt."""
    assert tells_same(announced, text) is is_same


def test_language_needs_fifty_letters():
    """Fewer are a guess."""
    assert detect_language("The ministers met.") == ""
    assert (
        detect_language("The ministers met in the harbour to talk about fishing and about the weather.")
        == "en"
    )
    assert detect_language(GERMAN[0]) == "de"


def test_html_becomes_paragraphs_without_scripts():
    """Blocks part, inline tags do not, entities are letters."""
    markup = "<p>One <b>two</b>\n three&nbsp;&amp; four</p><script>evil()</script><ul><li>five</li></ul>six<br>seven<!-- x -->"

    assert html_text(markup) == "One two three & four\n\nfive\n\nsix\n\nseven"


@pytest.mark.parametrize(
    "piece", ["<script", "<!--", "<a ", "<p", "</", "<![CDATA[", "&amp;lt;script", "<style></"]
)
def test_hostile_markup_costs_no_time(piece):
    """A feed chooses what the patterns run on."""
    started = time.process_time()
    html_text(piece * (1_000_000 // len(piece)))
    title_text(piece * 1_000, is_html=True)

    assert time.process_time() - started < 2.0


def test_plain_text_keeps_its_less_than_signs():
    """What looks like a tag but starts with no letter is text."""
    assert html_text("growth &lt; 2 % and 3 < 4") == "growth < 2 % and 3 < 4"


def test_controls_become_spaces():
    """Also line ends nobody thinks of, and half characters."""
    assert one_line("a\x00b\u2028c\ud800d\r\ne") == "a b c d e"
    assert paragraphs("a\u2029b\x0b\n\nc ") == "a\n\nb\n\nc"


def test_long_title_is_cut():
    """At 500 characters, with a mark."""
    assert len(title := title_text("word " * 500, is_html=False)) <= 500
    assert title.endswith("…")
