"""Coreference within an article: pronouns, role nouns, short names and acronyms to the fuller naming before them.

Rules, not a model: nearest fitting mention to the left, subjects before others, number and kind
agreeing. Doubt leaves the words as they are. Pure: tokens in, the token that is meant out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from spacy.tokens import Token

from pipeline.extract.grammar import labels
from pipeline.extract.grammar.subjects import surface_subjects
from pipeline.extract.grammar.tree import MAX_CLIMB, is_verbal, kids, lemma_of
from pipeline.extract.language.parsed import Parsed
from pipeline.extract.lexicon import pronouns
from pipeline.extract.lexicon.words import word_set

# Nouns that mean somebody named before, with the labels such a name may have.
ROLE_NOUNS = {
    noun: frozenset(kinds.upper().split("_"))
    for kinds in ("org", "norp_org", "gpe", "gpe_loc", "person")
    for noun in word_set(f"actors.coreference.{kinds}")
}
WINDOW_SENTENCES = 3


@dataclass(slots=True)
class Mention:
    """One naming of an entity: head token, kind, whether it was a subject, its sentence's number."""

    token: Token
    kind: str
    is_subject: bool
    sentence: int
    words: frozenset[str] = field(default_factory=frozenset)


class Mentions:
    """The namings of one article in text order; grows as sentences are read."""

    def __init__(self) -> None:
        self.found: list[Mention] = []
        self.acronyms: dict[str, Token] = {}

    def add(self, doc: Parsed, sentence: int, start: int, end: int) -> None:
        """Take in the named entities of tokens start..end."""
        for entity in doc.entities:
            if not start <= entity.start < end or entity.label_ not in (
                "PERSON",
                "PER",
                "ORG",
                "GPE",
                "NORP",
            ):
                continue
            head = entity.root
            top = (
                head.head
                if head.dep_ in (labels.APPOSITION, labels.NAME_PART, labels.COMPOUND, labels.DESCRIPTION)
                and head.head.i != head.i
                else head
            )
            self.found.append(
                Mention(
                    head, "PERSON" if entity.label_ == "PER" else entity.label_,
                    head.dep_ in labels.NOUN_SUBJECTS or top.dep_ in labels.NOUN_SUBJECTS, sentence,
                    frozenset(token.lower_ for token in entity if token.is_alpha and len(token) > 1),
                )
            )  # fmt: skip
        if "(" not in doc.text:
            return
        for match in re.finditer(
            r"((?:[A-Z][\w.'-]+ (?:(?:of|for|and|the|in) )*){1,6}[A-Z][\w'-]+) ?\((the )?([A-Z][\w-]{1,9})\)",
            doc[start:end].text,
        ):
            base = doc[start].idx
            span = doc.char_span(base + match.start(1), base + match.end(1), alignment_mode="expand")
            if span is not None:
                self.acronyms.setdefault(match.group(3), span.root)

    def resolve(self, token: Token, sentence: int, speaker: Token | None = None) -> Token | None:
        """Say whom a pronoun, a role noun or an acronym means; None where it speaks for itself or nobody fits."""
        word = token.lower_
        if token.text in self.acronyms:
            return self.acronyms[token.text]
        if (
            token.pos_ not in ("PRON", "DET")
            and not token.tag_.startswith(("PRP", "WP"))
            and word not in ROLE_NOUNS
        ):
            return None
        if word in pronouns.OF_SPEAKERS:
            return speaker
        if word in pronouns.OF_PERSONS:
            return self._nearest(token, sentence, ("PERSON",)) or _local_subject(token, frozenset({"PERSON"}))
        if word in pronouns.OF_GROUPS or word in pronouns.OF_THINGS:
            return self._for_thing(token, sentence, word)
        if lemma_of(token) in ROLE_NOUNS and _is_bare_definite(token):
            return self._nearest(token, sentence, tuple(ROLE_NOUNS[lemma_of(token)]))
        return None

    def fuller(self, token: Token) -> Iterator[Token]:
        """The longer namings before it of persons who bear a last name that stands alone, or behind Ms: Rasmussen."""
        if token.ent_type_ not in ("PERSON", "PER", "ORG", "GPE", "") or token.pos_ != "PROPN":
            return
        parts = [child for child in kids(token) if child.dep_ == labels.NAME_PART]
        word = (parts[-1] if parts else token).lower_
        for mention in self.found:
            if mention.token.i >= token.i and mention.token.doc is token.doc:
                continue
            if mention.kind == "PERSON" and word in mention.words and len(mention.words) > 1:
                yield mention.token

    def _for_thing(self, token: Token, sentence: int, word: str) -> Token | None:
        local = _local_subject(token, frozenset({"ORG", "GPE", "NORP", ""}))
        if local is not None:
            return local
        kinds = ("ORG", "GPE", "NORP") if word in pronouns.OF_GROUPS else ("ORG", "GPE")
        return self._nearest(token, sentence, kinds)

    def _nearest(self, token: Token, sentence: int, kinds: Sequence[str]) -> Token | None:
        before = [
            m
            for m in self.found
            if m.kind in kinds and _precedes(m.token, token) and sentence - m.sentence <= WINDOW_SENTENCES
        ]
        if not before:
            return None
        for back in range(WINDOW_SENTENCES + 1):
            same = [m for m in before if sentence - m.sentence == back]
            subjects = [m for m in same if m.is_subject]
            if subjects:
                return subjects[-1].token
            if same and back > 0:
                return same[0].token
            if same and back == 0 and len({m.words for m in same}) == 1:
                return same[0].token
        return None


def _precedes(first: Token, second: Token) -> bool:
    return first.doc is not second.doc or first.i < second.i


def _is_bare_definite(token: Token) -> bool:
    """ "the alliance", but not "the Western alliance" or "the group of seven"."""
    kept = [
        child
        for child in kids(token)
        if child.dep_ not in (labels.CASE, labels.PUNCTUATION, labels.COORDINATOR, labels.CONJUNCT)
    ]
    determiners = [
        child for child in kept if child.dep_ == labels.DETERMINER and child.lower_ in ("the", "this", "that")
    ]
    return bool(determiners) and not any(
        child.dep_
        in (
            labels.ADJECTIVE,
            labels.COMPOUND,
            labels.NOUN_MODIFIER,
            labels.OWNER,
            labels.APPOSITION,
            labels.NAME_PART,
            labels.RELATIVE_CLAUSE,
            labels.NOUN_CLAUSE,
            labels.DESCRIPTION,
        )
        for child in kept
    )


def _local_subject(token: Token, kinds: Iterable[str]) -> Token | None:
    """The subject of a clause above: "NATO said it would …"; never the noun that holds the pronoun ("the boat it seized")."""
    wanted = frozenset(kinds)
    current = token
    for _ in range(MAX_CLIMB):
        head = current.head
        if head.i == current.i:
            return None
        if is_verbal(head) and head.i != token.head.i:
            for subject in surface_subjects(head):
                if (
                    subject.i < token.i
                    and subject.pos_ != "PRON"
                    and not subject.is_ancestor(token)
                    and _fits(subject, wanted, token)
                ):
                    return subject
        if current.dep_ in (labels.OWNER,):
            verb = head
            for _ in range(4):
                if is_verbal(verb):
                    break
                verb = verb.head
            for subject in surface_subjects(verb) if is_verbal(verb) else ():
                if subject.i < token.i and subject.pos_ != "PRON" and _fits(subject, wanted, token):
                    return subject
        current = head
    return None


def _fits(subject: Token, kinds: frozenset[str], pronoun: Token) -> bool:
    plural = subject.tag_ in ("NNS", "NNPS") or any(child.dep_ == labels.CONJUNCT for child in kids(subject))
    if pronoun.lower_ in pronouns.OF_THINGS and plural and subject.ent_type_ not in ("GPE", "ORG"):
        return False
    if pronoun.lower_ in pronouns.OF_THINGS and subject.ent_type_ in ("PERSON", "PER"):
        return False
    return (
        subject.ent_type_ in kinds or (subject.ent_type_ in ("", "NORP") and "" in kinds) or "PERSON" in kinds
    )
