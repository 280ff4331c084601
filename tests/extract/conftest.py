"""Shared by the extract tests: the loaded coder, once a session, and Docs made by hand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
import spacy
from spacy.tokens import Doc, Span

from pipeline.config import Settings
from pipeline.extract.coder import Coder, load_coder
from pipeline.extract.language.parsed import Parsed
from pipeline.model import Article, Candidate

PUBLISHED_AT = datetime(2024, 5, 17, 12, tzinfo=UTC)


@pytest.fixture(scope="session")
def coder() -> Coder:
    return load_coder(Settings(reader="off"))


@pytest.fixture(scope="session")
def code(coder: Coder) -> Callable[[str], list[Candidate]]:
    """Code a text published on Friday 17 May 2024."""
    return lambda text: coder.code(article(text))


def article(text: str, published_at: datetime = PUBLISHED_AT) -> Article:
    return Article(url="", source="", title="", text=text, published_at=published_at, fetched_at=published_at)


@pytest.fixture(scope="session")
def tree() -> Callable[[str], Doc]:
    return make_tree


def make_tree(rows: str) -> Doc:
    """A Doc from lines of "word lemma TAG POS head dep [ENT]"; head counts from 1, 0 is the root."""
    table = [row.split() for row in rows.strip().splitlines()]
    words = [row[0] for row in table]
    heads = [int(row[4]) - 1 if int(row[4]) else number for number, row in enumerate(table)]
    doc = Parsed(
        spacy.blank("en").vocab, words=words, lemmas=[row[1] for row in table], tags=[row[2] for row in table],
        pos=[row[3] for row in table], heads=heads, deps=[row[5] for row in table],
    )  # fmt: skip
    doc.ents = [
        Span(doc, number, number + 1, label=row[6]) for number, row in enumerate(table) if len(row) > 6
    ]
    return doc
