"""The canonical form of an article's address: what tells it from others. Never used for fetching."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from urllib.parse import parse_qsl, unquote_plus, urljoin, urlsplit

from pipeline.fetch.tables import read_table

TRACKING_PATH = Path(__file__).resolve().parent / "data" / "tracking_parameters.csv"
DEFAULT_PORTS = {"http": 80, "https": 443}
# Indexes hold hashes of addresses, so this is a guard against nonsense alone.
MAXIMUM_LENGTH = 16_000
# Values of these parameters that ask for the AMP form of the same page.
_AMP_PARAMETERS = {"amp": ("", "1", "true"), "outputtype": ("amp",), "output": ("amp",), "view": ("amp",)}
_AMP_CACHE = re.compile(r"/(?:[cvi]/)?(?:(?P<secure>s)/)?(?P<rest>[^/]+\.[^/]+/.*)")
_UNRESERVED = re.compile(r"%([0-9a-fA-F]{2})")
# Some sites put a number behind the words of an address, or take it away; two pieces of one day share fewer.
SAME_SLUG_WORDS, SAME_SLUG_SHARE = 3, 0.8
_ADDRESS = re.compile(r"(https?://)(?:www\.)?([^/?#]*)([^?#]*)(?:\?([^#]*))?(#.*)?")
# A session, or where the reader came from; a number behind ref may be what is shown.
_SAYS_NOTHING = re.compile(r"(?:jsessionid|phpsessid)=|ref=(?![0-9]+$)", re.IGNORECASE)
_DULL_CANONICAL = re.compile(r"/?(?:index\.\w+|home|[a-z]{2}(?:-[a-zA-Z]{2})?)?/?")


def canonical_url(url: str) -> str:
    """Bring an address into its canonical form; "" where it is no http(s) address.

    Scheme https on default ports, host in small letters, no user, no default port, no fragment (but
    `#!`, which names a page), no tracking parameters, no AMP; other parameters, their order and the
    path are kept, as `?p=123` tells articles apart. Doing it twice changes nothing.
    """
    url = "".join(url.split())
    if len(url) > MAXIMUM_LENGTH or not url.isprintable() or "\\" in url:
        return ""
    try:
        parts = urlsplit(_out_of_amp_cache(url))
        host, port = _host(parts.hostname or ""), parts.port
    except (ValueError, UnicodeError):
        return ""
    scheme = parts.scheme.lower()
    if scheme not in DEFAULT_PORTS or not host:
        return ""
    if port in (None, DEFAULT_PORTS[scheme]):
        # The same article is linked both ways over the years; a port of its own is a server of its own.
        scheme, port = "https", None
    path = _without_amp(_escaped(parts.path)) or "/"
    query = _query(parts.query)
    fragment = f"#{parts.fragment}" if parts.fragment.startswith("!") else ""
    canonical = f"{scheme}://{host}{f':{port}' if port else ''}{path}{f'?{query}' if query else ''}{fragment}"
    return canonical if len(canonical) <= MAXIMUM_LENGTH else ""


def address_of(url: str) -> str:
    """What a canonical address shares with its variants; the same as the function address_of in SQL.

    Without www, a slash at the end, session ids and ref, parameters in order: `?p=1` and `?id=3` stay apart.
    """
    match = _ADDRESS.fullmatch(url)
    if not match:
        return url
    scheme, host, path, query, fragment = match.groups("")
    kept = sorted(part for part in query.split("&") if part and not _SAYS_NOTHING.match(part))
    path = re.sub(";(?:jsessionid|phpsessid)=[^/;]*", "", path, flags=re.IGNORECASE).rstrip("/")
    return f"{scheme}{host}{path}{'?' if kept else ''}{'&'.join(kept)}{fragment}"


def choose_canonical(
    entry_url: str, page_url: str, page_canonical: str | None, *, is_trusted: bool = False
) -> str:
    """The canonical address of an article whose page was read.

    Args:
        entry_url: The feed's link.
        page_url: Where the page came from after redirects.
        page_canonical: What the page names by rel=canonical, if it does.
        is_trusted: The host was named by the operator; it may name an address of another site.

    Returns:
        The page's own word where it is of the same site and names the same piece (`is_akin`: some sites
        name one section page on all their articles, and all but the first would be lost as known);
        else the page's address after redirects, unless that is a front page; else the entry's link.
    """
    reached = canonical_url(page_url) or canonical_url(entry_url)
    # A consent or login wall is reached by redirect too: a bare front page is not the article.
    here = canonical_url(entry_url) if _is_dull(reached) else reached
    named = _absolute(page_canonical or "", page_url)
    if not named or _is_dull(named):
        return here
    if not is_same_site(named, page_url):
        return named if is_trusted else here
    return named if is_akin(named, reached) or is_akin(named, canonical_url(entry_url)) else here


def is_same_site(one: str, other: str) -> bool:
    """Whether two addresses have one registered domain (by the public suffix list)."""
    return site_of(one) == site_of(other)


def _absolute(link: str, base: str) -> str:
    try:
        return canonical_url(urljoin(base, link)) if link else ""
    except ValueError:
        return ""


def is_akin(one: str, other: str) -> bool:
    """Whether two addresses of one site name one piece, as far as addresses tell.

    They share an id (a number of four digits that is no year, or letters and digits mixed), or they are the
    same but for the host, or their last parts have nearly the same words, three at least. A short word alone
    ("story.html") names nothing: what differs then may be what tells two pieces apart.
    """
    ours, theirs = urlsplit(one), urlsplit(other)
    if (ours.path.rstrip("/"), ours.query) == (theirs.path.rstrip("/"), theirs.query):
        return True
    our_ids, their_ids = _ids(one), _ids(other)
    if our_ids and their_ids:
        return bool(our_ids & their_ids)
    our_words, their_words = _slug(one), _slug(other)
    shared = len(our_words & their_words)
    return shared >= SAME_SLUG_WORDS and shared >= SAME_SLUG_SHARE * max(len(our_words), len(their_words))


def _ids(url: str) -> set[str]:
    parts = urlsplit(url)
    tokens = re.findall(
        r"[^\W_]+", f"{parts.path} {' '.join(value for _, value in parse_qsl(parts.query))}".lower()
    )
    return {token for token in tokens if _is_id(token)}


def _is_id(token: str) -> bool:
    if token.isdecimal():
        return len(token) >= 4 and not _is_year(token)
    return len(token) >= 8 and any(map(str.isdecimal, token)) and any(map(str.isalpha, token))


def _slug(url: str) -> set[str]:
    """The words of the last part of an address's path."""
    last = next((part for part in reversed(urlsplit(url).path.split("/")) if part), "")
    return set(re.findall(r"[^\W_]+", re.sub(r"\.\w{2,5}$", "", last.lower())))


def _is_year(word: str) -> bool:
    return len(word) == 4 and word.isascii() and 1990 <= int(word) <= 2099


@cache
def _tracking() -> tuple[frozenset[str], tuple[str, ...]]:
    names = [row["name"].lower() for row in read_table(TRACKING_PATH.name)]
    whole = frozenset(name for name in names if not name.endswith("*"))
    return whole, tuple(name[:-1] for name in names if name.endswith("*"))


def _query(query: str) -> str:
    return "&".join(part for part in query.split("&") if part and not _is_noise(part))


def _is_noise(parameter: str) -> bool:
    name, _, value = parameter.partition("=")
    name, value = unquote_plus(name).lower(), unquote_plus(value).lower()
    whole, beginnings = _tracking()
    return name in whole or name.startswith(beginnings) or value in _AMP_PARAMETERS.get(name, ())


def _host(host: str) -> str:
    host = host.rstrip(".").lower()
    if not host.isascii():
        host = host.encode("idna").decode()
    if ":" in host:
        return f"[{host}]"
    # Unicode's compatibility forms may bring in spaces and slashes.
    return host if re.fullmatch(r"[a-z0-9._-]+", host) else ""


def _escaped(path: str) -> str:
    """Percent escapes in capitals, and only where they are needed."""

    def one(match: re.Match[str]) -> str:
        character = chr(int(match[1], 16))
        is_plain = character.isascii() and (character.isalnum() or character in "-._~")
        return character if is_plain else match[0].upper()

    return _UNRESERVED.sub(one, path)


def _without_amp(path: str) -> str:
    longer = ""
    while longer != path:
        longer, path = path, re.sub(r"(?<=.)/amp/?$|\.amp(?=(\.html?)?$)", "", path)
    return path


def _out_of_amp_cache(url: str) -> str:
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    is_google = re.fullmatch(r"(www\.)?google\.[a-z.]+", host) and parts.path.startswith("/amp/")
    if not is_google and not host.endswith(".cdn.ampproject.org"):
        return url
    match = _AMP_CACHE.fullmatch(parts.path.removeprefix("/amp") if is_google else parts.path)
    if not match:
        return url
    query = f"?{parts.query}" if parts.query else ""
    return _out_of_amp_cache(f"http{match['secure'] or ''}://{match['rest']}{query}")


def _is_dull(url: str) -> bool:
    """A front page: no article is there."""
    parts = urlsplit(url)
    return not parts.query and bool(_DULL_CANONICAL.fullmatch(parts.path))


@cache
def _extractor() -> object:
    import tldextract

    # The list that came with the package; without this it asks the network for a newer one.
    return tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)


def site_of(url: str) -> str:
    """The registered domain of an address, by the public suffix list; its host where it has none."""
    host = (urlsplit(url).hostname or "").lower()
    extracted = _extractor()(host)  # type: ignore[operator]
    return str(extracted.top_domain_under_public_suffix) or host
