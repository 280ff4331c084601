"""The canonical form of an article's address."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.fetch.url import address_of, canonical_url, choose_canonical, is_same_site

STORY = "https://news.example.org/2026/11/talks-in-port-amsel"


@pytest.mark.parametrize(
    "url",
    [
        STORY,
        "http://news.example.org/2026/11/talks-in-port-amsel",
        "HTTPS://News.Example.ORG:443/2026/11/talks-in-port-amsel",
        "http://news.example.org:80/2026/11/talks-in-port-amsel#comments",
        f"{STORY}?utm_source=rss&utm_medium=feed",
        f"{STORY}?at_medium=RSS&at_campaign=KARANGA",
        f"{STORY}?fbclid=abc&CMP=share_btn&ocid=x",
        f"{STORY}?amp=1",
        f"{STORY}?outputType=amp",
        f"{STORY}/amp",
        f"{STORY}/amp/",
        f"{STORY}?",
        f" {STORY}\n",
        "https://news.example.org/2026/11/t%61lks-in-port-amsel",
        "https://user:secret@news.example.org/2026/11/talks-in-port-amsel",
        "https://news-example-org.cdn.ampproject.org/c/s/news.example.org/2026/11/talks-in-port-amsel",
        "https://www.google.com/amp/s/news.example.org/2026/11/talks-in-port-amsel/amp/",
    ],
)
def test_ways_to_write_one_address(url: str) -> None:
    """How a reader came to the page does not tell which page it is."""
    assert canonical_url(url) == STORY


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://example.org/?p=123", "https://example.org/?p=124"),
        ("https://example.org/?p=123", "https://example.org/"),
        ("https://example.org/a?id=1", "https://example.org/a?id=2"),
        ("https://example.org/a", "https://example.org/A"),
        ("https://example.org/a", "https://example.net/a"),
        ("https://example.org/a", "https://www.example.org/a"),
        ("http://127.0.0.1:8000/a", "http://127.0.0.1:8001/a"),
        ("https://example.org/a?page=2", "https://example.org/a"),
        ("https://example.org/#!/a", "https://example.org/#!/b"),
        ("https://example.org/lamp", "https://example.org/l"),
        ("https://example.org/a%2Fb", "https://example.org/a/b"),
    ],
)
def test_different_addresses_stay_different(one: str, other: str) -> None:
    """Ids, hosts, ports, pages and letters tell articles apart."""
    assert canonical_url(one) != canonical_url(other)


def test_server_on_a_port_of_its_own_keeps_its_scheme() -> None:
    """There is no https there to be assumed."""
    assert canonical_url("http://127.0.0.1:8000/a#b") == "http://127.0.0.1:8000/a"


def test_host_beyond_ascii_is_written_as_in_the_name_system() -> None:
    """One form, whichever the feed uses."""
    assert canonical_url("https://zeitung.exämple.org/ä") == "https://zeitung.xn--exmple-cua.org/ä"


@pytest.mark.parametrize(
    "url",
    ["", "no address", "ftp://example.org/a", "javascript:alert(1)", "data:text/html,x", "mailto:a@example.org", "/a/b",
     "https://", "http://[", "https://example.org:99999/", "http://a\\@b/", "https://example.org/\x00", "https://example.org/" + "a" * 20000, "https://´/"],
    ids=lambda url: url[:30] or "empty",
)  # fmt: skip
def test_what_is_no_web_address_has_no_canonical_form(url: str) -> None:
    """Empty, so that nobody stores or links it."""
    assert canonical_url(url) == ""


@pytest.mark.slow
@settings(derandomize=True, max_examples=300, deadline=None)
@given(
    st.text(max_size=80),
    st.sampled_from(["https://example.org/", "http://example.org:8000/a?", "", "https://"]),
)
def test_canonical_of_canonical_is_itself(rest: str, start: str) -> None:
    """Whatever is put in, twice is once."""
    once = canonical_url(start + rest)

    assert canonical_url(once) == once


@pytest.mark.parametrize(
    ("canonical", "expected"),
    [
        (None, STORY),
        ("", STORY),
        ("https://www.example.org/2026/11/talks-in-port-amsel", "https://www.example.org/2026/11/talks-in-port-amsel"),
        ("/world/talks-in-port-amsel-71345", "https://news.example.org/world/talks-in-port-amsel-71345"),
        ("https://evil.example.net/2026/11/talks-in-port-amsel", STORY),
        ("https://news.example.org/", STORY),
        ("https://news.example.org/en", STORY),
        ("https://news.example.org/world", STORY),
        ("https://news.example.org/2026/11/entirely-other-piece", STORY),
        ("javascript:alert(1)", STORY),
        ("http://[", STORY),
    ],
)  # fmt: skip
def test_page_is_believed_about_itself_alone(canonical: str | None, expected: str) -> None:
    """Same site, same piece; not another site, a front page or a section page."""
    assert choose_canonical(STORY, STORY, canonical) == expected


@pytest.mark.parametrize(
    ("entry", "canonical"),
    [
        ("/article?id=12345", "/article"),
        ("/article?id=12345", "/article?id=99999"),
        ("/article.php?sid=12345", "/article.php"),
        ("/article?name=amsel", "/article"),
        ("/north/story.html", "/south/story.html"),
        ("/north/index.html", "/south/index.html"),
        ("/2026/11/22/story", "/2026/11/23/story"),
        ("/world/talks-in-port-amsel", "/world/"),
        ("/world/talks-in-port-amsel", "/world/latest"),
        ("/world/talks-in-port-amsel", "/world/talks-in-port-sudmark-fail"),
        ("/world/talks-in-port-amsel-71345", "/world/talks-in-port-amsel-71346"),
        ("/north.html", "/world/latest"),
    ],
)
@pytest.mark.parametrize("is_trusted", [False, True])
def test_canonical_that_drops_what_tells_pieces_apart_is_not_believed(
    entry: str, canonical: str, is_trusted: bool
) -> None:
    """Not even of a host that was named: it would make two articles one, and lose the second."""
    url = f"https://news.example.org{entry}"

    assert choose_canonical(url, url, canonical, is_trusted=is_trusted) == url


@pytest.mark.parametrize(
    ("entry", "canonical"),
    [
        ("/amp/talks-in-port-amsel", "/2026/11/talks-in-port-amsel.html"),
        ("/story?id=71345", "/world/71345"),
        ("/story?id=71345&x=1", "/story?id=71345"),
        ("/world/c4gl2xk81yo?at=rss", "/news/articles/c4gl2xk81yo"),
        ("/talks-in-port-amsel?ref=home", "/talks-in-port-amsel"),
        ("/news_20261128_51234567_first-slug.html", "/news/51234567"),
    ],
)
def test_canonical_that_keeps_it_is_believed(entry: str, canonical: str) -> None:
    """The same number, code or words, wherever they stand."""
    url = f"https://news.example.org{entry}"

    assert choose_canonical(url, url, canonical) == f"https://news.example.org{canonical}"


def test_number_of_the_piece_is_enough_to_believe() -> None:
    """Sites change the words of an address and keep its number."""
    named = "https://example.org/news/world-71345678"

    assert (
        choose_canonical("https://example.org/a/b-71345678?x=1", "https://example.org/a/b-71345678", named)
        == named
    )


def test_shortened_link_becomes_the_page_it_leads_to() -> None:
    """Redirects are followed to where the article is."""
    assert choose_canonical("https://short.example.net/x1", f"{STORY}?utm_source=x", None) == STORY


def test_redirect_to_the_front_page_is_not_the_article() -> None:
    """Removed articles and log-in walls end there."""
    assert choose_canonical(STORY, "https://news.example.org/", "https://news.example.org/") == STORY


def test_host_named_by_the_operator_may_speak_for_another() -> None:
    """So the seed article keeps its first address."""
    assert (
        choose_canonical("http://127.0.0.1:8000/a", "http://127.0.0.1:8000/a", STORY, is_trusted=True)
        == STORY
    )


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("https://www.example.co.uk/a", "https://news.example.co.uk/b", True),
        ("https://example.co.uk/", "https://other.co.uk/", False),
        ("http://127.0.0.1/", "http://127.0.0.1:81/", True),
        ("http://127.0.0.1/", "http://127.0.0.2/", False),
        ("https://a.github.io/", "https://b.github.io/", True),
    ],
)
def test_same_site_is_one_registered_domain(one: str, other: str, is_same: bool) -> None:
    """By the public suffix list that came with the package, without a network."""
    assert is_same_site(one, other) is is_same


VARIANTS = [
    "https://www.example.org/news/story?a=1&b=2",
    "https://example.org/news/story?a=1&b=2",
    "https://example.org/news/story/?b=2&a=1",
    "https://www.example.org/news/story;jsessionid=0A1B2C?b=2&a=1",
    "https://example.org/news/story?a=1&JSESSIONID=77&b=2",
    "https://example.org/news/story?ref=rss&a=1&b=2",
    "https://example.org/news/story//?a=1&&b=2",
]
OTHERS = [
    "https://example.org/?p=1",
    "https://example.org/?id=1",
    "https://example.org/?id=3",
    "https://example.org/?ref=3",
    "https://example.org/",
    "https://example.org/news/story#entry-1",
    "https://wwwexample.org/",
    "https://news.example.org/",
    "https://example.org:8443/",
    "no address",
]


def test_variants_of_one_address_are_one():
    """What differs says nothing of what is shown; what may, does."""
    assert len({address_of(url) for url in VARIANTS}) == 1
    assert len({address_of(url) for url in OTHERS}) == len(OTHERS)


@pytest.mark.parametrize("url", [*VARIANTS, *OTHERS, "https://example.org/é?B=1&a=2&A=3#!x"])
def test_postgres_knows_an_address_as_we_do(db, url):
    """Indexes go by its own."""
    with db.connection.cursor() as cursor:
        cursor.execute("SELECT tocsin.address_of(%s)", (url,))
        assert cursor.fetchone() == (address_of(url),)
