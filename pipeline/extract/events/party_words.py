"""Words that tell people from things, and prepositions that lead to a recipient from those that do not."""

from __future__ import annotations

from spacy.tokens import Token

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
# Slots of an object that may hold a recipient when no slot of the frame did, best first.
OBJECT_SLOTS = ("against", "with", "to", "for", "poss", "of", "on", "from", "between", "by", "over", "in")
# Events of speech: "in Geneva" says where they were told, not to whom.
SPOKEN_TYPES = frozenset({"ACCUSE", "REJECT", "SUPPORT", "CONSULT", "REQUEST"})
# Events that a meeting, a court or a speech is only the occasion of.
TOLD_ON_OCCASION = (SPOKEN_TYPES | {"AGREE"}) - {"CONSULT"}
# What a phrase below a verb may hang by without being a clause.
PHRASES = frozenset({"obj", "obl", "nmod", "conj", "iobj"})
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
# Nouns that are events by what stands before them: "mediation effort", "state of emergency".
CARRIERS = frozenset({"mission", "effort", "state", "series", "wave", "spate", "round", "act"})
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
)  # fmt: skip  # fmt: skip


def is_human_word(lemma: str) -> bool:
    """Whether a noun's ending says that it is a person: "homeguard", "strategist", "councillor"."""
    return (
        lemma.endswith(HUMAN_ENDINGS)
        and not lemma.endswith(THING_ENDINGS)
        and lemma not in THINGS
        and len(lemma) > 4
    )


def is_year(token: Token) -> bool:
    """Whether a number is a year and counts nobody."""
    return token.text.isdigit() and len(token.text) == 4 and token.text[:2] in ("19", "20")
