"""Airflow's REST API: the only way in which we speak with it."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode

from pipeline.errors import OperateError

# One worker answers all of Airflow; on a busy machine it may be a while before it comes to us.
TIMEOUT_SECONDS = 60.0
# While the API server or its database starts again.
PATIENCE_SECONDS = 30.0
# While it is busy and answers nobody: at the first task it makes ready for tasks, 5 s of work, which on a loaded
# machine took 70.
BUSY_SECONDS = 300.0
# For who asks by the way and can do without.
IMPATIENT_TIMEOUT_SECONDS = 10.0

# Loopback is never reached through a proxy.
_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def answers(address: str, *, timeout_seconds: float = 2.0) -> bool:
    """Say whether an API server answers at an address such as http://127.0.0.1:8080."""
    try:
        with _OPENER.open(f"{address}/api/v2/version", timeout=timeout_seconds) as response:
            return bool(response.status == 200)
    except OSError:
        return False


def health(address: str, *, timeout_seconds: float = 10.0) -> dict[str, str] | None:
    """How the parts of Airflow are, by name, as its API server tells anybody; None where it does not answer."""
    try:
        with _OPENER.open(f"{address}/api/v2/monitor/health", timeout=timeout_seconds) as response:
            told = json.load(response)
    except (OSError, ValueError):
        return None
    return {name: part["status"] for name, part in told.items() if part.get("status")}


class AirflowApi:
    """A session with the API server: logs in at the first call, and again when its token has expired.

    Args:
        patience_seconds: How long to ask again when the server fails or does not answer; only for
            questions, since a change might be made twice. One that is only busy is asked for longer.
        timeout_seconds: For one answer; shorter where there is no patience.
    """

    def __init__(
        self,
        address: str,
        *,
        user: str,
        password: str,
        patience_seconds: float = PATIENCE_SECONDS,
        timeout_seconds: float = TIMEOUT_SECONDS,
    ):
        self.address = address
        self.timeout_seconds = timeout_seconds if patience_seconds else IMPATIENT_TIMEOUT_SECONDS
        self.patience_seconds = patience_seconds
        self._login = {"username": user, "password": password}
        self._token = ""

    def get(self, path: str, /, **query: Any) -> dict[str, Any]:
        """Ask for a resource, such as `dags/news`."""
        began = time.monotonic()
        while True:
            try:
                return self._call("GET", f"{path}?{urlencode(query)}" if query else path, None)
            except OperateError as error:
                patience = (
                    BUSY_SECONDS if _is_busy(error) and self.patience_seconds else self.patience_seconds
                )
                if not _may_pass(error) or time.monotonic() > began + patience:
                    raise
            time.sleep(0.5)

    def post(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Make a resource."""
        return self._call("POST", path, body)

    def patch(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Change a resource."""
        return self._call("PATCH", path, body)

    def _call(self, method: str, path: str, body: Mapping[str, Any] | None) -> dict[str, Any]:
        for is_last in (False, True):
            if not self._token:
                self._token = self._send("POST", "/auth/token", self._login)["access_token"]
            try:
                return self._send(method, f"/api/v2/{path}", body)
            except OperateError as error:
                cause = error.__cause__
                if is_last or not isinstance(cause, urllib.error.HTTPError) or cause.code != 401:
                    raise
                self._token = ""
        raise AssertionError("the second try returns or raises")

    def _send(self, method: str, path: str, body: Mapping[str, Any] | None) -> dict[str, Any]:
        request = urllib.request.Request(
            self.address + path,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json", "Accept": "application/json"},
        )
        if self._token:
            request.add_header("Authorization", f"Bearer {self._token}")
        try:
            with _OPENER.open(request, timeout=self.timeout_seconds) as response:
                answer: dict[str, Any] = json.loads(response.read() or b"{}")
                return answer
        except urllib.error.HTTPError as error:
            raise OperateError(
                f"Airflow refused {method} {path}: {error.code} {_detail(error.read())}"
            ) from error
        except (OSError, ValueError) as error:
            raise OperateError(
                f"Airflow at {self.address} does not answer {method} {path}: {error}"
            ) from error


def _may_pass(error: OperateError) -> bool:
    """Say whether asking again may help: the server failed, or did not answer at all."""
    cause = error.__cause__
    return cause.code >= 500 if isinstance(cause, urllib.error.HTTPError) else isinstance(cause, OSError)


def _is_busy(error: OperateError) -> bool:
    """Say whether the server took the question and was late with its answer."""
    cause = error.__cause__
    return isinstance(getattr(cause, "reason", cause), TimeoutError)


def quoted(part: str) -> str:
    """Quote a run id or the like for use within a path; they hold `+` and `:`."""
    return quote(part, safe="")


def _detail(body: bytes) -> str:
    try:
        return str(json.loads(body).get("detail", ""))[:300]
    except (ValueError, AttributeError):
        return body[:300].decode("utf-8", "replace")
