"""Decide: the likeliest pair of parties, and one number for how likely all of it is."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from pipeline.extract.reader.decide import account_of, decisions
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
    (found,) = decisions(account_of([window(len(actors))], [[one]], actors, unlike))
    return found


def unlike(events):
    """No two words tell the same."""
    return np.zeros((len(events), len(events)), dtype=np.float32)


def one_event(events):
    """All words tell the same."""
    return np.ones((len(events), len(events)), dtype=np.float32)


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


TWO_LANDS = named(("Iran", "IRN", None), ("Iraq", "IRQ", None))
OPEN = read([0.1, 0.4, 0.5], [0.9, 0.05, 0.05])
PLAIN = read([0.05, 0.9, 0.05], [0.9, 0.05, 0.05])


def test_another_telling_of_the_event_says_who_did_it():
    """One sentence leaves open which of two it was; the other, of the same event, does not."""
    first, _ = decisions(account_of([window(2)] * 2, [[OPEN], [PLAIN]], TWO_LANDS, one_event))

    assert first.actor == (0, 0)


def test_an_event_of_another_type_is_no_other_telling():
    """Whatever the network makes of the two."""
    other = replace(PLAIN, types=np.roll(PLAIN.types, 1))
    settings = [
        decisions(account_of([window(2)] * 2, [[OPEN], [other]], TWO_LANDS, how))
        for how in (one_event, unlike)
    ]
    (first, _), (second, _) = settings

    assert first == second


def test_what_tellings_agree_on_is_surer():
    """The same reading of a word, with and without another telling that says the same."""
    (alone, _), (agreed, _) = (
        decisions(account_of([window(2)] * 2, [[PLAIN], [PLAIN]], TWO_LANDS, how))
        for how in (unlike, one_event)
    )

    assert alone.actor == agreed.actor == (0, 0)
    assert alone.confidence < agreed.confidence


def test_who_takes_part_elsewhere_in_the_article_is_sooner_meant():
    """A stranger to the article is as likely here, but Iran and Iraq are whom it is about."""
    actors = named(("Iran", "IRN", None), ("Iraq", "IRQ", None), ("Chile", "CHL", None))
    about = read([0.0, 0.98, 0.02, 0.0], [0.0, 0.02, 0.98, 0.0])
    here = read([0.02, 0.98, 0.0, 0.0], [0.1, 0.0, 0.44, 0.46])
    *_, last = decisions(account_of([window(3)] * 3, [[about], [about], [here]], actors, unlike))

    assert (last.actor, last.recipient) == ((0, 0), (0, 1))


def test_one_land_on_both_sides_is_seldom_meant():
    """Its government does not ally itself with its army where another land stands by."""
    actors = named(("Iran", "IRN", "GOV"), ("the army", "IRN", "MIL"), ("Iraq", "IRQ", None))
    found = decide(read([0.0, 1.0, 0.0, 0.0], [0.0, 0.0, 0.55, 0.45]), actors)

    assert found.recipient == (0, 2)


def test_an_article_that_tells_nothing_has_no_decisions():
    assert list(decisions(account_of([window(2)], [[]], TWO_LANDS, one_event))) == []


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
