"""What is sent: complete, within its limits, and harmless whatever the web put into it."""

import json
import re
from collections import Counter
from datetime import datetime
from html.parser import HTMLParser
from urllib.parse import quote

import pytest

from pipeline.alert.clean import clean, safe_link, visible
from pipeline.alert.message import pack_message, unpack_message
from pipeline.alert.records import MAX_PAYLOAD_BYTES
from tests.alert.made import message_about

# What fetches, runs or leads elsewhere; our own styles are compared word for word.
ATTRIBUTES = {"lang", "charset", "name", "content", "href", "rel", "style", "role"}

# Written for this test: the ways by which text becomes script or markup in a page, a mail or a log.
PAYLOADS = [
    "<script>alert(1)</script>", "<SCRIPT SRC=//evil.test/x.js></SCRIPT>", "<script/x>alert(1)</script>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>", "<script\n>alert(1)</script\n>", "<script>alert`1`</script>",
    "</title><script>alert(1)</script>", "</td></tr></table><script>alert(1)</script>", "--><script>alert(1)</script>",
    "]]><script>alert(1)</script>", "</blockquote><iframe src=javascript:alert(1)>", "</script><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>", "<img src='x' onerror='alert(1)'>", "<img/src=x/onerror=alert(1)>",
    "<img src=x onerror=alert(1)//", "<IMG SRC=JaVaScRiPt:alert(1)>", "<img src=https://evil.test/pixel.gif>",
    "<svg onload=alert(1)>", "<svg/onload=alert(1)>", "<svg><script>alert(1)</script></svg>",
    "<svg><a xlink:href=javascript:alert(1)><text y=9>x</text></a></svg>", "<math><mi xlink:href=javascript:alert(1)>x",
    "<body onload=alert(1)>", "<iframe srcdoc='<script>alert(1)</script>'>", "<iframe src=//evil.test>",
    "<object data=javascript:alert(1)>", "<embed src=javascript:alert(1)>", "<link rel=stylesheet href=//evil.test>",
    "<style>@import '//evil.test'</style>", "<div style=background:url(javascript:alert(1))>", "<base href=//evil.test/>",
    "<meta http-equiv=refresh content='0;url=//evil.test'>", "<form action=//evil.test><input type=submit>",
    "<button formaction=javascript:alert(1)>x", "<details open ontoggle=alert(1)>", "<video><source onerror=alert(1)>",
    "<audio src=x onerror=alert(1)>", "<marquee onstart=alert(1)>", "<input autofocus onfocus=alert(1)>",
    "<a href=javascript:alert(1)>x</a>", "<a href='data:text/html,<script>alert(1)</script>'>x</a>",
    '" onmouseover="alert(1)', "' onmouseover='alert(1)", '"><script>alert(1)</script>', "'><svg onload=alert(1)>",
    "&lt;script&gt;alert(1)&lt;/script&gt;<b>", "&#60;script&#62;<i>alert(1)</i>", "\uff1cscript\uff1e<u>alert(1)</u>",
    "{{7*7}}{% import os %}${7*7}<%= 7*7 %>", "\x00<script\x00>alert(1)</script>", "<\u202escript>alert(1)",
]  # fmt: skip


class Tags(HTMLParser):
    """Collects what a browser would build."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data):
        self.text += data


def values_of(page: Tags, name: str) -> set[str | None]:
    return {value for attribute, value in page.attributes if attribute == name}


def parsed(html: str) -> Tags:
    tags = Tags()
    tags.feed(html)
    tags.close()
    return tags


def hostile(event, rule, payload):
    """An event and a rule with the payload wherever text can stand, the trigger in its middle."""
    sentence = f"{payload} said {payload} on Monday"
    return rule(title=payload, owner=payload), event(
        event_key=payload, mode=payload, contexts=(payload,), actor_name=payload, recipient_name=payload,
        actor_country=payload, actor_sector=payload, recipient_country=payload, place_name=payload, admin1=payload,
        country=payload, source=payload, article_title=payload, article_url=f"https://example.org/{quote(payload, errors='replace')}",
        sentence=sentence, trigger_start=sentence.index(" said ") + 1, trigger_end=sentence.index(" said ") + 5,
    )  # fmt: skip


@pytest.fixture
def composed(event, rule, now):
    """The message of the sample event."""
    return message_about(rule(), event(mode="withdraw", mention_count=3), created_at=now)


def test_there_are_at_least_fifty_payloads():
    """As many as were promised, each only once."""
    assert len(set(PAYLOADS)) >= 50


@pytest.mark.parametrize("payload", PAYLOADS)
def test_payload_builds_nothing_in_the_html(event, rule, now, payload):
    """Only our own tags and attributes are there, as often as without it, and links lead to the web."""
    attacked = parsed(message_about(*hostile(event, rule, payload), created_at=now).html)
    innocent = parsed(message_about(*hostile(event, rule, "nobody"), created_at=now).html)

    # What cleaning leaves nothing of has no row.
    assert Counter(attacked.tags) <= Counter(innocent.tags)
    assert values_of(attacked, "style") <= values_of(innocent, "style")
    assert {name for name, _ in attacked.attributes} <= ATTRIBUTES
    assert (attacked.tags.count("mark"), attacked.tags.count("a")) == (1, 1)
    assert all(
        value.startswith("https://example.org/") for name, value in attacked.attributes if name == "href"
    )


@pytest.mark.parametrize("payload", PAYLOADS)
def test_payload_stands_raw_nowhere(event, rule, now, payload):
    """No form of the message holds an angle bracket or a control character that came from outside."""
    message = message_about(*hostile(event, rule, payload), created_at=now)
    logged = "".join(value for _, value in message.fields)

    for shown in (message.subject, message.text, message.payload.decode(), logged):
        assert not set(shown) & {"<", ">"}
        assert shown.replace("\n", "").isprintable()
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f\u202a-\u202e]", message.html)


def test_html_shows_the_reader_what_the_sentence_said(event, rule, now):
    """Escaped is not removed."""
    message = message_about(rule(), event(sentence="He wrote <b>no</b> & left."), created_at=now)

    assert "He wrote <b>no</b> & left." in parsed(message.html).text


@pytest.mark.parametrize("form", ["text", "html"])
def test_message_says_all_that_is_asked(composed, form):
    """Who, what, whom, where, when, status, confidence, rule, why, source and link."""
    shown = getattr(composed, form)
    shown = parsed(shown).text if form == "html" else shown

    for part in (
        "Northern Alliance (AFGREB)", "RETREAT (withdraw)", "AFG", "2020-05-04", "actual", "80%", "Somebody leaves",
        "leaving, high", "matched branch 1 of 1: event_type RETREAT", "example.org and 2 more mentions", "Fighters leave",
    ):  # fmt: skip
        assert part in shown


def test_trigger_is_marked_in_text_and_html(composed):
    """The reader's eye goes to the word that made the event."""
    assert "Northern Alliance »left« the city" in composed.text
    assert re.search(r"Northern Alliance <mark[^>]*>left</mark> the city", composed.html)


def test_link_of_the_article_is_in_every_form(composed):
    """One click to the source."""
    url = "https://example.org/news/1"

    assert f"  {url}\n" in composed.text
    assert f'<a href="{url}" rel="noopener noreferrer nofollow"' in composed.html
    assert json.loads(composed.payload)["data"]["article"]["url"] == url


def test_link_is_escaped_in_the_html(event, rule, now):
    """An ampersand in an address is not an entity."""
    message = message_about(rule(), event(article_url="https://example.org/?a=1&copy=2"), created_at=now)

    assert 'href="https://example.org/?a=1&amp;copy=2"' in message.html


def test_desk_address_is_a_second_link(event, rule, now):
    """Where the installation has a page for events."""
    message = message_about(rule(), event(), created_at=now, desk_url="https://desk.example.org/events")

    assert 'href="https://desk.example.org/events"' in message.html


def test_message_fetches_nothing(composed):
    """No picture, style sheet or script: opening it tells nobody."""
    assert not re.search(r"src|<style|url\(|@import|<link|<img|<script", composed.html)


def test_subject_names_severity_who_what_where_and_rule(composed):
    """Read on a telephone at night."""
    assert composed.subject == "[high] Northern Alliance RETREAT (withdraw), AFG: Somebody leaves"


def test_subject_names_the_recipient(event, rule, now):
    """To whom, and which way."""
    subject = message_about(
        rule(), event(recipient_name="City council", country=None), created_at=now
    ).subject

    assert subject == "[high] Northern Alliance RETREAT → City council: Somebody leaves"


def test_subject_says_when_it_is_not_a_fact(event, rule, now):
    """A plan is not sold as a deed."""
    assert "(planned)" in message_about(rule(), event(status="planned"), created_at=now).subject


def test_subject_has_one_short_line(event, rule, now):
    """150 characters, no line break, whatever the names hold."""
    subject = message_about(
        rule(title="t" * 400), event(actor_name="A\r\nBcc: x@y.z" * 50), created_at=now
    ).subject

    assert len(subject) <= 150
    assert subject.isprintable()


def test_payload_is_the_standard_shape(composed, now):
    """Type, timestamp and data, as Standard Webhooks advises."""
    body = json.loads(composed.payload)

    assert (body["type"], body["timestamp"], sorted(body)) == (
        "alert.raised", now.isoformat(), ["data", "timestamp", "type"],
    )  # fmt: skip
    assert body["data"]["sentence"] == {
        "before": "The Northern Alliance ", "trigger": "left", "after": " the city on Monday.",
        "pieces": [
            {"text": "The Northern Alliance ", "role": None}, {"text": "left", "role": "trigger"},
            {"text": " the city on Monday.", "role": None},
        ],
    }  # fmt: skip


@pytest.mark.parametrize("filler", ["x", "é", "漢", "😀", '"', "\\", "<", "\x01", "\u202e", "\ud800"])
def test_payload_stays_under_its_limit(event, rule, now, filler):
    """20 kB, though every field were a novel in the costliest characters."""
    long = filler * 100_000
    message = message_about(
        rule(title=long, owner=long),
        event(actor_name=long, recipient_name=long, place_name=long, admin1=long, source=long, article_title=long,
              sentence=long, trigger_start=50_000, trigger_end=90_000, event_key=long,
              article_url="https://example.org/" + "x" * 1900),
        created_at=now,
    )  # fmt: skip

    assert len(message.payload) <= MAX_PAYLOAD_BYTES
    assert json.loads(message.payload)["data"]["rule"]["id"] == "leaving"
    assert max(len(message.text), len(message.html)) < 60_000


def test_quoted_sentence_is_cut_around_its_trigger(event, rule, now):
    """At most 400 characters of an article are passed on, and the trigger is among them."""
    sentence = "before " * 200 + "left" + " after" * 200
    start = sentence.index("left")
    message = message_about(
        rule(), event(sentence=sentence, trigger_start=start, trigger_end=start + 4), created_at=now
    )
    quoted = json.loads(message.payload)["data"]["sentence"]

    assert len(quoted["before"] + quoted["trigger"] + quoted["after"]) <= 400
    assert quoted["before"].startswith("…")
    assert quoted["before"].endswith("before ")
    assert (quoted["trigger"], quoted["after"][:6], quoted["after"][-1]) == ("left", " after", "…")


def test_sentence_without_a_trigger_is_quoted_whole(event, rule, now):
    """Not every event knows its word."""
    message = message_about(rule(), event(sentence="They left."), created_at=now)

    assert "  They left.\n" in message.text
    assert "<mark>" not in message.html


def test_unknown_parties_and_places_leave_no_empty_rows(event, rule, now):
    """Nothing is shown where nothing is known."""
    bare = event(actor_name=None, actor_country=None, actor_sector=None, country=None)
    message = message_about(rule(), bare, created_at=now)

    assert not re.search(r"^(Who|To whom|Where|Context):", message.text, re.MULTILINE)


def test_same_alert_gives_the_same_message(event, rule, now):
    """A second attempt sends the same bytes."""
    assert message_about(rule(), event(), created_at=now) == message_about(rule(), event(), created_at=now)


def test_message_survives_the_outbox(composed):
    """Through JSON and back it is the same."""
    assert unpack_message(json.loads(json.dumps(pack_message(composed)))) == composed


def test_message_refuses_a_time_without_a_zone(event, rule):
    """Local time is a guess."""
    with pytest.raises(ValueError, match="zone"):
        message_about(rule(), event(), created_at=datetime(2020, 1, 1))  # noqa: DTZ001


@pytest.mark.parametrize(
    ("url", "link"),
    [
        ("https://example.org/a?b=1&c=2#d", "https://example.org/a?b=1&c=2#d"),
        ("http://example.org:8080", "http://example.org:8080"),
        ("https://example.org/é/漢", "https://example.org/%C3%A9/%E6%BC%A2"),
        ("https://example.org/a%20b", "https://example.org/a%20b"),
        ("https://bücher.example/", "https://xn--bcher-kva.example/"),
        ("https://[2001:db8::1]:8443/x", "https://[2001:db8::1]:8443/x"),
        ("HTTPS://Example.org/", "https://example.org/"),
        ("javascript:alert(1)", ""),
        (" javascript:alert(1)", ""),
        ("java\nscript:alert(1)", ""),
        ("data:text/html,x", ""),
        ("vbscript:x", ""),
        ("file:///etc/passwd", ""),
        ("//example.org/x", ""),
        ("/x", ""),
        ("", ""),
        ("https://", ""),
        ("https://bank.example@evil.test/", ""),
        ("https://example.org\\@evil.test/", ""),
        ('https://example.org/"onclick="x', ""),
        ("https://example.org/<script>", ""),
        ("https://example.org/a b", ""),
        ("https://example.org/\r\nX: y", ""),
        ("https://example.org/\u202egpj", ""),
        ("https://[::1/", ""),
        ("https://example.org:99999/", ""),
        ("https://" + "a" * 70 + ".org/", ""),
        ("https://example.org/" + "a" * 2000, ""),
    ],
)
def test_only_plain_web_addresses_become_links(url, link):
    """http and https, a host, nobody's name in front of it, in ASCII."""
    assert safe_link(url) == link


@pytest.mark.parametrize("url", ["javascript:alert(1)", "https://a@evil.test/", ""])
def test_address_that_is_no_link_is_left_out_and_said_so(event, rule, now, url):
    """The title stays, the link goes."""
    message = message_about(rule(), event(article_url=url), created_at=now)

    assert "<a " not in message.html
    assert "left out" in message.text
    assert json.loads(message.payload)["data"]["article"]["url"] is None


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\tb\r\nc", "a b c"),
        ("a\x00b", "a\\u0000b"),
        ("\x1b[31mred", "\\u001b[31mred"),
        ("user\u202egpj.exe", "user\\u202egpj.exe"),
        ("a\u2066b\u2069", "a\\u2066b\\u2069"),
        ("a\u2028b", "a\\u2028b"),
        ("a\ud800b", "a\\ud800b"),
        ("a\U000e0041b", "a\\U000e0041b"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        (None, ""),
        ("x" * 30, "x" * 19 + "…"),
    ],
)
def test_clean_shows_what_would_hide(text, shown):
    """Control and direction characters appear as escapes; the joiners of Persian stay."""
    assert clean(text, 20) == shown


def test_clean_looks_at_each_character_wherever_one_may_hide():
    """What is passed over without a look has none that would be shown otherwise."""
    for point in range(0x3000):
        character = chr(point) if chr(point) not in "\t\n\r" else " "

        assert clean(f"a{chr(point)}b", 20) == " ".join(f"a{visible(character)}b".split())


def test_message_carries_the_events_id_and_how_to_look_it_up(event, rule, now):
    """In text, HTML, JSON and fields alike; the address of a desk may have a place for the id."""
    message = message_about(
        rule(), event(id=6), created_at=now, desk_url="https://desk.example.org/events/{event_id}?from=alert"
    )
    told = json.loads(message.payload)["data"]["event"]

    assert (told["id"], told["look_up"]) == (6, "tocsin explain 6")
    assert dict(message.fields)["event_id"] == "6"
    assert dict(message.fields)["look_up"] == "tocsin explain 6"
    for text in (message.text, message.html):
        assert "tocsin explain 6" in text
        assert "https://desk.example.org/events/6?from=alert" in text
