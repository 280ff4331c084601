"""The pages on their own: `tocsin web`, on 127.0.0.1, with a login of their own; and what Airflow mounts."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime

import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import FileResponse, RedirectResponse, Response
from starlette.middleware.trustedhost import TrustedHostMiddleware

from pipeline.config import Settings
from pipeline.errors import OperateError
from pipeline.local import embedded
from pipeline.local.analyst import analyst_url, keep_password
from pipeline.local.brake import LoginBrake
from pipeline.local.ports import is_free
from pipeline.local.secrets import load_secrets, pages_key
from pipeline.pages.app import create_app, with_headers
from pipeline.pages.desk import STATIC, Desk, is_ours
from pipeline.pages.forms import SentForm
from pipeline.pages.login import COOKIE, LASTS, Door, guard, is_right, issue
from pipeline.postgres.database import Database
from pipeline.postgres.reader import Reader

LOGIN = "/login"


def make_desk(settings: Settings, *, login_path: str, has_logout: bool) -> Desk:
    """What the pages work with, for the database of the settings."""

    def url() -> str:
        keep_password(settings)
        return analyst_url(settings)

    return Desk(
        settings=settings,
        reader=Reader(url),
        database=Database(settings.database_url or embedded.url(settings)),
        login_path=login_path,
        has_logout=has_logout,
    )


def open_door(settings: Settings) -> Door:
    """The users of Airflow's UI and their passwords, made at the first start."""
    folder = settings.home / "secrets"
    passwords_file = load_secrets(folder).passwords_file
    return Door(key=pages_key(folder).encode(), passwords=lambda: json.loads(passwords_file.read_text()))


def alone(desk: Desk, door: Door, *, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> FastAPI:
    """The pages with a login page of their own."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    app.state.desk = desk
    # A name that leads here and is not ours is another site's trick (DNS rebinding).
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=["127.0.0.1", "localhost"])
    app.add_middleware(LoginBrake, path=LOGIN)
    app.middleware("http")(with_headers)

    @app.get(LOGIN)
    def form(request: Request, next: str = "/") -> Response:
        return desk.show(request, "login.html", told="", next=next if is_ours(next) else "/")

    @app.post(LOGIN)
    def log_in(request: Request, form: SentForm) -> Response:
        target = form.one("next") if is_ours(form.one("next")) else "/"
        user = form.one("user")
        if not is_right(door, user, form.one("password")):
            told = "That name and password do not go together."
            return desk.show(request, "login.html", status_code=401, told=told, next=target)
        response = RedirectResponse(target, status_code=303)
        response.set_cookie(
            COOKIE,
            issue(door, user, clock()),
            max_age=int(LASTS.total_seconds()),
            httponly=True,
            samesite="strict",
        )
        return response

    @app.get("/login.css")
    def style() -> Response:
        return FileResponse(STATIC / "style.css", media_type="text/css")

    @app.get("/login.svg")
    def icon() -> Response:
        return FileResponse(STATIC / "icon.svg", media_type="image/svg+xml")

    @app.post("/logout")
    def log_out() -> Response:
        response = RedirectResponse(LOGIN, status_code=303)
        response.delete_cookie(COOKIE)
        return response

    app.mount("/", create_app(desk, guard(door, clock)))
    return app


def serve(settings: Settings, *, when_ready: Callable[[str], None]) -> None:
    """Serve until Ctrl-C.

    Raises:
        OperateError: The port is taken.
    """
    if not is_free(settings.web_port):
        raise OperateError(f"port {settings.web_port} is taken: set TOCSIN_WEB_PORT to one that is free")
    app = alone(make_desk(settings, login_path=LOGIN, has_logout=True), open_door(settings))
    when_ready(f"http://127.0.0.1:{settings.web_port}")
    uvicorn.run(
        app,
        host="127.0.0.1",
        port=settings.web_port,
        log_level="warning",
        access_log=False,
        server_header=False,
        # A browser keeps its connection, and Ctrl-C does not wait for it.
        timeout_graceful_shutdown=2,
    )
