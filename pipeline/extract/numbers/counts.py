"""Counts: a word that names an event in, how many were killed, hurt, held, driven out, taken or came out.

Of the event's own verb, and of what it led to ("a blast …, killing 12 and wounding 30").
"""

from __future__ import annotations

from collections.abc import Iterator

from spacy.tokens import Token

from pipeline.extract.grammar import labels
from pipeline.extract.language.parsed import piece_of, sentence_bounds
from pipeline.extract.lexicon.number_words import NumberWords, load_number_words
from pipeline.extract.lexicon.words import word_set
from pipeline.extract.numbers.quantities import Bounds, quantity
from pipeline.model import Count, CountKind

_RESULTS = frozenset(
    (
        labels.ADVERBIAL_CLAUSE,
        labels.CONJUNCT,
        labels.OPEN_COMPLEMENT,
        labels.NOUN_CLAUSE,
        labels.OBJECT,
        labels.OBLIQUE,
        labels.NOUN_MODIFIER,
        labels.RELATIVE_CLAUSE,
        labels.PARATAXIS,
        "dep",
        labels.ADJECTIVE,
    )
)
_STOPS = word_set("numbers.counts.stops")
_BORNE_BY_SUBJECT = frozenset(("die", "perish", "flee", "dead", "homeless"))
_DEEPEST = 3


def counts_of(trigger: Token) -> tuple[Count, ...]:
    """Find the counts that belong to the event this word names, one a kind, in the order of kinds found."""
    words = load_number_words()
    counts: dict[CountKind, Count] = {}
    if (dead := _toll_of(trigger, words)) is not None:
        counts["killed"] = dead
    for word in _words_of(trigger):
        kind = _kind(word, words)
        if kind is None or kind in counts:
            continue
        if kind == "crowd" and word.i != trigger.i:
            continue
        count = _own_count(word, kind, words)
        if count:
            counts[kind] = count
    return tuple(counts.values())


def _toll_of(trigger: Token, words: NumberWords) -> Count | None:
    """ "The toll from the bombing has risen to 34", "a toll of 34": how many died, as far as is known."""
    toll = trigger.head
    if toll.lemma_.lower() not in _TOLLS:
        return None
    said = [*toll.children, *(toll.head.children if toll.head.i != toll.i else ())]
    for number in said:
        if number.dep_ in _SAID_OF_TOLL and (number.like_num or _is_number(number, words)):
            phrase = number.doc[number.left_edge.i : number.i + 1]
            bounds = quantity(phrase.text)
            if bounds:
                return Count(
                    kind="killed",
                    lower=bounds[0],
                    upper=bounds[1],
                    span=piece_of(number).span(number.i, number.i + 1),
                )
    return None


_TOLLS = word_set("events.presupposed.tolls")
_SAID_OF_TOLL = frozenset((labels.OBLIQUE, labels.OBJECT, labels.NOUN_MODIFIER, labels.OPEN_COMPLEMENT))


def _kind(word: Token, words: NumberWords) -> CountKind | None:
    kind = words.kinds.get(word.lemma_.lower()) or words.kinds.get(word.lower_)
    if kind is None and _is_deadly(word):
        return "killed"
    if kind or not word.is_upper:
        return kind
    # the lemma of a word in capitals is often the word itself
    return next((words.kinds[base] for base in _bases(word.lower_) if base in words.kinds), None)


def _is_deadly(word: Token) -> bool:
    """ "Shot dead", "stabbed to death", "gunned down": what the verb did is told by what stands behind it."""
    if word.pos_ != "VERB":
        return False
    key = word.lemma_.lower()
    return any(
        child.i > word.i
        and (
            child.lower_ == "dead"
            or (child.lower_ == "death" and any(case.lower_ == "to" for case in child.children))
            or (child.lower_ == "down" and key in _DOWNED)
        )
        for child in word.children
    )


_DOWNED = word_set("numbers.counts.downed")


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
    if head.i != trigger.i and trigger.dep_ in (
        labels.SUBJECT,
        labels.OBLIQUE,
        labels.CONJUNCT,
        labels.ADVERBIAL_CLAUSE,
        labels.OBJECT,
        labels.NOUN_MODIFIER,
        labels.RELATIVE_CLAUSE,
    ):
        yield head
        yield from (
            child
            for child in head.children
            if child.dep_
            in (
                labels.CONJUNCT,
                labels.ADVERBIAL_CLAUSE,
                labels.OPEN_COMPLEMENT,
                labels.OBJECT,
                labels.PASSIVE_SUBJECT,
            )
            and child.i != trigger.i
        )


def _own_count(word: Token, kind: CountKind, words: NumberWords) -> Count | None:
    """Of "28 killed and 54 injured" each its own: a number right before a joined word is not the first word's."""
    if any(_is_nobody(child) for child in word.children):
        return None
    if word.dep_ in (labels.CONJUNCT, labels.OPEN_COMPLEMENT) and not any(
        child.dep_ in _BORNE for child in word.children
    ):
        beside = _count_by_order(word, kind)
        if beside is not None:
            return beside
    return _count(word, kind, words) or _count_by_order(word, kind)


_BORNE = frozenset((labels.SUBJECT, labels.PASSIVE_SUBJECT, labels.OBJECT))
_NOBODY = frozenset(("no", "nobody", "none"))


def _is_nobody(noun: Token) -> bool:
    """ "Nobody was killed", "killed no one": a count of nobody is no count."""
    return noun.dep_ in _BORNE and any(token.lower_ in _NOBODY for token in (noun, *noun.children))


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
    return Count(kind=kind, lower=lower, upper=upper, span=piece_of(word).letters(start, end))


def _count_by_order(word: Token, kind: CountKind) -> Count | None:
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
                where = piece_of(span).span(span.start, span.end)
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


_AUXILIARIES = word_set("numbers.counts.auxiliaries")


def _breaks(rest: list[Token]) -> bool:
    return not any(_stops(token) for token in rest)


def _stops(token: Token) -> bool:
    if _kind(token, load_number_words()) not in (None, "crowd"):
        return True
    is_text = token.pos_ in ("VERB", "PUNCT", "SCONJ", "PRON") or token.lower_ in _STOPS
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
    is_borne = kind == "crowd" or word.lemma_ in _BORNE_BY_SUBJECT
    roles = (labels.SUBJECT, labels.PASSIVE_SUBJECT) if is_borne else (labels.OBJECT, labels.PASSIVE_SUBJECT)
    found = _on_one_side(word, [child for child in word.children if child.dep_ in roles])
    if not found and word.pos_ in ("NOUN", "ADJ", "PROPN"):
        found = _people_of_noun(word)
        if found == [word]:
            return found
    if not found and word.dep_ in (labels.CONJUNCT, labels.OPEN_COMPLEMENT):
        found = _people_of_head(word, roles)
    return [noun for head in found for noun in _joined(head, word)]


def _on_one_side(word: Token, found: list[Token]) -> list[Token]:
    """Of several phrases the first and those of its side that tell of others: "five, among them two children" are five."""
    return [
        noun
        for noun in found
        if noun is found[0] or ((noun.i < word.i) == (found[0].i < word.i) and not _is_part_of_first(noun))
    ]


def _people_of_noun(word: Token) -> list[Token]:
    """ "The killing of ten", "seven dead", "the wounded soldiers", "left ten dead"; the word itself where it is counted."""
    found = [child for child in word.children if child.dep_ == labels.NOUN_MODIFIER and _is_of(child)]
    if found:
        return found
    if any(child.dep_ == labels.NUMBER for child in word.children):
        return [word]
    if word.dep_ == labels.ADJECTIVE:
        return [word.head]
    if word.dep_ in (labels.OPEN_COMPLEMENT, labels.OBJECT, labels.NOUN_CLAUSE):
        return [child for child in word.head.children if child.dep_ == labels.OBJECT and child.i != word.i]
    return []


def _people_of_head(word: Token, roles: tuple[str, ...]) -> list[Token]:
    """Who was counted at the verb before: "killed 12 and wounded 30": what was killed is not what was wounded."""
    siblings = [child for child in word.head.children if child.dep_ in roles]
    if word.dep_ == labels.CONJUNCT and any(child.dep_ == labels.OBJECT for child in siblings):
        # "shot and killed a man": the object of both stands behind the second
        return [child for child in siblings if child.dep_ == labels.OBJECT and child.i > word.i]
    return siblings


def _is_of(token: Token) -> bool:
    return any(child.dep_ == labels.CASE and child.lower_ == "of" for child in token.children)


def _joined(head: Token, word: Token) -> list[Token]:
    """A noun and those joined to it on the same side of the verb, but for those that are of the first: "among them two boys"."""
    more = (child for child in head.conjuncts if child.i > head.i and child.dep_ == labels.CONJUNCT)
    return [head, *(c for c in more if (c.i < word.i) == (head.i < word.i) and not _is_part_of_first(c))]


def _is_part_of_first(noun: Token) -> bool:
    before = noun.doc[max(noun.left_edge.i - 3, 0) : noun.i]
    behind = noun.doc[noun.i : noun.i + 3]
    words = {token.lower_ for token in before}
    return not words.isdisjoint(_AMONG) or [token.lower_ for token in behind][1:] == ["of", "them"]


_AMONG = word_set("numbers.counts.among")


def _part(noun: Token, words: NumberWords) -> tuple[Bounds, int, int] | None:
    """The bounds of one noun phrase and its characters."""
    if noun.lemma_.lower() in words.not_people:
        return None
    left = min(
        (child.left_edge.i for child in noun.children if child.i < noun.i and child.dep_ in _MODIFIERS),
        default=noun.i,
    )
    phrase = noun.doc[left : noun.i + 1]
    inner = next(
        (child for child in noun.children if child.dep_ == labels.NOUN_MODIFIER and _is_of(child)), None
    )
    if inner is not None and inner.lemma_.lower() in words.not_people:
        return None
    tail = noun.doc[left : min(noun.i + 3, len(noun.doc))] if noun.lower_ in words.least else phrase
    bounds = quantity(tail.text) or _of_group(inner) or _single(noun, words)
    if bounds is None:
        return None
    end = phrase.end_char if inner is None else noun.doc[noun.i : inner.i + 1].end_char
    return bounds, phrase.start_char, end


_MODIFIERS = frozenset(
    (
        labels.NUMBER,
        labels.DETERMINER,
        labels.ADJECTIVE,
        labels.ADVERB,
        labels.NOUN_MODIFIER,
        labels.CASE,
        labels.COMPOUND,
        labels.BARE_MODIFIER,
        "det:predet",
        labels.OBLIQUE,
    )
)


def _of_group(inner: Token | None) -> Bounds | None:
    """ "A family of five": how many they are stands behind."""
    return quantity(inner.text) if inner is not None and inner.like_num else None


def _single(noun: Token, words: NumberWords) -> Bounds | None:
    """ "A soldier", "his driver", "a Palestinian", or one person by name; not "the army"."""
    if noun.ent_type_ == "PERSON":
        return 1, 1
    if noun.tag_ not in ("NN", "JJ", "NNP") or noun.lemma_.lower() in words.collectives:
        return None
    is_one = any(
        child.lower_ in ("a", "an", "another", "one")
        or (noun.tag_ == "NN" and child.dep_ in (labels.DETERMINER, labels.OWNER))
        for child in noun.children
        if child.i < noun.i
    )
    return (1, 1) if is_one else None
