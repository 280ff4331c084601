"""Event types: the lexicon of frames, event nouns and operators, read from `data/frames`, and its lookups.

Nothing here sees a tree: words in, entries out. How entries combine with clauses is in readings.py.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pipeline import plover
from pipeline.errors import ConfigError

DATA = Path(__file__).resolve().parent / "data" / "frames"

# What those who do it together do with each other, whatever is told of it.
JOINT = frozenset({"AGREE", "CONSULT", "COOPERATE"})
COOPERATION = frozenset({"AGREE", "CONSULT", "SUPPORT", "CONCEDE", "COOPERATE", "AID", "RETREAT"})
CONFLICT = frozenset(
    {"REQUEST", "ACCUSE", "REJECT", "THREATEN", "PROTEST", "SANCTION", "MOBILIZE", "COERCE", "ASSAULT"}
)
OPERATOR_KINDS = frozenset(
    [
        "commit",
        "intend",
        "decide",
        "allowed",
        "threaten",
        "request",
        "order",
        "reject",
        "deny",
        "fail",
        "prevent",
        "reverse",
        "cancel",
        "allow",
        "accuse",
        "praise",
        "hypothetical",
        "factive",
    ]
)
# What a threat is called when the thing threatened is of this type and mode, the mode first (codebook: modes of THREATEN).
THREAT_MODES: dict[tuple[str, str | None], str | None] = {
    ("COERCE", "arrest"): "arrest", ("COERCE", "deport"): "expel", ("SANCTION", "expel"): "expel",
    ("ASSAULT", None): "violence", ("COERCE", None): "restrict", ("SANCTION", None): "relations",
    ("MOBILIZE", None): "violence", ("PROTEST", None): "restrict", ("REJECT", None): "relations",
}  # fmt: skip
# Frames whose content is ground taken: a threat of it has the mode territory.
GROUND_FRAMES = frozenset({"seize-territory", "take-town", "occupy", "annex-territory", "control"})
ACTOR = "actor"
# Words of a slot that stand for any name of a kind.
KINDS_OF_NAMES = frozenset({"gpe", "norp", "org", "person"})
# Operators that make an event of content that is none; the others need another trigger.
TELLING_KINDS = frozenset({"commit", "threaten", "request", "order", "reject", "accuse", "praise", "allow"})
# In the order they are tried where two frames fit equally well: the fixed phrase says more than the class.
VERB_FILES = ("verb_phrases.csv", "verb_frames.csv", "verb_classes.csv")


@dataclass(frozen=True, kw_only=True, slots=True)
class Frame:
    """A verb (with particle), what its object and prepositions must be, and the event it tells."""

    id: str
    event_type: str
    mode: str | None
    objects: frozenset[str] | None
    takes_actor: bool
    takes_none: bool
    takes_any: bool
    takes_thing: bool
    doers: frozenset[str]
    prepositions: frozenset[tuple[str, str]]
    barred_prepositions: frozenset[str]
    recipient: tuple[str, ...]
    reason: str

    @property
    def weight(self) -> int:
        """How much a match says: a named object or preposition before any object."""
        return (
            2 * (self.objects is not None)
            + (self.takes_actor and self.objects is None)
            + 2 * bool(self.prepositions)
            + 2 * bool(self.doers)
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class EventNoun:
    """A noun that tells an event; `event_type` is empty for one that is an event only under an operator."""

    id: str
    event_type: str
    mode: str | None
    actor: tuple[str, ...]
    recipient: tuple[str, ...]
    kind: str
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Operator:
    """A word that makes another event of its content: "refuse", "threat", "willing"."""

    id: str
    kind: str
    form: str
    recipient: tuple[str, ...]
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    event_type: str
    mode: str | None


@dataclass(frozen=True, slots=True, eq=False)
class Frames:
    """The whole lexicon, indexed by lemma (verbs as "lemma" or "lemma+particle").

    `triggers` holds, for each word that can tell an event, the words of which one must stand in the text too;
    none where the word tells one alone.
    """

    verbs: dict[str, tuple[Frame, ...]]
    nouns: dict[str, EventNoun]
    operators: dict[tuple[str, str], Operator]
    outcomes: tuple[dict[str, str], ...]
    groups: dict[str, frozenset[str]]
    triggers: dict[str, frozenset[str]]
    version: str

    def entry(self, frame_id: str) -> Frame | EventNoun | Operator | None:
        """The entry of an id as candidates carry it ("operator+entry" gives the last)."""
        wanted = frame_id.split("+")[-1].split("<")[-1]
        for frames in self.verbs.values():
            for frame in frames:
                if frame.id == wanted:
                    return frame
        for table in (self.nouns.values(), self.operators.values()):
            for entry in table:
                if entry.id == wanted:
                    return entry
        return None

    def outcome(
        self,
        kind: str,
        event_type: str | None,
        noun_kind: str = "",
        mode: str | None = None,
        frame_id: str = "",
    ) -> Outcome | None:
        """What an operator makes of content of a type, mode and frame; None where it makes no event."""
        kinds = ("cancel", "reverse") if kind == "cancel" else (kind,)
        for row in sorted(self.outcomes, key=lambda row: row["kind"]) if kind == "cancel" else self.outcomes:
            if row["kind"] in kinds and _covers(row["content"], event_type, noun_kind):
                told = threat_mode(event_type, mode, frame_id) if row["mode"] == "threat" else row["mode"]
                return Outcome(event_type=row["event_type"], mode=told or None)
        return None


def threat_mode(event_type: str | None, mode: str | None, frame_id: str) -> str | None:
    """The mode of THREATEN for what is threatened."""
    if frame_id.split("+")[-1] in GROUND_FRAMES:
        return "territory"
    kind = event_type or ""
    return THREAT_MODES.get((kind, mode)) or THREAT_MODES.get((kind, None))


def _covers(content: str, event_type: str | None, noun_kind: str) -> bool:
    if content == "any":
        return True
    if content in ("coop", "conflict"):
        return event_type in (COOPERATION if content == "coop" else CONFLICT)
    return content == event_type or (content == noun_kind and bool(noun_kind))


@cache
def load_frames(folder: Path = DATA) -> Frames:
    """Read the lexicon once.

    Raises:
        ConfigError: An unknown type, mode, group or operator kind; the message names file and id.
    """
    groups = _groups(folder / "word_groups.toml")
    verbs: dict[str, list[Frame]] = {}
    for name in VERB_FILES:
        for row in plover.read_table(folder / name):
            frame = _frame(row, groups)
            for word in _expand(row["verbs"], groups, row["id"]):
                verbs.setdefault(word, []).append(frame)
    nouns: dict[str, EventNoun] = {}
    for row in plover.read_table(folder / "event_nouns.csv"):
        noun = _noun(row)
        for word in _expand(row["words"], groups, row["id"]):
            nouns.setdefault(word, noun)
    operators: dict[tuple[str, str], Operator] = {}
    for row in plover.read_table(folder / "operators.csv"):
        operator = _operator(row)
        for word in _expand(row["words"], groups, row["id"]):
            operators.setdefault((word, operator.form), operator)
    outcomes = tuple(plover.read_table(folder / "outcomes.csv"))
    for row in outcomes:
        if row["mode"] not in ("", "=", "threat"):
            plover.code(row["event_type"], row["mode"])
    return Frames(
        verbs={word: tuple(sorted(found, key=lambda frame: -frame.weight)) for word, found in verbs.items()},
        nouns=nouns,
        operators=operators,
        outcomes=outcomes,
        groups=groups,
        triggers=_triggers(verbs, nouns, operators),
        version=_version(folder),
    )


def _triggers(
    verbs: dict[str, list[Frame]], nouns: dict[str, EventNoun], operators: dict[tuple[str, str], Operator]
) -> dict[str, frozenset[str]]:
    """Each word that can tell an event, with its company (see `Frames`)."""
    company: dict[str, set[str]] = {}
    alone: set[str] = set()

    def add(word: str, others: frozenset[str]) -> None:
        if others:
            company.setdefault(word, set()).update(others)
        else:
            alone.add(word)

    for key, frames in verbs.items():
        word = trigger_word(key)
        first, _, last = word.rpartition("-")
        for frame in frames:
            add(last, frozenset({first}) if first else _company(key, frame))
    for name in nouns:
        first, *rest = name.split("-")
        add(rest[-1] if rest else first, frozenset({first}) if rest else frozenset())
    for word, operator in ((word, operator) for (word, _), operator in operators.items()):
        if operator.kind in TELLING_KINDS:
            add(word.split("+")[0], frozenset(word.split("+")[1:]))
    return {word: frozenset() for word in alone} | {
        word: frozenset(others) for word, others in company.items() if word not in alone
    }


def _company(key: str, frame: Frame) -> frozenset[str]:
    """Words one of which every clause of a frame has: its particle, else an object, a doer or a preposition's noun."""
    first, *rest = key.split("+")
    if rest and first != "be":
        return frozenset(rest[-1:])
    is_open = frame.takes_actor or frame.takes_none or frame.takes_any or frame.takes_thing
    nouns = frozenset(noun for _, noun in frame.prepositions)
    for words in (frozenset() if is_open else frame.objects or frozenset(), frame.doers, nouns):
        if words and "" not in words and not words & KINDS_OF_NAMES:
            return frozenset(map(_head_of, words))
    return frozenset()


def _head_of(name: str) -> str:
    """The noun of a name as slots write it: "strike" of "hunger-strike", "state" of "state-of-emergency"."""
    parts = name.split("-")
    return parts[0] if parts[1:2] == ["of"] else parts[-1]


def trigger_word(key: str) -> str:
    """The word of a verb's name that must stand in the text: "lay" of "lay+down", "war" of "be+at+war"."""
    words = key.split("+")
    return words[-1] if words[0] == "be" and len(words) > 1 else words[0]


def _version(folder: Path) -> str:
    digest = hashlib.sha256()
    for file in sorted(folder.iterdir()):
        digest.update(file.read_bytes())
    return digest.hexdigest()[:8]


def _groups(path: Path) -> dict[str, frozenset[str]]:
    raw = tomllib.loads(path.read_text(encoding="utf-8"))
    return {name: frozenset(_spellings(table["words"].split())) for name, table in raw.items()}


def _spellings(words: Iterable[str]) -> list[str]:
    """Each word and its British spelling."""
    found = []
    for word in words:
        found.append(word)
        british = _british(word)
        if british != word:
            found.append(british)
    return found


@cache
def _british(word: str) -> str:
    british = re.sub(r"iz(e|ation|ing)\b", r"is\1", word)
    british = re.sub(r"(lab|col|hon|harb|neighb|arm|fav|rum)or", r"\1our", british)
    return british.replace("center", "centre").replace("defense", "defence").replace("analyze", "analyse")


def _expand(words: str, groups: dict[str, frozenset[str]], owner: str) -> list[str]:
    found: list[str] = []
    for word in words.split():
        if word.startswith("@"):
            if word[1:] not in groups:
                raise ConfigError(
                    f"frame {owner!r} names the group {word}; there are: {', '.join(sorted(groups))}"
                )
            found.extend(sorted(groups[word[1:]]))
        else:
            found.append(word)
    return _spellings(found)


def _mode(row: dict[str, str]) -> str | None:
    if row["type"]:
        plover.code(row["type"], row["mode"] or None)
    return row["mode"] or None


def _frame(row: dict[str, str], groups: dict[str, frozenset[str]]) -> Frame:
    words = row["object"].split()
    special = {ACTOR, "none", "-", "thing"}
    objects = frozenset(_expand(" ".join(w for w in words if w not in special), groups, row["id"]))
    needed = [
        (prep, noun)
        for prep, _, nouns in (
            word.partition(":") for word in row["prep"].split() if not word.startswith("!")
        )
        for noun in _expand(nouns, groups, row["id"]) or [""]
    ]
    return Frame(
        id=row["id"],
        event_type=row["type"],
        mode=_mode(row),
        objects=objects or None,
        takes_actor=ACTOR in words,
        takes_none="none" in words,
        takes_any="-" in words,
        takes_thing="thing" in words,
        doers=frozenset(_expand(row["actor"], groups, row["id"])),
        prepositions=frozenset(needed),
        barred_prepositions=frozenset(word[1:] for word in row["prep"].split() if word.startswith("!")),
        recipient=tuple(row["recipient"].split()),
        reason=row["reason"],
    )


def _noun(row: dict[str, str]) -> EventNoun:
    return EventNoun(
        id=f"noun:{row['id']}",
        event_type=row["type"],
        mode=_mode(row),
        actor=tuple(row["actor"].split()),
        recipient=tuple(row["recipient"].split()),
        kind=row["class"],
        reason=row["reason"],
    )


def _operator(row: dict[str, str]) -> Operator:
    if row["kind"] not in OPERATOR_KINDS:
        raise ConfigError(
            f"operator {row['id']!r} has the kind {row['kind']!r}; there are: {', '.join(sorted(OPERATOR_KINDS))}"
        )
    return Operator(
        id=row["id"],
        kind=row["kind"],
        form=row["form"],
        recipient=tuple(row["recipient"].split()),
        reason=row["reason"],
    )
