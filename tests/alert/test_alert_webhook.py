"""Webhooks against a real server on loopback: signed, never redirected, limited in time and reach."""

from __future__ import annotations

import base64
import json
import logging
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from pipeline.alert.decide import notification_key
from pipeline.alert.notifiers.channels import notifier
from pipeline.alert.notifiers.webhook import (
    make_notifier,
    read_key,
    sign,
    signed_headers,
)
from pipeline.config import Settings
from pipeline.errors import ConfigError, NotifyError
from pipeline.web.addresses import is_named, is_public, read_named_hosts
from pipeline.web.retry_after import parse_retry_after
from tests.certificates import make_certificate

NEW_SECRET = "whsec_" + base64.b64encode(b"n" * 32).decode()
OLD_SECRET = "whsec_" + base64.b64encode(b"o" * 32).decode()
KEYS = [b"n" * 32, b"o" * 32]


@pytest.fixture
def now() -> datetime:
    """The time of this machine: the independent library judges by no other."""
    return datetime.now(UTC).replace(microsecond=0)


def verify(keys: list[bytes], headers: dict[str, str], body: bytes) -> bool:
    """Whether the library of Standard Webhooks takes it under one of the keys."""
    for key in keys:
        try:
            Webhook(key).verify(body, headers, json_parse=False)
        except WebhookVerificationError:
            continue
        return True
    return False


class Desk:
    """A receiver: answers as told and keeps what it was sent."""

    def __init__(self) -> None:
        self.requests: list[tuple[str, dict[str, str], bytes]] = []
        self.answers: list[tuple[int, dict[str, str]]] = []
        desk = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                desk.requests.append((self.path, {k.lower(): v for k, v in self.headers.items()}, body))
                status, headers = desk.answers.pop(0) if desk.answers else (204, {})
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()

            do_GET = do_POST

            def log_message(self, *_: Any) -> None:
                return

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(
            target=self.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True
        ).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook?room=desk"


@pytest.fixture
def desk() -> Iterator[Desk]:
    """A receiver on loopback."""
    server = Desk()
    yield server
    server.server.shutdown()
    server.server.server_close()


@pytest.fixture
def secret_file(tmp_path: Path) -> Path:
    """The secrets during a rotation, newest first."""
    path = tmp_path / "webhook.secret"
    path.write_text(f"{NEW_SECRET}\n{OLD_SECRET}\n")
    return path


@pytest.fixture
def settings(secret_file: Path) -> Settings:
    """Loopback is let through."""
    return Settings(webhook_secret_file=str(secret_file), allow_private_addresses="127.0.0.1, localhost")


@pytest.fixture
def send(settings, notification, message, now) -> Callable[..., None]:
    """Send the message to an address."""

    def post(
        url: str, *, settings: Settings = settings, timeout_seconds: float = 5.0, **receiver: Any
    ) -> None:
        notify = make_notifier(settings, clock=lambda: now, timeout_seconds=timeout_seconds)
        notify(notification(channel="webhook", url=url, **receiver), message)

    return post


def test_receiver_finds_the_signed_body(desk, send, now, message):
    """The body as composed, as JSON, with id, time and a signature that holds."""
    send(desk.url)
    [(path, headers, body)] = desk.requests

    assert (path, body, headers["content-type"]) == ("/hook?room=desk", message.payload, "application/json")
    assert headers["webhook-id"] == "0123456789abcdef0123456789abcdef"
    assert headers["webhook-timestamp"] == str(int(now.timestamp()))
    assert verify(KEYS[:1], headers, body)


def test_rotation_signs_with_both_keys(desk, send):
    """Who knows only the old secret, and who knows only the new one, both can check."""
    send(desk.url)
    [(_, headers, body)] = desk.requests

    assert len(headers["webhook-signature"].split()) == 2
    assert [verify([key], headers, body) for key in (*KEYS, b"x" * 32)] == [True, True, False]


def test_secret_of_the_receiver_comes_before_that_of_the_settings(desk, send, tmp_path):
    """Each receiver can have its own."""
    own = tmp_path / "own"
    own.write_text(base64.b64encode(b"p" * 24).decode())
    send(desk.url, secret_file=str(own))
    [(_, headers, body)] = desk.requests

    assert [verify([key], headers, body) for key in (b"p" * 24, KEYS[0])] == [True, False]


def test_changed_secret_is_used_without_a_restart(desk, settings, notification, message, now, secret_file):
    """The file is read at each sending."""
    notify = make_notifier(settings, clock=lambda: now)
    notify(notification(channel="webhook", url=desk.url), message)
    secret_file.write_text(base64.b64encode(b"q" * 32).decode())
    notify(notification(channel="webhook", url=desk.url), message)

    assert [verify([b"q" * 32], headers, body) for _, headers, body in desk.requests] == [False, True]


def test_every_attempt_has_the_same_id(desk, settings, notification, message, now):
    """So a receiver that took the first one can drop the second."""
    for minutes in (0, 5):
        notify = make_notifier(settings, clock=lambda minutes=minutes: now + timedelta(minutes=minutes))
        notify(notification(channel="webhook", url=desk.url), message)
    first, second = (headers for _, headers, _ in desk.requests)

    assert first["webhook-id"] == second["webhook-id"]
    assert int(second["webhook-timestamp"]) - int(first["webhook-timestamp"]) == 300


@pytest.mark.parametrize(
    "change",
    [{"webhook-id": "other"}, {"webhook-timestamp": "1600000001"}, {"webhook-signature": "v1,AAAA"}],
    ids=lambda change: next(iter(change)),
)
def test_each_header_and_the_body_are_signed(now, change):
    """By the judgement of a library that is not ours."""
    headers = signed_headers(KEYS, "id", now, b"{}")

    assert verify(KEYS, headers, b"{}")
    assert not verify(KEYS, {**headers, **change}, b"{}")
    assert not verify(KEYS, headers, b"[]")


@pytest.mark.parametrize(
    ("secret", "key_id", "timestamp", "body", "expected"),
    [
        pytest.param(
            "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330,
            b'{"test": 2432232314}', "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", id="published",
        ),
    ],
)  # fmt: skip
def test_vectors_of_the_spec_hold(secret, key_id, timestamp, body, expected):
    """By our hand, and by the independent library's."""
    theirs = Webhook(secret).sign(key_id, datetime.fromtimestamp(timestamp, UTC), body.decode())

    assert sign(read_key(secret), key_id, timestamp, body) == theirs == expected


@pytest.mark.parametrize("length", [24, 32, 64])
def test_we_sign_as_the_independent_library_does(length):
    """Any key, id and body: letters, JSON, other alphabets."""
    key = bytes(range(length))
    ours_and_theirs = [
        (sign(key, key_id, 1_700_000_000, body), Webhook(key).sign(key_id, datetime.fromtimestamp(1_700_000_000, UTC), body.decode()))
        for key_id in ("a", "msg_1", "0" * 32)
        for body in (b"", b"{}", b'{"a":[1,2]}', "Ünïcode ✓ 中文".encode())
    ]  # fmt: skip

    assert all(ours == theirs for ours, theirs in ours_and_theirs)


@pytest.mark.parametrize("secret", ["whsec_!!!", "whsec_", "short", base64.b64encode(b"x" * 23).decode(), "é" * 40,
                                    base64.b64encode(b"x" * 65).decode()])  # fmt: skip
def test_weak_or_broken_secret_is_refused_without_showing_it(secret):
    """24 to 64 bytes of base64."""
    with pytest.raises(ConfigError) as error:
        read_key(secret)

    assert secret not in str(error.value)


@pytest.mark.parametrize(
    ("status", "is_final"),
    [(301, False), (302, False), (307, False), (308, False), (400, False), (401, False), (404, False), (410, True),
     (429, False), (500, False), (503, False)],
)  # fmt: skip
def test_anything_but_2xx_is_a_failure(desk, send, status, is_final):
    """410 alone is final; others may be mended."""
    desk.answers = [(status, {})]
    with pytest.raises(NotifyError, match=f"answered {status}") as error:
        send(desk.url)

    assert error.value.is_final is is_final


@pytest.mark.parametrize("status", [200, 201, 202, 204])
def test_any_2xx_is_a_success(desk, send, status):
    """Taken is taken."""
    desk.answers = [(status, {})]
    send(desk.url)

    assert len(desk.requests) == 1


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirect_is_not_followed(desk, send, status):
    """A redirect could lead inside; the second request is never made."""
    desk.answers = [(status, {"location": desk.url + "&again=1"})]
    with pytest.raises(NotifyError, match="redirects are not followed"):
        send(desk.url)

    assert len(desk.requests) == 1


@pytest.mark.parametrize(
    ("status", "value", "seconds"), [(429, "120", 120.0), (503, "9999999", 86400.0), (503, "soon", None)]
)
def test_retry_after_is_passed_on(desk, send, status, value, seconds):
    """The receiver says when."""
    desk.answers = [(status, {"retry-after": value})]
    with pytest.raises(NotifyError) as error:
        send(desk.url)

    assert error.value.retry_after_seconds == seconds


def test_retry_after_may_be_a_date(now):
    """Or one gone by, or without a zone, or nonsense."""
    later = format_datetime(now + timedelta(minutes=2), usegmt=True)
    values = [
        later,
        format_datetime(now - timedelta(days=1), usegmt=True),
        "",
        "-5",
        "1e9",
        "\u0663",
        "9" * 99,
        None,
    ]

    assert [parse_retry_after(value, now=now) for value in values] == [
        120.0, 0.0, None, None, None, None, 86400.0, None,
    ]  # fmt: skip


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:{port}/", "http://localhost:{port}/", "http://127.1:{port}/", "http://2130706433:{port}/",
        "http://0x7f000001:{port}/", "http://0177.0.0.1:{port}/", "http://0.0.0.0:{port}/", "http://[::1]:{port}/",
        "http://[::ffff:127.0.0.1]:{port}/", "http://[::]:{port}/", "http://127.0.0.1:{port}./", "http://127.0.0.1/",
        "http://localhost/", "http://localhost./", "http://169.254.169.254/latest/meta-data/", "http://10.0.0.1/",
        "http://100.64.0.1/", "http://192.168.1.1/", "http://172.31.255.255/", "http://[fe80::1]/", "http://[fd00::1]/",
        "http://[64:ff9b::7f00:1]/", "http://[2002:7f00:1::]/", "http://[2001:0:7f00:1::]/", "http://224.0.0.1/",
        "http://255.255.255.255/", "http://198.18.0.1/", "http://192.0.2.1/", "http://1.1.1.1:22/", "http://1.1.1.1:8080/",
        "http://user@1.1.1.1/", "http://1.1.1.1\\@127.0.0.1/", "http://1.1.1.1#@127.0.0.1:{port}/", "ftp://1.1.1.1/",
        "http://", "",
    ],
)  # fmt: skip
def test_private_address_is_refused_for_good_and_no_socket_opened(desk, send, settings, url, monkeypatch):
    """Every spelling of inside, every other port, every confused address."""
    opened: list[object] = []
    real = socket.socket.connect
    monkeypatch.setattr(socket.socket, "connect", lambda self, to: (opened.append(to), real(self, to))[1])
    with pytest.raises(NotifyError) as error:
        send(url.format(port=desk.port), settings=Settings(webhook_secret_file=settings.webhook_secret_file))

    assert (opened, desk.requests) == ([], [])
    assert error.value.is_final or "no address is known" in str(error.value)


@pytest.mark.parametrize(
    ("host", "port", "allowed", "named"),
    [
        ("127.0.0.1", 80, "127.0.0.1", True),
        ("127.0.0.1", 8080, "127.0.0.1:8080", True),
        ("127.0.0.1", 8081, "127.0.0.1:8080", False),
        ("desk.internal", 80, "other, DESK.internal", True),
        ("evil-desk.internal", 80, "desk.internal", False),
        ("10.1.2.3", 80, "10.0.0.0/8", True),
        ("11.1.2.3", 80, "10.0.0.0/8", False),
        ("desk.internal", 80, "10.0.0.0/8", False),
        ("::1", 8080, "[::1]:8080", True),
        ("127.0.0.1", 80, "", False),
        ("127.0.0.1", 80, ",, ", False),
    ],
)
def test_only_named_hosts_are_let_through(host, port, allowed, named):
    """By name, name and port, or network; nothing by resemblance."""
    assert is_named(read_named_hosts(allowed), host, port) is named


@pytest.mark.parametrize("address", ["1.1.1.1", "93.184.216.34", "2606:4700:4700::1111", "::ffff:1.1.1.1"])
def test_public_addresses_are_public(address):
    """The guard does not shut out the world."""
    assert is_public(address)


@pytest.mark.parametrize("address", ["fe80::1%eth0", "::", "::1", "fec0::1", "ff02::1", "::127.0.0.1", "localhost", "",
                                     "::ffff:10.0.0.1", "240.0.0.1", "2001:db8::1"])  # fmt: skip
def test_other_addresses_are_not_public(address):
    """What is not surely public is not."""
    assert not is_public(address)


def test_unknown_host_is_a_temporary_failure(send):
    """Names come back."""
    with pytest.raises(NotifyError, match="no address is known") as error:
        send("https://nowhere.invalid/")

    assert not error.value.is_final


def test_closed_port_is_a_temporary_failure(send):
    """Receivers are restarted."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        with pytest.raises(NotifyError, match="cannot connect") as error:
            send(f"http://127.0.0.1:{taken.getsockname()[1]}/")

    assert not error.value.is_final


def serve_bytes(chunks: list[bytes], pause_seconds: float) -> tuple[int, threading.Thread]:
    """Accept one connection and send the chunks, with a pause after each."""
    server = socket.create_server(("127.0.0.1", 0))

    def run() -> None:
        with server, server.accept()[0] as connection:
            connection.recv(65536)
            for chunk in chunks:
                try:
                    connection.sendall(chunk)
                except OSError:
                    return
                time.sleep(pause_seconds)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    return server.getsockname()[1], thread


@pytest.mark.parametrize(
    "chunks",
    [
        [b"H"] * 600,
        [b"HTTP/1.1 200 OK\r\n", *[b"X-Drip: y\r\n"] * 600],
        [b"HTTP/1.1 100 Continue\r\n\r\n"] * 600,
    ],
    ids=["status", "headers", "continue"],
)
def test_dripping_server_is_left_when_the_time_is_over(send, chunks):
    """A byte now and then does not hold the sender."""
    port, _ = serve_bytes(chunks, 0.05)
    began = time.monotonic()
    with pytest.raises(NotifyError, match="no notification was taken") as error:
        send(f"http://127.0.0.1:{port}/", timeout_seconds=0.5)

    assert time.monotonic() - began < 5
    assert not error.value.is_final


@pytest.mark.parametrize(
    "answer",
    [b"", b"\x00\xff\xfe", b"HTTP/1.1 abc\r\n\r\n", b"SSH-2.0-OpenSSH\r\n", b"HTTP/1.1 200\r\n" + b"A: b\r\n" * 500 + b"\r\n",
     b"HTTP/1.1 200 OK\r\nA: " + b"x" * 100_000 + b"\r\n\r\n"],
    ids=["nothing", "binary", "no number", "ssh", "500 headers", "long header"],
)  # fmt: skip
def test_answer_that_is_no_http_is_a_temporary_failure(send, answer):
    """Whatever it says, it is one error of ours."""
    port, _ = serve_bytes([answer], 0)
    with pytest.raises(NotifyError) as error:
        send(f"http://127.0.0.1:{port}/", timeout_seconds=2)

    assert str(error.value).isprintable()
    assert not error.value.is_final


@pytest.fixture
def tls_desk(tmp_path: Path) -> Iterator[tuple[Desk, Path]]:
    """A receiver behind TLS with a certificate for localhost of its own making."""
    certificate, key = make_certificate(tmp_path, "localhost")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server = Desk()
    server.server.socket = context.wrap_socket(server.server.socket, server_side=True)
    yield server, certificate
    server.server.shutdown()
    server.server.server_close()


def test_tls_with_a_trusted_certificate_delivers(tls_desk, send, monkeypatch):
    """By name, checked against the certificate."""
    desk, certificate = tls_desk
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    send(f"https://localhost:{desk.port}/hook")

    assert [headers["host"] for _, headers, _ in desk.requests] == [f"localhost:{desk.port}"]


def test_tls_with_an_unknown_certificate_sends_nothing(tls_desk, send):
    """Not even to a host that was let through."""
    desk, _ = tls_desk
    with pytest.raises(NotifyError, match="CERTIFICATE_VERIFY_FAILED"):
        send(f"https://localhost:{desk.port}/hook")

    assert desk.requests == []


def test_tls_for_another_name_sends_nothing(tls_desk, send, monkeypatch):
    """A good certificate of somebody else is no certificate."""
    desk, certificate = tls_desk
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with pytest.raises(NotifyError, match="no notification was taken"):
        send(f"https://127.0.0.1:{desk.port}/hook")

    assert desk.requests == []


def test_silent_tls_handshake_is_left_when_the_time_is_over(send):
    """The limit holds before the first byte of HTTP too."""
    port, _ = serve_bytes([b""] * 100, 0.1)
    began = time.monotonic()
    with pytest.raises(NotifyError):
        send(f"https://localhost:{port}/", timeout_seconds=0.5)

    assert time.monotonic() - began < 5


def test_nothing_is_sent_unsigned(desk, send):
    """Without a secret the notification waits and the message says what to set."""
    with pytest.raises(NotifyError, match="TOCSIN_WEBHOOK_SECRET_FILE") as error:
        send(desk.url, settings=Settings(allow_private_addresses="127.0.0.1"))

    assert (desk.requests, error.value.is_final) == ([], False)


def test_missing_secret_file_is_a_temporary_failure(desk, send):
    """Somebody will put it there."""
    with pytest.raises(NotifyError, match="cannot be read") as error:
        send(desk.url, secret_file="/nowhere/secret")

    assert (desk.requests, error.value.is_final) == ([], False)


def test_secrets_appear_in_no_error_and_no_log(desk, send, caplog, tmp_path):
    """Neither the address's path nor a secret, whatever goes wrong."""
    caplog.set_level(logging.DEBUG)
    canary = tmp_path / "canary"
    canary.write_text("whsec_CANARYcanary")
    said = []
    for url, answers, extra in (
        (desk.url + "&token=CANARY", [(500, {})], {}),
        (desk.url + "&token=CANARY", [(302, {"location": "http://CANARY/"})], {}),
        ("https://nowhere.invalid/CANARY", [], {}),
        ("http://10.0.0.1/CANARY", [], {}),
        ("ftp://example.org/CANARY", [], {}),
        (desk.url, [], {"secret_file": str(canary)}),
    ):
        desk.answers = list(answers)
        with pytest.raises(NotifyError) as error:
            send(url, **extra)
        said.append(f"{error.value!r} {error.value.__cause__!r}")

    assert "CANARY" not in "".join(said) + caplog.text


def test_webhook_is_found_by_its_channel(desk, settings, notification, message):
    """Through the dictionary, with the clock of the machine."""
    notifier("webhook", settings)(notification(channel="webhook", url=desk.url), message)
    [(_, headers, body)] = desk.requests

    assert verify(KEYS, headers, body)
    assert json.loads(body) == {"type": "alert.raised"}


def test_notification_keys_are_ids_a_header_can_carry():
    """What is hashed is a name of anything."""
    assert notification_key("a", "desk\r\nx: y").isalnum()


def test_name_that_leads_inside_too_is_asked_outside_alone(monkeypatch, send, settings):
    """Of a private address among public ones no socket is opened to the private one."""
    opened: list[object] = []
    infos = [
        (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 80)) for address in ("127.0.0.1", "1.1.1.1")
    ]

    def refuse(_: socket.socket, to: object) -> None:
        opened.append(to)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: infos)
    monkeypatch.setattr(socket.socket, "connect", refuse)
    with pytest.raises(NotifyError):
        send("http://rebind.example/", settings=Settings(webhook_secret_file=settings.webhook_secret_file))

    assert opened == [("1.1.1.1", 80)]
