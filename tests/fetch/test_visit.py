"""One visit to one feed, the whole way over loopback."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta

import pytest

from pipeline.fetch import visit
from pipeline.fetch.http import Client, open_client
from pipeline.fetch.records import FeedState, FetchResult
from pipeline.fetch.visit import asks_unconditionally, fetch_feed
from pipeline.web.answer import Response

PUBLISHED = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)


def reasons(result) -> list[str]:
    return [discard.reason for discard in result.discards]


def test_new_entry_becomes_an_article(web, fetching):
    """With the page's text and the feed's time."""
    fetching.serve_feed(fetching.serve_story(published_at=PUBLISHED), ETag='"1"', Last_Modified="today")

    result = fetching.visit()

    (article,) = result.articles
    assert result.outcome == "fetched"
    assert (article.url, article.title, article.published_at) == (
        f"{web.url}/story",
        fetching.title,
        PUBLISHED,
    )
    assert article.text == "\n\n".join(fetching.story)
    assert (article.source, article.feed_id) == ("Morning Post", 7)


def test_good_visit_leaves_validators_and_the_next_time(fetching):
    """To be written with the articles."""
    fetching.serve_feed(fetching.serve_story(), ETag='W/"1"', Last_Modified="today")

    state = fetching.visit(fetching.feed(failure_count=3, last_error="old", interval_seconds=60)).feed

    assert (state.etag, state.last_modified, len(state.body_sha256)) == ('W/"1"', "today", 64)
    assert (state.failure_count, state.last_error, state.is_active) == (0, None, True)
    assert state.next_fetch_at == fetching.now + timedelta(seconds=54)


def test_second_visit_sends_the_validators_and_reads_nothing(web, fetching):
    """304: no page is asked for again."""
    fetching.serve_feed(fetching.serve_story(), ETag='"1"')
    first = fetching.visit()
    web.routes["/feed"] = fetching.reply(304)
    web.requests.clear()

    second = fetching.visit(first.feed)

    assert (second.outcome, second.articles, second.feed.etag) == ("unchanged", (), '"1"')
    assert [headers["If-None-Match"] for _, headers in web.requests] == ['"1"']


def test_new_etag_on_the_same_body_is_unchanged(fetching):
    """The hash of the body is the second net."""
    story = fetching.serve_story()
    fetching.serve_feed(story, ETag='"1"')
    first = fetching.visit()
    fetching.memory.entries.clear()
    fetching.serve_feed(story, ETag='"2"')

    second = fetching.visit(first.feed)

    assert (second.outcome, second.feed.etag) == ("unchanged", '"2"')


@pytest.mark.parametrize(("interval", "visits"), [(60, 1440), (900, 96), (3600, 24), (86_400, 24)])
def test_now_and_then_no_condition_is_sent(fetching, interval, visits):
    """A server that answers 304 for ever would hide its news: once a day, or each 24th visit."""
    feed = fetching.feed(interval_seconds=interval)
    times = [fetching.now + timedelta(seconds=interval * visit) for visit in range(visits)]

    assert sum(asks_unconditionally(feed, now=time) for time in times) == 1


def test_visit_without_conditions_still_sees_an_unchanged_body(web, fetching):
    """So a turn without conditions costs bytes and no work."""
    fetching.serve_feed(fetching.serve_story(), ETag='"1"')
    state = fetching.visit().feed
    while not asks_unconditionally(state, now=fetching.now):
        fetching.now += timedelta(seconds=state.interval_seconds)
    web.requests.clear()

    result = fetching.visit(state)

    assert (result.outcome, result.feed.etag) == ("unchanged", '"1"')
    assert ["If-None-Match" in headers for _, headers in web.requests] == [False]


def test_known_entry_is_not_asked_for(web, fetching):
    """Nor is one that comes back with other campaign parameters."""
    fetching.memory.known = {f"{web.url}/story"}
    fetching.serve_story()
    fetching.serve_feed(
        fetching.item("Talks", f"{web.url}/story?utm_source=rss"),
        fetching.item("Talks", f"{web.url}/story#2"),
    )

    result = fetching.visit()

    assert reasons(result) == ["known", "known"]
    assert web.asked("/story") == []


def test_entry_is_fetched_by_its_own_address(web, fetching):
    """Not by the canonical one, which may not be served."""
    fetching.serve_story()
    fetching.serve_feed(fetching.item(fetching.title, f"{web.url}/story?utm_source=rss"))

    result = fetching.visit()

    assert len(web.asked("/story?utm_source=rss")) == 1
    assert result.articles[0].url == f"{web.url}/story"


def test_discard_is_seen_and_not_asked_for_again(web, fetching):
    """A page that is not English is read once."""
    german = "Die Minister trafen sich am Dienstag in der Stadt, um über die Fischerei zu sprechen, sagte eine Sprecherin."
    web.routes["/story"] = fetching.reply(200, fetching.page("Gespräche", german), Content_Type="text/html")
    fetching.serve_feed(fetching.item("Gespräche", f"{web.url}/story"))

    first, second = fetching.visit(), fetching.visit()

    assert (reasons(first), [entry.outcome for entry in first.seen]) == (["not_english"], ["not_english"])
    assert reasons(second) == ["known"]
    assert len(web.asked("/story")) == 1


def test_page_that_fails_for_now_is_tried_at_the_next_visit(web, fetching):
    """Its entry is kept, so that neither a 304 nor its leaving the feed can hide it."""
    good = fetching.serve_story("/good")
    fetching.serve_feed(good, fetching.item("Later", f"{web.url}/later", summary="Short."), ETag='"1"')
    web.routes["/later"] = fetching.reply(503)

    first = fetching.visit()
    fetching.serve_story("/later")
    web.routes["/feed"] = fetching.reply(304)
    second = fetching.visit(first.feed)

    assert (first.waiting_count, first.failures, first.feed.etag) == (1, (), '"1"')
    assert [article.url for article in first.articles] == [f"{web.url}/good"]
    assert [article.url for article in second.articles] == [f"{web.url}/later"]
    assert (second.outcome, second.feed.etag) == ("unchanged", '"1"')


def test_page_that_never_comes_is_given_up_after_ever_longer_waits(web, fetching):
    """At once, a minute, half an hour and six hours later; then it is quarantined."""
    fetching.serve_feed(fetching.item("Later", f"{web.url}/later?utm_source=rss"), ETag='"1"')
    web.routes["/later"] = fetching.reply(500)
    start, waits, failures = fetching.now, [0, 0, 60, 1800, 21_600, 90_000], []
    state = None
    for wait in waits:
        fetching.now += timedelta(seconds=wait)
        result = fetching.visit(state)
        state = result.feed
        failures += [(failure.url, fetching.now - start) for failure in result.failures]

    assert failures == [(f"{web.url}/later", timedelta(seconds=23_460))]
    assert len(web.asked("/later?utm_source=rss")) == 5


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        ("<html><body><p>Soon more.</p></body></html>", "text/html"),
        ("%PDF-1.7", "application/pdf"),
        ("consent", "text/html"),
    ],
)
def test_bad_reading_of_a_page_is_not_the_last_word(web, fetching, body, content_type):
    """A stub, another type or a consent page today may be the article tomorrow."""
    consent = "Before you continue, choose how this site may use cookies to measure advertising and improve services."
    page = fetching.page("Your privacy", consent) if body == "consent" else body
    web.routes["/story"] = fetching.reply(200, page, Content_Type=content_type)
    fetching.serve_feed(fetching.item(fetching.title, f"{web.url}/story"))

    first = fetching.visit()
    fetching.serve_story()
    second = fetching.visit(first.feed)

    assert (first.articles, first.waiting_count) == ((), 1)
    assert [article.url for article in second.articles] == [f"{web.url}/story"]


def test_page_that_stays_bad_is_discarded_in_the_end(web, fetching):
    """Under the name of what was wrong with it."""
    web.routes["/story"] = fetching.reply(200, "<p>Soon more.</p>", Content_Type="text/html")
    fetching.serve_feed(fetching.item(fetching.title, f"{web.url}/story"))
    found, state = [], None
    for _ in range(6):
        result = fetching.visit(state)
        state, found = result.feed, found + reasons(result)
        fetching.now += timedelta(days=1)

    assert found == ["too_short"]


def test_page_that_is_gone_is_final(web, fetching):
    """It is seen, and holds nothing back."""
    fetching.serve_feed(fetching.item("Gone", f"{web.url}/gone"), ETag='"1"')
    web.routes["/gone"] = fetching.reply(410)

    result = fetching.visit()

    assert [failure.is_final for failure in result.failures] == [True]
    assert ([entry.outcome for entry in result.seen], result.feed.etag) == (["failed"], '"1"')


@pytest.mark.parametrize("status", [401, 403, 404, 410])
def test_summary_stands_in_for_a_refused_page(web, fetching, status):
    """Its publisher gives the summary and not the page."""
    fetching.serve_feed(fetching.item(fetching.title, f"{web.url}/closed", summary=fetching.story[0]))
    web.routes["/closed"] = fetching.reply(status)

    (article,) = fetching.visit().articles

    assert (article.text, article.text_method) == (fetching.story[0], "feed_summary")


def test_summary_does_not_stand_in_for_a_page_that_fails_for_now(web, fetching):
    """The page may come, and it has more."""
    fetching.serve_feed(fetching.item(fetching.title, f"{web.url}/later", summary=fetching.story[0]))
    web.routes["/later"] = fetching.reply(500)

    result = fetching.visit()

    assert (result.articles, result.waiting_count) == ((), 1)


def test_robots_keeps_us_from_the_page_but_not_from_the_feed(web, fetching):
    """The summary is for readers of feeds; without one the entry is discarded."""
    web.routes["/robots.txt"] = fetching.reply(200, "User-agent: *\nDisallow: /")
    with_summary = fetching.serve_story("/a", summary=fetching.story[0])
    fetching.serve_feed(with_summary, fetching.serve_story("/b"))

    result = fetching.visit()

    assert [article.text_method for article in result.articles] == ["feed_summary"]
    assert reasons(result) == ["robots"]
    assert web.asked("/a") == web.asked("/b") == []


def test_entry_that_links_home_is_never_asked_for(canary, fetching):
    """A feed must not make us read our own network."""
    fetching.serve_feed(
        fetching.item("Secret", f"{canary.url}/secret"), fetching.item("Secret", "http://169.254.169.254/")
    )

    result = fetching.visit()

    assert canary.requests == []
    assert [failure.is_final for failure in result.failures] == [True, True]


def test_no_more_than_the_limit_is_taken_at_once(fetching):
    """A feed with ten thousand new guids is read over many visits, and nothing is lost."""
    fetching.serve_feed(*[fetching.serve_story(f"/story-{number}") for number in range(5)], ETag='"1"')

    first = fetching.visit(max_new_entries=2)
    second = fetching.visit(first.feed, max_new_entries=2)
    third = fetching.visit(second.feed, max_new_entries=2)

    assert [len(result.articles) for result in (first, second, third)] == [2, 2, 1]
    assert [result.postponed_count for result in (first, second, third)] == [3, 1, 0]
    assert [result.feed.etag for result in (first, second, third)] == [None, None, '"1"']


def test_article_under_a_canonical_address_is_known_by_both(web, fetching):
    """The link of the entry is seen, so the page is not read twice."""
    fetching.serve_feed(
        fetching.serve_story("/2026/talks-77123", head='<link rel="canonical" href="/talks-77123">')
    )

    first, second = fetching.visit(), fetching.visit()

    assert [article.url for article in first.articles] == [f"{web.url}/talks-77123"]
    assert [entry.url for entry in first.seen] == [f"{web.url}/2026/talks-77123"]
    assert reasons(second) == ["known"]


def test_two_links_to_one_canonical_address_are_one_article(web, fetching):
    """As with the mobile and the desktop page."""
    head = '<link rel="canonical" href="/talks-77123">'
    fetching.serve_feed(
        fetching.serve_story("/a/talks-77123", head=head), fetching.serve_story("/b/talks-77123", head=head)
    )

    result = fetching.visit()

    assert [article.url for article in result.articles] == [f"{web.url}/talks-77123"]
    assert reasons(result) == ["known"]


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (500, "", "answered 500"),
        (404, "", "answered 404"),
        (200, "", "empty"),
        (200, "<html><body>Error 503</body></html>", "an HTML page"),
        (200, '<rss version="2.0"><channel><title>x</titel>', "broken before its first entry"),
        (200, "Too many connections", "no feed"),
    ],
)
def test_broken_answer_is_a_failure_with_its_reason(web, fetching, status, body, error):
    """Not a quiet day. What was known of the feed stays known, and it is tried again later."""
    web.routes["/feed"] = fetching.reply(status, body)

    result = fetching.visit(fetching.feed(etag='"1"', body_sha256="ab", failure_count=1))

    assert (result.outcome, result.articles) == ("failed", ())
    assert error in result.feed.last_error
    assert (result.feed.etag, result.feed.body_sha256) == ('"1"', "ab")
    assert (result.feed.failure_count, result.feed.is_active) == (2, True)
    assert result.feed.next_fetch_at == fetching.now + timedelta(seconds=2700)


def test_broken_xml_with_entries_is_read(web, fetching):
    """A careless publisher still has news."""
    story = fetching.serve_story()
    web.routes["/feed"] = fetching.reply(200, fetching.rss(story, "<item><title>Tea & cake")[:-20])

    assert [article.url for article in fetching.visit().articles] == [f"{web.url}/story"]


@pytest.mark.parametrize("status", [429, 503])
def test_server_that_asks_for_patience_gets_it(web, fetching, status):
    """Where its wish is longer than our own back-off."""
    web.routes["/feed"] = fetching.reply(status, Retry_After="7200")

    result = fetching.visit()

    assert result.feed.next_fetch_at == fetching.now + timedelta(seconds=7200)


def test_gone_feed_is_visited_no_more(web, fetching):
    """410 is the publisher's word; anything else may pass."""
    web.routes["/feed"] = fetching.reply(410)

    result = fetching.visit()

    assert (result.outcome, result.feed.is_active, result.feed.next_fetch_at) == ("gone", False, None)


def test_feed_at_a_refused_address_stays_alive(fetching):
    """A name server's bad day must not end a feed."""
    result = fetching.visit(fetching.feed(url="http://10.0.0.1/feed"))

    assert (result.outcome, result.feed.is_active) == ("failed", True)
    assert "not a public address" in result.feed.last_error


def test_permanent_move_is_reported_and_followed(web, fetching):
    """The address itself is left for a person to change."""
    fetching.serve_feed(fetching.serve_story())
    web.routes["/old"] = fetching.reply(301, Location="/feed")

    result = fetching.visit(FeedState(url=f"{web.url}/old", source="Morning Post"))

    assert (result.moved_to, result.feed.url, len(result.articles)) == (
        f"{web.url}/feed",
        f"{web.url}/old",
        1,
    )


def test_slow_page_does_not_hold_up_its_neighbours(web, fetching):
    """It fails for now, they are taken."""
    good = [fetching.serve_story(f"/good-{number}") for number in range(3)]
    web.routes["/slow"] = fetching.drip(b"x" * 1000, seconds=0.1)
    fetching.serve_feed(fetching.item("Slow", f"{web.url}/slow"), *good)

    result = fetching.visit(fetch_timeout_seconds=1.0)

    assert len(result.articles) == 3
    assert [entry.url for entry in result.seen if entry.outcome == "waiting"] == [f"{web.url}/slow"]


def test_page_beyond_the_limit_is_a_final_failure(web, fetching):
    """It would be as large tomorrow."""
    web.routes["/huge"] = fetching.reply(200, b"x" * 50_000)
    fetching.serve_feed(fetching.item("Huge", f"{web.url}/huge"))

    result = fetching.visit(max_page_bytes=40_000)

    assert [failure.is_final for failure in result.failures] == [True]


class Careless:
    """A client with a defect that one page brings out."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self.settings, self.get_feed = client.settings, client.get_feed
        self.may_fetch_page, self.is_named = client.may_fetch_page, client.is_named
        self.claim_link = client.claim_link

    async def get_page(self, url: str) -> Response:
        if url.endswith("/bad"):
            raise ZeroDivisionError("a defect")
        return await self._client.get_page(url)


def test_defect_of_one_entry_leaves_the_others(web, fetching, caplog):
    """It is named, logged with its traceback, and tried again."""
    fetching.serve_feed(fetching.serve_story("/bad"), fetching.serve_story("/good"))

    async def go() -> FetchResult:
        async with open_client(fetching.settings()) as client:
            return await fetch_feed(
                fetching.feed(), client=Careless(client), now=fetching.now, memory=fetching.memory
            )

    result = asyncio.run(go())

    assert [article.url for article in result.articles] == [f"{web.url}/good"]
    assert result.waiting_count == 1
    assert "Traceback" in caplog.text


def test_host_that_asks_for_patience_is_not_asked_for_its_other_pages(web, fetching):
    """One 429 speaks for the host; what was not asked for is no try, and comes again when it said."""
    pages = [fetching.item(f"Talks end in port {number}", f"{web.url}/story-{number}") for number in range(8)]
    for number in range(8):
        web.routes[f"/story-{number}"] = fetching.reply(429, Retry_After="120")
    fetching.serve_feed(*pages)

    first = fetching.visit()
    asked = sum(path.startswith("/story-") for path, _ in web.requests)
    for number in range(8):
        fetching.serve_story(f"/story-{number}")
    fetching.now += timedelta(seconds=121)
    second = fetching.visit(first.feed)

    assert (asked <= 4, first.waiting_count, len(second.articles)) == (True, 8, 8)
    assert sum(entry.try_count for entry in first.seen) == asked


def test_host_whose_pages_hang_is_left_alone_soon(web, fetching):
    """After three, not after all of them."""
    pages = [fetching.item(f"Talks end in port {number}", f"{web.url}/slow-{number}") for number in range(20)]
    for number in range(20):
        web.routes[f"/slow-{number}"] = fetching.drip(b"x" * 1000, seconds=0.1)
    fetching.serve_feed(*pages)
    started = time.monotonic()

    result = fetching.visit(fetch_timeout_seconds=1.0)

    assert (result.waiting_count, time.monotonic() - started < 8) == (20, True)


def test_pages_of_one_host_are_asked_for_with_a_pause(web, fetching):
    """Ten a second at most."""
    times: list[float] = []

    def timed(handler):
        times.append(time.monotonic())
        fetching.reply(200, fetching.page(fetching.title, *fetching.story), Content_Type="text/html")(handler)

    for number in range(6):
        web.routes[f"/story-{number}"] = timed
    fetching.serve_feed(
        *[fetching.item(f"Talks {number}", f"{web.url}/story-{number}") for number in range(6)]
    )
    fetching.visit()

    assert max(times) - min(times) > 0.4


def test_page_that_names_its_feed_leads_to_it(web, fetching):
    """At every visit anew, and shown: the page may be a feed's bad day, and the feed it names another one."""
    fetching.serve_feed(fetching.serve_story())
    head = '<link rel="alternate" type="application/rss+xml" href="/feed">'
    web.routes["/home"] = fetching.reply(
        200, fetching.page("Home", "News", head=head), Content_Type="text/html"
    )
    state, taken = FeedState(url=f"{web.url}/home", source="Morning Post"), 0
    for _ in range(3):
        result = fetching.visit(state)
        state, taken = result.feed, taken + len(result.articles)

    assert (taken, state.moved_to, len(web.asked("/home"))) == (1, f"{web.url}/feed", 3)


@pytest.mark.parametrize("status", [301, 308])
def test_move_is_remembered_when_it_was_said_twice(web, fetching, status):
    """And forgotten when the new address fails."""
    fetching.serve_feed(fetching.serve_story())
    web.routes["/old"] = fetching.reply(status, Location="/feed")
    state = FeedState(url=f"{web.url}/old", source="Morning Post")
    for _ in range(4):
        state = fetching.visit(state).feed
    asked = len(web.asked("/old"))
    web.routes["/feed"] = fetching.reply(404)
    state = fetching.visit(state).feed

    assert (asked, state.moved_to, state.url) == (2, None, f"{web.url}/old")


def test_temporary_redirect_is_not_remembered(web, fetching):
    """302 is for today."""
    fetching.serve_feed(fetching.serve_story())
    web.routes["/old"] = fetching.reply(302, Location="/feed")
    state = FeedState(url=f"{web.url}/old", source="Morning Post")
    for _ in range(3):
        state = fetching.visit(state).feed

    assert (len(web.asked("/old")), state.moved_to) == (3, None)


def test_entries_for_which_there_was_no_time_come_at_the_next_visit(web, fetching, monkeypatch):
    """They are kept, and no try is charged; the feed itself need not be read again for them."""
    fetching.serve_feed(fetching.serve_story("/a"), fetching.serve_story("/b"), ETag='"1"')
    monkeypatch.setattr(visit, "PAGES_SECONDS", -1.0)
    first = fetching.visit()
    monkeypatch.undo()
    web.routes["/feed"] = fetching.reply(304)
    second = fetching.visit(first.feed)

    assert (first.articles, first.waiting_count, first.feed.etag) == ((), 2, '"1"')
    assert [entry.try_count for entry in first.seen] == [0, 0]
    assert len(second.articles) == 2
