"""Troubles: vital signs of Tocsin in, what is wrong with it out, and the message that tells its owner."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from pipeline.alert.clean import clean
from pipeline.alert.message import plain
from pipeline.alert.page import render
from pipeline.alert.payload import encoded
from pipeline.alert.records import MAX_SUBJECT, Message

_THRESHOLDS = Path(__file__).parent / "data" / "watch.toml"


@dataclass(frozen=True, kw_only=True, slots=True)
class Thresholds:
    """From when on something is a trouble; see data/watch.toml, which says what each means."""

    feed_failures: int
    failing_share: float
    failing_least: int
    fetched_minutes: float
    outbox_minutes: int
    outbox_count: int
    unmatched_minutes: float
    refused_share: float
    refused_least: int
    silent_days: int
    silent_least: int
    silent_expected: float
    receiver_failures: int
    free_multiple: float
    again_hours: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Trouble:
    """Something that is wrong with Tocsin: which watch found it, what it is about, in words."""

    kind: str
    subject: str
    detail: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Lasting:
    """A trouble that was found before and was not over when last looked."""

    id: int
    trouble: Trouble
    told_at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class News:
    """What is to be told and noted of troubles.

    Args:
        began: Those that are new.
        again: Those that last and were told long ago.
        lasting: Those that last, the told ones included, each with what is found of it now.
        over: Those that are over.
    """

    began: tuple[Trouble, ...]
    again: tuple[Trouble, ...]
    lasting: tuple[tuple[Lasting, Trouble], ...]
    over: tuple[Lasting, ...]

    @property
    def is_told(self) -> bool:
        """Whether the owner is to hear of it."""
        return bool(self.began or self.again or self.over)


@lru_cache(maxsize=1)
def thresholds() -> Thresholds:
    """The thresholds of the data file."""
    return Thresholds(**tomllib.loads(_THRESHOLDS.read_text("utf-8")))


def troubles_of(
    signs: Mapping[str, Any],
    silent: Sequence[Mapping[str, Any]],
    receivers: Sequence[Mapping[str, Any]],
    free: Sequence[tuple[str, int, int]],
    limits: Thresholds,
) -> list[Trouble]:
    """Say what is wrong.

    Args:
        signs, silent, receivers: Rows of vital_signs, silent_rules and troubled_receivers.
        free: Folder, free bytes there, and the fewest at which work is taken.
    """
    found = _of_signs(signs, limits)
    found += [
        Trouble(
            kind="rule_silent", subject=row["rule"],
            detail=f"{row['alert_count']} alerts in {limits.silent_days} days, and none for {row['silent_days']:.1f} "
            f"days, where {row['expected_count']:.0f} were to be expected",
        )
        for row in silent
    ]  # fmt: skip
    found += [
        Trouble(
            kind="receiver_disabled" if row["disabled_reason"] else "receiver_failing", subject=row["receiver"],
            detail=row["disabled_reason"] or f"failed {row['failure_count']} times in a row; what waits for it is kept",
        )
        for row in receivers
    ]  # fmt: skip
    found += [
        Trouble(kind="disk", subject=folder, detail=f"{free_bytes / 1e6:.0f} MB free at {folder}")
        for folder, free_bytes, least in free
        if free_bytes < limits.free_multiple * least
    ]
    return found


def _of_signs(signs: Mapping[str, Any], limits: Thresholds) -> list[Trouble]:
    feeds, failing = signs["feed_count"], signs["failing_count"]
    judged, refused = signs["judged_count"], signs["refused_count"]
    fetched, unmatched = signs["fetched_minutes"] or 0, signs["unmatched_minutes"] or 0
    watches = (
        (
            feeds >= limits.failing_least and failing >= limits.failing_share * feeds,
            "feeds_failing", f"{failing} of {feeds} feeds failed {limits.feed_failures} times in a row or more",
        ),
        (fetched > limits.fetched_minutes, "fetch_stands_still", f"no feed was visited for {fetched:.0f} minutes"),
        (
            signs["outbox_count"] >= limits.outbox_count,
            "outbox_grows", f"{signs['outbox_count']} messages have been due for over {limits.outbox_minutes} minutes",
        ),
        (
            unmatched > limits.unmatched_minutes,
            "alerts_stand_still", f"events have waited {unmatched:.0f} minutes for the rules",
        ),
        (
            judged >= limits.refused_least and refused >= limits.refused_share * judged,
            "many_refused", f"{refused} of {judged} candidates of the past hour are in quarantine",
        ),
    )  # fmt: skip
    return [Trouble(kind=kind, subject="", detail=detail) for is_so, kind, detail in watches if is_so]


def news_of(found: Sequence[Trouble], lasting: Sequence[Lasting], now: datetime, again_hours: float) -> News:
    """Hold what is found against what was found before."""
    before = {(one.trouble.kind, one.trouble.subject): one for one in lasting}
    here = {(one.kind, one.subject): one for one in found}
    stays = tuple((before[key], trouble) for key, trouble in here.items() if key in before)
    long_ago = now - timedelta(hours=again_hours)
    return News(
        began=tuple(trouble for key, trouble in here.items() if key not in before),
        again=tuple(
            trouble for known, trouble in stays if known.told_at is None or known.told_at <= long_ago
        ),
        lasting=stays,
        over=tuple(one for key, one in before.items() if key not in here),
    )


def compose_trouble(news: News, *, created_at: datetime) -> Message:
    """Say what is wrong with Tocsin, what still is, and what is over."""
    all_parts = (
        ("New", [_line(trouble) for trouble in news.began]),
        ("Still so", [_line(trouble) for trouble in news.again]),
        ("Over", [_line(one.trouble) for one in news.over]),
    )
    parts = tuple((label, lines) for label, lines in all_parts if lines)
    first = f"{parts[0][0].lower()}: {parts[0][1][0]}" if parts else "all is well"
    severity = "high" if news.began or news.again else "info"
    subject = plain(clean(f"[{severity}] Tocsin itself, {first}", MAX_SUBJECT))
    lines = [line for label, told in parts for line in (f"{label}:", *(f"  {one}" for one in told))]
    return Message(
        subject=subject,
        text=plain("\n".join([*lines, "", "tocsin status says more."]) + "\n"),
        html=render("trouble.html", title=subject, severity=severity, band="TOCSIN ITSELF", parts=parts),
        payload=encoded(
            {
                "type": "tocsin.trouble",
                "timestamp": created_at.isoformat(),
                "data": {
                    "began": [_body(one) for one in news.began], "still": [_body(one) for one in news.again],
                    "over": [_body(one.trouble) for one in news.over],
                },
            }
        ),
        fields=(("kind", "trouble"), ("severity", severity), ("troubles", " ".join(_kinds(news)))),
        created_at=created_at,
    )  # fmt: skip


def _line(trouble: Trouble) -> str:
    about = f" ({clean(trouble.subject, 100)})" if trouble.subject else ""
    return f"{trouble.kind.replace('_', ' ')}{about}: {clean(trouble.detail, 200)}"


def _body(trouble: Trouble) -> dict[str, str]:
    return {field.name: clean(getattr(trouble, field.name), 200) for field in fields(Trouble)}


def _kinds(news: News) -> list[str]:
    return sorted({one.kind for one in (*news.began, *news.again)} | {one.trouble.kind for one in news.over})
