"""Counts: phrases into bounds, and the phrases that belong to an event."""

from __future__ import annotations

import pytest
import spacy
from spacy.tokens import Doc

from pipeline.extract.language.parsed import Parsed
from pipeline.extract.numbers.counts import counts_of
from pipeline.extract.numbers.quantities import quantity

VOCAB = spacy.blank("en").vocab


@pytest.mark.parametrize(
    ("phrase", "bounds"),
    [
        ("12", (12, 12)),
        ("1,250 people", (1250, 1250)),
        ("twelve", (12, 12)),
        ("twenty-five", (25, 25)),
        ("one hundred and twenty", (120, 120)),
        ("three thousand", (3000, 3000)),
        ("2.5 million", (2_500_000, 2_500_000)),
        ("half a million", (500_000, 500_000)),
        ("a dozen", (12, 12)),
        ("two dozen", (24, 24)),
        ("a couple of soldiers", (2, 2)),
        ("both", (2, 2)),
        ("some 300", (300, 300)),
        ("about 50", (50, 50)),
        ("at least 12", (12, None)),
        ("no fewer than ten", (10, None)),
        ("more than 100", (100, None)),
        ("12 or more", (12, None)),
        ("dozens", (24, None)),
        ("scores of people", (40, None)),
        ("hundreds", (200, None)),
        ("several hundred", (300, None)),
        ("tens of thousands", (20_000, None)),
        ("hundreds of thousands", (200_000, None)),
        ("TENS OF THOUSANDS", (20_000, None)),
        ("up to 50", (None, 50)),
        ("as many as 40", (None, 40)),
        ("fewer than 10", (None, 10)),
        ("nearly 50", (45, 50)),
        ("between 5 and 10", (5, 10)),
        ("5-10", (5, 10)),
        ("three to five", (3, 5)),
        ("a 12-year-old boy and two others", (2, 2)),
    ],
)
def test_quantity_reads(phrase, bounds):
    """Figures, words, vague words and bounds."""
    assert quantity(phrase) == bounds


@pytest.mark.parametrize(
    "phrase",
    ["", "the soldiers", "a 12-year-old boy", "a boy aged 12", "between a and b", "9" * 400, "score"],
)
def test_what_is_no_number_gives_none(phrase):
    """An age is no number of people, nor is more than there are."""
    assert quantity(phrase) is None


TAGS = {"NUM": "CD", "NOUN": "NNS", "VERB": "VBD", "PROPN": "NNP"}


def sentence(*rows: str) -> Doc:
    """A parsed sentence from rows "word lemma coarse relation head"."""
    words, lemmas, pos, deps, heads = zip(*(row.split() for row in rows), strict=True)
    return Parsed(VOCAB, words=list(words), lemmas=list(lemmas), pos=list(pos), tags=[TAGS.get(p, p) for p in pos], deps=list(deps),
               heads=[int(head) for head in heads], sent_starts=[number == 0 for number in range(len(words))])  # fmt: skip


def counted(doc: Doc, trigger: int) -> list[tuple[str, int | None, int | None]]:
    return [(count.kind, count.lower, count.upper) for count in counts_of(doc[trigger])]


def test_a_blast_counts_its_dead_and_its_wounded():
    """What the participles say belongs to the event of the clause."""
    doc = sentence("Bombs bomb NOUN nsubj 1", "exploded explode VERB ROOT 1", "killing kill VERB advcl 1", "12 12 NUM nummod 4",
                   "people people NOUN obj 2", "and and CCONJ cc 6", "wounding wound VERB conj 2", "30 30 NUM obj 6")  # fmt: skip

    assert counted(doc, 1) == [("killed", 12, 12), ("injured", 30, 30)]


def test_joined_victims_are_added_up():
    """Three soldiers and two civilians are five."""
    doc = sentence("Three three NUM nummod 1", "soldiers soldier NOUN nsubj:pass 6", "and and CCONJ cc 4", "two two NUM nummod 4",
                   "civilians civilian NOUN conj 1", "were be AUX aux:pass 6", "killed kill VERB ROOT 6")  # fmt: skip

    assert counted(doc, 6) == [("killed", 5, 5)]


def test_those_who_march_are_the_crowd():
    """The doer of a protest is its size."""
    doc = sentence(
        "Thousands thousand NOUN nsubj 3",
        "of of ADP case 2",
        "workers worker NOUN nmod 0",
        "marched march VERB ROOT 3",
    )

    assert counted(doc, 3) == [("crowd", 2000, None)]


def test_the_held_are_no_crowd():
    """Fifty protesters arrested are fifty arrested."""
    doc = sentence(
        "Police police NOUN nsubj 1",
        "arrested arrest VERB ROOT 1",
        "50 50 NUM nummod 3",
        "protesters protester NOUN obj 1",
    )

    assert counted(doc, 1) == [("arrested", 50, 50)]


def test_the_killers_are_not_the_killed():
    """Ten gunmen killed a guard."""
    doc = sentence("Ten ten NUM nummod 1", "gunmen gunman NOUN nsubj 2", "killed kill VERB ROOT 2", "the the DET det 4",
                   "guards guard NOUN obj 2")  # fmt: skip

    assert counted(doc, 2) == []


@pytest.mark.parametrize("thing", ["vehicle", "drone", "warplane", "camp", "hospital", "goat"])
@pytest.mark.parametrize("verb", ["detain", "shot"])
def test_things_are_not_people(thing, verb):
    """What was seized or shot down is counted otherwise."""
    doc = sentence(
        "Police police NOUN nsubj 1",
        f"{verb} {verb} VERB ROOT 1",
        "3 3 NUM nummod 3",
        f"{thing}s {thing} NOUN obj 1",
    )

    assert counted(doc, 1) == []


def test_things_beside_things_are_not_people():
    """Nor where they are joined: "five missiles and 60 drones"."""
    doc = sentence("Gunners gunner NOUN nsubj 1", "killed kill VERB ROOT 1", "5 5 NUM nummod 3", "rockets rocket NOUN obj 1",
                   "and and CCONJ cc 6", "60 60 NUM nummod 6", "drones drone NOUN conj 3")  # fmt: skip

    assert counted(doc, 1) == []


def test_capitals_count_as_well():
    """Where the parser sees only names."""
    doc = sentence(
        "REBELS REBELS PROPN nsubj 1",
        "KIDNAPPED KIDNAPPED PROPN ROOT 1",
        "50 50 NUM nummod 3",
        "PEASANTS PEASANTS NOUN dep 1",
    )

    assert counted(doc, 1) == [("abducted", 50, 50)]


def test_the_span_is_the_phrase():
    """So that the desk can see why."""
    doc = sentence(
        "Police police NOUN nsubj 1",
        "arrested arrest VERB ROOT 1",
        "50 50 NUM nummod 3",
        "men man NOUN obj 1",
    )
    span = counts_of(doc[1])[0].span

    assert doc.text[span.start : span.end] == span.text == "50 men"


def test_a_poison_phrase_costs_no_time():
    """Only the head of what is too long is read."""
    assert quantity("A-" * 100_000) is None
