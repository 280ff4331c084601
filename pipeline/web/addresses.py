"""Which addresses may be connected to, by fetch and by webhooks: public ones on the web's two ports, and what a person named.

Python's `is_global` and `is_private` disagree with each other and between versions and pass
multicast, NAT64 and 6to4, so the table is our own. Source: the IANA special-purpose registries
(IPv4, IPv6), RFC 6890, 3056 (6to4), 4380 (Teredo), 6052 (NAT64), 5771 and 4291 (multicast).
"""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from yarl import URL

from pipeline.errors import ConfigError

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

PORTS = (80, 443)

_CLOSED_4 = tuple(
    ipaddress.IPv4Network(network)
    for network in (
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",  # private
        "100.64.0.0/10",  # between a carrier and its customers
        "127.0.0.0/8",  # loopback
        "169.254.0.0/16",  # link-local, the clouds' metadata
        "172.16.0.0/12",  # private
        "192.0.0.0/24",  # IETF protocols
        "192.0.2.0/24",  # documentation
        "192.31.196.0/24",  # AS112
        "192.52.193.0/24",  # AMT
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",  # private
        "192.175.48.0/24",  # AS112
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, broadcast
    )
)
# Only 2000::/3 is handed out to the public at all; these parts of it are not.
_PUBLIC_6 = ipaddress.IPv6Network("2000::/3")
_CLOSED_6 = tuple(
    ipaddress.IPv6Network(network)
    for network in (
        "2001::/23",  # IETF protocols, Teredo among them
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4
        "2620:4f:8000::/48",  # AS112
        "3fff::/20",  # documentation
    )
)
_MAPPED = ipaddress.IPv6Network("::ffff:0:0/96")


def is_public(address: str) -> bool:
    """Whether an address, as a socket would be given it, belongs to the public internet.

    IPv6 forms that carry an IPv4 address are refused as a whole (6to4, Teredo, NAT64, compatible);
    a mapped one (::ffff:a.b.c.d) is that IPv4 address. What is no address is not public.
    """
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(parsed, ipaddress.IPv6Address) and parsed in _MAPPED:
        parsed = ipaddress.IPv4Address(int(parsed) & 0xFFFFFFFF)
    if isinstance(parsed, ipaddress.IPv4Address):
        return not any(parsed in network for network in _CLOSED_4)
    return parsed in _PUBLIC_6 and not any(parsed in network for network in _CLOSED_6)


@dataclass(frozen=True, kw_only=True, slots=True)
class NamedHost:
    """One host a person lets through; `port` None is any port."""

    host: str
    network: Network | None
    port: int | None


def read_named_hosts(raw: str) -> tuple[NamedHost, ...]:
    """Read `Settings.allow_private_addresses`: host, host:port, [IPv6]:port or network/bits, by commas.

    Raises:
        ConfigError: A part is none of these.
    """
    return tuple(_named_host(part.strip()) for part in raw.split(",") if part.strip())


def _named_host(part: str) -> NamedHost:
    wrong = ConfigError(
        "TOCSIN_ALLOW_PRIVATE_ADDRESSES takes host, host:port, [IPv6]:port or address/bits, "
        f"separated by commas; got {part!r}"
    )
    try:
        if "/" in part:
            network = ipaddress.ip_network(part)
            return NamedHost(host=part, network=network, port=None)
        url = URL(f"http://{part}")
        if (
            not url.raw_host
            or len(part.split()) > 1
            or url.user
            or url.raw_path != "/"
            or url.raw_query_string
            or url.raw_fragment
        ):
            raise wrong
        port = url.explicit_port
        # A bare "host:80" is told from "host" although 80 is the default of http.
        return NamedHost(host=host_of(url), network=None, port=port)
    except ValueError:
        raise wrong from None


def host_of(url: URL) -> str:
    return (url.raw_host or "").rstrip(".").lower()


def is_named(named_hosts: Sequence[NamedHost], host: str, port: int) -> bool:
    """Whether a person let this host (lower case, or a literal address) and port through."""
    for named_host in named_hosts:
        if named_host.port not in (None, port):
            continue
        if named_host.network is None and named_host.host == host:
            return True
        if named_host.network is not None and is_literal(host):
            literal: Any = ipaddress.ip_address(host.partition("%")[0])
            if literal.version == named_host.network.version and literal in named_host.network:
                return True
    return False


def is_literal(host: str) -> bool:
    """Whether a host is an address and not a name."""
    try:
        ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return True
