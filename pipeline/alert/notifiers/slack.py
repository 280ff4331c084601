"""Slack: POST the message to an incoming webhook of Slack, or of what takes the same (Mattermost, Rocket.Chat, Discord).

The address is a password in itself. What is sent holds no markup of others: Slack's three signs are escaped.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from pipeline.alert.notifiers.posting import TIMEOUT_SECONDS, check, post
from pipeline.alert.records import Message, Notification
from pipeline.config import Settings

__all__ = ["check", "make_notifier"]

# Slack cuts a section's text at 3,000 characters.
MAX_TEXT = 2_900
# An asterisk, an underscore, a tilde or a backtick would change the type, a colon show a picture.
_MARKUP = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
_SIGNS = str.maketrans({sign: f"\u200b{sign}" for sign in "*_~`:@#!"})


def make_notifier(
    settings: Settings, *, clock: Callable[[], datetime], timeout_seconds: float = TIMEOUT_SECONDS
) -> Callable[[Notification, Message], None]:
    """Make the notifier."""

    def notify(notification: Notification, message: Message) -> None:
        body = json.dumps(slack_body(message, notification.notification_key)).encode()
        post(
            notification.receiver.url, body,
            headers={}, settings=settings, timeout_seconds=timeout_seconds, now=clock(),
        )  # fmt: skip

    return notify


def slack_body(message: Message, key: str) -> dict[str, Any]:
    """What Slack takes: the subject as the text of the notice, the message as plain text beneath."""
    # "plain_text" is never read as markup; "text" is, and shows in the notice on a telephone.
    return {
        "text": _unmarked(message.subject),
        "blocks": [
            {"type": "header", "text": {"type": "plain_text", "text": message.subject[:150], "emoji": False}},
            {"type": "section", "text": {"type": "plain_text", "text": message.text[:MAX_TEXT], "emoji": False}},
            {"type": "context", "elements": [{"type": "plain_text", "text": f"message {key}", "emoji": False}]},
        ],
        "unfurl_links": False,
        "unfurl_media": False,
    }  # fmt: skip


def _unmarked(text: str) -> str:
    return text.translate(_MARKUP).translate(_SIGNS)
