"""The embedded Postgres, on real servers in folders of the tests' own."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import psutil
import psycopg2
import pytest

from pipeline.config import ROOT, Settings
from pipeline.errors import OperateError, StoreError
from pipeline.local import cluster, embedded
from pipeline.local.place import SHARED_FOLDER, folder_of, held, prepared
from pipeline.local.ports import free_port
from pipeline.local.programs import programs_for
from pipeline.postgres.databases import ensure_database

pytestmark = pytest.mark.slow

is_root = os.geteuid() == 0
START = "import sys; from pathlib import Path; from pipeline.config import Settings; from pipeline.local import embedded; print(embedded.start(Settings(home=Path(sys.argv[1]))).pid)"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """Settings of a server that runs for all tests of this file that leave it as it is."""
    settings = Settings(home=tmp_path_factory.mktemp("running"))
    embedded.start(settings)
    yield settings
    embedded.destroy(settings)


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Settings]:
    """Settings of a server that a test may start, break and kill."""
    settings = Settings(home=tmp_path / "var")
    yield settings
    embedded.destroy(settings)


def query(settings: Settings, statement: str, database: str = "tocsin") -> list[tuple]:
    connection = psycopg2.connect(embedded.url(settings, database))
    try:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall() if cursor.description else []
    finally:
        connection.close()


def kill(settings: Settings) -> None:
    """Kill the server and all its workers, as a power cut would."""
    pid = embedded.status(settings).pid
    assert pid is not None
    family = [psutil.Process(pid), *psutil.Process(pid).children()]
    for process in family:
        with suppress(psutil.NoSuchProcess):  # a worker may end by itself meanwhile
            process.send_signal(signal.SIGKILL)
    psutil.wait_procs(family[1:], timeout=5)
    time.sleep(0.2)


def test_server_listens_on_loopback_alone(running):
    """The server has one listening socket, on 127.0.0.1."""
    process = psutil.Process(embedded.status(running).pid)

    listening = [entry.laddr.ip for entry in process.net_connections() if entry.status == psutil.CONN_LISTEN]

    assert listening == ["127.0.0.1"]


def test_server_does_not_run_as_root(running):
    """Root hands the server to an unprivileged user."""
    assert psutil.Process(embedded.status(running).pid).uids().effective != 0


def test_both_databases_are_there(running):
    """Ours and Airflow's are made at the first start."""
    names = {name for (name,) in query(running, "SELECT datname FROM pg_database")}

    assert {"tocsin", "airflow"} <= names


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("data_checksums", "on"),
        ("max_connections", "100"),
        ("password_encryption", "scram-sha-256"),
        ("TimeZone", "UTC"),
        ("server_encoding", "UTF8"),
    ],
)
def test_server_runs_with(running, name, value):
    """What the stages and the reliability tests count on is set."""
    assert query(running, f"SHOW {name}") == [(value,)]


def test_server_takes_a_part_of_the_memory_for_its_pages(running):
    """Ten million events are read from the disk again and again where it is too small."""
    ((taken,),) = query(running, "SELECT pg_size_bytes(current_setting('shared_buffers'))")

    assert taken == int(cluster.shared_buffers(psutil.virtual_memory().total).removesuffix("MB")) * 2**20


@pytest.mark.parametrize(("gigabytes", "taken"), [(1, "128MB"), (4, "256MB"), (8, "512MB"), (24, "1024MB")])
def test_a_sixteenth_of_the_memory_within_bounds(gigabytes, taken):
    assert cluster.shared_buffers(gigabytes * 2**30) == taken


def test_text_search_knows_letters_beyond_ascii(running):
    """The locale does not depend on what the system has installed."""
    assert query(running, "SELECT upper('líbia'), 'МОСКВА' ILIKE 'москва'") == [("LÍBIA", True)]


def test_wrong_password_is_refused(running):
    """Nobody on the machine gets in without the password."""
    url = embedded.url(running)
    password = url.split(":")[2].split("@")[0]

    with pytest.raises(psycopg2.OperationalError, match="password authentication failed"):
        psycopg2.connect(url.replace(password, "guess"))


def test_password_is_for_the_owner_alone(running):
    """The password lies in a file of mode 0600."""
    mode = (running.home / "postgres" / "password").stat().st_mode

    assert stat.S_IMODE(mode) == 0o600


def test_password_is_not_in_the_command_line_or_the_log(running):
    """Neither `ps` nor the log shows it."""
    status = embedded.status(running)
    password = (running.home / "postgres" / "password").read_text()

    shown = " ".join(psutil.Process(status.pid).cmdline()) + status.server_log.read_text()

    assert password not in shown


def test_start_twice_leaves_the_server_alone(running):
    """The second start finds the first one's server."""
    assert embedded.start(running).pid == embedded.status(running).pid


def test_ensure_database_makes_what_is_missing(running):
    """A server of the user's own gets Airflow's database beside ours; a second time nothing happens."""
    url = embedded.url(running, "desk_airflow")

    ensure_database(url)
    ensure_database(url)

    assert query(running, "SELECT 1", "desk_airflow") == [(1,)]


def test_ensure_database_says_when_the_server_is_not_there():
    """An unreachable server is named as such."""
    with pytest.raises(StoreError, match="cannot reach the database 'tocsin'"):
        ensure_database("postgresql://tocsin@127.0.0.1:1/tocsin")


def test_status_before_the_first_start_says_no(tmp_path):
    """Asking starts and writes nothing."""
    settings = Settings(home=tmp_path / "var")

    status = embedded.status(settings)

    assert (status.is_running, settings.home.exists()) == (False, False)


def test_url_before_the_first_start_says_what_to_do(tmp_path):
    """There is no address yet, and the message says what makes one."""
    with pytest.raises(OperateError, match="tocsin up"):
        embedded.url(Settings(home=tmp_path / "var"))


def test_three_processes_at_once_share_one_server(own):
    """The file lock lets one start it; the others find it."""
    starters = [
        subprocess.Popen(
            [sys.executable, "-c", START, str(own.home)], stdout=subprocess.PIPE, text=True, cwd=ROOT
        )
        for _ in range(3)
    ]

    pids = {starter.communicate(timeout=60)[0].strip() for starter in starters}

    assert pids == {str(embedded.status(own).pid)}


@pytest.mark.skipif(not is_root, reason="only root runs the server as somebody else")
@pytest.mark.parametrize("hold", [held, prepared], ids=["held", "prepared"])
def test_who_waits_for_the_lock_learns_where_the_data_went_meanwhile(own, hold, tmp_path):
    """The place is chosen under the lock, so it is looked up under the lock."""
    state = folder_of(own)
    state.mkdir(parents=True)
    (tmp_path / "elsewhere").mkdir()
    found: list[Path] = []

    def wait() -> None:
        with hold(own) as place:
            found.append(place.folder)

    with held(own):
        waiting = threading.Thread(target=wait)
        waiting.start()
        time.sleep(0.3)
        (state / "folder").write_text(str(tmp_path / "elsewhere"))
    waiting.join(10)

    assert found == [tmp_path / "elsewhere"]


def test_server_outlives_its_starter(own):
    """The process that started it has ended; the server answers."""
    subprocess.run([sys.executable, "-c", START, str(own.home)], check=True, capture_output=True, cwd=ROOT)

    assert query(own, "SELECT 1") == [(1,)]


def test_rows_port_and_password_last_over_stop_and_start(own):
    """Who wrote down the address finds the same rows there after a restart."""
    embedded.start(own)
    query(own, "CREATE TABLE kept AS SELECT 42 AS n")
    url = embedded.url(own)

    stopped = embedded.stop(own)
    embedded.start(own)

    assert (stopped, embedded.url(own), query(own, "SELECT n FROM kept")) == (True, url, [(42,)])


def test_stop_of_a_stopped_server_says_so(own):
    """Stopping twice is no error."""
    embedded.start(own)
    embedded.stop(own)

    assert embedded.stop(own) is False


def test_killed_server_starts_again(own):
    """Also where nobody reaps the dead process, as in a container without init."""
    embedded.start(own)
    query(own, "CREATE TABLE kept AS SELECT 42 AS n")

    kill(own)
    embedded.start(own)

    assert query(own, "SELECT n FROM kept") == [(42,)]


def test_killed_server_starts_while_its_workers_still_end(own):
    """They see its death a moment later, and hold its memory until then."""
    embedded.start(own)
    connection = psycopg2.connect(embedded.url(own))
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")

    psutil.Process(embedded.status(own).pid).kill()
    started = embedded.start(own)
    connection.close()

    assert started.is_running


def test_pid_file_with_the_number_of_a_stranger_is_dropped(own):
    """After a reboot the number in the file may be anybody's."""
    status = embedded.start(own)
    pid_file = status.data / "postmaster.pid"
    lines = pid_file.read_text().splitlines()
    owner = pid_file.stat()
    kill(own)
    pid_file.write_text("\n".join([str(os.getpid()), *lines[1:]]) + "\n")
    os.chown(pid_file, owner.st_uid, owner.st_gid)

    assert embedded.start(own).is_running


def test_port_that_is_taken_between_look_and_start_is_left_for_another(own):
    """Another server of the machine may have looked at the same moment."""
    embedded.start(own)
    embedded.stop(own)
    with socket.create_server(("127.0.0.1", 0)) as thief, prepared(own) as place:
        ports = iter([thief.getsockname()[1], free_port()])
        cluster.start_on_free_port(place, programs_for(place), lambda: next(ports))

    assert query(own, "SELECT 1") == [(1,)]


def test_ports_that_are_all_taken_are_told_of(own):
    """It does not try for ever."""
    embedded.start(own)
    embedded.stop(own)
    with socket.create_server(("127.0.0.1", 0)) as thief, prepared(own) as place:
        port = thief.getsockname()[1]
        with pytest.raises(OperateError, match=f"port {port} "):
            cluster.start_on_free_port(place, programs_for(place), lambda: port)


def test_chosen_port_that_is_taken_is_refused(own):
    """The message names the port and the setting."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        with pytest.raises(OperateError, match=rf"port {port} .*TOCSIN_POSTGRES_PORT"):
            embedded.start(replace(own, postgres_port=port))


def test_kept_port_that_is_taken_is_left(own):
    """A port we chose ourselves is no reason not to start."""
    port = embedded.start(own).port
    embedded.stop(own)

    with socket.create_server(("127.0.0.1", port)):
        moved = embedded.start(own).port

    assert moved != port


def test_a_killed_server_keeps_its_port_that_is_given_back_a_little_later(own):
    """Whoever has its address must find it again; on another port it is lost to them."""
    port = embedded.start(own).port
    kill(own)
    dying = socket.create_server(("127.0.0.1", port))
    threading.Timer(1.0, dying.close).start()

    assert embedded.start(own).port == port


def test_data_of_another_major_version_are_refused(own):
    """The message names both versions."""
    status = embedded.start(own)
    embedded.stop(own)
    (status.data / "PG_VERSION").write_text("12\n")

    with pytest.raises(OperateError, match=r"data of Postgres 12; here are programs for 16, 18"):
        embedded.start(own)


def test_data_without_their_password_are_refused(own):
    """A new password would not fit the old data."""
    embedded.start(own)
    embedded.stop(own)
    (own.home / "postgres" / "password").unlink()

    with pytest.raises(OperateError, match="password is missing"):
        embedded.start(own)


def test_home_of_another_user_is_refused(own):
    """Who may not write there is told whose it is, or to choose another."""
    if is_root:
        pytest.skip("root may write everywhere")
    own.home.mkdir()
    own.home.chmod(0o500)

    with pytest.raises(OperateError, match="TOCSIN_HOME"):
        embedded.start(own)


@pytest.mark.skipif(not is_root, reason="only root can give files away")
def test_data_of_another_user_are_refused(own):
    """Postgres takes only data of the user it runs as."""
    status = embedded.start(own)
    embedded.stop(own)
    os.chown(status.data, 12345, 12345)

    with pytest.raises(OperateError, match=r"belongs to user 12345"):
        embedded.start(own)


@pytest.mark.skipif(not is_root, reason="only root runs the server as somebody else")
def test_home_that_the_server_cannot_reach_moves_the_data(own):
    """A clone under /root has mode 0700 above it; the data then lie below /var/lib/tocsin."""
    own.home.mkdir()
    own.home.chmod(0o700)

    assert embedded.start(own).data.is_relative_to(SHARED_FOLDER)


@pytest.mark.skipif(not is_root, reason="only root runs the server as somebody else")
def test_copied_home_gets_a_server_of_its_own(own, tmp_path):
    """Its files name the data of the home it was copied from, which are not its to open."""
    embedded.start(own)
    query(own, "CREATE TABLE kept AS SELECT 42 AS n")
    copy = replace(own, home=tmp_path / "copy")
    shutil.copytree(own.home, copy.home)
    try:
        started = embedded.start(copy)

        assert started.data != embedded.status(own).data
        assert query(copy, "SELECT count(*) FROM pg_tables WHERE tablename = 'kept'") == [(0,)]
        assert query(own, "SELECT n FROM kept") == [(42,)]
    finally:
        embedded.destroy(copy)


@pytest.mark.skipif(not is_root, reason="only root runs the server as somebody else")
def test_moved_home_keeps_its_data(own, tmp_path):
    """Whom it was moved from is no more."""
    data = embedded.start(own).data
    embedded.stop(own)
    moved = replace(own, home=tmp_path / "moved")
    own.home.rename(moved.home)
    try:
        assert embedded.start(moved).data == data
    finally:
        embedded.destroy(moved)


@pytest.mark.skipif(not is_root, reason="only root runs the server as somebody else")
def test_home_that_the_server_can_reach_keeps_the_data(own):
    """Nothing outside the home is touched when it need not be."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    settings = replace(own, home=folder / "var")
    try:
        data = embedded.start(settings).data
        assert data.is_relative_to(folder)
    finally:
        embedded.destroy(settings)
        shutil.rmtree(folder)


@pytest.mark.skipif(not is_root, reason="only root can mount a small disk")
def test_full_disk_is_refused_before_anything_is_written(own):
    """The message says how much is free and how much is needed."""
    own.home.mkdir()
    if subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=20m,mode=755", "tmpfs", own.home], check=False
    ).returncode:
        pytest.skip("this machine lets root mount nothing")
    own.home.parent.chmod(0o755)
    try:
        (own.home / "postgres" / "server").mkdir(parents=True)
        (own.home / "postgres" / "folder").write_text(str(own.home / "postgres" / "server"))
        with pytest.raises(OperateError, match=r"no space for the database: \d+ MB free"):
            embedded.start(own)
    finally:
        subprocess.run(["umount", own.home], check=True)
