"""Which addresses may be connected to."""

from __future__ import annotations

import pytest
from yarl import URL

from pipeline.errors import ConfigError, FetchError
from pipeline.web.addresses import is_public, read_named_hosts
from pipeline.web.guard import Guard

CLOSED = [
    "0.0.0.0", "0.1.2.3", "10.0.0.1", "100.64.0.1", "100.127.255.255", "127.0.0.1", "127.255.255.254",
    "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.8", "192.0.2.1", "192.88.99.1", "192.168.1.1",
    "198.18.0.1", "198.51.100.7", "203.0.113.9", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255",
    "::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "64:ff9b::7f00:1",
    "64:ff9b:1::a00:1", "100::1", "2001::1", "2001:0:53aa:64c:0:fbff:f5ff:fffe", "2001:db8::1", "2002:7f00:1::",
    "2002:808:808::1", "3fff::1", "fc00::1", "fd12:3456::1", "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1",
    "5f00::1", "", "example.org", "127.1", "2130706433", "0x7f000001",
]  # fmt: skip
PUBLIC = ["1.1.1.1", "8.8.8.8", "93.184.216.34", "172.32.0.1", "100.128.0.1", "192.0.3.1", "::ffff:8.8.8.8",
          "2606:4700:4700::1111", "2a00:1450:4001:80b::200e", "2001:4860:4860::8888"]  # fmt: skip


@pytest.mark.parametrize("address", CLOSED, ids=lambda address: address or "empty")
def test_closed_address_is_not_public(address: str) -> None:
    """Private, special, carrying another address, or no address at all."""
    assert not is_public(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_ordinary_address_is_public(address: str) -> None:
    """What the internet routes is let through."""
    assert is_public(address)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/",
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://[64:ff9b::7f00:1]/",
        "http://①②⑦.⓪.⓪.①/",
        "http://169.254.169.254/latest/",
        "http://8.8.8.8:22/",
        "http://user@8.8.8.8/",
        "http://user:secret@8.8.8.8/",
        "ftp://8.8.8.8/",
        "file:///etc/hostname",
        "gopher://8.8.8.8/",
        "http:///path",
        "/path",
    ],
)
def test_guard_refuses_url_for_good(url: str) -> None:
    """Scheme, port, credentials and literal addresses are judged before anything is resolved."""
    with pytest.raises(FetchError) as caught:
        Guard().check_url(URL(url))

    assert caught.value.is_final


def test_refusal_does_not_repeat_credentials() -> None:
    """An error may end up in a log."""
    with pytest.raises(FetchError) as caught:
        Guard().check_url(URL("http://user:secret@8.8.8.8/"))

    assert "secret" not in str(caught.value)


def test_private_addresses_of_a_public_name_are_left_out() -> None:
    """A name may have several addresses; only public ones are connected to."""
    assert Guard().check_resolved("example.org", 80, ["10.0.0.1", "8.8.8.8", "::1"]) == ["8.8.8.8"]


def test_name_with_only_private_addresses_is_refused() -> None:
    """A public name that leads home is the usual attack."""
    with pytest.raises(FetchError, match="not a public address"):
        Guard().check_resolved("example.org", 80, ["127.0.0.1"])


def test_named_host_opens_its_own_address_and_port_alone() -> None:
    """What a person lets through is that host on that port."""
    guard = Guard(read_named_hosts("desk.internal:8000"))

    assert guard.check_resolved("desk.internal", 8000, ["10.0.0.1"]) == ["10.0.0.1"]
    guard.check_socket("10.0.0.1", 8000)
    with pytest.raises(FetchError):
        guard.check_socket("10.0.0.1", 80)
    with pytest.raises(FetchError):
        guard.check_resolved("other.internal", 8000, ["10.0.0.1"])


@pytest.mark.parametrize(
    ("named", "url", "is_named"),
    [
        ("127.0.0.1", "http://127.0.0.1:8800/", True),
        ("127.0.0.1:8800", "http://127.0.0.1:8800/", True),
        ("127.0.0.1:8800", "http://127.0.0.1:8801/", False),
        ("127.0.0.1:80", "http://127.0.0.1/", True),
        ("127.0.0.1:80", "http://127.0.0.1:81/", False),
        ("127.1.0.0/16", "http://127.1.0.9:8800/", True),
        ("127.1.0.0/16", "http://127.2.0.9:8800/", False),
        ("[::1]:8800", "http://[::1]:8800/", True),
        ("Desk.Internal", "http://desk.internal./", True),
        ("desk.internal", "http://desk.internal.example.org/", False),
        ("a.internal, b.internal:81", "http://b.internal:81/", True),
        ("", "http://127.0.0.1/", False),
    ],
)
def test_named_hosts(named: str, url: str, is_named: bool) -> None:
    """Host, host:port, [IPv6]:port and network, by commas."""
    assert Guard(read_named_hosts(named)).is_named(URL(url)) is is_named


@pytest.mark.parametrize(
    "raw", ["http://127.0.0.1", "127.0.0.1/8", "a b", "host:port", "user@host", "host/path", "host:99999"]
)
def test_unreadable_named_host_is_a_config_error(raw: str) -> None:
    """The message says what is taken and what was given."""
    with pytest.raises(ConfigError) as caught:
        read_named_hosts(raw)

    assert repr(raw) in str(caught.value)
    assert "host:port" in str(caught.value)
