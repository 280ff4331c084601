"""Merging: one event told twice is one candidate; two events stay two."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from pipeline.extract.article.merge import merge
from pipeline.extract.lexicon.cameo import cameo_code
from pipeline.model import Actor, Candidate, EventDate, Place, Span


def span(start, text):
    return Span(start=start, end=start + len(text), text=text)


def telling(start, **changes):
    base = Candidate(
        event_type="ASSAULT", status="actual", quad_class=4, score=-9.0, frame_id="attack",
        actor=Actor(name="rebels", country="MLI", sector="REB", span=span(start, "Rebels")),
        recipient=Actor(name="Goma", country="COD", sector=None, span=span(start + 20, "Goma")),
        trigger=span(start + 10, "attacked"), sentence=span(start, "Rebels .. attacked .. Goma"),
        event_date=EventDate(value=date(2024, 5, 17)),
    )  # fmt: skip
    return replace(base, **changes)


def test_second_telling_is_a_mention():
    merged = merge([telling(0), telling(100)])

    assert len(merged) == 1
    assert [mention.start for mention in merged[0].mentions] == [110]


def test_other_type_other_status_other_actor_stay_apart():
    other = Actor(name="troops", country="FRA", sector="MIL", span=span(200, "Troops"))

    assert (
        len(
            merge(
                [
                    telling(0),
                    telling(100, event_type="THREATEN"),
                    telling(200, status="denied"),
                    telling(300, actor=other),
                ]
            )
        )
        == 4
    )


def test_other_day_is_another_event():
    monday = EventDate(value=date(2024, 5, 13), span=span(112, "Monday"))
    friday = EventDate(value=date(2024, 5, 17), span=span(12, "Friday"))

    assert len(merge([telling(0, event_date=friday), telling(100, event_date=monday)])) == 2


def test_a_date_in_the_text_wins_over_the_day_of_publication():
    monday = EventDate(value=date(2024, 5, 13), span=span(130, "Monday"))

    assert merge([telling(0), telling(100, event_date=monday)])[0].event_date == monday


def test_another_town_is_another_event():
    def at(name, start):
        return Place(
            name=name, country="COD", latitude=0.0, longitude=0.0, resolution="point", span=span(start, name)
        )

    assert len(merge([telling(0, place=at("Goma", 12)), telling(100, place=at("Bukavu", 112))])) == 2


def test_two_victims_in_one_sentence_are_two_events():
    other = Actor(name="Bukavu", country="COD", sector=None, span=span(30, "Bukavu"))

    assert len(merge([telling(0), telling(0, recipient=other, trigger=span(40, "shelled"))])) == 2


def test_what_is_inferred_neither_parts_two_tellings_nor_leads():
    """A place from another sentence is a guess beside the sentence's own."""

    def at(name, start):
        return Place(
            name=name, country="COD", latitude=0.0, longitude=0.0, resolution="point", span=span(start, name)
        )

    said = telling(100, place=at("Goma", 110))
    guessed = telling(0, place=at("Bukavu", 400))
    merged = merge([guessed, said])

    assert len(merged) == 1
    assert merged[0].place.name == "Goma"


def test_a_mode_that_another_telling_gives_brings_its_score_and_codes():
    """The score is that of the mode, as the checks before the store demand."""
    merged = merge([telling(0), telling(100, mode="beat", score=-7.5, cameo="182")])

    assert [(one.mode, one.score, one.quad_class) for one in merged] == [("beat", -7.5, 4)]
    assert merged[0].cameo == cameo_code("ASSAULT", "beat", merged[0].contexts)


def test_its_own_mode_stays_with_its_own_score():
    merged = merge([telling(0, mode="beat", score=-7.5), telling(100)])

    assert [(one.mode, one.score) for one in merged] == [("beat", -7.5)]
