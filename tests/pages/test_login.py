"""Behind the login: every route, in both mounts; and the login itself."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import httpx
import pytest

from pipeline.pages.app import HEADERS, ROUTERS
from pipeline.pages.login import COOKIE, LASTS, Door, is_right, issue, user_of

NOW = datetime(2026, 11, 29, tzinfo=UTC)
ROUTES = sorted(
    {(method, route.path) for router in ROUTERS for route in router.routes for method in route.methods}  # type: ignore[attr-defined]
    | {("GET", "/static/style.css"), ("GET", "/static/pages.js")}
)


def door(**passwords: str) -> Door:
    return Door(key=b"key", passwords=lambda: passwords or {"analyst": "secret"})


@pytest.mark.parametrize(("method", "path"), ROUTES, ids=lambda value: str(value))
def test_no_route_answers_a_stranger(stranger: httpx.Client, method: str, path: str) -> None:
    """A program is told 401, a person is shown the login."""
    path = path.replace("{event_id}", "1").replace("{article_id}", "1")
    for name in ("{story_id}", "{alert_id}", "{silence_id}", "{rule}", "{name}"):
        path = path.replace(name, "1")

    assert stranger.request(method, path).status_code == 401
    if method == "GET":
        shown = stranger.get(path, headers={"Accept": "text/html"})

        assert (shown.status_code, shown.headers["location"].partition("?")[0]) == (303, "/login")


def test_a_wrong_password_is_refused(stranger: httpx.Client) -> None:
    """And the page says no more than that."""
    told = stranger.post("/login", data={"user": "analyst", "password": "guess"})

    assert told.status_code == 401
    assert "do not go together" in told.text
    assert COOKIE not in told.cookies


def test_a_login_leads_back_to_what_was_asked_for(stranger: httpx.Client) -> None:
    """With the whole state of the page in its address."""
    asked = stranger.get("/?event_type=PROTEST", headers={"Accept": "text/html"}).headers["location"]
    form = stranger.get(asked)

    assert 'value="/?event_type=PROTEST"' in form.text


@pytest.mark.parametrize(
    "target", ["https://elsewhere.example/", "//elsewhere.example", "/\\elsewhere.example", "x"]
)
def test_a_login_leads_to_no_other_site(stranger: httpx.Client, password: str, target: str) -> None:
    """Whatever the address says."""
    told = stranger.post("/login", data={"user": "analyst", "password": password, "next": target})

    assert told.headers["location"] == "/"


def test_the_cookie_is_kept_from_scripts_and_other_sites(stranger: httpx.Client, password: str) -> None:
    """HttpOnly, SameSite=Strict."""
    told = stranger.post("/login", data={"user": "analyst", "password": password})

    assert {"httponly", "samesite=strict"} <= {
        part.strip().lower() for part in told.headers["set-cookie"].split(";")
    }


def test_a_form_of_another_site_is_refused(client: httpx.Client) -> None:
    """Even where the browser sends the cookie along."""
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://elsewhere.example"}):
        told = client.post("/event/1/mark", data={"verdict": "right"}, headers=headers)

        assert told.status_code == 403


def test_a_name_that_only_leads_here_is_refused(stranger: httpx.Client) -> None:
    """DNS rebinding."""
    assert stranger.get("/login", headers={"Host": "elsewhere.example"}).status_code == 400


@pytest.mark.parametrize("path", ["/", "/login", "/static/style.css", "/nothing-here"])
def test_every_answer_has_the_strict_headers(client: httpx.Client, path: str) -> None:
    """No script or style in a page, nothing from elsewhere."""
    headers = client.get(path).headers

    assert {name: headers.get(name) for name in HEADERS} == HEADERS


def test_a_cookie_says_who_it_was_made_for() -> None:
    """Until it is over."""
    cookie = issue(door(), "analyst", NOW)

    assert user_of(door(), cookie, NOW) == "analyst"
    assert user_of(door(), cookie, NOW + LASTS) is None


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda cookie: cookie.replace("analyst", "admin"), id="another user"),
        pytest.param(
            lambda cookie: cookie[:-1] + ("0" if cookie[-1] != "0" else "1"), id="another signature"
        ),
        pytest.param(lambda cookie: cookie.replace("|1", "|2", 1), id="a later end"),
        pytest.param(lambda _: "", id="none"),
        pytest.param(lambda _: "analyst|²|", id="no digits"),
        pytest.param(lambda _: "nobody|9999999999|x", id="unknown user"),
    ],
)
def test_a_cookie_that_was_changed_is_none(change) -> None:
    """Each letter of it is signed."""
    known = door(analyst="secret", admin="other")

    assert user_of(known, change(issue(known, "analyst", NOW)), NOW) is None


def test_a_new_password_ends_the_sessions() -> None:
    """Who is logged out cannot come back with an old cookie."""
    assert (
        user_of(door(analyst="new"), issue(door(analyst="old"), "analyst", NOW), NOW + timedelta(1)) is None
    )


def test_nobody_comes_in_without_a_password() -> None:
    """An unknown user has none, not an empty one."""
    assert not is_right(door(), "nobody", "")
    assert not is_right(door(), "analyst", "")
    assert is_right(door(), "analyst", "secret")
