"""Decide: the likeliest pair of parties, and one number for how likely all of it is."""

from __future__ import annotations

import numpy as np

from pipeline.extract.reader.decide import decisions
from pipeline.extract.reader.network import WordRead
from pipeline.extract.reader.window import TYPES, Mention, Sentence, Window, Word
from pipeline.model import Actor, Span

SENTENCE = Sentence(words=("x",), pos=("VERB",), deps=("ROOT",), heads=(0,), entities=("",))


def named(*parties: tuple[str, str | None, str | None]):
    """Who is named in the one sentence, by sentence and number."""
    return {
        (0, at): Actor(name=name, country=country, sector=sector, span=Span(start=0, end=1, text="x"))
        for at, (name, country, sector) in enumerate(parties)
    }


def window(count: int) -> Window:
    """One verb with so many mentions within its reach."""
    mentions = tuple(
        Mention(head=at, words=(at,), marks=(0.0,) * 4, entity=0, dep=0, origin=(0, at))
        for at in range(count)
    )
    word = Word(
        at=0,
        origin=(0, 0),
        pos=0,
        dep=0,
        rule_type=0,
        rule_status=0,
        depth=0,
        first_mention=0,
        mention_count=count,
        sentence=SENTENCE,
    )
    return Window(pieces=(), segments=(), owners=(), word_count=1, words=(word,), mentions=mentions)


def read(
    actor: list[float], recipient: list[float], *, sure: float = 0.9, background: float = 0.1
) -> WordRead:
    """A word that tells an accusation, with the chances of nobody and of each mention."""
    types = np.full(17, (1 - sure) / 16, dtype=np.float32)
    types[TYPES.index("ACCUSE") + 1] = sure
    return WordRead(
        at=0,
        types=types,
        statuses=np.array([0.7, 0.1, 0.1, 0.1]),
        tiers=np.array([1 - background, 0.0, background]),
        parties=(np.array(actor), np.array(recipient)),
        event=np.zeros(2, dtype=np.float32),
    )


def decide(one: WordRead, actors):
    (found,) = decisions(window(len(actors)), [one], actors)
    return found


def test_the_likeliest_parties_are_taken():
    """Each side for itself where nothing speaks against the pair."""
    found = decide(
        read([0.1, 0.8, 0.1], [0.1, 0.1, 0.8]), named(("Iran", "IRN", None), ("Iraq", "IRQ", None))
    )

    assert (found.event_type, found.actor, found.recipient) == ("ACCUSE", (0, 0), (0, 1))


def test_nobody_does_it_to_himself():
    """Both mentions mean one party: it has no recipient then."""
    found = decide(
        read([0.1, 0.8, 0.1], [0.3, 0.0, 0.7]), named(("Iran", "IRN", None), ("Iran", "IRN", None))
    )

    assert (found.actor, found.recipient) == ((0, 0), None)


def test_who_is_within_the_others_name_is_not_meant():
    """ "The president of Senegal condemned them": not Senegal."""
    actors = named(("president of Senegal", "SEN", "GOV"), ("Senegal", "SEN", None), ("Rebels", "MLI", "REB"))
    found = decide(read([0.1, 0.9, 0.0, 0.0], [0.05, 0.0, 0.7, 0.25]), actors)

    assert (found.actor, found.recipient) == ((0, 0), (0, 2))


def test_mentions_of_one_party_stand_together():
    """Two weak mentions of Iran outweigh one of Iraq."""
    actors = named(("Iran", "IRN", None), ("Iran", "IRN", None), ("Iraq", "IRQ", None))
    found = decide(read([0.1, 0.25, 0.3, 0.35], [0.97, 0.01, 0.01, 0.01]), actors)

    assert (found.actor, found.recipient) == ((0, 1), None)


def test_what_is_surer_has_a_higher_confidence():
    """Type and parties count each."""
    actors = named(("Iran", "IRN", None), ("Iraq", "IRQ", None))
    sides = [0.1, 0.8, 0.1], [0.1, 0.1, 0.8]
    low, high = (decide(read(*sides, sure=sure), actors).confidence for sure in (0.4, 0.9))

    assert 0 <= low < high <= 1


def test_how_likely_it_is_history_is_handed_on():
    """What is made of that is decided with the day of the event."""
    assert (
        decide(read([0.1, 0.9], [0.9, 0.1], background=0.25), named(("Iran", "IRN", None))).background == 0.25
    )
