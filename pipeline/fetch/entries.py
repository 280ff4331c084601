"""Entries of one visit: which are to be read, and what became of those that were. Pure.

wanted = choose(looks, seen, waiting, now=now)
settled = settle(outcomes, texts, …)
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from pipeline.fetch.identity import (
    Look,
    is_other,
    is_same,
    is_same_piece,
    judge,
    look_at,
    part_url,
    shared_words,
    title_key,
)
from pipeline.fetch.records import (
    TRIED_AGAIN,
    Discard,
    Failure,
    Revision,
    SeenEntry,
    TakenArticle,
)
from pipeline.fetch.schedule import next_try
from pipeline.fetch.url import address_of

Texts = Mapping[str, tuple[str, str]]

# Texts that differ in less than this are one reading of one page.
SAME_TEXT = 0.95


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """An entry whose page is to be read.

    Args:
        try_count: Tries before this one.
        is_part: It shares its link with other entries, so that the page's text is not its own.
        changed_from: URL of the article it may be a new version of.
        neighbours: URLs of the articles that its link has brought already.
    """

    look: Look
    try_count: int = 0
    is_part: bool = False
    changed_from: str | None = None
    neighbours: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """What to do with a visit's entries: read, leave, or leave for later."""

    wanted: tuple[Wanted, ...] = ()
    discards: tuple[Discard, ...] = ()
    seen: tuple[SeenEntry, ...] = ()
    shown_keys: tuple[str, ...] = ()
    waiting_count: int = 0


Outcome = TakenArticle | Discard | Failure


@dataclass(kw_only=True)
class Settled:
    """What a visit gathers, before it becomes a FetchResult."""

    taken: dict[str, TakenArticle] = field(default_factory=dict)
    discards: list[Discard] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    seen: list[SeenEntry] = field(default_factory=list)
    revisions: list[Revision] = field(default_factory=list)
    waiting_count: int = 0


def choose(
    looks: Sequence[Look], seen: Sequence[SeenEntry], waiting: Sequence[SeenEntry], *, now: datetime
) -> Choice:
    """Choose what is to be read.

    Args:
        looks: What the feed shows now, in its order.
        seen: What is remembered of entries with their links.
        waiting: Entries of the feed that are due to be tried again, shown or not.
    """
    discards = [Discard(url=look.entry.url, reason="no_url") for look in looks if not look.url]
    shown, doubles = _distinct([look for look in looks if look.url])
    discards += [Discard(url=look.entry.url, reason="known") for look in doubles]
    by_url: dict[str, list[SeenEntry]] = defaultdict(list)
    for one in seen:
        by_url[address_of(one.url)].append(one)
    wanted, shown_keys, waiting_count = [], [], 0
    for look, group in ((one, those) for those in shown.values() for one in those):
        earlier = by_url[address_of(look.url)]
        verdict, other = judge(look, [one for one in earlier if not _belongs_to(one, look, group)], now)
        if verdict == "known":
            discards.append(Discard(url=look.entry.url, reason="known"))
            shown_keys.append(other.entry_key if other else "")
        elif verdict == "waiting":
            waiting_count += 1
        else:
            wanted.append(_wanted(look, other if verdict != "new" else None, earlier, group))
    again, told = [], []
    for one, entry in ((one, one.entry) for one in waiting if one.entry):
        known = next(
            (other for other in by_url[address_of(one.url)] if other.article_url and is_same(one, other)),
            None,
        )
        if known:
            told.append(
                replace(one, outcome="known", article_url=known.article_url, next_try_at=None, entry=None)
            )
        elif not _is_among(one, shown.get(address_of(one.url), ())):
            again.append(_wanted(look := look_at(entry), one, by_url[address_of(look.url)], [look]))
    return Choice(
        wanted=(*again, *wanted),
        discards=tuple(discards),
        seen=tuple(told),
        shown_keys=tuple(filter(None, shown_keys)),
        waiting_count=waiting_count,
    )


def elsewhere(wanted: Wanted, *, now: datetime) -> SeenEntry:
    """An entry that was not tried, as another feed is reading its page or time was up: for the next visit."""
    return replace(_seen(wanted, "waiting", next_try_at=now), try_count=wanted.try_count)


def settle(
    outcomes: Sequence[tuple[Wanted, Outcome | None]],
    texts: Texts,
    *,
    now: datetime,
    max_tries: int,
) -> Settled:
    """Say what became of entries; two are one only if their texts agree.

    Args:
        outcomes: In the feed's order; None where an entry was not tried.
        texts: Title and text of stored articles: all that `asked_urls` names and that there are.
    """
    settled = Settled()
    for wanted, outcome in outcomes:
        if outcome is None:
            # Kept like one that another feed is reading, so that the visit's validators hold.
            settled.waiting_count += 1
            settled.seen.append(elsewhere(wanted, now=now))
        elif isinstance(outcome, TakenArticle):
            _settle_article(wanted, outcome, texts, settled)
        else:
            _settle_no_article(wanted, outcome, settled, now=now, max_tries=max_tries)
    return settled


def asked_urls(outcomes: Sequence[tuple[Wanted, Outcome | None]]) -> list[str]:
    """URLs of articles whose texts `settle` must know, where there are such articles."""
    urls: dict[str, None] = {}
    for wanted, outcome in outcomes:
        if isinstance(outcome, TakenArticle):
            own = (outcome.article.url,) if outcome.article.url != wanted.look.url else ()
            urls |= dict.fromkeys((*own, *wanted.neighbours, *filter(None, [wanted.changed_from])))
    return list(urls)


def _distinct(looks: Sequence[Look]) -> tuple[dict[str, list[Look]], list[Look]]:
    """Entries by address, each once, and those that say the same again."""
    shown: dict[str, list[Look]] = {}
    doubles = []
    for look in looks:
        group = shown.setdefault(address_of(look.url), [])
        if any(is_same(look, other) for other in group):
            doubles.append(look)
        else:
            group.append(look)
    return shown, doubles


def _belongs_to(earlier: SeenEntry, look: Look, shown: Sequence[Look]) -> bool:
    """Whether an earlier entry is another one of those that are shown now, so that this cannot be its new version."""
    return (
        earlier.title_key is not None
        and not is_same(look, earlier)
        and _is_among(earlier, [other for other in shown if other is not look])
    )


def _is_among(earlier: SeenEntry, shown: Sequence[Look]) -> bool:
    return any(is_same(look, earlier) for look in shown)


def _wanted(
    look: Look, other: SeenEntry | None, earlier: Sequence[SeenEntry], shown: Sequence[Look]
) -> Wanted:
    told = [one for one in earlier if one.article_url]
    is_part = len(shown) > 1 or any(is_other(look, one) and look.title_key != one.title_key for one in told)
    is_again = other is not None and other.outcome == "waiting"
    return Wanted(
        look=look,
        try_count=other.try_count if other and is_again else 0,
        is_part=is_part,
        changed_from=other.article_url if other and not is_again else None,
        neighbours=tuple(dict.fromkeys(one.article_url for one in told if one.article_url)),
    )


def _settle_article(wanted: Wanted, taken: TakenArticle, texts: Texts, settled: Settled) -> None:
    kept = {url: (one.article.title, one.article.text) for url, one in settled.taken.items()}
    known = {**texts, **kept}
    link = wanted.look.url
    beside = [one for one, other in settled.taken.items() if other.entry_url == link]
    url = _known_as(wanted, taken, known, (*wanted.neighbours, *beside))
    if url is not None:
        title, text = known[url]
        settled.discards.append(Discard(url=wanted.look.entry.url, reason="known"))
        settled.seen.append(_seen(wanted, "known", article_url=url))
        article = taken.article
        is_whole = not article.text_method.startswith("feed_")
        if url == wanted.changed_from and is_whole and (article.title, article.text) != (title, text):
            settled.revisions.append(
                Revision(url=url, title=article.title, text=article.text, published_at=article.published_at)
            )
        return
    url = _free_url(wanted, taken, known)
    settled.taken[url] = replace(taken, article=replace(taken.article, url=url))
    settled.seen.append(_seen(wanted, "article", article_url=url))


def _known_as(wanted: Wanted, taken: TakenArticle, known: Texts, neighbours: Sequence[str]) -> str | None:
    """The URL of the article that an entry tells again, perhaps in a new version; None where it is news."""
    text = taken.article.text
    if wanted.changed_from in known:
        assert wanted.changed_from
        if is_same_piece(text, known[wanted.changed_from][1]):
            return wanted.changed_from
    is_own = wanted.is_part and taken.article.text_method.startswith("feed_")
    for url in () if is_own else neighbours:
        # Another guid for the same link, whose page is the same.
        if url in known and shared_words(text, known[url][1]) >= SAME_TEXT:
            return url
    named = taken.article.url
    if not wanted.is_part and named in known:
        return named if is_same_piece(text, known[named][1]) else None
    return None


def _free_url(wanted: Wanted, taken: TakenArticle, known: Texts) -> str:
    """An address that no other article has: the page's, the link, or one of the entry's own."""
    has_neighbours = (
        wanted.is_part or wanted.changed_from in known or any(url in known for url in wanted.neighbours)
    )
    if has_neighbours:
        return part_url(wanted.look)
    return next(
        (url for url in (taken.article.url, wanted.look.url) if url not in known), part_url(wanted.look)
    )


def _settle_no_article(
    wanted: Wanted, outcome: Discard | Failure, settled: Settled, *, now: datetime, max_tries: int
) -> None:
    may_pass = not outcome.is_final if isinstance(outcome, Failure) else outcome.reason in TRIED_AGAIN
    asked = outcome.retry_after_seconds if isinstance(outcome, Failure) else None
    is_tried = outcome.is_tried if isinstance(outcome, Failure) else True
    tried = wanted.try_count + is_tried
    again_at = (
        next_try(now=now, try_count=max(tried, 1), max_tries=max_tries, asked_seconds=asked)
        if may_pass
        else None
    )
    if again_at is not None:
        settled.waiting_count += 1
        settled.seen.append(replace(_seen(wanted, "waiting", next_try_at=again_at), try_count=tried))
    elif isinstance(outcome, Failure):
        settled.failures.append(outcome)
        settled.seen.append(_seen(wanted, "failed"))
    else:
        settled.discards.append(outcome)
        settled.seen.append(_seen(wanted, outcome.reason))


def _seen(
    wanted: Wanted, outcome: str, *, article_url: str | None = None, next_try_at: datetime | None = None
) -> SeenEntry:
    look = wanted.look
    return SeenEntry(
        url=look.url,
        entry_key=look.entry_key,
        guid_key=look.guid_key,
        title_key=look.title_key,
        text_key=look.text_key,
        article_url=article_url,
        outcome=outcome,
        try_count=wanted.try_count + 1,
        next_try_at=next_try_at,
        entry=look.entry if outcome in ("waiting", "failed") else None,
    )


def article_entry(url: str, title: str) -> SeenEntry:
    """An article as an entry that was seen under its own URL; nobody knows its guid."""
    return SeenEntry(url=url, title_key=title_key(title), article_url=url, outcome="article")
