"""Labels: the Universal Dependencies labels by what they stand for; no other room spells them."""

from __future__ import annotations

SUBJECT, PASSIVE_SUBJECT, CLAUSE_SUBJECT = "nsubj", "nsubj:pass", "csubj"
OBJECT, INDIRECT_OBJECT = "obj", "iobj"
OBLIQUE, AGENT, BARE_OBLIQUE = "obl", "obl:agent", "obl:unmarked"
# What says more of a noun: "the war of X", "X's war", "President X", "Monday morning".
NOUN_MODIFIER, OWNER, DESCRIPTION, BARE_MODIFIER = "nmod", "nmod:poss", "nmod:desc", "nmod:unmarked"
ADJECTIVE, APPOSITION, COMPOUND, NAME_PART, NUMBER, DETERMINER = (
    "amod",
    "appos",
    "compound",
    "flat",
    "nummod",
    "det",
)
# Clauses: on a noun, "the man who", on a verb, "said that", "began to"; and one that stands beside.
NOUN_CLAUSE, RELATIVE_CLAUSE, ADVERBIAL_CLAUSE = "acl", "acl:relcl", "advcl"
COMPLEMENT_CLAUSE, OPEN_COMPLEMENT, PARATAXIS = "ccomp", "xcomp", "parataxis"
CONJUNCT, COORDINATOR = "conj", "cc"
CASE, MARK, COPULA, AUXILIARY, ADVERB, PARTICLE, PUNCTUATION = (
    "case",
    "mark",
    "cop",
    "aux",
    "advmod",
    "compound:prt",
    "punct",
)

# Sets, with the labels of older schemes.
SUBJECTS = frozenset({"nsubj", "csubj", "nsubj:outer", "nsubj:xsubj"})
PASSIVE_SUBJECTS = frozenset({"nsubj:pass", "nsubjpass", "csubj:pass"})
# Nouns alone, of whatever voice.
NOUN_SUBJECTS = frozenset({"nsubj", "nsubj:pass", "nsubj:outer", "nsubj:xsubj", "nsubjpass"})
OBJECTS = frozenset({"obj", "dobj"})
INDIRECT = frozenset({"iobj", "dative"})
OBLIQUES = frozenset({"obl", "obl:agent", "obl:arg", "nmod", "obl:npmod", "obl:unmarked"})
NOUN_CLAUSES = frozenset({"acl", "acl:relcl"})


def base(label: str) -> str:
    """A label without its kind: "nmod" of "nmod:poss"."""
    return label.partition(":")[0]
