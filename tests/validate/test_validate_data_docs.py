"""Data Docs show what was judged, and nothing they show can do harm."""

from __future__ import annotations

import re
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest

from pipeline.validate import data_docs
from pipeline.validate.data_docs import index_page, visible, write_page
from pipeline.validate.expectation import Expectation
from pipeline.validate.judge import judge
from pipeline.validate.outcomes import Outcome, reach_verdict
from tests.records import PUBLISHED, TEXT
from tests.validate.conftest import Plant

OPENINGS = ("", '"', "'", "'>", '">', "</td>", "</bdi></td></tr></table>", "</title>", "</style>", "-->")
HARMS = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<iframe src=javascript:alert(1)>",
    "<a href=javascript:alert(1)>look</a>",
)
PAYLOADS = [opening + harm for opening in OPENINGS for harm in HARMS]
ALLOWED_TAGS = {
    "html", "head", "meta", "title", "style", "body", "h1", "h2", "h3", "p", "a", "table", "thead", "tbody",
    "tr", "th", "td", "code", "bdi",
}  # fmt: skip
ALLOWED_ATTRIBUTES = {"href", "id", "class", "lang", "charset", "content", "name", "http-equiv"}
POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
EXPECTATION = Expectation(name="status_known", says="One of four.", kind="ExpectX", shows=("status",))


class Reader(HTMLParser):
    """Reads a page as a browser would: which elements and attributes are there, and the text between."""

    def __init__(self, page: str):
        super().__init__(convert_charrefs=True)
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str]] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, name: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.add(name)
        self.attributes += [(key, value or "") for key, value in attributes]

    def handle_data(self, data: str) -> None:
        self.text += data


def harmless(page: str) -> Reader:
    reader = Reader(page)
    assert reader.tags <= ALLOWED_TAGS
    assert {key for key, _ in reader.attributes} <= ALLOWED_ATTRIBUTES
    links = [value for key, value in reader.attributes if key == "href"]
    assert all(re.fullmatch(r"\.\./index\.html|#[a-z_]+|batches/[0-9TZ.-]+\.html", link) for link in links)
    return reader


@pytest.fixture(scope="module")
def pages(database_url: str, plant: Plant, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Pages of a batch whose every text is an attack, in rows that fail and are therefore shown."""
    folder = tmp_path_factory.mktemp("docs")
    ids = [
        plant(
            actor_name=payload,
            actor_country=payload,
            actor_text=payload,
            status=payload,
            event_type=payload,
            sentence=payload,
            recipient_name=payload + "x" * 200,
            article={"url": f"javascript:{payload} {number}", "title": payload, "source": payload},
        )
        for number, payload in enumerate(PAYLOADS)
    ]
    judge(database_url, ids, docs_folder=folder, now=PUBLISHED)
    return [path.read_text("utf-8") for path in folder.rglob("*.html")]


def test_of_fifty_payloads_none_is_raw(pages: list[str]) -> None:
    """In names, codes, sentences and URLs: all are shown, none is markup."""
    assert len(PAYLOADS) == 50
    assert len(pages) == 2
    assert [harm for page in pages for harm in HARMS if harm in page] == []
    assert [
        opening for page in pages for opening in ("<script", "<img", "<svg", "<iframe") if opening in page
    ] == []


def test_a_browser_finds_only_our_own_elements(pages: list[str]) -> None:
    """Whatever the values are, the elements, attributes and links are those of the page."""
    text = "".join(harmless(page).text for page in pages)

    assert all(payload in text for payload in PAYLOADS if "'" not in payload)


def test_nothing_is_loaded_from_anywhere(pages: list[str]) -> None:
    """No address but those of our own pages, and a policy that forbids the rest."""
    for page in pages:
        assert ("content", POLICY) in Reader(page).attributes
        assert re.findall(r"(?:src|href|action|url)\s*[=(]\s*[\"']?(?:https?:)?//", page) == []


def write(folder: Path, number: int, seen: str = "rumoured", expectation: Expectation = EXPECTATION) -> Path:
    row = {"candidate_id": number, "status": seen, "sentence": TEXT, "url": "https://news.example/1"}
    outcomes = [Outcome(expectation=expectation, is_met=False, failing=(row,))]
    verdict = reach_verdict([number], outcomes, ())
    return write_page(
        folder,
        now=PUBLISHED + timedelta(seconds=number),
        candidate_ids=[number],
        verdict=verdict,
        outcomes=outcomes,
    )


def test_a_page_tells_candidate_expectation_value_and_sentence(tmp_path: Path) -> None:
    """What one needs to see what went wrong."""
    text = harmless(write(tmp_path, 7).read_text("utf-8")).text

    assert all(
        part in text
        for part in ("status_known", "One of four.", "status='rumoured'", TEXT, "1 judged, 0 accepted")
    )


def test_the_index_lists_the_newest_first(tmp_path: Path) -> None:
    """Each with its counts and a link that leads to it."""
    pages = [write(tmp_path, number) for number in (1, 2)]

    reader = harmless((tmp_path / "index.html").read_text("utf-8"))
    links = [value for key, value in reader.attributes if key == "href"]
    assert links == [f"batches/{page.name}" for page in reversed(pages)]


@pytest.mark.slow
def test_only_the_last_batches_are_kept(tmp_path: Path) -> None:
    """The site does not grow for ever."""
    for number in range(1, data_docs.KEPT_BATCHES + 4):
        write(tmp_path, number)

    assert len(list((tmp_path / "batches").glob("*.html"))) == data_docs.KEPT_BATCHES
    assert len(list((tmp_path / "batches").glob("*.json"))) == data_docs.KEPT_BATCHES
    assert [path.name for path in tmp_path.rglob("*.part")] == []


def test_a_foreign_file_does_not_stop_the_index(tmp_path: Path) -> None:
    """A summary that is not one of ours is left out."""
    write(tmp_path, 1)
    (tmp_path / "batches" / "20111028T120000.000000Z-8-9.json").write_text("[]")
    (tmp_path / "batches" / "20111028T120000.000000Z-8-8.json").write_text("{")
    (tmp_path / "batches" / "<b>.json").write_text("{}")

    write(tmp_path, 2)

    links = [
        value
        for key, value in Reader((tmp_path / "index.html").read_text("utf-8")).attributes
        if key == "href"
    ]
    assert len(links) == 2


def test_a_summary_is_escaped_too() -> None:
    """Even what we wrote ourselves."""
    page = index_page([("20111028T120000.000000Z-1-1", dict.fromkeys(("judged_at", "judged"), PAYLOADS[0]))])

    harmless(page)
    assert PAYLOADS[0] not in page


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("a\u202eb", "a\\u202eb", id="turned writing"),
        pytest.param("a\x00\x1bb", "a\\u0000\\u001bb", id="control characters"),
        pytest.param("a\u200bb", "a\\u200bb", id="zero width"),
        pytest.param("Zürich\n東京", "Zürich\n東京", id="ordinary text"),
    ],
)
def test_what_can_not_be_seen_is_made_visible(text: str, shown: str) -> None:
    """A value can not hide or turn what stands beside it."""
    assert visible(text) == shown


def test_docs_that_can_not_be_written_do_not_stop_the_batch(
    database_url: str, plant: Plant, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The verdict stands; the log says why there is no page."""
    blocked = tmp_path / "a file"
    blocked.write_text("in the way")
    candidate_id = plant()

    verdict = judge(database_url, [candidate_id], docs_folder=blocked, now=PUBLISHED)

    assert verdict.accepted == (candidate_id,)
    assert "docs stage=validate" in caplog.text
