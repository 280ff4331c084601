"""A server's databases and roles: addresses taken apart, databases made when missing, passwords set."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

import psycopg2
import psycopg2.errors
import psycopg2.extensions
from psycopg2 import sql

from pipeline.errors import ConfigError, StoreError
from pipeline.postgres.database import connect, redacted, translated

# What an address may say, by the variable in which libpq's programs read it.
LIBPQ_VARIABLES = {
    "host": "PGHOST", "port": "PGPORT", "dbname": "PGDATABASE", "user": "PGUSER", "password": "PGPASSWORD",
    "passfile": "PGPASSFILE", "sslmode": "PGSSLMODE", "sslrootcert": "PGSSLROOTCERT", "sslcert": "PGSSLCERT",
    "sslkey": "PGSSLKEY", "options": "PGOPTIONS", "service": "PGSERVICE",
}  # fmt: skip


def libpq_environment(url: str) -> dict[str, str]:
    """Say an address in variables, so that no command line shows its password.

    Raises:
        ConfigError: It is none.
    """
    return {
        LIBPQ_VARIABLES[name]: value
        for name, value in _parsed(url).items()
        if name in LIBPQ_VARIABLES and value
    }


def database_name(url: str) -> str:
    """The name of an address's database; "" where it leaves that to the server."""
    return _parsed(url).get("dbname", "")


def with_database(url: str, name: str) -> str:
    """The same server's address for another database; also where the server is named by `?host=/folder`."""
    head, separator, rest = url.partition("://")
    place, question, query = rest.partition("?")
    return f"{head}{separator}{place.partition('/')[0]}/{quote(name, safe='')}{question}{query}"


def ensure_database(url: str) -> None:
    """Make the database of an address on a server of the user's own, unless it is there.

    Raises:
        StoreError: The server cannot be reached, or the role may not make databases.
    """
    name = database_name(url)
    try:
        psycopg2.connect(url, connect_timeout=10).close()
    except psycopg2.OperationalError as error:
        if "does not exist" not in str(error):
            raise StoreError(f"cannot reach the database {name!r}: {_one_line(error)}") from error
        create_databases(with_database(url, "postgres"), (name,))


def create_databases(address: str, names: Sequence[str]) -> None:
    """Make those of the named databases that are missing; the address is of any database there.

    Raises:
        StoreError: The server cannot be reached, or our role may not make databases.
    """
    try:
        connection = psycopg2.connect(address, connect_timeout=10)
    except psycopg2.Error as error:
        raise StoreError(f"cannot make database {', '.join(names)}: {_one_line(error)}") from error
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
            f"cannot make database {', '.join(names)}: {_one_line(error)}. Make it by hand, owned by the role "
            "of the address"
        ) from error
    finally:
        connection.close()


def check_encoding(url: str) -> None:
    """Refuse a database that cannot hold every text.

    Raises:
        ConfigError: Its encoding is another than UTF8.
        StoreError: It cannot be reached.
    """
    connection = connect(url, autocommit=True)
    try:
        encoding = connection.get_parameter_status("server_encoding")
    finally:
        connection.close()
    if encoding != "UTF8":
        raise ConfigError(
            f"the database {redacted(url)} has the encoding {encoding}, and news needs UTF8: make another with "
            "CREATE DATABASE … ENCODING 'UTF8' LOCALE 'C.UTF-8' TEMPLATE template0"
        )


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


def give_password(url: str, role: str, password: str) -> bool:
    """Give a role a password if it has none and we may know that and change it; say whether.

    Raises:
        StoreError: The server cannot be reached.
    """
    connection = connect(url, autocommit=True)
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT rolpassword IS NULL FROM pg_authid WHERE rolname = %s", (role,))
            if cursor.fetchone() != (True,):
                return False
    except psycopg2.errors.InsufficientPrivilege:
        return False
    finally:
        connection.close()
    set_password(url, role, password)
    return True


def _parsed(url: str) -> dict[str, str]:
    try:
        return {name: str(value) for name, value in psycopg2.extensions.parse_dsn(url).items()}
    except psycopg2.ProgrammingError as error:
        raise ConfigError(f"the address {redacted(url)} of a database is none: {_one_line(error)}") from None


def _one_line(error: psycopg2.Error) -> str:
    return " ".join(str(error).split())
