"""The systemd unit, as text and as systemd reads it where there is one."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from pipeline.config import Settings
from pipeline.local.unit import unit

GIVEN = {
    "TOCSIN_FEEDS_PATH": "/srv/my feeds/100%.csv",
    "TOCSIN_DATABASE_URL": "postgresql://x:CANARY@h/d",
    "HOME": "/x",
}


@pytest.mark.parametrize(
    ("is_root", "target", "control"),
    [(True, "multi-user.target", "systemctl daemon"), (False, "default.target", "systemctl --user")],
    ids=["root", "user"],
)
def test_unit_is_for_who_asks(is_root, target, control):
    """Root's for the system, another's for the own session; the first line says where to put it."""
    text = unit(Settings(home=Path("/srv/tocsin")), {}, is_root=is_root)

    assert f"WantedBy={target}" in text
    assert control in text.splitlines()[0]


def test_unit_takes_settings_over_but_no_password():
    """A unit can be read by everybody; blanks and percent signs stay what they are."""
    text = unit(Settings(home=Path("/srv/tocsin")), GIVEN, is_root=True)

    assert 'Environment="TOCSIN_FEEDS_PATH=/srv/my feeds/100%%.csv"' in text
    assert "Environment=TOCSIN_HOME=/srv/tocsin" in text
    assert "EnvironmentFile=-/srv/tocsin/tocsin.env" in text
    assert "CANARY" not in text
    assert "HOME=/x" not in text


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd here")
def test_systemd_reads_the_unit(tmp_path):
    """Without a complaint."""
    path = tmp_path / "tocsin.service"
    path.write_text(unit(Settings(home=tmp_path), GIVEN, is_root=True))

    done = subprocess.run(["systemd-analyze", "verify", path], capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (0, "")
