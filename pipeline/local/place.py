"""Who runs the embedded Postgres, and where its files lie.

Postgres refuses to run as root, so root hands it to an unprivileged user that exists already. Where
that user cannot reach the home folder (a clone under /root), the data are kept in a folder below
/var/lib/tocsin.
"""

from __future__ import annotations

import fcntl
import hashlib
import logging
import os
import pwd
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pipeline.config import Settings
from pipeline.errors import OperateError
from pipeline.local.files import explain_os_error, read, write_private

SHARED_FOLDER = Path("/var/lib/tocsin")
UNPRIVILEGED_USERS = ("postgres", "nobody")

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


def find(settings: Settings) -> Place:
    """Where the server lives as far as is known now; only under the lock does that stay so."""
    state = folder_of(settings)
    if os.geteuid() != 0:
        return Place(state=state, folder=state / "server", account=None)
    folder = _settled(state) or state / "server"
    return Place(state=state, folder=folder, account=account_for(folder))


def folder_of(settings: Settings) -> Path:
    """The caller's folder of the embedded server: lock, password, port. It is there before anything else is known."""
    # Resolved, since a server is known again by the folder in its command line.
    return settings.home.resolve() / "postgres"


@contextmanager
def held(settings: Settings) -> Iterator[Place]:
    """Hold the one lock of this server, against other processes and threads, and say where it lives.

    The place is looked up under the lock alone: who waited for it would else keep what was true before.

    Raises:
        OperateError: The folder belongs to another user.
    """
    state = folder_of(settings)
    try:
        handle = os.open(state / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except PermissionError as error:
        raise OperateError(
            f"{state} belongs to another user: run as that user, or set TOCSIN_HOME to a folder of your own"
        ) from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield find(settings)
    finally:
        os.close(handle)


@contextmanager
def prepared(settings: Settings) -> Iterator[Place]:
    """Hold the server's lock as `held` does, with folder and password made where they are missing.

    Raises:
        OperateError: The folder belongs to another user, or the disk is full.
    """
    state = folder_of(settings)
    with _told(state):
        state.mkdir(parents=True, exist_ok=True)
    with held(settings) as place:
        with _told(state):
            if _settled(state) is None:
                place = _settle(place)
            _make_folder(place)
            _make_password(place)
        yield place


@contextmanager
def _told(state: Path) -> Iterator[None]:
    try:
        yield
    except PermissionError as error:
        raise OperateError(
            f"cannot write {error.filename or state}: it belongs to another user. Run as that user, or set "
            "TOCSIN_HOME to a folder of your own"
        ) from error
    except OSError as error:
        raise OperateError(f"cannot prepare {state}: {explain_os_error(error)}") from error


def _settled(state: Path) -> Path | None:
    """The folder that was chosen for a home; None while none was, and where it is another's or is gone.

    A home that was copied names the folder of the one it was copied from, and two homes have two locks.
    """
    kept = read(state / "folder")
    if not kept or not Path(kept).exists():
        return None
    owner = read(Path(kept) / "home")
    if owner not in (None, str(state)) and read(Path(str(owner)) / "folder") == kept:
        return None
    return Path(kept)


def _settle(place: Place) -> Place:
    """Choose, once, a folder that the server's user can reach."""
    account = place.account
    if account is None:
        return place
    if not can_traverse(place.state, account):
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
    if place.account is not None and read(place.folder / "home") != str(place.state):
        write_private(place.folder / "home", str(place.state))


def account_for(folder: Path) -> Account | None:
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


def can_traverse(folder: Path, account: Account) -> bool:
    return all(_permits(step, account, stat.S_IXOTH) for step in (folder, *folder.parents))


def can_run(folder: Path, account: Account) -> bool:
    catalog = folder.parent / "share"
    return (
        can_traverse(folder, account)
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


def password(place: Place) -> str:
    """The password of our role.

    Raises:
        OperateError: There is none yet.
    """
    kept = read(place.state / "password")
    if not kept:
        raise OperateError(
            f"the embedded Postgres has not been started yet ({place.state} holds no password)"
        )
    return kept
