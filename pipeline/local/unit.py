"""A systemd unit for `tocsin up`: settings in, the unit's text out."""

from __future__ import annotations

import sys
from collections.abc import Mapping

from pipeline.config import IMPORT_ROOT, Settings

# What may hold a password: never into a unit, which everybody can read.
SECRET = ("TOCSIN_DATABASE_URL", "TOCSIN_AIRFLOW_DATABASE_URL")


def unit(settings: Settings, environment: Mapping[str, str], *, is_root: bool) -> str:
    """Say how systemd runs Tocsin for good: from boot, again after a failure, stopped with its Postgres.

    Args:
        environment: Of the caller; its settings are taken over, but for those that may hold a password.
        is_root: For the system; else for the user's own session, which must be allowed to linger.
    """
    command = " ".join(map(_quoted, (sys.executable, "-m", "pipeline"))).replace("$", "$$")
    place = "/etc/systemd/system/tocsin.service" if is_root else "~/.config/systemd/user/tocsin.service"
    control = "systemctl" if is_root else "systemctl --user"
    given = {
        name: value for name, value in sorted(environment.items()) if name.startswith("TOCSIN_") and value
    }
    given["TOCSIN_HOME"] = str(settings.home.resolve())
    lines = [
        f"# tocsin unit > {place} && {control} daemon-reload && {control} enable --now tocsin",
        *([] if is_root else ["# so that it runs without you: loginctl enable-linger"]),
        "[Unit]",
        "Description=Tocsin: news in, coded events in Postgres, alerts out",
        "Wants=network-online.target",
        "After=network-online.target",
        "",
        "[Service]",
        *(
            f"Environment={_quoted(f'{name}={value}')}"
            for name, value in sorted(given.items())
            if name not in SECRET
        ),
        "# Further settings, and those that hold a password, as NAME=value lines (mode 0600):",
        f"EnvironmentFile=-{_escaped(str(settings.home.resolve() / 'tocsin.env'))}",
        f"WorkingDirectory={_escaped(str(IMPORT_ROOT))}",
        f"ExecStart={command} up",
        "# Stops the rest and then the embedded Postgres; what systemd alone would do to it is a power cut.",
        f"ExecStop={command} stop",
        "KillMode=mixed",
        "TimeoutStopSec=120",
        "Restart=on-failure",
        "RestartSec=30",
        "UMask=0077",
        "",
        "[Install]",
        f"WantedBy={'multi-user.target' if is_root else 'default.target'}",
    ]
    return "\n".join(lines) + "\n"


def _quoted(word: str) -> str:
    return (
        _escaped(word)
        if word.isascii() and not set(word) & set(" \t\"'\\;")
        else f'"{_slashed(_escaped(word))}"'
    )


def _escaped(word: str) -> str:
    return word.replace("%", "%%")


def _slashed(word: str) -> str:
    return word.replace("\\", "\\\\").replace('"', '\\"')
