"""First paint of each page, in the machine's Chromium, over a database that benchmarks/analyst.py made and kept.

    python -m benchmarks.analyst --events 1000000 --home FOLDER
    python -m benchmarks.pages --home FOLDER

Prints, for each page and a question of some weight to it, the median and the slowest of five: milliseconds until the server's
first byte, and until the browser painted first (First Contentful Paint). Each visit is made by a new browser context, whose
caches are empty; the first visit of all, by which the server loads its templates, is not counted.
"""

from __future__ import annotations

import argparse
import statistics
import threading
import time
from pathlib import Path
from typing import Any

import uvicorn

from pipeline.config import Settings
from pipeline.local import embedded
from pipeline.local.ports import free_port
from pipeline.local.server import prepare
from pipeline.pages.serve import LOGIN, alone, make_desk, open_door

REPEATS = 5
CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
PAGES = (
    "/", "/?country={country}&confidence=0.5", "/?words=zzzz", "/events?days=7", "/events?days=31&words=zzzz",
    "/event/{event}", "/article/{article}", "/map", "/map?days=30", "/map?days=90", "/map?days=7&event_type=PROTEST",
    "/timeline", "/timeline?days=1826", "/timeline?days=90&event_type=PROTEST",
    "/timeline?days=365&actor={country}", "/dyads", "/dyads?days=90", "/alerts", "/rules", "/health", "/quarantine", "/marks",
)  # fmt: skip
PAINT = """() => ({
    byte: performance.getEntriesByType('navigation')[0].responseStart,
    paint: performance.getEntriesByName('first-contentful-paint')[0]?.startTime,
})"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, required=True, help="folder of the server that was kept")
    settings = Settings(home=parser.parse_args().home)
    prepare(settings)
    desk = make_desk(settings, login_path=LOGIN, has_logout=True)
    door = open_door(settings)
    values = sample(desk)
    port = free_port()
    server = uvicorn.Server(
        uvicorn.Config(alone(desk, door), host="127.0.0.1", port=port, log_level="warning")
    )
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.05)
    try:
        measure(
            f"http://127.0.0.1:{port}", door.passwords()["analyst"], [page.format(**values) for page in PAGES]
        )
    finally:
        server.should_exit = True
        thread.join()
        desk.reader.close()
        embedded.stop(settings)


def sample(desk: Any) -> dict[str, Any]:
    """An event, its article and a busy country, to ask for."""
    newest = desk.reader.ask("page_news", limit=1).rows[0]
    day = desk.reader.ask("page_newest_day").rows[0]["day"]
    pair = desk.reader.ask("page_dyads", since=day, until=day, limit=1).rows
    country = pair[0]["actor_country"] if pair else "FRA"
    return {"event": newest["id"], "article": newest["article_id"] or 1, "country": country}


def measure(address: str, password: str, pages: list[str]) -> None:
    """Visit each page and print what it took."""
    from playwright.sync_api import sync_playwright

    print(f"{'ms':<44}{'byte':>8}{'paint':>8}{'slowest':>9}")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        visit(browser, address, password, "/map")
        for page in pages:
            found = [visit(browser, address, password, page) for _ in range(REPEATS)]
            paints = [paint for _, paint in found]
            byte = statistics.median(byte for byte, _ in found)
            print(
                f"{page:<44}{byte:>8.0f}{statistics.median(paints):>8.0f}{max(paints):>9.0f}"
                f"{'   MISSED' if statistics.median(paints) > 1000 else ''}",
                flush=True,
            )
        browser.close()


def visit(browser: Any, address: str, password: str, page: str) -> tuple[float, float]:
    """Log in, open a page; the time to its first byte and to its first paint."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    tab = context.new_page()
    tab.goto(f"{address}/login")
    tab.fill("[name=password]", password)
    tab.click("button")
    answer = tab.goto(address + page)
    assert answer.status == 200, (page, answer.status, tab.inner_text("main"))
    tab.wait_for_function("() => performance.getEntriesByName('first-contentful-paint').length")
    found = tab.evaluate(PAINT)
    context.close()
    return found["byte"], found["paint"]


if __name__ == "__main__":
    main()
