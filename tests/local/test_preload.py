"""What the fork server does before it forks, in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from pipeline.config import ROOT

pytestmark = pytest.mark.slow

LOOKED_AT = """
import json, sys
import pipeline.local.preload
from pipeline.extract.lexicon.version import _named
print(json.dumps([_named.cache_info().currsize, "spacy" in sys.modules, "pipeline.extract.coder" in sys.modules]))
"""


def test_the_codebook_is_named_before_tasks_are_forked():
    """And the coder's code is not loaded: a task has what lies on the disk when it starts."""
    done = subprocess.run(
        [sys.executable, "-c", LOOKED_AT], cwd=ROOT, capture_output=True, text=True, check=True, timeout=120
    )

    assert json.loads(done.stdout) == [1, True, False]
