"""Status: what the sentence claims of an event - actual, planned, hypothetical or denied - and who says it.

Reads the tree above and around a trigger: auxiliaries, negation, conditions, questions, governing
verbs. Every answer carries its reason in a few fixed words, for `tocsin explain`.
"""

from __future__ import annotations

from dataclasses import dataclass

from spacy.tokens import Token

from pipeline.extract.clauses import (
    MAX_CLIMB,
    NEGATIONS,
    SUBJECTS,
    coordinated,
    is_swallowed,
    is_verbal,
    kids,
    lemma_of,
    marker,
)
from pipeline.extract.language.bounds import once
from pipeline.model import Status

FUTURE = frozenset({"will", "'ll", "’ll", "shall", "wo", "would", "'d"})
POSSIBLE = frozenset({"may", "might", "could", "can", "ca"})
DUTY = frozenset({"must", "should", "ought"})
INVERTED = frozenset({"had", "should", "were"})
STRONG_CONDITIONS = frozenset({"if", "unless", "whether", "lest", "provided"})
HYPOTHETICAL_ADVERBS = frozenset({"possibly", "perhaps", "maybe", "allegedly", "supposedly", "purportedly"})
PASSED_THROUGH = frozenset(
    {"conj", "xcomp", "ccomp", "acl", "acl:relcl", "advcl", "parataxis", "obj", "obl", "nmod"}
)


@dataclass(frozen=True, slots=True)
class Modality:
    """What the auxiliaries and particles of one verb say; `modal` in small letters."""

    modal: str = ""
    is_negated: bool = False
    is_infinitive: bool = False
    is_past: bool = False
    is_going_to: bool = False

    @property
    def is_future(self) -> bool:
        return self.modal in FUTURE or self.is_going_to

    @property
    def is_possible(self) -> bool:
        return self.modal in POSSIBLE

    @property
    def is_duty(self) -> bool:
        return self.modal in DUTY


@once
def modality(verb: Token) -> Modality:
    """Read the auxiliaries of a verb; those of the first conjunct where it has none of its own."""
    modal, negated, infinitive, past = "", False, False, verb.tag_ in ("VBD", "VBN")
    holders = [verb]
    own_aux = any(child.dep_ in ("aux", "aux:pass") for child in kids(verb))
    own_subject = any(child.dep_.startswith("nsubj") for child in kids(verb))
    if verb.dep_ == "conj" and is_verbal(verb.head) and not own_aux and not own_subject:
        first = modality(verb.head)
        if verb.tag_ in ("VB", "VBP", "VBN") and verb.tag_[:3] == verb.head.tag_[:3]:
            joined = {child.lower_ for child in kids(verb) if child.dep_ == "cc"}
            negated = ("or" in joined and first.is_negated) or "nor" in joined
            modal, infinitive = first.modal, first.is_infinitive
    for holder in holders:
        for child in kids(holder):
            word = child.lower_
            if child.dep_ in ("aux", "aux:pass", "cop") or child.tag_ == "MD":
                if child.tag_ == "MD" or word in FUTURE | POSSIBLE | DUTY:
                    modal = word
                if any(grand.lower_ in NEGATIONS for grand in kids(child)):
                    negated = True
            if child.dep_.startswith(("nsubj", "obj")) and _is_nobody(child):
                negated = True
            if word == "rather" and any(grand.lower_ == "than" for grand in kids(child)):
                negated = True
            if word in NEGATIONS and child.dep_ in ("advmod", "neg", "det", "cc:preconj", "discourse"):
                negated = True
            if word == "to" and child.dep_ in ("mark", "aux"):
                infinitive = True
    return Modality(modal, negated, infinitive, past, _going_to(verb))


def _is_nobody(noun: Token) -> bool:
    """ "no soldiers", "nobody", "none of them"."""
    if noun.lower_ in ("nobody", "none", "no-one", "nothing", "neither"):
        return True
    return any(child.lower_ in ("no", "neither") and child.dep_ in ("det", "advmod") for child in kids(noun))


def _going_to(verb: Token) -> bool:
    """ "is going to send", "is due to send", "is to send"."""
    if any(
        child.lower_ in ("is", "are") and child.i < verb.i and child.nbor(1).lower_ == "to"
        for child in kids(verb)
    ):
        return verb.tag_ == "VB" or any(child.tag_ == "VB" for child in kids(verb))
    head = verb.head
    return verb.dep_ == "xcomp" and head.lower_ in (
        "going",
        "due",
        "set",
        "about",
        "expected",
        "scheduled",
        "slated",
    )


def negated_noun(noun: Token) -> bool:
    """ "no attack", "without an attack", "not a protest"."""
    for child in kids(noun):
        if child.lower_ in ("no", "neither", "without", "not") and child.dep_ in (
            "det",
            "case",
            "advmod",
            "cc:preconj",
        ):
            return True
    return False


# Nouns whose "that …" or "of …" is what somebody holds, not what happened.
CLAIM_NOUNS = frozenset(
    [
        "report",
        "claim",
        "allegation",
        "accusation",
        "suspicion",
        "rumor",
        "rumour",
        "fear",
        "suggestion",
        "assertion",
        "possibility",
        "likelihood",
        "charge",
        "prospect",
        "risk",
        "danger",
        "belief",
        "hope",
        "assumption",
        "notion",
        "idea",
        "concern",
        "worry",
        "theory",
        "speculation",
        "denial",
        "threat",
    ]
)
# Adjectives that take the event out of what happened.
UNREAL = frozenset(
    [
        "possible",
        "potential",
        "alleged",
        "planned",
        "future",
        "suspected",
        "threatened",
        "imminent",
        "feared",
        "would-be",
        "failed",
        "attempted",
        "foiled",
        "proposed",
        "likely",
        "supposed",
        "hypothetical",
        "expected",
        "looming",
        "impending",
        "apparent",
        "purported",
        "intended",
        "aborted",
        "thwarted",
    ]
)


def unreal_noun(noun: Token) -> str:
    """The adjective that makes an event noun unreal ("a possible attack"); empty where there is none."""
    for child in kids(noun):
        if (
            child.i < noun.i
            and lemma_of(child)
            in UNREAL | {"fail", "plan", "attempt", "threaten", "propose", "suspect", "allege"}
            and child.dep_ in ("amod", "compound")
        ):
            return child.lower_
    return ""


def governed(token: Token, kinds: dict[str, str]) -> tuple[Status, str]:
    """The last safeguard: an event under a word of denial, blame, wish or asking is no fact.

    `kinds` maps a verb's lemma to the operator kind it has; reduced relatives and finite clauses of
    time stand for themselves and end the climb.
    """
    if _word_denied(token):
        return "denied", "denied just before"
    current = token
    for _ in range(MAX_CLIMB):
        head = current.head
        if current.dep_ == "acl:relcl" and _is_claim(current):
            return "hypothetical", f"held: {head.lower_!r}"
        if head.i == current.i or current.dep_ in ("acl:relcl", "parataxis"):
            break
        if current.dep_ == "acl" and current.tag_ == "VBN" and not is_swallowed(current):
            break
        if current.dep_ == "advcl" and not (
            current.tag_ in ("VBG", "VB")
            and (marker(current) in ("of", "for", "from", "") or current.tag_ == "VB")
        ):
            break
        if current.dep_ == "advcl" and current.tag_ == "VBG" and marker(current) == "":
            break
        if current.dep_ in ("acl", "ccomp") and lemma_of(head) in CLAIM_NOUNS and not is_verbal(head):
            return "hypothetical", f"held: {head.lower_!r}"
        if current.dep_ == "ccomp" and is_verbal(head) and _is_rumored(head):
            return "hypothetical", f"held: {head.lower_!r}"
        if current.dep_ in GOVERNED and is_verbal(head):
            kind = kinds.get(lemma_of(head), "")
            if kind in ("deny", "fail", "prevent"):
                return "denied", f"{kind}: {head.lower_!r}"
            if kind and not (is_event_noun(current) and kind in ("accuse", "praise")):
                return "hypothetical", f"{kind}: {head.lower_!r}"
        current = head
    return "actual", ""


def _is_rumored(verb: Token) -> bool:
    """ "Rumours abound that …", "fears grow that …": who says so is nobody; reports are news."""
    return any(
        child.dep_ in SUBJECTS and lemma_of(child) in CLAIM_NOUNS - {"report"} and child.i < verb.i
        for child in kids(verb)
    )


def _is_claim(clause: Token) -> bool:
    """ "reports that rebels attacked …", though the parser took "that" for a relative."""
    noun = clause.head
    follows = noun.i + 1 < len(noun.doc) and noun.nbor(1).lower_ == "that"
    return (
        follows
        and lemma_of(noun) in CLAIM_NOUNS
        and any(c.dep_ in SUBJECTS and c.lower_ != "that" for c in kids(clause))
    )


def _word_denied(token: Token) -> bool:
    """ "denies it bombed", "nor wounded": plain words where the tree may have gone wrong."""
    if token.i > 0 and token.nbor(-1).lower_ in ("nor", "neither"):
        return True
    for before in reversed(token.doc[max(0, token.i - 6) : token.i]):
        if before.is_punct or before.lower_ in ("and", "but", "after", "who", "which", "as", "when"):
            return False
        if before.lower_ in ("denied", "denies", "deny", "denying"):
            return True
    return False


GOVERNED = frozenset({"ccomp", "xcomp", "acl", "advcl", "obj", "obl", "nmod", "amod"})


def is_event_noun(token: Token) -> bool:
    return not is_verbal(token)


def surroundings(token: Token) -> tuple[Status, str]:
    """What stands above the event in the tree: conditions and questions; governing verbs are operators' affair."""
    current = token
    for _ in range(MAX_CLIMB):
        word = marker(current)
        if current.dep_ == "advcl" and _in_case(current):
            return "hypothetical", "under 'in case'"
        if word in STRONG_CONDITIONS:
            return "hypothetical", f"under {word!r}"
        if current.dep_ == "advcl" and word in (
            "before",
            "until",
            "till",
            "once",
            "after",
            "when",
            "while",
            "as",
        ):
            return _temporal(current, word)
        if _is_question(current):
            return "hypothetical", "question"
        if _inverted(current):
            return "hypothetical", "inverted condition"
        if current.head.i == current.i:
            break
        current = current.head
    return "actual", ""


# Words whose gerund or infinitive tells what can be or is alleged, not what was.
POTENTIAL = frozenset(
    [
        "capable",
        "able",
        "likely",
        "unlikely",
        "possible",
        "suspicion",
        "accusation",
        "allegation",
        "charge",
        "charged",
        "accused",
        "suspected",
        "wanted",
        "risk",
        "threat",
        "danger",
        "fear",
        "hope",
        "chance",
        "possibility",
        "prospect",
        "aim",
        "goal",
        "purpose",
        "hypothetical",
        "without",
        "instead",
        "rather",
        "expected",
        "believed",
        "thought",
        "alleged",
        "convicted",
        "guilty",
        "responsible",
        "plan",
        "plot",
        "bid",
        "idea",
        "cost",
        "ability",
        "right",
        "wish",
        "acquit",
        "accuse",
        "suspect",
        "charge",
        "demand",
        "request",
        "call",
        "order",
        "proposal",
        "offer",
        "pressure",
        "need",
        "refusal",
        "reluctance",
        "willing",
        "ready",
    ]
)
HAPPENED = frozenset(
    [
        "continue",
        "begin",
        "start",
        "manage",
        "help",
        "go",
        "come",
        "proceed",
        "succeed",
        "use",
        "force",
        "compel",
        "lead",
        "prompt",
        "cause",
    ]
)


def non_finite(token: Token) -> tuple[Status, str]:
    """Infinitives of purpose and gerunds under words of ability, blame or wish are no facts."""
    current = token
    helpers = [child.lower_ for child in kids(token) if child.dep_ in ("aux", "aux:pass")]
    if helpers == ["being"] and not token.dep_.startswith("acl"):
        return "hypothetical", "bare 'being'"
    for _ in range(4):
        head = current.head
        if head.i == current.i:
            return "actual", ""
        if is_verbal(current) and current.dep_ in (
            "advcl",
            "acl",
            "xcomp",
            "ccomp",
            "obl",
            "nmod",
            "conj",
            "csubj",
        ):
            if current.dep_ != "conj":
                if lemma_of(head) in POTENTIAL and current.tag_ in ("VB", "VBG"):
                    return "hypothetical", f"under {head.lower_!r}"
                to = any(child.lower_ == "to" and child.dep_ in ("mark", "aux") for child in kids(current))
                if to and current.tag_ == "VB" and lemma_of(head) not in HAPPENED:
                    return "planned", "purpose"
                if current.tag_ == "VBG" and marker(current) in (
                    "without",
                    "instead",
                    "from",
                    "against",
                    "before",
                    "for",
                    "than",
                    "of",
                ):
                    return (
                        ("denied", f"under {marker(current)!r}")
                        if marker(current) in ("without", "instead", "from")
                        else ("hypothetical", f"under {marker(current)!r}")
                    )
                if current.dep_ not in ("xcomp",):
                    return _unreal_main(head) if to else ("actual", "")
            current = head
            continue
        return "actual", ""
    return "actual", ""


def _unreal_main(verb: Token) -> tuple[Status, str]:
    """What the verb says that a purpose serves: "will begin using drones to fight rebels"."""
    for _ in range(4):
        own = modality(verb)
        if own.is_negated:
            return "denied", "purpose of what was not done"
        if own.is_future:
            return "planned", f"purpose of future {own.modal or 'going to'!r}"
        if own.is_possible or own.is_duty:
            return "hypothetical", f"purpose under modal {own.modal!r}"
        if verb.dep_ not in ("xcomp", "conj") or not is_verbal(verb.head):
            break
        verb = verb.head
    return "actual", ""


def _temporal(clause: Token, word: str) -> tuple[Status, str]:
    own = modality(clause)
    main = modality(clause.head)
    finite_past = clause.tag_ == "VBD" or any(c.lower_ in ("had", "was", "were", "did") for c in kids(clause))
    present = clause.tag_ in ("VBZ", "VBP") and not any(c.lower_ in ("has", "have") for c in kids(clause))
    if (word in ("before", "until", "till", "once") and not finite_past) or (word == "after" and present):
        return "planned", f"under {word!r}"
    if (
        word in ("when", "once", "after", "as", "while")
        and not finite_past
        and main.is_future
        and not own.is_past
    ):
        return "planned", f"under {word!r} of a future"
    return "actual", ""


def _in_case(clause: Token) -> bool:
    edge = clause.left_edge
    return any(
        token.lower_ == "case" and token.nbor(-1).lower_ == "in"
        for token in clause.doc[max(1, edge.i - 1) : clause.i]
    )


def _is_question(token: Token) -> bool:
    if token.head.i != token.i:
        return False
    last = token.sent[-1] if len(token.sent) else token
    return last.text.startswith("?") or any(child.text == "?" for child in kids(token))


def _inverted(token: Token) -> bool:
    """ "Had rebels attacked …, …", "Should Iran attack …", "… would have fled had rebels attacked"."""
    if not is_verbal(token) or token.dep_ not in ("advcl", "ccomp", "parataxis"):
        return False
    if token.dep_ != "advcl" or token.i > token.head.i:
        return _follows_would(token)
    auxiliaries = [c for c in kids(token) if c.dep_ in ("aux", "aux:pass") and c.lower_ in INVERTED]
    subjects = [c for c in kids(token) if c.dep_ in SUBJECTS | {"nsubj:pass"}]
    return bool(auxiliaries and subjects and auxiliaries[0].i < subjects[0].i and not marker(token))


def _follows_would(token: Token) -> bool:
    """A clause behind one with "would", its "had" before its subject: the parser may hang it on the subject."""
    subjects = [child for child in kids(token) if child.dep_ in SUBJECTS | {"nsubj:pass"}]
    if (
        not subjects
        or marker(token)
        or not any(child.lower_ in ("would", "could", "might") for child in kids(token.head))
    ):
        return False
    first = min([subjects[0], *kids(subjects[0])], key=lambda word: word.i)
    opener = first if first.lower_ in INVERTED else token.doc[first.i - 1]
    return token.head.i < opener.i < subjects[0].i and opener.lower_ in INVERTED


def is_doubted(token: Token) -> bool:
    return any(child.lower_ in HYPOTHETICAL_ADVERBS for child in kids(token))


def speaker_of(token: Token, report_verbs: frozenset[str]) -> Token | None:
    """Who reports the clause of this token: subject of the say-verb above or beside it, or "according to X"."""
    current = token
    for _ in range(MAX_CLIMB):
        for child in kids(current):
            if (
                child.dep_ in ("parataxis", "ccomp", "discourse", "appos")
                and lemma_of(child) in report_verbs
                and is_verbal(child)
            ):
                said = _speaker(child)
                if said is not None and (child.dep_ != "ccomp" or child.i < current.i):
                    return said
            if child.dep_ in ("obl", "nmod", "advcl", "parataxis") and _according(child):
                return child
        head = current.head
        if head.i == current.i:
            return None
        if (
            current.dep_ in ("ccomp", "xcomp", "parataxis", "obj", "advcl")
            and is_verbal(head)
            and lemma_of(head) in report_verbs
        ):
            said = _speaker(head)
            if said is not None and current.dep_ != "advcl":
                return said
        if current.dep_ not in PASSED_THROUGH and current.dep_ not in SUBJECTS:
            return None
        current = head
    return None


def _speaker(verb: Token) -> Token | None:
    for child in kids(verb):
        if child.dep_ in SUBJECTS and child.pos_ != "SCONJ":
            return child
    if verb.dep_ == "conj" and is_verbal(verb.head):
        return _speaker(verb.head)
    if verb.dep_ in ("xcomp", "advcl") and is_verbal(verb.head):
        return _speaker(verb.head)
    if verb.dep_.startswith("acl"):
        return verb.head
    return None


def _according(noun: Token) -> bool:
    return any(child.dep_ == "case" and child.lower_ == "according" for child in kids(noun))


def same_party(first: Token, second: Token) -> bool:
    """Whether two noun phrases plainly name one party: a pronoun, or a shared name stem."""
    if first.pos_ == "PRON" or first.lower_ in ("we", "it", "they", "he", "she", "i"):
        return True
    names = [_stems(first), _stems(second)]
    return bool(names[0] & names[1])


def _stems(noun: Token) -> set[str]:
    found = set()
    for member in coordinated(noun):
        for token in member.subtree:
            if token.dep_.startswith("acl") or token.i > member.i + 6:
                continue
            if token.pos_ in ("PROPN", "NOUN", "ADJ") and token.is_alpha and len(token) > 2:
                found.add(token.lower_[:4])
    return found
