"""Readings: what one trigger of a sentence tells, found by laying frames and operators on clauses.

    trigger -> state, adjective, verb or noun
            -> frame_fit (a frame fits) | operators (its content is read first) | light and passing verbs
            -> auxiliaries -> Reading

Pure: tokens and the lexicon in, readings out. Who the parties are is said by `parties` and `recipients`.
"""

from __future__ import annotations

from dataclasses import replace

from spacy.tokens import Token

from pipeline.extract.events.auxiliaries import under_auxiliaries, under_copula, urged
from pipeline.extract.events.frame_fit import frame_of, framed, keys_of, operator_of
from pipeline.extract.events.means import MEANS_MODES, means_mode, purposed
from pipeline.extract.events.operators import (
    Applied,
    combine,
    contents_of,
    is_completed,
    noun_contents,
    says,
)
from pipeline.extract.events.parties import Parties
from pipeline.extract.events.party_words import DOCUMENTS
from pipeline.extract.events.reading import Reading
from pipeline.extract.events.recipients import asked_from, fallback, reach
from pipeline.extract.grammar import labels
from pipeline.extract.grammar.clauses import Clause, clause_of
from pipeline.extract.grammar.modality import claim_of_noun, modality
from pipeline.extract.grammar.noun_phrases import obliques_of, owners
from pipeline.extract.grammar.speakers import same_party, speaker_of
from pipeline.extract.grammar.states import state_clause, state_keys, state_verb
from pipeline.extract.grammar.subjects import governor_of_noun, surface_subjects, with_antecedent
from pipeline.extract.grammar.tree import coordinated, has_to, is_verbal, kids, lemma_of
from pipeline.extract.grammar.verbs import is_passive
from pipeline.extract.lexicon.frames import Frames, Operator, Slot
from pipeline.extract.lexicon.triggers import trigger_word
from pipeline.extract.lexicon.words import word_list, word_set

MAX_DEPTH = 5
MISSION_VERBS = word_set("events.reader.mission_verbs")
ARMED = word_set("events.reader.armed")
LENT = word_set("events.reader.lent")
CONTENT_SLOTS = word_list("events.reader.content_slots")
AIMED = word_set("events.reader.aimed")
WARNINGS = frozenset({"warn", "caution"})
# Participles that are adjectives in "is prepared to …", "is opposed to …", whatever tag they get.
STATIVE = frozenset({"prepared", "committed", "determined", "poised", "opposed"})


class Reader:
    """Reads sentences with one lexicon; holds nothing but the lexicon and its word sets."""

    def __init__(self, frames: Frames) -> None:
        self.frames = frames
        groups = frames.groups
        self.light = groups["light"]
        self.aspect = groups["aspect"]
        self.kinds = {
            word: operator.kind.name
            for (word, form), operator in frames.operators.items()
            if form == "verb" and "+" not in word and operator.kind.is_unreal
        }
        self.parties = Parties(frames)
        self.words = (
            frozenset(trigger_word(key) for key in frames.verbs)
            | frozenset(word.split("+")[0] for word, _ in frames.operators)
            | frozenset(key.split("+")[0] for key in self.light | self.aspect)
            | self.parties.noun_parts
        )

    def read(self, token: Token, depth: int = 0) -> Reading | None:
        """Read a token as the head of an event or of an operator's content."""
        if depth > MAX_DEPTH:
            return None
        stated = self._read_state(token)
        if stated is not None:
            return stated
        operator = self._adjective(token)
        if operator is not None:
            made = self._read_adjective(token, operator, depth)
            if made is not None or not is_verbal(token):
                return made if depth else self._reached(made)
        if is_verbal(token):
            return self._read_verb(token, depth)
        if token.pos_ in ("NOUN", "PROPN") or token.tag_.startswith("NN"):
            return self.read_noun(token, depth)
        return None

    def _adjective(self, token: Token) -> Operator | None:
        if token.tag_ == "VBN" and token.lower_ in STATIVE and is_passive(token):
            return self.frames.operators.get((token.lower_, "adjective"))
        if token.pos_ != "ADJ" and not token.tag_.startswith("JJ"):
            return None
        return self.frames.operators.get((lemma_of(token), "adjective"))

    def _read_adjective(self, token: Token, operator: Operator, depth: int) -> Reading | None:
        contents = [
            c
            for c in kids(token)
            if c.dep_
            in (labels.OPEN_COMPLEMENT, labels.ADVERBIAL_CLAUSE, labels.COMPLEMENT_CLAUSE, labels.NOUN_CLAUSE)
            and c.i > token.i
        ]
        nouns = [t for p, t in obliques_of(token) if p in ("to", "for")]
        subjects = [
            m
            for c in kids(token)
            if c.dep_ in (labels.SUBJECT, labels.PASSIVE_SUBJECT)
            for m in coordinated(c)
        ]
        subjects = with_antecedent(subjects) or surface_subjects(token)
        for content in [*contents, *nouns]:
            inner = self.read(content, depth + 1) or self._bare(content)
            made = combine(Applied(operator, token, tuple(subjects)), inner, self.parties)
            return under_copula(made, token, self.frames) if made is not None else None
        return None

    def _read_state(self, token: Token) -> Reading | None:
        """ "is critical of …", "are at war with …", "remains under arrest": a state is a frame under "be+…"."""
        key = next((key for key in state_keys(token) if key in self.frames.verbs), "")
        if not key:
            return None
        clause = state_clause(token, key)
        frame = frame_of(clause, self.parties)
        if frame is None:
            return None
        reading = framed(frame, clause, self.parties)
        return self._reached(under_auxiliaries(reading, state_verb(token), self.frames))

    def _read_verb(self, token: Token, depth: int) -> Reading | None:
        reading = self._verb(token, depth)
        if reading is not None and reading.event_type in MEANS_MODES and not reading.mode:
            reading = replace(reading, mode=means_mode(reading))
        if reading is not None and reading.event_type == "MOBILIZE":
            reading = purposed(reading)
        return reading if depth else self._reached(reading)

    def _reached(self, reading: Reading | None) -> Reading | None:
        """A reading without a recipient gets the nearest actor below it, unless its agents are the two sides."""
        if reading is None or not reading.event_type or reading.patients or reading.is_nominal:
            return reading
        if reading.mode == "resign":
            return reading
        if len(reading.agents) > 1 and reading.is_shared:
            return reading
        return replace(
            reading,
            patients=reach(self.parties, reading.anchor, reading.agents, reading.event_type, reading.mode),
            is_mutual=False,
            is_reached=True,
        )

    def _verb(self, token: Token, depth: int) -> Reading | None:
        clause = clause_of(token)
        if self._informs(clause):
            return None
        operator = operator_of(clause, self.parties)
        if (
            operator is not None
            and operator.kind.name == "accuse"
            and clause.lemma in self.frames.groups["report"]
            and says(clause)
        ):
            operator = None
        frame = frame_of(clause, self.parties)
        if (
            frame is not None
            and frame.weight >= 2
            and not (operator is not None and is_completed(operator, clause))
        ):
            return under_auxiliaries(framed(frame, clause, self.parties), clause.predicate, self.frames)
        if operator is not None:
            reading = self._apply(operator, clause, depth)
            if reading is not None:
                return under_auxiliaries(reading, clause.predicate, self.frames)
        if frame is not None:
            return under_auxiliaries(framed(frame, clause, self.parties), clause.predicate, self.frames)
        reading = self._light(clause, depth) or self._passing(clause, depth)
        return (
            under_auxiliaries(reading, clause.predicate, self.frames)
            if reading is not None
            else self._duty(clause)
        )

    def _informs(self, clause: Clause) -> bool:
        """ "The agency warned of a famine", "issued a travel warning": an ill that comes of itself is no threat."""
        groups = self.frames.groups
        if clause.lemma in WARNINGS:
            told = (noun for prep, noun in clause.obliques if prep in ("of", "about", "over"))
            if any(lemma_of(noun) in groups["hazards"] for noun in told):
                return True
        return any(not groups["notices"].isdisjoint(self.parties.names(noun)) for noun in clause.patients)

    def _duty(self, clause: Clause) -> Reading | None:
        """ "X said Y must …" asks Y for something, whatever the verb."""
        if not modality(clause.predicate).is_duty:
            return None
        speaker = speaker_of(clause.predicate, self.frames.groups["report"])
        doers = tuple(t for t in clause.agents or clause.patients if self.parties.is_actor(t))
        if speaker is None or not doers or same_party(doers[0], speaker):
            return None
        return replace(
            urged(replace(self._bare(clause.predicate), agents=doers), speaker, self.frames), speaker=speaker
        )

    def read_noun(self, noun: Token, depth: int = 0) -> Reading | None:
        operator = self.frames.operators.get((lemma_of(noun), "noun"))
        if operator is not None:
            reading = self._noun_operator(noun, operator, depth)
            if reading is not None:
                return reading
        entry = self.parties.noun_entry(noun)
        if entry is None:
            return None
        agents = tuple(self.parties.noun_slots(entry.actor, noun))
        patients = tuple(t for t in self.parties.noun_slots(entry.recipient, noun) if t not in agents)
        if entry.kind == "mutual" and len(agents) > 1 and not patients:
            agents, patients = agents[:1], agents[1:]
        return Reading(
            event_type=entry.event_type or None,
            mode=entry.mode,
            lineage=(entry.id,),
            anchor=noun,
            trigger=(noun,),
            agents=agents,
            patients=patients,
            kind=entry.kind,
            consumed=frozenset({noun.i}),
            claim=claim_of_noun(noun),
            is_mutual=entry.kind == "mutual" and not patients,
            is_nominal=True,
            weight=1,
        )

    def _noun_operator(self, noun: Token, operator: Operator, depth: int) -> Reading | None:
        contents = noun_contents(noun)
        agents = tuple(self.parties.noun_slots(("poss", "by", "from"), noun)) or self.parties.actors_of(
            governor_of_noun(noun)
        )
        addressed = self.parties.noun_slots(
            [slot.place for slot in operator.recipient if not slot.inner and slot.place != "of"], noun
        )
        addressed = [t for t in addressed if t not in agents]
        if not addressed and operator.kind.name == "request":
            addressed = [t for agent in agents for t in self.parties.noun_slots(("for", "to"), agent)]
        for content in contents:
            inner = self.read(content, depth + 1)
            if inner is None and is_verbal(content):
                inner = self._bare(content)
            if inner is not None:
                applied = Applied(operator, noun, agents, tuple(addressed), is_nominal=True)
                return combine(applied, inner, self.parties)
        return None

    def _can_speak(self, token: Token) -> bool:
        """Whether a subject can ask or promise: anything but a common noun for a thing that is no paper."""
        return (
            token.pos_ not in ("NOUN", "NUM")
            or self.parties.is_actor(token)
            or lemma_of(token) in DOCUMENTS
            or any(child.ent_type_ in ("GPE", "NORP", "ORG") for child in kids(token))
        )

    def _bare(self, token: Token) -> Reading:
        """Content no frame knows: its subject and a likely recipient all the same."""
        if is_verbal(token):
            clause = clause_of(token)
            agents, patients = (
                clause.agents,
                tuple(t for t in clause.patients if self.parties.is_actor(t))
                or tuple(fallback(self.parties, clause)),
            )
        else:
            agents = tuple(owners(token))
            patients = tuple(self.parties.noun_slots(CONTENT_SLOTS, token)) or tuple(
                self.parties.demonyms(token)
            )
            if self.parties.is_actor(token) and not patients:
                patients = (token,)
        about = clause.patients if is_verbal(token) else (token,)
        kind = "reform" if any(lemma_of(t) in self.frames.groups["reform"] for t in about) else ""
        return Reading(
            None, None, (), token, (token,), tuple(agents), patients, kind, consumed=frozenset({token.i})
        )

    def _light(self, clause: Clause, depth: int) -> Reading | None:
        """ "Launched an attack on X", "came under fire": the noun tells the event, the verb who is at which end of it."""
        keys = keys_of(clause)
        if not any(key in self.light for key in keys):
            return None
        told = [noun for noun in clause.patients if self.parties.tells(noun)]
        for noun in told or [noun for prep, noun in clause.obliques if prep in LENT]:
            inner = self._lit(noun, keys, depth)
            if inner is not None:
                return self._with_sides_of(clause, inner, is_receipt=self._is_receipt(keys))
        return None

    def _lit(self, noun: Token, keys: list[str], depth: int) -> Reading | None:
        """The event a noun tells below a light verb; a mission is one of arms or of help, and is one that is sent out."""
        inner = self.read_noun(noun, depth + 1)
        if inner is None or (inner.event_type is None and inner.kind != "mission"):
            return None
        if inner.kind != "mission":
            return inner
        if MISSION_VERBS.isdisjoint(keys):
            return None
        return replace(inner, event_type="ASSAULT" if self._is_armed(noun) else "COOPERATE")

    def _is_receipt(self, keys: list[str]) -> bool:
        return not self.frames.groups["receipt"].isdisjoint(keys)

    def _with_sides_of(self, clause: Clause, inner: Reading, *, is_receipt: bool) -> Reading:
        """The noun's event with the parties of the verb; of what is received the subject is the recipient."""
        agents = self.parties.agents(clause)
        consumed = inner.consumed | {clause.predicate.i}
        if is_receipt:
            return replace(inner, patients=inner.patients or agents, consumed=consumed)
        own = agents if agents else inner.agents
        return replace(
            inner,
            agents=tuple(own),
            patients=tuple(self._aimed_at(clause, inner, agents, own)),
            trigger=(clause.predicate, *inner.trigger),
            consumed=consumed,
            is_nominal=False,
            weight=2,
        )

    def _aimed_at(
        self, clause: Clause, inner: Reading, agents: tuple[Token, ...], own: tuple[Token, ...]
    ) -> list[Token]:
        """Whom a light verb's event is directed at: the noun's own, a phrase of the verb, whom it is given, the noun's doer."""
        patients = [token for token in inner.patients if token not in own]
        if not patients:
            patients = [t for p, t in clause.obliques if p in AIMED and self.parties.is_actor(t)]
        if not patients:
            patients = [token for token in clause.indirect if self.parties.is_actor(token)]
        if not patients and agents and inner.agents != agents:
            patients = [token for token in inner.agents if token not in agents]
        return patients

    def _is_armed(self, noun: Token) -> bool:
        return any(lemma_of(token) in ARMED for token in noun.subtree)

    def _passing(self, clause: Clause, depth: int) -> Reading | None:
        """Verbs of beginning and going on, and "be" with an adjective, hand their content on."""
        if any(key in self.aspect for key in keys_of(clause)):
            for content in clause.complements:
                inner = self.read(content, depth + 1)
                if inner is not None and inner.event_type:
                    return replace(
                        inner,
                        agents=inner.agents or clause.agents,
                        consumed=inner.consumed | {clause.predicate.i},
                    )
        return None

    def _apply(self, operator: Operator, clause: Clause, depth: int) -> Reading | None:
        agents = self.parties.agents(clause)
        if operator.kind.is_spoken:
            # A thing that is no paper asks, promises or refuses nothing.
            agents = tuple(token for token in agents if self._can_speak(token))
        addressed = tuple(self.parties.slots(operator.recipient, clause))
        if operator.kind.name == "request" and not addressed and any(map(has_to, clause.complements)):
            # "called for Mali to …": the one who is to do it stands behind "for".
            addressed = tuple(self.parties.slots((Slot("for"),), clause))
        if operator.kind.name == "request" and not addressed:
            addressed = tuple(asked_from(self.parties, clause))
        contents = contents_of(clause, operator, self.parties)
        applied = Applied(operator, clause.predicate, agents, addressed)
        fallback: Reading | None = None
        for content in contents:
            inner = self.read(content, depth + 1)
            if inner is None:
                fallback = fallback or self._bare(content)
                continue
            if (
                operator.kind.is_ending
                and content.dep_ in (labels.COMPLEMENT_CLAUSE, labels.ADVERBIAL_CLAUSE)
                and content.tag_ != "VBG"
            ):
                continue
            made = combine(applied, inner, self.parties)
            if made is not None and made.event_type:
                return made
        if operator.kind.leaves_event or operator.kind.is_ending:
            return None
        if frame_of(clause, self.parties) is not None and operator.kind.name in ("praise", "accuse", "allow"):
            return None
        if fallback is not None and (operator.kind.name != "allow" or is_verbal(fallback.anchor)):
            return combine(applied, fallback, self.parties)
        return None
