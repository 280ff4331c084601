"""The components of the shipped pipeline that hold tables: lemmas, repaired entities, barred sentence starts."""

from pathlib import Path

import numpy as np
import pytest
import spacy
from spacy.language import Language
from spacy.pipeline.ner import DEFAULT_NER_MODEL
from spacy.tokens import Doc, Span

from pipeline.extract.language.entities import NewsEntities, merge_overlaps
from pipeline.extract.language.lemmatizer import NewsLemmatizer
from pipeline.extract.language.sentence_guard import sentence_guard


@pytest.fixture
def nlp() -> Language:
    return spacy.blank("en")


@pytest.fixture
def lemmatizer(nlp: Language) -> NewsLemmatizer:
    component = NewsLemmatizer(nlp)
    component.set_tables(
        {"were\tVBD": "be", "Oct.\tNNP": "October"},
        {"noun": {"children": ["child"]}, "verb": {"fled": ["flee"]}, "adj": {"worse": ["bad"]}},
        {"noun": ["rocket", "bus"], "verb": ["seize", "attack", "embargo"], "adj": ["heavy"]},
    )
    return component


@pytest.fixture
def entities(nlp: Language) -> NewsEntities:
    component = NewsEntities(nlp)
    component.set_tables(
        peoples=["Malian", "Malians", "African", "South African"],
        countries=["Mali", "South Sudan", "Chad"],
        titles=["President", "Gen."],
        date_patterns=[r"\bMonday\b", r"\bOct\. \d+(?:, \d{4})?"],
        known={"African Union": "ORG", "Gaddafi": "PERSON"},
    )
    return component


def found(doc: Doc) -> list[tuple[str, str]]:
    return [(span.text, span.label_) for span in doc.ents]


@pytest.mark.parametrize(
    ("form", "tag", "lemma"),
    [
        ("were", "VBD", "be"),
        ("Were", "VBD", "be"),
        ("seized", "VBD", "seize"),
        ("attacks", "VBZ", "attack"),
        ("children", "NNS", "child"),
        ("rockets", "NNS", "rocket"),
        ("fled", "VBD", "flee"),
        ("worse", "JJR", "bad"),
        ("heavier", "JJR", "heavy"),
        ("prepped", "VBD", "prep"),
        ("NATO", "NNP", "NATO"),
        ("MINISTER", "NNP", "Minister"),
        ("Nations", "NNPS", "Nation"),
        ("12", "CD", "12"),
        ("The", "DT", "the"),
        ("brgl", "VBX", "brgl"),
    ],
)
def test_a_form_with_its_tag_has_one_lemma(
    lemmatizer: NewsLemmatizer, form: str, tag: str, lemma: str
) -> None:
    assert lemmatizer.lemma(form, tag) == lemma


def test_lemmas_are_set_on_every_token_and_blanks_keep_their_text(lemmatizer: NewsLemmatizer) -> None:
    doc = Doc(spacy.blank("en").vocab, words=["Rockets", "\n", "fled"], tags=["NNS", "_SP", "VBD"])
    assert [token.lemma_ for token in lemmatizer(doc)] == ["rocket", "\n", "flee"]


def test_lemmas_survive_a_way_through_the_disk(
    lemmatizer: NewsLemmatizer, nlp: Language, tmp_path: Path
) -> None:
    lemmatizer.to_disk(tmp_path / "lemmas")
    again = NewsLemmatizer(nlp).from_disk(tmp_path / "lemmas")
    assert again.lemma("children", "NNS") == "child"
    assert again.lemma("seized", "VBD") == "seize"


def test_dates_come_from_the_patterns(nlp: Language, entities: NewsEntities) -> None:
    doc = entities(nlp.make_doc("They met on Monday and on Oct. 23, 2011."))
    assert found(doc) == [("Monday", "DATE"), ("Oct. 23, 2011", "DATE")]


def test_countries_and_peoples_that_were_missed_are_added(nlp: Language, entities: NewsEntities) -> None:
    doc = entities(nlp.make_doc("Malian troops left Mali."))
    assert found(doc) == [("Malian", "NORP"), ("Mali", "GPE")]


def test_a_direction_belongs_to_the_people_after_it(nlp: Language, entities: NewsEntities) -> None:
    doc = entities(nlp.make_doc("South African and West African troops met."))
    assert found(doc) == [("South African", "NORP"), ("African", "NORP")]


def test_a_part_of_a_longer_word_is_no_name(nlp: Language, entities: NewsEntities) -> None:
    doc = nlp.make_doc("Anti-Malian protests at the Chad-Mali border by Union-led troops of Al-Union")
    names = [index for index, token in enumerate(doc) if token.text == "Union"]
    doc.ents = [Span(doc, names[0], names[0] + 1, "ORG"), Span(doc, names[1] - 2, names[1] + 1, "ORG")]
    assert found(entities(doc)) == [("Al-Union", "ORG")]


def test_an_article_stays_with_the_name_it_belongs_to(nlp: Language, entities: NewsEntities) -> None:
    doc = nlp.make_doc("The Hague told The Moon Gazette of the Netherlands and the Union")
    doc.ents = [Span(doc, 1, 2, "GPE"), Span(doc, 3, 6, "ORG"), Span(doc, 8, 9, "GPE"), Span(doc, 11, 12, "ORG")]  # fmt: skip
    assert found(entities(doc)) == [
        ("The Hague", "GPE"),
        ("The Moon Gazette", "ORG"),
        ("the Netherlands", "GPE"),
        ("Union", "ORG"),
    ]


def test_a_body_whose_name_breaks_off_is_made_whole(nlp: Language, entities: NewsEntities) -> None:
    doc = nlp.make_doc("Union of Mali, Front for the Lower Delta and Friends of the sea met.")
    doc.ents = [Span(doc, 0, 2, "ORG"), Span(doc, 4, 6, "ORG"), Span(doc, 7, 9, "LOC"), Span(doc, 10, 13, "ORG")]  # fmt: skip
    assert found(entities(doc)) == [
        ("Union of Mali", "ORG"),
        ("Front for the Lower Delta", "ORG"),
        ("Friends", "ORG"),
    ]


@pytest.mark.parametrize(
    ("words", "heads", "deps", "label"),
    [
        # A name that nobody knows, and does something or has something of its own.
        ("Tarqvelo warned Malians", [1, 1, 1], ["nsubj", "ROOT", "obj"], "PERSON"),
        ("Tarqvelo 's car burned", [2, 0, 3, 3], ["nmod:poss", "case", "nsubj", "ROOT"], "PERSON"),
        # What something is done to, what an article stands before, what the gazetteer knows.
        ("Tarqvelo was taken", [2, 2, 2], ["nsubj:pass", "aux:pass", "ROOT"], "GPE"),
        ("the Tarqvelo floods", [1, 2, 2], ["det", "nsubj", "ROOT"], "GPE"),
        ("Bamako warned Malians", [1, 1, 1], ["nsubj", "ROOT", "obj"], "GPE"),
        ("TVLO warned Malians", [1, 1, 1], ["nsubj", "ROOT", "obj"], "GPE"),
        # Many, and where something is.
        ("Tarqvelo win again", [1, 1, 1], ["nsubj", "ROOT", "advmod"], "GPE"),
        (
            "Tarqvelo 's Green Square burned",
            [3, 0, 3, 4, 4],
            ["nmod:poss", "case", "compound", "nsubj", "ROOT"],
            "GPE",
        ),
    ],
)
def test_an_unknown_name_that_acts_is_a_person(
    nlp: Language, entities: NewsEntities, words: str, heads: list[int], deps: list[str], label: str
) -> None:
    forms = words.split()
    parts = ["VERB" if dep == "ROOT" else "PROPN" for dep in deps]
    tags = ["VBP" if form == "win" else "XX" for form in forms]
    doc = Doc(nlp.vocab, words=forms, heads=heads, deps=deps, pos=parts, tags=tags)
    at = next(index for index, form in enumerate(forms) if form[0].isupper())
    doc.ents = [Span(doc, at, at + 1, "GPE")]
    assert (forms[at], label) in found(entities(doc))


def test_titles_articles_and_marks_of_possession_are_cut_off(nlp: Language, entities: NewsEntities) -> None:
    doc = nlp.make_doc("President Deby spoke of the Chad 's army")
    doc.ents = [Span(doc, 0, 2, "PERSON"), Span(doc, 4, 7, "ORG")]
    assert found(entities(doc)) == [("Deby", "PERSON"), ("Chad", "GPE")]


def test_a_person_who_is_only_a_title_is_dropped(nlp: Language, entities: NewsEntities) -> None:
    doc = nlp.make_doc("President went home")
    doc.ents = [Span(doc, 0, 1, "PERSON")]
    assert found(entities(doc)) == []


def test_who_is_addressed_as_a_person_is_one(nlp: Language, entities: NewsEntities) -> None:
    doc = nlp.make_doc("Gen. Halden and Mr. Chad left Chad")
    doc.ents = [Span(doc, 0, 2, "GPE")]
    assert found(entities(doc)) == [("Halden", "PERSON"), ("Chad", "PERSON"), ("Chad", "GPE")]


def test_a_known_name_gets_its_label_whatever_was_guessed(nlp: Language, entities: NewsEntities) -> None:
    doc = nlp.make_doc("The African Union met Gaddafi")
    doc.ents = [Span(doc, 1, 3, "GPE"), Span(doc, 4, 5, "GPE")]
    assert found(entities(doc)) == [("African Union", "ORG"), ("Gaddafi", "PERSON")]


def test_a_longer_name_around_a_known_one_stands(nlp: Language, entities: NewsEntities) -> None:
    doc = nlp.make_doc("Then Muammar Gaddafi spoke")
    doc.ents = [Span(doc, 1, 3, "PERSON")]
    assert found(entities(doc)) == [("Muammar Gaddafi", "PERSON")]


def test_a_place_that_is_a_building_is_a_facility(nlp: Language, entities: NewsEntities) -> None:
    doc = nlp.make_doc("Shells hit Mitiga Airport and Lake Chad")
    doc.ents = [Span(doc, 2, 4, "LOC"), Span(doc, 5, 7, "LOC")]
    assert found(entities(doc)) == [("Mitiga Airport", "FAC"), ("Lake Chad", "LOC")]


@pytest.mark.slow
def test_batches_and_single_texts_are_parsed_alike() -> None:
    nlp = spacy.load(Path(__file__).resolve().parents[3] / "model" / "news_sm")
    texts = [f"Rebels seized {count} villages near Goma, officials said." for count in range(12)]
    for doc, text in zip(nlp.pipe(texts, batch_size=12), texts, strict=True):
        alone = nlp(text)
        assert [(t.tag_, t.dep_, t.head.i) for t in doc] == [(t.tag_, t.dep_, t.head.i) for t in alone]
        assert [(span.text, span.label_) for span in doc.ents] == [
            (span.text, span.label_) for span in alone.ents
        ]


def test_a_recognizer_keeps_its_weights_in_half_precision(tmp_path: Path) -> None:
    nlp = spacy.blank("en")
    recognizer = nlp.add_pipe("batched_ner", config={"model": DEFAULT_NER_MODEL})
    recognizer.add_label("GPE")
    nlp.initialize()
    recognizer.to_disk(tmp_path / "ner")
    again = spacy.blank("en").add_pipe("batched_ner", config={"model": DEFAULT_NER_MODEL})
    again.from_disk(tmp_path / "ner")
    kept, wanted = (
        again.model.get_ref("lower").get_param("W"),
        recognizer.model.get_ref("lower").get_param("W"),
    )
    assert kept.dtype == wanted.dtype == np.float32
    assert (kept == wanted.astype("float16")).all()


def test_entity_tables_survive_a_way_through_the_disk(
    entities: NewsEntities, nlp: Language, tmp_path: Path
) -> None:
    entities.to_disk(tmp_path / "entities")
    again = NewsEntities(nlp).from_disk(tmp_path / "entities")
    text = "Gaddafi left Mali on Monday"
    assert found(again(nlp.make_doc(text))) == found(entities(nlp.make_doc(text)))
    assert len(again(nlp.make_doc(text)).ents) == 3


def test_overlapping_ranges_are_joined_and_touching_ones_are_not() -> None:
    assert merge_overlaps([(4, 8), (0, 5), (8, 9), (0, 2)]) == [(0, 8), (8, 9)]


def test_no_sentence_starts_after_a_comma_an_abbreviation_or_a_hyphen(nlp: Language) -> None:
    doc = sentence_guard(nlp.make_doc("Rebels, Gen. Idris said, fled"))
    barred = [token.text for token in doc if token.is_sent_start is False]
    assert barred == [",", "Gen.", "Idris", ",", "fled"]


def test_a_line_break_may_start_a_sentence_after_an_abbreviation(nlp: Language) -> None:
    doc = sentence_guard(Doc(nlp.vocab, words=["the", "U.S.", "\n", "Rebels"]))
    assert doc[3].is_sent_start is not False


def test_lemmatizer_tells_which_words_it_knows() -> None:
    lemmatizer = NewsLemmatizer(spacy.blank("en"))
    lemmatizer.set_tables({}, {"verb": {"went": ["go"]}}, {"noun": ["troop"], "verb": ["go"]})

    assert lemmatizer.base_forms == {"troop", "go"}
    assert lemmatizer.irregular_forms == {"went"}
