"""Receivers: a YAML file of names in, whom to notify and by which channel out."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from pipeline.alert.records import CHANNELS, Receiver
from pipeline.alert.yaml_file import Problems, check_choice, check_mapping, read_yaml, show
from pipeline.errors import ConfigError

_KEYS: dict[str, tuple[str, ...]] = {
    "log": ("channel",),
    "webhook": ("channel", "url", "url_file", "secret_file"),
    "email": ("channel", "to"),
    "slack": ("channel", "url", "url_file"),
    "heartbeat": ("channel", "url", "url_file"),
    "apprise": ("channel", "url_file"),
    "feed": ("channel",),
}
MAX_SECRET_BYTES = 10_000


def load_receivers(path: Path) -> tuple[dict[str, Receiver], tuple[ConfigError, ...]]:
    """Read the file of receivers: name → channel (log, webhook, email) with url or to.

    A webhook's address may itself be a secret; then `url_file` names a file that holds it. Files
    are looked for beside the receivers' file.

    Returns:
        The good receivers by name, and one error for each bad one.

    Raises:
        ConfigError: The file cannot be read or is no mapping of names.
    """
    content = read_yaml(path)
    if not isinstance(content, Mapping):
        raise ConfigError(f"{path}: {show(content)}; allowed: a mapping of names to receivers")
    receivers: dict[str, Receiver] = {}
    errors: list[ConfigError] = []
    for name, raw in content.items():
        try:
            receivers[name] = _receiver(name, raw, path)
        except ConfigError as error:
            errors.append(error)
    return receivers, tuple(errors)


def read_secret_file(path: Path, what: str) -> list[str]:
    """Read a secret's file: its lines, comments (#) and blanks left out.

    Raises:
        ConfigError: It cannot be read or holds nothing; the message names the file, never its content.
    """
    try:
        raw = path.open("rb").read(MAX_SECRET_BYTES).decode()
    except OSError as error:
        raise ConfigError(f"the file of {what}, {str(path)!r}, cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ConfigError(f"the file of {what}, {str(path)!r}, is not UTF-8 text") from None
    lines = [line.strip() for line in raw.splitlines()]
    lines = [line for line in lines if line and not line.startswith("#")]
    if not lines:
        raise ConfigError(f"the file of {what}, {str(path)!r}, is empty; allowed: one secret a line")
    return lines


def _receiver(name: object, raw: object, path: Path) -> Receiver:
    problems = Problems(str(path))
    if not isinstance(name, str) or not name.isprintable() or not 1 <= len(name) <= 64:
        problems.add("a receiver's name", name, "one line of text, 1 to 64 characters")
    key = str(name)
    given = raw.get("channel") if isinstance(raw, Mapping) else None
    channel = check_choice(given, f"{key}.channel", CHANNELS, problems)
    problems.raise_any()
    values = check_mapping(raw, key, _KEYS[channel], problems)
    problems.raise_any()
    to = values.get("to", "")
    if channel == "email" and not is_mail_address(to):
        problems.add(f"{key}.to", to, "one address like desk@example.org; a second one is a second receiver")
    url = _url(values, key, path, problems) if "url_file" in _KEYS[channel] else ""
    secret_file = values.get("secret_file", "")
    if not isinstance(secret_file, str):
        problems.add(f"{key}.secret_file", secret_file, "the path of a file")
    problems.raise_any()
    return Receiver(
        name=key, channel=channel, url=url, to=to,
        secret_file=str(path.parent / secret_file) if secret_file else "",
    )  # fmt: skip


def _url(values: Mapping[str, object], key: str, path: Path, problems: Problems) -> str:
    url, url_file = values.get("url"), values.get("url_file")
    if (url is None) == (url_file is None):
        problems.append(f"{path}: {key} has {'both' if url else 'neither'}; allowed: one of url and url_file")
        return ""
    if url_file is not None:
        if not isinstance(url_file, str):
            problems.add(f"{key}.url_file", url_file, "the path of a file")
            return ""
        url = read_secret_file(path.parent / url_file, f"{key}.url_file")[0]
    if isinstance(url, str) and is_webhook_url(url):
        return url
    # The value is not shown: a webhook's address is often its password.
    problems.append(f"{path}: {key}.url is not allowed; allowed: http(s)://host/… without user and password")
    return ""


def is_webhook_url(url: str) -> bool:
    """Say whether the address is http(s) with a host, and carries no user, password or fragment."""
    try:
        parts = urlsplit(url)
        port_is_good = parts.port != 0
    except ValueError:
        return False
    return (
        url.isascii()
        and url.isprintable()
        and not set(url) & set(' \\"<>')
        and len(url) <= 2000
        and parts.scheme in ("http", "https")
        and bool(parts.hostname)
        and port_is_good
        and "@" not in parts.netloc
        and not parts.fragment
    )


def is_mail_address(value: object) -> bool:
    """Say whether this is one plain ASCII address, without a name, quotation marks or a second one."""
    if not isinstance(value, str) or not value.isascii() or not value.isprintable() or len(value) > 254:
        return False
    local, at, domain = value.rpartition("@")
    return bool(local and at and domain) and not set(value) & set(' ,;:<>()[]"\\') and "@" not in local
