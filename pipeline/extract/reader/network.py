"""Network: windows of an article in; for each word whether it tells an event, of which type, and whose, out.

One encoding a window of sentences; then small heads over its words and over those who are named in it. Every number here is
checked against the training's own in tests/extract/reader.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pipeline.errors import ExtractError
from pipeline.extract.reader.encoder import Encoder
from pipeline.extract.reader.heads import Floats, Linear, gelu, softmax
from pipeline.extract.reader.window import ROLES, Window, links_of

FAR = 40  # words between trigger and mention beyond which distance tells no more


@dataclass(frozen=True, kw_only=True, slots=True)
class WordRead:
    """What the network makes of one word of a window.

    Args:
        at: Which of the window's words.
        types: Probability of none, then of each of TYPES.
        statuses: Probability of each of STATUSES.
        tiers: Probability of each of TIERS.
        parties: For each of ROLES the probability of nobody, then of each mention within reach of the word.
        event: What it tells, as `Network.likeness` compares it.
    """

    at: int
    types: Floats
    statuses: Floats
    tiers: Floats
    parties: tuple[Floats, ...]
    event: Floats


class Network:
    """The trained reader. `least` is how likely an event must be for its parties to be looked for."""

    def __init__(self, encoder: Encoder, weights: Mapping[str, Floats]):
        self.encoder = encoder
        self.weights = weights
        names = [name.removesuffix(".bias") for name in weights if name.endswith(".bias")]
        self.linear = {
            name: Linear(np.ascontiguousarray(weights[f"{name}.weight"].T), weights[f"{name}.bias"])
            for name in names
        }

    def read(
        self, windows: Sequence[Window], least: float, least_by_rule: float | None = None
    ) -> list[list[WordRead]]:
        """Read windows; words that tell an event with less than `least` are left out, and those that a rule read with less than
        `least_by_rule`.
        """
        bars = least, least if least_by_rule is None else least_by_rule
        return [
            self._read_window(window, self.encoder(window.pieces, window.segments), bars)
            for window in windows
        ]

    def _read_window(self, window: Window, vectors: Floats, bars: tuple[float, float]) -> list[WordRead]:
        if not window.words:
            return []
        words = mean_of_words(vectors, window.owners, window.word_count)
        triggers = self._triggers(window, words, vectors[0])
        types = softmax(self.linear["typ"](triggers))
        likely = [at for at, word in enumerate(window.words) if 1 - types[at, 0] >= bars[word.rule_type > 0]]
        if not likely:
            return []
        chosen = types[likely, 1:].argmax(-1) + 1
        told = np.concatenate([triggers[likely], self.weights["ty.weight"][chosen]], -1)
        statuses, tiers = softmax(self.linear["status"](told)), softmax(self.linear["tier"](told))
        events = self.linear["sv"](told)
        mentions = self._mentions(window, words)
        parties = [self._point(role, window, likely, told, mentions) for role in range(len(ROLES))]
        return [
            WordRead(
                at=at,
                types=types[at],
                statuses=statuses[row],
                tiers=tiers[row],
                parties=tuple(own[row] for own in parties),
                event=events[row],
            )
            for row, at in enumerate(likely)
        ]

    def likeness(self, events: Floats) -> Floats:
        """How likely each two of some words of one type tell the same event, (words, words)."""
        return np.stack([self._likeness(one, events) for one in events])

    def _likeness(self, one: Floats, events: Floats) -> Floats:
        seen = np.concatenate([one * events, np.abs(one - events)], -1)
        scores = self.linear["sm.2"](gelu(self.linear["sm.0"](seen)))[:, 0]
        chances: Floats = np.float32(1) / (np.float32(1) + np.exp(-scores))
        return chances

    def _triggers(self, window: Window, words: Floats, whole: Floats) -> Floats:
        seen = [
            words[[word.at for word in window.words]],
            np.broadcast_to(whole, (len(window.words), len(whole))),
            *(
                self.weights[f"{table}.weight"][[getattr(word, name) for word in window.words]]
                for table, name in (
                    ("rt", "rule_type"),
                    ("rs", "rule_status"),
                    ("pe", "pos"),
                    ("de", "dep"),
                    ("dp", "depth"),
                )
            ),
        ]
        return gelu(self.linear["trig.0"](np.concatenate(seen, -1)))

    def _mentions(self, window: Window, words: Floats) -> Floats:
        if not window.mentions:
            return np.zeros((0, 0), dtype=np.float32)
        seen = [
            words[[mention.head for mention in window.mentions]],
            np.stack([words[list(mention.words)].mean(0) for mention in window.mentions]),
            np.array([mention.marks for mention in window.mentions], dtype=np.float32),
            self.weights["en.weight"][[mention.entity for mention in window.mentions]],
            self.weights["de.weight"][[mention.dep for mention in window.mentions]],
        ]
        return gelu(self.linear["mv.0"](np.concatenate(seen, -1)))

    def _point(
        self, role: int, window: Window, likely: Sequence[int], told: Floats, mentions: Floats
    ) -> list[Floats]:
        """For each likely word the probability of nobody, then of each mention within its reach."""
        nobody = self.linear[f"none.{role}"](told)
        pairs = [
            (row, window.words[at], link, number)
            for row, at in enumerate(likely)
            for link, number in zip(links_of(window, window.words[at]), window.words[at].reach, strict=True)
        ]
        scores = np.zeros(0, dtype=np.float32)
        if pairs:
            here = self.linear[f"tv.{role}"](told)[[row for row, *_ in pairs]]
            there = mentions[[number for *_, number in pairs]]
            far = [window.mentions[number].head - word.at for _, word, _, number in pairs]
            seen = [
                here, there, here * there,
                self.weights["rl.weight"][[link.relation for _, _, link, _ in pairs]],
                np.array([link.by_rule for _, _, link, _ in pairs], dtype=np.float32),
                np.array(
                    [
                        (float(way < 0), min(abs(way), FAR) / FAR, link.sentences)
                        for way, (_, _, link, _) in zip(far, pairs, strict=True)
                    ],
                    dtype=np.float32,
                ),
            ]  # fmt: skip
            hidden = gelu(self.linear[f"ps.{role}.0"](np.concatenate(seen, -1)))
            scores = self.linear[f"ps.{role}.2"](hidden)[:, 0]
        found = []
        start = 0
        for row, at in enumerate(likely):
            end = start + window.words[at].mention_count
            found.append(softmax(np.concatenate([nobody[row], scores[start:end]])))
            start = end
        return found


def mean_of_words(vectors: Floats, owners: Sequence[int], count: int) -> Floats:
    """The mean of the pieces of each word; a word that was cut off has zeros."""
    own = np.array(owners)
    kept = np.flatnonzero(own >= 0)
    # Pieces of a word stand on end, so that each word is one stretch.
    starts = kept[np.r_[True, own[kept][1:] != own[kept][:-1]]]
    found = np.zeros((count, vectors.shape[1]), dtype=np.float32)
    if len(kept):
        lengths = np.bincount(own[kept], minlength=count)[own[starts]]
        sums = np.add.reduceat(vectors[: kept[-1] + 1], starts)
        found[own[starts]] = sums / lengths[:, None]
    return found


def load_weights(path: Path) -> dict[str, Floats]:
    """Read the weights of the heads.

    Raises:
        ExtractError: The file is missing or not as it must be.
    """
    try:
        with np.load(path) as stored:
            return {name: np.asarray(stored[name], dtype=np.float32) for name in sorted(stored.files)}
    except (OSError, ValueError, KeyError) as error:
        raise ExtractError(f"cannot read the reader's weights {path}: {error}") from error
