"""Map, timeline and dyads, over HTTP: they show what the database holds."""

from __future__ import annotations

import re
from html import unescape

import httpx
import pytest

from tests.pages.planted import NOW


def test_the_map_counts_events_by_place(client: httpx.Client) -> None:
    """Today in Odesa one, told by two; the protest in Nairobi; what is planned is none."""
    shown = client.get("/map?days=1").text

    assert "<b>2</b> actual events" in shown
    assert "Odesa: 1, at least 3 killed" in shown
    assert "Nairobi: 1" in shown
    assert "Berlin" not in shown


def test_a_dot_leads_to_its_events(client: httpx.Client) -> None:
    """As many as it says."""
    shown = client.get("/map?days=1").text
    link, count = re.search(
        r'href="(/events[^"]*words=Odesa[^"]*)"[^>]*>\s*<path[^>]*><title>Odesa: (\d+)', shown
    ).groups()  # type: ignore[union-attr]

    assert client.get(unescape(link)).text.count('<article class="event') == min(int(count), 60)


def test_the_map_is_drawn_for_the_day_that_is_asked_for(client: httpx.Client) -> None:
    """And for the newest that has events, where none is."""
    assert f'name="until" value="{NOW.date()}"' in client.get("/map").text
    assert "<b>0</b> actual events" in client.get("/map?until=1999-05-01&days=1").text


def test_the_timeline_counts_each_day(client: httpx.Client) -> None:
    """One strike a day, fifty hostile ones on one, which stands out."""
    shown = client.get("/timeline?days=30").text

    assert re.search(r"Days that stand out.*<td class=\"n\">51</td>", shown, re.DOTALL)
    assert len(re.findall(r'class="bar spike"', shown)) == 1
    assert "material conflict: 51" in shown


def test_the_timeline_of_a_type_is_counted_anew(client: httpx.Client) -> None:
    """No rollup has types."""
    assert "<b>1</b> event from" in client.get("/timeline?days=30&event_type=PROTEST").text


@pytest.mark.parametrize("days", [1, 2, 366, 1826, 3660])
def test_a_timeline_of_any_length_is_drawn(client: httpx.Client, days: int) -> None:
    """From a day to ten years."""
    assert client.get(f"/timeline?days={days}").status_code == 200


def test_dyads_are_counted_with_their_score(client: httpx.Client) -> None:
    """Seven days of strikes; the hostile actors have no country."""
    shown = client.get("/dyads?days=7").text

    assert "Russia → Ukraine: 7, mean score -9.0" in shown
    assert re.search(r'class="hard"><a href="[^"]*actor=RUS[^"]*">7</a>', shown)


def test_without_events_a_picture_says_so(client: httpx.Client) -> None:
    """And is no error."""
    assert "No country did anything" in client.get("/dyads?until=1999-05-01").text


@pytest.mark.parametrize("path", ["/map", "/timeline", "/dyads", "/events"])
def test_the_sql_of_a_picture_runs_for_the_analyst(client: httpx.Client, db, path: str) -> None:
    """All of it, as it is copied."""
    shown = client.get(path).text
    statement = unescape(re.search(r"<code>(.*?)</code>", shown[shown.index('class="sql"') :], re.DOTALL)[1])  # type: ignore[index]
    with db.connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE analyst")
        cursor.execute(statement)

        assert cursor.description
