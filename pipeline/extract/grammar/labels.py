"""Labels: the Universal Dependencies labels by what they stand for."""

from __future__ import annotations

SUBJECTS = frozenset({"nsubj", "csubj", "nsubj:outer", "nsubj:xsubj"})
PASSIVE_SUBJECTS = frozenset({"nsubj:pass", "nsubjpass", "csubj:pass"})
OBJECTS = frozenset({"obj", "dobj"})
INDIRECT = frozenset({"iobj", "dative"})
OBLIQUES = frozenset({"obl", "obl:agent", "obl:arg", "nmod", "obl:npmod", "obl:unmarked"})
