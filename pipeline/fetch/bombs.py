"""Documents that are made to be large when they are read: told by their letters, before any parser sees them."""

from __future__ import annotations

import re

_ENTITY = re.compile(rb"<!ENTITY\s+(?:%\s+)?[^\s\"'>]{1,200}\s+(?:\"([^\"]*)\"|'([^']*)')")
_REFERENCE = re.compile(rb"&(?!#|amp;|lt;|gt;|quot;|apos;)[A-Za-z_][\w.-]{0,100};")
# Feeds declare &nbsp; and &eacute; and mean a letter each.
LONGEST_ENTITY = 1_000
DECLARATIONS_BYTES = 2_000_000
# Deeper than any feed is; feedparser needs 9 s for 100,000 elements within one another.
DEEPEST = 20_000
# What HTML leaves open by right does not count.
_OPENED = re.compile(
    rb"<(?!(?:br|hr|p|li|td|tr|th|dd|dt|img|input|meta|link|area|source|wbr|col|option|embed|param)[\s/>])[A-Za-z]",
    re.IGNORECASE,
)


def bomb(body: bytes) -> str | None:
    """Say in words what a document would do to its parser; None where it is harmless."""
    if b"<!ENTITY" in body[:DECLARATIONS_BYTES]:
        values = [one or other for one, other in _ENTITY.findall(body[:DECLARATIONS_BYTES])]
        if any(_REFERENCE.search(value) for value in values):
            return "it declares entities made of entities, which no feed needs and which grow without end"
        if longest := max((len(value) for value in values if len(value) > LONGEST_ENTITY), default=0):
            return f"it declares an entity of {longest} letters, which no feed needs"
    if body.count(b"<") > DEEPEST:
        depth = len(_OPENED.findall(body)) - body.count(b"</") - body.count(b"/>")
        if depth > DEEPEST:
            return f"{depth} elements within one another, none of them closed"
    return None
