"""Pages on a real server over loopback, with planted rows, and the machine's own Chromium where there is one."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn

from pipeline.config import Settings
from pipeline.local import analyst
from pipeline.local.ports import free_port
from pipeline.pages.serve import LOGIN, alone, make_desk, open_door
from tests.conftest import wipe
from tests.pages.planted import plant

CHROMIUM = Path("/usr/bin/chromium")
# Root has no sandbox to offer, and a browser in a test asks nobody for news of itself.
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip


@contextmanager
def serving(app: Any) -> Iterator[str]:
    """Serve an application on a free port of 127.0.0.1; give its address."""
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_level="warning"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive()
        time.sleep(0.02)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join()


@pytest.fixture(scope="module")
def desk_settings(
    server: Settings, database_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Settings]:
    """Settings with secrets of their own, and a database with planted rows in it."""
    home = tmp_path_factory.mktemp("pages")
    settings = replace(server, home=home, database_url=database_url, rules_path=home / "rules")
    analyst.new_password(settings)
    plant(settings)
    yield settings
    wipe(database_url)


@pytest.fixture(scope="module")
def address(desk_settings: Settings) -> Iterator[str]:
    """Where the pages are served."""
    desk = make_desk(desk_settings, login_path=LOGIN, has_logout=True)
    with serving(alone(desk, open_door(desk_settings))) as address:
        yield address
    desk.reader.close()


@pytest.fixture(scope="module")
def password(desk_settings: Settings) -> str:
    """The password of the user `analyst`."""
    return open_door(desk_settings).passwords()["analyst"]


@pytest.fixture
def stranger(address: str) -> Iterator[httpx.Client]:
    """Somebody who is not logged in."""
    with httpx.Client(base_url=address, trust_env=False) as client:
        yield client


@pytest.fixture
def client(address: str, password: str) -> Iterator[httpx.Client]:
    """An analyst who is logged in."""
    with httpx.Client(base_url=address, trust_env=False) as client:
        assert client.post("/login", data={"user": "analyst", "password": password}).status_code == 303
        yield client


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """The machine's Chromium, no longer than a module: its driver keeps an event loop, beside which no other runs."""
    if not CHROMIUM.exists():
        pytest.skip(f"no {CHROMIUM} here")
    sync_api = pytest.importorskip("playwright.sync_api")
    with sync_api.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def page(chromium: Any, address: str, password: str) -> Iterator[Any]:
    """A page of a browser that is logged in; the test fails where it asked another host or a script failed."""
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    strangers: list[str] = []
    complaints: list[str] = []
    page.on(
        "request",
        lambda request: strangers.append(request.url) if not request.url.startswith(address) else None,
    )
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("dialog", lambda dialog: (complaints.append(dialog.message), dialog.dismiss()))
    page.goto(f"{address}/login")
    page.fill("[name=password]", password)
    page.click("text=Log in")
    yield page
    context.close()
    assert strangers == []
    assert complaints == []
