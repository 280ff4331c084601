"""The analyst's way in: the role's password is made at the first start and kept in a file only its owner can read."""

from __future__ import annotations

import logging
import secrets
import sys
from pathlib import Path
from urllib.parse import quote

from pipeline.config import Settings, load_settings
from pipeline.errors import ConfigError
from pipeline.local import embedded
from pipeline.local.files import read, write_private
from pipeline.postgres.database import connects
from pipeline.postgres.databases import give_password, libpq_environment, set_password

ROLE = "analyst"

log = logging.getLogger(__name__)


def password_file(settings: Settings) -> Path:
    return settings.home / "secrets" / "analyst_password"


def keep_password(settings: Settings) -> None:
    """See that the analyst can log in with the password of the file; on a server of the user's own, give a role
    without a password one where we may. What its owner gave it stays.

    Raises:
        StoreError: The embedded server refused.
    """
    kept = read(password_file(settings))
    if settings.database_url:
        if kept is None and give_password(settings.database_url, ROLE, password := secrets.token_urlsafe(24)):
            _keep(settings, password)
        return
    if kept is None or not connects(analyst_url(settings)):
        new_password(settings)


def new_password(settings: Settings) -> None:
    """Give the analyst a new password, in place of any.

    Raises:
        StoreError: Our role may not.
    """
    password = secrets.token_urlsafe(24)
    set_password(settings.database_url or embedded.url(settings), ROLE, password)
    _keep(settings, password)


def take_password(settings: Settings, source: Path) -> None:
    """Give the analyst the password of a file, which other services of the containers read too.

    Raises:
        StoreError: Our role may not.
    """
    password = source.read_text("utf-8").strip()
    set_password(settings.database_url or embedded.url(settings), ROLE, password)
    _keep(settings, password)


def analyst_url(settings: Settings) -> str:
    """The database's address as the analyst, password included: for pandas, R, QGIS, Grafana.

    Raises:
        ConfigError: On a server of the user's own, nobody has told us the password.
    """
    password = read(password_file(settings))
    if not password:
        raise ConfigError(
            f"the password of the role {ROLE} is not known: write it into {password_file(settings)}, or let "
            "`tocsin psql --new-password` give it a new one, if the role of TOCSIN_DATABASE_URL may do that"
        )
    scheme, _, rest = (settings.database_url or embedded.url(settings)).partition("://")
    place, slash, name = rest.partition("/")
    return f"{scheme}://{ROLE}:{quote(password, safe='')}@{place.rpartition('@')[2]}{slash}{name}"


def analyst_environment(settings: Settings) -> dict[str, str]:
    """PGHOST, PGPORT, PGDATABASE, PGUSER, PGPASSWORD and what else the address says, for psql.

    Raises:
        ConfigError: As of `analyst_url`.
    """
    return libpq_environment(analyst_url(settings))


def _keep(settings: Settings, password: str) -> None:
    path = password_file(settings)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_private(path, password)
    log.info("the analyst has a new password file=%s", path)


if __name__ == "__main__":
    take_password(load_settings(), Path(sys.argv[1]))
