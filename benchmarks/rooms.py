"""Rooms: how far an article walks through the coder, and what the coder's code is like; trees side by side in one run.

    python benchmarks/rooms.py FOLDER [FOLDER …]

Each FOLDER is a checkout (`git worktree add`), of whatever commit; each is looked at in a process of its own.

* stays: the functions that code the seed article, in the order they are first called; those of one room in a row are one stay.
  A room is a folder or module right below `pipeline/extract`. returns: stays in a room that was left before.
* calls: from a function of one room into one of another, all of them, for the seed article.
* functions over 12: ways through a function by ruff's C901; and as radon counts them, with each "and", "or" and comprehension.
* words in Python: of sets, lists and tuples of six words or more.
* sentences a second of one core: the seed article and the project's own sentences, the trees in turns, the best of each.
"""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
TURNS = 3
ROUNDS = 3


def main() -> None:
    folders = [Path(name).resolve() for name in sys.argv[1:]] or [ROOT]
    texts = own_texts()
    sentences = sum(len(re.findall(r"[.!?](?=\s|$)", text)) for text in texts)
    walked = {folder: child(folder, "walk", [seed()]) for folder in folders}
    seconds: dict[Path, list[float]] = {folder: [] for folder in folders}
    for _ in range(TURNS):
        for folder in folders:
            seconds[folder].append(child(folder, "speed", texts * ROUNDS)["seconds"])
    for folder in folders:
        figures = {**walked[folder], **looks(folder)}
        figures["sentences a second"] = round(sentences * ROUNDS / min(seconds[folder]))
        print(folder)
        for name, figure in figures.items():
            print(f"  {name:<32}{figure}")


def child(folder: Path, task: str, texts: list[str]) -> dict[str, Any]:
    """What a tree says of itself, in a process that knows no other."""
    done = subprocess.run(
        [sys.executable, __file__, "--child", task],
        input=json.dumps(texts),
        cwd=folder,
        env={"PYTHONPATH": str(folder), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=True,
    )
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def run_child(task: str) -> None:
    from pipeline.config import load_settings
    from pipeline.extract.code_command import article_of
    from pipeline.extract.coder import load_coder

    coder = load_coder(load_settings())
    articles = [
        article_of({"id": str(number), "text": text, "date": "2011-10-28"})
        for number, text in enumerate(json.load(sys.stdin))
    ]
    coder.code_all(articles[:1])
    if task == "walk":
        print(json.dumps(walk(lambda: coder.code_all(articles))))
    else:
        started = time.process_time()
        coder.code_all(articles)
        print(json.dumps({"seconds": time.process_time() - started}))


def walk(work: Callable[[], object]) -> dict[str, Any]:
    """Follow the calls of some work through the rooms of the coder."""
    above = str(Path.cwd() / "pipeline" / "extract") + "/"
    first: dict[tuple[str, str, str], None] = {}
    calls: dict[tuple[str, str], int] = {}

    def room(frame: FrameType) -> str:
        file = frame.f_code.co_filename
        return file.removeprefix(above).split("/")[0].removesuffix(".py") if file.startswith(above) else ""

    def follow(frame: FrameType, event: str, _: object) -> None:
        if event != "call" or not (here := room(frame)):
            return
        first.setdefault((here, frame.f_code.co_filename, frame.f_code.co_qualname), None)
        caller = frame.f_back
        # Between two rooms may stand the library that calls back.
        while caller is not None and not room(caller):
            caller = caller.f_back
        if caller is not None and (there := room(caller)) != here:
            calls[there, here] = calls.get((there, here), 0) + 1

    sys.setprofile(follow)
    work()
    sys.setprofile(None)
    rooms, modules = runs([here for here, _, _ in first]), runs([file for _, file, _ in first])
    return {
        "rooms, stays, returns": (len(set(rooms)), len(rooms), len(rooms) - len(set(rooms))),
        "modules, stays, returns": (len(set(modules)), len(modules), len(modules) - len(set(modules))),
        "pairs of rooms that call": len(calls),
        "calls between rooms": sum(calls.values()),
    }


def runs(places: list[str]) -> list[str]:
    """Those in a row are one."""
    return [here for number, here in enumerate(places) if not number or here != places[number - 1]]


def looks(folder: Path) -> dict[str, Any]:
    """What can be told of the code without running it."""
    files = sorted((folder / "pipeline" / "extract").rglob("*.py"))
    lines = {file: len(file.read_text("utf-8").splitlines()) for file in files}
    largest = max(files, key=lambda file: lines[file])
    ruff = Path(sys.executable).with_name("ruff")
    found = subprocess.run(
        [ruff, "check", "--isolated", "--select", "C901", "--config", "lint.mccabe.max-complexity=12", "--output-format",
         "json", folder / "pipeline" / "extract"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    functions = [
        node
        for file in files
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef)
    ]
    return {
        "modules": len([file for file in files if lines[file]]),
        "largest file": f"{lines[largest]} lines ({largest.relative_to(folder)})",
        "functions over 12 (C901)": len(json.loads(found.stdout)),
        "functions over 12 (radon)": len([ways for ways in map(ways_through, functions) if ways > 12]),
        "functions": len(functions),
        "words in Python": sum(len(words) for file in files for words in word_sets(file) if len(words) >= 6),
    }


def ways_through(function: ast.FunctionDef) -> int:
    """Its cyclomatic complexity, that of functions within it included."""
    ways = 1
    for node in ast.walk(function):
        if isinstance(
            node, ast.If | ast.IfExp | ast.For | ast.While | ast.ExceptHandler | ast.Assert | ast.match_case
        ):
            ways += 1
        elif isinstance(node, ast.BoolOp):
            ways += len(node.values) - 1
        elif isinstance(node, ast.comprehension):
            ways += 1 + len(node.ifs)
    return ways


def word_sets(file: Path) -> Iterator[list[str]]:
    """Sets, lists and tuples of words in small letters that stand in the code."""
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        parts: list[ast.expr] = node.elts if isinstance(node, ast.Set | ast.List | ast.Tuple) else []
        words = [
            part.value for part in parts if isinstance(part, ast.Constant) and isinstance(part.value, str)
        ]
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "split":
            text = node.func.value
            if isinstance(text, ast.Constant) and isinstance(text.value, str):
                words = text.value.split()
        yield [word for word in words if word.isalpha() and word.islower()]


def seed() -> str:
    return next((ROOT / "seeds").glob("*.txt")).read_text("utf-8")


def own_texts() -> list[str]:
    """The seed article, sentences that tell events and such that tell none."""
    cases = ROOT / "tests" / "extract" / "cases"
    quiet = [
        line for line in (cases / "quiet_sentences.txt").read_text("utf-8").splitlines() if line[:1] != "#"
    ]
    told = [path.read_text("utf-8").splitlines()[2] for path in sorted((cases / "sentences").glob("*.txt"))]
    return [*[seed()] * 10, " ".join(told), " ".join(quiet[:100])]


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        run_child(sys.argv[2])
    else:
        main()
