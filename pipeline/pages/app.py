"""The application: every route behind a login, strict headers on every answer, an error as a page that says what to do."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import quote

from fastapi import Depends, FastAPI, HTTPException, Request
from fastapi.responses import FileResponse, PlainTextResponse, RedirectResponse, Response
from starlette.exceptions import HTTPException as StarletteHTTPException

from pipeline.errors import ConfigError, StoreBusyError, TocsinError
from pipeline.pages import alerts, events, health, marks, pictures, rules, stories, today
from pipeline.pages.desk import STATIC, Desk, desk_of

# Nothing but what we serve: no script or style in the page, nothing from elsewhere, no frame of others.
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'self'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
KINDS = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
ROUTERS = (
    today.router, events.router, stories.router, pictures.router, alerts.router, rules.router, health.router,
    marks.router,
)  # fmt: skip

Next = Callable[[Request], Awaitable[Response]]


def create_app(desk: Desk, who: Callable[..., Any]) -> FastAPI:
    """Make the application.

    Args:
        desk: What its pages work with.
        who: A dependency of FastAPI: gives the name of who is logged in, or raises HTTPException 401.
    """

    def logged_in(request: Request, name: str = Depends(who)) -> None:
        request.state.who = name
        if request.method not in ("GET", "HEAD") and not is_from_here(request):
            raise HTTPException(403, "this came from a page of another site")

    app = FastAPI(
        title="Tocsin", docs_url=None, redoc_url=None, openapi_url=None, dependencies=[Depends(logged_in)]
    )
    app.state.desk = desk
    app.middleware("http")(with_headers)
    app.exception_handler(StarletteHTTPException)(http_error)
    app.exception_handler(TocsinError)(own_error)
    for router in ROUTERS:
        app.include_router(router)
    app.get("/static/{name}")(static)
    return app


def is_from_here(request: Request) -> bool:
    """Say whether a form was sent from a page of this server; browsers tell, and no page can make them lie."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = request.headers.get("origin")
    return origin is None or origin.partition("://")[2] == request.headers.get("host")


async def with_headers(request: Request, call_next: Next) -> Response:
    response = await call_next(request)
    response.headers.update(HEADERS)
    response.headers.setdefault("Cache-Control", "no-store")
    return response


async def http_error(request: Request, error: Exception) -> Response:
    """A page for a person; a line for a program; the way to the login for who is not logged in."""
    assert isinstance(error, StarletteHTTPException)
    desk = desk_of(request)
    is_person = "text/html" in request.headers.get("accept", "")
    if error.status_code == 401 and request.method == "GET" and is_person:
        asked = request.scope["path"] + (f"?{request.url.query}" if request.url.query else "")
        return RedirectResponse(f"{desk.login_path}?next={quote(asked, safe='')}", status_code=303)
    if not is_person or error.status_code == 401:
        return PlainTextResponse(f"{error.detail}\n", error.status_code, headers=error.headers)
    return desk.show(request, "error.html", status_code=error.status_code, told=str(error.detail))


async def own_error(request: Request, error: Exception) -> Response:
    """What is wrong with a question is the asker's to mend (400); what is busy passes (503)."""
    status_code = 400 if isinstance(error, ConfigError) else 503 if isinstance(error, StoreBusyError) else 500
    told = "this took too long, or the database is busy; ask for fewer days, or try again" if status_code == 503 else str(error)  # fmt: skip
    return desk_of(request).show(request, "error.html", status_code=status_code, told=told)


def static(name: str) -> Response:
    """A style or script of ours."""
    path = STATIC / name
    if path.parent != STATIC or path.suffix not in KINDS or not path.is_file():
        raise HTTPException(404, f"there is no {name}")
    # Its address changes whenever it does.
    return FileResponse(
        path, media_type=KINDS[path.suffix], headers={"Cache-Control": "private, max-age=31536000"}
    )
