"""Ports of 127.0.0.1: which are free."""

from __future__ import annotations

import errno
import secrets
import socket

from pipeline.errors import OperateError

# Below the range from which Linux takes the ports of outgoing connections (32768 and up), so that
# a port once chosen is not taken by a passing connection while the server is stopped.
PORT_RANGE = range(20_000, 32_000)


def free_port() -> int:
    """Return a port of 127.0.0.1 that nothing uses now."""
    for _ in range(200):
        port = secrets.choice(PORT_RANGE)
        if is_free(port):
            return port
    raise OperateError(
        f"no free port found in {PORT_RANGE.start}..{PORT_RANGE.stop}: set TOCSIN_POSTGRES_PORT to one that is"
    )


def is_free(port: int) -> bool:
    """Say whether a port of 127.0.0.1 can be taken.

    Raises:
        OperateError: It needs root.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # As Postgres does it: a connection in TIME_WAIT is no hindrance.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            if error.errno == errno.EACCES:
                raise OperateError(f"port {port} needs root: choose one above 1023") from error
            return False
    return True
