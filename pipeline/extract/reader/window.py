"""Windows: sentences of an article in, as the trained reader sees them: pieces, words, mentions and what the rules read.

A window is some sentences on end, as many as fit, behind the article's day and title: each sentence is encoded once and seen with
its neighbours. Who takes part is looked for in a word's own sentence and the two before it.
"""

from __future__ import annotations

import calendar
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from pipeline.extract.reader.pieces import Pieces
from pipeline.model import Status

TYPES = (
    "AGREE", "CONSULT", "SUPPORT", "CONCEDE", "COOPERATE", "AID", "RETREAT", "REQUEST", "ACCUSE", "REJECT", "THREATEN",
    "PROTEST", "SANCTION", "MOBILIZE", "COERCE", "ASSAULT",
)  # fmt: skip
STATUSES: tuple[Status, ...] = ("actual", "planned", "hypothetical", "denied")
TIERS = ("core", "minor", "background")
ROLES = ("actor", "recipient")
# The order is that of the trained tables; the last of each stands for all others.
POS = ("VERB", "NOUN", "PROPN", "ADJ", "PRON", "NUM", "ADV", "ADP", "AUX", "")
DEPS = (
    "ROOT", "nsubj", "obj", "obl", "nmod", "conj", "amod", "compound", "acl", "acl:relcl", "advcl", "ccomp", "xcomp",
    "nsubj:pass", "obl:agent", "nmod:poss", "appos", "parataxis", "flat", "iobj", "obl:unmarked", "",
)  # fmt: skip
ENTITIES = ("", "PERSON", "ORG", "GPE", "LOC", "NORP", "DATE", "EVENT", "FAC")
# What may tell an event by itself.
TELLING = frozenset(("VERB", "NOUN", "PROPN", "ADJ"))

LONGEST_WINDOW = 240  # pieces
LONGEST_SENTENCE = 200
LONGEST_TITLE = 22  # with the day before it
# Where in the article a sentence stands: the number of these bounds that it is beyond.
DEPTHS = (0, 1, 3, 7, 15, 31)
REACH = 2  # sentences before a word's own in which its parties are looked for

# Kinds of way from a word to who is named, as the trained table has them.
CHILD, GRANDCHILD, HEAD, SIBLING, COUSIN = 1, 8, 9, 10, 11
CHILD_KINDS = 5


@dataclass(frozen=True, kw_only=True, slots=True)
class Named:
    """Who is named in a sentence: the head word, its words, and whether land and sector are known."""

    head: int
    words: tuple[int, ...]
    has_country: bool
    has_sector: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class RuleReading:
    """What the rules read in a sentence: type, status, the words that tell it, and heads of those who take part."""

    event_type: str
    status: str
    anchor: int
    trigger: tuple[int, ...]
    parties: tuple[frozenset[int], frozenset[int]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Sentence:
    """One parsed sentence, in words counted from its first; `heads` likewise, a root is its own."""

    words: tuple[str, ...]
    pos: tuple[str, ...]
    deps: tuple[str, ...]
    heads: tuple[int, ...]
    entities: tuple[str, ...]
    named: tuple[Named, ...] = ()
    readings: tuple[RuleReading, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Mention:
    """Who is named, in words of the window; `origin` is the sentence and the number among its named."""

    head: int
    words: tuple[int, ...]
    marks: tuple[float, ...]
    entity: int
    dep: int
    origin: tuple[int, int]


@dataclass(frozen=True, kw_only=True, slots=True)
class Link:
    """How a word and a mention within its reach lie to each other; `sentences` between them."""

    relation: int
    by_rule: tuple[float, float]
    sentences: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Word:
    """A word that may tell an event.

    Args:
        origin: Its sentence, and its place in it.
        depth: How deep in the article that is.
        first_mention, mention_count: Who is named within its reach, among the window's mentions.
        by_rule: Heads in its sentence that the rules take for actor and for recipient.
    """

    at: int
    origin: tuple[int, int]
    pos: int
    dep: int
    rule_type: int
    rule_status: int
    depth: int
    first_mention: int
    mention_count: int
    sentence: Sentence
    by_rule: tuple[frozenset[int], frozenset[int]] = (frozenset(), frozenset())

    @property
    def reach(self) -> range:
        """Its mentions, by their number in the window."""
        return range(self.first_mention, self.first_mention + self.mention_count)


@dataclass(frozen=True, kw_only=True, slots=True)
class Window:
    """What is encoded at once. `owners` names for each piece the word it belongs to, -1 for none."""

    pieces: tuple[int, ...]
    segments: tuple[int, ...]
    owners: tuple[int, ...]
    word_count: int
    words: tuple[Word, ...]
    mentions: tuple[Mention, ...]


@dataclass(slots=True)
class _Draft:
    pieces: list[int]
    segments: list[int]
    owners: list[int]
    numbers: list[int] = field(default_factory=list)
    bases: list[int] = field(default_factory=list)
    word_count: int = 0


def windows_of(
    title: str,
    published: date,
    sentences: Sequence[Sentence],
    pieces: Pieces,
    kept: Collection[int] | None = None,
) -> Iterator[Window]:
    """Cut an article's sentences, in their order, into windows; `kept` are those to be seen, None for all."""
    day = f"{published.day} {calendar.month_name[published.month]} {published.year}"
    named, _ = pieces.cut([*day.split(), *title.split()[:24]])
    named = named[:LONGEST_TITLE]
    draft: _Draft | None = None
    for number, sentence in enumerate(sentences):
        if kept is not None and number not in kept:
            continue
        own, owners = pieces.cut(sentence.words)
        own, owners = own[:LONGEST_SENTENCE], owners[:LONGEST_SENTENCE]
        if draft is not None and len(draft.pieces) + len(own) > LONGEST_WINDOW:
            yield _window(draft, sentences, pieces)
            draft = None
        if draft is None:
            front = [pieces.start, *named, pieces.end]
            draft = _Draft(front, [0] * len(front), [-1] * len(front))
        draft.numbers.append(number)
        draft.bases.append(draft.word_count)
        draft.pieces += own
        draft.segments += [1] * len(own)
        draft.owners += [draft.word_count + owner for owner in owners]
        draft.word_count += len(sentence.words)
    if draft is not None:
        yield _window(draft, sentences, pieces)


def _window(draft: _Draft, sentences: Sequence[Sentence], pieces: Pieces) -> Window:
    seen = set(draft.owners)
    mentions: list[Mention] = []
    starts: list[int] = []
    for number, base in zip(draft.numbers, draft.bases, strict=True):
        starts.append(len(mentions))
        mentions += _mentions(sentences[number], number, base, seen)
    words: list[Word] = []
    for place, (number, base) in enumerate(zip(draft.numbers, draft.bases, strict=True)):
        first = starts[max(0, place - REACH)]
        last = starts[place + 1] if place + 1 < len(starts) else len(mentions)
        words += _words(sentences[number], number, base, (first, last - first), seen)
    return Window(
        pieces=(*draft.pieces, pieces.end),
        segments=(*draft.segments, 1),
        owners=(*draft.owners, -1),
        word_count=draft.word_count,
        words=tuple(words),
        mentions=tuple(mentions),
    )


def _mentions(sentence: Sentence, number: int, base: int, seen: set[int]) -> Iterator[Mention]:
    for at, named in enumerate(sentence.named):
        if named.head + base not in seen:
            continue
        words = tuple(word + base for word in named.words if word + base in seen)
        pos = sentence.pos[named.head]
        yield Mention(
            head=named.head + base,
            words=words or (named.head + base,),
            marks=tuple(map(float, (named.has_country, named.has_sector, pos == "PRON", pos == "PROPN"))),
            entity=ENTITIES.index(kind) if (kind := sentence.entities[named.head]) in ENTITIES else 0,
            dep=place_in(DEPS, sentence.deps[named.head]),
            origin=(number, at),
        )


def _words(
    sentence: Sentence, number: int, base: int, reach: tuple[int, int], seen: set[int]
) -> Iterator[Word]:
    first, count = reach
    types, statuses, parties = _by_rule(sentence)
    depth = sum(number > bound for bound in DEPTHS)
    for at, pos in enumerate(sentence.pos):
        if pos not in TELLING or at + base not in seen:
            continue
        yield Word(
            at=at + base,
            origin=(number, at),
            pos=place_in(POS, pos),
            dep=place_in(DEPS, sentence.deps[at]),
            rule_type=types.get(at, 0),
            rule_status=statuses.get(at, 0),
            depth=depth,
            first_mention=first,
            mention_count=count,
            sentence=sentence,
            by_rule=parties.get(at, NOBODY),
        )


NOBODY: tuple[frozenset[int], frozenset[int]] = (frozenset(), frozenset())


def links_of(window: Window, word: Word) -> Iterator[Link]:
    """How a word lies to each of those named within its reach."""
    number, at = word.origin
    for mention in window.mentions[word.first_mention : word.first_mention + word.mention_count]:
        if mention.origin[0] != number:
            yield Link(relation=0, by_rule=(0.0, 0.0), sentences=float(number - mention.origin[0]))
            continue
        head = mention.head - (word.at - at)
        yield Link(
            relation=relation(word.sentence, at, head),
            by_rule=(float(head in word.by_rule[0]), float(head in word.by_rule[1])),
            sentences=0.0,
        )


def _by_rule(
    sentence: Sentence,
) -> tuple[dict[int, int], dict[int, int], dict[int, tuple[frozenset[int], frozenset[int]]]]:
    """Type, status and parties that the rules read, by word; an anchor's own reading goes before one it is a trigger of."""
    types: dict[int, int] = {}
    statuses: dict[int, int] = {}
    parties: dict[int, tuple[frozenset[int], frozenset[int]]] = {}
    for reading in sentence.readings:
        if reading.event_type not in TYPES:
            continue
        said = TYPES.index(reading.event_type) + 1, place_in(STATUSES, reading.status) + 1
        types[reading.anchor], statuses[reading.anchor] = said
        for word in reading.trigger:
            if word not in types:
                types[word], statuses[word] = said
        for word in {reading.anchor, *reading.trigger}:
            known = parties.get(word, NOBODY)
            parties[word] = (known[0] | reading.parties[0], known[1] | reading.parties[1])
    return types, statuses, parties


def relation(sentence: Sentence, word: int, head: int) -> int:
    """The kind of way through the tree from a word to the head of who is named; 0 for any other."""
    heads = sentence.heads
    over = heads[head]
    if over == word:
        return CHILD + min(place_in(DEPS, sentence.deps[head]), CHILD_KINDS)
    if heads[over] == word and over != word:
        return GRANDCHILD
    if heads[word] == head:
        return HEAD
    if heads[word] == over and over != head:
        return SIBLING
    if heads[head] == heads[heads[word]]:
        return COUSIN
    return 0


def place_in(table: Sequence[str], value: str) -> int:
    """Where a value stands in a table, the last for any that does not."""
    return table.index(value) if value in table else len(table) - 1
