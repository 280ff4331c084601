"""Windows: each sentence once, with its neighbours; parties are looked for in a word's own sentence and the two before."""

from __future__ import annotations

import gzip
from datetime import date

import pytest

from pipeline.extract.reader import window
from pipeline.extract.reader.pieces import Pieces
from pipeline.extract.reader.window import Named, RuleReading, Sentence, links_of, windows_of

DAY = date(2026, 11, 2)


@pytest.fixture
def pieces(tmp_path):
    path = tmp_path / "pieces.txt.gz"
    with gzip.open(path, "wt") as file:
        file.write("\n".join(["[PAD]", "[UNK]", "[CLS]", "[SEP]"]))
    return Pieces(path)


def sentence(**changed) -> Sentence:
    """ "Rebels attacked police." with both parties named, and read by rule."""
    return Sentence(
        **{
            "words": ("Rebels", "attacked", "police"),
            "pos": ("NOUN", "VERB", "NOUN"),
            "deps": ("nsubj", "ROOT", "obj"),
            "heads": (1, 1, 1),
            "entities": ("", "", ""),
            "named": tuple(
                Named(head=head, words=(head,), has_country=False, has_sector=True) for head in (0, 2)
            ),
            "readings": (
                RuleReading(
                    event_type="ASSAULT", status="planned", anchor=1, trigger=(1,),
                    parties=(frozenset({0}), frozenset({2})),
                ),
            ),
            **changed,
        }
    )  # fmt: skip


def test_a_word_sees_what_the_rules_read_of_it(pieces):
    """Type, status and who takes part."""
    (found,) = windows_of("", DAY, [sentence()], pieces)
    verb = next(word for word in found.words if word.origin == (0, 1))

    assert verb.rule_type == window.TYPES.index("ASSAULT") + 1
    assert verb.rule_status == window.STATUSES.index("planned") + 1
    assert [link.by_rule for link in links_of(found, verb)] == [(1.0, 0.0), (0.0, 1.0)]


def test_a_party_is_looked_for_two_sentences_back_and_no_further(pieces):
    """In the fourth sentence those of the first are out of reach."""
    (found,) = windows_of("", DAY, [sentence()] * 4, pieces)
    verb = next(word for word in found.words if word.origin == (3, 1))
    reached = [found.mentions[number] for number in verb.reach]

    assert {mention.origin[0] for mention in reached} == {1, 2, 3}
    assert {link.sentences for link in links_of(found, verb)} == {0.0, 1.0, 2.0}


def test_a_full_window_is_followed_by_another(pieces, monkeypatch):
    """Each sentence stands in one of them."""
    monkeypatch.setattr(window, "LONGEST_WINDOW", 13)
    found = list(windows_of("One title", DAY, [sentence()] * 3, pieces))

    assert [len(one.pieces) for one in found] == [14, 11]
    assert [sorted({word.origin[0] for word in one.words}) for one in found] == [[0, 1], [2]]


def test_sentences_that_are_left_out_keep_their_number(pieces):
    """What is not to be seen is not encoded, and how deep in the article the others stand stays the same."""
    (found,) = windows_of("", DAY, [sentence()] * 6, pieces, {0, 5})

    assert sorted({(word.origin[0], word.depth) for word in found.words}) == [(0, 0), (5, 3)]


@pytest.mark.parametrize(
    ("word", "head", "kind"),
    [(1, 0, 2), (1, 2, 3), (0, 1, window.HEAD), (0, 2, window.SIBLING), (2, 2, window.SIBLING)],
)
def test_the_way_to_who_is_named_is_told(word, head, kind):
    """Through the tree: below, above or beside."""
    assert window.relation(sentence(), word, head) == kind
