"""The one-way rule, held from the source itself: each breach is told with file, line and rule."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from pipeline.config import ROOT

STAGES = ("fetch", "extract", "validate", "store", "alert")
# What a package of ours may import of ours. Records and errors import nothing.
MAY_IMPORT: dict[str, set[str]] = {
    "errors": set(),
    "model": set(),
    "config": {"errors"},
    "plover": {"errors"},
    "web": {"errors"},
    "postgres": {"errors", "config", "model"},
    "local": {"errors", "config", "postgres"},
    "templates": set(),
    **{stage: {"errors", "config", "plover", "model", "web", "templates"} for stage in STAGES},
    # What shows data: reads as the analyst, and asks the lexicon why a frame is what it is.
    "pages": {"errors", "config", "plover", "postgres", "local", "extract", "alert", "stages", "templates"},
    "stories": {"errors", "model"},
    "report": {"local"},
    "stages": {"errors", "config", "plover", "model", "postgres", "local", "web", "stories", *STAGES},
    "main_job": {"errors", "config", "model", "postgres", "stages", "report", "local", "preflight", *STAGES},
    "preflight": {"errors", "config", "local", *STAGES},
    "commands": {
        "errors",
        "progress",
        "config",
        "postgres",
        "stages",
        "report",
        "local",
        "main_job",
        "preflight",
        "pages",
        *STAGES,
    },
    "feed_report": {"report"},
    "progress": set(),
    "feed_commands": {"errors", "config", "feed_report", "report", "stages", "local"},
    "export": {"errors", "postgres"},
    "analyst_commands": {"errors", "config", "export", "stages", "local"},
    "alert_desk": {"errors", "config", "postgres", "report", "stages", "alert"},
    "alert_commands": {"config", "alert_desk", "local"},
    "rule_commands": {"errors", "config", "preflight", "report", "stages", "local", "alert"},
    "cli": {
        "errors",
        "config",
        "commands",
        "rule_commands",
        "feed_commands",
        "analyst_commands",
        "alert_commands",
    },
    "__main__": {"cli"},
}
# Each library has one home.
HOMES = {
    "airflow": {"dags"},
    "feedparser": {"fetch"},
    "aiohttp": {"web"},
    "trafilatura": {"fetch"},
    "spacy": {"extract"},
    "great_expectations": {"validate"},
    "psycopg2": {"postgres"},
    "apprise": {"alert"},
    "jinja2": {"templates"},
    "rensa": {"stories"},
    "pyarrow": {"export"},
    "fastapi": {"pages", "dags"},
    "uvicorn": {"pages"},
}
SLOW = {
    "pyarrow",
    "great_expectations",
    "spacy",
    "trafilatura",
    "pandas",
    "feedparser",
    "aiohttp",
    "fastapi",
    "uvicorn",
}


def python_files(*folders: str) -> list[Path]:
    return [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]


@cache
def parsed(path: Path) -> ast.Module:
    """The tree of a file, made once for all the tests here."""
    return ast.parse(path.read_text("utf-8"))


def package_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return "dags" if parts[0] == "dags" else parts[1] if len(parts) > 1 else parts[0]


def imports_of(path: Path) -> Iterator[tuple[int, str]]:
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            if node.module == "pipeline":
                names = (alias.name for alias in node.names if alias.name != "__version__")
                yield from ((node.lineno, f"pipeline.{name}") for name in names)
            else:
                yield node.lineno, node.module


def breaches(path: Path) -> Iterator[str]:
    package = package_of(path)
    for line, module in imports_of(path):
        where = f"{path.relative_to(ROOT)}:{line}"
        first, _, rest = module.partition(".")
        if first == "pipeline" and package == "dags":
            allowed = ("local", "pages", "stages") if path.parent.name == "plugins" else ("stages",)
            if rest.partition(".")[0] not in allowed:
                yield f"{where}: dags import pipeline.{' or '.join(allowed)} and nothing else of ours, here {module}"
        elif first == "pipeline" and rest:
            target = rest.partition(".")[0]
            if target != package and target not in MAY_IMPORT[package]:
                yield f"{where}: {package} may not import {target} (one way, downwards)"
        if first in HOMES and package not in HOMES[first]:
            yield f"{where}: {first} has its home in {', '.join(sorted(HOMES[first]))}"


def test_imports_go_one_way() -> None:
    """Downwards only, and each library in its home."""
    found = [breach for path in python_files("pipeline", "dags") for breach in breaches(path)]

    assert found == []


# The rooms of the coder, from the top; a room may know those of the floors below its own, and never one beside it.
FLOORS = (
    {"code_command", "explain"},
    {"given_pair"},
    {"coder"},
    {"bar"},
    {"article"},
    {"events", "actors", "places", "dates", "numbers", "reader"},
    {"grammar"},
    {"language"},
    {"text"},
    {"lexicon"},
)
FLOOR = {room: number for number, rooms in enumerate(FLOORS) for room in rooms}


def room_of(module: str) -> str:
    """The room of the coder that a module is or lies in; empty for what is none of it."""
    parts = module.split(".")
    return parts[2] if parts[:2] == ["pipeline", "extract"] and len(parts) > 2 else ""


def modules_known_by(path: Path) -> Iterator[tuple[int, str]]:
    """The modules a file imports, those too that it imports from a package, with the line."""
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def test_rooms_of_the_coder_know_those_below_alone() -> None:
    """Coder, article, then events, actors, places, dates and numbers, which never know each other; grammar, language, text, lexicon."""
    found = [
        f"{path.relative_to(ROOT)}:{line}: {room} may not know {other}"
        for path in python_files("pipeline/extract")
        for room in [room_of(".".join(path.relative_to(ROOT).with_suffix("").parts))]
        for line, module in modules_known_by(path)
        for other in [room_of(module)]
        if other and other != room and FLOOR[other] <= FLOOR[room]
    ]

    assert found == []


def test_every_room_of_the_coder_has_its_floor() -> None:
    """A new room is put into the list above, on purpose."""
    rooms = {path.stem for path in (ROOT / "pipeline" / "extract").iterdir() if path.suffix in ("", ".py")}

    assert rooms - {"data", "__init__", "__pycache__"} == FLOOR.keys()


def test_nothing_is_kept_in_spacys_user_data() -> None:
    """What is found of a piece is kept in `Parsed`, under the function that found it, and not under a word of text."""
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in python_files("pipeline/extract")
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Attribute) and node.attr == "user_data"
    ]

    assert found == []


# Labels of Universal Dependencies that are no words or slots of ours as well.
LABELS = frozenset(
    """
    nsubj nsubj:pass csubj csubj:pass obl obl:agent obl:arg obl:unmarked nmod nmod:poss nmod:desc nmod:unmarked appos amod compound:prt
    nummod acl acl:relcl advcl ccomp xcomp parataxis conj cc aux aux:pass advmod punct
    """.split()
)


def test_labels_of_the_tree_are_spelt_in_grammar_alone() -> None:
    """The other rooms name them by what they stand for; the trained reader was trained with their letters."""
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno}: {node.value!r}"
        for path in python_files("pipeline/extract")
        if room_of(".".join(path.relative_to(ROOT).with_suffix("").parts))
        not in {"grammar", "language", "reader"}
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Constant) and node.value in LABELS
    ]

    assert found == []


# What the code calls things by: labels of Universal Dependencies, kinds of entries, columns and files of data.
NAMES_OF_OURS = frozenset(
    """
    acl acl:relcl advcl advmod amod appos aux aux:pass case cc ccomp compound conj cop csubj dep det det:predet fixed flat flat:name iobj
    mark name nmod nmod:desc nmod:poss nmod:unmarked nsubj nsubj:pass nummod obj obl obl:agent obl:arg obl:npmod obl:unmarked parataxis
    punct xcomp
    strong title believer weak armed override modifier former quantity country demonym seat place organisation person role body international
    countries roles regions cities surnames things words sector valid\xa0from valid\xa0to aliases
    persons officials leaders police_units peace_units people_in_office people_by_calling
    extract_features list2ragged ints-getitem hashembed static_vectors maxout layernorm dropout ragged2list
    """.replace("\xa0", "_").split()
)


def words_in_python(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Sets, lists and tuples of words that stand in the code, with their line."""
    for node in ast.walk(parsed(path)):
        found: list[ast.expr] = node.elts if isinstance(node, (ast.Set, ast.List, ast.Tuple)) else []
        words = [
            part.value for part in found if isinstance(part, ast.Constant) and isinstance(part.value, str)
        ]
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "split":
            text = node.func.value
            words = (
                text.value.split() if isinstance(text, ast.Constant) and isinstance(text.value, str) else []
            )
        if words:
            yield node.lineno, words


def test_words_of_the_language_lie_in_data_files() -> None:
    """Six words or more are a lexicon: a file with a reason, and a part of the codebook."""
    from pipeline.extract.grammar.claims import REASONS

    names = NAMES_OF_OURS | REASONS.keys()
    found = [
        f"{path.relative_to(ROOT)}:{line}: {' '.join(words)[:60]}"
        for path in python_files("pipeline/extract")
        for line, words in words_in_python(path)
        if len([word for word in words if not word.isupper() and word.replace(" ", "_") not in names]) >= 6
        and not all(word.startswith("noun:") for word in words)
    ]

    assert found == []


def test_no_file_is_longer_than_400_lines() -> None:
    """What is longer says more than one thing."""
    long = {
        str(path.relative_to(ROOT)): count
        for path in python_files("pipeline", "dags")
        if (count := len(path.read_text("utf-8").splitlines())) > 400
    }

    assert long == {}


def test_every_module_has_its_place() -> None:
    """A new module is put into the table above, on purpose."""
    known = {package_of(path) for path in python_files("pipeline")} - {"__init__"}

    assert known == MAY_IMPORT.keys()


LIGHT = {"errors", "model", "config", "plover", "postgres", "cli", "commands", "report", "__init__"}


@pytest.mark.parametrize(
    "path",
    [path for path in python_files("pipeline") if package_of(path) in LIGHT],
    ids=lambda path: str(path.relative_to(ROOT)),
)
def test_what_the_command_imports_at_once_is_light(path: Path) -> None:
    """Heavy libraries wait for their use: a DAG file and `tocsin --help` import none of them."""
    top_level = [
        module
        for node in parsed(path).body
        if isinstance(node, (ast.Import, ast.ImportFrom))
        for module in (
            [node.module or ""] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names]
        )
    ]

    assert not {module.partition(".")[0] for module in top_level} & SLOW


def test_sql_lies_in_sql() -> None:
    """No statement is put together from strings outside the door to the database."""
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in python_files("pipeline", "dags")
        if package_of(path) not in {"postgres", "validate"}
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and node.value.lstrip().startswith(("SELECT ", "INSERT ", "UPDATE ", "DELETE FROM", "CREATE TABLE"))
    ]

    assert found == []


def test_nothing_prints_but_the_command() -> None:
    """Stages log; only the command line prints."""
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in python_files("pipeline", "dags")
        if package_of(path)
        not in {"cli", "commands", "rule_commands", "feed_commands", "analyst_commands", "alert_commands"}
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
    ]

    assert found == []


def marks_of(path: Path) -> Iterator[tuple[int | None, set[str]]]:
    """The marks that stand together on a test, with its line, or, without one, on the file."""
    for node in ast.walk(parsed(path)):
        found: list[ast.expr] = []
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found = node.decorator_list
        elif isinstance(node, ast.Assign) and any(
            isinstance(target, ast.Name) and target.id == "pytestmark" for target in node.targets
        ):
            found = node.value.elts if isinstance(node.value, ast.List) else [node.value]
        names = {part.attr for one in found for part in ast.walk(one) if isinstance(part, ast.Attribute)}
        if names:
            yield None if isinstance(node, ast.Assign) else node.lineno, names


def test_what_needs_the_machine_for_itself_is_slow_too() -> None:
    """Else `make check` would run it, beside others."""
    found = []
    for path in python_files("tests"):
        marked = list(marks_of(path))
        of_the_file = set().union(*(marks for place, marks in marked if place is None))
        found += [
            f"{path.relative_to(ROOT)}:{place}"
            for place, marks in marked
            if "alone" in marks and "slow" not in marks | of_the_file
        ]

    assert found == []
