"""Readings: what one trigger of a sentence tells, found by laying frames and operators on clauses.

A reading is an event type with the tokens of its actor and recipient, the status, and the entries
that gave it. Operators ("refuse", "threat", "willing") read their content first and turn it into
another event; the table is data/frames/outcomes.csv. Pure: tokens and the lexicon in, readings out.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from spacy.tokens import Token

from pipeline.extract import clauses, status
from pipeline.extract.clauses import Clause, clause_of, is_verbal, kids, lemma_of
from pipeline.extract.event_types import (
    COOPERATION,
    EventNoun,
    Frame,
    Frames,
    Operator,
    Outcome,
    trigger_word,
)
from pipeline.model import Status

MAX_DEPTH = 5
ACTOR_ENTITIES = frozenset({"PERSON", "PER", "ORG", "GPE", "NORP", "LOC"})
ACTOR_GROUPS = (
    "persons",
    "officials",
    "leaders",
    "police_units",
    "peace_units",
    "people_in_office",
    "people_by_calling",
)
NO_ACTOR_ENTITIES = frozenset({"DATE", "TIME", "MONEY", "PERCENT", "QUANTITY", "ORDINAL", "EVENT", "LAW"})
PRONOUNS = frozenset(["he", "she", "they", "it", "we", "i", "him", "her", "them", "us", "who"])
# Prepositions that may lead to a recipient when no slot of the frame did, best first.
RECIPIENT_PREPOSITIONS = (
    "against",
    "on",
    "with",
    "to",
    "at",
    "from",
    "toward",
    "towards",
    "for",
    "over",
    "of",
    "between",
    "into",
    "by",
    "in",
)
HUMAN_ENDINGS = (
    "man",
    "woman",
    "guard",
    "worker",
    "ist",
    "maker",
    "holder",
    "leader",
    "officer",
    "goer",
    "ant",
    "ian",
    "player",
    "fighter",
    "keeper",
    "teer",
    "minister",
    "seeker",
    "crat",
    "prisoner",
    "ee",
)
THING_ENDINGS = (
    "ment",
    "grant",
    "plant",
    "warrant",
    "list",
    "fist",
    "committee",
    "guarantee",
    "fee",
    "coffee",
    "tree",
    "degree",
    "decree",
    "restaurant",
    "covenant",
    "twist",
    "mist",
)
THINGS = frozenset(
    [
        "remnant",
        "variant",
        "elephant",
        "consultant-fee",
        "instant",
        "constant",
        "pendant",
        "refugee-camp",
        "knee",
        "spree",
        "employee-fund",
        "talisman",
        "jubilee",
        "levee",
        "toffee",
        "median",
        "pedestrian-crossing",
    ]
)
# Words of the groups that are no actor by themselves: "a state of emergency", "its mission".
NO_PEOPLE = frozenset({"mission", "convoy", "state", "power", "service", "peacekeeping", "worker-migrant"})
# Operator kinds whose content is no fact even where the reading missed the operator itself.
UNREAL_KINDS = frozenset(
    {"deny", "fail", "prevent", "hypothetical", "intend", "commit", "threaten", "request", "reject", "accuse"}
)
# Prepositions that are particles of the lexicon's verbs as well: "give in" is not "give … in".
NO_KEYS = frozenset(["in", "over", "up", "down", "off", "back", "away"])
# Nouns that are events by what stands before them: "mediation effort", "state of emergency".
CARRIERS = frozenset({"mission", "effort", "state", "series", "wave", "spate", "round", "act"})
# Frames whose plain negation is a refusal: "did not give permission".
PERMISSIONS = frozenset({"refuse-permission", "refuse-permission-verb", "accept-persons"})
MISSION_VERBS = frozenset(
    ["launch", "begin", "start", "mount", "conduct", "carry+out", "resume", "undertake", "order", "authorize"]
)
# Participles that are adjectives in "is prepared to …", "is opposed to …", whatever tag they get.
STATIVE = frozenset({"prepared", "committed", "determined", "poised", "opposed"})
# Where whoever does it stands beside a verb whose subject undergoes it: "draws fire from X", "tried by X", "in X custody".
DOER_SLOTS = (
    "by",
    "from",
    "at+the+hands",
    "obj.by",
    "obj.from",
    "before.adj",
    "in.adj",
    "under.adj",
    "obj.adj",
    "in.poss",
    "before",
)
NOT_TOWARDS = frozenset(
    [
        "after",
        "before",
        "during",
        "since",
        "because",
        "because+of",
        "despite",
        "according",
        "according+to",
        "amid",
        "following",
        "by",
        "as",
        "like",
        "unlike",
        "including",
        "than",
        "until",
        "under",
        "without",
        "near",
        "due+to",
        "in+return+for",
        "under+pressure+from",
        "along+with",
    ]
)
DOCUMENTS = frozenset(
    ["resolution", "decision", "plan", "bill", "law", "agreement", "deal", "statement", "order", "letter", "proposal", "report", "ruling", "decree", "motion", "declaration", "communique", "move", "measure", "treaty", "accord", "vote", "mandate", "document", "draft", "text", "announcement", "verdict"]
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reading:
    """One event as read from a sentence. `event_type` is None for content no frame knows."""

    event_type: str | None
    mode: str | None
    frame_id: str
    anchor: Token
    trigger: tuple[Token, ...]
    agents: tuple[Token, ...] = ()
    patients: tuple[Token, ...] = ()
    kind: str = ""
    status: Status = "actual"
    reason: str = ""
    speaker: Token | None = None
    consumed: frozenset[int] = frozenset()
    is_mutual: bool = False
    is_nominal: bool = False
    weight: int = 0
    is_reached: bool = False


class Reader:
    """Reads sentences with one lexicon; holds nothing but the lexicon and its word sets."""

    def __init__(self, frames: Frames) -> None:
        self.frames = frames
        groups = frames.groups
        self.light = groups["light"]
        self.aspect = groups["aspect"]
        self.report = groups["report"]
        self.kinds = {
            word: operator.kind
            for (word, form), operator in frames.operators.items()
            if form == "verb" and "+" not in word and operator.kind in UNREAL_KINDS
        }
        self.noun_parts = frozenset(part for name in frames.nouns for part in name.split("-"))
        self.words = (
            frozenset(trigger_word(key) for key in frames.verbs)
            | frozenset(word.split("+")[0] for word, _ in frames.operators)
            | frozenset(key.split("+")[0] for key in self.light | self.aspect)
            | self.noun_parts
        )
        self.people = (
            frozenset().union(*(groups[name] for name in ACTOR_GROUPS if name in groups)) - NO_PEOPLE
        )

    # -- what counts as an actor -----------------------------------------------------------------

    def is_actor(self, token: Token) -> bool:
        """Whether a noun can be an actor: a name, a country, people in office, arms or the street."""
        if token.ent_type_ in ACTOR_ENTITIES:
            return True
        if token.ent_type_ in NO_ACTOR_ENTITIES or lemma_of(token) in NO_PEOPLE:
            return False
        if token.lower_ in PRONOUNS and token.pos_ == "PRON":
            return True
        if lemma_of(token) in self.people:
            return token.pos_ in ("NOUN", "PROPN", "NUM", "ADJ") or token.tag_.startswith("NN")
        if (
            token.pos_ == "NOUN"
            and is_human_word(lemma_of(token))
            and token.dep_ in ("obj", "nsubj", "nsubj:pass", "obl", "conj", "iobj", "nmod")
        ):
            return True
        if token.pos_ == "PROPN" and token.ent_type_ == "" and token.text[:1].isupper():
            return lemma_of(token) not in self.frames.nouns
        if token.pos_ == "NUM" and token.dep_ in ("obj", "nsubj:pass", "nsubj"):
            return token.text.replace(",", "").isalnum() and token.ent_type_ == "" and not _is_year(token)
        if token.pos_ == "NOUN" and any(
            child.ent_type_ in ("NORP", "ORG", "GPE") for child in clauses.modifiers(token)
        ):
            return lemma_of(token) in self.frames.groups["collectives"]
        return False

    # -- readings --------------------------------------------------------------------------------

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
        if token.tag_ == "VBN" and token.lower_ in STATIVE and clauses.is_passive(token):
            return self.frames.operators.get((token.lower_, "adjective"))
        if token.pos_ != "ADJ" and not token.tag_.startswith("JJ"):
            return None
        return self.frames.operators.get((lemma_of(token), "adjective"))

    def _read_adjective(self, token: Token, operator: Operator, depth: int) -> Reading | None:
        contents = [c for c in kids(token) if c.dep_ in ("xcomp", "advcl", "ccomp", "acl") and c.i > token.i]
        nouns = [t for p, t in clauses._obliques(token) if p in ("to", "for")]
        subjects = [
            m for c in kids(token) if c.dep_ in ("nsubj", "nsubj:pass") for m in clauses.coordinated(c)
        ]
        subjects = clauses.with_antecedent(subjects) or clauses.surface_subjects(token)
        for content in [*contents, *nouns]:
            inner = self.read(content, depth + 1) or self._bare(content)
            made = self._combine(operator, token, tuple(subjects), inner, (), depth)
            return self._adjective_modal(made, token) if made is not None else None
        return None

    def _adjective_modal(self, reading: Reading, token: Token) -> Reading:
        """ "must be ready to …" asks; "is not ready to …" refuses."""
        own = status.modality(token)
        speaker = status.speaker_of(token, self.report)
        if speaker is not None:
            reading = replace(reading, speaker=speaker)
        if (
            own.is_duty
            and speaker is not None
            and reading.agents
            and not status.same_party(reading.agents[0], speaker)
        ):
            return self._urged(reading, speaker)
        if own.is_negated and reading.event_type == "AGREE":
            return replace(reading, event_type="REJECT", frame_id=f"will-not+{reading.frame_id}")
        if own.is_negated:
            return replace(reading, status="denied", reason="negated")
        if own.is_possible or own.is_duty:
            return replace(reading, status="hypothetical", reason=f"modal {own.modal!r}")
        return reading

    def _read_state(self, token: Token) -> Reading | None:
        """ "is critical of …", "are at war with …", "remains under arrest": a state is a frame under "be+…"."""
        key = next((key for key in clauses.state_keys(token) if key in self.frames.verbs), "")
        if not key:
            return None
        clause = clauses.state_clause(token, key)
        frame = self._frame(clause)
        return self._reached(self._modal(self._from_frame(frame, clause), clause)) if frame else None

    def _read_verb(self, token: Token, depth: int) -> Reading | None:
        reading = self._verb(token, depth)
        if reading is not None and reading.event_type in MEANS_MODES and not reading.mode:
            reading = replace(reading, mode=means_mode(reading))
        if reading is not None and reading.event_type == "MOBILIZE":
            reading = _purposed(reading)
        return reading if depth else self._reached(reading)

    def _reached(self, reading: Reading | None) -> Reading | None:
        """A reading without a recipient gets the nearest actor below it, unless its agents are the two sides."""
        if reading is None or not reading.event_type or reading.patients or reading.is_nominal:
            return reading
        if reading.mode == "resign":
            return reading
        if len(reading.agents) > 1 and (
            reading.event_type in ("AGREE", "CONSULT", "SUPPORT", "COOPERATE")
            or reading.frame_id.startswith("fail-verb")
        ):
            return reading
        return replace(
            reading, patients=self.reach(reading.anchor, reading.agents), is_mutual=False, is_reached=True
        )

    def _verb(self, token: Token, depth: int) -> Reading | None:
        clause = clause_of(token)
        operator, extra = self._operator(clause)
        if (
            operator is not None
            and operator.kind == "accuse"
            and clause.lemma in self.report
            and _says(clause)
        ):
            operator = None
        frame = self._frame(clause)
        if (
            frame is not None
            and frame.weight >= 2
            and not (operator is not None and _completed(operator, clause))
        ):
            return self._modal(self._from_frame(frame, clause), clause)
        if operator is not None:
            reading = self._apply(operator, clause, extra, depth)
            if reading is not None:
                return self._modal(reading, clause)
        if frame is not None:
            return self._modal(self._from_frame(frame, clause), clause)
        reading = self._light(clause, depth) or self._passing(clause, depth)
        return self._modal(reading, clause) if reading is not None else self._duty(clause)

    def _duty(self, clause: Clause) -> Reading | None:
        """ "X said Y must …" asks Y for something, whatever the verb."""
        if not status.modality(clause.predicate).is_duty:
            return None
        speaker = status.speaker_of(clause.predicate, self.report)
        doers = tuple(t for t in clause.agents or clause.patients if self.is_actor(t))
        if speaker is None or not doers or status.same_party(doers[0], speaker):
            return None
        return replace(
            self._urged(replace(self._bare(clause.predicate), agents=doers), speaker), speaker=speaker
        )

    def keys(self, clause: Clause) -> list[str]:
        """The names under which a verb may stand in the lexicon, most telling first."""
        found = []
        if clause.particle:
            found.append(clause.key)
        for child in kids(clause.predicate):
            if (
                child.dep_ in ("advmod", "xcomp", "compound:prt", "obl", "advcl")
                and child.i > clause.predicate.i
                and child.i - clause.predicate.i <= 4
            ):
                found.append(f"{clause.lemma}+{child.lower_}")
        if clause.lemma == "find" and any(
            t.lower_ == "guilty" for t in clause.predicate.doc[clause.predicate.i : clause.predicate.i + 14]
        ):
            found.append("find+guilty")
        before = clause.predicate.i - 1
        if (
            before >= 0
            and clause.predicate.nbor(-1).tag_ == "RB"
            and clause.predicate.nbor(-1).lower_.endswith("ly")
        ):
            found.append(f"{clause.lemma}+{clause.predicate.nbor(-1).lower_}")
        found.extend(f"{clause.lemma}+{lemma_of(noun)}" for noun in clause.patients)
        found.extend(
            f"{clause.lemma}+{prep.removesuffix('+of')}"
            for prep, noun in clause.obliques
            if prep and prep not in NO_KEYS and noun.ent_type_ not in ("DATE", "TIME")
        )
        if clause.lemma == "call" and any(
            c.dep_ == "xcomp" and not is_verbal(c) for c in kids(clause.predicate)
        ):
            found.append("call+name")
        found.extend(
            f"{clause.lemma}+{clauses.marker(content)}"
            for content in clause.complements
            if clauses.marker(content)
        )
        found.append(clause.lemma)
        return found

    def _operator(self, clause: Clause) -> tuple[Operator | None, str]:
        for key in self.keys(clause):
            found = self.frames.operators.get((key, "verb"))
            if found is not None:
                return found, key.partition("+")[2]
        return None, ""

    def _frame(self, clause: Clause) -> Frame | None:
        best: Frame | None = None
        for key in self.keys(clause):
            for frame in self.frames.verbs.get(key, ()):
                if self._fits(frame, clause) and (best is None or frame.weight > best.weight):
                    best = frame
            if best is not None:
                return best
        return None

    def _fits(self, frame: Frame, clause: Clause) -> bool:
        preps = [*clause.obliques, *(pair for noun in clause.patients for pair in clauses.noun_phrases(noun))]
        if frame.barred_prepositions and any(p in frame.barred_prepositions for p, _ in preps):
            return False
        if frame.prepositions and not any(
            p == wanted and (not noun or noun in self._names(t))
            for wanted, noun in frame.prepositions
            for p, t in preps
        ):
            return False
        if frame.doers and not any(self._doer(frame, token) for token in clause.agents):
            return False
        if frame.takes_any or (frame.takes_thing and clause.patients):
            return True
        if not clause.patients:
            return frame.takes_none
        if frame.objects and any(self._names(noun) & frame.objects for noun in clause.patients):
            return True
        return frame.takes_actor and any(self.is_actor(noun) for noun in clause.patients)

    def _doer(self, frame: Frame, token: Token) -> bool:
        if "norp" in frame.doers and token.ent_type_ == "NORP":
            return True
        return bool(self._names(token) & frame.doers) or (
            "person" in frame.doers and token.ent_type_ in ("PERSON", "PER")
        )

    def _names(self, noun: Token) -> set[str]:
        """Lemma of a noun, with its modifiers and of-phrase: {"strike", "hunger-strike"}."""
        lemma = lemma_of(noun)
        found = {lemma, noun.lower_}
        for child in kids(noun):
            if child.dep_ == "compound" and lemma in (
                "delivery",
                "effort",
                "mission",
                "package",
                "shipment",
                "convoy",
                "supply",
                "bid",
            ):
                found.add(lemma_of(child))
            if child.i < noun.i and child.dep_ in ("compound", "amod", "nmod", "nmod:desc"):
                found.add(f"{lemma_of(child)}-{lemma}")
            elif child.dep_ == "nmod" and child.i > noun.i and clauses.preposition(child) == "of":
                found.add(f"{lemma}-of-{lemma_of(child)}")
                if lemma in (
                    "state",
                    "number",
                    "series",
                    "act",
                    "wave",
                    "spate",
                    "dozen",
                    "hundred",
                    "ton",
                    "tonne",
                    "plane",
                    "shipment",
                    "round",
                    "lot",
                    "couple",
                    "sort",
                    "kind",
                    "form",
                    "piece",
                    "deployment",
                    "contingent",
                    "group",
                    "kg",
                    "worth",
                    "delivery",
                    "effort",
                    "member",
                    "team",
                    "some",
                    "part",
                    "rest",
                    "most",
                    "majority",
                    "remainder",
                    "third",
                    "half",
                    "percent",
                    "thousand",
                    "hundred",
                    "million",
                    "billion",
                    "percentage",
                    "all",
                    "many",
                    "several",
                    "portion",
                ):
                    found.add(lemma_of(child))
            elif child.dep_ == "conj":
                found.add(lemma_of(child))
        if noun.pos_ == "PROPN" and lemma.endswith("s"):
            found.add(lemma[:-1])
        return found

    def noun_entry(self, noun: Token) -> EventNoun | None:
        lemma = lemma_of(noun)
        if noun.ent_type_ in ("DATE", "TIME"):
            return None
        if lemma not in self.noun_parts and lemma not in CARRIERS:
            return None
        names = sorted(
            self._names(noun) - {lemma_of(c) for c in kids(noun) if c.dep_ == "conj"},
            key=lambda name: (not name.startswith("joint-"), -len(name)),
        )
        known = [name for name in names if name in self.frames.nouns]
        strict = [name for name in known if name.startswith(lemma) or name.endswith(lemma)]
        for name in (strict if lemma not in ("mission", "effort") else known) or known:
            return self.frames.nouns[name]
        return None

    # -- frames ----------------------------------------------------------------------------------

    def _from_frame(self, frame: Frame, clause: Clause) -> Reading:
        agents = self._agents(clause) or self._wielders(frame, clause)
        if frame.recipient and frame.recipient[0] == "subj":
            return self._undergone(frame, clause)
        if frame.mode in ("withdraw", "disarm") and clause.is_passive and not agents:
            # "Troops were withdrawn from …": those moved are those who go.
            agents = tuple(token for token in clause.patients if self.is_actor(token))
            frame_slots = tuple(slot for slot in frame.recipient if not slot.startswith("obj"))
            recipients = self._slots(frame_slots, clause)
        else:
            recipients = self._slots(frame.recipient, clause)
            if len(agents) > 1 and self._among_themselves(frame, clause, recipients):
                recipients = []
            elif not recipients:
                recipients = self._fallback(clause)
        return Reading(
            event_type=frame.event_type,
            mode=frame.mode,
            frame_id=frame.id,
            anchor=clause.predicate,
            trigger=self._trigger(clause),
            agents=agents,
            patients=tuple(token for token in recipients if token not in agents),
            consumed=self._eaten(clause),
            is_mutual=frame.event_type in ("CONSULT", "COOPERATE", "AGREE", "SUPPORT") and not recipients,
            weight=frame.weight,
        )

    def _wielders(self, frame: Frame, clause: Clause) -> tuple[Token, ...]:
        """ "killed in an Israeli air strike": where nobody is named, whoever the attack is told of."""
        if frame.event_type != "ASSAULT" or not clause.is_passive:
            return ()
        for prep, noun in clause.obliques:
            entry = self.noun_entry(noun) if prep in ("in", "during", "from") else None
            if entry is not None and entry.event_type == "ASSAULT" and entry.kind != "mutual":
                found = self._noun_slots(("by", "poss", "adj"), noun)
                if found:
                    return tuple(found)
        return ()

    def _among_themselves(self, frame: Frame, clause: Clause, recipients: list[Token]) -> bool:
        """ "A and B met in Vienna", "A and B flew to Vienna for talks": they are the sides, the town is the place."""
        if frame.event_type != "CONSULT":
            return False
        for_talks = any(p == "for" and lemma_of(t) in self.frames.groups["talks"] for p, t in clause.obliques)
        return not recipients or (for_talks and all(token.ent_type_ == "GPE" for token in recipients))

    def _undergone(self, frame: Frame, clause: Clause) -> Reading:
        """ "stands trial", "comes under fire": what the subject does is done to it, by whom a phrase may say."""
        recipients = tuple(self._slot("subj", clause))
        doers = self._slots(DOER_SLOTS, clause)
        return Reading(
            event_type=frame.event_type,
            mode=frame.mode,
            frame_id=frame.id,
            anchor=clause.predicate,
            trigger=self._trigger(clause),
            agents=tuple(token for token in doers if token not in recipients),
            patients=recipients,
            consumed=self._eaten(clause),
            weight=frame.weight,
        )

    def _trigger(self, clause: Clause) -> tuple[Token, ...]:
        particles = [c for c in kids(clause.predicate) if c.dep_ == "compound:prt"]
        return (clause.predicate, *particles)

    def _eaten(self, clause: Clause) -> frozenset[int]:
        return frozenset({clause.predicate.i, *(noun.i for noun in clause.patients if self.noun_entry(noun))})

    def _agents(self, clause: Clause) -> tuple[Token, ...]:
        """Logical subjects that can act; an event noun or a document hands on to whoever stands behind it."""
        return self._actors_of(clause.agents)

    def _actors_of(self, tokens: Iterable[Token]) -> tuple[Token, ...]:
        found: list[Token] = []
        for token in tokens:
            if self.is_actor(token) or token.pos_ == "PRON":
                found.extend(clauses.lands_before(token) or [token])
                continue
            inside = [c for c in kids(token) if c.dep_ == "nsubj" and self.is_actor(c)]
            behind = self._behind(token) or inside
            if not behind and clauses.is_time(token):
                continue
            found.extend(behind or [token])
        return tuple(found)

    def _behind(self, noun: Token) -> list[Token]:
        if (
            self.noun_entry(noun) is None
            and lemma_of(noun) not in DOCUMENTS
            and lemma_of(noun) not in self.frames.groups["means"]
        ):
            return []
        entry = self.noun_entry(noun)
        slots = entry.actor if entry else ("poss", "by", "adj", "from", "of")
        return self._noun_slots(slots, noun)

    def _slots(self, slots: Iterable[str], clause: Clause) -> list[Token]:
        for slot in slots:
            found = self._slot(slot, clause)
            if found:
                return found
        return []

    def _slot(self, slot: str, clause: Clause) -> list[Token]:
        head, _, rest = slot.partition(".")
        if head == "subj":
            return [t for t in clause.agents if self.is_actor(t) or t.pos_ == "PRON"]
        if head == "obj" and not rest:
            return [m for t in clause.patients if self.is_actor(t) for m in clauses.lands_before(t) or [t]]
        if head == "iobj":
            return [t for t in clause.indirect if self.is_actor(t)]
        if head == "obj":
            return [
                t
                for noun in clause.patients
                if not self._is_name(noun)
                for t in self._noun_slots((rest,), noun)
            ]
        if rest:
            nouns = [t for p, t in clause.obliques if p == head and not self._is_name(t)]
            return [t for noun in nouns for t in self._noun_slots((rest,), noun)]
        named = [t for p, t in clause.obliques if p == head and self.is_actor(t)]
        found = [m for t in named for m in clauses.lands_before(t) or [t]]
        if not found and head in ("against", "over", "about", "on", "at", "with", "of"):
            nouns = [t for p, t in clause.obliques if p == head and t.ent_type_ != "DATE"]
            found = [t for noun in nouns for t in self._noun_slots(("by", "poss", "of", "against"), noun)]
        return found

    def reach(self, head: Token, own: tuple[Token, ...]) -> tuple[Token, ...]:
        """The nearest actor below a word, through objects, phrases and infinitives; the last resort for a recipient."""
        taken = {token.i for token in own}
        names = {token.lower_ for token in own}
        wide = {" ".join(t.lower_ for t in token.doc[slice(*clauses.phrase(token))]) for token in own}
        level, second = [head], []
        for _ in range(6):
            below: list[Token] = []
            for token in level:
                for child in kids(token):
                    if not self._leads_on(child, head):
                        continue
                    if (
                        child.i > head.i
                        and child.i not in taken
                        and child.lower_ not in names
                        and child.pos_ != "PRON"
                        and self._nameable(child)
                    ):
                        if (clauses.preposition(child) == "in" and child.ent_type_ == "GPE") or _in_relative(
                            child, head
                        ):
                            second.append(child)
                        elif any(child.lower_ in name.split() for name in wide):
                            continue
                        else:
                            return (child,)
                    below.append(child)
            level = below
        return tuple(second[:1])

    def _nameable(self, token: Token) -> bool:
        if token.ent_type_ in ("GPE", "NORP", "ORG", "PERSON", "PER"):
            return True
        return token.pos_ in ("NOUN", "PROPN") and self.is_actor(token) and token.dep_ != "compound"

    def _leads_on(self, child: Token, head: Token) -> bool:
        if child.i < head.i and child.head.i == head.i:
            return False
        if child.dep_ in (
            "obj",
            "nmod",
            "nmod:poss",
            "xcomp",
            "iobj",
            "amod",
            "compound",
            "obl",
            "conj",
            "ccomp",
        ):
            # After a noun "by" says whose doing it is: "protest against abuses by the army".
            led = clauses.preposition(child) == "by" and not is_verbal(child.head) and child.head.i != head.i
            return (
                (led or clauses.preposition(child) not in NOT_TOWARDS)
                and child.ent_type_ not in ("DATE", "TIME")
                and status.marker(child) not in ("if", "unless", "because", "after", "as")
            )
        if child.dep_ == "acl" and child.tag_ == "VBG":
            return True
        return child.dep_ == "acl:relcl" or (child.dep_ in ("acl", "advcl") and clauses.has_to(child))

    def _is_name(self, noun: Token) -> bool:
        return noun.ent_type_ in ("PERSON", "PER", "GPE", "ORG")

    def _noun_slots(self, slots: Iterable[str], noun: Token) -> list[Token]:
        for slot in slots:
            if slot == "poss":
                found = [t for t in clauses.owners(noun) if self.is_actor(t) or t.pos_ == "PRON"]
                if noun.dep_ in ("obj", "obl", "dobj") and all(t.pos_ == "PRON" for t in found):
                    found = []
            elif slot == "adj":
                found = self._demonyms(noun)
            else:
                named = [t for p, t in clauses.noun_phrases(noun) if p == slot and self.is_actor(t)]
                found = [m for t in named for m in clauses.lands_before(t) or [t]]
            if slot == "poss" and not found:
                found = self._demonyms(noun)
            if found:
                return found
        return []

    def _demonyms(self, noun: Token) -> list[Token]:
        found = []
        for child in clauses.modifiers(noun):
            if (child.ent_type_ in ACTOR_ENTITIES and child.ent_type_ != "LOC") or (
                lemma_of(child) in self.people and child.dep_ == "compound"
            ):
                found.append(child)
        joined = clauses.lands_before(noun)
        return joined if len(joined) > 1 else found[-1:]

    def _fallback(self, clause: Clause) -> list[Token]:
        """A recipient where no slot of the frame has one: the object's owner, then any telling preposition."""
        for noun in clause.patients:
            found = self._noun_slots(
                ("against", "with", "to", "for", "poss", "of", "on", "from", "between", "by", "over", "in"),
                noun,
            )
            if found:
                return found
        for prep in RECIPIENT_PREPOSITIONS:
            found = [t for p, t in clause.obliques if p == prep and self.is_actor(t)]
            if prep in ("in", "at", "into", "by") and found and found[0].ent_type_ != "GPE":
                continue
            if found:
                return found
        for prep, noun in clause.obliques:
            if prep in ("against", "to", "on", "for", "with", "over", "at", "from", "about"):
                found = self._noun_slots(("of", "poss", "by", "against", "for", "in", "on"), noun)
                if found:
                    return found
        return []

    # -- nouns -----------------------------------------------------------------------------------

    def read_noun(self, noun: Token, depth: int = 0) -> Reading | None:
        operator = self.frames.operators.get((lemma_of(noun), "noun"))
        if operator is not None:
            reading = self._noun_operator(noun, operator, depth)
            if reading is not None:
                return reading
        entry = self.noun_entry(noun)
        if entry is None:
            return None
        agents = tuple(self._noun_slots(entry.actor, noun))
        patients = tuple(t for t in self._noun_slots(entry.recipient, noun) if t not in agents)
        if entry.kind == "mutual" and len(agents) > 1 and not patients:
            agents, patients = agents[:1], agents[1:]
        denied = status.negated_noun(noun)
        unreal = status.unreal_noun(noun)
        return Reading(
            event_type=entry.event_type or None,
            mode=entry.mode,
            frame_id=entry.id,
            anchor=noun,
            trigger=(noun,),
            agents=agents,
            patients=patients,
            kind=entry.kind,
            consumed=frozenset({noun.i}),
            status="denied" if denied else "hypothetical" if unreal else "actual",
            reason="negated noun" if denied else f"{unreal!r}" if unreal else "",
            is_mutual=entry.kind == "mutual" and not patients,
            is_nominal=True,
            weight=1,
        )

    def _noun_operator(self, noun: Token, operator: Operator, depth: int) -> Reading | None:
        contents = self._noun_contents(noun)
        agents = tuple(self._noun_slots(("poss", "by", "from"), noun)) or self._actors_of(
            clauses.governor_of_noun(noun)
        )
        addressed = self._noun_slots([slot for slot in operator.recipient if slot != "of"], noun)
        addressed = [t for t in addressed if t not in agents]
        if not addressed and operator.kind == "request":
            addressed = [t for agent in agents for t in self._noun_slots(("for", "to"), agent)]
        for content in contents:
            inner = self.read(content, depth + 1)
            if inner is None and is_verbal(content):
                inner = self._bare(content)
            if inner is not None:
                return self._combine(operator, noun, agents, inner, tuple(addressed), depth, nominal=True)
        return None

    def _noun_contents(self, noun: Token) -> list[Token]:
        found = []
        for child in kids(noun):
            if child.i < noun.i:
                continue
            if child.dep_ in ("acl", "ccomp", "xcomp", "advcl") and is_verbal(child):
                found.append(child)
                found.extend(
                    g
                    for g in kids(child)
                    if g.dep_ in ("advcl", "xcomp") and clauses.has_to(g) and child.tag_ in ("VBN", "VBD")
                )
            elif (
                child.dep_ in ("nmod", "obl")
                and clauses.preposition(child) in ("for", "of", "to", "on")
                and child.pos_ != "PROPN"
            ):
                found.append(child)
        head = noun.head
        if is_verbal(head) and noun.dep_ in ("obj", "obl", "nsubj:pass"):
            found.extend(
                c
                for c in kids(head)
                if c.dep_ in ("advcl", "xcomp", "ccomp")
                and c.i > noun.i
                and (clauses.has_to(c) or c.dep_ == "ccomp")
            )
        found.sort(key=lambda token: not clauses.has_to(token) if is_verbal(token) else True)
        return found

    def _bare(self, token: Token) -> Reading:
        """Content no frame knows: its subject and a likely recipient all the same."""
        if is_verbal(token):
            clause = clause_of(token)
            agents, patients = (
                clause.agents,
                tuple(t for t in clause.patients if self.is_actor(t)) or tuple(self._fallback(clause)),
            )
        else:
            agents = tuple(clauses.owners(token))
            patients = tuple(
                self._noun_slots(("against", "to", "with", "on", "for", "of", "from", "in", "by"), token)
            ) or tuple(self._demonyms(token))
            if self.is_actor(token) and not patients:
                patients = (token,)
        about = clause.patients if is_verbal(token) else (token,)
        kind = "reform" if any(lemma_of(t) in self.frames.groups["reform"] for t in about) else ""
        return Reading(
            None, None, "", token, (token,), tuple(agents), patients, kind, consumed=frozenset({token.i})
        )

    # -- light and passing verbs -----------------------------------------------------------------

    def _light(self, clause: Clause, depth: int) -> Reading | None:
        keys = self.keys(clause)
        if not any(key in self.light for key in keys):
            return None
        told = [noun for noun in clause.patients if self._tells(noun)]
        nouns = told or [t for _, t in clause.obliques]
        for noun in nouns:
            inner = self.read_noun(noun, depth + 1)
            if inner is None or (inner.event_type is None and inner.kind != "mission"):
                continue
            if inner.kind == "mission" and not any(key in MISSION_VERBS for key in keys):
                continue
            if inner.kind == "mission":
                inner = replace(inner, event_type="ASSAULT" if self._is_armed(noun) else "COOPERATE")
            agents = self._agents(clause)
            passive_receipt = lemma_of(clause.predicate) in (
                "receive",
                "face",
                "suffer",
                "sustain",
                "come",
                "go",
                "draw",
                "attract",
            )
            if passive_receipt:
                return replace(
                    inner, patients=inner.patients or agents, consumed=inner.consumed | {clause.predicate.i}
                )
            obliques = [
                t
                for p, t in clause.obliques
                if p in ("against", "on", "with", "at", "to", "into", "over", "from", "between")
                and self.is_actor(t)
            ]
            own = agents if agents else inner.agents
            patients = (
                [t for t in inner.patients if t not in own]
                or obliques
                or [t for t in clause.indirect if self.is_actor(t)]
            )
            if not patients and inner.agents and agents and inner.agents != agents:
                patients = [t for t in inner.agents if t not in agents]
            return replace(
                inner,
                agents=tuple(own),
                patients=tuple(patients),
                trigger=(clause.predicate, *inner.trigger),
                consumed=inner.consumed | {clause.predicate.i},
                is_nominal=False,
                weight=2,
            )
        return None

    def _is_armed(self, noun: Token) -> bool:
        return any(
            lemma_of(t)
            in (
                "military",
                "air",
                "bombing",
                "sea",
                "naval",
                "ground",
                "aerial",
                "offensive",
                "combat",
                "armed",
            )
            for t in noun.subtree
        )

    def _passing(self, clause: Clause, depth: int) -> Reading | None:
        """Verbs of beginning and going on, and "be" with an adjective, hand their content on."""
        if any(key in self.aspect for key in self.keys(clause)):
            for content in clause.complements:
                inner = self.read(content, depth + 1)
                if inner is not None and inner.event_type:
                    return replace(
                        inner,
                        agents=inner.agents or clause.agents,
                        consumed=inner.consumed | {clause.predicate.i},
                    )
        return None

    # -- operators -------------------------------------------------------------------------------

    def _apply(self, operator: Operator, clause: Clause, extra: str, depth: int) -> Reading | None:
        agents = self._agents(clause)
        addressed = tuple(self._slots(operator.recipient, clause))
        contents = self._contents(clause, operator)
        fallback: Reading | None = None
        for content in contents:
            inner = self.read(content, depth + 1)
            if inner is None:
                fallback = fallback or self._bare(content)
                continue
            if (
                operator.kind in ("reverse", "cancel")
                and content.dep_ in ("ccomp", "advcl")
                and content.tag_ != "VBG"
            ):
                continue
            made = self._combine(operator, clause.predicate, agents, inner, addressed, depth)
            if made is not None and made.event_type:
                return made
        if operator.kind in (
            "reverse",
            "cancel",
            "factive",
            "deny",
            "fail",
            "hypothetical",
            "intend",
            "decide",
            "allowed",
            "prevent",
        ):
            return None
        if self._frame(clause) is not None and operator.kind in ("praise", "accuse", "allow"):
            return None
        if fallback is not None and (operator.kind not in ("allow",) or is_verbal(fallback.anchor)):
            return self._combine(operator, clause.predicate, agents, fallback, addressed, depth)
        return None

    def _contents(self, clause: Clause, operator: Operator) -> list[Token]:
        found = [c for c in clause.complements if c.dep_ in ("ccomp", "xcomp", "conj") or not clause.patients]
        found.extend(
            noun
            for noun in clause.patients
            if not self._is_name(noun) and noun.pos_ != "PRON" and self._tells(noun)
        )
        found.extend(c for c in clause.complements if c not in found)
        found.extend(
            noun
            for noun in clause.patients
            if not self._is_name(noun) and noun.pos_ != "PRON" and noun not in found
        )
        preps = ("for", "to", "of", "on", "upon", "with", "against", "over", "in", "from", "about")
        found.extend(
            t for p, t in clause.obliques if p in preps and not self._is_name(t) and t.ent_type_ != "DATE"
        )
        if operator.kind in ("request", "order", "prevent"):
            found = [
                t
                for t in found
                if not (t in clause.patients and lemma_of(t) in self.people and len(found) > 1)
            ]
        return found

    def _tells(self, noun: Token) -> bool:
        return self.noun_entry(noun) is not None or (lemma_of(noun), "noun") in self.frames.operators

    def _combine(
        self, operator: Operator, head: Token, agents: tuple[Token, ...], inner: Reading,
        addressed: tuple[Token, ...], depth: int, *, nominal: bool = False,
    ) -> Reading | None:  # fmt: skip
        kind = operator.kind
        consumed = inner.consumed | {head.i}
        if kind not in ("factive", "decide"):
            consumed |= self._beneath(inner.trigger[0])
        frame_id = f"{operator.id}+{inner.frame_id}" if inner.frame_id else operator.id
        claims = kind in ("hypothetical", "intend", "decide", "fail", "deny", "prevent", "allowed", "factive")
        trigger = inner.trigger if claims else (head, *inner.trigger)
        base = replace(inner, consumed=consumed, frame_id=frame_id, trigger=trigger, weight=2)
        if kind == "fail":
            failed = self.frames.outcome(
                "fail",
                "AGREE"
                if inner.frame_id.split("+")[-1] in ("sign", "noun:agreement", "commit-verb")
                else inner.event_type,
            )
            if failed is not None and failed.event_type:
                return replace(base, event_type=failed.event_type, mode=None, agents=agents or inner.agents)
        if kind in ("hypothetical", "intend", "decide", "fail", "deny", "prevent", "allowed", "factive"):
            return self._claim(kind, head, base, agents)
        if kind == "order":
            if inner.event_type is None:
                kind = "request"
            else:
                return replace(
                    base,
                    agents=agents or inner.agents,
                    patients=inner.patients or addressed,
                    is_nominal=nominal,
                )
        negated = inner.status == "denied"
        if kind == "commit" and negated:
            kind = "reject" if inner.event_type in COOPERATION or inner.event_type is None else "commit"
            outcome = (
                self.frames.outcome("reject", inner.event_type, inner.kind)
                if kind == "reject"
                else Outcome(event_type="AGREE", mode=None)
            )
        else:
            outcome = self.frames.outcome(kind, inner.event_type, inner.kind, inner.mode, inner.frame_id)
        if outcome is None or not outcome.event_type:
            return None
        if (
            kind in ("reverse", "cancel")
            and inner.event_type is None
            and inner.kind not in ("mission", "access", "blockade", "curfew")
        ):
            return None
        patients = self._addressees(kind, agents, inner, addressed)
        mode = inner.mode if outcome.mode == "=" else outcome.mode
        return replace(
            base,
            event_type=outcome.event_type,
            mode=mode,
            agents=agents or (inner.agents if kind in ("reverse", "cancel") else ()),
            patients=patients,
            status="actual",
            reason="",
            anchor=head,
            is_nominal=nominal,
            kind="",
            is_mutual=kind == "commit" and not patients,
        )

    def _beneath(self, content: Token) -> frozenset[int]:
        """Events inside an operator's content: they are asked for, alleged or promised, not told."""
        found: set[int] = set()
        level = [content]
        while level and len(found) < 60:
            token = level.pop()
            found.add(token.i)
            level.extend(child for child in kids(token) if not _is_told(child) and child.i > content.i)
        return frozenset(found)

    def _addressees(
        self, kind: str, agents: tuple[Token, ...], inner: Reading, addressed: tuple[Token, ...]
    ) -> tuple[Token, ...]:
        own = {token.i for token in agents}
        doers = tuple(
            t
            for t in inner.agents
            if t.i not in own and (self.is_actor(t) or t.pos_ == "PRON") and t.lower_ not in PRONOUNS
        )
        targets = tuple(t for t in inner.patients if t.i not in own)
        order = {
            "request": (addressed, doers, targets),
            "accuse": (addressed, doers, targets),
            "praise": (addressed, doers, targets),
            "threaten": (addressed, targets, doers),
            "reject": (doers, targets, addressed),
            "allow": (addressed, doers, targets),
            "reverse": (targets, addressed),
            "cancel": (targets, doers, addressed),
        }.get(kind, (targets, addressed, doers))
        for found in order:
            kept = tuple(t for t in found if t.i not in own)
            if kept:
                return kept
        return ()

    def _claim(self, kind: str, head: Token, inner: Reading, agents: tuple[Token, ...]) -> Reading | None:
        """Operators that leave the event what it is and say what is claimed of it."""
        if inner.event_type is None:
            return None
        if kind == "decide" and inner.event_type == "REQUEST" and not is_verbal(inner.anchor):
            return replace(
                inner, event_type="CONCEDE", mode=None, agents=agents, patients=inner.agents, is_nominal=False
            )
        word = head.lower_
        claims: dict[str, tuple[Status, str]] = {
            "hypothetical": ("hypothetical", f"in a mind: {word!r}"),
            "allowed": ("hypothetical", f"leave only: {word!r}"),
            "intend": ("planned", f"intention: {word!r}"),
            "decide": ("planned", f"decided: {word!r}"),
            "fail": ("denied", f"did not happen: {word!r}"),
            "deny": ("denied", f"denied: {word!r}"),
            "prevent": ("denied", f"prevented: {word!r}"),
            "factive": (inner.status, inner.reason),
        }
        claimed, reason = claims[kind]
        if inner.status == "denied" and kind not in ("deny", "fail"):
            claimed, reason = inner.status, inner.reason
        doers = inner.agents or (agents if kind not in ("prevent",) else ())
        if (
            kind in ("decide", "intend", "deny", "fail")
            and doers
            and all(lemma_of(t) in DOCUMENTS for t in doers)
        ):
            doers = agents
        if (
            kind == "decide"
            and not (is_verbal(inner.anchor) and clauses.has_to(inner.anchor))
            and not inner.anchor.tag_.startswith("VB")
        ):
            claimed, reason = inner.status, inner.reason
        anchor = inner.anchor
        if kind == "decide" and inner.anchor.tag_ == "VBG":
            claimed, reason = inner.status, inner.reason
        if kind == "decide" and is_verbal(head) and claimed == "actual":
            anchor = head
        return replace(
            inner, agents=doers or agents, status=claimed, reason=reason, is_nominal=False, anchor=anchor
        )

    # -- modality --------------------------------------------------------------------------------

    def _modal(self, reading: Reading, clause: Clause) -> Reading | None:
        """Lay the verb's auxiliaries on its reading: promises, threats, refusals, denials, possibilities."""
        own = status.modality(clause.predicate)
        speaker = status.speaker_of(clause.predicate, self.report)
        if speaker is not None:
            reading = replace(reading, speaker=speaker)
        if reading.event_type is None:
            return replace(reading, status="denied", reason="negated") if own.is_negated else reading
        if (
            own.is_duty
            and speaker is not None
            and reading.agents
            and not status.same_party(reading.agents[0], speaker)
        ):
            return self._urged(reading, speaker)
        if own.is_negated:
            return self._negated(reading, own, speaker)
        if own.is_future:
            return self._future(reading, own, speaker)
        if own.is_possible or own.is_duty:
            return replace(reading, status="hypothetical", reason=f"modal {own.modal!r}")
        if status.is_doubted(clause.predicate):
            return replace(reading, status="hypothetical", reason="doubted")
        return reading

    def _is_settled(self, token: Token) -> bool:
        """ "confirmed it would end": what is confirmed is planned already, no fresh promise."""
        head = token.head
        operator = self.frames.operators.get((lemma_of(head), "verb")) if is_verbal(head) else None
        return operator is not None and operator.kind == "decide"

    def _urged(self, reading: Reading, speaker: Token) -> Reading:
        outcome = self.frames.outcome("request", reading.event_type) or Outcome(
            event_type="REQUEST", mode=None
        )
        mode = reading.mode if outcome.mode == "=" else outcome.mode
        return replace(
            reading, event_type="REQUEST", mode=mode if outcome.event_type == "REQUEST" else "change",
            agents=(speaker,), patients=reading.agents, frame_id=f"duty+{reading.frame_id}", status="actual", reason="duty laid on another",
        )  # fmt: skip

    def _negated(self, reading: Reading, own: status.Modality, speaker: Token | None) -> Reading:
        permits = reading.frame_id.split("+")[-1] in PERMISSIONS or reading.frame_id.startswith("allow-verb")
        if reading.event_type in COOPERATION and (own.is_future or permits):
            outcome = self.frames.outcome("reject", reading.event_type) or Outcome(
                event_type="REJECT", mode=None
            )
            return replace(
                reading, event_type="REJECT", mode=outcome.mode, frame_id=f"will-not+{reading.frame_id}"
            )
        return replace(reading, status="denied", reason="negated")

    def _future(self, reading: Reading, own: status.Modality, speaker: Token | None) -> Reading:
        word = own.modal or "going to"
        if word in ("would", "'d") and speaker is None:
            return replace(reading, status="hypothetical", reason=f"modal {word!r}")
        if reading.status != "actual":
            return reading
        planned = replace(reading, status="planned", reason=f"future {word!r}")
        if not reading.agents or self._is_settled(reading.trigger[0]):
            return planned
        if reading.event_type in COOPERATION - {"AGREE"} and reading.mode != "resign":
            return replace(
                reading,
                event_type="AGREE",
                mode=None,
                frame_id=f"will+{reading.frame_id}",
                reason=f"commitment {word!r}",
            )
        if (
            reading.event_type in ("ASSAULT", "COERCE", "SANCTION", "PROTEST", "MOBILIZE")
            and speaker is not None
        ) and status.same_party(reading.agents[0], speaker):
            outcome = self.frames.outcome(
                "threaten", reading.event_type, mode=reading.mode, frame_id=reading.frame_id
            )
            return replace(
                reading,
                event_type="THREATEN",
                mode=outcome.mode if outcome else None,
                frame_id=f"will+{reading.frame_id}",
                reason=f"announced {word!r}",
            )
        return planned


# What an attack was done with, by words beside its trigger; first match from the top.
MEANS_MODES = {
    "ASSAULT": (
        ("suicide-attack", ("suicide", "kamikaze")),
        ("drone", ("drone", "drones", "uav")),
        (
            "aerial",
            (
                "airstrike",
                "airstrikes",
                "air",
                "warplane",
                "warplanes",
                "jets",
                "helicopter",
                "helicopters",
                "aerial",
                "bomber",
                "bombers",
            ),
        ),
        ("unconventional", ("chemical", "sarin", "chlorine", "nerve", "poison")),
        (
            "explosives",
            (
                "bomb",
                "bombs",
                "bombing",
                "bombings",
                "explosive",
                "explosives",
                "mine",
                "landmine",
                "ied",
                "grenade",
                "blast",
                "explosion",
            ),
        ),
        (
            "heavy-weapons",
            (
                "rocket",
                "rockets",
                "missile",
                "missiles",
                "mortar",
                "mortars",
                "shell",
                "shells",
                "shelling",
                "artillery",
                "tank",
                "tanks",
            ),
        ),
        ("crowd-control", ("teargas", "baton", "batons")),
        (
            "firearms",
            (
                "shot",
                "shooting",
                "gunfire",
                "gunmen",
                "gunman",
                "rifle",
                "rifles",
                "sniper",
                "gun",
                "guns",
                "shootout",
            ),
        ),
        (
            "primitive",
            ("knife", "knives", "machete", "machetes", "axe", "stones", "rocks", "arson", "stabbing"),
        ),
    ),
}


def means_mode(reading: Reading) -> str | None:
    """The mode that words within the trigger's own clause give; None where none does."""
    words = {
        token.lower_
        for token in reading.anchor.subtree
        if not token.dep_.startswith("acl") and token.ent_type_ not in ("GPE", "ORG", "PERSON")
    } | {t.lower_ for t in reading.trigger}
    for mode, telling in MEANS_MODES.get(reading.event_type or "", ()):
        if words.intersection(telling):
            return mode
    return None


def _completed(operator: Operator, clause: Clause) -> bool:
    """Whether a clause completes the operator: a purpose does not ("blocked roads to demand …")."""
    if operator.kind in ("reject", "reverse", "cancel", "prevent"):
        return any(content.dep_ != "advcl" or content.tag_ == "VBG" for content in clause.complements)
    return bool(clause.complements)


def _says(clause: Clause) -> bool:
    """ "charged that …": a finite clause and nobody charged makes it a verb of saying."""
    return not clause.patients and any(
        content.dep_ == "ccomp" and content.tag_ != "VBG" for content in clause.complements
    )


def _purposed(reading: Reading) -> Reading:
    """Troops sent to keep the peace are help, and manoeuvres of two armies are cooperation (codebook: AID, COOPERATE)."""
    words = {token.lower_ for token in reading.anchor.sent if token.i >= reading.anchor.left_edge.i}
    if any(word.startswith("peacekeep") for word in words):
        return replace(reading, event_type="AID", mode=None)
    if reading.frame_id.endswith(("exercise", "noun:mobilization")) and (
        len(reading.agents) > 1 or "joint" in words
    ):
        return replace(reading, event_type="COOPERATE", mode=None, is_mutual=True)
    return reading


def _in_relative(token: Token, top: Token) -> bool:
    while token.i != top.i and token.head.i != token.i:
        if token.dep_ == "acl:relcl":
            return True
        token = token.head
    return False


def _is_told(token: Token) -> bool:
    """Whether a word below an operator's content is claimed on its own: a relative or a finite clause of time or reason."""
    if token.dep_ == "acl:relcl":
        return True
    finite = token.tag_ in ("VBD", "VBZ", "VBP") or any(
        c.dep_ in ("aux", "aux:pass") and c.tag_ in ("VBD", "VBZ", "VBP", "MD") for c in kids(token)
    )
    return finite and token.dep_ in ("advcl", "parataxis", "conj") and is_verbal(token)


def is_human_word(lemma: str) -> bool:
    """Whether a noun's ending says that it is a person: "homeguard", "strategist", "councillor"."""
    return (
        lemma.endswith(HUMAN_ENDINGS)
        and not lemma.endswith(THING_ENDINGS)
        and lemma not in THINGS
        and len(lemma) > 4
    )


def _is_year(token: Token) -> bool:
    return token.text.isdigit() and len(token.text) == 4 and token.text[:2] in ("19", "20")
