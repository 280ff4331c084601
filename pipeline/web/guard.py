"""The guard of the way out: each hop, each address and each socket is checked; what may be reached says addresses.py."""

from __future__ import annotations

from collections.abc import Sequence

from yarl import URL

from pipeline.errors import FetchError
from pipeline.web.addresses import PORTS, NamedHost, host_of, is_literal, is_named, is_public

SCHEMES = ("http", "https")


class Guard:
    """Says for every hop whether it may be made; knows the addresses that named hosts led to."""

    def __init__(self, named_hosts: Sequence[NamedHost] = ()) -> None:
        self._named_hosts = tuple(named_hosts)
        self._opened: set[tuple[str, int]] = set()

    def is_named(self, url: URL) -> bool:
        """Whether a person let this host and port through by name."""
        return is_named(self._named_hosts, host_of(url), url.port or 0)

    def check_url(self, url: URL) -> None:
        """Refuse what must not even be resolved.

        Raises:
            FetchError: Another scheme than http(s), no host, credentials in it, a port or a literal
                address that is neither public nor named.
        """
        if url.scheme not in SCHEMES or not url.raw_host:
            raise FetchError(
                f"only http and https addresses with a host are fetched, got {_short(url)}", is_final=True
            )
        if url.raw_user is not None or url.raw_password is not None:
            raise FetchError(
                f"an address with a user name in it is not fetched: {_short(url)}", is_final=True
            )
        if self.is_named(url):
            return
        if url.port not in PORTS:
            raise FetchError(
                f"only ports 80 and 443 are fetched, got {url.port} ({_short(url)})", is_final=True
            )
        if is_literal(host_of(url)) and not is_public(host_of(url)):
            raise _refused(host_of(url))

    def check_resolved(self, host: str, port: int, addresses: Sequence[str]) -> list[str]:
        """Those of a host's addresses that may be connected to.

        Raises:
            FetchError: None of them may.
        """
        if is_named(self._named_hosts, host.rstrip(".").lower(), port):
            self._opened.update((address, port) for address in addresses)
            return list(addresses)
        public = [address for address in addresses if is_public(address)]
        if not public:
            raise _refused(host)
        return public

    def check_socket(self, address: str, port: int) -> None:
        """The last word, on the very address a socket is about to be opened to.

        Raises:
            FetchError: It is neither public nor one a named host led to.
        """
        named = (address, port) in self._opened or is_named(self._named_hosts, address.lower(), port)
        if not named and not (port in PORTS and is_public(address)):
            raise _refused(f"{address}:{port}")


def _refused(where: str) -> FetchError:
    return FetchError(
        f"{where[:200]} is not a public address and is refused; "
        "TOCSIN_ALLOW_PRIVATE_ADDRESSES lets single hosts through",
        is_final=True,
    )


def _short(url: URL) -> str:
    # Never more than scheme and host: the address of a webhook may be a password in itself.
    return repr(f"{url.scheme}://{url.raw_host or ''}"[:200])
