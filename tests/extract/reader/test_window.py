"""Windows: each sentence once, with its neighbours; parties are looked for in a word's own sentence and the two before."""

from __future__ import annotations

import gzip

import pytest

from pipeline.extract.reader import window
from pipeline.extract.reader.pieces import Pieces
from pipeline.extract.reader.window import Named, RuleReading, Sentence, windows_of


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
    (found,) = windows_of("", [sentence()], pieces)
    verb = next(word for word in found.words if word.origin == (0, 1))

    assert verb.rule_type == window.TYPES.index("ASSAULT") + 1
    assert verb.rule_status == window.STATUSES.index("planned") + 1
    assert [link.by_rule for link in verb.links] == [(1.0, 0.0), (0.0, 1.0)]


def test_a_party_is_looked_for_two_sentences_back_and_no_further(pieces):
    """In the fourth sentence those of the first are out of reach."""
    (found,) = windows_of("", [sentence()] * 4, pieces)
    verb = next(word for word in found.words if word.origin == (3, 1))
    reached = found.mentions[verb.first_mention : verb.first_mention + len(verb.links)]

    assert {mention.origin[0] for mention in reached} == {1, 2, 3}


def test_a_full_window_is_followed_by_another(pieces, monkeypatch):
    """Each sentence stands in one of them."""
    monkeypatch.setattr(window, "LONGEST_WINDOW", 10)
    found = list(windows_of("One title", [sentence()] * 3, pieces))

    assert [len(one.pieces) for one in found] == [11, 8]
    assert [sorted({word.origin[0] for word in one.words}) for one in found] == [[0, 1], [2]]


@pytest.mark.parametrize(
    ("word", "head", "kind"),
    [(1, 0, 2), (1, 2, 3), (0, 1, window.HEAD), (0, 2, window.SIBLING), (2, 2, window.SIBLING)],
)
def test_the_way_to_who_is_named_is_told(word, head, kind):
    """Through the tree: below, above or beside."""
    assert window.relation(sentence(), word, head) == kind
