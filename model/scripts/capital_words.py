"""Write the words and pairs of words that news writes with a capital though a dictionary lists them small, and forenames.

    python model/scripts/capital_words.py ASSETS OUT

ASSETS holds current_events.jsonl (Wikipedia Current Events Portal, CC BY-SA 4.0), forenames.csv and
surnames.csv (Popular names by country, CC0). A word counts where it does not open its sentence. OUT is
pipeline/extract/data/capitals, whose names.txt and forenames.txt capitals.py reads.
"""

from __future__ import annotations

import csv
import itertools
import json
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT))

from pipeline.config import load_settings  # noqa: E402
from pipeline.extract.language.lemmatizer import dictionary  # noqa: E402
from pipeline.extract.language.model import load_model  # noqa: E402
from pipeline.extract.text.capitals import is_known, word_list  # noqa: E402

SENTENCE_END = re.compile(r"(?<=[.!?:])\s+|[\"“”(\n]")
WORD = re.compile(r"[^\W\d_]+")
TOKEN = re.compile(r"[^\W\d_]+|[^\w\s]|\d+")
# Seldom small: at most this share of a word's places, over at least so many capitals.
SMALL_SHARE = 0.05
FEWEST_WORDS, FEWEST_PAIRS = 3, 5
FORENAMES_HEAD = """\
# Popular forenames by country (CC0) that news does not write small, one a line; behind them a surname is looked for.
# Made by model/scripts/capital_words.py.
"""
HEAD = """\
# Words that a dictionary lists small and news writes with a capital, one a line; two words: only side by side.
# Made by model/scripts/capital_words.py: counted in 110,460 items of the Wikipedia Current Events Portal (CC BY-SA 4.0),
# and popular names of persons by country (CC0) that those items never write small.
"""


def main() -> None:
    assets, out = Path(sys.argv[1]), Path(sys.argv[2])
    words = dictionary(load_model(load_settings().model_path)).__contains__
    small, capital = Counter[str](), Counter[str]()
    small_pairs, capital_pairs = Counter[tuple[str, str]](), Counter[tuple[str, str]]()
    for run in runs(assets / "current_events.jsonl"):
        for word in run:
            (capital if word[0].isupper() else small)[word.lower()] += 1
        for first, second in itertools.pairwise(run):
            both = first[0].isupper() and second[0].isupper()
            (capital_pairs if both else small_pairs)[first.lower(), second.lower()] += 1
    names = {
        word
        for word, count in capital.items()
        if count >= FEWEST_WORDS and is_seldom_small(small[word], count) and is_known(word, words)
    }
    forenames = {word for word in popular(assets / "forenames.csv") if not small[word] and len(word) > 2}
    # A popular name is one however seldom news has it, unless news has it small.
    names |= {
        word
        for word in (*forenames, *popular(assets / "surnames.csv"))
        if not small[word] and is_known(word, words) and len(word) > 2
    }
    names -= word_list("function_words")
    pairs = {
        pair
        for pair, count in capital_pairs.items()
        if count >= FEWEST_PAIRS
        and is_seldom_small(small_pairs[pair], count)
        and all(is_known(word, words) and word not in word_list("function_words") for word in pair)
        and not names.issuperset(pair)
    }
    lines = sorted([*names, *(" ".join(pair) for pair in pairs)])
    (out / "names.txt").write_text(HEAD + "\n".join(lines) + "\n", encoding="utf-8")
    (out / "forenames.txt").write_text(FORENAMES_HEAD + "\n".join(sorted(forenames)) + "\n", encoding="utf-8")
    print(f"{len(names)} words, {len(pairs)} pairs")


def runs(path: Path) -> Iterator[list[str]]:
    """The words of each sentence but its first, broken at marks, digits and words all in capitals."""
    for line in path.open(encoding="utf-8"):
        for sentence in SENTENCE_END.split(json.loads(line)["text"]):
            words = TOKEN.findall(sentence)[1:]
            yield from (
                list(group)
                for usual, group in itertools.groupby(words, lambda word: word.islower() or word.istitle())
                if usual
            )


def is_seldom_small(small: int, capital: int) -> bool:
    return small <= SMALL_SHARE * (small + capital)


def popular(path: Path) -> Iterable[str]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            yield from (word.lower() for word in WORD.findall(row["Romanized Name"] or ""))


if __name__ == "__main__":
    main()
