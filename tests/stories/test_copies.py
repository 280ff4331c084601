"""Copies: a wire text is found whoever prints it; two bulletins of one form are not one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from pipeline.stories.copies import (
    Kin,
    Signed,
    are_copies,
    is_promising,
    original,
    packed,
    shingles,
    signatures,
    unpacked,
)
from pipeline.stories.groups import connected

PARAGRAPHS = [
    f"In round {number} the delegates of the northern towns spoke about grain, water and the price of {thing}, "
    f"and {number * 7} of them left the hall before the vote of the {thing} board was read out."
    for number, thing in enumerate(
        ["wheat", "diesel", "copper", "timber", "steel", "rice", "cement", "sugar"], 1
    )
]
WIRE = "\n".join(PARAGRAPHS)
BULLETIN = (
    "A magnitude {size} earthquake struck {land} near {town} on {day}, the seismological centre said. "
    "The quake was at a depth of {depth} km, the centre said. There were no immediate reports of damage. "
    "It was centred {far} km from {town}. No tsunami warning was issued. Residents were told to expect aftershocks."
)
NOW = datetime(2026, 11, 2, tzinfo=UTC)


def signed(text: str) -> Signed:
    (signature,) = signatures([shingles(text)])
    return Signed(shingle_count=len(shingles(text)), hashes=signature.hashes, terms={})


@pytest.mark.parametrize(
    "copy",
    [
        pytest.param(WIRE.upper().replace(",", ""), id="other case and punctuation"),
        pytest.param(
            f"EASTGATE (Wire) - {WIRE}\n(Reporting by A. Varga; Editing by B. Tanaka)", id="with credits"
        ),
        pytest.param("\n".join(PARAGRAPHS[:5]), id="cut"),
    ],
)
def test_a_copy_is_found(copy: str) -> None:
    """Credits, case and a cut end make no other text; the signatures promise it, too."""
    assert is_promising(signed(WIRE), signed(copy))
    assert are_copies(shingles(WIRE), shingles(copy))


def test_two_bulletins_of_one_form_are_two_texts() -> None:
    """The same words about another quake."""
    one = BULLETIN.format(size="5.1", land="Aldria", town="Ketterby", day="Monday", depth=30, far=12)
    other = BULLETIN.format(size="4.7", land="Pelaria", town="Dunmore", day="Friday", depth=8, far=44)

    assert not are_copies(shingles(one), shingles(other))


def test_a_brief_within_a_round_up_is_no_copy_of_it() -> None:
    """What is a small part of a text is another text."""
    assert not are_copies(shingles(PARAGRAPHS[0]), shingles(WIRE))
    assert not is_promising(signed(PARAGRAPHS[0]), signed(WIRE))


def test_texts_too_short_to_tell_are_no_copies() -> None:
    """Three words are a form, not a text."""
    assert not are_copies(shingles("More to follow."), shingles("More to follow."))


def test_a_signature_is_the_same_everywhere() -> None:
    """Pinned: two machines, or two versions, must meet in the same bands."""
    (signature,) = signatures([shingles("The council met on Friday in Ketterby.")])

    assert signature.hashes[:2] == (3691413057, 3437121877)
    assert signature.bands[0] == -8332547944962680915
    assert unpacked(packed(signature.hashes)) == signature.hashes


def kin(number: int, count: int, hours: int) -> Kin:
    return Kin(
        article_id=number, shingle_count=count, published_at=NOW + timedelta(hours=hours), url=f"u{number}"
    )


def test_the_original_is_the_first_of_the_fullest() -> None:
    """A cut copy is no original though it came first, and a few words of credits make none."""
    cut, first, credited = kin(1, 200, 0), kin(2, 330, 1), kin(3, 335, 2)

    assert {original(group).article_id for group in ([cut, first, credited], [credited, cut, first])} == {2}


def test_pairs_connect_groups() -> None:
    """Through a third, and those alone who have no pair."""
    assert sorted(connected([1, 2, 3, 4], [(1, 2), (3, 2)])) == [[1, 2, 3], [4]]
