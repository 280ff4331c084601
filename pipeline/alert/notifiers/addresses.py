"""Which addresses a webhook may reach: public ones on the web's ports, and hosts a person named.

The name is resolved here and the checked address itself is connected to, so that a second look-up
cannot lead elsewhere (DNS rebinding).
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterable

from pipeline.errors import NotifyError

PORTS = (80, 443)
MAX_TRIED = 4

# Of IPv6 only this is handed out to the public; these parts of it carry an IPv4 address inside or
# are for protocols and documents. Source: the IANA special-purpose registries.
_PUBLIC_6 = ipaddress.ip_network("2000::/3")
_CLOSED = tuple(
    map(
        ipaddress.ip_network,
        (
            "2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20",
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
            "192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24",
            "192.168.0.0/16", "192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
            "224.0.0.0/3",
        ),
    )
)  # fmt: skip


def open_socket(host: str, port: int, *, allowed: str, timeout_seconds: float) -> socket.socket:
    """Connect to a host that may be reached.

    Args:
        allowed: `Settings.allow_private_addresses`: host, host:port or address/bits, by commas.

    Raises:
        NotifyError: Final when the address or port is refused; temporary when there is no such name
            now or nobody answers. No socket is opened to a refused address.
    """
    named = is_named(host, port, allowed)
    if not named and port not in PORTS:
        raise _refused(f"port {port} of {host}")
    addresses = _resolve(host, port)
    if not named:
        # One private address among public ones is a trap, not a mirror: none of them is used.
        for address in addresses:
            if not is_public(address):
                raise _refused(f"{host} ({address})")
    return _connect(host, port, addresses, timeout_seconds)


def is_public(address: str) -> bool:
    """Say whether a literal address belongs to the public internet; what is no address does not."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is not None:
            parsed = parsed.ipv4_mapped
        elif parsed.scope_id or parsed not in _PUBLIC_6:
            return False
    return not any(parsed in network for network in _CLOSED)


def is_named(host: str, port: int, allowed: str) -> bool:
    """Say whether a person let this host and port through in the settings."""
    host = host.rstrip(".").lower()
    wanted = {host, f"{host}:{port}", f"[{host}]", f"[{host}]:{port}"}
    parts = [part.strip().lower() for part in allowed.split(",") if part.strip()]
    return not wanted.isdisjoint(parts) or _in_networks(host, (part for part in parts if "/" in part))


def _in_networks(host: str, networks: Iterable[str]) -> bool:
    try:
        address = ipaddress.ip_address(host)
        return any(address in ipaddress.ip_network(network) for network in networks)
    except ValueError:
        return False


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
