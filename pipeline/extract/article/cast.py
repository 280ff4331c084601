"""Cast: who an article names, sentence by sentence; a token that is a party in, who that is out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import islice

from spacy.tokens import Span as DocSpan
from spacy.tokens import Token

from pipeline.extract.actors.code import ActorCode, code_span, code_words
from pipeline.extract.actors.coreference import Mentions
from pipeline.extract.article.naming import is_named_like_place, may_be_party, name_of, wide, with_title
from pipeline.extract.article.relevance import Side
from pipeline.extract.article.spans import words_span
from pipeline.extract.events.party_words import is_human_word
from pipeline.extract.grammar import labels
from pipeline.extract.grammar.phrases import phrase
from pipeline.extract.grammar.tree import kids, lemma_of
from pipeline.extract.language.parsed import piece_of
from pipeline.extract.lexicon.actor_lexicon import ActorLexicon
from pipeline.extract.lexicon.frame_files import load_frames
from pipeline.extract.lexicon.words import word_set
from pipeline.model import Actor

HUMAN_NOUNS = load_frames().groups["persons"] | load_frames().groups["people_in_office"]
STAND_INS = word_set("article.cast.stand_ins")

# A party of a reading: its token and who that is; both are None where there is nobody.
Party = tuple[Token | None, Actor | None]


@dataclass(slots=True)
class Cast:
    """Who was named so far; grows as the sentences are heard one after the other.

    Args:
        on: The day the text speaks of, which decides who held which office.
    """

    lexicon: ActorLexicon
    on: date
    mentions: Mentions = field(default_factory=Mentions)
    sentence: int = -1

    def hear(self, sentence: DocSpan) -> None:
        """Take in whom the next sentence names."""
        self.sentence += 1
        self.mentions.add(piece_of(sentence), self.sentence, sentence.start, sentence.end)

    def named(self, sentence: DocSpan) -> Iterator[Party]:
        """Whoever a sentence names that can be a party."""
        for token in sentence:
            if may_name(token) and (actor := self.actor(token)) is not None:
                yield token, actor

    def known(self, tokens: Iterable[Token], speaker: Token | None) -> list[Party]:
        """Those of the tokens that are somebody; one nobody where none is."""
        parties = ((token, self.actor(token, speaker)) for token in tokens)
        return [party for party in parties if party[1] is not None] or [(None, None)]

    def actor(self, token: Token, speaker: Token | None = None) -> Actor | None:
        """Who a token of the last sentence means; None where it is a thing, or a word that could mean anybody."""
        meant = self.mentions.resolve(token, self.sentence, speaker) or token
        if not may_be_party(meant):
            return None
        namings = tuple(islice(self.mentions.fuller(meant), NAMINGS))
        fuller = namings[0] if namings else None
        coded = self._code(meant, namings)
        is_stand_in = meant.pos_ == "PRON" or meant.lower_ in STAND_INS
        if is_stand_in and not (coded.country or coded.sector):
            return None
        country = coded.country
        if country is None and coded.sector:
            country = self._country_of_owner(meant, speaker)
        span = words_span(piece_of(token), *phrase(token))
        named = fuller or meant
        name = span.text if named is token else named.doc[slice(*phrase(named))].text
        return Actor(
            name=name_of(coded.name, name, coded.entry_ids),
            country=country,
            sector=coded.sector,
            span=span,
            entry_ids=tuple(coded.entry_ids),
        )

    def _code(self, meant: Token, namings: Sequence[Token]) -> ActorCode:
        """The code of the words themselves, else of the title before a name, else of the fuller name."""
        coded = code_span(wide(meant), self.lexicon, on=self.on)
        if is_named_like_place(meant, coded):
            return replace(coded, country=None, sector=None, entry_ids=())
        if not (coded.country and coded.sector) and meant.ent_type_ in ("PERSON", "PER"):
            titled = code_words(with_title(meant), self.lexicon, on=self.on)
            coded = titled if titled.country or titled.sector else coded
        fuller = (code_span(wide(naming), self.lexicon, on=self.on) for naming in namings)
        is_other = bool(namings) and is_namesake(coded, fuller)
        if namings and (is_other or not (coded.country and coded.sector)):
            better = code_span(wide(namings[0]), self.lexicon, on=self.on)
            coded = better if is_other or better.country or better.sector else coded
        return coded

    def _country_of_owner(self, meant: Token, speaker: Token | None) -> str | None:
        """ "Its army": the army of whomever the pronoun means."""
        owners = (child for child in kids(meant) if child.dep_ == labels.OWNER and child.pos_ == "PRON")
        owner = next(owners, None)
        holder = self.mentions.resolve(owner, self.sentence, speaker) if owner is not None else None
        return code_span(wide(holder), self.lexicon, on=self.on).country if holder is not None else None

    def side(self, party: Party) -> Side | None:
        """What is known of a party, for telling politics from other news."""
        token, actor = party
        if actor is None or token is None:
            return None
        meant = self.mentions.resolve(token, self.sentence) or token
        lemma = lemma_of(token)
        return Side(
            country=actor.country,
            sector=actor.sector,
            is_named=meant.ent_type_ in ("PERSON", "PER", "ORG", "GPE", "NORP") or meant.pos_ == "PROPN",
            is_human=token.pos_ in ("PRON", "NUM") or lemma in HUMAN_NOUNS or is_human_word(lemma),
        )


LEADER = "leaders:"
# Of the longer namings of a last name so many are looked at.
NAMINGS = 4


def is_namesake(coded: ActorCode, fuller: Iterable[ActorCode]) -> bool:
    """Whether a last name was taken for a leader's though the article calls its bearers otherwise: Luciana Berger, Ms Berger."""
    leaders = {entry for entry in coded.entry_ids if entry.startswith(LEADER)}
    return bool(leaders) and all(leaders.isdisjoint(one.entry_ids) for one in fuller)


# Words within a name or before a noun name nobody of their own; a people or a land before a noun does.
WITHIN = frozenset((labels.ADJECTIVE, labels.NUMBER, labels.NAME_PART, labels.CASE, labels.PUNCTUATION))
STANDS_ALONE = frozenset(
    (
        labels.SUBJECT,
        labels.PASSIVE_SUBJECT,
        labels.OBJECT,
        "ROOT",
        labels.AGENT,
        labels.NOUN_MODIFIER,
        labels.OBLIQUE,
    )
)


def may_name(token: Token) -> bool:
    """Whether a word could name a party: a noun, a name, a pronoun, a people; a number where it stands alone."""
    if token.pos_ == "ADJ":
        return token.ent_type_ == "NORP"
    if token.pos_ == "NUM":
        return token.dep_ in STANDS_ALONE
    if token.pos_ not in ("NOUN", "PROPN", "PRON"):
        return False
    return token.dep_ not in WITHIN or token.ent_type_ in ("NORP", "GPE")
