"""Likeness: the words an article is known by, and how alike two articles are."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping

from pipeline.stories.settings import story_settings, word_counts

WORD = re.compile(r"[^\W_](?:[\w'’.-]*[^\W_])?")
ENDINGS = ("ies", "ing", "ed", "es", "s")
SHORTEST_STEM = 4
IN_NO_ARTICLE = 0.5  # what a word that no article of the sample has counts as
NAME_SHARE = 0.6  # of its places a name is written with a capital in so many

Terms = dict[str, float]


def terms_of(title: str, text: str) -> Terms:
    """The heaviest words of an article with their weights, a vector of length 1; names and rare words weigh most."""
    settings = story_settings()
    first_words = len(WORD.findall(title)) + settings.lead_words
    told: Counter[str] = Counter()
    capital: Counter[str] = Counter()
    for place, word in enumerate(WORD.findall(f"{title} . {text}")):
        weight = settings.lead_weight if place < first_words else 1.0
        stem = stem_of(word)
        told[stem] += weight  # type: ignore[assignment]
        if word[0].isupper():
            capital[stem] += weight  # type: ignore[assignment]
    weighed = {
        stem: (1 + math.log(max(1.0, count)))
        * rarity(stem) ** settings.rarity_power
        * (settings.name_weight if capital[stem] >= NAME_SHARE * count else 1.0)
        for stem, count in told.items()
        if len(stem) > 1 and rarity(stem) >= settings.least_rarity
    }
    heaviest = sorted(weighed.items(), key=lambda item: (-round(item[1], 6), item[0]))[: settings.terms]
    length = math.sqrt(sum(weight * weight for _, weight in heaviest))
    return {stem: round(weight / length, 4) for stem, weight in heaviest}


def sentence_terms(sentence: str) -> Terms:
    """The words of one sentence with their weights, a vector of length 1; names and rare words weigh most."""
    settings = story_settings()
    weighed: Terms = {}
    for word in WORD.findall(sentence):
        stem = stem_of(word)
        if len(stem) > 1 and rarity(stem) >= settings.least_rarity:
            weighed[stem] = rarity(stem) * (settings.sentence_name_weight if word[0].isupper() else 1.0)
    length = math.sqrt(sum(weight * weight for weight in weighed.values()))
    return {stem: round(weight / length, 4) for stem, weight in weighed.items()}


def keys_of(terms: Mapping[str, float]) -> list[str]:
    """The words that alike articles share one of."""
    return sorted(sorted(terms, key=lambda stem: (-terms[stem], stem))[: story_settings().keys])


def similarity(terms: Mapping[str, float], others: Mapping[str, float]) -> float:
    """Cosine of two articles, 0 to 1; the same whichever comes first."""
    common = sorted(terms.keys() & others.keys())
    return round(math.fsum(terms[stem] * others[stem] for stem in common), 4)


def rarity(stem: str) -> float:
    """How rare a word is in news, from 0 (in every article) to 1 (in none of the sample)."""
    counts = word_counts()
    articles = counts["*"] + 1
    return math.log(articles / (counts.get(stem, 0) + 0.5)) / math.log(articles / IN_NO_ARTICLE)


def stem_of(word: str) -> str:
    """A word without case and common endings: enough to meet its own plural."""
    word = word.casefold().replace("’", "'").removesuffix("'s")
    for ending in ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= SHORTEST_STEM:
            return word[: -len(ending)]
    return word
