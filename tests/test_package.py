"""The wheel: what is installed by pip works from any folder, with all that a checkout has beside its code."""

from __future__ import annotations

import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

from pipeline import __version__
from pipeline.config import ROOT

FACTS = """
from pipeline.config import Settings, load_settings
from pipeline.postgres.migrate import MIGRATIONS
from pipeline.postgres.queries import FOLDER
settings = load_settings()
for path in (MIGRATIONS, FOLDER, settings.feeds_path, settings.rules_path, settings.receivers_path,
             settings.model_path / "meta.json"):
    print(path.exists(), path)
print(settings.home)
"""


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel built without a network, unpacked as pip would install it."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)],
        cwd=ROOT, check=True, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


def run(unpacked: Path, *arguments: str, home: Path) -> subprocess.CompletedProcess[str]:
    """A Python that sees the unpacked wheel and no checkout."""
    return subprocess.run(
        [sys.executable, *arguments],
        cwd="/", env={"PYTHONPATH": str(unpacked), "HOME": str(home)},
        capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip


@pytest.mark.slow
def test_the_wheel_brings_everything_along(unpacked, tmp_path):
    """SQL, seeds, DAGs and the model lie inside it; state goes to the user's own place."""
    *found, home = run(unpacked, "-c", FACTS, home=tmp_path).stdout.split("\n")[:-1]

    assert {line.partition(" ")[0] for line in found} == {"True"}
    assert all(str(unpacked) in line for line in found)
    assert home == str(tmp_path / ".local" / "share" / "tocsin")
    assert (unpacked / "pipeline" / "shipped" / "dags" / "news.py").is_file()


@pytest.mark.slow
def test_the_command_tells_its_version_from_any_folder(unpacked, tmp_path):
    """`tocsin --version`, as an entry point would call it."""
    done = run(unpacked, "-m", "pipeline", "--version", home=tmp_path)

    assert done.stdout == f"tocsin {__version__}\n"


def test_the_changelog_has_the_version():
    """A release is named where its changes are told."""
    assert f"## [{__version__}]" in (ROOT / "CHANGELOG.md").read_text("utf-8")


def test_the_locks_hold_every_requirement_and_only_one_the_tools_for_tests():
    """What runs in the image is what was tested, without the tests' tools."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    run_lock, test_lock = (
        {line.split(" \\")[0] for line in (ROOT / name).read_text("utf-8").splitlines() if line[:1].isalnum()}
        for name in ("requirements.lock", "requirements-test.lock")
    )
    names = {pin.partition("==")[0].partition("[")[0] for pin in run_lock}

    assert run_lock <= test_lock
    assert not {"pytest", "ruff", "mypy", "hypothesis"} & names
    wanted = {line.split(">")[0].split("=")[0].split("<")[0].lower() for line in project["dependencies"]}
    assert wanted <= names
