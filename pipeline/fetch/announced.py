"""Whether a page tells what the feed announced. Light, as the parsers' child uses it too."""

from __future__ import annotations

import re

# py3langid is right on 50 letters and guesses on fewer; a shorter text also tells no event.
MINIMUM_LETTERS = 50
# Of the words a feed announces its page has a half or more; a consent page one in twenty.
MINIMUM_SHARED = 0.2
MINIMUM_ANNOUNCED = 3
ANNOUNCED_CHARACTERS = 2_000


def letter_count(text: str) -> int:
    """Letters of any script, without digits, signs and spaces."""
    return sum(map(str.isalpha, text))


def tells_same(announced: str, text: str) -> bool:
    """Whether a page's text is about what the feed announced, by the words of four letters and more.

    Consent, log-in and error pages answer 200 and have a text; but no word of the headline. True where
    the feed announced too little to tell.
    """
    words = _long_words(announced[:ANNOUNCED_CHARACTERS])
    return len(words) < MINIMUM_ANNOUNCED or len(words & _long_words(text)) >= len(words) * MINIMUM_SHARED


def is_telling(announced: str) -> bool:
    """Whether the feed announced enough to tell an article by."""
    return len(_long_words(announced[:ANNOUNCED_CHARACTERS])) >= MINIMUM_ANNOUNCED


def _long_words(text: str) -> set[str]:
    return set(re.findall(r"[^\W\d_]{4,}", text.casefold()))
