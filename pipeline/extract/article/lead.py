"""Lead: where the first two sentences of an article end; what is told there is what the article is about."""

from __future__ import annotations

import re

SENTENCES = 2
# A mark that ends a sentence, what closes a quotation, and a blank before a capital, a figure or an opening quotation; or a
# paragraph's end. Initials and common short forms end none.
_END = re.compile(
    r"(?<![A-Z])(?<!\bMr)(?<!\bMs)(?<!\bMrs)(?<!\bDr)(?<!\bGen)(?<!\bSt)(?<!\bNo)[.!?][\"'”’)]*(?=\s+[\"'“‘(]?[A-Z0-9])|\n\s*\n|\n|\Z"
)


def lead_end(text: str) -> int:
    """Return the offset at which the second sentence ends, or the text's length where it has fewer."""
    at = 0
    for _ in range(SENTENCES):
        found = _END.search(text, at)
        while found is not None and not text[at : found.start()].strip() and found.end() < len(text):
            at = found.end() or at + 1
            found = _END.search(text, at)
        if found is None:
            return len(text)
        at = max(found.end(), found.start() + 1)
    return min(at, len(text))
