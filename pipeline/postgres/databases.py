"""A server's databases and roles: databases made when missing, passwords set."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import unquote, urlsplit

import psycopg2
from psycopg2 import sql

from pipeline.errors import StoreError
from pipeline.postgres.database import connect, translated


def ensure_database(url: str) -> None:
    """Make the database of an address on a server of the user's own, unless it is there.

    Raises:
        StoreError: The server cannot be reached, or the role may not make databases.
    """
    parts = urlsplit(url)
    name = unquote(parts.path.lstrip("/"))
    try:
        psycopg2.connect(url, connect_timeout=10).close()
    except psycopg2.OperationalError as error:
        if "does not exist" not in str(error):
            raise StoreError(f"cannot reach the database {name!r}: {str(error).strip()}") from error
        create_databases(parts._replace(path="/postgres").geturl(), (name,))


def create_databases(address: str, names: Sequence[str]) -> None:
    """Make those of the named databases that are missing; the address is of any database there.

    Raises:
        StoreError: The server cannot be reached, or our role may not make databases.
    """
    try:
        connection = psycopg2.connect(address, connect_timeout=10)
    except psycopg2.Error as error:
        raise StoreError(f"cannot make database {', '.join(names)}: {str(error).strip()}") from error
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT datname FROM pg_database")
            present = {name for (name,) in cursor.fetchall()}
            for name in names:
                if name not in present:
                    cursor.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    except psycopg2.Error as error:
        raise StoreError(
            f"cannot make database {', '.join(names)}: {str(error).strip()}. Make it by hand, owned by the role "
            "of the address"
        ) from error
    finally:
        connection.close()


def set_password(url: str, role: str, password: str) -> None:
    """Give a role of the server a password.

    Raises:
        StoreError: The server cannot be reached, or our role may not.
    """
    connection = connect(url, autocommit=True)
    try:
        with translated(), connection.cursor() as cursor:
            statement = sql.SQL("ALTER ROLE {} PASSWORD {}")
            cursor.execute(statement.format(sql.Identifier(role), sql.Literal(password)))
    finally:
        connection.close()
