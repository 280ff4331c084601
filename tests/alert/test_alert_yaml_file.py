"""YAML files: bombs, traps and broken files are refused before they cost anything."""

import json
import time
from pathlib import Path
from random import Random
from typing import Any

import pytest
import yaml

from pipeline.alert.rules import load_rules
from pipeline.alert.yaml_file import MAX_BYTES, USUAL_BYTES, _Builder, parse_yaml, read_bytes
from pipeline.alert.yaml_plain import plain_content
from pipeline.errors import ConfigError

LAUGHS = "a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 10)
)
QUADRATIC = "a: &a " + "x" * 100_000 + "\nb: [" + ", ".join(["*a"] * 1000) + "]"
MERGES = "a: &a {x: 1}\nb: {<<: *a, y: 2}"

BOMBS = {
    "billion laughs": LAUGHS,
    "quadratic": QUADRATIC,
    "merge": MERGES,
    "deep lists": "[" * 100_000,
    "deep maps": "{a: " * 50_000,
    "deep indents": "".join(" " * n + "a:\n" for n in range(600)),
    "deep dashes": "- " * 50_000 + "a",
    "many nodes": "[" + "1," * 60_000 + "]",
    "many keys": "\n".join(f"k{n}: 1" for n in range(20_000)),
    "recursive": "a: &a [*a]\n" * 30,
    "python object": "!!python/object/apply:os.system ['true']",
    "python name": "a: !!python/name:os.system",
    "unknown tag": "a: !secret x",
    "two documents": "a: 1\n---\na: 2",
    "huge number": "a: " + "9" * 200_000,
    "impossible date": "a: 2011-02-30",
    "list as key": "? [a]\n: 1",
    "map as key": "? {a: 1}\n: 1",
    "undefined alias": "a: *b",
    "tab indent": "a:\n\tb: 1",
    "control character": "a: \x07",
    "byte order marks": "\ufeff\ufeff[",
    "unclosed quote": 'a: "x',
    "key twice": "a: 1\na: 2",
    "key twice inside": "a: {b: [{c: 1, c: 2}]}",
    "too large": "#" * (MAX_BYTES + 1),
}


@pytest.mark.parametrize("name", BOMBS)
def test_bomb_is_refused_in_time(name):
    """A bad file costs at most some seconds, and one clear message."""
    began = time.perf_counter()
    with pytest.raises(ConfigError, match=r"^bomb\.yaml(:\d+)?: "):
        parse_yaml(BOMBS[name].encode(), "bomb.yaml")

    assert time.perf_counter() - began < 10


def test_bytes_that_are_no_text_are_refused():
    """Rule files are UTF-8."""
    with pytest.raises(ConfigError, match="not UTF-8 at byte 3; save the file as UTF-8"):
        parse_yaml(b"a: \xff\xfe", "r.yaml")


def test_syntax_error_names_its_place():
    """Line and column, as an editor counts."""
    with pytest.raises(ConfigError, match=r"line \d, column \d+"):
        parse_yaml(b"a: 1\nb: [1, }", "r.yaml")


def test_few_aliases_are_allowed():
    """Anchors are of use to honest people."""
    assert parse_yaml(b"a: &codes [LBY, TUN]\nb: *codes", "r.yaml").content == {
        "a": ["LBY", "TUN"],
        "b": ["LBY", "TUN"],
    }


def test_byte_order_mark_is_passed_over():
    """Some editors write one."""
    assert parse_yaml(b"\xef\xbb\xbfa: 1", "r.yaml").content == {"a": 1}


def test_alias_that_holds_itself_is_no_rule(tmp_path: Path):
    """A circle within the limits ends in a message, not in a loop."""
    (tmp_path / "a.yaml").write_text("&a {rule: *a, match: {any: [*a], not: *a}, tests: [*a]}")
    rules, problems = load_rules(tmp_path)

    assert (rules, len(problems)) == ((), 1)
    assert "has no anchor before it" in str(problems[0])


def test_file_larger_than_the_limit_is_not_read_whole(tmp_path: Path):
    """A sparse file of a terabyte is as quick as a small one."""
    with (tmp_path / "a.yaml").open("wb") as file:
        file.truncate(2**40)
    rules, problems = load_rules(tmp_path)

    assert (rules, "larger than" in str(problems[0])) == ((), True)


def test_file_is_read_to_its_end(tmp_path: Path):
    """Whatever its length is to what is usual, and a byte more than is allowed, by which it is refused."""
    for size in (0, USUAL_BYTES - 1, USUAL_BYTES, USUAL_BYTES + 1, MAX_BYTES, MAX_BYTES + 1, MAX_BYTES + 2):
        (tmp_path / "a.yaml").write_bytes(b"#" * size)

        assert len(read_bytes(tmp_path / "a.yaml")) == min(size, MAX_BYTES + 1)


DEEP = ("[", "- ", "? ", "{a: ", "a:\n ", "-\n ")


@pytest.mark.parametrize("sign", DEEP)
def test_what_is_deep_is_left_to_the_careful_way(sign: str):
    """The composer calls itself for each level, without a limit of its own."""
    text = sign * (16_000 // len(sign)) + "a"
    with pytest.raises(ConfigError):
        parse_yaml(text.encode(), "r.yaml")

    assert plain_content(text) is None


SEEDS = sorted((Path(__file__).parents[2] / "seeds" / "rules").glob("*.yaml"))
SIGNS = [
    *"[]{}:,-?#|>'\"%@`\n\t ~=<*&!.0159exo_+", "- ", ": ", "---\n", "...\n", "null", "true", "<<: ", "0x1f", "1e3", "1.5e+3", "017",
    "1_000", "-0", "-0.0", "22:00", "2011-02-30", "2026-01-01", "\u2028", "\ufeff", "\u00e9", "\x07", '"\\u0041"', "%YAML 1.1\n",
]  # fmt: skip


def typed(value: Any) -> Any:
    """A value with its types and the order of its keys: 1 is True to Python."""
    if isinstance(value, dict):
        return [(typed(key), typed(one)) for key, one in value.items()]
    return [typed(one) for one in value] if isinstance(value, list) else (type(value), repr(value))


def mangled(random: Random, text: str) -> str:
    """A few lines of a file, some signs of them exchanged."""
    lines = text.splitlines(keepends=True)
    at = random.randrange(len(lines))
    signs = list("".join(lines[at : at + random.randrange(1, 12)]))
    for _ in range(random.randrange(4)):
        place = random.randrange(len(signs) + 1)
        signs[place : place + random.randrange(2)] = [random.choice(SIGNS)]
    return "".join(signs)


def test_short_way_says_what_the_careful_way_says():
    """What it takes, it reads alike; what it does not take is read by the other, with its messages."""
    random = Random(33)
    texts = [path.read_text() for path in SEEDS]
    texts += [json.dumps(yaml.safe_load(text), default=str, indent=1) for text in texts]
    read = 0
    for _ in range(4000):
        text = mangled(random, random.choice(texts))
        content = plain_content(text)
        if content is not None:
            read += 1
            assert typed(content) == typed(_Builder("r.yaml").document(text)), text

    assert read > 500


def test_nearly_all_files_take_the_short_way():
    """Else it would be of no use."""
    assert sum(plain_content(path.read_text()) is not None for path in SEEDS) > len(SEEDS) * 0.8
