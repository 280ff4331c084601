"""Explain: the sentence with its marks, and every entry by name."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from pipeline.extract.explain import explain, marked_sentence
from pipeline.model import Actor, Candidate, EventDate, Place, Span

TEXT = "Iran refused to attack Iraq on Friday."


def span(words):
    start = TEXT.index(words)
    return Span(start=start, end=start + len(words), text=words)


EVENT = Candidate(
    event_type="REJECT", status="actual", quad_class=3, score=-2.0, cameo="120", frame_id="reject-verb+attack",
    actor=Actor(name="Iran", country="IRN", sector=None, span=span("Iran"), entry_ids=("countries:Iran",)),
    recipient=Actor(name="Iraq", country="IRQ", sector=None, span=span("Iraq")),
    trigger=span("refused"), sentence=Span(start=0, end=len(TEXT), text=TEXT),
    event_date=EventDate(value=date(2024, 5, 17), span=span("on Friday")), status_reason="because so",
)  # fmt: skip


def test_sentence_bears_all_marks():
    assert marked_sentence(TEXT, EVENT) == "<Iran> [refused] to attack {Iraq} ~(on Friday)."


def test_frames_and_entries_are_named_with_their_reasons():
    shown = explain(TEXT, EVENT)

    assert "countries:Iran" in shown
    assert "Saying no to the content" in shown
    assert "ASSAULT: Force used on somebody" in shown


def test_status_comes_with_its_reason():
    assert "status      actual, because: because so" in explain(TEXT, EVENT)


def test_unknown_actor_is_said_to_be_kept_by_name():
    assert "kept by name" in explain(TEXT, EVENT)


def test_crossing_spans_are_marked_once():
    crossing = replace(EVENT, recipient=replace(EVENT.recipient, span=span("refused to attack")))

    assert marked_sentence(TEXT, crossing) == "<Iran> [refused] to attack Iraq ~(on Friday)."


def test_what_was_taken_from_another_sentence_is_said_to_be_inferred():
    """A reader must see what the sentence itself does not say."""
    text = f"{TEXT} It was in Basra."
    basra = Span(start=text.index("Basra"), end=text.index("Basra") + 5, text="Basra")
    place = Place(name="Basra", country="IRQ", latitude=30.5, longitude=47.8, resolution="point", span=basra)

    assert f"inferred from 'Basra' at {basra.start}" in explain(text, replace(EVENT, place=place))
