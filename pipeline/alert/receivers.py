"""Receivers: a YAML file of names in, whom to notify, by which channel and how much of it out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import Field, RootModel, ValidationInfo, model_validator
from pydantic.functional_validators import PlainValidator
from pydantic.json_schema import WithJsonSchema

from pipeline.alert import values
from pipeline.alert.checked import Part, checked, required, schema_of, told
from pipeline.alert.hours import Quiet
from pipeline.alert.records import CHANNELS, Receiver
from pipeline.alert.values import SEVERITIES, Severity, choice, number, one_of, refused, said
from pipeline.alert.yaml_file import Document, Problems, read_yaml, show
from pipeline.errors import ConfigError

# What each channel needs or may have beside what all have.
_OF_CHANNEL: Mapping[str, tuple[str, ...]] = {
    "log": ("file",),
    "feed": ("file",),
    "webhook": ("url", "url_file", "secret_file"),
    "slack": ("url", "url_file"),
    "apprise": ("url_file",),
    "heartbeat": ("url", "url_file", "every_minutes"),
    "email": ("to",),
}
_NEEDS_URL = frozenset({"webhook", "slack", "apprise", "heartbeat"})
_OF_ONE = frozenset(name for names in _OF_CHANNEL.values() for name in names)
MAX_SECRET_BYTES = 10_000
# Messages about one rule in an hour: one a minute is more than anybody reads.
DEFAULT_CAP = 60


def _path(value: object, info: ValidationInfo) -> str:
    if not isinstance(value, str) or not value.strip() or not value.isprintable():
        raise refused(value, "the path of a file")
    return str((info.context or {}).get("folder", Path()) / value)


def _mail_address(value: object) -> str:
    if not isinstance(value, str) or not is_mail_address(value):
        raise refused(value, "one address like desk@example.org; a second one is a second receiver")
    return value


def _web_address(value: object) -> str:
    # The value is not shown: a webhook's address is often its password.
    if not isinstance(value, str) or not is_webhook_url(value):
        raise said("is not allowed; allowed: http(s)://host/… without user and password")
    return value


_FilePath = Annotated[str, PlainValidator(_path), WithJsonSchema({"type": "string", "minLength": 1})]


class ReceiverPart(Part):
    """A receiver of the file."""

    channel: Annotated[str, choice(*CHANNELS)] = required()
    url: Annotated[str, values.Value(_web_address, {"type": "string", "format": "uri"})] = ""
    url_file: _FilePath = Field(
        "", description="A file beside this one that holds the address, where that is a secret."
    )
    secret_file: _FilePath = Field("", description="Secrets of Standard Webhooks, newest first.")
    to: Annotated[str, values.Value(_mail_address, {"type": "string", "format": "email"})] = ""
    file: _FilePath = Field("", description="Where a log or a feed of alerts is written.")
    every_minutes: Annotated[float, number(1, 10_080)] = Field(
        5.0, description="How often a heartbeat is told."
    )
    max_per_minute: Annotated[float, number(0, 10_000)] = Field(
        0.0, description="Messages; they wait. 0: no limit."
    )
    max_per_hour: Annotated[int, number(0, 10_000, whole=True)] = Field(
        DEFAULT_CAP, description="Messages about one rule; what is beyond is told in one digest. 0: no limit."
    )
    quiet_hours: Quiet | None = Field(None, description="Nothing is delivered in them but what is urgent.")
    urgent: Annotated[tuple[Severity, ...], one_of(SEVERITIES)] = Field(
        ("critical",), description="Severities that pass quiet hours and digests."
    )
    digest_at: values.Clocks = Field(
        (), description="All is told together at these times of day; at once, if left out."
    )
    zone: values.Zone = Field("UTC", description="Of digest_at.")
    is_owner: values.YesOrNo = Field(False, description="Told what is wrong with Tocsin itself.")

    @model_validator(mode="before")
    @classmethod
    def _keys_of_its_channel(cls, raw: Any) -> Any:
        channel = told(raw).get("channel")
        if not isinstance(channel, str) or channel not in CHANNELS:
            return raw
        own = _OF_CHANNEL[channel]
        allowed = [name for name in cls.model_fields if name not in _OF_ONE or name in own]
        for name in raw:
            if name not in allowed:
                raise said(f"has no key {show(name)}; allowed: {', '.join(allowed)}", at=(name,))
        if channel == "email" and "to" not in raw:
            raise refused("", "one address like desk@example.org", below=("to",))
        if channel in _NEEDS_URL and ("url" in raw) == ("url_file" in raw):
            ways = " and ".join(name for name in own if name.startswith("url"))
            raise said(f"has {'both' if 'url' in raw else 'neither'}; allowed: one of {ways}")
        return raw


class _Receivers(RootModel[dict[str, ReceiverPart]]):
    """Names of receivers, with how each is reached."""


def receivers_schema() -> dict[str, Any]:
    """The JSON Schema of a receivers' file."""
    return schema_of(_Receivers, "Receivers of Tocsin")


def load_receivers(path: Path) -> tuple[dict[str, Receiver], tuple[ConfigError, ...]]:
    """Read the file of receivers: name → channel with what that needs, and how much is delivered.

    A webhook's address may itself be a secret; then `url_file` names a file that holds it. Files
    are looked for beside the receivers' file.

    Returns:
        The good receivers by name, and one error for each bad one.

    Raises:
        ConfigError: The file cannot be read or is no mapping of names.
    """
    document = read_yaml(path)
    if not isinstance(document.content, Mapping):
        raise ConfigError(f"{path}: {show(document.content)}; allowed: a mapping of names to receivers")
    receivers: dict[str, Receiver] = {}
    errors: list[ConfigError] = []
    for name in document.content:
        try:
            receivers[name] = _receiver(name, document, path)
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


def _receiver(name: Any, document: Document, path: Path) -> Receiver:
    problems = Problems(document)
    if not isinstance(name, str) or not name.isprintable() or not 1 <= len(name) <= 64:
        problems.say(
            (name,), f"a receiver's name is {show(name)}; allowed: one line of text, 1 to 64 characters"
        )
    problems.raise_any()
    part = checked(ReceiverPart, document, (name,), folder=path.parent)
    own = _OF_CHANNEL[part.channel]
    given = {
        "name": name,
        **{one: getattr(part, one) for one in ReceiverPart.model_fields if one not in _OF_ONE},
    }
    given |= {one: getattr(part, one) for one in own if one != "url_file"}
    if part.url_file:
        given["url"] = _url_of_file(part, name, problems)
    return Receiver(**{one.name: given[one.name] for one in fields(Receiver) if one.name in given})


def _url_of_file(part: ReceiverPart, name: str, problems: Problems) -> str:
    url = read_secret_file(Path(part.url_file), f"{name}.url_file")[0]
    # What apprise reaches has addresses of its own kind (tgram://, ntfy://), which it checks itself.
    if part.channel != "apprise" and not is_webhook_url(url):
        problems.say(
            (name, "url_file"),
            f"{name}.url is not allowed; allowed: http(s)://host/… without user and password",
        )
        problems.raise_any()
    return url


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
