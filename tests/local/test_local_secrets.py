"""Secrets are made once, kept for their owner alone, and never shown."""

from __future__ import annotations

import base64
import json
import stat

import pytest

from pipeline.local.secrets import ROLES, load_secrets


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "secrets"


def test_every_file_is_for_the_owner_alone(folder):
    """Folder 0700, files 0600."""
    load_secrets(folder)

    modes = {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}

    assert (stat.S_IMODE(folder.stat().st_mode), modes) == (0o700, {0o600})


def test_secrets_last(folder):
    """A second start finds what the first one made."""
    first, second = load_secrets(folder), load_secrets(folder)

    assert (first.fernet_key, first.jwt_secret, first.admin_password) == (
        second.fernet_key,
        second.jwt_secret,
        second.admin_password,
    )


def test_two_installations_share_nothing(tmp_path):
    """There is no default secret."""
    first, second = load_secrets(tmp_path / "a"), load_secrets(tmp_path / "b")

    assert not {first.fernet_key, first.jwt_secret, first.api_secret_key, first.admin_password} & {
        second.fernet_key,
        second.jwt_secret,
        second.api_secret_key,
        second.admin_password,
    }


def test_token_secret_has_64_bytes_at_least(folder):
    """Airflow signs tokens with HMAC-SHA512."""
    assert len(load_secrets(folder).jwt_secret.encode()) >= 64


def test_fernet_key_is_one(folder):
    """32 bytes in URL-safe base64."""
    assert len(base64.urlsafe_b64decode(load_secrets(folder).fernet_key)) == 32


def test_each_user_of_the_interface_has_a_password(folder):
    """Airflow makes and prints a password for each user it finds none for."""
    passwords = json.loads(load_secrets(folder).passwords_file.read_text())

    assert {user: len(passwords[user]) >= 20 for user in ROLES} == dict.fromkeys(ROLES, True)


def test_a_password_changed_by_hand_stays(folder):
    """Only what is missing is made."""
    path = load_secrets(folder).passwords_file
    path.write_text(json.dumps({"admin": "my own long password"}))

    assert load_secrets(folder).admin_password == "my own long password"


def test_secrets_are_not_in_their_repr(folder):
    """A log line or a traceback that shows the record shows no secret."""
    secrets = load_secrets(folder)

    assert secrets.jwt_secret not in repr(secrets)
