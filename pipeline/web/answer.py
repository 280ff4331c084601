"""What a server answers: a good answer, a redirect, or an error; read within its limits. Nothing here opens a socket."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from yarl import URL

from pipeline.errors import FetchError
from pipeline.web.inflate import Stream, inflate_undeclared, inflaters, is_plain, too_large
from pipeline.web.retry_after import parse_http_date, parse_retry_after

if TYPE_CHECKING:
    import aiohttp

Clock = Callable[[], datetime]

CONDITIONS = frozenset({"If-None-Match", "If-Modified-Since"})
REDIRECTS = (301, 302, 303, 307, 308)
PERMANENT_REDIRECTS = (301, 308)
MAXIMUM_COOKIES = 20
MAXIMUM_VALIDATOR = 1_000
# A link of 1,500 Chinese letters has 13,500 characters once they are escaped.
MAXIMUM_URL = 16_000
MAXIMUM_LINKS = 4_000  # characters of Link headers; a hub and the feed's own address need two hundred


class StatusError(FetchError):
    """The server answered, with a status that is no answer to us."""

    def __init__(
        self, message: str, *, status: int, is_final: bool = False, retry_after_seconds: float | None = None
    ):
        super().__init__(message, is_final=is_final, retry_after_seconds=retry_after_seconds)
        self.status = status


class NoAnswerError(FetchError):
    """Nobody answered in time: the sign of a host that hangs."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Response:
    """A good answer: 200 with its body, or 304.

    Args:
        url: Where it came from in the end, after redirects.
        content_type: As sent, "" where none was; ASCII.
        etag, last_modified: Opaque; None where not sent, or not fit to be sent back.
        body: Inflated; empty when `is_not_modified`.
        max_age: Seconds for which the server says that asking again is in vain (Cache-Control); 0 where it does not.
        links: Its Link headers, joined.
        moved_to: Last address of an unbroken chain of permanent redirects from the first address.
    """

    status: int
    url: str
    content_type: str = ""
    etag: str | None = None
    last_modified: str | None = None
    body: bytes = field(default=b"", repr=False)
    is_not_modified: bool = False
    moved_to: str | None = None
    max_age: int = 0
    links: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Redirect:
    target: URL
    is_permanent: bool
    cookies: dict[str, str]


async def take(
    target: URL, answer: aiohttp.ClientResponse, asked: Mapping[str, str], limit: int, clock: Clock
) -> dict[str, Any] | Redirect:
    if answer.status in REDIRECTS:
        return _redirect(target, answer)
    # A 304 nobody asked for is no answer: there is nothing it could be the same as.
    is_expected_304 = answer.status == 304 and bool(CONDITIONS & asked.keys())
    if answer.status != 200 and not is_expected_304:
        raise _status_error(target, answer, clock)
    return {
        "status": answer.status,
        "url": str(target),
        "content_type": answer.headers.get("Content-Type", "")[:200].encode("ascii", "replace").decode(),
        "etag": _opaque(answer.headers.get("ETag")),
        "last_modified": _opaque(answer.headers.get("Last-Modified")),
        "body": b"" if answer.status == 304 else await _read(answer, limit=limit),
        "is_not_modified": answer.status == 304,
        "max_age": _max_age(answer.headers),
        "links": ", ".join(answer.headers.getall("Link", ()))[:MAXIMUM_LINKS],
    }


def _max_age(headers: Mapping[str, str]) -> int:
    stated = headers.get("Cache-Control", "")
    if re.search(r"no-(?:cache|store)", stated, re.IGNORECASE):
        return 0
    found = re.search(r"\bmax-age=(\d{1,9})\b", stated, re.IGNORECASE)
    age = re.fullmatch(r"\d{1,9}", headers.get("Age", "").strip())
    return max(0, int(found[1]) - (int(age[0]) if age else 0)) if found else 0


def _opaque(value: str | None) -> str | None:
    """A validator that can be kept and sent back byte for byte; bytes that are no UTF-8 cannot be."""
    return value if value and value.isprintable() and len(value) <= MAXIMUM_VALIDATOR else None


def _redirect(target: URL, answer: aiohttp.ClientResponse) -> Redirect:
    location = answer.headers.get("Location", "")
    if not location:
        raise FetchError(f"{host_name(target)} answered {answer.status} and named no address to go to")
    return Redirect(
        target=_join(target, location),
        is_permanent=answer.status in PERMANENT_REDIRECTS,
        cookies={name: cookie.coded_value for name, cookie in list(answer.cookies.items())[:MAXIMUM_COOKIES]},
    )


def cookie_header(cookies: dict[str, str]) -> dict[str, str]:
    pairs = "; ".join(f"{name}={value}" for name, value in cookies.items())
    return {"Cookie": pairs} if pairs and len(pairs) < 4000 and pairs.isprintable() else {}


def _join(target: URL, location: str) -> URL:
    try:
        # Bytes beyond ASCII are UTF-8 or nothing; what is nothing would break later, far from here.
        return _whole(target.join(URL(location)))
    except (ValueError, TypeError) as error:
        raise FetchError(f"redirect to what is no address: {location[:200]!r}", is_final=True) from error


def _whole(url: URL) -> URL:
    """The address without its fragment, once each part that is decoded late has been decoded.

    Raises:
        ValueError: A part cannot be, such as the host xn--.example.
    """
    url = url.with_fragment(None)
    if url.host is not None:
        str(url).encode()
    return url


def _status_error(target: URL, answer: aiohttp.ClientResponse, clock: Clock) -> StatusError:
    retry_after = answer.headers.get("Retry-After") if answer.status in (429, 503) else None
    # By the server's own clock, if it shows one.
    now = parse_http_date(answer.headers.get("Date")) or clock()
    return StatusError(
        f"{host_name(target)} answered {answer.status}",
        status=answer.status,
        is_final=answer.status == 410,
        retry_after_seconds=parse_retry_after(retry_after, now=now),
    )


async def _read(answer: aiohttp.ClientResponse, *, limit: int) -> bytes:
    if (answer.content_length or 0) > limit:
        raise too_large(limit)
    layers: list[Stream] | None = None
    received, body = 0, bytearray()
    # Inflated as it comes, so that a bomb is noticed on its first kilobytes and not read to its end.
    async for piece in answer.content.iter_any():
        received += len(piece)
        if layers is None:
            encoding = "" if is_plain(piece) else answer.headers.get("Content-Encoding", "")
            layers = inflaters(encoding, limit=limit)
        body += _through(layers, piece)
        if max(received, len(body)) > limit:
            raise too_large(limit)
    for layer in layers or ():
        layer.finish()
    return inflate_undeclared(bytes(body), limit=limit)


def _through(layers: Sequence[Stream], piece: bytes) -> bytes:
    for layer in layers:
        piece = layer.push(piece)
    return piece


def parse_url(url: str) -> URL:
    """Read an address.

    Raises:
        FetchError: It is none, or one that parsers read differently; final.
    """
    # Backslashes and control characters are where parsers disagree about the host.
    if not url.isprintable() or "\\" in url or len(url) > MAXIMUM_URL:
        raise FetchError(f"not an address to fetch: {url[:200]!r}", is_final=True)
    try:
        return _whole(URL(url.strip()))
    except (ValueError, TypeError) as error:
        raise FetchError(f"not an address to fetch: {url[:200]!r}", is_final=True) from error


def host_name(target: URL) -> str:
    """The host as it is asked for; never decoded, as not every name that comes in can be."""
    return (target.raw_host or "").lower()
