"""Webhooks' other ends on loopback: one that answers as it is told, and one that takes connections and says nothing."""

from __future__ import annotations

import json
import random
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Hook:
    """Notes what it is sent; answers with `status`, and now and then otherwise.

    Args:
        failing_share: So many are answered 503.
        dropping_share: So many are taken, and the answer is lost.
    """

    def __init__(self, *, status: int = 204, failing_share: float = 0.0, dropping_share: float = 0.0):
        self.status = status
        self.on_post: Callable[[], object] = lambda: None
        self.accepted: Counter[str] = Counter()
        self.bodies: list[dict[str, Any]] = []
        self.times: list[float] = []
        hook, chance = self, random.Random(5)

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                hook.on_post()
                fate = chance.random()
                if hook.status < 300 and fate < failing_share:
                    self.send_response(503)
                    self.end_headers()
                    return
                hook.bodies.append(json.loads(body))
                hook.times.append(time.monotonic())
                if hook.status < 300:
                    hook.accepted[self.headers.get("webhook-id", "")] += 1
                if fate > 1 - dropping_share:
                    self.connection.shutdown(socket.SHUT_RDWR)
                    return
                self.send_response(hook.status)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.place = f"127.0.0.1:{self._server.server_address[1]}"
        self.url = f"http://{self.place}/hook"
        threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
        ).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class Silent:
    """Takes connections, says nothing, and hangs up after some seconds."""

    def __init__(self, lasts_seconds: float) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=500)
        self.place = f"127.0.0.1:{self._socket.getsockname()[1]}"
        self.url = f"http://{self.place}/hook"
        self._lasts_seconds = lasts_seconds
        self.times: list[float] = []
        threading.Thread(target=self._hold, daemon=True).start()

    def _hold(self) -> None:
        while True:
            try:
                taken, _ = self._socket.accept()
            except OSError:
                return
            threading.Timer(self._lasts_seconds, self._hang_up, [taken]).start()

    def _hang_up(self, taken: socket.socket) -> None:
        self.times.append(time.monotonic())
        taken.close()

    def close(self) -> None:
        self._socket.close()
