"""The hooks before a commit look at what `make check` looks at, with nothing that is not in the venv."""

from __future__ import annotations

import re

import pytest
import yaml

from pipeline.config import ROOT

HOOKS = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text("utf-8"))["repos"]


def test_no_hook_is_fetched():
    """All are local, and run programs of the venv."""
    assert [repo["repo"] for repo in HOOKS] == ["local"]
    assert {hook["language"] for repo in HOOKS for hook in repo["hooks"]} == {"system"}


@pytest.mark.parametrize("hook", HOOKS[0]["hooks"], ids=lambda hook: hook["id"])
def test_a_hook_runs_what_make_check_runs(hook):
    """The same program with the same options, on the files of the commit or on all."""
    target = re.search(r"^check:.*?\n((?:\t.*\n)+)", (ROOT / "Makefile").read_text("utf-8"), re.M)
    assert target
    lines = [
        line.strip("\t@").removesuffix(" .") for line in target[1].replace("$(BIN)", ".venv/bin").splitlines()
    ]
    program = hook["entry"].split(" -q ")[0]

    assert any(line.startswith(program) for line in lines)
    assert (ROOT / program.split()[0]).exists()
