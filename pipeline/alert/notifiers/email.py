"""E-mail: one message to one address, under one Message-ID however often it is tried."""

from __future__ import annotations

import ipaddress
import smtplib
import ssl
from collections.abc import Callable
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

from pipeline.alert.receivers import is_mail_address, read_secret_file
from pipeline.alert.records import Message, Notification, Receiver
from pipeline.config import Settings
from pipeline.errors import ConfigError, NotifyError

TIMEOUT_SECONDS = 20.0
CHECK_SECONDS = 5.0
_PORTS = {"smtp": 25, "smtps": 465}


def make_notifier(
    settings: Settings, *, timeout_seconds: float = TIMEOUT_SECONDS
) -> Callable[[Notification, Message], None]:
    """Make the notifier; the password is read anew at each sending and kept nowhere."""

    def notify(notification: Notification, message: Message) -> None:
        mail = compose_mail(notification, message, sender=settings.mail_from)
        _send(mail, settings, timeout_seconds)

    return notify


def check(receiver: Receiver, settings: Settings, *, timeout_seconds: float = CHECK_SECONDS) -> None:
    """Log in at the mail server and leave again.

    Raises:
        NotifyError: The server cannot be reached or refuses us, or an address is none.
    """
    _check_addresses(settings.mail_from, receiver.to)
    client = _opened(settings, timeout_seconds)
    try:
        _secure(client, settings)
    except smtplib.SMTPAuthenticationError as error:
        raise NotifyError(f"the mail server refused the log-in: {error.smtp_code}") from error
    except (OSError, smtplib.SMTPException, ValueError) as error:
        raise NotifyError(f"the mail server cannot be used: {_reason(error)}") from error
    finally:
        _leave(client)


def compose_mail(notification: Notification, message: Message, *, sender: str) -> EmailMessage:
    """Write the mail: text and HTML, nothing fetched from elsewhere.

    Raises:
        NotifyError: Sender or address is no mail address, or a header holds a line break; final.
    """
    to = notification.receiver.to
    _check_addresses(sender, to)
    try:
        return _mail(notification.notification_key, message, sender=sender, to=to)
    except ValueError as error:
        # EmailMessage refuses line breaks in headers; composed messages have none.
        raise NotifyError(f"the mail cannot be written: {_reason(error)}", is_final=True) from error


def _check_addresses(*addresses: str) -> None:
    for address in addresses:
        if not is_mail_address(address):
            raise NotifyError(f"{address!r} is no mail address such as desk@example.org", is_final=True)


def _mail(key: str, message: Message, *, sender: str, to: str) -> EmailMessage:
    # Seven bits: an old relay that knows no 8BITMIME must not garble names.
    mail = EmailMessage(policy=SMTP.clone(cte_type="7bit"))
    mail["Subject"] = message.subject
    mail["From"] = sender
    mail["To"] = to
    mail["Date"] = format_datetime(message.created_at)
    mail["Message-ID"] = f"<{key}@{sender.rpartition('@')[2]}>"
    # Asks the desk, not a web page: nobody has to be able to reach this machine.
    mail["List-Unsubscribe"] = f"<mailto:{quote(sender, safe='@')}?subject=unsubscribe>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(message.text)
    mail.add_alternative(message.html, subtype="html")
    return mail


def _send(mail: EmailMessage, settings: Settings, timeout_seconds: float) -> None:
    client = _opened(settings, timeout_seconds)
    try:
        _secure(client, settings)
        client.send_message(mail)
    except smtplib.SMTPAuthenticationError as error:
        # Temporary although it is a 5xx: a person mends the password, and the alert is still waiting.
        raise NotifyError(f"the mail server refused the log-in: {error.smtp_code}") from error
    except (smtplib.SMTPRecipientsRefused, smtplib.SMTPResponseException) as error:
        code = _code(error)
        raise NotifyError(
            f"the mail server refused the message: {code}", is_final=500 <= code < 600
        ) from error
    except (OSError, smtplib.SMTPException, ValueError) as error:
        raise NotifyError(f"the mail was not sent: {_reason(error)}") from error
    finally:
        _leave(client)


def _opened(settings: Settings, timeout_seconds: float) -> smtplib.SMTP:
    if not settings.smtp_url:
        raise NotifyError("no mail server is named: set TOCSIN_SMTP_URL to smtp://user@host:587 or smtps://…")
    try:
        return _connect(settings, timeout_seconds)
    except (OSError, ValueError, smtplib.SMTPException) as error:
        raise NotifyError(f"the mail server cannot be reached: {_reason(error)}") from error


def _connect(settings: Settings, timeout_seconds: float) -> smtplib.SMTP:
    scheme, host, port = _server(settings.smtp_url)
    if scheme == "smtps":
        return smtplib.SMTP_SSL(host, port, timeout=timeout_seconds, context=_tls(host))
    return smtplib.SMTP(host, port, timeout=timeout_seconds)


def _server(smtp_url: str) -> tuple[str, str, int]:
    """Read scheme, host and port of the setting."""
    try:
        parts = urlsplit(smtp_url)
        if parts.scheme in _PORTS and parts.hostname and not parts.password:
            return parts.scheme, parts.hostname, parts.port or _PORTS[parts.scheme]
    except ValueError:
        pass
    # The value is not shown: somebody may have put the password into it.
    raise NotifyError(
        "TOCSIN_SMTP_URL must look like smtp://user@host:port or smtps://…, "
        "with the password in TOCSIN_SMTP_PASSWORD_FILE"
    )


def _secure(client: smtplib.SMTP, settings: Settings) -> None:
    """Take TLS where it is offered, then log in where a user is named."""
    parts = urlsplit(settings.smtp_url)
    host = parts.hostname or ""
    client.ehlo()
    if parts.scheme == "smtp" and client.has_extn("starttls"):
        client.starttls(context=_tls(host))
        client.ehlo()
    if not parts.username:
        return
    if parts.scheme == "smtp" and not client.has_extn("auth"):
        raise NotifyError("TOCSIN_SMTP_URL names a user, but the mail server offers no log-in")
    is_open = parts.scheme == "smtp" and not isinstance(client.sock, ssl.SSLSocket)
    if is_open and not _is_loopback(host):
        raise NotifyError("the mail server offers no TLS; a password is not sent over an open line")
    client.login(unquote(parts.username), _password(settings))


def _password(settings: Settings) -> str:
    try:
        if not settings.smtp_password_file:
            raise ConfigError("TOCSIN_SMTP_URL names a user; set TOCSIN_SMTP_PASSWORD_FILE too")
        password = read_secret_file(Path(settings.smtp_password_file), "the mail password")[0]
    except ConfigError as error:
        raise NotifyError(str(error)) from error
    if not password.isascii():
        # smtplib would raise an error that carries the whole password.
        raise NotifyError("the mail password must hold only ASCII characters")
    return password


def _tls(host: str) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if _is_loopback(host):
        # A relay on this machine has a certificate of its own making, and nobody in between.
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _code(error: smtplib.SMTPException) -> int:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return max((code for code, _ in error.recipients.values()), default=550)
    return error.smtp_code if isinstance(error, smtplib.SMTPResponseException) else 451


def _leave(client: smtplib.SMTP) -> None:
    # The server has taken the mail or refused it; whether it also says goodbye changes nothing.
    try:
        client.quit()
    except (OSError, smtplib.SMTPException):
        client.close()


def _reason(error: Exception) -> str:
    return f"{type(error).__name__}: {ascii(str(error))[:150]}"
