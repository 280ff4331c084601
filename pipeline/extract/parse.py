"""Parse: article text in, spaCy Docs out, with offsets that are those of the text.

Any spaCy pipeline with UD labels, tags and lemmas serves; what one lacks is named. Text is made
safe without moving a single character, so that `token.idx` needs no correction.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

from spacy.attrs import DEP, HEAD, TAG

from pipeline import plover
from pipeline.errors import ExtractError
from pipeline.extract.capitals import recase
from pipeline.extract.lexicon.files import DATA
from pipeline.extract.lexicon.gazetteer import load_gazetteer

# Longer sentences are lists, tables or lost full stops; the parser's time grows with length and its
# trees mean little, so text is cut into pieces of at most this many characters at a space.
MAX_SENTENCE_CHARACTERS = 1_500
# Text beyond this is not read: no news article is longer, and a poison text must cost bounded time.
MAX_TEXT_CHARACTERS = 100_000
BATCH_SIZE = 64
# "BENGHAZI, Libya (Reuters) - ", "BERLIN -- ", "KHARTOUM, March 16 (Xinhua) -- ", "LYON (FRANCE), 9 Jul 89 (AFP) -- ": no part of
# the first sentence.
_DATELINE = re.compile(
    r"\s*(?:[A-Z][A-Z.' ]{2,30}|[A-Z][a-z]+(?: (?:de|del|la|of|[A-Z][a-z]+)){0,3})"
    r"(?: \([^()\n]{2,30}\)(?=,))?(?:, [A-Za-z0-9 .]{2,30}){0,2}"
    r" ?(?:\([^()\n]{2,40}\) ?(?:--?|[–—])|--|[–—]| - ) ?"
)
LABELS_NEEDED = frozenset({"nsubj", "obj", "obl", "ccomp", "xcomp", "conj", "nmod"})
_CONTROL = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff\ufffc\ufffd]"
)
_TAG = re.compile(r"<[/!a-zA-Z][^<>\n]{0,300}>")
_ENTITY = re.compile(r"&(?:[a-zA-Z]{2,8}|#\d{2,6});")
_BLANK_LINE = re.compile(r"\n[ \t\r]*\n\s*")
_LINE = re.compile(r"\n\s*")


def load_model(path: Path) -> Any:
    """Load the spaCy pipeline and check that it has what extraction reads.

    Raises:
        ExtractError: There is no pipeline at the path, it does not load, or it lacks a component
            or speaks other labels than Universal Dependencies; the message says which.
    """
    import spacy

    import pipeline.extract.components  # noqa: F401  (registers the shipped pipeline's own components)

    if not (Path(path) / "meta.json").is_file():
        raise ExtractError(
            f"no language model at {path}; set TOCSIN_MODEL_PATH to a spaCy pipeline with UD labels, "
            "or get the shipped one back with `git checkout model`"
        )
    try:
        nlp = spacy.load(path)
    except (OSError, ValueError, KeyError, ImportError) as error:
        raise ExtractError(f"the language model at {path} does not load: {str(error)[:300]}") from error
    lacking = missing_parts(nlp)
    if lacking:
        raise ExtractError(
            f"the language model at {path} lacks {', '.join(lacking)}; extraction needs a parser with "
            f"Universal Dependencies labels, fine tags, lemmas and entities (it has: {', '.join(nlp.pipe_names)})"
        )
    return nlp


def missing_parts(nlp: Any) -> list[str]:
    """Name what a pipeline lacks for extraction, in words for an error message."""
    lacking = []
    assigned = {attribute for name in nlp.pipe_names for attribute in nlp.get_pipe_meta(name).assigns}
    wanted = {
        "token.dep": "a parser",
        "token.tag": "a tagger",
        "token.lemma": "a lemmatizer",
        "doc.ents": "entities",
    }
    lacking += [words for attribute, words in wanted.items() if attribute not in assigned]
    if "parser" in nlp.pipe_names:
        labels = set(nlp.get_pipe("parser").labels)
        absent = sorted(LABELS_NEEDED - labels)
        if absent:
            lacking.append(f"the UD labels {' '.join(absent)}")
    return lacking


def clean(text: str, vocabulary: frozenset[str] = frozenset()) -> str:
    """Blank out what is no language, character for character: controls, tags, entities, odd spaces; capitals to small."""
    text = text[:MAX_TEXT_CHARACTERS]
    text = _CONTROL.sub(" ", text)
    if "<" in text:
        text = _TAG.sub(lambda match: " " * len(match.group()), text)
    if "&" in text:
        text = _ENTITY.sub(lambda match: " " * len(match.group()), text)
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


def pieces(text: str) -> Iterator[tuple[int, str]]:
    """Cut cleaned text into (offset, paragraph), none longer than the cap.

    Where blank lines part the paragraphs, single line ends are mere wrapping and become spaces.
    """
    wrapped = _BLANK_LINE.search(text.strip()) is not None and not _looks_like_lines(text)
    pattern = _BLANK_LINE if wrapped else _LINE
    dateline = _DATELINE.match(text)
    if dateline:
        text = " " * dateline.end() + text[dateline.end() :]
    start = 0
    for match in [*pattern.finditer(text), None]:
        end = match.start() if match else len(text)
        yield from _capped(start, text[start:end].replace("\n", " "))
        start = match.end() if match else end


def _looks_like_lines(text: str) -> bool:
    """Whether lines end where sentences do, so that a line is a paragraph although blank lines occur too."""
    lines = [line.rstrip() for line in text.split("\n") if line.strip()]
    return sum(line.endswith((".", "!", "?", '"', "'")) for line in lines) > 0.8 * len(lines)


def _capped(offset: int, text: str) -> Iterator[tuple[int, str]]:
    while len(text) > 4 * MAX_SENTENCE_CHARACTERS or _longest_run(text) > MAX_SENTENCE_CHARACTERS:
        cut = _cut(text)
        if text[:cut].strip():
            yield offset, text[:cut]
        offset, text = offset + cut, text[cut:]
    if text.strip():
        yield offset, text


def _longest_run(text: str) -> int:
    return max((len(run) for run in re.split(r"[.!?]\s", text)), default=0)


def _cut(text: str) -> int:
    window = text[:MAX_SENTENCE_CHARACTERS]
    stops = [match.end() for match in re.finditer(r"[.!?]['\")\]]*\s", window)]
    if stops:
        return stops[-1]
    space = window.rfind(" ")
    return space + 1 if space > 0 else min(len(text), MAX_SENTENCE_CHARACTERS)


def parse(nlp: Any, texts: Iterable[str]) -> Iterator[Any]:
    """Parse many pieces in batches."""
    for doc in nlp.pipe(texts, batch_size=BATCH_SIZE):
        _mend_participles(nlp, doc)
        _mend_objects(doc)
        yield doc


def _mend_participles(nlp: Any, doc: Any) -> None:
    """Make "a resolution terminating the mandate" a verb where the tagger took for a noun what the parser did not."""
    strings = doc.vocab.strings
    clauses = doc.to_array([TAG, DEP]) == (strings["NN"], strings["acl"])
    for number in clauses.all(axis=1).nonzero()[0].tolist():
        token = doc[number]
        if token.lower_.endswith("ing"):
            token.tag_, token.pos_ = "VBG", "VERB"
            if "news_lemmatizer" in nlp.pipe_names:
                token.lemma_ = nlp.get_pipe("news_lemmatizer").lemma(token.text, "VBG")


def _mend_objects(doc: Any) -> None:
    """Give "a resolution terminating … a mandate" its mandate where the parser hung it on the verb of the resolution."""
    table = doc.to_array([HEAD, DEP])
    objects = (table[:, 1] == doc.vocab.strings["obj"]).nonzero()[0]
    heads = objects + table[objects, 0].astype("int64")
    for number in range(len(objects) - 1):
        if heads[number] != heads[number + 1]:
            continue
        first, second = doc[int(objects[number])], doc[int(objects[number + 1])]
        for participle in first.rights:
            if participle.dep_ == "acl" and participle.tag_ == "VBG" and participle.i < second.i:
                if not any(child.dep_ == "obj" for child in participle.children):
                    second.head = participle
                break
