"""The quick networks give what thinc's and spaCy's own give, and notice when weights change."""

import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import spacy
from spacy.language import Language
from spacy.ml.models.parser import build_tb_parser_model
from spacy.ml.models.tagger import build_tagger_model
from spacy.ml.models.tok2vec import MaxoutWindowEncoder, MultiHashEmbed, build_Tok2Vec_model
from spacy.pipeline import DependencyParser
from spacy.tokens import Doc
from thinc.api import Model, fix_random_seed

from pipeline.extract.language import batched, networks
from pipeline.extract.language.batched import make_batched_parser
from pipeline.extract.language.networks import QuickWords, _keep_to_one_thread, quicken
from pipeline.extract.language.products import product

WIDTH = 12
TEXTS = [
    "Rebels seized two towns.",
    "",
    "The  rebels left the towns on Monday, officials said.",
    "Nobody was hurt",
]


@pytest.fixture
def nlp() -> Language:
    made = spacy.blank("en")
    made.vocab.set_vector("rebels", np.arange(5, dtype="f"))
    made.vocab.set_vector("towns", -np.arange(5, dtype="f"))
    return made


@pytest.fixture
def docs(nlp: Language) -> list[Doc]:
    return [nlp.make_doc(text) for text in TEXTS]


@pytest.fixture
def words(docs: list[Doc]) -> Callable[..., Model[Any, Any]]:
    """Make a network over words with random weights."""

    def make(*, vectors: bool = True, depth: int = 2, window: int = 1) -> Model[Any, Any]:
        fix_random_seed(1)
        made = build_Tok2Vec_model(
            MultiHashEmbed(WIDTH, ["NORM", "SHAPE", "SPACY"], [50, 40, 30], include_static_vectors=vectors),
            MaxoutWindowEncoder(WIDTH, window_size=window, maxout_pieces=3, depth=depth),
        )
        made.initialize(X=docs)
        _shake(made)
        return made

    return make


def _shake(model: Model[Any, Any]) -> None:
    """Weights that start as zeros or ones would hide mistakes."""
    random = np.random.default_rng(2)
    for node in model.walk():
        for name in node.param_names:
            if node.has_param(name):
                values = node.get_param(name)
                node.set_param(name, values + random.standard_normal(values.shape).astype("f") / 4)


def same(found: Any, wanted: Any) -> bool:
    return len(found) == len(wanted) and all(
        one.shape == other.shape and np.allclose(one, other, atol=1e-5)
        for one, other in zip(found, wanted, strict=True)
    )


@pytest.mark.parametrize(
    "shape", [{}, {"vectors": False}, {"depth": 1}, {"depth": 4}, {"window": 2}], ids=str
)
def test_quick_words_are_those_of_the_layers(
    words: Callable[..., Model[Any, Any]], docs: list[Doc], shape: dict[str, Any]
) -> None:
    model = words(**shape)
    wanted = model.predict(docs)
    quicken(model)

    assert isinstance(model._func, QuickWords)
    assert same(model.predict(docs), wanted)
    assert same(model.predict(docs[::-1]), wanted[::-1])


@pytest.mark.parametrize("count", [1, 2, 7, 40, 129, 700])
def test_a_row_of_a_product_is_the_same_whichever_others_there_are(count: int) -> None:
    """To the last bit, for a tree must not depend on which texts are read with it."""
    random = np.random.default_rng(3)
    rows = random.standard_normal((700, 96)).astype("f")
    weights = random.standard_normal((96, 50)).astype("f")
    wanted = product(rows, weights, 32)

    assert np.array_equal(product(rows[:count], weights, 32), wanted[:count])
    assert np.array_equal(product(rows[-count:], weights, 32), wanted[-count:])


def test_a_text_is_read_the_same_alone_and_among_others(
    words: Callable[..., Model[Any, Any]], nlp: Language
) -> None:
    """To the last bit, and whether its words are remembered or new."""
    model = words()
    many = [nlp.make_doc(f"{text} {number} {text}") for number in range(60) for text in TEXTS]
    quicken(model)
    together = model.predict(many)
    quick = model._func
    assert isinstance(quick, QuickWords)
    for number, doc in enumerate(many[:12]):
        quick._known.clear()

        assert np.array_equal(model.predict([doc])[0], together[number])


def test_long_batches_are_cut_between_texts(
    words: Callable[..., Model[Any, Any]], docs: list[Doc], monkeypatch: pytest.MonkeyPatch
) -> None:
    model = words()
    wanted = model.predict(docs)
    quicken(model)
    monkeypatch.setattr(networks, "CHUNK_ROWS", 5)

    assert same(model.predict(docs), wanted)


@pytest.mark.parametrize("most", [3, 12])
def test_few_kinds_are_remembered_and_all_are_right(
    words: Callable[..., Model[Any, Any]], docs: list[Doc], monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    """A text with more kinds of words than fit is made without the memory."""
    model = words()
    wanted = model.predict(docs)
    quicken(model)
    monkeypatch.setattr(networks, "MAX_KINDS", most)

    for doc, vectors in zip(docs * 2, wanted * 2, strict=True):
        if len(doc):
            assert same(model.predict([doc]), [vectors])
    assert len(model._func._known) <= most


def test_new_weights_are_noticed(words: Callable[..., Model[Any, Any]], docs: list[Doc]) -> None:
    model, other = words(), words()
    quicken(model)
    model.predict(docs)
    _shake(other)
    model.from_bytes(other.to_bytes())

    assert same(model.predict(docs), other.predict(docs))


def test_weights_changed_by_training_are_noticed(
    words: Callable[..., Model[Any, Any]], docs: list[Doc]
) -> None:
    """An optimizer changes them in place; from then on the layers predict themselves."""
    model, other = words(), words()
    quicken(model)
    model.predict(docs)
    model.begin_update(docs)
    for one in (model, other):
        for node in one.walk():
            for name in node.param_names:
                node.get_param(name)[:] *= 1.5

    assert same(model.predict(docs), other.predict(docs))


def test_other_vectors_are_noticed(
    words: Callable[..., Model[Any, Any]], docs: list[Doc], nlp: Language
) -> None:
    model, other = words(), words()
    quicken(model)
    model.predict(docs)
    nlp.vocab.vectors = spacy.vectors.Vectors(data=np.ones((1, 5), "f"), keys=["rebels"])

    assert same(model.predict(docs), other.predict(docs))


def test_a_copy_does_not_read_the_weights_of_its_model(
    words: Callable[..., Model[Any, Any]], docs: list[Doc]
) -> None:
    model = words()
    quicken(model)
    copy = model.copy()
    wanted = model.predict(docs)
    _shake(model)

    assert same(copy.predict(docs), wanted)
    assert not same(model.predict(docs), wanted)


def test_quick_tags_are_those_of_the_layers(words: Callable[..., Model[Any, Any]], docs: list[Doc]) -> None:
    model = build_tagger_model(words(), nO=7)
    model.initialize(X=docs)
    _shake(model)
    wanted = model.predict(docs)
    quicken(model)

    assert same(model.predict(docs), wanted)


@pytest.mark.parametrize("words_of_a_group", [8_000, 80, 1])
def test_a_batch_is_parsed_like_each_text_alone(
    words: Callable[..., Model[Any, Any]],
    nlp: Language,
    monkeypatch: pytest.MonkeyPatch,
    words_of_a_group: int,
) -> None:
    """All are stepped at once, some hundred words at a time, and come out as by spaCy's own loop."""
    monkeypatch.setattr(batched, "_GROUP_WORDS", words_of_a_group)
    model = build_tb_parser_model(
        words(),
        state_type="parser",
        extra_state_tokens=False,
        hidden_width=16,
        maxout_pieces=2,
        use_upper=True,
    )
    parser = make_batched_parser(nlp, "parser", model, None, False, 1)
    for label in ("nsubj", "obj", "ROOT", "punct"):
        parser.add_label(label)
    together = [nlp.make_doc(text) for text in TEXTS * 5]
    alone = [nlp.make_doc(text) for text in TEXTS * 5]
    model.initialize(X=together)
    model.attrs["resize_output"](model, parser.moves.n_moves)
    _shake(model)
    list(parser.pipe(together))
    for doc in alone:
        if len(doc):
            parser.set_annotations([doc], DependencyParser.greedy_parse(parser, [doc]))

    trees = [[(token.head.i, token.dep_) for token in doc] for doc in together]
    assert trees == [[(token.head.i, token.dep_) for token in doc] for doc in alone]
    assert len({tuple(tree) for tree in trees}) > 2


def test_numpy_keeps_to_one_thread() -> None:
    """What the whole process computes meanwhile is what this thread computes."""
    _keep_to_one_thread()
    rows = np.ones((1500, 1500), dtype="f")
    process, thread = time.process_time(), time.thread_time()
    rows @ rows
    process, thread = time.process_time() - process, time.thread_time() - thread

    assert process < 1.5 * thread + 0.05
