"""Parse: text made safe without moving a character, and cut into pieces that cost bounded time."""

from __future__ import annotations

import pytest

from pipeline.extract.language.model import missing_parts
from pipeline.extract.language.parse import parse
from pipeline.extract.text.clean import MAX_TEXT_CHARACTERS, clean
from pipeline.extract.text.pieces import MAX_SENTENCE_CHARACTERS, cut_text


@pytest.mark.parametrize(
    "text",
    [
        "a\x00b\x1fc",
        "<p>Rebels</p> fled",
        "AT&amp;T &#8217; fled",
        "he\u00a0said \u201cno\u201d",
        "\u200bZero\ufeff width",
        "a\tb\r\nc",
    ],
    ids=["controls", "tags", "entities", "quotes", "zero-width", "tabs"],
)
def test_cleaning_keeps_every_offset(text):
    assert len(clean(text)) == len(text)


def test_markup_and_controls_become_blanks():
    assert clean("<b>Rebels</b>\x07fled").split() == ["Rebels", "fled"]


def test_a_transcriber_s_marks_are_no_words_of_the_text():
    """With the mark that opens the text go those before it; who speaks and what a name stands for stay."""
    text = "Lima, 3 May -- [report] [Ana Ruiz] [text] Rebels [words indistinct] fled. [Ruiz] The MRT [rebel group] won."

    cleaned = clean(text)

    assert cleaned.split() == "Lima, 3 May -- Rebels fled. [Ruiz] The MRT [rebel group] won.".split()
    assert len(cleaned) == len(text)


def test_less_than_in_plain_text_is_no_tag():
    assert clean("5 < 6 and 7 > 3") == "5 < 6 and 7 > 3"


def test_pieces_join_to_the_text_at_their_offsets():
    text = "First line.\nSecond line.\n\nThird."

    assert [text[offset : offset + len(piece)] for offset, piece in cut_text(text)] == [
        piece for _, piece in cut_text(text)
    ]


def test_wrapped_lines_are_one_paragraph_where_blank_lines_part_paragraphs():
    text = "The rebels\nattacked the town\n\nTroops came\nback later"

    assert [piece for _, piece in cut_text(text)] == [
        "The rebels attacked the town",
        "Troops came back later",
    ]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("BENGHAZI, Libya (Reuters) - Rebels fled.", "Rebels fled."),
        ("Lyon (France), 9 Jul 89 (AFP) -- Rebels fled.", "Rebels fled."),
        ("Rio de Janeiro (Brazil), no date (Globo) -- Rebels fled.", "Rebels fled."),
        ("Police (FARC) said so - and fled.", "Police (FARC) said so - and fled."),
    ],
)
def test_a_dateline_is_no_part_of_the_first_sentence(text, first):
    """Its town would be taken for the event's own."""
    assert [piece.strip() for _, piece in cut_text(text)] == [first]


def test_no_piece_is_a_sentence_longer_than_the_cap():
    pieces = [piece for _, piece in cut_text("word " * 5_000)]

    assert max(map(len, pieces)) <= MAX_SENTENCE_CHARACTERS
    assert sum(map(len, pieces)) == 25_000


def test_long_paragraph_is_cut_where_a_sentence_ends():
    pieces = [piece for _, piece in cut_text("Rebels fled the town at dawn. " * 400)]

    assert all(piece.rstrip().endswith(".") for piece in pieces)


def test_text_beyond_the_cap_is_not_read():
    assert len(clean("a" * (MAX_TEXT_CHARACTERS + 5))) == MAX_TEXT_CHARACTERS


def test_model_version_names_the_weights(coder):
    assert coder.codebook.split("/")[-2].rsplit("-", 1)[1].isalnum()
    assert missing_parts(coder.nlp) == []


class Pipeline:
    """A pipeline that has parsed already."""

    pipe_names: tuple[str, ...] = ()

    def __init__(self, *docs):
        self.docs = docs

    def pipe(self, _texts, batch_size):
        assert batch_size > 0
        return iter(self.docs)


def test_a_participle_tagged_as_a_noun_is_a_verb_again(tree):
    """The council approved a resolution terminating the mandate: no noun hangs as a clause."""
    doc = tree("""
        resolution resolution NN NOUN 0 ROOT
        terminating terminating NN NOUN 1 acl
        building building NN NOUN 1 nmod
    """)
    (mended,) = parse(Pipeline(doc), [doc.text])

    assert [(token.tag_, token.pos_) for token in mended] == [("NN", "NOUN"), ("VBG", "VERB"), ("NN", "NOUN")]


def test_an_object_behind_a_participle_is_the_participles(tree):
    """They approved a resolution terminating from Monday a mandate: a verb with an object has no second one."""
    doc = tree("""
        They they PRP PRON 2 nsubj
        approved approve VBD VERB 0 ROOT
        resolutions resolution NNS NOUN 2 obj
        terminating terminate VBG VERB 3 acl
        from from IN ADP 6 case
        Monday Monday NNP PROPN 4 obl
        mandates mandate NNS NOUN 2 obj
    """)
    (mended,) = parse(Pipeline(doc), [doc.text])

    assert [token.head.text for token in mended if token.dep_ == "obj"] == ["approved", "terminating"]


def test_a_participle_with_an_object_of_its_own_takes_no_other(tree):
    doc = tree("""
        gave give VBD VERB 0 ROOT
        men man NNS NOUN 1 obj
        guarding guard VBG VERB 2 acl
        gates gate NNS NOUN 3 obj
        water water NN NOUN 1 obj
    """)
    (mended,) = parse(Pipeline(doc), [doc.text])

    assert mended[4].head.text == "gave"
