"""Feed: the newest alerts as an Atom file, for feed readers and for whatever serves files."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable
from datetime import UTC
from pathlib import Path
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from pipeline.alert.records import Message, Notification, Receiver
from pipeline.config import Settings
from pipeline.errors import NotifyError

MAX_ENTRIES = 200
MAX_BYTES = 20_000_000
ATOM = "http://www.w3.org/2005/Atom"


def make_notifier(settings: Settings) -> Callable[[Notification, Message], None]:
    """Make the notifier; a message that is there already is not put in again."""

    def notify(notification: Notification, message: Message) -> None:
        path = path_of(notification.receiver, settings)
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with path.with_name(f".{path.name}.lock").open("w") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                _add(path, notification.notification_key, message, notification.receiver.name)
        except OSError as error:
            raise NotifyError(f"the feed of alerts {path} cannot be written: {error.strerror}") from error

    return notify


def check(receiver: Receiver, settings: Settings) -> None:
    """See that the file can be written.

    Raises:
        NotifyError: It cannot.
    """
    path = path_of(receiver, settings)
    there = path if path.exists() else next(folder for folder in path.parents if folder.exists())
    if not os.access(there, os.W_OK):
        raise NotifyError(f"the feed of alerts {path} cannot be written")


def path_of(receiver: Receiver, settings: Settings) -> Path:
    """The file of a receiver."""
    return Path(receiver.file) if receiver.file else settings.home / "alerts.atom"


def _add(path: Path, key: str, message: Message, receiver: str) -> None:
    feed = _read(path)
    known = [] if feed is None else feed.findall(f"{{{ATOM}}}entry")
    id_of = f"urn:tocsin:{key}"
    if any(entry.findtext(f"{{{ATOM}}}id") == id_of for entry in known):
        return
    made = Element("feed", xmlns=ATOM)
    SubElement(made, "title").text = f"Tocsin: {receiver}"
    SubElement(made, "id").text = f"urn:tocsin:alerts:{receiver}"
    SubElement(made, "updated").text = message.created_at.astimezone(UTC).isoformat()
    made.append(_entry(id_of, message))
    for entry in known[: MAX_ENTRIES - 1]:
        made.append(_plain(entry))
    text = ElementTree.tostring(made, encoding="utf-8", xml_declaration=True)
    fresh = path.with_name(f".{path.name}.new")
    fresh.write_bytes(text)
    fresh.replace(path)


def _entry(id_of: str, message: Message) -> Element:
    at = message.created_at.astimezone(UTC).isoformat()
    entry = Element("entry")
    SubElement(entry, "title").text = message.subject
    SubElement(entry, "id").text = id_of
    SubElement(entry, "updated").text = at
    SubElement(SubElement(entry, "author"), "name").text = "Tocsin"
    link = dict(message.fields).get("url")
    if link:
        SubElement(entry, "link", href=link, rel="related")
    SubElement(entry, "content", type="text").text = message.text
    return entry


def _plain(entry: Element) -> Element:
    """An entry without the namespace in each name, so that the file stays readable."""
    for part in entry.iter():
        part.tag = part.tag.removeprefix(f"{{{ATOM}}}")
    return entry


def _read(path: Path) -> Element | None:
    """The feed that is there; None where none is, or it is not ours to read."""
    try:
        if not path.exists() or path.stat().st_size > MAX_BYTES:
            return None
        return ElementTree.fromstring(path.read_bytes())
    except ElementTree.ParseError:
        return None
