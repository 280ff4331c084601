"""The analyst's way in: the role's password is made once, kept in a file only its owner can read, never shown."""

from __future__ import annotations

import secrets
from pathlib import Path
from urllib.parse import urlsplit

from pipeline.config import Settings
from pipeline.errors import ConfigError
from pipeline.local import embedded
from pipeline.local.files import write_private
from pipeline.postgres.databases import set_password


def analyst_environment(settings: Settings) -> dict[str, str]:
    """PGHOST, PGPORT, PGDATABASE, PGUSER and PGPASSWORD of the analyst on the embedded server.

    Raises:
        ConfigError: The database is a server of the user's own, whose roles are not ours to change.
    """
    if settings.database_url:
        raise ConfigError(
            "TOCSIN_DATABASE_URL names a server of your own: give its role analyst a password there"
        )
    url = embedded.url(settings)
    parts = urlsplit(url)
    return {
        "PGHOST": parts.hostname or "",
        "PGPORT": str(parts.port),
        "PGDATABASE": parts.path.lstrip("/"),
        "PGUSER": "analyst",
        "PGPASSWORD": _password(url, settings.home / "secrets" / "analyst_password"),
    }


def psql(settings: Settings) -> Path:
    """The psql that comes with the embedded server."""
    return embedded.binaries(settings) / "psql"


def _password(url: str, path: Path) -> str:
    if path.is_file():
        return path.read_text("utf-8")
    password = secrets.token_urlsafe(24)
    set_password(url, "analyst", password)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_private(path, password)
    return password
