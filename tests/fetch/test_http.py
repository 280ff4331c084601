"""The HTTP client against servers that misbehave."""

from __future__ import annotations

import asyncio
import gzip
import subprocess
import sys
import time
import zlib
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import brotli
import pytest
import zstandard

from pipeline.config import ROOT, Settings
from pipeline.errors import FetchError
from pipeline.fetch.http import Client, open_client
from pipeline.web.answer import Response
from pipeline.web.client import user_agent
from pipeline.web.guard import Guard
from pipeline.web.inflate import Inflater, inflaters
from pipeline.web.retry_after import parse_retry_after

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def ask(settings: Settings, *urls: str, page: bool = False, **validators: str) -> Response:
    """GET each address in turn with one client; the last answer."""

    async def go() -> Response:
        async with open_client(settings) as client:
            for url in urls[:-1]:
                await get(client, url)
            return await get(client, urls[-1])

    async def get(client: Client, url: str) -> Response:
        return await (client.get_page(url) if page else client.get_feed(url, **validators))

    return asyncio.run(go())


def refusal(settings: Settings, url: str, **values: Any) -> FetchError:
    with pytest.raises(FetchError) as caught:
        ask(settings, url, **values)
    return caught.value


def test_answer_carries_its_headers_and_body(web, fetching):
    """Validators come back as they were sent, quotes and all."""
    web.routes["/feed"] = fetching.reply(
        200, "<rss/>", ETag='W/"a b"', Last_Modified="never mind", Content_Type="text/xml; charset=utf-8"
    )

    response = ask(fetching.settings(), f"{web.url}/feed")

    assert (response.status, response.body, response.url) == (200, b"<rss/>", f"{web.url}/feed")
    assert (response.etag, response.last_modified) == ('W/"a b"', "never mind")
    assert response.content_type == "text/xml; charset=utf-8"


def test_validators_are_sent_as_they_came(web, fetching):
    """Opaque: nothing is parsed, nothing invented."""
    web.routes["/feed"] = fetching.reply(304)

    response = ask(fetching.settings(), f"{web.url}/feed", etag='W/"x"', last_modified="Wed, 1 Jan")

    assert response.is_not_modified
    assert web.asked("/feed")[0]["If-None-Match"] == 'W/"x"'
    assert web.asked("/feed")[0]["If-Modified-Since"] == "Wed, 1 Jan"


def test_not_modified_without_a_condition_is_an_error(web, fetching):
    """There is nothing it could be the same as."""
    web.routes["/feed"] = fetching.reply(304)

    assert "304" in str(refusal(fetching.settings(), f"{web.url}/feed"))


def test_user_agent_names_product_and_contact(web, fetching):
    """A publisher can reach the operator."""
    web.routes["/feed"] = fetching.reply(200, "x")
    ask(fetching.settings(contact="https://desk.example/bot (Ana)\r\nX-Evil: 1"), f"{web.url}/feed")

    sent = web.asked("/feed")[0]

    assert sent["User-Agent"] == "Tocsin/0.1 (news monitoring; +https://desk.example/bot AnaX-Evil: 1)"
    assert "X-Evil" not in sent


def test_contact_outside_ascii_is_left_out_of_the_header():
    """A header cannot carry it."""
    assert user_agent("Büro 7").endswith("; Bro 7)")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirect_is_followed(web, fetching, status):
    """Permanent ones are told, temporary ones are not."""
    web.routes["/old"] = fetching.reply(status, Location="/new")
    web.routes["/new"] = fetching.reply(200, "here")

    response = ask(fetching.settings(), f"{web.url}/old")

    assert (response.body, response.url) == (b"here", f"{web.url}/new")
    assert response.moved_to == (f"{web.url}/new" if status in (301, 308) else None)


def test_permanence_ends_at_the_first_temporary_redirect(web, fetching):
    """301 to a place that redirects for today is a move to that place."""
    web.routes["/1"] = fetching.reply(301, Location="/2")
    web.routes["/2"] = fetching.reply(302, Location="/3")
    web.routes["/3"] = fetching.reply(200, "x")

    assert ask(fetching.settings(), f"{web.url}/1").moved_to == f"{web.url}/2"


def test_five_redirects_are_followed_and_no_sixth(web, fetching):
    """A loop costs six requests."""
    web.routes["/loop"] = fetching.reply(302, Location="/loop")

    error = refusal(fetching.settings(), f"{web.url}/loop")

    assert "more than 5 redirects" in str(error)
    assert len(web.asked("/loop")) == 6


def test_cookie_wall_is_passed(web, fetching):
    """Some sites redirect to themselves until their cookie comes back; it is forgotten afterwards."""

    def wall(handler: Any) -> None:
        if handler.headers.get("Cookie") == "seen=yes":
            fetching.reply(200, "in")(handler)
        else:
            fetching.reply(302, Location="/wall", Set_Cookie="seen=yes; Path=/")(handler)

    web.routes["/wall"] = wall

    assert ask(fetching.settings(), f"{web.url}/wall", f"{web.url}/wall").body == b"in"
    assert ["Cookie" in headers for headers in web.asked("/wall")] == [False, True, False, True]


@pytest.mark.parametrize("spelling", ["127.0.0.66:{0}", "2130706498:{0}", "[::ffff:127.0.0.66]:{0}", "127.0.66:{0}",
                                      "0x7f.0.0.66:{0}", "user@127.0.0.66:{0}", "127.0.0.66:80"])  # fmt: skip
def test_redirect_to_a_private_address_opens_no_socket(web, canary, fetching, spelling):
    """Each hop is checked anew, however the address is spelt."""
    web.routes["/feed"] = fetching.reply(302, Location=f"http://{spelling.format(canary.port)}/secret")

    assert refusal(fetching.settings(), f"{web.url}/feed").is_final
    assert canary.requests == []


class Blind(Guard):
    """Overlooks every address before the socket, as a second answer of a name server would have it."""

    def check_url(self, _url: Any) -> None:
        return None


def test_socket_itself_is_the_last_check(canary):
    """Whatever was overlooked before, the address is looked at where it is connected to."""

    async def go() -> None:
        async with open_client(Settings(), guard=Blind()) as client:
            await client.get_feed(f"{canary.url}/secret")

    with pytest.raises(FetchError, match="not a public address"):
        asyncio.run(go())
    assert canary.requests == []


@pytest.mark.parametrize(
    "location", ["file:///etc/hostname", "ftp://127.0.0.1/", "javascript:alert(1)", "http://["]
)
def test_redirect_out_of_the_web_is_refused(web, fetching, location):
    """Only http and https with a host."""
    web.routes["/feed"] = fetching.reply(302, Location=location)

    assert refusal(fetching.settings(), f"{web.url}/feed").is_final


def test_name_that_resolves_to_loopback_is_refused(web, fetching):
    """127.0.0.1 is let through by name here; localhost is another name."""
    error = refusal(fetching.settings(allow_private_addresses=""), "http://localhost/feed")

    assert "not a public address" in str(error)
    assert web.requests == []


def test_named_host_is_the_only_one_let_through(web, canary, fetching):
    """The same settings refuse the neighbour."""
    web.routes["/feed"] = fetching.reply(200, "x")

    assert ask(fetching.settings(), f"{web.url}/feed").body == b"x"
    assert refusal(fetching.settings(), f"{canary.url}/").is_final
    assert canary.requests == []


@pytest.mark.parametrize(
    "url",
    [
        "http://good.example\\@127.0.0.1/",
        "http://127.0.0.1\n.example/",
        "http://" + "a" * 5000,
        "no address",
        "",
    ],
)
def test_confused_address_is_refused(fetching, url):
    """Where parsers disagree about the host, nobody is asked."""
    assert refusal(fetching.settings(), url).is_final


def test_slow_drip_ends_in_time(web, fetching):
    """The limit is for the whole answer, not between bytes."""
    web.routes["/feed"] = fetching.drip(b"x" * 1000, seconds=0.05)
    started = time.monotonic()

    error = refusal(fetching.settings(fetch_timeout_seconds=0.5), f"{web.url}/feed")

    assert "within 0.5 s" in str(error)
    assert time.monotonic() - started < 3.0


def test_closed_port_is_no_answer_for_now(fetching, closed_port):
    """A vanished host may come back."""
    settings = fetching.settings(allow_private_addresses="127.0.0.1")

    assert not refusal(settings, f"http://127.0.0.1:{closed_port}/feed").is_final


def test_endless_answer_is_cut(web, fetching):
    """By bytes, long before the time is over."""
    web.routes["/feed"] = fetching.endless(b"x" * 65536)

    assert "larger than 1000000 bytes" in str(
        refusal(fetching.settings(max_feed_bytes=1_000_000), f"{web.url}/feed")
    )


def test_announced_length_beyond_the_limit_is_not_read(web, fetching):
    """The server's own word is enough to refuse it."""
    web.routes["/feed"] = fetching.reply(200, b"x" * 5000)

    assert "larger than 4000 bytes" in str(refusal(fetching.settings(max_feed_bytes=4000), f"{web.url}/feed"))


def test_page_and_feed_have_limits_of_their_own(web, fetching):
    """Pages are the smaller ones."""
    web.routes["/x"] = fetching.reply(200, b"x" * 5000)
    settings = fetching.settings(max_page_bytes=4000)

    assert len(ask(settings, f"{web.url}/x").body) == 5000
    assert "larger than 4000" in str(refusal(settings, f"{web.url}/x", page=True))


def zstd(body: bytes) -> bytes:
    return zstandard.ZstdCompressor().compress(body)


@pytest.mark.parametrize(
    "encoding",
    [
        "gzip",
        "x-gzip",
        "deflate",
        "raw deflate",
        "gzip, gzip",
        "none declared",
        "two streams",
        "padded",
        "br",
        "zstd",
        "zstd of two frames",
    ],
)
def test_compressed_answer_is_inflated(web, fetching, encoding):
    """Both encodings, twice, raw deflate, gzip nobody declared, gzip in several streams."""
    text = b"<rss>" + b"news " * 1000
    raw = zlib.compressobj(wbits=-15)
    bodies = {
        "deflate": zlib.compress(text),
        "raw deflate": raw.compress(text) + raw.flush(),
        "gzip, gzip": gzip.compress(gzip.compress(text)),
        "two streams": gzip.compress(text[:2000]) + gzip.compress(text[2000:]),
        "padded": gzip.compress(text) + b"\0" * 100,
        "br": brotli.compress(text),
        "zstd": zstd(text),
        "zstd of two frames": zstd(text[:2000]) + zstd(text[2000:]),
    }
    header = {
        "raw deflate": "deflate", "two streams": "gzip", "padded": "gzip", "zstd of two frames": "zstd",
    }.get(encoding, encoding)  # fmt: skip
    headers = {} if encoding == "none declared" else {"Content_Encoding": header}
    web.routes["/feed"] = fetching.reply(200, bodies.get(encoding, gzip.compress(text)), **headers)

    assert ask(fetching.settings(), f"{web.url}/feed").body == text


@pytest.mark.parametrize(
    ("body", "encoding"),
    [
        (gzip.compress(b"news" * 999)[:-20], "gzip"),
        (b"no gzip at all", "gzip"),
        (brotli.compress(b"news" * 999)[:-4], "br"),
        (b"no brotli at all", "br"),
        (zstd(bytes(range(256)) * 9)[:-4], "zstd"),
        (b"no zstd at all", "zstd"),
        (b"x", "lzma"),
        (b"x", "gzip, gzip, gzip"),
    ],
    ids=[
        "cut short",
        "broken",
        "br cut short",
        "br broken",
        "zstd cut short",
        "zstd broken",
        "unknown",
        "three times",
    ],
)
def test_unreadable_compression_is_an_error(web, fetching, body, encoding):
    """Half a feed is no feed."""
    web.routes["/feed"] = fetching.reply(200, body, Content_Encoding=encoding)

    assert (
        "compressed" in (text := str(refusal(fetching.settings(), f"{web.url}/feed"))) or "only gzip" in text
    )


def test_inflater_never_makes_more_than_its_limit():
    """Nor does it hold it."""
    bomb = zlib.compress(b"\0" * 10_000_000)
    inflater = Inflater("deflate", limit=1000)

    with pytest.raises(FetchError, match="larger than 1000"):
        inflater.push(bomb)


@pytest.mark.parametrize("encoding", ["gzip", "br", "zstd", "made up"])
@pytest.mark.parametrize(
    "body", [b"<!DOCTYPE html><html></html>", b'{"version": 1}', b"\xef\xbb\xbf\n<?xml version='1.0'?><rss/>"]
)
def test_encoding_that_was_named_and_not_applied_is_passed_over(web, fetching, encoding, body):
    """Markup is markup."""
    web.routes["/feed"] = fetching.reply(200, body, Content_Encoding=encoding)

    assert ask(fetching.settings(), f"{web.url}/feed").body == body


@pytest.mark.parametrize("encoding", ["br", "zstd"])
def test_bomb_is_noticed_before_it_is_whole(encoding):
    """A gigabyte of nothing costs a megabyte or two."""
    nothing = b"\0" * 100_000_000
    bomb = brotli.compress(nothing, quality=1) if encoding == "br" else zstd(nothing)
    started = time.process_time()

    with pytest.raises(FetchError, match="larger than 1000"):
        inflaters(encoding, limit=1000)[0].push(bomb)

    assert time.process_time() - started < 5.0


def test_a_million_empty_gzip_streams_are_refused_quickly():
    """They make nothing, and each costs."""
    started = time.monotonic()

    with pytest.raises(FetchError, match="parts"):
        Inflater("gzip", limit=1000).push(gzip.compress(b"") * 100_000)

    assert time.monotonic() - started < 5.0


def test_identity_needs_no_inflater():
    """As does no header."""
    assert inflaters("identity", limit=1) == inflaters("", limit=1) == []


BOMB = r"""
import asyncio, pathlib, re, sys
from pipeline.config import Settings
from pipeline.errors import FetchError
from pipeline.web.guard import Guard
from pipeline.fetch.http import open_client

async def main(url, named):
    async with open_client(Settings(allow_private_addresses=named)) as client:
        try:
            await client.get_feed(url)
        except FetchError as error:
            # Not ru_maxrss, which a child inherits from the process that forked it.
            status = pathlib.Path("/proc/self/status").read_text()
            print(int(re.search(r"VmHWM:\s+(\d+)", status)[1]) // 1024, error)

asyncio.run(main(*sys.argv[1:]))
"""


@pytest.mark.slow
def test_gzip_bomb_costs_less_than_200_megabytes(web, fetching):
    """300 MB of blanks in 300 kB of gzip, in a process of its own to be measured."""
    blanks, packer = b" " * 10_000_000, zlib.compressobj(wbits=31)
    bomb = b"".join(packer.compress(blanks) for _ in range(30)) + packer.flush()
    web.routes["/feed"] = fetching.reply(200, bomb, Content_Encoding="gzip")

    done = subprocess.run(
        [sys.executable, "-c", BOMB, f"{web.url}/feed", f"127.0.0.1:{web.port}"],
        cwd=ROOT, capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip

    megabytes, message = done.stdout.split(" ", 1)
    assert "larger than" in message
    assert int(megabytes) < 200


@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_in_seconds_is_reported(web, fetching, status):
    """With the error, for whoever plans the next visit."""
    web.routes["/feed"] = fetching.reply(status, Retry_After="120")

    assert refusal(fetching.settings(), f"{web.url}/feed").retry_after_seconds == 120.0


def test_retry_after_as_a_date_is_reported(web, fetching):
    """The other form of the header."""
    at = datetime.now(UTC) + timedelta(seconds=300)
    web.routes["/feed"] = fetching.reply(503, Retry_After=format_datetime(at, usegmt=True))

    seconds = refusal(fetching.settings(), f"{web.url}/feed").retry_after_seconds

    assert 290 < seconds <= 300


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (None, None), ("", None), ("soon", None), ("-5", None), ("0", 0.0), (" 60 ", 60.0), ("9999999999999999", 86400.0),
        ("Sun, 22 Nov 2026 12:01:00 GMT", 60.0), ("Sun, 22 Nov 2026 11:00:00 GMT", 0.0),
        ("Sun, 22 Nov 2099 11:00:00 GMT", 86400.0), ("²", None),
    ],
)  # fmt: skip
def test_retry_after_forms(value, seconds):
    """Seconds or a date, never below 0, a day at most, else nothing."""
    assert parse_retry_after(value, now=NOW) == seconds


@pytest.mark.parametrize(
    ("status", "is_final"), [(410, True), (404, False), (403, False), (500, False), (204, False)]
)
def test_only_410_is_final(web, fetching, status, is_final):
    """What is not found today may be found tomorrow."""
    web.routes["/feed"] = fetching.reply(status)

    assert refusal(fetching.settings(), f"{web.url}/feed").is_final is is_final


def test_at_most_two_connections_to_one_host(web, fetching):
    """However many pages wait."""

    def slowly(handler: Any) -> None:
        time.sleep(0.1)
        fetching.reply(200, "x")(handler)

    web.routes["/page"] = slowly

    async def go() -> None:
        async with open_client(fetching.settings()) as client:
            await asyncio.gather(*(client.get_page(f"{web.url}/page") for _ in range(8)))

    asyncio.run(go())
    assert len(web.requests) == 8
    assert web.most_at_once == 2


def may(settings: Settings, *urls: str) -> list[bool]:
    async def go() -> list[bool]:
        async with open_client(settings) as client:
            return [await client.may_fetch_page(url) for url in urls]

    return asyncio.run(go())


def test_robots_is_obeyed_and_read_once(web, fetching):
    """By our own name."""
    web.routes["/robots.txt"] = fetching.reply(
        200, "User-agent: tocsin\nDisallow: /private\n\nUser-agent: *\nDisallow: /"
    )

    assert may(fetching.settings(), f"{web.url}/news", f"{web.url}/private/1") == [True, False]
    assert len(web.asked("/robots.txt")) == 1


@pytest.mark.parametrize("status", [404, 403, 410])
def test_missing_robots_allows_all(web, fetching, status):
    """RFC 9309: unavailable is no rule."""
    web.routes["/robots.txt"] = fetching.reply(status)

    assert may(fetching.settings(), f"{web.url}/news") == [True]


@pytest.mark.parametrize("status", [500, 503, 429])
def test_broken_robots_is_no_for_now(web, fetching, status):
    """RFC 9309: unreachable is a no, but not for ever."""
    web.routes["/robots.txt"] = fetching.reply(status)

    with pytest.raises(FetchError) as caught:
        may(fetching.settings(), f"{web.url}/news")

    assert not caught.value.is_final


def test_crawl_delay_is_waited_out(web, fetching):
    """Three turns are two delays."""
    web.routes["/robots.txt"] = fetching.reply(200, "User-agent: *\nCrawl-delay: 0.3")
    started = time.monotonic()

    may(fetching.settings(), *[f"{web.url}/{number}" for number in range(3)])

    assert 0.6 <= time.monotonic() - started < 3.0


def test_very_long_crawl_delay_is_a_no(web, fetching):
    """A site that wants a minute between pages does not want its feed's pages read."""
    web.routes["/robots.txt"] = fetching.reply(200, "User-agent: *\nCrawl-delay: 60")

    assert may(fetching.settings(), f"{web.url}/news") == [False]


def test_robots_is_not_asked_of_a_private_address(canary, fetching):
    """The guard stands before robots.txt, too."""
    with pytest.raises(FetchError):
        may(fetching.settings(), f"{canary.url}/news")

    assert canary.requests == []
