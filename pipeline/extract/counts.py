"""Counts: a word that names an event in, how many were killed, hurt, held, driven out, taken or came.

`quantity` reads a phrase ("at least a dozen", "between 5 and 10") into bounds; `counts_of` finds the
phrases that belong to the event: of its own verb, and of what it led to ("a blast …, killing 12 and
wounding 30"). A bound that the text leaves open is None.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from spacy.tokens import Token

from pipeline.extract.language.bounds import sentence_bounds
from pipeline.extract.lexicon.number_words import NumberWords, load_number_words
from pipeline.model import Count, CountKind, Span

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


_RESULTS = frozenset(
    ("advcl", "conj", "xcomp", "acl", "obj", "obl", "nmod", "acl:relcl", "parataxis", "dep", "amod")
)
_BORNE_BY_SUBJECT = frozenset(("die", "perish", "flee", "dead", "homeless"))
_DEEPEST = 3


def counts_of(trigger: Token) -> tuple[Count, ...]:
    """Find the counts that belong to the event this word names, one a kind, in the order of kinds found."""
    words = load_number_words()
    counts: dict[CountKind, Count] = {}
    for word in _words_of(trigger):
        kind = _kind(word, words)
        if kind is None or kind in counts:
            continue
        if kind == "crowd" and word.i != trigger.i:
            continue
        count = _count(word, kind, words) or _count_by_order(word, kind, words)
        if count:
            counts[kind] = count
    return tuple(counts.values())


def _kind(word: Token, words: NumberWords) -> CountKind | None:
    kind = words.kinds.get(word.lemma_.lower()) or words.kinds.get(word.lower_)
    if kind or not word.is_upper:
        return kind
    # the lemma of a word in capitals is often the word itself
    return next((words.kinds[base] for base in _bases(word.lower_) if base in words.kinds), None)


def _bases(word: str) -> Iterator[str]:
    for ending in ("s", "es", "d", "ed", "ing"):
        if word.endswith(ending):
            yield word.removesuffix(ending)
            yield word.removesuffix(ending) + "e"
    if word[-3:] == "ped":
        yield word[:-3]


def _words_of(trigger: Token) -> Iterator[Token]:
    """The trigger and what hangs on it as its result, near ones first; then what it hangs on itself."""
    level, depth = [trigger], 0
    while level and depth <= _DEEPEST:
        yield from level
        level = [child for token in level for child in token.children if child.dep_ in _RESULTS]
        depth += 1
    head = trigger.head
    # "people were killed in fighting": seen from "fighting"
    if head.i != trigger.i and trigger.dep_ in ("nsubj", "obl", "conj", "advcl", "obj", "nmod", "acl:relcl"):
        yield head
        yield from (
            child
            for child in head.children
            if child.dep_ in ("conj", "advcl", "xcomp", "obj", "nsubj:pass") and child.i != trigger.i
        )


def _count(word: Token, kind: CountKind, words: NumberWords) -> Count | None:
    people = _people(word, kind)
    parts = [part for noun in people if (part := _part(noun, words))]
    if not parts:
        return None
    lower, upper = parts[0][0]
    for (more_lower, more_upper), _, _ in parts[1:]:
        lower = None if lower is None or more_lower is None else lower + more_lower
        upper = None if upper is None or more_upper is None else upper + more_upper
    start, end = min(part[1] for part in parts), max(part[2] for part in parts)
    text = word.doc.text[start:end]
    return Count(kind=kind, lower=lower, upper=upper, span=Span(start=start, end=end, text=text))


def _count_by_order(word: Token, kind: CountKind, words: NumberWords) -> Count | None:
    """What the order of words says where the tree says nothing: "killed 12", "12 people were killed"."""
    doc, (first, behind) = word.doc, sentence_bounds(word)
    is_borne = (
        kind == "crowd" or word.lemma_ in _BORNE_BY_SUBJECT or word.tag_ in ("VBN", "JJ") or word.is_upper
    )
    ranges = [(word.i + 1, min(word.i + 9, behind))] if kind != "crowd" else []
    if is_borne:
        ranges.insert(0, (max(first, word.i - 10), word.i))
    for start, end in ranges:
        tokens = _run(word, start, end)
        if tokens:
            span = doc[tokens[0].i : tokens[-1].i + 1]
            bounds = quantity(span.text)
            if bounds:
                where = Span(start=span.start_char, end=span.end_char, text=span.text)
                return Count(kind=kind, lower=bounds[0], upper=bounds[1], span=where)
    return None


def _run(word: Token, start: int, end: int) -> list[Token]:
    """The tokens of a counted phrase next to the word: up to the noun, with nothing but its modifiers."""
    words = load_number_words()
    tokens = list(word.doc[start:end])
    if end <= word.i:
        while tokens and (tokens[-1].pos_ in ("AUX", "ADV", "PART") or tokens[-1].lower_ in _AUXILIARIES):
            tokens.pop()
        first = next((n for n, token in enumerate(tokens) if _breaks(tokens[n + 1 :])), None)
        tokens = [] if first is None else tokens[first + 1 :] if _stops(tokens[first]) else tokens[first:]
    else:
        stop = next((n for n, token in enumerate(tokens) if _stops(token)), len(tokens))
        tokens = tokens[:stop]
        noun = next((n for n, token in enumerate(tokens) if token.tag_ in ("NNS", "NNPS", "NN")), None)
        tokens = tokens[: noun + 1] if noun is not None else tokens[:4]
    number = next((n for n, token in enumerate(tokens) if _is_number(token, words)), None)
    # far from the word, a number counts something else
    if number is None or any(token.lemma_.lower() in words.not_people for token in tokens[number:]):
        return []
    return tokens if end <= word.i or number <= 4 else []


_AUXILIARIES = frozenset(
    (
        "were",
        "was",
        "are",
        "is",
        "been",
        "being",
        "be",
        "have",
        "has",
        "had",
        "also",
        "reportedly",
        "later",
        "left",
    )
)


def _breaks(rest: list[Token]) -> bool:
    return not any(_stops(token) for token in rest)


def _stops(token: Token) -> bool:
    if _kind(token, load_number_words()) not in (None, "crowd"):
        return True
    is_text = token.pos_ in ("VERB", "PUNCT", "SCONJ", "PRON") or token.lower_ in (
        "in",
        "on",
        "at",
        "by",
        "from",
        "after",
    )
    return is_text or (token.lower_ == "and" and token.nbor(-1).pos_ == "VERB" if token.i else False)


def _is_number(token: Token, words: NumberWords) -> bool:
    return (
        token.like_num
        or token.lower_ in words.least
        or token.lower_ in words.scales
        or token.lower_ in words.exactly
    )


def _people(word: Token, kind: CountKind) -> list[Token]:
    """Heads of the phrases that say who was killed, held, or came."""
    roles = (
        ("nsubj", "nsubj:pass")
        if kind == "crowd" or word.lemma_ in _BORNE_BY_SUBJECT
        else ("obj", "nsubj:pass")
    )
    found = [child for child in word.children if child.dep_ in roles]
    if not found and word.pos_ in ("NOUN", "ADJ", "PROPN"):
        found = [child for child in word.children if child.dep_ == "nmod" and _is_of(child)]
        if not found and any(child.dep_ == "nummod" for child in word.children):
            return [word]  # "seven dead"
        if not found and word.dep_ == "amod":
            found = [word.head]
        if not found and word.dep_ in ("xcomp", "obj", "acl", "amod"):
            found = [child for child in word.head.children if child.dep_ == "obj" and child.i != word.i]
    if not found and word.dep_ in ("conj", "xcomp"):
        found = [child for child in word.head.children if child.dep_ in roles]
        # "killed 12 and wounded 30": what was killed is not what was wounded
        found = (
            [] if word.dep_ == "conj" and any(child.dep_ == "obj" for child in word.head.children) else found
        )
    return [noun for head in found for noun in _joined(head)]


def _is_of(token: Token) -> bool:
    return any(child.dep_ == "case" and child.lower_ == "of" for child in token.children)


def _joined(head: Token) -> list[Token]:
    return [head, *(child for child in head.conjuncts if child.i > head.i and child.dep_ == "conj")]


def _part(noun: Token, words: NumberWords) -> tuple[Bounds, int, int] | None:
    """The bounds of one noun phrase and its characters."""
    if noun.lemma_.lower() in words.not_people:
        return None
    left = min(
        (child.left_edge.i for child in noun.children if child.i < noun.i and child.dep_ in _MODIFIERS),
        default=noun.i,
    )
    phrase = noun.doc[left : noun.i + 1]
    inner = next((child for child in noun.children if child.dep_ == "nmod" and _is_of(child)), None)
    if inner is not None and inner.lemma_.lower() in words.not_people:
        return None
    tail = noun.doc[left : min(noun.i + 3, len(noun.doc))] if noun.lower_ in words.least else phrase
    bounds = quantity(tail.text) or _single(noun)
    if bounds is None:
        return None
    end = phrase.end_char if inner is None else noun.doc[noun.i : inner.i + 1].end_char
    return bounds, phrase.start_char, end


_MODIFIERS = frozenset(
    ("nummod", "det", "amod", "advmod", "nmod", "case", "compound", "nmod:unmarked", "det:predet", "obl")
)


def _single(noun: Token) -> Bounds | None:
    """ "a soldier", or one person by name."""
    if noun.tag_ in ("NN", "JJ") and any(child.lower_ in ("a", "an", "another") for child in noun.children):
        return 1, 1
    return (1, 1) if noun.ent_type_ == "PERSON" else None
