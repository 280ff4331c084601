"""The pages as Airflow mounts them: made at the first request, for every process of Airflow loads its plugins, and
only the API server has a use for them. So nothing is imported here that costs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


class Mounted:
    """An ASGI application.

    Args:
        who: A dependency of FastAPI: gives the name of who is logged in, or raises HTTPException 401.
        login_path: Where to log in.
    """

    def __init__(self, who: Callable[..., Any], *, login_path: str) -> None:
        self.who, self.login_path = who, login_path
        self.app: Any = None

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if self.app is None:
            from pipeline.config import load_settings
            from pipeline.pages.app import create_app
            from pipeline.pages.serve import make_desk

            desk = make_desk(load_settings(), login_path=self.login_path, has_logout=False)
            self.app = create_app(desk, self.who)
        await self.app(scope, receive, send)
