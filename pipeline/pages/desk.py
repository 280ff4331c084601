"""What every page needs: the questions' reader, the one way to write, the templates, who asks."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from pipeline import templates
from pipeline.config import Settings
from pipeline.pages import names, network
from pipeline.pages.filters import QUAD_CLASSES, STATUSES, Filter
from pipeline.pages.marked import pieces
from pipeline.plover import event_types
from pipeline.postgres.database import Database
from pipeline.postgres.reader import Reader

FOLDER = Path(__file__).resolve().parent
STATIC = FOLDER / "static"
# What the menu shows, in its order: path, name, key to press after g.
MENU = (
    ("/", "Today", "t"),
    ("/map", "Map", "m"),
    ("/timeline", "Timeline", "l"),
    ("/dyads", "Dyads", "d"),
    ("/events", "Events", "e"),
    ("/alerts", "Alerts", "a"),
    ("/rules", "Rules", "r"),
    ("/health", "Health", "h"),
    ("/quarantine", "Quarantine", "q"),
    ("/marks", "Marks", "k"),
)


@dataclass(frozen=True, kw_only=True)
class Desk:
    """What the pages work with.

    Args:
        reader: Asks as the analyst.
        database: As our own role: marks, acknowledgements, silences and releases alone are written through it.
        login_path: Where to log in.
        has_logout: Whether the login is the pages' own, so that they can end it.
    """

    settings: Settings
    reader: Reader
    database: Database
    login_path: str
    has_logout: bool

    def show(self, request: Request, template: str, *, status_code: int = 200, **values: Any) -> HTMLResponse:
        """A page from its template."""
        root = request.scope.get("root_path", "")
        path = request.scope["path"].removeprefix(root) or "/"
        html = environment().get_template(template).render(
            {
                "root": root, "path": path, "menu": MENU, "user": getattr(request.state, "who", ""),
                "has_logout": self.has_logout, "now": datetime.now(UTC), "version": static_version(),
            } | values
        )  # fmt: skip
        return HTMLResponse(html, status_code=status_code)

    def back(self, request: Request, path: str) -> Response:
        """After something was done: to a page of ours."""
        return RedirectResponse(request.scope.get("root_path", "") + path, status_code=303)


def desk_of(request: Request) -> Desk:
    """The desk of the application that a request came to."""
    desk: Desk = request.app.state.desk
    return desk


@cache
def environment() -> templates.Environment:
    """The templates; every value is escaped."""
    made = templates.environment(FOLDER / "templates", keep_trailing_newline=False)
    made.globals |= {
        "pieces": pieces, "Filter": Filter, "countries": names.countries, "event_types": event_types,
        "statuses": tuple((status, status) for status in STATUSES), "quad_classes": QUAD_CLASSES,
    }  # fmt: skip
    made.filters |= {
        "what": names.what, "code": names.code, "when": names.when, "day": names.day_name, "ago": names.ago,
        "certainty": names.certainty, "country": names.country_name, "safe_url": names.safe_url,
        "number": names.number, "tone": network.tone, "span": names.span, "ahead": names.ahead,
        "range_of": names.range_of, "clock": names.clock, "quoted": lambda text: quote(str(text), safe=""),
    }  # fmt: skip
    return made


@cache
def static_version() -> str:
    """A few letters that change whenever a style or script does."""
    digest = hashlib.sha256()
    for path in sorted(STATIC.iterdir()):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:10]


def is_ours(target: str) -> bool:
    """Say whether a path to go back to lies on this server."""
    parts = urlsplit(target)
    return not parts.scheme and not parts.netloc and target.startswith("/") and "\\" not in target


Row = Mapping[str, Any]
