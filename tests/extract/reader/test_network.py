"""The network: the same numbers as in training, whatever it is read with."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from model.scripts.reader_example import ATTACK, DAY, REPLY, TITLE, example_window
from pipeline.config import Settings
from pipeline.errors import ExtractError
from pipeline.extract.reader.decide import load_settings
from pipeline.extract.reader.network import mean_of_words
from pipeline.extract.reader.trained import TrainedReader, load_reader
from pipeline.extract.reader.window import Window, windows_of

# What the network that is shipped gave in training, in its own library, for the two sentences below.
NUMBERS = json.loads((Path(__file__).parent / "numbers_of_training.json").read_text("utf-8"))
# Bytes in place of floats, which processors add up in their own ways.
TOLERANCE = 0.2
LEAST = load_settings()["least"]


@pytest.fixture(scope="module")
def reader() -> TrainedReader:
    return load_reader(Settings().reader_path)


@pytest.fixture(scope="module")
def window(reader) -> Window:
    return example_window(reader.pieces)


def test_numbers_are_those_of_training(reader, window):
    """Types of every word; of those that may tell an event, by which alone the rest is asked, also status, tier and parties."""
    (reads,) = reader.network.read([window], -1)

    assert [list(window.words[read.at].origin) for read in reads] == [one["origin"] for one in NUMBERS]
    for read, expected in zip(reads, NUMBERS, strict=True):
        assert np.abs(read.types - expected["types"]).max() < TOLERANCE
        if expected["types"][0] > 1 - LEAST:
            continue
        assert np.abs(read.statuses - expected["statuses"]).max() < TOLERANCE
        assert np.abs(read.tiers - expected["tiers"]).max() < TOLERANCE
        for chances, known in zip(read.parties, expected["parties"], strict=True):
            assert np.abs(chances - known).max() < TOLERANCE


def test_who_condemns_an_attack_condemns_somebody_of_the_sentence_before(reader, window):
    """ "it" is the attack."""
    (reads,) = reader.network.read([window], 0.5)
    condemned = next(read for read in reads if window.words[read.at].origin == (1, 2))

    actor, recipient = (window.mentions[int(chances[1:].argmax())].origin for chances in condemned.parties)

    assert (actor, recipient[0]) == ((1, 0), 0)


def test_a_window_is_read_the_same_beside_a_longer_one(reader, window):
    """What goes into a product is rounded by the range of its own window."""
    (longer,) = windows_of(TITLE, DAY, [ATTACK, REPLY] * 4, reader.pieces)
    alone, beside = reader.network.read([window], -1)[0], reader.network.read([window, longer], -1)[0]

    assert max(np.abs(a.types - b.types).max() for a, b in zip(alone, beside, strict=True)) == 0


def test_a_word_is_the_mean_of_its_pieces():
    """And one that was cut off has zeros."""
    vectors = np.arange(10, dtype=np.float32).reshape(5, 2)

    assert mean_of_words(vectors, [-1, 0, 0, 1, -1], 3).tolist() == [[3, 4], [6, 7], [0, 0]]


def test_a_missing_reader_is_named_with_what_to_do(tmp_path):
    """Which file, and how to go on without it."""
    with pytest.raises(ExtractError, match=r"pieces\.txt\.gz is missing; set TOCSIN_READER=off"):
        load_reader(tmp_path)
