"""The pages in a real browser: each opens, shows what the database holds, answers a click, and is fit for everybody."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

AXE = (Path(__file__).parent / "axe" / "axe.min.js").read_text("utf-8")
PAGES = ["/", "/events", "/event/1", "/article/1", "/map?days=30", "/timeline?days=90", "/dyads?days=90",
         "/story/1", "/alerts", "/rules", "/rule/port-strikes", "/health", "/quarantine", "/marks"]  # fmt: skip


# Pages of a thing are gone to by a click, for its number is not known.
CLICKS = {
    "/event/1": ("/?words=Russian", ".event a"),
    "/article/1": ("/?words=Kenyan", ".story h2 a"),
    "/story/1": ("/?words=Russian", "text=Odesa under fire"),
}


def opened(page: Any, address: str, path: str) -> Any:
    start, target = CLICKS.get(path, (path, ""))
    page.goto(f"{address}{start}")
    if target:
        page.click(target)
        page.wait_for_url(f"**{path.rstrip('1')}*")
    return page


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", [*PAGES, "/login"])
def test_axe_finds_no_serious_fault(page: Any, address: str, path: str, scheme: str) -> None:
    """Contrast, names, roles, order: fit for who cannot see or uses no mouse."""
    page.emulate_media(color_scheme=scheme)
    opened(page, address, path)
    page.evaluate(AXE)
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    serious = [
        (fault["id"], [node["html"][:120] for node in fault["nodes"][:3]])
        for fault in found["violations"]
        if fault["impact"] in ("serious", "critical")
    ]

    assert serious == []


@pytest.mark.parametrize("path", PAGES)
def test_a_page_fits_a_phone(page: Any, address: str, path: str) -> None:
    """Nothing is wider than the screen."""
    page.set_viewport_size({"width": 375, "height": 700})
    opened(page, address, path)

    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_filter_answers_at_once_and_stands_in_the_address(page: Any, address: str) -> None:
    """A choice is enough, and the page can be passed on."""
    page.goto(address)
    page.select_option("[name=event_type]", "CONSULT")
    page.wait_for_url("**event_type=CONSULT")

    assert page.url == f"{address}/?event_type=CONSULT"
    assert page.locator(".event").count() == 1


def test_a_card_leads_to_why(page: Any, address: str) -> None:
    """One click from what to why."""
    page.goto(f"{address}/?words=Russian")
    page.click(".event a")

    assert "Why it was coded so" in page.inner_text("main")
    assert page.locator(".said mark.actor").first.inner_text() == "Russian drones"


def test_the_keys_lead_through_the_cards(page: Any, address: str) -> None:
    """j and k step, / searches, g goes."""
    page.goto(address)
    page.keyboard.press("j")
    page.keyboard.press("j")
    assert page.evaluate(
        "document.activeElement.closest('.event') === document.querySelectorAll('.event')[1]"
    )
    page.keyboard.press("k")
    assert page.evaluate(
        "document.activeElement.closest('.event') === document.querySelectorAll('.event')[0]"
    )
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.name") == "words"
    page.keyboard.press("Escape")
    page.keyboard.press("g")
    page.keyboard.press("e")
    page.wait_for_url("**/events")


def test_a_mark_is_made_by_clicks(page: Any, address: str) -> None:
    """Tick what is wrong, say why, press."""
    page.goto(f"{address}/?words=Kenyan")
    page.click(".event a")
    page.check("[value=place]")
    page.fill("[name=note]", "<b>elsewhere</b>")
    page.click("button.wrong")
    page.wait_for_selector(".said-of")

    assert "<b>elsewhere</b>" in page.inner_text(".said-of")
    page.click("text=Take back")
    page.wait_for_selector(".said-of", state="detached")


@pytest.mark.parametrize(
    "path",
    [
        "/?words=harmed",
        "/?words=7",
        "/events",
        "/map?days=7",
        "/alerts",
        "/quarantine",
        "/rule/port-strikes",
        "/marks",
    ],
)
def test_fifty_hostile_titles_do_nothing(page: Any, address: str, path: str) -> None:
    """They are shown as they are written: in titles, sources, sentences and names."""
    page.goto(f"{address}{path}")

    assert page.evaluate("window.harmed") is None
    assert "onerror=window.harmed" in page.inner_text("main") or path != "/?words=harmed"
    assert (
        page.locator(
            "main script, main iframe, main img, main style, main base, [onload], [onfocus], [onerror]"
        ).count()
        == 0
    )
    assert page.locator("a[href^='javascript']").count() == 0


def test_the_sql_can_be_copied(page: Any, address: str) -> None:
    """Where the browser lends no clipboard it is selected."""
    page.goto(address)
    page.click(".sql summary")
    page.click("[data-copy]")
    page.wait_for_function(
        "['Copied', 'Selected'].includes(document.querySelector('[data-copy]').textContent)"
    )


def test_the_slider_moves_the_days_of_the_map(page: Any, address: str) -> None:
    """Without a new page; the address follows, the view stays."""
    page.goto(f"{address}/map?days=1")
    page.click("[data-zoom=in]")
    box = page.get_attribute(".map", "viewBox")
    page.focus("[data-slider]")
    page.keyboard.press("ArrowLeft")
    page.wait_for_function("() => !document.querySelector('.map').outerHTML.includes('Nairobi')")

    assert "until=" in page.url
    assert page.input_value("[name=until]") in page.url
    assert page.get_attribute(".map", "viewBox") == box
    assert "Odesa: 1" in page.inner_html(".map")
    assert page.evaluate("document.activeElement.matches('[data-slider]')")


def test_the_map_plays_and_stops(page: Any, address: str) -> None:
    """Day by day."""
    page.goto(f"{address}/map?days=1")
    page.focus("[data-slider]")
    page.keyboard.press("PageDown")
    before = page.input_value("[name=until]")
    page.click("[data-play]")
    page.wait_for_function(f"() => document.querySelector('[name=until]').value > '{before}'")
    page.click("[data-play]")

    assert "Play" in page.inner_text("[data-play]")


def test_a_dot_of_the_map_answers_a_click(page: Any, address: str) -> None:
    """And leads to the events of the place."""
    page.goto(f"{address}/map?days=1&place=KEN")
    page.click(".map a", force=True)
    page.wait_for_url("**/events?*")

    assert "Kenyan teachers" in page.inner_text("main")


def test_a_bar_of_the_timeline_answers_a_click(page: Any, address: str) -> None:
    """And leads to the events of the day."""
    page.goto(f"{address}/timeline?days=30")
    page.click("a:has(.bar.spike)")
    page.wait_for_url("**/events?*")

    assert page.locator(".event").count() == 51


def test_a_cell_of_the_matrix_answers_a_click(page: Any, address: str) -> None:
    """And leads to the events of the dyad."""
    page.goto(f"{address}/dyads?days=7")
    page.click(".matrix td.hard a")
    page.wait_for_url("**/events?*")

    assert page.locator(".event").count() == 7


def test_an_alert_is_taken_by_clicks(page: Any, address: str) -> None:
    """Open, say why, take."""
    page.goto(f"{address}/alerts")
    page.click(".act summary >> nth=0")
    page.fill(".act [name=comment] >> nth=0", "mine")
    page.click("button:text('Take') >> nth=0")
    page.wait_for_selector("text=taken by analyst: mine")

    assert page.url.endswith("/alerts")


def test_an_item_is_released_by_clicks(page: Any, address: str) -> None:
    """Tick all, press."""
    page.goto(f"{address}/quarantine")
    page.click("text=Tick all")
    page.click("text=Try the ticked again")
    page.wait_for_selector("text=Nothing lies in quarantine")

    assert page.locator(".item").count() == 0
