"""Pieces: clean text in, paragraphs with their offsets out, none too long for the parser."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipeline.extract.text.dateline import DATELINE_BEFORE_SENTENCE

# Longer sentences are lists, tables or lost full stops; the parser's time grows with length and its
# trees mean little, so text is cut into pieces of at most this many characters at a space.
MAX_SENTENCE_CHARACTERS = 1_500
_BLANK_LINE = re.compile(r"\n[ \t\r]*\n\s*")
_LINE = re.compile(r"\n\s*")


def cut_text(text: str) -> Iterator[tuple[int, str]]:
    """Cut cleaned text into (offset, paragraph), none longer than the cap.

    Where blank lines part the paragraphs, single line ends are mere wrapping and become spaces.
    """
    wrapped = _BLANK_LINE.search(text.strip()) is not None and not _looks_like_lines(text)
    pattern = _BLANK_LINE if wrapped else _LINE
    dateline = DATELINE_BEFORE_SENTENCE.match(text)
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
