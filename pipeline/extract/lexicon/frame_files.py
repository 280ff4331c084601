"""Frame files: `data/frames` in, `Frames` out; a wrong row is told with file and id."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

from pipeline import plover
from pipeline.errors import ConfigError
from pipeline.extract.lexicon import files
from pipeline.extract.lexicon.frames import EventNoun, Frame, Frames, Operator, OperatorKind, slots_of
from pipeline.extract.lexicon.inflection import spellings_of
from pipeline.extract.lexicon.triggers import company_of
from pipeline.model import STATUSES
from pipeline.plover import read_table

DATA = files.DATA / "frames"
ACTOR = "actor"
# In the order they are tried where two frames fit equally well: the fixed phrase says more than the class.
VERB_FILES = ("verb_phrases.csv", "verb_frames.csv", "verb_classes.csv")


@cache
def load_frames(folder: Path = DATA) -> Frames:
    """Read the lexicon once.

    Raises:
        ConfigError: An unknown type, mode, group or operator kind; the message names file and id.
    """
    groups = _groups(folder / "word_groups.toml")
    verbs: dict[str, list[Frame]] = {}
    for name in VERB_FILES:
        for row in read_table(folder / name):
            frame = _frame(row, groups)
            for word in _expand(row["verbs"], groups, row["id"]):
                verbs.setdefault(word, []).append(frame)
    nouns: dict[str, EventNoun] = {}
    for row in read_table(folder / "event_nouns.csv"):
        noun = _noun(row)
        for word in _expand(row["words"], groups, row["id"]):
            nouns.setdefault(word, noun)
    kinds = {row["kind"]: _kind(row) for row in read_table(folder / "operator_kinds.csv")}
    operators: dict[tuple[str, str], Operator] = {}
    for row in read_table(folder / "operators.csv"):
        operator = _operator(row, kinds)
        for word in _expand(row["words"], groups, row["id"]):
            operators.setdefault((word, operator.form), operator)
    outcomes = tuple(read_table(folder / "outcomes.csv"))
    for row in outcomes:
        if row["mode"] not in ("", "=", "threat"):
            plover.code(row["event_type"], row["mode"])
    return Frames(
        verbs={word: tuple(sorted(found, key=lambda frame: -frame.weight)) for word, found in verbs.items()},
        nouns=nouns,
        operators=operators,
        kinds=kinds,
        outcomes=outcomes,
        groups=groups,
        triggers=company_of(verbs, nouns, operators),
    )


def _groups(path: Path) -> dict[str, frozenset[str]]:
    raw = tomllib.loads(path.read_text(encoding="utf-8"))
    return {name: frozenset(spellings_of(table["words"].split())) for name, table in raw.items()}


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
    return spellings_of(found)


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
        recipient=slots_of(row["recipient"].split()),
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


def _kind(row: dict[str, str]) -> OperatorKind:
    claims = row["claims"]
    if claims not in ("", "=", *STATUSES):
        raise ConfigError(
            f"operator kind {row['kind']!r} claims {claims!r}; there are: =, {', '.join(STATUSES)}"
        )
    addressed = tuple(row["addressed"].split())
    if unknown := sorted(set(addressed) - {"named", "doers", "targets"}):
        raise ConfigError(
            f"operator kind {row['kind']!r} addresses {unknown[0]!r}; there are: named, doers, targets"
        )
    return OperatorKind(
        name=row["kind"],
        claims=next((status for status in STATUSES if status == claims), None),
        cause=row["cause"],
        leaves_event=bool(claims),
        is_unreal=row["unreal"] == "yes",
        is_open=row["open"] == "yes",
        is_spoken=row["spoken"] == "yes",
        is_telling=row["telling"] == "yes",
        is_ending=row["ending"] == "yes",
        addressed=addressed,
    )


def _operator(row: dict[str, str], kinds: dict[str, OperatorKind]) -> Operator:
    if row["kind"] not in kinds:
        raise ConfigError(
            f"operator {row['id']!r} has the kind {row['kind']!r}; there are: {', '.join(sorted(kinds))}"
        )
    return Operator(
        id=row["id"],
        kind=kinds[row["kind"]],
        form=row["form"],
        recipient=slots_of(row["recipient"].split()),
        reason=row["reason"],
    )
