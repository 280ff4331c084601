"""Words: a noun phrase in its tree in, the words that say who it is out."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from pipeline.extract.grammar import labels
from pipeline.extract.grammar.noun_phrases import lands_after, lands_before

if TYPE_CHECKING:
    from spacy.tokens import Span, Token


def shared_head(root: Token) -> str:
    """ "Chinese diplomats" of "U.S. and Chinese diplomats", "ministers of Chad" of "ministers of Mali and Chad"; else empty."""
    top = root
    while top.dep_ == labels.CONJUNCT and top.ent_type_ in ("NORP", "GPE") and top.head.i != top.i:
        top = top.head
    noun = top.head
    if root.ent_type_ == "GPE" and noun.i < root.i and root in lands_after(noun):
        return f"{root.doc[noun.left_edge.i : noun.i + 1].text} of {root.text}"
    if root.ent_type_ not in ("NORP", "GPE") or noun.i <= root.i or root not in lands_before(noun):
        return ""
    last = lands_before(noun)[-1]
    return f"{root.text} {root.doc[last.i + 1 : noun.i + 1].text}"


def entity_of(root: Token) -> list[Token]:
    """The tokens of the name a token belongs to; itself alone where it is in none."""
    if not root.ent_type_:
        return [root]
    left, right = root.i, root.i
    while left > 0 and root.doc[left].ent_iob_ == "I":
        left -= 1
    while right + 1 < len(root.doc) and root.doc[right + 1].ent_iob_ == "I":
        right += 1
    return list(root.doc[left : right + 1])


_LEFT = frozenset(
    (
        labels.COMPOUND,
        labels.ADJECTIVE,
        labels.NUMBER,
        labels.NAME_PART,
        labels.NOUN_MODIFIER,
        labels.DETERMINER,
        labels.CASE,
        labels.APPOSITION,
        labels.ADVERB,
        "name",
        labels.PUNCTUATION,
        labels.SUBJECT,
    )
)
_RIGHT = frozenset(
    (
        labels.COMPOUND,
        labels.NAME_PART,
        labels.NOUN_MODIFIER,
        labels.APPOSITION,
        labels.NOUN_CLAUSE,
        "fixed",
        "name",
        labels.CASE,
        labels.ADJECTIVE,
    )
)


def phrase_text(span: Span) -> str:
    """The words of a noun phrase that say who it is, in their order."""
    if not span.doc.has_annotation("DEP"):
        return span.text
    # A name holds together whatever the tree makes of its parts: "Lashkar-e-Taiba".
    named = {token.i: token for token in entity_of(span.root)}
    kept = sorted(
        {**named, **{token.i: token for token in _kept(span.root, span)}}.values(), key=lambda token: token.i
    )
    there = {token.i for token in kept}
    opens = {
        min(inner.i for inner in token.subtree if inner.i in there)
        for token in kept
        if labels.base(token.dep_) == labels.APPOSITION and token.i not in named
    }
    pieces: list[str] = []
    for before, token in zip([None, *kept], kept, strict=False):
        if token.i in opens:
            pieces.append(", ")
        elif before is not None and before.i + 1 != token.i and not before.whitespace_:
            pieces.append(" ")
        pieces.append(token.text_with_ws)
    return "".join(pieces).strip(" ,")


def _kept(root: Token, span: Span) -> Iterable[Token]:
    yield root
    for child in root.children:
        if not span.start <= child.i < span.end:
            continue
        label = labels.base(child.dep_)
        if child.dep_ == labels.RELATIVE_CLAUSE or label not in (_LEFT if child.i < root.i else _RIGHT):
            continue
        if label == labels.PUNCTUATION and child.text not in "-–":
            continue
        yield from (
            (child,) if label in (labels.DETERMINER, labels.CASE, labels.PUNCTUATION) else _kept(child, span)
        )
