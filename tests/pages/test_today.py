"""Today, the list by day, an event and an article, over HTTP."""

from __future__ import annotations

import re

import httpx
import pytest

from pipeline.postgres.database import Database
from tests.pages.planted import HOSTILE


def first_event(client: httpx.Client, query: str) -> str:
    found = re.search(r'href="(/event/\d+)"', client.get(f"/{query}").text)
    assert found
    return found[1]


def test_today_shows_the_event_with_its_sentence_and_sources(client: httpx.Client) -> None:
    """Who, what, where, in whose words, how sure."""
    shown = client.get("/?words=Kenyan").text

    assert "Teachers march in Nairobi" in shown
    assert '<mark class="trigger" title="act">marched</mark>' in shown
    assert re.search(r"Third Paper", shown)
    assert "likely" in shown


@pytest.mark.parametrize(
    ("query", "there", "not_there"),
    [
        ("?event_type=CONSULT", "Paris and Berlin", "Nairobi"),
        ("?country=KEN", "Nairobi", "Paris and Berlin"),
        ("?status=planned", "Paris and Berlin", "Nairobi"),
        ("?confidence=0.85", "Paris and Berlin", "Nairobi"),
        ("?words=erman", "Paris and Berlin", "Nairobi"),
    ],
)
def test_a_filter_keeps_what_passes(client: httpx.Client, query: str, there: str, not_there: str) -> None:
    """And leaves out the rest."""
    shown = client.get(f"/{query}").text

    assert there in shown
    assert not_there not in shown


def test_a_wrong_filter_is_told(client: httpx.Client) -> None:
    """With what is allowed, and without the means to harm."""
    told = client.get("/?event_type=<script>alert(1)</script>", headers={"Accept": "text/html"})

    assert told.status_code == 400
    assert "must be one of" in told.text
    assert "<script>alert" not in told.text


def test_the_sql_shown_gives_what_is_shown(client: httpx.Client, db) -> None:
    """As it stands, with the analyst's rights."""
    from html import unescape

    shown = client.get("/?event_type=CONSULT").text
    statement = unescape(re.search(r"<code>(.*?)</code>", shown[shown.index('class="sql"') :], re.DOTALL)[1])  # type: ignore[index]
    with db.connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE analyst")
        cursor.execute(statement.rstrip(";"))
        rows = cursor.fetchall()

    assert "event_type = 'CONSULT'" in statement
    assert len(rows) == 1


def test_an_event_says_why(client: httpx.Client) -> None:
    """Sentence, status, entries, frame and both sources."""
    shown = client.get(first_event(client, "?words=Russian")).text

    for part in (
        "three",
        "officials said",
        "RUSMIL",
        "plain past tense",
        "Second Paper",
        "2 sources",
        "rule: what somebody will do",
    ):
        assert part in shown


def test_a_mark_is_kept_with_who_and_why(client: httpx.Client) -> None:
    """Said again it replaces, taken back it goes."""
    event = first_event(client, "?words=Kenyan")
    for note in ("not in Nairobi", "in Mombasa"):
        told = client.post(f"{event}/mark", data={"verdict": "wrong", "wrong_about": "place", "note": note})
        assert told.status_code == 303
    shown = client.get(event).text

    assert "in Mombasa" in shown
    assert "not in Nairobi" not in shown
    assert "— analyst, just now" in shown
    client.post(f"{event}/mark", data={"verdict": "none"})
    assert "in Mombasa" not in client.get(event).text


@pytest.mark.parametrize(
    "data",
    [
        {"verdict": "wrong"},
        {"verdict": "perhaps"},
        {"verdict": "wrong", "wrong_about": "everything"},
        {"verdict": "right", "note": "x" * 2001},
        {},
    ],
)
def test_an_unclear_mark_is_refused(client: httpx.Client, data: dict[str, str]) -> None:
    """Nothing is guessed."""
    assert client.post(f"{first_event(client, '')}/mark", data=data).status_code == 400


@pytest.mark.parametrize(
    "path",
    [
        "/event/999999999",
        "/article/999999999",
        "/event/99999999999999999999",
        "/static/none.css",
        "/static/..%2Fapp.py",
    ],
)
def test_what_is_not_there_is_told(client: httpx.Client, path: str) -> None:
    """404, as a page."""
    assert client.get(path).status_code == 404


def test_an_event_that_was_taken_in_leads_to_its_successor(client: httpx.Client, desk_settings) -> None:
    """Its number stands in messages that were sent; what was withdrawn is said to be."""
    heir = int(first_event(client, "?words=Kenyan").rpartition("/")[2])
    with (
        Database(desk_settings.database_url).transaction() as transaction,
        transaction.connection.cursor() as cursor,
    ):
        cursor.execute(
            "INSERT INTO tocsin.events SELECT (jsonb_populate_record(event, jsonb_build_object('id', 990000 + number,"
            " 'event_key', 'gone-' || number, 'deleted_at', now(), 'superseded_by', CASE number WHEN 1 THEN event.id END))).*"
            " FROM tocsin.events AS event, generate_series(1, 2) AS number WHERE event.id = %s",
            (heir,),
        )
        cursor.execute(
            "INSERT INTO tocsin.event_revisions (event_id, revision, reason, changes) VALUES"
            " (990001, 2, 'superseded', '{}'), (990002, 2, 'withdrawn', '{}'),"
            " (%s, 2, 'told', '{\"source_count\": [1, 3]}')",
            (heir,),
        )

    assert client.get("/event/990001").headers["location"] == f"/event/{heir}"
    assert "was withdrawn" in client.get("/event/990002", headers={"Accept": "text/html"}).text
    shown = client.get(f"/event/{heir}").text
    assert re.search(r"told: source count 1 <span[^>]*>→</span> 3", shown)


def test_an_article_shows_what_it_tells(client: httpx.Client) -> None:
    """With the way to the publisher's page, and no text beyond the sentences."""
    link = re.search(r'href="(/article/\d+)"', client.get("/?words=France").text)
    assert link
    shown = client.get(link[1]).text

    assert "France" in shown
    assert 'rel="noreferrer noopener"' in shown


def test_a_page_cannot_write(desk_settings) -> None:
    """What asks is the analyst, who has no right to."""
    from pipeline.errors import StoreError
    from pipeline.pages.serve import make_desk

    desk = make_desk(desk_settings, login_path="/login", has_logout=True)
    with pytest.raises(StoreError, match=r"permission denied|read-only"):
        desk.reader.ask("delete_mark", event_id=1, marked_by="x")
    desk.reader.close()


def test_the_hostile_titles_are_there(desk_settings) -> None:
    """The tests below look at something."""
    with (
        Database(desk_settings.database_url).transaction() as transaction,
        transaction.connection.cursor() as cursor,
    ):
        cursor.execute("SELECT count(*) FROM tocsin.articles WHERE title = ANY(%s)", (HOSTILE,))

        assert cursor.fetchone() == (50,)
