"""Subjects: a verb in, who does it or undergoes it out, through coordination, control, participles and relatives."""

from __future__ import annotations

from spacy.tokens import Token

from pipeline.extract.grammar.labels import INDIRECT, OBJECTS
from pipeline.extract.grammar.noun_phrases import by_phrase, noun_phrases, obliques_of
from pipeline.extract.grammar.tree import (
    MAX_CLIMB,
    children,
    coordinated,
    has_to,
    is_verbal,
    kids,
    lemma_of,
    preposition,
)
from pipeline.extract.grammar.verbs import first_part, is_passive, is_swallowed, own_subjects
from pipeline.extract.lexicon.words import word_set

RELATIVES = frozenset({"who", "which", "that", "whom", "whose"})
TIME_NOUNS = word_set("grammar.subjects.time_nouns")
REMAINS = word_set("grammar.subjects.remains")


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


def of_the_dead(tokens: list[Token]) -> list[Token]:
    """ "The bodies of 15 farmers": whoever they were."""
    found: list[Token] = []
    for token in tokens:
        below = kids(token) if lemma_of(token) in REMAINS else ()
        whose = [c for c in below if c.dep_ == "nmod" and c.i > token.i and preposition(c) == "of"]
        found.extend([member for noun in whose for member in coordinated(noun)] or [token])
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


def surface_subjects(verb: Token, depth: int = 0) -> list[Token]:
    """The grammatical subject, found through coordination, control, participles and relatives."""
    if is_swallowed(verb):
        return [_noun_before(verb)]
    own = _standing_subjects(verb)
    if own:
        return [member for subject in own for member in coordinated(subject)]
    if depth > MAX_CLIMB or verb.head.i == verb.i:
        return _names_before(verb)
    if verb.dep_.startswith("acl"):
        return _subjects_of_participle(verb, depth)
    head = verb.head
    is_below_verb = is_verbal(head) or head.pos_ in ("ADJ", "AUX")
    if verb.dep_ in LENDING and (is_below_verb or head.pos_ == "NOUN"):
        return _lent_subjects(verb, depth)
    return surface_subjects(head, depth + 1) if is_below_verb else []


# Relations by which a verb without a subject takes that of the verb above, or its object.
LENDING = frozenset({"xcomp", "advcl", "ccomp", "obl", "nmod"})
# Verbs whose subject is that of their infinitive as well, though they have an object.
PROMISES = frozenset({"promise", "vow", "threaten"})


def _standing_subjects(verb: Token) -> list[Token]:
    """The subjects that hang on the verb itself, without days and such as give way to the next."""
    own = [subject for subject in own_subjects(verb) if subject.ent_type_ not in ("DATE", "TIME")]
    following = [*own[1:], None]
    return [subject for subject, after in zip(own, following, strict=False) if not _gives_way(subject, after)]


def _names_before(verb: Token) -> list[Token]:
    """The last name that the parser hung on a verb as its modifier."""
    first = first_part(verb)
    before = [*kids(verb), *(kids(first) if first is not None else ())]
    names = [
        child
        for child in before
        if child.i < verb.i
        and child.dep_ in ("compound", "nmod")
        and (child.pos_ == "PROPN" or child.head.i != verb.i)
    ]
    return names[-1:]


def _subjects_of_participle(verb: Token, depth: int) -> list[Token]:
    """Of a clause on a noun: the noun itself, or who stands behind it or above it."""
    if is_time(verb.head) or _is_result(verb):
        return _subjects_above(verb.head, depth)
    if verb.tag_ in ("VBG", "VBN", "VBD"):
        return coordinated_before(verb.head, verb)
    return governor_of_noun(verb.head, depth)


def _lent_subjects(verb: Token, depth: int) -> list[Token]:
    """Of a clause below another: whom the verb above addresses, its object, its doer or its subject."""
    head = verb.head
    if verb.dep_ in ("xcomp", "ccomp") and verb.i > head.i:
        objects = children(head, OBJECTS | INDIRECT)
        if objects and lemma_of(head) not in PROMISES:
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


RESULTS = word_set("grammar.subjects.results")


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
