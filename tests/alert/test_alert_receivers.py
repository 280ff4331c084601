"""The receivers' file."""

from pathlib import Path

import pytest

from pipeline.alert.receivers import is_mail_address, is_webhook_url, load_receivers, read_secret_file
from pipeline.errors import ConfigError


def load(tmp_path: Path, text: str):
    path = tmp_path / "receivers.yaml"
    path.write_text(text)
    return load_receivers(path)


def test_each_channel_is_read(tmp_path):
    """A log, a webhook with its own secret, a mail address."""
    receivers, problems = load(
        tmp_path,
        "desk: {channel: log}\n"
        "hook: {channel: webhook, url: 'https://example.org/h?a=1', secret_file: hook.secret}\n"
        "night: {channel: email, to: night@example.org}\n",
    )

    assert problems == ()
    assert [(one.name, one.channel, one.url, one.to, one.secret_file) for one in receivers.values()] == [
        ("desk", "log", "", "", ""),
        ("hook", "webhook", "https://example.org/h?a=1", "", str(tmp_path / "hook.secret")),
        ("night", "email", "", "night@example.org", ""),
    ]


def test_webhook_address_can_lie_in_a_file(tmp_path):
    """Many a chat's webhook address is a password."""
    (tmp_path / "hook.url").write_text("# the desk's chat\nhttps://example.org/secret-path\n")
    receivers, _ = load(tmp_path, "hook: {channel: webhook, url_file: hook.url}")

    assert receivers["hook"].url == "https://example.org/secret-path"


def test_receiver_does_not_show_its_address(tmp_path):
    """Logs and tracebacks hold representations."""
    receivers, _ = load(tmp_path, "hook: {channel: webhook, url: 'https://example.org/canary'}")

    assert "canary" not in repr(receivers["hook"])


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("{channel: sms}", "x.channel is 'sms'; allowed: log, webhook, email"),
        ("{}", "x.channel is None; allowed: log"),
        ("log", "x is 'log'; allowed: a mapping with channel"),
        ("{channel: log, url: 'https://example.org'}", "x has no key 'url'; allowed: channel"),
        ("{channel: email}", "x.to is ''; allowed: one address"),
        ("{channel: email, to: [a@example.org, b@example.org]}", "a second one is a second receiver"),
        ("{channel: email, to: 'a@example.org, b@example.org'}", "x.to is"),
        ('{channel: email, to: "a@example.org\\r\\nBcc: b@example.org"}', "x.to is"),
        ("{channel: email, to: a@example.org, password: canary}", "x has no key 'password'"),
        ("{channel: webhook}", "x has neither; allowed: one of url and url_file"),
        ("{channel: webhook, url: 'https://e.org', url_file: a}", "x has both"),
        ("{channel: webhook, url_file: none}", "cannot be read"),
        ("{channel: webhook, url_file: 3}", "x.url_file is 3"),
        ("{channel: webhook, url: 'ftp://e.org/'}", "x.url is not allowed; allowed: http(s)"),
        ("{channel: webhook, url: 'https://e.org', secret_file: [a]}", "x.secret_file is ['a']"),
        (
            "{channel: webhook, url: 'https://e.org', secret: canary}",
            "x has no key 'secret'; allowed: channel",
        ),
    ],
)
def test_mistake_is_told_and_the_others_are_read(tmp_path, line, says):
    """One bad receiver leaves the rest; no secret is shown."""
    receivers, problems = load(tmp_path, f"x: {line}\ndesk: {{channel: log}}\n")

    assert list(receivers) == ["desk"]
    assert says in str(problems[0])
    assert "canary" not in str(problems[0])


@pytest.mark.parametrize("text", ["", "[]", "desk"])
def test_file_without_names_is_refused(tmp_path, text):
    """It must be a mapping."""
    with pytest.raises(ConfigError, match="allowed: a mapping of names to receivers"):
        load(tmp_path, text)


def test_missing_file_is_told(tmp_path):
    """With its path."""
    with pytest.raises(ConfigError, match=r"none\.yaml: cannot be read"):
        load_receivers(tmp_path / "none.yaml")


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.org/", "file:///etc/passwd", "javascript:alert(1)", "//example.org/", "example.org", "",
        "https://", "https:///path", "https://user:canary@example.org/", "https://example.org@evil.test/",
        "https://example.org/#fragment", "https://example.org:0/", "https://example.org:99999/",
        "https://example.org:x/", "https://example.org/a b", "https://example.org/\r\nX: y",
        "https://exämple.org/", "https://example.org\\@evil.test/", "https://[::1/", "https://e.org/" + "a" * 2000,
    ],
)  # fmt: skip
def test_address_that_is_no_plain_web_address_is_refused(url):
    """Other schemes, users, fragments, control characters, confused hosts."""
    assert not is_webhook_url(url)


@pytest.mark.parametrize(
    "url", ["https://example.org", "http://example.org:8080/a/b?c=d%20e", "https://[2001:db8::1]/"]
)
def test_plain_web_address_is_allowed(url):
    """Ports, paths and queries are no matter."""
    assert is_webhook_url(url)


@pytest.mark.parametrize(
    ("value", "is_one"),
    [
        ("desk@example.org", True), ("desk+night@localhost", True), ("desk", False), ("@example.org", False),
        ("desk@", False), ("a@b@c", False), ("Desk <desk@example.org>", False), ("a@b,c@d", False),
        ("a@b\nc", False), ("ä@example.org", False), (None, False), (["a@b"], False), ("a" * 250 + "@b.org", False),
    ],
)  # fmt: skip
def test_mail_address_is_one_plain_address(value, is_one):
    """No names, lists, line breaks."""
    assert is_mail_address(value) is is_one


def test_secret_file_gives_its_lines(tmp_path):
    """Comments and blanks are left out."""
    path = tmp_path / "secret"
    path.write_text("# new\n one \n\ntwo\n")

    assert read_secret_file(path, "test") == ["one", "two"]


@pytest.mark.parametrize("content", [b"", b"\n# only a comment\n", b"\xff\xfe canary"])
def test_secret_file_without_a_secret_is_told_without_its_content(tmp_path, content):
    """Its path, never what it holds."""
    path = tmp_path / "secret"
    path.write_bytes(content)
    with pytest.raises(ConfigError) as error:
        read_secret_file(path, "the test")

    assert str(path) in str(error.value)
    assert "canary" not in str(error.value)
