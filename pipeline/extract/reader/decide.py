"""Decide: what the network makes of each word in, decisions out: an event's type, status, whose it is, how likely all that is.

Who takes part is chosen in parties.py, from all that the article is read to tell.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from pipeline.extract.lexicon.files import DATA
from pipeline.extract.reader.heads import Floats
from pipeline.extract.reader.network import WordRead
from pipeline.extract.reader.parties import Account, Actors, Alike, Pair, Told
from pipeline.extract.reader.window import STATUSES, TIERS, TYPES, Window, Word
from pipeline.model import Status

SETTINGS_PATH = DATA / "reader.toml"
# Sentences from the first, beyond which an event is no less likely to be coded.
DEEPEST = 20
CORE, BACKGROUND = TIERS.index("core"), TIERS.index("background")


@dataclass(frozen=True, kw_only=True, slots=True)
class Decision:
    """One event as the trained reader sees it.

    Args:
        origin: The sentence, and the word in it that tells the event.
        actor, recipient: The sentence and the number among its named; None for nobody.
        confidence: Calibrated probability that type, actor and recipient are right.
        background: How likely it is history or a running total.
        event: What it tells, as the network compares it.
    """

    origin: tuple[int, int]
    event_type: str
    status: Status
    actor: tuple[int, int] | None
    recipient: tuple[int, int] | None
    confidence: float
    background: float
    event: Floats


@cache
def load_settings(path: Path = SETTINGS_PATH) -> Mapping[str, Any]:
    """Thresholds and calibration, with where they come from."""
    return tomllib.loads(path.read_text(encoding="utf-8"))


def account_of(
    windows: Sequence[Window], read: Sequence[Sequence[WordRead]], actors: Actors, alike: Alike
) -> Account | None:
    """All that an article is read to tell, None where that is nothing; `actors` are those named, by sentence and number."""
    told = [_told(window, one) for window, reads in zip(windows, read, strict=True) for one in reads]
    return Account(told, actors, alike) if told else None


def decisions(account: Account | None) -> Iterator[Decision]:
    """One decision for each word of an article that was read."""
    if account is None:
        return
    for at, one in enumerate(account.told):
        pair = account.pair(at, load_settings()["pair"])
        yield Decision(
            origin=one.window.words[one.read.at].origin,
            event_type=TYPES[one.kind],
            status=STATUSES[int(one.read.statuses.argmax())],
            actor=pair.actor.origin,
            recipient=pair.recipient.origin,
            confidence=confidence(features_of(one, pair)),
            background=float(one.read.tiers[BACKGROUND]),
            event=one.read.event,
        )


def _told(window: Window, read: WordRead) -> Told:
    trusted = trusting(read, window)
    return Told(window=window, read=trusted, kind=int(trusted.types[1:].argmax()))


def trusting(read: WordRead, window: Window) -> WordRead:
    """A reading with more weight on the rules' where the network has seen few of the type that they read (data/reader.toml)."""
    trust, word = load_settings()["trust"], window.words[read.at]
    if not word.rule_type or TYPES[word.rule_type - 1] not in trust["types"].split():
        return read
    types = _raised(read.types, [word.rule_type], trust["times"])
    if int(types[1:].argmax()) + 1 != word.rule_type:
        return replace(read, types=types)
    parties = tuple(
        _raised(chances, [at + 1 for at in by_rule(window, word, role)], trust["times"])
        for role, chances in enumerate(read.parties)
    )
    return replace(read, types=types, parties=parties)


def _raised(chances: Floats, places: Sequence[int], times: float) -> Floats:
    raised: Floats = chances.copy()
    raised[list(places)] *= times
    raised /= raised.sum()
    return raised


def by_rule(window: Window, word: Word, role: int) -> list[int]:
    """Which of the mentions within a word's reach the rules take for a party."""
    first = word.at - word.origin[1]
    return [
        at
        for at, mention in enumerate(window.mentions[number] for number in word.reach)
        if mention.origin[0] == word.origin[0] and mention.head - first in word.by_rule[role]
    ]


def features_of(told: Told, pair: Pair) -> dict[str, float]:
    """What tells whether a decision is right: how sure the network is of each part, and whether rules and the rest of the article
    say the same.
    """
    read, word = told.read, told.window.words[told.read.at]
    actor, recipient = pair.actor, pair.recipient
    ruled = [told.reach[at] for at in by_rule(told.window, word, 0)]
    return {
        "type": logit(float(read.types[told.kind + 1])),
        "actor": logit(actor.chance),
        "recipient": logit(recipient.chance),
        "other_rule": float(word.rule_type not in (0, told.kind + 1)),
        "rule_actor": float(actor.origin in ruled),
        "no_actor": float(actor.origin is None),
        "no_recipient": float(recipient.origin is None),
        "core": float(read.tiers[CORE]),
        "background": float(read.tiers[BACKGROUND]),
        "agreed": actor.agreed + recipient.agreed,
        "known": actor.known + recipient.known,
        "retold": min(pair.retold, 1.0),
        "one_land": float(pair.is_one_land),
        "depth": min(word.origin[0], DEEPEST) / DEEPEST,
    }


def confidence(features: Mapping[str, float]) -> float:
    """Probability that type and parties are right; data/reader.toml says on what its weights were fitted."""
    weights = load_settings()["confidence"]
    score = weights["bias"] + sum(weights.get(name, 0.0) * value for name, value in features.items())
    return round(min(0.99, max(0.01, 1 / (1 + math.exp(-score)))), 3)


def logit(chance: float) -> float:
    """A chance on the scale that logistic weights add on; the last half per cent on either side counts alike."""
    kept = min(0.995, max(0.005, chance))
    return math.log(kept / (1 - kept))
