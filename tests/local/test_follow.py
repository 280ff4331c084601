"""One run followed: a task whose parts run side by side is told as one."""

from __future__ import annotations

import pytest

from pipeline.local.follow import joint_state


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        (("success", "success"), "success"),
        (("success", "running"), "running"),
        (("success", None), "running"),
        (("success", "queued"), "running"),
        (("failed", "running"), "failed"),
        (("queued", "scheduled"), None),
        ((None, None), None),
    ],
)
def test_parts_of_a_task_have_one_state(states, expected):
    """Failed if one is, done when all are."""
    assert joint_state(states) == expected
