"""A grammar of newswire sentences: writes sentences with exact tags, trees and entities by the thousand.

    python newswire_grammar.py ASSETS CORPUS OUT.spacy [--sentences 8000] [--seed 3]

It aims at what parsers trained on web text get wrong in agency copy: past-tense main verbs that could
be participles, reports with and without quotation marks, fronted clauses, appositions and relative
clauses between subject and verb, datelines, captions, headlines in title case and in capitals.
Labels follow the English treebanks of Universal Dependencies 2.16. ASSETS holds gazetteer.json and
the lists of forenames and surnames; CORPUS/ud gives the morphology that goes with a form and its tag.
"""

from __future__ import annotations

import argparse
import csv
import json
import random
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import spacy
from spacy.tokens import Doc, DocBin, Span

COARSE = {
    "NN": "NOUN", "NNS": "NOUN", "NNP": "PROPN", "NNPS": "PROPN", "VBD": "VERB", "VBN": "VERB", "VB": "VERB",
    "VBZ": "VERB", "VBP": "VERB", "VBG": "VERB", "MD": "AUX", "JJ": "ADJ", "JJS": "ADJ", "JJR": "ADJ", "RB": "ADV",
    "DT": "DET", "IN": "ADP", "CD": "NUM", "CC": "CCONJ", "TO": "PART", "PRP": "PRON", "PRP$": "PRON", "WP": "PRON",
    "WDT": "PRON", "WRB": "ADV", "POS": "PART", "RP": "ADP", ",": "PUNCT", ".": "PUNCT", ":": "PUNCT", "``": "PUNCT",
    "''": "PUNCT", "HYPH": "PUNCT", "-LRB-": "PUNCT", "-RRB-": "PUNCT", "RBR": "ADV", "$": "SYM", "EX": "PRON",
}  # fmt: skip


@dataclass
class Node:
    """A word with its dependents to the left and right; `glued` means no blank before it."""

    form: str
    tag: str
    label: str = "dep"
    left: list[Node] = field(default_factory=list)
    right: list[Node] = field(default_factory=list)
    coarse: str = ""
    entity: str = ""  # label of the entity that this word's name subtree is
    name_part: bool = False  # belongs to the entity of its head
    glued: bool = False

    def to(self, label: str) -> Node:
        self.label = label
        return self

    def add(self, *nodes: Node) -> Node:
        self.right.extend(nodes)
        return self

    def before(self, *nodes: Node) -> Node:
        self.left[:0] = nodes
        return self

    def first(self) -> Node:
        return self.left[0].first() if self.left else self

    def last(self) -> Node:
        return self.right[-1].last() if self.right else self


def word(form: str, tag: str, label: str, coarse: str = "", glued: bool = False) -> Node:
    return Node(form, tag, label, coarse=coarse, glued=glued)


def comma() -> Node:
    return word(",", ",", "punct", glued=True)


VOWELS = "aeiou"
DOUBLING = {
    "ban",
    "rob",
    "stop",
    "plan",
    "grab",
    "rig",
    "trap",
    "hit",
    "acquit",
    "control",
    "patrol",
    "quarrel",
}
IRREGULAR = {
    "seize": "seized seized", "shoot": "shot shot", "strike": "struck struck", "take": "took taken", "hit": "hit hit",
    "meet": "met met", "win": "won won", "lose": "lost lost", "leave": "left left", "flee": "fled fled",
    "send": "sent sent", "steal": "stole stolen", "break": "broke broken", "hold": "held held", "give": "gave given",
    "say": "said said", "tell": "told told", "hear": "heard heard", "find": "found found", "cut": "cut cut",
    "bring": "brought brought", "sell": "sold sold", "buy": "bought bought", "sink": "sank sunk", "win back":
    "won won", "withdraw": "withdrew withdrawn", "overthrow": "overthrew overthrown", "draw": "drew drawn",
    "blow": "blew blown", "lead": "led led", "shut": "shut shut", "build": "built built", "begin": "began begun",
    "rise": "rose risen", "fall": "fell fallen", "come": "came come", "go": "went gone", "spread": "spread spread",
    "see": "saw seen", "kidnap": "kidnapped kidnapped", "grow": "grew grown", "fight": "fought fought",
    "swear": "swore sworn", "quit": "quit quit", "throw": "threw thrown", "put": "put put", "set": "set set",
    "have": "had had", "make": "made made", "write": "wrote written", "run": "ran run", "die": "died died",
    "speak": "spoke spoken", "veto": "vetoed vetoed", "sue": "sued sued", "seek": "sought sought", "travel": "travelled travelled", "hang": "hanged hanged",
}  # fmt: skip


def past(verb: str) -> str:
    if verb in IRREGULAR:
        return IRREGULAR[verb].split()[0]
    if verb.endswith("e"):
        return verb + "d"
    if verb.endswith("y") and verb[-2] not in VOWELS:
        return verb[:-1] + "ied"
    return verb + (verb[-1] if verb in DOUBLING else "") + "ed"


def participle(verb: str) -> str:
    return IRREGULAR[verb].split()[1] if verb in IRREGULAR else past(verb)


def present(verb: str) -> str:
    if verb == "have":
        return "has"
    if verb.endswith(("s", "x", "ch", "sh", "o", "z")):
        return verb + "es"
    if verb.endswith("y") and verb[-2] not in VOWELS:
        return verb[:-1] + "ies"
    return verb + "s"


def gerund(verb: str) -> str:
    if verb == "die":
        return "dying"
    if verb.endswith("e") and not verb.endswith("ee"):
        return verb[:-1] + "ing"
    doubled = verb in DOUBLING | {"cut", "shut", "put", "set", "win", "begin", "run", "kidnap", "quit"}
    return verb + (verb[-1] if doubled else "") + "ing"


# Verbs by what they take: P people, T a place, M a measure or paper, W a weapon, E an event or meeting.
TRANSITIVE = {
    "P": "kill wound injure arrest detain abduct kidnap release free rescue shoot ambush attack accuse condemn expel "
    "deport jail sentence pardon execute charge sue target disperse evacuate dismiss replace suspend sack oust "
    "praise criticize threaten torture question summon train arm fund back protect free hang beat confront besiege "
    "welcome thank greet interview capture surround blame indict acquit extradite recall overthrow topple depose "
    "support elect name appoint nominate displace meet receive host visit warn call",
    "T": "seize capture retake storm raid shell bomb bombard besiege attack occupy leave enter flee burn loot destroy "
    "torch visit surround block shut close reopen recapture liberate invade strike hit cross control "
    "encircle evacuate cordon search reach quit patrol defend pound abandon",
    "M": "impose lift approve reject sign adopt ban veto pass propose announce suspend extend ratify violate "
    "breach endorse oppose block cancel delay demand offer order renew scrap unveil ease tighten back break seek "
    "accept discuss negotiate dismiss withdraw condemn criticize annul revoke review postpone abandon protest",
    "W": "fire launch test deploy seize destroy intercept smuggle buy sell steal supply unveil use build drop find",
    "E": "hold boycott attend cancel postpone delay condemn denounce disrupt launch mark end welcome host call "
    "resume begin stage plan lead join suspend stop blame open foil investigate prevent",
}  # fmt: skip
INTRANSITIVE = {
    "P": [("clash", "with"), ("march", "through"), ("gather", "in"), ("protest", "against"), ("flee", "to"),
          ("die", "in"), ("surrender", "to"), ("withdraw", "from"), ("advance", "on"), ("retreat", "to"),
          ("arrive", "in"), ("return", "to"), ("resign", ""), ("speak", "to"), ("escape", "from"), ("rally", "in"),
          ("demonstrate", "outside"), ("quarrel", "with"), ("fight", "in"), ("travel", "to"), ("defect", "to"),
          ("open", "fire"), ("cross", "into"), ("drown", "in"), ("walk", "out"), ("vote", "against"),
          ("appeal", "for"), ("agree", "to"), ("call", "for"), ("pull", "out"), ("move", "into"), ("meet", "with"),
          ("retaliate", "against"), ("side", "with"), ("collaborate", "with"), ("march", "on"), ("pledge", "")],
    "E": [("collapse", ""), ("stall", ""), ("begin", "in"), ("erupt", "in"), ("break", "out"), ("resume", "in"),
          ("end", "without"), ("continue", "in"), ("fail", ""), ("escalate", ""), ("spread", "to"), ("fall", "apart"),
          ("rage", "in"), ("open", "in"), ("break", "down"), ("subside", ""), ("intensify", "around"), ("ease", "")],
}  # fmt: skip
CONTROL = {  # verbs that take another verb with "to"
    "P": "agree refuse plan threaten vow promise decide pledge fail try seek want offer prepare move begin intend attempt"
}  # fmt: skip
TELL_TO = [
    "urge",
    "order",
    "ask",
    "force",
    "warn",
    "press",
    "allow",
    "tell",
    "invite",
    "pressure",
    "advise",
    "instruct",
    "persuade",
    "call",
][:-1]
ROLES = [
    "president",
    "prime minister",
    "foreign minister",
    "defence minister",
    "interior minister",
    "finance minister",
    "army chief",
    "spokesman",
    "opposition leader",
    "governor",
    "mayor",
    "commander",
    "general",
    "ambassador",
    "lawmaker",
    "activist",
    "rebel leader",
    "police chief",
    "cleric",
    "judge",
    "envoy",
    "deputy minister",
    "justice minister",
    "chief prosecutor",
    "union leader",
]
CAPITAL_ROLES = [
    "President",
    "Prime Minister",
    "Foreign Minister",
    "Defence Minister",
    "Defense Secretary",
    "Interior Minister",
    "Chancellor",
    "King",
    "General",
    "Gen.",
    "Colonel",
    "Col.",
    "Governor",
    "Senator",
    "Vice President",
    "Secretary of State",
    "Pope",
    "Sheikh",
    "Finance Minister",
]
GROUPS = [
    "protesters",
    "rebels",
    "soldiers",
    "police",
    "troops",
    "gunmen",
    "militants",
    "insurgents",
    "demonstrators",
    "students",
    "villagers",
    "farmers",
    "workers",
    "prosecutors",
    "lawmakers",
    "officials",
    "security forces",
    "riot police",
    "government forces",
    "army units",
    "separatists",
    "miners",
    "teachers",
    "migrants",
    "refugees",
    "fishermen",
    "hackers",
    "pirates",
    "smugglers",
    "bandits",
    "fighters",
    "peacekeepers",
    "tribesmen",
    "residents",
    "prisoners",
    "activists",
    "journalists",
    "guards",
    "officers",
    "commandos",
    "settlers",
    "supporters",
    "opponents",
    "guerrillas",
    "negotiators",
    "ministers",
    "diplomats",
    "medics",
    "paramilitaries",
    "warplanes",
    "drones",
    "tanks",
    "helicopters",
    "warships",
    "jihadists",
    "opposition parties",
    "human rights groups",
    "aid agencies",
    "border guards",
    "special forces",
    "air strikes",
    "pro-government militias",
]
VICTIMS = [
    "civilians",
    "soldiers",
    "police officers",
    "protesters",
    "journalists",
    "aid workers",
    "villagers",
    "children",
    "hostages",
    "prisoners",
    "miners",
    "students",
    "passengers",
    "pilgrims",
    "worshippers",
    "migrants",
    "refugees",
    "tourists",
    "engineers",
    "peacekeepers",
    "activists",
    "opposition leaders",
    "militants",
    "rebels",
    "gunmen",
    "suspects",
    "diplomats",
    "lawmakers",
    "schoolgirls",
    "farmers",
    "people",
    "teachers",
    "religious leaders",
    "tribal elders",
    "foreign nationals",
    "sailors",
    "truck drivers",
    "election observers",
    "bodyguards",
    "aid convoys",
    "oil workers",
    "rebel fighters",
    "government troops",
    "suspected militants",
    "Russian soldiers",
    "army officers",
]
SINGLES = [
    "court",
    "parliament",
    "government",
    "army",
    "military",
    "navy",
    "air force",
    "cabinet",
    "junta",
    "opposition",
    "police chief",
    "judge",
    "gunman",
    "suicide bomber",
    "teenager",
    "journalist",
    "lawmaker",
    "general",
    "former minister",
    "militia",
    "rebel group",
    "rebel commander",
    "mob",
    "crowd",
    "coalition",
    "tribunal",
    "commission",
    "senate",
    "ruling party",
    "central bank",
    "foreign ministry",
    "defence ministry",
    "interior ministry",
    "warlord",
    "cleric",
    "police officer",
    "soldier",
    "bomber",
    "activist",
    "Islamist group",
    "armed group",
    "policeman",
    "international court",
    "state broadcaster",
    "election commission",
    "ruling coalition",
    "naval vessel",
    "fighter jet",
    "drone",
    "peacekeeping mission",
    "border guard",
    "human rights group",
    "security council",
    "aid agency",
    "trade union",
    "oil company",
]
PLACES = [
    "town",
    "village",
    "city",
    "airport",
    "base",
    "border",
    "parliament",
    "capital",
    "army base",
    "police station",
    "district",
    "province",
    "port",
    "prison",
    "hospital",
    "refugee camp",
    "bridge",
    "embassy",
    "school",
    "mosque",
    "market",
    "church",
    "oil field",
    "checkpoint",
    "presidential palace",
    "army barracks",
    "television station",
    "power plant",
    "border crossing",
    "military airport",
    "suburbs",
    "neighbourhood",
    "region",
    "compound",
    "headquarters",
    "main road",
    "dam",
    "stadium",
    "university",
    "hotel",
    "frontier",
    "coast",
    "territory",
    "ministry",
    "courthouse",
]
MEASURES = [
    "sanctions",
    "curfew",
    "ceasefire",
    "law",
    "ban",
    "deal",
    "agreement",
    "treaty",
    "peace plan",
    "resolution",
    "state of emergency",
    "embargo",
    "arms embargo",
    "budget",
    "tariffs",
    "visa ban",
    "truce",
    "mandate",
    "bill",
    "peace accord",
    "trade deal",
    "proposal",
    "constitution",
    "amnesty",
    "reforms",
    "restrictions",
    "travel ban",
    "martial law",
    "demands",
    "offer",
    "ultimatum",
    "verdict",
    "arrests",
    "nuclear deal",
    "aid package",
    "ruling",
    "election results",
    "new constitution",
    "prisoner swap",
    "withdrawal",
    "blockade",
    "loan",
    "asset freeze",
    "mission",
]
WEAPONS = [
    "missile",
    "rockets",
    "tear gas",
    "warning shots",
    "mortar shells",
    "ballistic missile",
    "drones",
    "water cannon",
    "rubber bullets",
    "live ammunition",
    "weapons",
    "tanks",
    "warships",
    "cruise missile",
    "satellite",
    "aircraft",
    "artillery shells",
    "helicopter",
    "bombs",
    "fighter jets",
    "explosives",
    "air defence systems",
    "torpedo",
    "two ballistic missiles",
    "three rockets",
    "long-range missile",
]
EVENTS = [
    "attack",
    "raid",
    "offensive",
    "talks",
    "summit",
    "elections",
    "protests",
    "vote",
    "strike",
    "rally",
    "air strikes",
    "negotiations",
    "meeting",
    "operation",
    "peace talks",
    "military exercises",
    "coup",
    "clashes",
    "fighting",
    "violence",
    "demonstration",
    "investigation",
    "war",
    "crackdown",
    "uprising",
    "presidential election",
    "bombing",
    "referendum",
    "trial",
    "conference",
    "riots",
    "shelling",
    "unrest",
    "visit",
    "ceremony",
    "joint drills",
]
ADJECTIVES = [
    "northern",
    "southern",
    "eastern",
    "western",
    "central",
    "restive",
    "besieged",
    "disputed",
    "remote",
    "strategic",
    "coastal",
    "oil-rich",
]
QUALITIES = [
    "new",
    "heavy",
    "major",
    "fresh",
    "fierce",
    "deadly",
    "large",
    "joint",
    "unprecedented",
    "rare",
    "harsh",
    "violent",
    "overnight",
    "armed",
    "senior",
]
NUMBERS = [
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "twelve",
    "dozens",
    "hundreds",
    "thousands",
    "11",
    "14",
    "17",
    "20",
    "23",
    "30",
    "45",
    "100",
    "150",
    "300",
    "2,000",
    "10,000",
]
DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
    "Jan.",
    "Feb.",
    "Aug.",
    "Sept.",
    "Oct.",
    "Nov.",
    "Dec.",
]
AGENCIES = ["Reuters", "AP", "AFP", "dpa", "Xinhua", "Interfax", "Anadolu"]
LEADERS = [
    "Gaddafi",
    "Assad",
    "Netanyahu",
    "Putin",
    "Zelenskiy",
    "Zelensky",
    "Erdogan",
    "Maduro",
    "Kagame",
    "Museveni",
    "Haftar",
    "Lukashenko",
    "Orban",
    "Modi",
    "Xi",
    "Khamenei",
    "Rouhani",
    "Mugabe",
    "Tshisekedi",
    "Burhan",
    "Hemedti",
    "Lavrov",
    "Trump",
    "Biden",
    "Obama",
    "Macron",
    "Merkel",
    "Sunak",
    "Blinken",
    "Abbas",
    "Arafat",
    "Sharon",
    "Saddam",
    "Mubarak",
    "Morsi",
    "Sisi",
    "Ouattara",
    "Gbagbo",
    "Compaore",
    "Traore",
    "Goita",
    "Buhari",
    "Tinubu",
    "Ramaphosa",
    "Zuma",
    "Abiy",
    "Kabila",
    "Kiir",
    "Machar",
    "Bashir",
    "Karzai",
    "Ghani",
    "Musharraf",
    "Sharif",
    "Bhutto",
    "Khan",
    "Rajapaksa",
    "Suu",
    "Duterte",
    "Marcos",
    "Kim",
    "Yoon",
    "Abe",
    "Chavez",
    "Castro",
    "Morales",
    "Bolsonaro",
    "Lula",
    "Uribe",
    "Petro",
    "Santos",
    "Milosevic",
    "Karadzic",
    "Mladic",
    "Vucic",
    "Saakashvili",
    "Aliyev",
    "Pashinyan",
    "Yanukovych",
    "Yushchenko",
    "Tymoshenko",
    "Nasrallah",
    "Hariri",
    "Haniyeh",
    "Sinwar",
    "Khashoggi",
    "Navalny",
    "Prigozhin",
    "Guterres",
]
KNOWN_ORGS = [
    "NATO",
    "ECOWAS",
    "OPEC",
    "Hamas",
    "Hezbollah",
    "M23",
    "FARC",
    "ELN",
    "PKK",
    "RSF",
    "ISIS",
    "UNICEF",
    "UNHCR",
    "CIA",
    "FBI",
    "ASEAN",
    "IAEA",
    "Fatah",
    "Boko Haram",
    "al Shabaab",
    "al-Shabaab",
    "al Qaeda",
    "al-Qaeda",
    "Islamic State",
    "African Union",
    "European Union",
    "United Nations",
    "Arab League",
    "Security Council",
    "Rapid Support Forces",
    "Revolutionary Guards",
    "Taliban",
    "Kremlin",
    "Pentagon",
    "White House",
    "State Department",
    "Red Cross",
    "World Bank",
    "Amnesty International",
    "Human Rights Watch",
    "European Commission",
    "Muslim Brotherhood",
    "Islamic Jihad",
    "Lord's Resistance Army",
    "Shining Path",
    "Wagner Group",
    "Joint Chiefs",
    "Foreign Ministry",
    "Interior Ministry",
    "International Criminal Court",
    "World Health Organization",
    "Doctors Without Borders",
    "Tamil Tigers",
    "Khmer Rouge",
    "JNIM",
    "TTP",
    "Sinn Fein",
    "Likud",
    "Houthis",
    "KNU",
    "Tigray People's Liberation Front",
    "TPLF",
    "ADF",
    "Ansar Dine",
    "Free Syrian Army",
    "SDF",
    "Knesset",
    "Duma",
    "European Parliament",
    "Supreme Court",
    "Constitutional Court",
    "National Assembly",
    "Defense Ministry",
    "Health Ministry",
]
BASE_NORP = [
    "Syrian",
    "Libyan",
    "Russian",
    "Ukrainian",
    "Israeli",
    "Palestinian",
    "Turkish",
    "Kurdish",
    "Iranian",
    "Iraqi",
    "Sudanese",
    "Chinese",
    "French",
    "British",
]
REGIONS = [
    "Middle East",
    "Horn of Africa",
    "Sahel",
    "Balkans",
    "Black Sea",
    "Red Sea",
    "Persian Gulf",
    "Strait of Hormuz",
    "Caucasus",
    "Africa",
    "Europe",
    "Asia",
    "South China Sea",
    "Mediterranean",
    "Central Asia",
    "West Africa",
    "Latin America",
    "Sinai Peninsula",
    "Euphrates",
    "Golan Heights",
    "Lake Chad",
    "Gulf of Aden",
    "Blue Nile",
    "Darfur",
    "Kashmir",
    "Donbas",
]
FACILITIES = [
    "International Airport",
    "Airport",
    "Square",
    "Prison",
    "Bridge",
    "Hospital",
    "Stadium",
    "Palace",
    "Mosque",
    "Cathedral",
]


@dataclass
class Names:
    forenames: list[str]
    surnames: list[str]
    cities: list[str]
    countries: list[str]
    peoples: list[str]
    plural_peoples: list[str]


def latin(name: str) -> bool:
    return bool(re.fullmatch(r"[A-Z][a-zà-ÿšžčćłńőąęığŞş'’-]+", name))


def load_names(assets: Path) -> Names:
    gazetteer = json.loads((assets / "gazetteer.json").read_text(encoding="utf8"))
    with (assets / "forenames.csv").open(encoding="utf-8-sig") as lines:
        forenames = sorted(
            {row["Romanized Name"].title() for row in csv.DictReader(lines) if row["Romanized Name"]}
        )
    with (assets / "surnames.csv").open(encoding="utf-8-sig") as lines:
        surnames = sorted(
            {row["Romanized Name"].title() for row in csv.DictReader(lines) if row["Romanized Name"]}
        )
    countries = [
        name for name in gazetteer["countries"] if len(name.split()) <= 2 and name.replace(" ", "").isalpha()
    ]
    short = [name for name in gazetteer["bigcities"] if len(name.split()) <= 2]
    return Names(
        [name for name in forenames if latin(name)],
        [name for name in surnames if latin(name)],
        sorted(short),
        sorted(countries),
        sorted(name for name in gazetteer["norp_adj"] if latin(name)),
        sorted(name for name in gazetteer["norp_noun"] if latin(name) and name.endswith("s")),
    )


class Grammar:
    """Each method returns a fresh tree; `self.random` decides."""

    def __init__(self, names: Names, seed: int) -> None:
        self.names = names
        self.random = random.Random(seed)
        self.pick = self.random.choice

    def chance(self, probability: float) -> bool:
        return self.random.random() < probability

    # Names

    def name_of(self, words: Sequence[str], label: str, entity: str, flat: bool) -> Node:
        """A name: flat from its first word, or compound with its last as head."""
        tags = [
            "NNPS"
            if w.endswith("s") and len(words) > 1 and not flat and w[:1].isupper() and w in PLURALS
            else "NNP"
            for w in words
        ]
        if flat:
            head = Node(words[0], tags[0], label, entity=entity)
            head.right = [
                replace(word(w, t, "flat"), name_part=True) for w, t in zip(words[1:], tags[1:], strict=True)
            ]
            return head
        head = Node(words[-1], tags[-1], label, entity=entity)
        for form, tag in zip(words[:-1], tags[:-1], strict=True):
            if form in NAME_ADJECTIVES:
                coarse = "VERB" if form == "United" else "ADJ"
                head.left.append(replace(word(form, "NNP", "amod", coarse), name_part=True))
            else:
                head.left.append(replace(word(form, tag, "compound"), name_part=True))
        return head

    def person(self, label: str = "nsubj", titled: bool | None = None) -> Node:
        if self.chance(0.2):
            node = Node(self.pick(LEADERS), "NNP", label, entity="PERSON")
        elif self.chance(0.2):
            node = Node(self.pick(self.names.surnames), "NNP", label, entity="PERSON")
        else:
            words = [self.pick(self.names.forenames), self.pick(self.names.surnames)]
            if self.chance(0.12):
                words.insert(1, self.pick(["al", "Al", "bin", "van", "M.", "A.", "el"]))
            node = self.name_of(words, label, "PERSON", True)
        if titled or (titled is None and self.chance(0.35)):
            title = self.pick(CAPITAL_ROLES).split()
            if title == ["Secretary", "of", "State"]:
                head = word("Secretary", "NNP", "nmod:desc")
                head.add(Node("State", "NNP", "nmod", left=[word("of", "IN", "case")]))
            else:
                head = word(title[-1], "NNP", "nmod:desc")
                head.left = [
                    word(
                        w,
                        "NNP",
                        "amod" if w in ("Prime", "Foreign", "Vice") else "compound",
                        "ADJ" if w in ("Prime", "Foreign") else "",
                    )
                    for w in title[:-1]
                ]
            if self.chance(0.3):
                head.before(self.people_adjective() if self.chance(0.7) else self.country("compound"))
            node.before(head)
        return node

    def people_adjective(self) -> Node:
        return Node(self.pick(self.names.peoples + BASE_NORP * 6), "JJ", "amod", entity="NORP")

    def country(self, label: str) -> Node:
        return self.place_name(self.pick(self.names.countries).split(), label)

    def city(self, label: str) -> Node:
        return self.place_name(self.pick(self.names.cities).split(), label)

    def place_name(self, words: Sequence[str], label: str) -> Node:
        return self.name_of(words, label, "GPE", False)

    def organisation(self, label: str) -> Node:
        words = self.pick(KNOWN_ORGS).split()
        if words[0].startswith("al") and len(words) == 2:
            node = self.name_of(words, label, "ORG", True)
        elif "Lord's" in words or "People's" in words:
            node = Node("NATO", "NNP", label, entity="ORG")
        elif words == ["Doctors", "Without", "Borders"]:
            node = Node("Doctors", "NNPS", label, entity="ORG")
            border = Node(
                "Borders",
                "NNPS",
                "nmod",
                left=[replace(word("Without", "IN", "case"), name_part=True)],
                name_part=True,
            )
            node.add(border)
        else:
            node = self.name_of(words, label, "ORG", False)
        bare = words[0].isupper() or words[0].startswith(
            (
                "al",
                "Boko",
                "Hamas",
                "Hezb",
                "Human",
                "Amnesty",
                "Islamic",
                "Fatah",
                "Doctors",
                "Sinn",
                "Likud",
                "Ansar",
            )
        )
        if not bare or words[0] in ("RSF", "PKK", "ELN", "FARC", "CIA", "FBI", "IAEA", "TPLF", "SDF", "KNU"):
            node.before(word("the", "DT", "det"))
        return node

    # Noun phrases

    def noun(self, phrase: str, label: str, plural: bool) -> Node:
        *before, head = phrase.split()
        node = Node(head, "NNS" if plural else "NN", label)
        for form in before:
            if form in NUMBERS:
                node.left.append(word(form, "CD", "nummod"))
            elif form in PREMODIFIERS:
                node.left.append(word(form, "JJ", "amod"))
            elif form in ("suspected", "armed"):
                node.left.append(word(form, "VBN", "amod"))
            elif form in self.names.peoples or form in BASE_NORP or form == "Russian":
                node.left.append(Node(form, "JJ", "amod", entity="NORP"))
            else:
                node.left.append(word(form, "NNS" if form in ("arms",) else "NN", "compound"))
        return node

    def counted(self, phrase: str, label: str) -> Node:
        node = self.noun(phrase, label, True)
        number = self.pick(NUMBERS)
        if number in ("dozens", "hundreds", "thousands"):
            head = Node(number, "NNS", label)
            node.to("nmod").before(word("of", "IN", "case"))
            return head.add(node)
        cardinal = word(number, "CD", "nummod")
        how = self.random.random()
        if how < 0.2:
            least = word("least", "JJS", "nmod", "ADJ")
            least.left.append(word("at", "IN", "case"))
            cardinal.left.append(least)
        elif how < 0.35:
            more = word("more", "JJR", "advmod", "ADJ")
            more.right.append(word("than", "IN", "fixed"))
            cardinal.left.append(more)
        elif how < 0.42:
            cardinal.left.append(word(self.pick(["about", "nearly", "some", "around"]), "RB", "advmod"))
        return node.before(cardinal)

    def is_plural(self, head: str) -> bool:
        return head in PLURAL_HEADS or (head.endswith("s") and head not in SINGULAR_S)

    def group(self, label: str = "nsubj", victims: bool = False) -> Node:
        phrase = self.pick(VICTIMS if victims else GROUPS)
        plural = phrase.split()[-1] != "police"
        if self.chance(0.3 if victims else 0.12) and plural:
            node = self.counted(phrase, label)
        else:
            node = self.noun(phrase, label, True)
            if self.chance(0.25):
                node.before(self.people_adjective())
                if self.chance(0.15):
                    node.before(word(self.pick(["armed", "suspected"]), "VBN", "amod"))
            elif self.chance(0.12):
                node.before(self.possessor())
            elif self.chance(0.1):
                node.before(word("the", "DT", "det"))
        if not node.right and self.chance(0.1):
            node.add(self.prepositional("nmod", ("in", "from", "near")))
        return node

    def single(self, label: str = "nsubj") -> Node:
        node = self.noun(self.pick(SINGLES), label, False)
        if self.chance(0.25):
            return node.before(self.possessor())
        if self.chance(0.25):
            node.before(self.people_adjective())
        elif self.chance(0.1):
            node.before(word(self.pick(["senior", "former", "influential", "powerful", "top"]), "JJ", "amod"))
        first = node.first().form
        article = "the" if self.chance(0.55) else ("an" if first[0].lower() in VOWELS else "a")
        return node.before(word(article, "DT", "det"))

    def possessor(self) -> Node:
        owner = self.country("nmod:poss") if self.chance(0.6) else self.person("nmod:poss", False)
        if self.chance(0.1):
            return self.pick(
                [
                    word("its", "PRP$", "nmod:poss"),
                    word("their", "PRP$", "nmod:poss"),
                    word("his", "PRP$", "nmod:poss"),
                ]
            )
        mark = "'" if owner.last().form.endswith("s") and self.chance(0.7) else self.pick(["'s", "'s", "’s"])
        return owner.add(word(mark, "POS", "case", glued=True))

    def subject(self, label: str = "nsubj", loaded: bool = True) -> Node:
        """Who acts; sometimes with an apposition, a relative clause or a second name."""
        node = self.actor(label)
        return self.loaded(node) if loaded else node

    def actor(self, label: str) -> Node:
        how = self.random.random()
        if how < 0.33:
            return self.group(label)
        if how < 0.48:
            return self.single(label)
        if how < 0.62:
            return self.country(label)
        if how < 0.8:
            return self.organisation(label)
        return self.person(label)

    def loaded(self, node: Node) -> Node:
        extra = self.random.random()
        if extra < 0.06:
            self.relative(node, True)
        elif extra < 0.1 and not node.entity:
            self.relative(node, False)
        elif extra < 0.16 and not node.entity:
            self.reduced(node)
        elif extra < 0.22 and node.entity == "PERSON" and not node.left:
            self.apposition(node)
        elif extra < 0.25 and node.entity == "PERSON":
            node.add(comma(), word(str(self.random.randint(17, 88)), "CD", "appos"), comma())
        elif extra < 0.32 and node.entity in ("GPE", "ORG"):
            other = self.country("conj") if node.entity == "GPE" else self.organisation("conj")
            if self.chance(0.4):
                node.add(self.country("conj").before(comma()))
            node.add(other.before(word("and", "CC", "cc")))
        elif extra < 0.35 and not node.entity:
            node.add(self.prepositional("nmod", ("in", "from", "near")))
        return node

    def number_of(self, node: Node) -> str:
        if any(child.label == "conj" for child in node.right):
            return "plural"
        return "plural" if node.tag in ("NNS",) or node.form in PLURAL_HEADS else "single"

    def relative(self, node: Node, commas: bool) -> None:
        person = node.entity == "PERSON" or node.form in PEOPLE_WORDS
        pronoun = word(
            "who" if person else ("which" if commas else "that"), "WP" if person else "WDT", "nsubj"
        )
        clause = self.verb_phrase(
            pronoun,
            "acl:relcl",
            self.pick(["past", "past", "perfect", "passive"]),
            self.number_of(node),
            short=True,
        )
        if commas:
            clause.before(comma()).add(comma())
        node.add(clause)

    def reduced(self, node: Node) -> None:
        ways: list[Callable[[], Node]] = [
            lambda: Node("suspected", "VBN", "acl").add(self.of_doing("of")),
            lambda: Node("accused", "VBN", "acl").add(self.of_doing("of")),
            lambda: Node("backed", "VBN", "acl").add(self.agent()),
            lambda: Node("led", "VBN", "acl").add(self.agent()),
            lambda: Node("loyal", "JJ", "amod").add(self.with_case(self.person("obl", False), "to")),
            lambda: Node("wanted", "VBN", "acl").add(self.agent()),
            lambda: Node("held", "VBN", "acl").add(self.agent()),
            lambda: Node("armed", "VBN", "acl").add(
                self.with_case(self.noun("machetes", "obl", True), "with")
            ),
            lambda: Node("fighting", "VBG", "acl").add(self.with_case(self.country("obl"), "in")),
        ]
        node.add(self.pick(ways)())

    def of_doing(self, preposition: str) -> Node:
        verb, obj = self.transitive()
        node = Node(gerund(verb), "VBG", "advcl", left=[word(preposition, "IN", "mark", "SCONJ")])
        return node.add(obj)

    def with_case(self, node: Node, preposition: str) -> Node:
        return node.before(word(preposition, "IN", "case"))

    def agent(self) -> Node:
        return self.with_case(self.subject("obl:agent", loaded=False), "by")

    def apposition(self, node: Node) -> None:
        role = self.noun(self.pick(ROLES), "appos", False)
        for child in role.left:
            if child.form in ("prime", "foreign"):
                child.tag, child.label, child.coarse = "JJ", "amod", "ADJ"
        if self.chance(0.5):
            role.before(self.possessor())
        else:
            if self.chance(0.4):
                role.before(self.people_adjective())
            role.before(word("the", "DT", "det"))
        node.add(role.before(comma()), comma())

    def object_of(self, kind: str) -> Node:
        label = "obj"
        if kind == "P":
            how = self.random.random()
            if how < 0.55:
                return self.group(label, victims=True)
            if how < 0.7:
                return self.person(label)
            if how < 0.8:
                return self.organisation(label)
            if how < 0.87:
                return self.country(label)
            return self.single(label)
        if kind == "T":
            how = self.random.random()
            if how < 0.3:
                return self.city(label)
            if how < 0.36:
                return self.facility(label)
            if how < 0.45:
                node = Node(
                    self.pick(["town", "city", "village", "district"]),
                    "NN",
                    label,
                    left=[word("the", "DT", "det")],
                )
                return node.add(self.with_case(self.city("nmod"), "of"))
            return self.thing(PLACES, label)
        return self.thing({"M": MEASURES, "W": WEAPONS, "E": EVENTS}[kind], label)

    def facility(self, label: str) -> Node:
        words = [*self.pick(self.names.cities).split(), *self.pick(FACILITIES).split()]
        return self.name_of(words, label, "FAC", False)

    def thing(self, phrases: Sequence[str], label: str) -> Node:
        phrase = self.pick(phrases)
        if phrase == "state of emergency":
            node = Node("state", "NN", label, left=[word("a", "DT", "det")])
            return node.add(self.with_case(Node("emergency", "NN", "nmod"), "of"))
        plural = self.is_plural(phrase.split()[-1])
        node = self.noun(phrase, label, plural)
        if self.chance(0.2) and phrase.split()[0] not in NUMBERS:
            node.before(word(self.pick(QUALITIES), "JJ", "amod"))
        mass = phrase.split()[-1] in MASS
        how = self.random.random()
        if how < 0.15 and phrase.split()[0] not in NUMBERS:
            node.before(self.possessor())
        elif how < 0.3 and phrase.split()[0] not in NUMBERS:
            node.before(self.people_adjective())
            if not plural and not mass:
                node.before(word("the", "DT", "det"))
        elif not plural and not mass:
            first = node.first().form
            node.before(
                word(
                    "the" if self.chance(0.5) else ("an" if first[0].lower() in VOWELS else "a"), "DT", "det"
                )
            )
        elif self.chance(0.3):
            node.before(word("the", "DT", "det"))
        if self.chance(0.3):
            if phrases is MEASURES:
                target = self.country("nmod") if self.chance(0.6) else self.group("nmod", victims=True)
                node.add(self.with_case(target, self.pick(["on", "against", "with", "for"])))
            elif phrases is PLACES:
                node.add(
                    self.with_case(
                        self.city("nmod") if self.chance(0.6) else self.country("nmod"),
                        self.pick(["in", "of", "near"]),
                    )
                )
            elif phrases is WEAPONS:
                node.add(
                    self.with_case(
                        self.thing(PLACES, "nmod") if self.chance(0.5) else self.country("nmod"), "from"
                    )
                )
            else:
                node.add(
                    self.with_case(
                        self.city("nmod") if self.chance(0.5) else self.thing(PLACES, "nmod"),
                        self.pick(["in", "on", "near"]),
                    )
                )
        return node

    def transitive(self) -> tuple[str, Node]:
        kind = self.pick("PPPTTTMMMWE")
        verb = self.pick(TRANSITIVE[kind].split())
        return verb, self.object_of(kind)

    # Adverbials

    def prepositional(
        self, label: str, prepositions: Sequence[str] = ("in", "in", "in", "near", "outside", "across")
    ) -> Node:
        preposition = self.pick(prepositions)
        how = self.random.random()
        if how < 0.35:
            node = self.city(label)
            if self.chance(0.3):
                node.add(self.country("nmod:unmarked").before(comma()))
        elif how < 0.5:
            node = self.country(label)
        elif how < 0.62:
            node = self.country(label).before(word(self.pick(ADJECTIVES[:5]), "JJ", "amod"))
        elif how < 0.7:
            region = self.pick(REGIONS).split()
            if "of" in region:
                node = Node(region[0], "NNP", label, entity="LOC")
                node.left.append(word("the", "DT", "det"))
                node.add(
                    Node(
                        region[-1],
                        "NNP",
                        "nmod",
                        left=[replace(word("of", "IN", "case"), name_part=True)],
                        name_part=True,
                    )
                )
            else:
                node = self.name_of(region, label, "LOC", False)
                if region[0] not in (
                    "Africa",
                    "Europe",
                    "Asia",
                    "Darfur",
                    "Kashmir",
                    "Central",
                    "West",
                    "Latin",
                    "Lake",
                ):
                    node.before(word("the", "DT", "det"))
        elif how < 0.76:
            node = self.facility(label)
        else:
            node = self.noun(self.pick(PLACES), label, False)
            if node.form == "suburbs":
                node.tag = "NNS"
            if self.chance(0.3):
                node.before(word(self.pick(ADJECTIVES), "JJ", "amod"))
            node.before(word("the", "DT", "det"))
            if self.chance(0.5):
                node.add(self.with_case(self.city("nmod"), self.pick(["of", "in", "near"])))
        return self.with_case(node, preposition)

    def time(self) -> Node:
        how = self.random.random()
        if how < 0.45:
            return Node(self.pick(DAYS), "NNP", "obl", left=[word("on", "IN", "case")], entity="DATE")
        if how < 0.55:
            node = Node(self.pick(DAYS), "NNP", "obl", entity="DATE")
            return node.before(word(self.pick(["late", "early"]), "RB", "advmod"), word("on", "IN", "case"))
        if how < 0.63:
            node = Node(self.pick(["week", "month", "year"]), "NN", "obl:unmarked", entity="DATE")
            return (
                node.before(replace(word(self.pick(["last", "this"]), "JJ", "amod"), name_part=True))
                if self.chance(0.6)
                else node.before(replace(word("this", "DT", "det"), name_part=True))
            )
        if how < 0.78:
            day = Node(str(self.random.randint(1, 30)), "CD", "obl", entity="DATE")
            day.left = [
                word("on", "IN", "case"),
                replace(word(self.pick(MONTHS), "NNP", "compound"), name_part=True),
            ]
            if self.chance(0.3):
                comma_ = replace(comma(), name_part=True)
                day.add(
                    Node(
                        str(self.random.randint(1990, 2026)),
                        "CD",
                        "nmod:unmarked",
                        left=[comma_],
                        name_part=True,
                    )
                )
            return day
        if how < 0.86:
            return Node(self.pick(DAYS), "NNP", "obl:unmarked", entity="DATE")
        if how < 0.92:
            return Node(self.pick(MONTHS[:12]), "NNP", "obl", left=[word("in", "IN", "case")], entity="DATE")
        days = Node(self.pick(["days", "weeks", "hours", "months"]), "NNS", "obl:unmarked")
        days.left = [word(self.pick(["two", "three", "four", "six"]), "CD", "nummod")]
        return Node(self.pick(["ago", "earlier", "later"]), "RB", "advmod", left=[days])

    def result(self) -> Node:
        """ ", leaving dozens injured" and ", killing at least twelve"."""
        if self.chance(0.4):
            node = Node("leaving", "VBG", "advcl", left=[comma()])
            victims = self.counted(self.pick(VICTIMS), "obj")
            state, tag = self.pick(
                [
                    ("dead", "JJ"),
                    ("injured", "VBN"),
                    ("wounded", "VBN"),
                    ("homeless", "JJ"),
                    ("stranded", "VBN"),
                ]
            )
            return node.add(victims, word(state, tag, "xcomp", "ADJ" if tag == "JJ" else "VERB"))
        verb, obj = self.pick(
            [
                ("kill", None),
                ("wound", None),
                ("injure", None),
                ("destroy", "T"),
                ("demand", "M"),
                ("seize", "T"),
                ("block", "T"),
                ("vow", "X"),
                ("call", "for"),
                ("force", "to"),
            ]
        )
        node = Node(gerund(verb), "VBG", "advcl", left=[comma()])
        if obj is None:
            return node.add(self.counted(self.pick(VICTIMS), "obj"))
        if obj == "X":
            return node.add(self.infinitive())
        if obj == "to":
            return node.add(self.group("obj", victims=True), self.infinitive())
        if obj == "for":
            return node.add(self.with_case(self.thing(MEASURES, "obl"), "for"))
        return node.add(self.object_of(obj))

    def infinitive(self, label: str = "xcomp") -> Node:
        verb, obj = self.transitive()
        node = Node(verb, "VB", label, left=[word("to", "TO", "mark")]).add(obj)
        if self.chance(0.2):
            node.add(self.prepositional("obl"))
        return node

    def clause_after(self) -> Node:
        link = self.pick(
            [
                "after",
                "after",
                "after",
                "as",
                "when",
                "before",
                "because",
                "while",
                "since",
                "although",
                "until",
            ]
        )
        clause = self.clause(
            "advcl",
            tense=self.pick(["past", "past", "past", "passive", "pluperfect", "intransitive"]),
            short=True,
        )
        mark = word(link, "WRB", "advmod") if link == "when" else word(link, "IN", "mark", "SCONJ")
        return clause.before(mark)

    # Clauses

    def verb_phrase(
        self, subject: Node | None, label: str, tense: str, number: str, short: bool = False
    ) -> Node:
        """A finite verb with its subject, objects and adverbials."""
        if tense == "passive":
            return self.passive(subject, label, number, short)
        if tense == "intransitive":
            return self.intransitive(subject, label, "past", number, short)
        pattern = self.random.random()
        if pattern < 0.62:
            verb, obj = self.transitive()
            node = Node(verb, "VB", label)
            node.add(obj)
            if verb == "shoot" and self.chance(0.5):
                node.right.insert(0, word("dead", "JJ", "xcomp"))
            if verb == "accuse":
                node.add(self.of_doing("of"))
        elif pattern < 0.74:
            return self.intransitive(subject, label, tense, number, short)
        elif pattern < 0.85:
            verb = self.pick(CONTROL["P"].split())
            node = Node(verb, "VB", label).add(self.infinitive())
        elif pattern < 0.91:
            verb = self.pick(TELL_TO)
            node = Node(verb, "VB", label).add(self.subject("obj", loaded=False), self.infinitive())
        elif pattern < 0.95:
            verb = self.pick(["accuse", "suspect"])
            node = Node(verb, "VB", label).add(self.subject("obj", loaded=False), self.of_doing("of"))
        else:
            verb, particle = self.pick(
                [
                    ("shoot", "down"),
                    ("hand", "over"),
                    ("blow", "up"),
                    ("set", "up"),
                    ("carry", "out"),
                    ("break", "off"),
                    ("rule", "out"),
                    ("call", "off"),
                    ("take", "over"),
                    ("drive", "back"),
                    ("round", "up"),
                    ("hold", "back"),
                ]
            )
            node = Node(verb, "VB", label).add(
                word(particle, "RP", "compound:prt"),
                self.object_of(self.pick("PTW") if verb != "call" else "E"),
            )
        self.conjugate(node, tense, number)
        self.adverbials(node, short)
        if subject is not None:
            node.before(subject)
        return node

    def conjugate(self, node: Node, tense: str, number: str) -> None:
        verb = node.form
        single = number == "single"
        if tense == "past":
            node.form, node.tag = past(verb), "VBD"
        elif tense == "present":
            node.form, node.tag = (present(verb), "VBZ") if single else (verb, "VBP")
        elif tense in ("perfect", "pluperfect"):
            auxiliary = (
                ("had", "VBD") if tense == "pluperfect" else ("has", "VBZ") if single else ("have", "VBP")
            )
            node.form, node.tag = participle(verb), "VBN"
            node.before(word(*auxiliary, "aux", "AUX"))
        elif tense == "future":
            node.before(
                word(self.pick(["will", "will", "would", "could", "may", "should", "must"]), "MD", "aux")
            )
        elif tense == "progressive":
            be = self.pick([("is", "VBZ"), ("was", "VBD")] if single else [("are", "VBP"), ("were", "VBD")])
            node.form, node.tag = gerund(verb), "VBG"
            node.before(word(*be, "aux", "AUX"))
        elif tense == "negative":
            node.before(word("did", "VBD", "aux", "AUX"), word("not", "RB", "advmod", "PART"))

    def passive(self, subject: Node | None, label: str, number: str, short: bool) -> Node:
        kind = self.pick("PPPPTM")
        verb = self.pick(
            [
                v
                for v in TRANSITIVE[kind].split()
                if v not in ("leave", "flee", "meet", "thank", "enter", "call", "quit", "welcome")
            ]
        )
        node = Node(participle(verb), "VBN", label)
        if subject is None:
            subject = self.object_of(kind).to("nsubj")
            number = (
                "plural"
                if self.number_of(subject) == "plural" or subject.tag == "NNS" or subject.form.isdigit()
                else "single"
            )
        subject.to("nsubj:pass")
        be = self.pick(
            [("was", "VBD"), ("was", "VBD"), ("is", "VBZ")]
            if number == "single"
            else [("were", "VBD"), ("were", "VBD"), ("are", "VBP")]
        )
        how = self.random.random()
        if how < 0.7:
            node.before(word(*be, "aux:pass", "AUX"))
        elif how < 0.9:
            have = ("has", "VBZ") if number == "single" else ("have", "VBP")
            node.before(word(*have, "aux", "AUX"), word("been", "VBN", "aux:pass", "AUX"))
        else:
            node.before(
                word(self.pick(["will", "could", "would"]), "MD", "aux"), word("be", "VB", "aux:pass", "AUX")
            )
        if self.chance(0.4):
            node.add(self.agent())
        elif self.chance(0.3):
            node.add(self.with_case(self.thing(EVENTS, "obl"), self.pick(["in", "during", "after"])))
        self.adverbials(node, short)
        return node.before(subject)

    def intransitive(self, subject: Node | None, label: str, tense: str, number: str, short: bool) -> Node:
        verb, preposition = self.pick(INTRANSITIVE["P"])
        node = Node(verb, "VB", label)
        if preposition == "fire":
            node.add(word("fire", "NN", "obj"), self.with_case(self.group("obl", victims=True), "on"))
        elif preposition == "out":
            node.add(word("out", "RP", "compound:prt"), self.with_case(self.thing(EVENTS, "obl"), "of"))
        elif preposition:
            people = preposition in ("with", "to") and verb not in (
                "flee",
                "return",
                "retreat",
                "travel",
                "agree",
            )
            if verb in ("protest", "vote", "call", "appeal", "agree"):
                target = self.thing(MEASURES, "obl")
            elif people or preposition == "against":
                target = self.subject("obl", loaded=False)
            elif verb == "die":
                target = self.thing(EVENTS, "obl")
            else:
                target = self.city("obl") if self.chance(0.6) else self.thing(PLACES, "obl")
            node.add(self.with_case(target, preposition))
        elif verb == "pledge":
            node.add(self.infinitive())
        self.conjugate(node, tense, number)
        self.adverbials(node, short or not preposition)
        if subject is not None:
            node.before(subject)
        return node

    def adverbials(self, node: Node, short: bool) -> None:
        if self.chance(0.3):
            node.add(self.prepositional("obl"))
        if self.chance(0.3):
            node.add(self.time())
        if short:
            return
        how = self.random.random()
        if how < 0.1:
            node.add(self.result())
        elif how < 0.2:
            node.add(self.clause_after())
        elif how < 0.24:
            node.add(self.clause_after().before(comma()))
        elif how < 0.32:
            self.second_verb(node)
        elif how < 0.36:
            node.add(self.infinitive("advcl"))
        elif how < 0.4:
            verb, obj = self.transitive()
            node.add(
                Node(
                    gerund(verb),
                    "VBG",
                    "advcl",
                    left=[word(self.pick(["after", "before", "by", "without"]), "IN", "mark", "SCONJ")],
                ).add(obj)
            )

    def second_verb(self, node: Node) -> None:
        verb, obj = self.transitive()
        second = Node(past(verb), "VBD", "conj", left=[word("and", "CC", "cc")]).add(obj)
        if node.tag == "VBD":
            if self.chance(0.2):
                verb, obj = self.transitive()
                node.add(Node(past(verb), "VBD", "conj", left=[comma()]).add(obj))
            if self.chance(0.25):
                second.add(self.time())
            node.add(second)

    def clause(self, label: str, tense: str | None = None, short: bool = False) -> Node:
        tense = tense or self.pick(
            ["past"] * 8
            + ["passive"] * 3
            + ["perfect", "future", "future", "progressive", "negative", "pluperfect"]
        )
        if tense == "passive":
            return self.passive(None, label, "single", short)
        if self.chance(0.08):
            return self.happening(label, short)
        if self.chance(0.06):
            return self.nominal(label, short)
        subject = self.subject(loaded=not short)
        return self.verb_phrase(subject, label, tense, self.number_of(subject), short)

    def happening(self, label: str, short: bool) -> Node:
        """An event as the subject: "Talks between A and B collapsed"."""
        phrase = self.pick([p for p in EVENTS if p not in ("visit", "ceremony", "vote")])
        plural = self.is_plural(phrase.split()[-1])
        subject = self.noun(phrase, "nsubj", plural)
        if self.chance(0.3):
            subject.before(word(self.pick(QUALITIES), "JJ", "amod"))
        if not plural and phrase.split()[-1] not in MASS:
            subject.before(word(self.pick(["the", "the", "a"]), "DT", "det"))
        if self.chance(0.5):
            one = self.subject("nmod", loaded=False)
            one.add(self.subject("conj", loaded=False).before(word("and", "CC", "cc")))
            subject.add(self.with_case(one, "between"))
        if self.chance(0.6):
            verb, after = self.pick(INTRANSITIVE["E"])
            node = Node(past(verb), "VBD", label)
            if after in ("out", "down", "apart"):
                node.add(
                    word(
                        after,
                        "RP" if after != "apart" else "RB",
                        "compound:prt" if after != "apart" else "advmod",
                    )
                )
            elif after == "without":
                node.add(self.with_case(Node("agreement", "NN", "obl"), "without"))
            elif after:
                node.add(self.with_case(self.city("obl"), after))
        else:
            verb = self.pick(
                [
                    "kill",
                    "wound",
                    "displace",
                    "force",
                    "spark",
                    "trigger",
                    "draw",
                    "leave",
                    "disrupt",
                    "damage",
                    "destroy",
                    "injure",
                ]
            )
            node = Node(past(verb), "VBD", label)
            if verb in ("spark", "trigger", "draw"):
                node.add(
                    Node(self.pick(["outrage", "protests", "condemnation", "anger"]), "NN", "obj").add(
                        self.prepositional("nmod", ("in", "across"))
                    )
                )
                node.right[0].tag = "NNS" if node.right[0].form == "protests" else "NN"
            elif verb == "force":
                node.add(self.group("obj", victims=True), self.infinitive())
            elif verb == "leave":
                node.add(self.counted(self.pick(VICTIMS), "obj"), word("dead", "JJ", "xcomp"))
            else:
                node.add(self.counted(self.pick(VICTIMS), "obj"))
        self.adverbials(node, short)
        return node.before(subject)

    def nominal(self, label: str, short: bool) -> Node:
        """ "The killing of twelve soldiers by rebels drew condemnation"."""
        deed = self.pick(
            [
                "killing",
                "arrest",
                "detention",
                "release",
                "assassination",
                "kidnapping",
                "execution",
                "shooting",
                "expulsion",
                "trial",
                "bombing",
                "seizure",
            ]
        )
        subject = Node(deed, "NN", "nsubj", left=[word("the", "DT", "det")])
        target = self.group("nmod", victims=True) if self.chance(0.7) else self.person("nmod")
        subject.add(self.with_case(target, "of"))
        if self.chance(0.4):
            subject.add(self.with_case(self.subject("nmod", loaded=False), "by"))
        if self.chance(0.3):
            subject.add(self.prepositional("nmod"))
        verb = self.pick(["draw", "spark", "trigger", "provoke", "raise", "anger", "shock", "prompt"])
        node = Node(past(verb), "VBD", label)
        what, tag = self.pick(
            [
                ("condemnation", "NN"),
                ("protests", "NNS"),
                ("criticism", "NN"),
                ("fears", "NNS"),
                ("outrage", "NN"),
                ("riots", "NNS"),
                ("calls", "NNS"),
            ]
        )
        if verb in ("anger", "shock"):
            node.add(self.subject("obj", loaded=False))
        else:
            obj = Node(what, tag, "obj")
            obj.add(self.with_case(self.subject("nmod", loaded=False), "from"))
            node.add(obj)
        self.adverbials(node, short)
        return node.before(subject)

    # Sentences

    def speaker(self, label: str = "nsubj") -> Node:
        how = self.random.random()
        if how < 0.3:
            node = self.noun(
                self.pick(
                    [
                        "officials",
                        "police",
                        "witnesses",
                        "residents",
                        "activists",
                        "state media",
                        "medics",
                        "prosecutors",
                        "local officials",
                        "army officials",
                        "rebel leaders",
                        "aid workers",
                        "government sources",
                        "two witnesses",
                        "security sources",
                    ]
                ),
                label,
                True,
            )
            return node
        if how < 0.5:
            node = self.noun(
                self.pick(
                    [
                        "spokesman",
                        "army",
                        "military",
                        "government",
                        "ministry",
                        "police chief",
                        "interior ministry",
                        "foreign ministry",
                        "president",
                        "health ministry",
                        "official",
                        "senior official",
                        "military spokesman",
                        "U.N. spokesman",
                    ]
                ),
                label,
                False,
            )
            return node.before(
                self.possessor()
                if self.chance(0.3)
                else word("a" if node.form in ("spokesman", "official") else "the", "DT", "det")
            )
        if how < 0.8:
            node = self.person(label)
            if self.chance(0.3) and not node.left:
                self.apposition(node)
            return node
        return self.organisation(label)

    def saying(self, told: bool) -> Node:
        verb = Node(self.pick(["said"] * 8 + ["announced", "reported", "added"]), "VBD", "ROOT")
        if told and self.chance(0.2):
            verb.form = "told"
            audience: list[Callable[[], Node]] = [
                lambda: Node("reporters", "NNS", "obj"),
                lambda: Node("parliament", "NN", "obj"),
                lambda: Node(self.pick(AGENCIES), "NNP", "obj", entity="ORG"),
            ]
            verb.add(self.pick(audience)().to("iobj"))
            if self.chance(0.4):
                verb.add(self.prepositional("obl", ("in",)))
        if self.chance(0.35):
            verb.add(self.time())
        if self.chance(0.2):
            verb.add(self.with_case(Node("statement", "NN", "obl", left=[word("a", "DT", "det")]), "in"))
        return verb

    def stop(self, node: Node) -> Node:
        return node.add(word(".", ".", "punct", glued=True))

    def reported(self) -> Node:
        """ "…, officials said": the report is the clausal complement of the verb of saying."""
        quoted = self.chance(0.25)
        clause = self.first_person("ccomp") if quoted or self.chance(0.12) else self.clause("ccomp")
        if self.chance(0.12) and not quoted:
            said = self.subject("obl", loaded=False)
            according = word("according", "VBG", "case")
            according.add(word("to", "IN", "fixed"))
            said.before(comma(), according)
            return self.stop(clause.to("ROOT").add(said))
        said = self.saying(True)
        speaker = self.speaker()
        ended = clause.last().form == "," and clause.last().label == "punct"
        mark = [] if ended else [comma()]
        if quoted and self.chance(0.65):
            opening, closing = self.pick([('"', '"'), ("“", "”")])
            clause.before(word(opening, "``", "punct"))
            clause.first()
            clause.add(*mark, word(closing, "''", "punct", glued=True))
            self.glue_after(clause)
            said.left = [clause]
        else:
            said.left = [clause, *mark]
        if said.form == "said" and self.chance(0.3):
            said.right.insert(0, speaker)
        else:
            said.left.append(speaker)
        return self.stop(said)

    def glue_after(self, clause: Node) -> None:
        if len(clause.left) > 1:
            clause.left[1].first().glued = True
        else:
            clause.glued = True

    def first_person(self, label: str) -> Node:
        pronoun = self.pick(["we", "we", "they", "I", "it", "he"])
        number = "single" if pronoun in ("it", "he") else "plural"
        subject = word(pronoun, "PRP", "nsubj")
        return self.verb_phrase(
            subject,
            label,
            self.pick(
                [
                    "past",
                    "future",
                    "future",
                    "perfect",
                    "present" if pronoun in ("we", "they", "I") else "past",
                ]
            ),
            number,
            short=True,
        )

    def reporting(self) -> Node:
        """ "Officials said (that) …"."""
        said = self.saying(True)
        clause = self.clause(
            "ccomp", self.pick(["past", "past", "pluperfect", "pluperfect", "future", "passive"])
        )
        if self.chance(0.25):
            clause.before(word("that", "IN", "mark", "SCONJ"))
        said.left = [self.speaker()]
        return self.stop(said.add(clause))

    def fronted(self) -> Node:
        main = self.clause("ROOT", self.pick(["past", "past", "past", "passive", "perfect", "intransitive"]))
        how = self.random.random()
        if how < 0.25:
            said = Node(
                "said", "VBD", "advcl", left=[word("after", "IN", "mark", "SCONJ"), self.country("nsubj")]
            )
            inner = self.first_person("ccomp")
            inner.left[0] = word("it", "PRP", "nsubj")
            said.add(inner)
            return self.stop(main.before(said, comma()))
        if how < 0.8:
            return self.stop(main.before(self.clause_after(), comma()))
        if how < 0.9:
            return self.stop(main.before(self.time(), comma()))
        return self.stop(main.before(self.prepositional("obl", ("in",)), comma()))

    def plain(self) -> Node:
        return self.stop(self.clause("ROOT"))

    def dateline(self) -> Node:
        node = self.pick([self.plain, self.plain, self.reported, self.reporting])()
        first = node.first()
        first.form = first.form[:1].upper() + first.form[1:]
        city = self.city("obl:unmarked")
        for part in (city, *city.left):
            if self.chance(0.85):
                part.form = part.form.upper()
        if self.chance(0.4):
            city.add(self.country("nmod:unmarked").before(comma()))
        if self.chance(0.25):
            day = Node(str(self.random.randint(1, 30)), "CD", "nmod:unmarked", entity="DATE")
            day.left = [comma(), replace(word(self.pick(MONTHS), "NNP", "compound"), name_part=True)]
            city.add(day)
        if self.chance(0.75):
            agency = Node(self.pick(AGENCIES), "NNP", "parataxis", entity="ORG", glued=True)
            agency.left = [word("(", "-LRB-", "punct")]
            agency.right = [word(")", "-RRB-", "punct", glued=True)]
            city.add(agency)
        return node.before(city, word(self.pick(["-", "-", "–", "—", "--"]), ",", "punct"))

    def headline(self) -> Node:
        how = self.random.random()
        if how < 0.6:
            subject = self.headline_subject()
            verb, obj = self.transitive()
            plural = self.number_of(subject) == "plural"
            node = Node(verb if plural else present(verb), "VBP" if plural else "VBZ", "ROOT").add(bare(obj))
            if self.chance(0.25):
                node.add(self.prepositional("obl", ("in", "near")))
            if self.chance(0.25):
                other = self.headline_subject()
                verb, obj = self.transitive()
                plural = self.number_of(other) == "plural"
                clause = Node(
                    verb if plural else present(verb),
                    "VBP" if plural else "VBZ",
                    "advcl",
                    left=[word(self.pick(["as", "after"]), "IN", "mark", "SCONJ"), other],
                )
                node.add(clause.add(bare(obj)))
            node.before(subject)
        elif how < 0.8:
            victims = (
                self.counted(self.pick(VICTIMS), "nsubj:pass")
                if self.chance(0.6)
                else bare(self.group("nsubj:pass", victims=True))
            )
            verb = self.pick(["kill", "wound", "arrest", "kidnap", "free", "jail", "injure", "detain"])
            node = Node(participle(verb), "VBN", "ROOT", left=[victims])
            node.add(
                bare(self.with_case(self.thing(EVENTS, "obl"), "in")),
                self.prepositional("obl", ("in", "near")),
            )
        else:
            subject = self.headline_subject()
            verb, obj = self.transitive()
            node = Node(verb, "VB", "ROOT", left=[subject, word("to", "TO", "mark")]).add(bare(obj))
        style = self.random.random()
        if style < 0.45:
            restyle(
                node,
                lambda form, tag: (
                    form if tag in ("IN", "TO", "CC", "DT") and len(form) < 5 else form[:1].upper() + form[1:]
                ),
            )
        elif style < 0.65:
            restyle(node, lambda form, _: form.upper())
        else:
            first = node.first()
            first.form = first.form[:1].upper() + first.form[1:]
        return node

    def headline_subject(self) -> Node:
        return bare(self.subject(loaded=False))

    def caption(self) -> Node:
        ways: list[Callable[[], Node]] = [self.group, self.single, lambda: self.person(titled=True)]
        subject = self.pick(ways)()
        number = self.number_of(subject)
        verb, obj = self.transitive()
        node = Node(verb, "VB", "ROOT").add(obj)
        self.conjugate(node, "present", number)
        node.add(self.prepositional("obl", ("in", "near", "outside")), self.time())
        return self.stop(node.before(subject))

    def sentence(self) -> Node:
        make = self.pick(
            [self.plain] * 9
            + [self.reported] * 6
            + [self.reporting] * 3
            + [self.fronted] * 4
            + [self.dateline] * 3
            + [self.headline] * 4
            + [self.caption]
        )
        node = make().to("ROOT")
        if make != self.headline:
            first = node.first()
            if first.form in ('"', "“"):
                words = flatten(node)
                words[1].form = words[1].form[:1].upper() + words[1].form[1:]
            elif not (first.form == "al" or first.form.startswith("al-")):
                first.form = first.form[:1].upper() + first.form[1:]
        return node


NAME_ADJECTIVES = {
    "United",
    "European",
    "African",
    "Islamic",
    "International",
    "Constitutional",
    "Supreme",
    "National",
    "Muslim",
    "Foreign",
    "Criminal",
    "Shining",
    "Free",
    "Rapid",
    "Revolutionary",
    "Red",
    "White",
    "Black",
    "Central",
    "South",
    "Latin",
    "New",
    "Persian",
    "Arab",
} - {"South", "Arab", "Muslim", "Red", "White"}
PLURALS = {
    "Nations",
    "Forces",
    "Guards",
    "Tigers",
    "Houthis",
    "States",
    "Heights",
    "Balkans",
    "Doctors",
    "Borders",
    "Rights",
    "Chiefs",
}
PREMODIFIERS = {
    "new",
    "nuclear",
    "military",
    "presidential",
    "ballistic",
    "joint",
    "religious",
    "tribal",
    "foreign",
    "human",
    "special",
    "naval",
    "international",
    "central",
    "former",
    "local",
    "senior",
    "main",
    "long-range",
    "live",
    "martial",
    "armed",
    "pro-government",
    "Islamist",
}
PLURAL_HEADS = {"police", "Houthis", "Nations", "Guards", "Forces", "troops", "people", "Tigers"}
SINGULAR_S = {"headquarters", "gas", "barracks", "police"}
MASS = {
    "gas",
    "cannon",
    "ammunition",
    "violence",
    "fighting",
    "unrest",
    "shelling",
    "law",
    "headquarters",
    "territory",
    "parliament",
}
PEOPLE_WORDS = {w.split()[-1] for w in GROUPS + VICTIMS} | {
    "gunman",
    "judge",
    "teenager",
    "journalist",
    "lawmaker",
    "general",
    "minister",
    "commander",
    "warlord",
    "cleric",
    "officer",
    "soldier",
    "bomber",
    "activist",
    "policeman",
    "chief",
}


def bare(node: Node) -> Node:
    """Headlines drop articles."""
    node.left = [bare(child) for child in node.left if child.label != "det"]
    node.right = [bare(child) for child in node.right]
    return node


def restyle(node: Node, style: Callable[[str, str], str]) -> None:
    node.form = style(node.form, node.tag)
    for child in node.left + node.right:
        restyle(child, style)


def flatten(node: Node) -> list[Node]:
    return [
        *(part for child in node.left for part in flatten(child)),
        node,
        *(part for child in node.right for part in flatten(child)),
    ]


def entity_span(node: Node, place: dict[int, int]) -> tuple[int, int]:
    positions = [place[id(node)]]
    positions += [
        place[id(part)] for child in node.left + node.right if child.name_part for part in flatten(child)
    ]
    return min(positions), max(positions) + 1


def learn_morphology(corpus: Path) -> dict[tuple[str, str], tuple[str, str]]:
    """Most frequent coarse tag and features of a form with a tag, and of a tag alone (form "")."""
    counts: dict[tuple[str, str], Counter[tuple[str, str]]] = defaultdict(Counter)
    vocab = spacy.blank("en").vocab
    for name in ("ewt-train", "gum-train"):
        for doc in DocBin().from_disk(corpus / "ud" / f"{name}.spacy").get_docs(vocab):
            for token in doc:
                value = (token.pos_, str(token.morph))
                counts[token.lower_, token.tag_][value] += 1
                counts["", f"{token.pos_} {token.tag_}"][value] += 1
    return {key: found.most_common(1)[0][0] for key, found in counts.items()}


def to_doc(
    nodes: Sequence[Node], vocab: spacy.vocab.Vocab, morphology: dict[tuple[str, str], tuple[str, str]]
) -> Doc:
    words: list[str] = []
    spaces, tags, coarse, morphs, heads, labels, spans = [], [], [], [], [], [], []
    for root in nodes:
        order = flatten(root)
        place = {id(node): len(words) + index for index, node in enumerate(order)}
        head_of = {id(child): node for node in order for child in node.left + node.right}
        for index, node in enumerate(order):
            following = order[index + 1] if index + 1 < len(order) else None
            wanted = node.coarse or COARSE[node.tag]
            found = morphology.get((node.form.lower(), node.tag))
            if found is None or (found[0] != wanted and node.coarse):
                found = morphology.get(("", f"{wanted} {node.tag}"), (wanted, ""))
            words.append(node.form)
            spaces.append(not (following and following.glued))
            tags.append(node.tag)
            coarse.append(found[0] if not node.coarse else wanted)
            morphs.append(found[1])
            head = head_of.get(id(node))
            heads.append(place[id(head)] if head else place[id(node)])
            labels.append(node.label if head else "ROOT")
            if node.entity:
                spans.append((*entity_span(node, place), node.entity))
    doc = Doc(
        vocab, words=words, spaces=spaces, tags=tags, pos=coarse, morphs=morphs, heads=heads, deps=labels
    )
    doc.set_ents([Span(doc, start, end, label=label) for start, end, label in spans], default="outside")
    return doc


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("assets", type=Path)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--sentences", type=int, default=8000)
    parser.add_argument("--seed", type=int, default=3)
    parser.add_argument("--show", type=int, default=0)
    arguments = parser.parse_args()
    grammar = Grammar(load_names(arguments.assets), arguments.seed)
    morphology = learn_morphology(arguments.corpus)
    vocab = spacy.blank("en").vocab
    made, docs = 0, []
    while made < arguments.sentences:
        nodes = [grammar.sentence() for _ in range(grammar.pick([1, 1, 1, 2, 2, 3]))]
        made += len(nodes)
        docs.append(to_doc(nodes, vocab, morphology))
    DocBin(docs=docs).to_disk(arguments.out)
    for doc in docs[: arguments.show]:
        print(doc.text, [(span.text, span.label_) for span in doc.ents])
    print(f"{made} sentences, {sum(len(doc) for doc in docs)} words")


if __name__ == "__main__":
    main()
