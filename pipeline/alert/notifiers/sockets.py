"""A socket to where a webhook may go: public addresses on the web's ports, and hosts a person named.

The name is resolved here and the checked address itself is connected to, so that a second look-up
cannot lead elsewhere (DNS rebinding).
"""

from __future__ import annotations

import socket

from pipeline.addresses import PORTS, is_named, is_public, read_named_hosts
from pipeline.errors import NotifyError

MAX_TRIED = 4


def open_socket(host: str, port: int, *, allowed: str, timeout_seconds: float) -> socket.socket:
    """Connect to a host that may be reached.

    Args:
        allowed: `Settings.allow_private_addresses`: host, host:port or address/bits, by commas.

    Raises:
        NotifyError: Final when the address or port is refused; temporary when there is no such name
            now or nobody answers. No socket is opened to a refused address.
    """
    named = is_named(read_named_hosts(allowed), host.rstrip(".").lower(), port)
    if not named and port not in PORTS:
        raise _refused(f"port {port} of {host}")
    addresses = _resolve(host, port)
    if not named:
        # One private address among public ones is a trap, not a mirror: none of them is used.
        for address in addresses:
            if not is_public(address):
                raise _refused(f"{host} ({address})")
    return _connect(host, port, addresses, timeout_seconds)


def _resolve(host: str, port: int) -> list[str]:
    try:
        infos = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise NotifyError(f"{host} has no address now: {error}") from error
    return list(dict.fromkeys(str(info[4][0]) for info in infos))


def _connect(host: str, port: int, addresses: list[str], timeout_seconds: float) -> socket.socket:
    reason: OSError | None = None
    for address in addresses[:MAX_TRIED]:
        try:
            return socket.create_connection((address, port), timeout=timeout_seconds)
        except OSError as error:
            reason = error
    raise NotifyError(f"{host}:{port} does not answer: {reason}") from reason


def _refused(what: str) -> NotifyError:
    return NotifyError(
        f"{what} is not public and is refused; allowed: public addresses on ports 80 and 443, "
        "and hosts named in TOCSIN_ALLOW_PRIVATE_ADDRESSES",
        is_final=True,
    )
