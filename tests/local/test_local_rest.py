"""The REST client against a small server of our own on loopback."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from pipeline.errors import OperateError
from pipeline.local.rest import AirflowApi, answers


class FakeAirflow(BaseHTTPRequestHandler):
    """Gives tokens that are good for two calls, and echoes what was asked."""

    calls_left = 0
    logins = 0
    failures_left = 1

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.path == "/auth/token":
            kind = type(self)
            kind.calls_left, kind.logins = 2, kind.logins + 1
            good = body == {"username": "admin", "password": "right"}
            self.answer(201, {"access_token": "t"}) if good else self.answer(
                401, {"detail": "Invalid credentials"}
            )
        elif self.path == "/api/v2/failing-once" and self.fails():
            self.answer(500, {"detail": "Database error"})
        else:
            self.answer(200, {"sent": body})

    def do_GET(self) -> None:
        kind = type(self)
        if self.path == "/api/v2/version":
            return self.answer(200, {})
        if self.path == "/api/v2/gone":
            return self.answer(404, {"detail": "no such thing"})
        if self.path == "/api/v2/failing-once" and self.fails():
            return self.answer(500, {"detail": "Database error"})
        if self.path == "/api/v2/late-once" and self.fails():
            time.sleep(0.5)
        kind.calls_left -= 1
        if kind.calls_left < 0:
            return self.answer(401, {"detail": "expired"})
        return self.answer(200, {"path": self.path, "authorization": self.headers["Authorization"]})

    def fails(self) -> bool:
        kind = type(self)
        kind.failures_left -= 1
        return kind.failures_left >= 0

    def answer(self, status: int, body: object) -> None:
        payload = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(payload)))
        self.end_headers()
        self.wfile.write(payload)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def address() -> Iterator[str]:
    class Fresh(FakeAirflow):
        pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Fresh)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_call_carries_the_token(address):
    """The first call logs in."""
    api = AirflowApi(address, user="admin", password="right")

    assert api.get("dags", limit=1) == {"path": "/api/v2/dags?limit=1", "authorization": "Bearer t"}


def test_expired_token_is_got_anew(address):
    """A session may last longer than a token."""
    api = AirflowApi(address, user="admin", password="right")

    paths = [api.get(f"dags/{n}")["path"] for n in range(3)]

    assert paths == ["/api/v2/dags/0", "/api/v2/dags/1", "/api/v2/dags/2"]


def test_wrong_password_is_said(address):
    """The message is Airflow's; the password is not in it."""
    with pytest.raises(OperateError, match="401 Invalid credentials") as caught:
        AirflowApi(address, user="admin", password="wrong-one").get("dags")

    assert "wrong-one" not in str(caught.value)


def test_refusal_says_what_was_asked_and_why(address):
    """Method, path, status and detail."""
    with pytest.raises(OperateError, match=r"refused GET /api/v2/gone: 404 no such thing"):
        AirflowApi(address, user="admin", password="right").get("gone")


def test_nobody_there_is_said():
    """A server that does not listen gives one clear error."""
    with pytest.raises(OperateError, match=r"http://127.0.0.1:1 does not answer"):
        AirflowApi("http://127.0.0.1:1", user="admin", password="right", patience_seconds=0).get("dags")


def test_question_is_asked_again_while_the_server_fails(address):
    """Its database may be starting again."""
    api = AirflowApi(address, user="admin", password="right", patience_seconds=5)

    assert api.get("failing-once")["path"] == "/api/v2/failing-once"


def test_change_is_never_sent_twice(address):
    """A run might be triggered twice."""
    with pytest.raises(OperateError, match="500"):
        AirflowApi(address, user="admin", password="right", patience_seconds=5).post("failing-once", {})


def test_answers_tells_a_server_from_none(address):
    """Only who gives the version is one."""
    assert (answers(address), answers("http://127.0.0.1:1")) == (True, False)


def test_question_to_a_busy_server_is_asked_again(address):
    """One that is late with its answer is not dead: it is waited for longer than for one that is."""
    api = AirflowApi(address, user="admin", password="right", patience_seconds=0.1, timeout_seconds=0.2)

    assert api.get("late-once")["path"] == "/api/v2/late-once"


def test_who_has_no_patience_is_not_kept(address):
    """`tocsin status` tells what it knows."""
    api = AirflowApi(address, user="admin", password="right", patience_seconds=0)

    assert api.timeout_seconds <= 10
