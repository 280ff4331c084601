"""Clean: an article's text in, the same text without what is no language out, not a character longer or shorter."""

from __future__ import annotations

import re
from functools import lru_cache

from pipeline import plover
from pipeline.extract.lexicon.files import DATA
from pipeline.extract.lexicon.gazetteer import load_gazetteer
from pipeline.extract.text.capitals import recase

# Text beyond this is not read: no news article is longer, and a poison text must cost bounded time.
MAX_TEXT_CHARACTERS = 100_000
_CONTROL = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff\ufffc\ufffd]"
)
_TAG = re.compile(r"<[/!a-zA-Z][^<>\n]{0,300}>")
# "10:05 Two people …": when a line of a live report was written, which counts nobody.
_CLOCK = re.compile(
    r"(?:(?<=^)|(?<=\n)|(?<=[.!?\"'] ))(?:[01]?\d|2[0-3])[:.][0-5]\d(?::[0-5]\d)?(?: ?(?:[ap]\.?m\.?|GMT|BST|UTC|CES?T|E[DS]?T|IST))?"
    r"(?=(?: ?[-–—:|]?) +[A-Z\"'])"
)
_ENTITY = re.compile(r"&(?:[a-zA-Z]{2,8}|#\d{2,6});")


def clean(text: str, vocabulary: frozenset[str] = frozenset()) -> str:
    """Blank out what is no language, character for character: controls, tags, entities, odd spaces; capitals to small."""
    text = text[:MAX_TEXT_CHARACTERS]
    text = _CONTROL.sub(" ", text)
    if "<" in text:
        text = _TAG.sub(lambda match: " " * len(match.group()), text)
    if "&" in text:
        text = _ENTITY.sub(lambda match: " " * len(match.group()), text)
    text = _CLOCK.sub(lambda match: " " * len(match.group()), text)
    is_word = vocabulary.__contains__ if vocabulary else _any_word
    text = recase(text.translate(_PLAIN), is_word, load_gazetteer())
    return _marks().sub(lambda match: " " * len(match.group()), text) if "[" in text else text


@lru_cache(maxsize=1)
def _marks() -> re.Pattern[str]:
    """A transcriber's mark in brackets, "[text]" with all brackets before it: kind of text and who speaks."""
    lines = plover.read_list(DATA / "transcript_marks.txt")
    marks = "|".join(r"\s+".join(map(re.escape, line.split())) for line in lines)
    return re.compile(rf"(?:\[[^\[\]]{{2,200}}\]\s*)*\[(?:text|excerpts?)\]|\[(?:{marks})\]", re.I)


def _any_word(_: str) -> bool:
    """Without a dictionary every word passes for one; only known places and days get their capital."""
    return True


_PLAIN = {
    ord(odd): plain
    for odd, plain in (
        ("\u00a0", " "), ("\u2009", " "), ("\u202f", " "), ("’", "'"), ("‘", "'"), ("“", '"'), ("”", '"'),
        ("\t", " "), ("\r", " "), ("\u2028", " "), ("\u2029", " "),
    )
}  # fmt: skip
