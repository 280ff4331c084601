"""Whose a feed is, where a list says only what each feed is called ("BBC News - World", "BBC News - Africa")."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from urllib.parse import urlsplit

from pipeline.fetch.tables import read_table
from pipeline.fetch.url import site_of

FEWEST_LETTERS = 3


def source_names(feeds: Sequence[tuple[str, str]]) -> list[str]:
    """Name the publisher of each feed, one name for all feeds of a site.

    Two names for one publisher would count as two independent sources.

    Args:
        feeds: Address and title ("" for none).

    Returns:
        A title of a site's only feed as it is; else the words that the titles of its feeds begin with; else,
        or where two sites would have one name, its domain.
    """
    shared = {row["domain"] for row in read_table("shared_hosts.csv")}
    titles: dict[str, list[str]] = defaultdict(list)
    sites = [site_of(url) for url, _ in feeds]
    for site, (_, title) in zip(sites, feeds, strict=True):
        titles[site].append(title)
    names = {site: _one_name(those) or site for site, those in titles.items() if site not in shared}
    # "News" is what two publishers may call theirs; it names neither.
    given = Counter(names.values())
    names = {site: name if given[name] == 1 else site for site, name in names.items()}
    return [
        names.get(site) or title or urlsplit(url).hostname or url
        for site, (url, title) in zip(sites, feeds, strict=True)
    ]


def _one_name(titles: Sequence[str]) -> str:
    if len(set(titles)) == 1:
        return titles[0]
    words = [title.split() for title in titles]
    shared = []
    for together in zip(*words, strict=False):
        if len(set(together)) > 1:
            break
        shared.append(together[0])
    name = re.sub(r"[\W_]+$", "", " ".join(shared))
    return name if sum(map(str.isalpha, name)) >= FEWEST_LETTERS else ""
