"""What must not be guessed or printed: made once, kept in files that only their owner reads."""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import OperateError
from pipeline.local.files import write_private

ADMIN = "admin"
# Roles of Airflow's simple auth manager, by user.
ROLES = {ADMIN: "admin", "analyst": "viewer"}


@dataclass(frozen=True, kw_only=True, slots=True, repr=False)
class Secrets:
    """The secrets of one installation. Without repr, so that none lands in a log by accident."""

    fernet_key: str
    api_secret_key: str
    jwt_secret: str
    passwords_file: Path

    @property
    def admin_password(self) -> str:
        return str(json.loads(self.passwords_file.read_text())[ADMIN])


def load_secrets(folder: Path) -> Secrets:
    """Read the secrets of a folder; make those that are missing.

    Raises:
        OperateError: The folder belongs to another user.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(0o700)
        return Secrets(
            fernet_key=_kept(folder / "fernet_key", _fernet_key),
            api_secret_key=_kept(folder / "api_secret_key", _token),
            jwt_secret=_kept(folder / "jwt_secret", _token),
            passwords_file=_passwords(folder / "airflow_passwords.json"),
        )
    except PermissionError as error:
        raise OperateError(
            f"cannot read or write {error.filename}: it belongs to another user. Run as that user, or set TOCSIN_HOME "
            "to a folder of your own"
        ) from error


def pages_key(folder: Path) -> str:
    """The key that the pages' own login signs with; made at the first start."""
    return _kept(folder / "pages_key", _token)


def _kept(path: Path, make: Callable[[], str]) -> str:
    if not path.exists():
        write_private(path, make())
    return path.read_text().strip()


def _token() -> str:
    # Airflow signs with HMAC-SHA512, whose keys should be 64 bytes at least (RFC 7518, 3.2).
    return secrets.token_urlsafe(64)


def _fernet_key() -> str:
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()


def _passwords(path: Path) -> Path:
    """Write the passwords of the UI before Airflow makes and prints some."""
    passwords = json.loads(path.read_text()) if path.exists() else {}
    missing = {user: secrets.token_urlsafe(18) for user in ROLES if user not in passwords}
    if missing:
        write_private(path, json.dumps(passwords | missing) + "\n")
    return path
