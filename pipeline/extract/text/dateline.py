"""Dateline: how the first line of a report says where, when and by whom it was sent."""

from __future__ import annotations

import re

# "BENGHAZI, Libya (Reuters) - ", "BERLIN -- ", "KHARTOUM, March 16 (Xinhua) -- ", "LYON (FRANCE), 9 Jul 89 (AFP) -- ": no part of
# the first sentence.
DATELINE_BEFORE_SENTENCE = re.compile(
    r"\s*(?:[A-Z][A-Z.' ]{2,30}|[A-Z][a-z]+(?: (?:de|del|la|of|[A-Z][a-z]+)){0,3})"
    r"(?: \([^()\n]{2,30}\)(?=,))?(?:, [A-Za-z0-9 .]{2,30}){0,2}"
    r" ?(?:\([^()\n]{2,40}\) ?(?:--?|[–—])|--|[–—]| - ) ?"
)
DATELINE = re.compile(
    r"\s*(?P<place>[A-Z][^\W\d_]*(?:[ .'’-]{1,2}[^\W\d_]+){0,4}?)"
    r"(?:\s*\((?P<within>[^()\d]{2,30})\)|,\s+(?P<region>[A-Z][\w .]{2,24}?))?"
    r"(?:,?\s+(?:\d{1,2}\s+[A-Za-z]{3,9}\.?|[A-Za-z]{3,9}\.?\s+\d{1,2})(?:,?\s+\d{2,4})?|,?\s+no date)?"
    r"\s*(?:[(\[][^()\[\]]{2,50}[)\]]\s*)?(?:--|—|–|_|-)\s",
    re.I,
)
