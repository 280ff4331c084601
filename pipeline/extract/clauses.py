"""Clauses: a dependency tree in, typed clauses out. Universal Dependencies labels only; no lexicon.

A clause is a predicate with who does it (agents), to whom (patients), its obliques by preposition
and its complement clauses, after passives, relatives, participles, control and coordination are
undone. All functions are pure and read `Token`s; hand-made Docs test them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from spacy.attrs import HEAD
from spacy.tokens import Doc, Token

from pipeline.extract.language.bounds import entities, once

SUBJECTS = frozenset({"nsubj", "csubj", "nsubj:outer", "nsubj:xsubj"})
PASSIVE_SUBJECTS = frozenset({"nsubj:pass", "nsubjpass", "csubj:pass"})
OBJECTS = frozenset({"obj", "dobj"})
INDIRECT = frozenset({"iobj", "dative"})
OBLIQUES = frozenset({"obl", "obl:agent", "obl:arg", "nmod", "obl:npmod", "obl:unmarked"})
NEGATIONS = frozenset({"not", "n't", "n’t", "never", "no", "neither", "nor", "hardly", "barely", "scarcely"})
RELATIVES = frozenset({"who", "which", "that", "whom", "whose"})
# Lemmas that suffix rules get wrong, right for every pipeline.
REPAIRED_LEMMAS = {
    "fre": "free", "agre": "agree", "guarante": "guarantee", "decre": "decree", "fle": "flee", "disagre": "disagree",
    "people": "people", "troops": "troop", "forces": "force", "arms": "arm", "ceasefires": "ceasefire", "wo": "will",
    "overseing": "oversee", "foresaw": "foresee", "sanctione": "sanction", "protester": "protester", "died": "die",
}  # fmt: skip
PARTICLES = frozenset(["back", "out", "off", "down", "up", "over", "away", "forward", "apart", "aside"])
TEMPORAL_MARKERS = ("after", "before", "since", "while", "when", "by", "following", "during", "upon")
TIME_NOUNS = frozenset(
    [
        "second",
        "minute",
        "hour",
        "day",
        "week",
        "month",
        "year",
        "decade",
        "century",
        "moment",
        "morning",
        "evening",
        "night",
        "weekend",
    ]
)
# A chain of controllers or conjuncts longer than this is a broken tree.
MAX_CLIMB = 12


@dataclass(frozen=True, slots=True)
class Clause:
    """One predicate and what hangs on it, as tokens of the Doc.

    `agents` and `patients` are logical: the subject of a passive is a patient. `obliques` holds
    (preposition, noun) in text order, conjuncts included; `complements` the heads of clauses that
    complete the predicate (ccomp and xcomp, and to-infinitives the parser hung as advcl).
    """

    predicate: Token
    lemma: str
    particle: str
    is_passive: bool
    agents: tuple[Token, ...]
    patients: tuple[Token, ...]
    indirect: tuple[Token, ...]
    obliques: tuple[tuple[str, Token], ...]
    complements: tuple[Token, ...]

    @property
    def key(self) -> str:
        return f"{self.lemma}+{self.particle}" if self.particle else self.lemma


@once
def lemma_of(token: Token) -> str:
    """The lemma in small letters, plurals and "-eed" pasts made regular; the word where the pipeline gave none."""
    lemma = (token.lemma_ or token.text).lower()
    if lemma in REPAIRED_LEMMAS:
        return REPAIRED_LEMMAS[lemma]
    if (
        lemma.endswith("s")
        and len(lemma) > 4
        and not lemma.endswith(("ss", "us", "is"))
        and token.tag_ in ("NNS", "NNPS")
    ):
        return lemma[:-1]
    if lemma.endswith("eed") and token.tag_ in ("VBD", "VBN") and len(lemma) > 4:
        return lemma[:-1]
    return lemma


def kids(token: Token) -> list[Token]:
    """The children of a token; made once for a whole Doc, for spaCy searches the Doc at every call."""
    table: list[list[Token]]
    try:
        table = token.doc.user_data["kids"]
    except KeyError:
        table = _families(token.doc)
    return table[token.i]


def _families(doc: Doc) -> list[list[Token]]:
    """The children of all tokens, left to right."""
    table: list[list[Token]] = [[] for _ in range(len(doc))]
    doc.user_data["kids"] = table
    for token, distance in zip(doc, doc.to_array(HEAD).view("int64").tolist(), strict=True):
        if distance:
            table[token.i + distance].append(token)
    return table


def is_verbal(token: Token) -> bool:
    return token.pos_ == "VERB" or token.tag_.startswith("VB")


def children(token: Token, labels: frozenset[str]) -> list[Token]:
    return [child for child in kids(token) if child.dep_ in labels]


@once
def coordinated(token: Token) -> list[Token]:
    """The token and what is joined to it by "and", "or", commas: [Iraq, Iran, Syria]."""
    found = [token]
    for member in found:
        if len(found) > 40:
            break
        found.extend(
            child for child in kids(member) if child.dep_ == "conj" and not is_clause_conjunct(child)
        )
        for name in kids(member):
            if name.dep_ in ("appos", "flat") and name.pos_ == "PROPN" and name.i - member.i <= 2:
                found.extend(child for child in kids(name) if child.dep_ == "conj" and not is_verbal(child))
    found = list({member.i: member for member in found}.values())
    if len(found) == 2 and not any(child.dep_ == "cc" for member in found for child in kids(member)):
        return [token]
    return found


def is_clause_conjunct(token: Token) -> bool:
    return is_verbal(token) and any(child.dep_ in SUBJECTS | OBJECTS for child in kids(token))


@once
def preposition(token: Token) -> str:
    """The case marker(s) of a noun: "on", "because+of"; empty where there is none."""
    marks = [child for child in kids(token) if child.dep_ == "case" and child.i < token.i]
    if not marks and token.dep_ == "conj":
        return preposition(token.head) if token.head.i != token.i else ""
    words = [mark.lower_ for mark in marks if mark.lower_ not in ("'s", "’s", "'", "’")]
    if marks and words:
        for child in kids(marks[0]):
            if child.dep_ == "fixed":
                words.append(child.lower_)
    return "+".join(words)


def with_antecedent(tokens: list[Token]) -> list[Token]:
    """Relative pronouns become the noun they stand for."""
    found: list[Token] = []
    for token in tokens:
        if token.lower_ in RELATIVES and token.tag_ in ("WDT", "WP", "IN", "WP$", "DT"):
            antecedent = _antecedent(token)
            if antecedent is not None:
                found.extend(coordinated_before(antecedent, token))
            elif token.lower_ in ("who", "which", "that") and token.tag_ != "DT":
                continue
            else:
                found.append(token)
        else:
            found.append(token)
    return found


def coordinated_before(token: Token, limit: Token) -> list[Token]:
    return [member for member in coordinated(token) if member.i < limit.i]


def _antecedent(pronoun: Token) -> Token | None:
    token = pronoun
    for _ in range(MAX_CLIMB):
        if token.dep_.startswith("acl"):
            return token.head
        if token.head.i == token.i:
            return None
        token = token.head
    return None


def particle_of(verb: Token) -> str:
    for child in kids(verb):
        if child.dep_ in ("compound:prt", "prt") and child.i > verb.i:
            return child.lower_
    if verb.i + 1 < len(verb.doc) and verb.nbor(1).lower_ in PARTICLES and verb.nbor(1).dep_ != "case":
        return verb.nbor(1).lower_
    return ""


def first_part(verb: Token) -> Token | None:
    """The word a hyphen joins to a verb: "baton" of "baton-charged"; None where there is none."""
    if verb.i < 2 or verb.nbor(-1).text != "-" or verb.nbor(-1).whitespace_ or verb.nbor(-2).whitespace_:
        return None
    return verb.nbor(-2)


def is_swallowed(verb: Token) -> bool:
    """A past-tense verb the parser made a modifier of its own object: "Qatar withdrew peacekeepers"."""
    if verb.dep_ != "amod" or verb.head.i <= verb.i or verb.i == 0:
        return False
    first = first_part(verb) or verb
    if first.i == 0:
        return False
    before = first.nbor(-1)
    if verb.tag_ == "VBD" or (verb.tag_ == "VBN" and before.lower_ in ("has", "have", "had")):
        return True
    head = verb.head
    return (
        verb.tag_ == "VBN"
        and before.pos_ in ("PROPN", "NOUN")
        and head.dep_ in ("ROOT", "ccomp", "parataxis")
        and not any(child.dep_ in ("cop", "nsubj", "nsubj:pass") for child in kids(head))
    )


def is_headless(verb: Token) -> bool:
    """ "A minister threatened to …" read as "a minister (who was) threatened": the sentence has no other verb."""
    head = verb.head
    return (
        verb.dep_ == "acl"
        and verb.tag_ in ("VBN", "VBD")
        and head.head.i == head.i
        and head.pos_ in ("NOUN", "PROPN")
        and verb.i > head.i
        and not any(token.text == "," for token in verb.doc[head.i : verb.i])
        and not any(child.dep_ in ("cop", "aux") for child in kids(head))
        and not any(child.lower_ == "by" for token in kids(verb) for child in kids(token))
    )


@once
def is_passive(verb: Token) -> bool:
    if is_swallowed(verb) or is_headless(verb):
        return False
    if any(child.dep_ in ("aux:pass", "auxpass") or child.dep_ in PASSIVE_SUBJECTS for child in kids(verb)):
        return True
    if verb.tag_ != "VBN":
        return False
    if verb.dep_ in ("acl", "amod") or (verb.dep_ == "advcl" and not _has_aux(verb)):
        return not any(child.dep_ in OBJECTS and child.i > verb.i for child in kids(verb))
    if verb.dep_ == "conj" and is_verbal(verb.head) and not _has_aux(verb) and not _own_subjects(verb):
        return is_passive(verb.head) and verb.head.tag_ == "VBN"
    return False


def _has_aux(verb: Token) -> bool:
    return any(child.dep_ in ("aux", "aux:pass", "auxpass") for child in kids(verb))


def _own_subjects(verb: Token) -> list[Token]:
    return [child for child in kids(verb) if child.dep_ in SUBJECTS or child.dep_ in PASSIVE_SUBJECTS]


def surface_subjects(verb: Token, depth: int = 0) -> list[Token]:
    """The grammatical subject, found through coordination, control, participles and relatives."""
    if is_swallowed(verb):
        return [_noun_before(verb)]
    own = [subject for subject in _own_subjects(verb) if subject.ent_type_ not in ("DATE", "TIME")]
    own = [
        subject
        for subject, after in zip(own, [*own[1:], None], strict=False)
        if not _gives_way(subject, after)
    ]
    if own:
        return [member for subject in own for member in coordinated(subject)]
    if depth > MAX_CLIMB or verb.head.i == verb.i:
        first = first_part(verb)
        before = [*kids(verb), *(kids(first) if first is not None else ())]
        return [
            child
            for child in before
            if child.i < verb.i
            and child.dep_ in ("compound", "nmod")
            and (child.pos_ == "PROPN" or child.head.i != verb.i)
        ][-1:]
    head = verb.head
    if verb.dep_.startswith("acl"):
        if is_time(head) or _is_result(verb):
            return _subjects_above(head, depth)
        if verb.tag_ in ("VBG", "VBN", "VBD"):
            return coordinated_before(head, verb)
        return governor_of_noun(head, depth)
    if verb.dep_ in ("conj", "parataxis") and is_verbal(head):
        return surface_subjects(head, depth + 1)
    if verb.dep_ in ("xcomp", "advcl", "ccomp", "obl", "nmod") and (
        is_verbal(head) or head.pos_ in ("ADJ", "NOUN", "AUX")
    ):
        if verb.dep_ in ("xcomp", "ccomp") and verb.i > head.i:
            objects = children(head, OBJECTS | INDIRECT)
            if objects and lemma_of(head) not in ("promise", "vow", "threaten"):
                return [member for thing in objects for member in coordinated(thing)]
            addressed = [t for p, t in obliques_of(head) if p in ("on", "upon", "to") and t.i < verb.i]
            if addressed and lemma_of(head) in ("call", "appeal"):
                return addressed
            if is_passive(head):
                return surface_subjects(head, depth + 1)
        if verb.dep_ == "advcl" and has_to(verb) and is_passive(head) and by_phrase(head):
            # "bombs used by the army to kill rebels": the aim is the doer's, not the tool's.
            return by_phrase(head)
        if verb.dep_ in ("obl", "nmod") and verb.tag_ != "VBG":
            return []
        return surface_subjects(head, depth + 1)
    if head.pos_ in ("AUX", "ADJ") or is_verbal(head):
        return surface_subjects(head, depth + 1)
    return []


# Participles that tell what the clause before them led to, whatever noun stands between.
RESULTS = frozenset(
    "kill injure wound leave destroy damage displace force cause prompt spark trigger wreck maim".split()
)


def _is_result(verb: Token) -> bool:
    """ "launched raids on the camp, killing ten": the camp killed nobody."""
    return (
        verb.tag_ == "VBG"
        and verb.dep_ == "acl"
        and lemma_of(verb) in RESULTS
        and verb.head.dep_ in ("obl", "nmod")
        and verb.head.ent_type_ not in ("PERSON", "PER", "NORP", "ORG")
    )


def _gives_way(subject: Token, after: Token | None) -> bool:
    """Of two subjects of one verb the first is none: "U.S. | President Trump", "the monitor reports that | rebels …".

    Nor is an office before the name of who holds it: "The envoy, | ex-president Lee, has left".
    """
    if after is None or after.i <= subject.i:
        return False
    if after.ent_type_ in ("PERSON", "PER") and not subject.ent_type_:
        left, right = after.left_edge.i - 1, after.right_edge.i
        ends = subject.doc[right : right + 2]
        return subject.doc[left].text == "," and any(token.text == "," for token in ends)
    if after.left_edge.i == subject.i + 1:
        return after.left_edge.dep_ != "cc"
    return any(token.lower_ == "that" for token in subject.doc[subject.i : after.i])


def is_time(noun: Token) -> bool:
    return noun.ent_type_ in ("DATE", "TIME") or lemma_of(noun) in TIME_NOUNS


def _subjects_above(token: Token, depth: int) -> list[Token]:
    """The subject of the nearest verb above: of "NATO ended it, months after launching raids"."""
    for _ in range(MAX_CLIMB):
        if token.head.i == token.i:
            return []
        token = token.head
        if is_verbal(token):
            return surface_subjects(token, depth + 1)
    return []


def _noun_before(verb: Token) -> Token:
    """The head of the noun phrase that ends before a swallowed verb."""
    token = (first_part(verb) or verb).nbor(-1)
    if token.lower_ in ("has", "have", "had") and token.i > 0:
        token = token.nbor(-1)
    while token.head.i < verb.i and token.head.i != token.i and not is_verbal(token.head):
        token = token.head
    return token


def governor_of_noun(noun: Token, depth: int = 0) -> list[Token]:
    """Who stands behind "a decision to end …": its possessor, else the subject of the verb it is object of."""
    owners = [child for child in kids(noun) if child.dep_ == "nmod:poss"]
    if owners:
        return owners
    by = [t for p, t in noun_phrases(noun) if p in ("by", "from")]
    if by:
        return by
    if depth > MAX_CLIMB or noun.head.i == noun.i:
        return []
    head = noun.head
    if is_verbal(head) and noun.dep_ in OBJECTS | {"obl", "xcomp"}:
        return with_antecedent(surface_subjects(head, depth + 1)) if not is_passive(head) else by_phrase(head)
    return []


@once
def obliques_of(verb: Token) -> list[tuple[str, Token]]:
    found: list[tuple[str, Token]] = []
    for child in kids(verb):
        if child.dep_ in OBLIQUES or (child.dep_ == "advcl" and child.pos_ in ("NOUN", "PROPN")):
            prep = preposition(child)
            for member in coordinated(child):
                found.append((preposition(member) or prep, _undated(member)))
    return found


def _undated(noun: Token) -> Token:
    """ "in Gaza Sunday": where the parser made the weekday the head, the name before it is meant."""
    if noun.ent_type_ in ("DATE", "TIME"):
        for child in kids(noun):
            if (
                child.i < noun.i
                and child.dep_ in ("compound", "flat", "nmod", "amod")
                and child.ent_type_ not in ("", "DATE", "TIME")
            ):
                return child
    return noun


def by_phrase(verb: Token) -> list[Token]:
    return [token for prep, token in obliques_of(verb) if prep == "by"]


@once
def noun_phrases(noun: Token) -> list[tuple[str, Token]]:
    """Prepositional phrases on a noun, conjuncts included: "talks with Iran and Iraq"."""
    found: list[tuple[str, Token]] = []
    for child in kids(noun):
        if (
            child.dep_ in ("nmod", "obl", "nmod:desc", "nmod:unmarked", "acl")
            and child.i > noun.i
            and not (child.dep_ == "acl" and is_verbal(child))
        ):
            prep = preposition(child)
            if prep:
                found.extend((preposition(member) or prep, _undated(member)) for member in coordinated(child))
                if prep == "of" and lemma_of(noun) in CONTAINERS:
                    found.extend(noun_phrases(child))
                elif prep == "of":
                    # "the killing of a priest by rebels": the doer hung on the victim.
                    found.extend((inner, doer) for inner, doer in noun_phrases(child) if inner == "by")
    return found


# Nouns that stand before the one that counts: "a state of siege in Katanga", "a wave of attacks on Iraq".
CONTAINERS = frozenset(
    "state wave series round number spate string act kind sort form lot rash flurry package part".split()
)


def owners(noun: Token) -> list[Token]:
    return [m for child in kids(noun) if child.dep_ == "nmod:poss" for m in coordinated(child)]


def modifiers(noun: Token) -> list[Token]:
    """Words before the noun that may name its owner: "Israeli", "NATO", "U.N."."""
    return [
        child for child in kids(noun)
        if child.i < noun.i and child.dep_ in ("amod", "compound", "nmod", "nmod:desc", "flat", "nmod:unmarked")
    ]  # fmt: skip


@once
def lands_before(noun: Token) -> list[Token]:
    """The lands joined before a noun, each a side of its own: "U.S. and Chinese diplomats", "Israeli-Palestinian talks".

    Empty unless there are two or more, parted by nothing but "and", commas, hyphens.
    """
    named = [child for child in modifiers(noun) if child.ent_type_ in ("NORP", "GPE")]
    named += [
        inner
        for child in named
        for inner in kids(child)
        if inner.dep_ == "conj" and inner.ent_type_ in ("NORP", "GPE")
    ]
    found = sorted(
        {token.i: token for token in named if token.i < noun.i}.values(), key=lambda token: token.i
    )
    if len(found) < 2:
        return []
    between = noun.doc[found[0].i + 1 : found[-1].i]
    joints = [token for token in between if token.lower_ in ("and", "or", ",", "-", "–", "/")]
    if not joints or any(token not in found and token not in joints for token in between):
        return []
    return found


def lands_after(noun: Token) -> list[Token]:
    """The lands whose several people a plural names: "the foreign ministers of Egypt and Ethiopia"; else empty."""
    if noun.tag_ not in ("NNS", "NNPS"):
        return []
    found = [token for prep, token in noun_phrases(noun) if prep == "of" and token.ent_type_ == "GPE"]
    return found if len(found) > 1 else []


def complements_of(verb: Token) -> list[Token]:
    found: list[Token] = []
    inner = [
        g
        for child in children(verb, OBJECTS | frozenset({"advmod"}))
        for g in kids(child)
        if g.dep_ in ("acl", "advcl") and g.tag_ == "VBG" and marker(g) in ("of", "for")
    ]
    for child in [*kids(verb), *inner]:
        if (
            child.dep_ in ("ccomp", "xcomp")
            or (child.dep_ == "advcl" and child.i > verb.i and has_to(child))
            or (
                child.dep_ in ("advcl", "obl")
                and is_verbal(child)
                and child.tag_ == "VBG"
                and marker(child) not in ("", *TEMPORAL_MARKERS)
            )
            or (child.dep_ == "acl" and child.tag_ == "VBG" and marker(child) == "of")
        ):
            found.extend([child, *verb_conjuncts(child)])
    return found


def verb_conjuncts(verb: Token) -> list[Token]:
    return [
        child for child in kids(verb) if child.dep_ == "conj" and (is_verbal(child) or child.pos_ == "ADJ")
    ]


def has_to(verb: Token) -> bool:
    return any(child.dep_ == "mark" and child.lower_ == "to" for child in kids(verb))


def marker(verb: Token) -> str:
    """The subordinator of a clause: "if", "that", "of", "for"; empty where there is none."""
    for child in kids(verb):
        if child.dep_ in ("mark", "case") and child.i < verb.i and child.lower_ != "to":
            return child.lower_
    return ""


@once
def clause_of(verb: Token) -> Clause:
    """Build the clause of one verbal token."""
    passive = is_passive(verb)
    subjects = with_antecedent(surface_subjects(verb))
    objects = with_antecedent(
        [m for child in children(verb, OBJECTS) if not _is_gerunds(child) for m in coordinated(child)]
    )
    if not objects and not passive:
        objects = _odd_objects(verb)
    if is_swallowed(verb):
        objects = coordinated(verb.head)
    if not objects and verb.dep_ == "acl" and verb.tag_ == "VBG" and is_verbal(verb.head.head):
        objects = [m for c in children(verb.head.head, OBJECTS) if c.i > verb.i for m in coordinated(c)]
    if not objects and verb.dep_ == "conj" and is_verbal(verb.head) and not passive:
        objects = _shared_objects(verb)
    obliques = obliques_of(verb)
    if is_swallowed(verb):
        obliques = noun_phrases(verb.head)
    if passive:
        agents, patients = [t for p, t in obliques if p == "by"] or _shared_doers(verb), [*subjects, *objects]
    else:
        agents, patients = subjects, objects
    if verb.dep_ == "acl:relcl" and not passive and not objects:
        gap = _relative_gap(verb)
        patients = gap or patients
    return Clause(
        predicate=verb,
        lemma=lemma_of(verb),
        particle=particle_of(verb),
        is_passive=passive,
        agents=tuple(agents),
        patients=tuple(patients),
        indirect=tuple(children(verb, INDIRECT)),
        obliques=tuple((p, t) for p, t in obliques if not (passive and p == "by")),
        complements=tuple(complements_of(verb)),
    )


def state_keys(token: Token) -> list[str]:
    """["be+critical"] for "is critical", ["be+at+war"] for "are at war", ["be+opposed"] for "is opposed"; else empty.

    Also below "remain", "become" and the like, where the state is a complement. A compound comes first:
    ["be+on+hunger-strike", "be+on+strike"].
    """
    if is_verbal(token):
        return [f"be+{token.lower_}"] if token.tag_ == "VBN" and is_passive(token) else []
    linked = any(child.dep_ == "cop" for child in kids(token)) or (
        token.dep_ in ("xcomp", "obl", "advcl") and lemma_of(token.head) in LINKING
    )
    if not linked:
        return []
    lemma = lemma_of(token)
    if token.pos_ == "ADJ" or token.tag_.startswith("JJ"):
        return [f"be+{lemma}"]
    marks = preposition(token).removesuffix("+of")
    names = [f"{lemma_of(child)}-{lemma}" for child in modifiers(token)] + [lemma]
    return [f"be+{marks}+{name}" if marks else f"be+{name}" for name in names]


LINKING = frozenset({"remain", "become", "stay", "be", "keep", "stand", "grow", "turn"})


def state_verb(token: Token) -> Token:
    """The word whose auxiliaries say whether a state holds: the linking verb above it, else the state itself."""
    if token.dep_ in ("xcomp", "obl", "advcl") and lemma_of(token.head) in LINKING and not is_verbal(token):
        return token.head
    return token


def state_clause(token: Token, key: str) -> Clause:
    """The clause of a predicative adjective or noun: its subject is the agent."""
    if is_verbal(token):
        made = clause_of(token)
        return replace(made, lemma=key, particle="", is_passive=False, agents=made.patients, patients=())
    return Clause(
        predicate=token,
        lemma=key,
        particle="",
        is_passive=False,
        agents=tuple(with_antecedent(surface_subjects(token))),
        patients=(),
        indirect=(),
        obliques=tuple(dict.fromkeys([*obliques_of(token), *noun_phrases(token)])),
        complements=tuple(complements_of(token)),
    )


def _odd_objects(verb: Token) -> list[Token]:
    """Objects the parser hung elsewhere: "kills at least 21 people", "injures about 70", "lets in observers"."""
    for child in kids(verb):
        if child.i <= verb.i or child.ent_type_ in ("DATE", "TIME"):
            continue
        marks = [mark.lower_ for mark in kids(child) if mark.dep_ == "case" and mark.i < child.i]
        measured = any(
            inner.lower_ in ("least", "most", "about", "around", "nearly") for inner in kids(child)
        )
        if (
            child.dep_ == "obl"
            and child.pos_ in ("NOUN", "NUM", "PROPN")
            and ((marks == ["at"] and measured) or (not marks and (measured or particle_of(verb))))
        ):
            return coordinated(child)
        if child.dep_ == "appos" and child.pos_ == "PROPN":
            return coordinated(child)
        if child.dep_ == "xcomp" and child.pos_ == "ADJ":
            # "shot dead two policemen": the parser hung the object on the adjective.
            hung = [noun for noun in kids(child) if noun.dep_ in OBJECTS and noun.i > child.i]
            if hung:
                return [member for noun in hung for member in coordinated(noun)]
    return []


def _shared_objects(verb: Token) -> list[Token]:
    """ "killed and wounded soldiers": the object hangs on one of two adjacent verbs."""
    siblings = [child for child in kids(verb.head) if child.dep_ in OBJECTS and child.i > verb.i]
    return [m for child in siblings for m in coordinated(child)]


def _is_gerunds(noun: Token) -> bool:
    """ "accused Mali of aiding rebels": rebels are the object of aiding, though the parser made that an adjective."""
    return any(
        child.dep_ == "amod" and child.tag_ == "VBG" and marker(child) in ("of", "for", "from")
        for child in kids(noun)
    )


def _shared_doers(verb: Token) -> list[Token]:
    """ "was shot and killed by rebels": the doers stand with the last of joined passives."""
    last = [child for child in verb_conjuncts(verb) if child.tag_ == "VBN" and not _own_subjects(child)]
    return [doer for child in last for doer in by_phrase(child)]


def _relative_gap(verb: Token) -> list[Token]:
    """ "the town rebels attacked": the noun is the object when the relative has a subject of its own."""
    own = _own_subjects(verb)
    if own and not any(child.lower_ in RELATIVES for child in own):
        return coordinated_before(verb.head, verb)
    return []


@once
def phrase(noun: Token) -> tuple[int, int]:
    """Token range of the noun phrase that names an actor: modifiers, flat names, an of-phrase; no clauses."""
    left = noun.i
    right = noun.i
    for entity in (
        entities(noun.doc) if noun.ent_type_ in ("ORG", "PERSON", "PER", "GPE", "NORP", "LOC") else ()
    ):
        if entity.start <= noun.i < entity.end:
            left, right = entity.start, entity.end - 1
    while left < noun.i and noun.doc[left].lower_ in ("the", "a", "an"):
        left += 1
    swallowed = [child.i for child in kids(noun) if is_swallowed(child)]
    for child in kids(noun):
        if any(child.i <= verb for verb in swallowed):
            continue
        if child.dep_ in (
            "det",
            "case",
            "punct",
            "cc",
            "mark",
            "advmod",
            "aux",
            "cop",
            "nsubj",
            "det:predet",
        ):
            continue
        if child.i < noun.i and child.dep_ in (
            "amod",
            "compound",
            "nmod:poss",
            "nummod",
            "flat",
            "nmod",
            "nmod:desc",
            "nmod:unmarked",
            "obl",
        ):
            left = (
                min(left, _left_edge(child))
                if not any(t.pos_ in ("VERB", "AUX") for t in child.subtree)
                else left
            )
        elif (
            child.i > noun.i
            and child.dep_ in ("flat", "flat:name", "fixed", "compound")
            and child.ent_type_ not in ("DATE", "TIME")
        ):
            right = max(right, child.right_edge.i)
        elif (child.i > noun.i and child.dep_ == "nmod" and preposition(child) == "of") or (
            child.i > noun.i
            and child.dep_ in ("nmod:desc", "appos")
            and child.i - right <= 1
            and child.pos_ == "PROPN"
        ):
            right = max(right, phrase(child)[1] - 1)
    return left, right + 1


# Words that bound a number and name nobody: "at least 64 people".
APPROXIMATE = frozenset(
    "at least most more less fewer than about around nearly almost over up to some roughly".split()
)


def _left_edge(token: Token) -> int:
    """Leftmost token below a modifier, determiners cut off."""
    edge = token.left_edge
    while edge.i < token.i and (
        edge.dep_ in ("det", "punct", "case", "cc") or edge.is_punct or edge.lower_ in APPROXIMATE
    ):
        edge = edge.nbor(1)
    return edge.i
