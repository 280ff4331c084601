"""E-mail against a real SMTP server on loopback, with TLS and log-in."""

from __future__ import annotations

import asyncio
import base64
import email
import email.message
import email.policy
import logging
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pipeline.alert.notifiers.channels import notifier
from pipeline.alert.notifiers.email import check, compose_mail, make_notifier
from pipeline.alert.records import Receiver
from pipeline.config import Settings
from pipeline.errors import NotifyError
from tests.alert.made import message_about
from tests.certificates import make_certificate


class Relay:
    """A small SMTP server: speaks as told, keeps the mails it took and all lines it was sent."""

    def __init__(self, *, tls: ssl.SSLContext | None = None, login: tuple[str, str] | None = None) -> None:
        self.mails: list[bytes] = []
        self.lines: list[str] = []
        self.recipients: list[str] = []
        self.replies: dict[str, str] = {}
        self.used_tls = False
        self.tls, self.login = tls, login
        self.loop = asyncio.new_event_loop()
        self.server = self.loop.run_until_complete(asyncio.start_server(self._serve, "127.0.0.1", 0))
        self.port = self.server.sockets[0].getsockname()[1]
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()

    def close(self) -> None:
        """Stop listening."""
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.server.close()
        for task in asyncio.all_tasks(self.loop):
            task.cancel()
        self.loop.run_until_complete(asyncio.sleep(0))
        self.loop.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(self._reply("CONNECT", "220 relay ready"))
        while raw := await reader.readline():
            line = raw.decode("latin-1").rstrip("\r\n")
            self.lines.append(line)
            verb = line.split(" ")[0].upper()
            if self.replies.get(verb) == "hang up":
                break
            if verb == "EHLO":
                writer.write(self._extensions())
            elif verb == "STARTTLS":
                writer.write(b"220 go\r\n")
                await writer.drain()
                await writer.start_tls(self.tls)
                self.used_tls = True
            elif verb == "AUTH":
                writer.write(await self._log_in(line, reader, writer))
            elif verb == "DATA":
                writer.write(await self._take(reader, writer))
            elif verb == "QUIT":
                writer.write(self._reply("QUIT", "221 bye"))
                break
            else:
                if verb == "RCPT":
                    self.recipients.append(line[len("RCPT TO:") :].strip("<>"))
                writer.write(self._reply(verb, "250 fine"))
        await writer.drain()
        writer.close()

    def _reply(self, verb: str, usual: str) -> bytes:
        return f"{self.replies.get(verb, usual)}\r\n".encode()

    def _extensions(self) -> bytes:
        names = ["relay"]
        names += ["STARTTLS"] if self.tls and not self.used_tls else []
        names += ["AUTH PLAIN"] if self.login else []
        return b"".join(f"250{' ' if name == names[-1] else '-'}{name}\r\n".encode() for name in names)

    async def _log_in(self, line: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
        parts = line.split(" ")
        if len(parts) < 3:
            writer.write(b"334 \r\n")
            parts.append((await reader.readline()).decode().strip())
        _, user, password = base64.b64decode(parts[2]).decode().split("\0")
        return b"235 welcome\r\n" if (user, password) == self.login else b"535 who are you\r\n"

    async def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
        if "DATA" in self.replies:
            return self._reply("DATA", "")
        writer.write(b"354 go on\r\n")
        body = b""
        while (line := await reader.readline()) not in (b".\r\n", b""):
            body += line[1:] if line.startswith(b"..") else line
        self.mails.append(body)
        return self._reply("BODY", "250 taken")

    @property
    def parsed(self) -> list[email.message.EmailMessage]:
        """The mails taken, read by the standard parser."""
        return [email.message_from_bytes(mail, policy=email.policy.default) for mail in self.mails]  # type: ignore[misc]


def body(mail: email.message.EmailMessage, kind: str) -> str:
    """Read one of the bodies, its lines ended as Python ends them."""
    part = mail.get_body((kind,))
    assert part is not None
    return part.get_content().replace("\r\n", "\n")


@pytest.fixture
def relay() -> Iterator[Relay]:
    """An SMTP server without TLS and log-in."""
    server = Relay()
    yield server
    server.close()


@pytest.fixture
def tls(tmp_path: Path) -> ssl.SSLContext:
    """A certificate as a relay makes itself one."""
    certificate, key = make_certificate(tmp_path, "relay")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context


@pytest.fixture
def secure_relay(tls: ssl.SSLContext) -> Iterator[Relay]:
    """An SMTP server with STARTTLS and log-in."""
    server = Relay(tls=tls, login=("desk", "CANARY password"))
    yield server
    server.close()


@pytest.fixture
def send(notification, message) -> Callable[..., None]:
    """Send the message by a relay."""

    def deliver(
        relay: Relay, *, to: str = "night@example.org", timeout_seconds: float = 5.0, **extra: Any
    ) -> None:
        settings = Settings(
            **{"smtp_url": f"smtp://127.0.0.1:{relay.port}", "mail_from": "tocsin@example.org", **extra}
        )
        notify = make_notifier(settings, timeout_seconds=timeout_seconds)
        notify(notification(channel="email", to=to), message)

    return deliver


def test_check_logs_in_and_sends_nothing(secure_relay, tmp_path):
    """`tocsin rules check` goes as far as it goes without a mail; a wrong password is told, not shown."""
    (tmp_path / "password").write_text("CANARY password")
    (tmp_path / "wrong").write_text("CANARY guess")
    settings = Settings(
        smtp_url=f"smtp://desk@127.0.0.1:{secure_relay.port}", smtp_password_file=str(tmp_path / "password")
    )
    receiver = Receiver(name="night", channel="email", to="night@example.org")

    check(receiver, settings)
    with pytest.raises(NotifyError, match="refused the log-in") as error:
        check(receiver, replace(settings, smtp_password_file=str(tmp_path / "wrong")))

    assert "CANARY" not in str(error.value)
    assert secure_relay.parsed == []


def test_mail_arrives_with_text_and_html(relay, send, message):
    """Both bodies, to the one address, from the sender of the settings."""
    send(relay)
    [mail] = relay.parsed

    assert (mail["From"], mail["To"], mail["Subject"]) == (
        "tocsin@example.org",
        "night@example.org",
        message.subject,
    )
    assert body(mail, "plain") == message.text
    assert body(mail, "html").strip() == message.html
    assert relay.recipients == ["night@example.org"]


def test_message_id_is_the_same_at_every_attempt(relay, send):
    """A retry after a lost answer is the same mail."""
    send(relay)
    send(relay)

    assert {mail["Message-ID"] for mail in relay.parsed} == {"<0123456789abcdef0123456789abcdef@example.org>"}
    assert relay.mails[0].split(b"boundary=")[0] == relay.mails[1].split(b"boundary=")[0]


def test_mail_says_how_to_be_rid_of_it(relay, send):
    """List-Unsubscribe writes to the desk; no robot answers it."""
    send(relay)
    [mail] = relay.parsed

    assert mail["List-Unsubscribe"] == "<mailto:tocsin@example.org?subject=unsubscribe>"
    assert mail["Auto-Submitted"] == "auto-generated"


def test_date_is_when_the_alert_was_raised(relay, send, now):
    """Not when it was tried for the fifth time."""
    send(relay)

    assert relay.parsed[0]["Date"].datetime == now


def test_any_script_passes_a_seven_bit_relay(relay, notification, event, rule, now):
    """Names and sentences come out as they went in, and on the line there is only ASCII."""
    composed = message_about(
        rule(title="تنبيه 警报"), event(actor_name="Đảng 😀", sentence="وصل الوفد."), created_at=now
    )
    mail = compose_mail(notification(channel="email", to="a@example.org"), composed, sender="b@example.org")
    settings = Settings(smtp_url=f"smtp://127.0.0.1:{relay.port}", mail_from="b@example.org")
    notifier("email", settings)(notification(channel="email", to="a@example.org"), composed)

    assert relay.mails[0].isascii()
    assert relay.parsed[0]["Subject"] == composed.subject == mail["Subject"]
    assert body(relay.parsed[0], "plain") == composed.text


def test_line_of_a_single_dot_does_not_end_the_mail(relay, notification, message):
    """What stands after it arrives too."""
    dotted = replace(message, text="one\n.\ntwo\n..\nthree\n")
    settings = Settings(smtp_url=f"smtp://127.0.0.1:{relay.port}")
    make_notifier(settings)(notification(channel="email", to="a@example.org"), dotted)

    assert body(relay.parsed[0], "plain") == dotted.text


@pytest.mark.parametrize("subject", ["x\r\nBcc: evil@example.org", "x\nBcc: evil@example.org"])
def test_line_break_in_the_subject_is_refused(notification, message, subject):
    """Composed subjects have none; should one come, nothing is sent."""
    hostile = replace(message, subject=subject)
    with pytest.raises(NotifyError, match="cannot be written") as error:
        compose_mail(notification(channel="email", to="a@example.org"), hostile, sender="b@c.org")

    assert error.value.is_final


@pytest.mark.parametrize(
    "name", ["x\r\nBcc: evil@example.org", "x\r\n\r\n<script>", "x\x00\x85\u2028\nTo: evil@e.org"]
)
def test_hostile_names_add_no_header(relay, notification, event, rule, now, name):
    """From actor to header, through the composer and the wire."""
    composed = message_about(rule(title=name), event(actor_name=name, place_name=name), created_at=now)
    settings = Settings(smtp_url=f"smtp://127.0.0.1:{relay.port}")
    make_notifier(settings)(notification(channel="email", to="a@example.org"), composed)
    [mail] = relay.parsed

    assert (mail["Bcc"], mail["To"], relay.recipients) == (None, "a@example.org", ["a@example.org"])
    assert sorted(set(mail.keys())) == [
        "Auto-Submitted", "Content-Type", "Date", "From", "List-Unsubscribe", "MIME-Version", "Message-ID", "Subject", "To",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "to", ["a@b.org\r\nRCPT TO:<evil@e.org>", "a@b.org, c@d.org", "<a@b.org>", "nobody", ""]
)
def test_hostile_address_is_refused_for_good(relay, send, to):
    """Nothing reaches the relay."""
    with pytest.raises(NotifyError, match="is no mail address") as error:
        send(relay, to=to)

    assert (error.value.is_final, relay.lines) == (True, [])


@pytest.mark.parametrize(
    ("verb", "reply", "is_final"),
    [
        ("RCPT", "550 no such user", True), ("RCPT", "450 try later", False), ("RCPT", "452 full", False),
        ("MAIL", "553 not you", True), ("MAIL", "451 later", False),
        ("DATA", "554 no", True), ("BODY", "554 spam", True), ("BODY", "421 going down", False),
        ("CONNECT", "554 go away", False), ("CONNECT", "421 busy", False), ("CONNECT", "garbage", False),
        ("MAIL", "hang up", False), ("DATA", "hang up", False), ("RCPT", "\x00\xff", False),
    ],
)  # fmt: skip
def test_refusal_is_final_or_temporary_as_the_relay_says(relay, send, verb, reply, is_final):
    """5xx about this mail is final; 4xx, silence and nonsense are not."""
    relay.replies[verb] = reply
    with pytest.raises(NotifyError) as error:
        send(relay)

    assert error.value.is_final is is_final
    assert str(error.value).isprintable()


def test_relay_that_takes_the_mail_and_dies_has_taken_it(relay, send):
    """What it says at parting changes nothing: no second copy."""
    relay.replies["QUIT"] = "hang up"
    send(relay)

    assert len(relay.mails) == 1


def test_silent_relay_is_left_when_the_time_is_over(relay, send):
    """A relay that never greets holds nobody."""
    with socket_that_says_nothing() as port, pytest.raises(NotifyError, match="cannot be reached") as error:
        send(relay, smtp_url=f"smtp://127.0.0.1:{port}", timeout_seconds=0.3)

    assert not error.value.is_final


class socket_that_says_nothing:
    """Listens and keeps silent."""

    def __enter__(self) -> int:
        self.server = socket.create_server(("127.0.0.1", 0))
        return self.server.getsockname()[1]

    def __exit__(self, *_: object) -> None:
        self.server.close()


def test_tls_is_taken_where_it_is_offered(tls, send):
    """A relay on this machine may have made its certificate itself."""
    relay = Relay(tls=tls)
    send(relay)
    relay.close()

    assert (relay.used_tls, len(relay.mails)) == (True, 1)


def test_log_in_uses_the_password_of_the_file(secure_relay, send, tmp_path):
    """Over TLS, with the user of the address."""
    (tmp_path / "password").write_text("CANARY password\n")
    send(
        secure_relay,
        smtp_url=f"smtp://desk@127.0.0.1:{secure_relay.port}",
        smtp_password_file=str(tmp_path / "password"),
    )

    assert (secure_relay.used_tls, len(secure_relay.mails)) == (True, 1)


def test_wrong_password_is_temporary_and_not_shown(secure_relay, send, tmp_path, caplog):
    """A person mends it, and the alert is still there."""
    caplog.set_level(logging.DEBUG)
    (tmp_path / "password").write_text("CANARY wrong\n")
    with pytest.raises(NotifyError, match="refused the log-in: 535") as error:
        send(
            secure_relay,
            smtp_url=f"smtp://desk@127.0.0.1:{secure_relay.port}",
            smtp_password_file=str(tmp_path / "password"),
        )

    assert not error.value.is_final
    assert "CANARY" not in f"{error.value!r}{error.value.__cause__!r}{caplog.text}"


@pytest.mark.parametrize(
    ("extra", "says"),
    [
        ({"smtp_url": ""}, "set TOCSIN_SMTP_URL to smtp://"),
        ({"smtp_url": "http://127.0.0.1"}, "TOCSIN_SMTP_URL must look like"),
        ({"smtp_url": "smtp://desk:CANARY@127.0.0.1"}, "the password in TOCSIN_SMTP_PASSWORD_FILE"),
        ({"smtp_url": "smtp://nowhere.invalid:25"}, "cannot be reached"),
        ({"smtp_url": "smtp://127.0.0.1:1"}, "cannot be reached"),
        ({"smtp_url": "smtp://127.0.0.1:mail"}, "TOCSIN_SMTP_URL must look like"),
        ({"smtp_url": "smtp://[::1"}, "TOCSIN_SMTP_URL must look like"),
        ({"smtp_url": "smtp://m\u00e4il..invalid"}, "cannot be reached"),
        ({"mail_from": "a\r\nBcc: b@c.org"}, "is no mail address"),
    ],
)
def test_wrong_setting_is_told(relay, send, extra, says):
    """Which setting, and how it must look; the password is not shown."""
    with pytest.raises(NotifyError) as error:
        send(relay, **extra)

    assert says in str(error.value)
    assert "CANARY" not in str(error.value)


@pytest.mark.parametrize(
    ("password_file", "says"),
    [("", "set TOCSIN_SMTP_PASSWORD_FILE too"), ("/nowhere/password", "cannot be read")],
)
def test_missing_password_is_told(secure_relay, send, password_file, says):
    """Before anything is sent."""
    with pytest.raises(NotifyError, match=says) as error:
        send(
            secure_relay,
            smtp_url=f"smtp://desk@127.0.0.1:{secure_relay.port}",
            smtp_password_file=password_file,
        )

    assert (error.value.is_final, secure_relay.mails) == (False, [])


def test_password_is_not_sent_over_an_open_line(send, tmp_path, monkeypatch):
    """A relay elsewhere must offer TLS before it hears a password."""
    real = socket.getaddrinfo
    monkeypatch.setattr(
        socket, "getaddrinfo", lambda _host, *rest, **named: real("127.0.0.1", *rest, **named)
    )
    (tmp_path / "password").write_text("CANARY password\n")
    relay = Relay(login=("desk", "CANARY password"))
    with pytest.raises(NotifyError, match="offers no TLS"):
        send(
            relay,
            smtp_url=f"smtp://desk@relay.example:{relay.port}",
            smtp_password_file=str(tmp_path / "password"),
        )
    relay.close()

    assert [line.split(" ")[0] for line in relay.lines] == ["ehlo", "quit"]


def test_password_that_cannot_be_sent_is_told_and_not_shown(secure_relay, send, tmp_path):
    """Not even inside the error that caused the error."""
    (tmp_path / "password").write_text("CANARY pässword\n")
    with pytest.raises(NotifyError, match="only ASCII") as error:
        send(
            secure_relay,
            smtp_url=f"smtp://desk@127.0.0.1:{secure_relay.port}",
            smtp_password_file=str(tmp_path / "password"),
        )

    assert "CANARY" not in f"{error.value!r}{error.value.__cause__!r}{error.value.__context__!r}"


def test_user_without_log_in_at_the_relay_is_told(relay, send):
    """A relay that asks for no password is not the one that was meant."""
    with pytest.raises(NotifyError, match="offers no log-in"):
        send(relay, smtp_url=f"smtp://desk@127.0.0.1:{relay.port}")

    assert relay.mails == []
