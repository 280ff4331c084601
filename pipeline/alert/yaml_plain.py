"""Plain YAML: the text of nearly every file in, its content out, in a quarter of the time that looking at each event takes.

libyaml's own composer builds the nodes. It counts nothing and refuses nothing of what `yaml_file.py` does; so whatever is long,
deep or uncommon, or has a mistake, is left to that, which says where.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

import yaml
from yaml._yaml import CParser

STR = "tag:yaml.org,2002:str"
SCALAR_TAGS = {f"tag:yaml.org,2002:{name}" for name in ("str", "int", "float", "bool", "null", "timestamp")}
# What constructors of numbers and dates raise (2011-02-30).
UNREADABLE = (ValueError, OverflowError, TypeError, KeyError)

# In a text of this length there are fewer nodes than a file may have.
_MAX_LENGTH = 16_384
# The composer calls itself for each level; a level takes one of these signs, or as many blanks as it is deep.
_MAX_OPENED = 1_000
_OPENING = "[{-?"
# An anchor, an alias of one, a tag: the first and the last each need one of these.
_UNCOMMON = "&!"
_MAX_DEPTH = 12
_DIGITS = frozenset("-0123456789")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,17})(\.[0-9]{1,20})?").fullmatch


_Scalar = yaml.ScalarNode


class _UncommonError(Exception):
    """The content is not plain."""


class _Composer(CParser):
    """Nodes whose tag is whether they are plain scalars, which may be numbers and the like."""

    def descend_resolver(self, _parent: Any, _index: Any) -> None:
        pass

    def ascend_resolver(self) -> None:
        pass

    def resolve(self, kind: type, _value: Any, implicit: Any) -> bool:
        return kind is _Scalar and implicit[0]


def plain_content(text: str) -> Any:
    """The content of a plain document; None where it is empty, or not plain."""
    if len(text) > _MAX_LENGTH or sum(map(text.count, _OPENING)) > _MAX_OPENED:
        return None
    if any(sign in text for sign in _UNCOMMON):
        return None
    try:
        node = _Composer(text).get_single_node()
        return None if node is None else _content(node, 1)
    except (yaml.YAMLError, _UncommonError, *UNREADABLE):
        return None


def constructed(value: str, tag: str | None) -> Any:
    """What YAML makes of a plain scalar.

    Raises:
        ValueError, OverflowError, TypeError, KeyError: It looks like a number or a date, and is none.
    """
    # Numbers as they are mostly written: each is another, so that remembering them is of no use.
    if tag is None and value[:1] in _DIGITS and (number := _NUMBER(value)):
        return float(value) if number[1] else int(value)
    return _constructed(value, tag)


def _content(node: Any, depth: int) -> Any:
    if type(node) is _Scalar:
        return constructed(node.value, None) if node.tag else node.value
    if depth > _MAX_DEPTH:
        raise _UncommonError
    if type(node) is yaml.SequenceNode:
        # Texts in quotation marks are most of what stands in lists and mappings: a call for each would cost as much again.
        return [
            one.value if type(one) is _Scalar and not one.tag else _content(one, depth + 1)
            for one in node.value
        ]
    values: dict[Any, Any] = {}
    for key, value in node.value:
        if type(key) is not _Scalar:
            raise _UncommonError
        name = constructed(key.value, None) if key.tag else key.value
        if name in values or name == "<<":
            raise _UncommonError
        is_text = type(value) is _Scalar and not value.tag
        values[name] = value.value if is_text else _content(value, depth + 1)
    return values


_LOADER = yaml.SafeLoader("")


@lru_cache(maxsize=10_000)
def _constructed(value: str, tag: str | None) -> Any:
    """The same few thousand words stand in all files."""
    tag = tag or str(_LOADER.resolve(yaml.ScalarNode, value, (True, False)))  # type: ignore[no-untyped-call]
    if tag not in SCALAR_TAGS:  # "=" and "<<" have tags of their own
        return value
    if tag == STR:
        return value
    _LOADER.constructed_objects.clear()
    return _LOADER.construct_object(yaml.ScalarNode(tag, value))
