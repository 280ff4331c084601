"""Quantities: a phrase ("at least a dozen", "between 5 and 10") in, bounds out; a bound that the text leaves open is None."""

from __future__ import annotations

import re
from functools import lru_cache

from pipeline.extract.lexicon.number_words import NumberWords, load_number_words

Bounds = tuple[int | None, int | None]
_AGE = re.compile(r"\b[\w-]+?[ -]years?[ -]olds?\b|\baged \d+\b")
_BETWEEN = re.compile(r"\bbetween (.+?) and (.+)")
_RANGE = re.compile(r"(?<![\d,.])(\d[\d,]*) ?(?:-|–|to|or) ?(\d[\d,]*)(?![\d,.])")
_MORE = re.compile(r"\bor more\b|\band more\b|\bor so more\b|\bplus\b")
_TOKEN = re.compile(r"\d{1,3}(?:,\d{3})+|\d+(?:\.\d+)?|[a-z]+")
# What is longer is no phrase, and must not cost time.
_LONGEST_PHRASE = 300
# Above the people alive, a number counts no people.
_MOST = 10_000_000_000


@lru_cache(maxsize=10_000)
def quantity(phrase: str) -> Bounds | None:
    """Read how many a phrase says, as (at least, at most); None for a bound left open, or for no number.

    An age ("a 12-year-old") is no number of people. "About 50" is taken as 50, and "more than 100"
    as 100 or more: nobody means 101.
    """
    words = load_number_words()
    text = _AGE.sub(" ", phrase[:_LONGEST_PHRASE].lower().replace("’", "'"))
    between = _BETWEEN.search(text)
    if between:
        return _ordered(_number(between[1], words), _number(between[2], words))
    span = _RANGE.search(text) or _word_range(words).search(text)
    if span:
        return _ordered(_number(span[1], words), _number(span[2], words))
    value = _number(text, words)
    if value is None:
        return _vague(text, words)
    return _bounded(text, value, words)


@lru_cache(maxsize=1)
def _word_range(words: NumberWords) -> re.Pattern[str]:
    number = "|".join(words.numbers)
    return re.compile(rf"\b({number}) (?:to|or) ({number})\b")


def _ordered(low: int | None, high: int | None) -> Bounds | None:
    return (low, high) if low is not None and high is not None and low <= high else None


def _bounded(text: str, value: int, words: NumberWords) -> Bounds:
    name = next((name for name, pattern in words.bounds if pattern.search(text)), None)
    if name == "lower" or (name is None and _MORE.search(text)):
        return value, None
    if name == "upper":
        return None, value
    if name == "nearly":
        return int(value * words.nearly_share), value
    return value, value


def _number(text: str, words: NumberWords) -> int | None:
    """The first number written in a text, in figures or words; None when it has none."""
    total, current, seen = 0, 0.0, False
    for match in _TOKEN.finditer(text):
        token = match.group()
        if token[0].isdigit():
            if seen and current:
                break
            current, seen = float(token.replace(",", "")), True
        elif token in words.numbers:
            current += words.numbers[token]
            seen = True
        elif token in words.scales and (seen or _is_article(text, match.start())):
            current = (current or (0.5 if "half a " in text[: match.start()] else 1)) * words.scales[token]
            seen = True
            if words.scales[token] >= 1000:
                total, current = total + int(min(current, _MOST)), 0.0
        elif seen and token != "and":
            break
    value = int(min(total + current, _MOST))
    return value if seen and value < _MOST else None


def _is_article(text: str, start: int) -> bool:
    return text[:start].rstrip().endswith(("a", "half a"))


def _vague(text: str, words: NumberWords) -> Bounds | None:
    """ "tens of thousands", "dozens", "several hundred"."""
    tokens = _TOKEN.findall(text)
    product, seen = 1, False
    for token in tokens:
        if token in words.exactly and not seen:
            return words.exactly[token], words.exactly[token]
        if token in words.least:
            # "tens of thousands": each but the last counts as its own least, the last as one of it
            product = product * words.least[token] if not seen else product * words.least[token] // 2
            seen = True
        elif token in words.scales and seen:
            product *= words.scales[token]
    return (product, None) if seen else None
