"""HTML mails in a real browser: hostile titles run nothing, fetch nothing, and are read as they were written."""

from __future__ import annotations

from typing import Any

import pytest

from pipeline.alert.digest import compact, compose_digest
from pipeline.alert.telling import Telling
from tests.alert.made import match, message_about
from tests.alert.test_alert_message import PAYLOADS, hostile
from tests.pages.conftest import chromium  # noqa: F401  (a fixture)

pytestmark = pytest.mark.slow


@pytest.fixture
def shown(chromium: Any):  # noqa: F811
    """Open HTML as a page; its text, and what it asked for or said."""
    context = chromium.new_context(viewport={"width": 375, "height": 800})
    page = context.new_page()
    noise: list[str] = []
    page.on("request", lambda request: noise.append(request.url))
    page.on("dialog", lambda dialog: (noise.append(dialog.message), dialog.dismiss()))
    page.on("pageerror", lambda error: noise.append(str(error)))

    def show(html: str) -> tuple[str, list[str]]:
        page.set_content(html, wait_until="load")
        for link in page.locator("a").all()[:3]:
            link.hover()
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        return page.inner_text("body"), noise

    yield show
    context.close()


def test_hostile_titles_do_nothing_in_a_browser(shown, event, rule, now):
    """All of them, in the mail of an alert and in that of a digest; on a telephone nothing is wider than the screen."""
    for payload in PAYLOADS:
        hostile_rule, hostile_event = hostile(event, rule, payload)
        text, noise = shown(
            message_about(hostile_rule, hostile_event, created_at=now, changes=(payload,)).html
        )
        assert noise == [], payload
        assert "Reported by" in text
        held = {
            "message": compact(match(hostile_rule, hostile_event), Telling(alert_id=1), now),
            "rule": "leaving",
            "held_for": "cap",
        }
        _, noise = shown(compose_digest([held], created_at=now).html)
        assert noise == [], payload


def test_the_sentence_is_read_as_it_was_written(shown, event, rule, now):
    """Escaped is not lost."""
    text, _ = shown(message_about(rule(), event(sentence="He wrote <b>no</b> & left."), created_at=now).html)

    assert "He wrote <b>no</b> & left." in text
