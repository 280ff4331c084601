"""A batch with planted bad rows, judged by Great Expectations on a real Postgres."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from pipeline.config import ROOT
from pipeline.errors import ValidateError
from pipeline.postgres.database import connect
from pipeline.validate.expectation import Expectation
from pipeline.validate.expectations import row_expectations
from pipeline.validate.judge import Suite, default_suite, judge
from pipeline.validate.verdict import Verdict
from tests.conftest import wipe
from tests.records import PUBLISHED, TEXT, span
from tests.validate.conftest import Plant

# Great Expectations takes seconds to import and tenths for each suite; the rest of validate is tested in the loop.
pytestmark = pytest.mark.slow

NOW = PUBLISHED + timedelta(days=1)
GOOD_COUNT = 100
NO_PLACE = dict.fromkeys(
    ("place_name", "place_country", "place_latitude", "place_longitude", "place_resolution",
     "place_start", "place_end", "place_text")
)  # fmt: skip


def nobody(role: str) -> dict[str, None]:
    parts = ("name", "country", "sector", "start", "end", "text")
    return {f"{role}_{part}": None for part in parts}


def said(role: str, words: str, **parts: Any) -> dict[str, Any]:
    """Columns of an actor, recipient, speaker, trigger or sentence at its words in the text."""
    found = span(words)
    columns = {f"{role}_start": found.start, f"{role}_end": found.end, f"{role}_text": words}
    return columns | {f"{role}_{part}": value for part, value in parts.items()}


def sentence(words: str) -> dict[str, Any]:
    found = span(words)
    return {"sentence_start": found.start, "sentence_end": found.end, "sentence": words}


def killed(*, said: str = "", **parts: Any) -> dict[str, Any]:
    """Columns with one count, at the actor's word, or at words that are added to the article's text."""
    words = said or "NATO"
    text = f"{TEXT} {said}" if said else TEXT
    start = text.rindex(words)
    count = {
        "kind": "killed",
        "lower": 1,
        "upper": 1,
        "start": start,
        "end": start + len(words),
        "text": words,
    }
    return {"counts": [count | parts], "article": {"text": text}}


# No words for the date, which are "on Monday" otherwise.
UNDATED = {"date_start": None, "date_end": None, "date_text": None}
SPEAKER = said("speaker", "officials", name="officials", country=None, sector="GOV")
UNBOXED = {"place_country": "IGO", "place_name": "Somewhere"}

# One bad row an expectation: what is wrong with it, and what the finding must show.
PLANTED: list[tuple[str, Mapping[str, Any], str]] = [
    ("event_type_in_ontology", {"mode": "dance"}, "RETREAT/dance"),
    ("quad_class_and_score_of_type", {"quad_class": 4}, "quad_class=4"),
    ("quad_class_and_score_of_type", {"score": None}, "score=none"),
    ("contexts_known", {"contexts": ["military", "weather"]}, "military weather"),
    ("status_known", {"status": "rumoured"}, "rumoured"),
    ("cameo_well_formed", {"cameo": "8"}, "cameo='8'"),
    ("actor_country_known", {"actor_country": "ZZZ"}, "ZZZ"),
    ("actor_sector_known", {"actor_sector": "GUV"}, "GUV"),
    ("recipient_country_known", {"recipient_country": "lby", "recipient_name": "Libyans"}, "lby"),
    ("recipient_sector_known", {"recipient_sector": "CIV"}, "CIV"),
    ("speaker_country_known", SPEAKER | {"speaker_country": "EUR"}, "EUR"),
    ("speaker_sector_known", SPEAKER | {"speaker_sector": "OFF"}, "OFF"),
    ("trigger_in_text", {"trigger_text": "sto"}, '\'end\' in the text, not \'sto\''),
    ("sentence_in_text", {"sentence": "NATO will stay in Libya."}, "not 'NATO will stay"),
    ("actor_in_text", {"actor_text": "OTAN"}, "'NATO' in the text, not 'OTAN'"),
    ("actor_in_text", nobody("actor") | {"actor_name": "NATO"}, "is not whole"),
    ("recipient_in_text", {"recipient_text": None}, "is not whole"),
    ("recipient_in_text", {"recipient_name": None, "recipient_country": None}, "has no name"),
    ("speaker_in_text", SPEAKER | {"speaker_start": 70, "speaker_end": 60}, "does not run forward"),
    ("place_in_text", {"place_end": 10**9}, "1000000000"),
    ("date_in_text", {"date_start": -5}, "-5.."),
    ("mentions_in_text", {"mentions": [[0, 4, "OTAN"]]}, "OTAN"),
    ("mentions_in_text", {"mentions": "none"}, "none"),
    ("trigger_in_sentence", sentence("its mission in Libya"), "sentence_start=14"),
    ("trigger_in_sentence", sentence("NATO will"), "sentence_end=9"),
    ("somebody_or_somewhere", nobody("actor") | nobody("recipient") | NO_PLACE, "participant_count=0"),
    (
        "recipient_where_required",
        nobody("recipient") | {"event_type": "COOPERATE", "mode": None, "score": 9.5, "cameo": None},
        "type_and_mode='COOPERATE'",
    ),
    ("actor_is_not_recipient", said("recipient", "NATO"), "shared_span='NATO'"),
    ("actor_name_length", {"actor_name": "N" * 201}, "NNN"),
    ("recipient_name_length", {"recipient_name": ""}, "recipient_name=''"),
    ("speaker_name_length", SPEAKER | {"speaker_name": "S" * 900}, "SSS"),
    ("date_precision_known", {"date_precision": "hour"}, "hour"),
    ("event_not_long_before_publication", UNDATED | {"status": "actual", "event_date": "1905-10-28"}, "event_date='1905-10-28'"),
    ("actual_event_not_after_publication", UNDATED | {"status": "actual", "event_date": "2011-10-30"},
     "event_date='2011-10-30'"),
    ("actual_event_not_after_publication", {"status": "denied"}, "event_date='2011-10-31'"),
    ("planned_event_within_reach", UNDATED | {"event_date": "2041-10-28"}, "published_date='2011-10-28'"),
    ("planned_event_within_reach", UNDATED | {"status": "hypothetical", "event_date": "2041-10-28"}, "'hypothetical'"),
    ("date_is_first_of_period", {"date_precision": "month"}, "days_into_period=30"),
    ("date_is_first_of_period", {"date_precision": "week", "event_date": "2011-11-01"}, "days_into_period=1"),
    ("place_resolution_known", {"place_resolution": "street"}, "street"),
    ("place_country_known", {"place_country": "XXX", "place_name": "Somewhere"}, "XXX"),
    ("place_whole", {"place_latitude": None}, "place_part_count=4"),
    ("coordinates_in_range", UNBOXED | {"place_latitude": 95.0}, "place_latitude=95"),
    ("coordinates_in_range", UNBOXED | {"place_longitude": -181.0}, "place_longitude=-181"),
    ("coordinates_not_origin", UNBOXED | {"place_latitude": 0.0, "place_longitude": 0.0}, "place_latitude=0.0"),
    ("coordinates_in_country", {"place_latitude": 48.85, "place_longitude": 2.35}, "place_country='LBY'"),
    ("count_kinds_known", killed(kind="eaten"), "eaten"),
    ("counts_in_order", killed(lower=12, upper=3), '"lower": 12'),
    ("counts_in_order", killed(lower=None, upper=None), '"lower": null'),
    ("counts_in_order", killed(lower=-3), "-3"),
    ("counts_in_text", killed(text="OTAN"), "OTAN"),
    ("counts_not_absurd", killed(said="9,000,000", upper=9_000_000), "most_harmed=9000000"),
    ("counts_not_absurd", killed(said="90 million", kind="crowd", upper=90_000_000), "most_gathered=90000000"),
    ("confidence_in_range", {"confidence": 1.5}, "confidence=1.5"),
    ("confidence_in_range", {"confidence": "NaN"}, "confidence=nan"),
    ("sentence_length", said("trigger", "in") | sentence("in"), "sentence='in'"),
    ("codebook_named", {"codebook": ""}, "codebook=''"),
    ("frame_named", {"frame_id": ""}, "frame_id=''"),
    ("article_url_is_web", {"article": {"url": "javascript:alert(1)"}}, "javascript"),
    ("article_not_quarantined", {"article": {"is_quarantined": True}}, "is_quarantined=True"),
    ("event_date_has_sane_year",
     UNDATED | {"article": {"published_at": "1950-01-01T00:00:00Z"}, "status": "actual", "event_date": "1899-06-01"},
     "event_year=1899"),
    ("parties_apart", said("recipient", "NATO will"), "overlapping_parties='NATO / NATO will'"),
    ("parties_differ", {"recipient_name": "Nato", "recipient_country": None, "recipient_sector": "IGO"}, "same_party"),
    ("trigger_is_no_actor", said("actor", "end"), "acting_trigger='end / end'"),
    ("place_is_not_the_actor", said("place", "NATO"), "place_on_actor='NATO'"),
    ("actor_name_is_a_name", {"actor_name": "the"}, "actor_name='the'"),
    ("recipient_name_is_a_name", {"recipient_name": "   "}, "recipient_name='   '"),
    ("speaker_name_is_a_name", SPEAKER | {"speaker_name": "<b>officials</b>"}, "officials"),
    ("place_name_is_a_name", {"place_name": "&nbsp;"}, "nbsp"),
    ("actor_country_of_its_name", {"actor_name": "Russia", "actor_country": "LBY"}, "actor_country='LBY'"),
    ("recipient_country_of_its_name", {"recipient_name": "Russia"}, "recipient_country='LBY'"),
    ("speaker_country_of_its_name", SPEAKER | {"speaker_name": "Russia", "speaker_country": "LBY"}, "'LBY'"),
    ("place_country_of_its_name", {"place_name": "Russia"}, "place_country='LBY'"),
    ("planned_event_not_long_past", {"event_date": "2008-10-27"}, "event_date='2008-10-27'"),
    ("weekday_of_date", {"event_date": "2011-11-01"}, "2011-11-01 is a Tuesday"),
    ("article_not_of_the_future", {"article": {"published_at": "2011-11-27T12:00:00Z"}}, "days_published_ahead=30"),
    ("counts_from_words", killed(said="12", lower=50_000, upper=50_000), "50000"),
    ("counts_from_words", killed(said="50,000", lower=12, upper=12), '"lower": 12'),
    ("counts_from_words", killed(said="three men", lower=4_000, upper=None), "three men"),
    ("counts_are_no_dates", killed(said="on Monday"), "on Monday"),
    ("counts_of_somebody", killed(lower=0, upper=0), '"upper": 0'),
    ("one_count_of_a_kind", {"counts": killed()["counts"] * 2}, "killed killed"),
    ("cameo_of_type", {"cameo": "190"}, "cameo='190'"),
    ("confidence_above_nothing", {"confidence": 0}, "confidence=0"),
]  # fmt: skip

# What looks odd and is right: none of it may be refused.
RIGHT: list[Mapping[str, Any]] = [
    killed(said="tens of thousands", lower=20_000, upper=None),
    killed(said="hundreds", lower=200, upper=None),
    killed(said="some 1.2 million people", kind="displaced", lower=1_200_000, upper=1_200_000),
    killed(said="23 civilians and at least 17 soldiers", lower=40, upper=None),
    killed(said="a man, a woman and their two children", lower=4, upper=4),
    killed(said="nearly 40,000 people", lower=36_000, upper=40_000),
    killed(said="Smith, Jones and Miller", lower=3, upper=3),
    killed(said="several dozen", lower=36, upper=None),
    {"counts": [*killed()["counts"], *killed(kind="injured")["counts"]]},
    {"actor_name": "Georgia", "actor_country": "USA"},
    {"recipient_name": "Netherlands", "recipient_country": "NLD"},
    {"actor_name": "43"},
    {"event_date": "2011-10-24", "status": "planned"},
    said("place", "Libya"),
    said("recipient", "officials"),
    {"article": {"published_at": "2011-10-29T23:00:00Z"}},
    {"cameo": "08"},
]  # fmt: skip

# Rows that break more than one expectation at once, or that a driver or a cast would stumble over.
ROUGH: list[tuple[set[str], Mapping[str, Any]]] = [
    ({"event_date_has_sane_year", "planned_event_within_reach"}, {"event_date": "infinity"}),
    ({"event_date_has_sane_year", "planned_event_within_reach"}, {"event_date": "-infinity"}),
    ({"event_date_has_sane_year", "event_not_long_before_publication"},
     UNDATED | {"status": "actual", "event_date": "0044-03-15 BC"}),
    ({"counts_in_order", "counts_in_text", "count_kinds_known"}, {"counts": {"killed": "many"}}),
    ({"counts_in_order"}, killed(lower="1e400", upper=None)),
    ({"counts_in_text"}, killed(start=10**30)),
    ({"mentions_in_text"}, {"mentions": [[{}, None], 7]}),
    ({"actor_in_text", "trigger_in_text"},
     {"actor_start": -(2**31), "trigger_start": 2**31 - 1, "trigger_end": -(2**31)}),
    ({"place_whole", "coordinates_in_range", "coordinates_in_country"},
     {"place_resolution": None, "place_latitude": "NaN"}),
]  # fmt: skip


@dataclass(frozen=True)
class Judged:
    """The ids of what was stored, and what was said of them."""

    good: list[int]
    planted: list[int]
    rough: list[int]
    doubles: list[int]
    verdict: Verdict

    def findings(self, candidate_id: int) -> dict[str, str]:
        return {
            found.expectation: found.seen
            for found in self.verdict.findings
            if found.candidate_id == candidate_id
        }


@pytest.fixture(scope="module")
def judged(database_url: str, plant: Plant) -> Judged:
    """One batch with all of it."""
    good = [plant() for _ in range(GOOD_COUNT - 4 - len(RIGHT))]
    good += [
        plant(**nobody("actor"), **NO_PLACE),
        plant(date_start=None, date_end=None, date_text=None, event_date="2011-10-28", status="actual"),
        plant(**SPEAKER, mentions=[[18, 25, "mission"]]),
        plant(**killed(lower=1, upper=None), cameo=None, contexts=[]),
        *(plant(**columns) for columns in RIGHT),
    ]
    planted = [plant(**columns) for _, columns, _ in PLANTED]
    rough = [plant(**columns) for _, columns in ROUGH]
    first = plant()
    article_id = article_of(database_url, first)
    doubles = [
        first,
        plant(article_id=article_id),
        plant(article_id=article_id, status="actual", event_date="2011-10-28", **UNDATED),
    ]
    ids = [*good, *planted, *rough, *doubles]
    return Judged(good, planted, rough, doubles, judge(database_url, ids, docs_folder=None, now=NOW))


def article_of(database_url: str, candidate_id: int) -> int:
    connection = connect(database_url)
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT article_id FROM tocsin.candidates WHERE id = %s", (candidate_id,))
            return int(cursor.fetchone()[0])
    finally:
        connection.close()


def test_good_candidates_are_accepted(judged: Judged) -> None:
    """Beside any number of bad ones."""
    assert list(judged.verdict.accepted) == sorted([*judged.good, judged.doubles[0]])


@pytest.mark.parametrize(
    ("position", "name", "shown"),
    [pytest.param(at, name, shown, id=f"{name}-{at}") for at, (name, _, shown) in enumerate(PLANTED)],
)
def test_a_bad_candidate_has_its_one_finding(judged: Judged, position: int, name: str, shown: str) -> None:
    """The right reason and no other, with the value seen."""
    findings = judged.findings(judged.planted[position])

    assert list(findings) == [name]
    assert shown in findings[name]


@pytest.mark.parametrize(
    "position", range(len(ROUGH)), ids=lambda at: "-".join(sorted(ROUGH[at][0])) + f"-{at}"
)
def test_a_rough_candidate_does_not_spoil_the_batch(judged: Judged, position: int) -> None:
    """Values no cast or driver can read give findings, not a crash."""
    assert set(judged.findings(judged.rough[position])) == ROUGH[position][0]


def test_the_second_telling_with_the_same_words_is_a_duplicate(judged: Judged) -> None:
    """The first stays; the others name it."""
    first, *others = judged.doubles

    assert [list(judged.findings(other)) for other in others] == [["not_a_duplicate"]] * 2
    assert all(f"duplicate_of={first}" in judged.findings(other)["not_a_duplicate"] for other in others)


def test_every_row_expectation_is_violated_here() -> None:
    """None is in the suite that no planted row can fail."""
    planted = {name for name, _, _ in PLANTED} | {"not_a_duplicate"}

    assert {expectation.name for expectation in row_expectations()} == planted


def test_the_counts_add_up(judged: Judged) -> None:
    """Judged is accepted and quarantined together."""
    counts = judged.verdict.counts

    assert counts["judged"] == counts["accepted"] + counts["quarantined"]
    assert counts["quarantined"] == len(PLANTED) + len(ROUGH) + 2


@pytest.fixture
def emptied(database_url: str, plant: Plant) -> Iterator[Plant]:
    """For batches of a test's own."""
    wipe(database_url)
    yield plant
    wipe(database_url)


def broken_suites() -> Iterator[Any]:
    good = row_expectations()[0]
    between = Expectation(
        name="broken", says="", kind="ExpectColumnValuesToBeBetween",
        arguments={"column": "confidence", "min_value": 0}, shows=("confidence",),
    )  # fmt: skip
    yield pytest.param(replace(good, arguments={**good.arguments, "column": "no_such"}), id="missing column")
    yield pytest.param(replace(between, kind="ExpectNothingOfTheSort"), id="unknown kind")
    yield pytest.param(
        replace(between, arguments={"column": "confidence", "colour": "red"}), id="unknown argument"
    )
    yield pytest.param(
        replace(between, kind="ExpectColumnValuesToMatchRegex", arguments={"column": "url", "regex": "(["}),
        id="broken regex",
    )
    yield pytest.param(
        replace(between, arguments={"column": "confidence", "min_value": "much"}),
        id="other type than the column",
    )
    yield pytest.param(
        replace(
            between, kind="ExpectColumnMeanToBeBetween", arguments={"column": "confidence", "max_value": 0.1}
        ),
        id="names no rows",
    )
    yield pytest.param(
        replace(between, arguments={"column": "confidence", "min_value": 0.99}, shows=("no_such",)),
        id="shows what is missing",
    )
    yield pytest.param(replace(between, where={"no_such": ("x",)}), id="condition on a missing column")


@pytest.mark.parametrize("broken", broken_suites())
def test_a_broken_suite_fails_closed(database_url: str, emptied: Plant, broken: Expectation) -> None:
    """Nothing is accepted when one expectation can not be judged."""
    ids = [emptied() for _ in range(3)]
    suite = Suite(rows=(*row_expectations(), broken), batch=(), drift=())

    with pytest.raises(ValidateError):
        judge(database_url, ids, docs_folder=None, now=NOW, suite=suite)


def test_a_candidate_the_view_does_not_show_fails_closed(database_url: str, emptied: Plant) -> None:
    """A row that is not there can not have passed."""
    known = emptied()

    with pytest.raises(ValidateError, match=r"2 candidates were to be judged, .* shows 1"):
        judge(database_url, [known, known + 1000], docs_folder=None, now=NOW)


def test_an_unreachable_database_fails_closed_without_its_password() -> None:
    """The message says what failed, not the secret."""
    with pytest.raises(ValidateError) as told:
        judge("postgresql://tocsin:hush$hush@127.0.0.1:1/tocsin", [1], docs_folder=None, now=NOW)

    assert "127.0.0.1" in str(told.value)
    assert "hush" not in str(told.value)


def test_no_candidates_need_no_great_expectations() -> None:
    """The import takes seconds; an empty batch is judged at once, without a database."""
    loaded = {name for name in sys.modules if name.startswith("great_expectations")}

    verdict = judge("postgresql://nowhere.invalid/none", [], docs_folder=None, now=NOW)

    assert verdict.accepted == ()
    assert verdict.counts["judged"] == 0
    assert {name for name in sys.modules if name.startswith("great_expectations")} == loaded


LISTENER = """
import sys
sys.addaudithook(lambda event, values: event in ("socket.connect", "socket.getaddrinfo") and print(event, values))
from datetime import datetime, UTC
from pathlib import Path
from pipeline.validate.judge import judge
judge(sys.argv[1], [int(sys.argv[2])], docs_folder=Path(sys.argv[3]), now=datetime.now(UTC))
print("judged")
"""


@pytest.mark.slow
def test_nothing_is_told_to_anybody(database_url: str, emptied: Plant, tmp_path: Path) -> None:
    """Great Expectations opens no connection but the database's (which the C library opens, unseen here)."""
    told = subprocess.run(
        [sys.executable, "-c", LISTENER, database_url, str(emptied()), str(tmp_path)],
        cwd=ROOT, capture_output=True, text=True, check=True, timeout=240,
    )  # fmt: skip

    assert told.stdout == "judged\n"


def test_a_batch_that_mostly_failed_is_not_trusted_at_all(database_url: str, emptied: Plant) -> None:
    """When more than half is wrong, the rest goes to quarantine with it."""
    wrong = [emptied(confidence=2.0) for _ in range(16)]
    right = [emptied() for _ in range(14)]

    verdict = judge(database_url, [*wrong, *right], docs_folder=None, now=NOW)

    assert verdict.accepted == ()
    assert {found.expectation for found in verdict.findings if found.candidate_id in right} == {
        "quarantined_share"
    }
    assert [(found.expectation, found.severity) for found in verdict.batch_findings] == [
        ("quarantined_share", "error")
    ]


def test_too_few_actors_are_a_warning(database_url: str, emptied: Plant) -> None:
    """A share that fell is told, and holds nothing back."""
    ids = [emptied(**nobody("actor")) for _ in range(45)] + [emptied() for _ in range(10)]

    verdict = judge(database_url, ids, docs_folder=None, now=NOW)

    assert len(verdict.accepted) == 55
    assert [(found.expectation, found.severity, found.seen) for found in verdict.batch_findings] == [
        ("actor_share", "warning", "18.2 % of 55")
    ]


def age(database_url: str, ids: list[int], days: float) -> None:
    connection = connect(database_url, autocommit=True)
    try:
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE tocsin.candidates SET created_at = %s WHERE id = ANY(%s)",
                (NOW - timedelta(days=days), ids),
            )
    finally:
        connection.close()


def copies(database_url: str, original: int, count: int, days: float, event_type: str) -> None:
    """Many candidates at once, for the history; never judged here."""
    connection = connect(database_url, autocommit=True)
    try:
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO tocsin.candidates (batch_id, article_id, codebook, candidate_key, event_type, status,"
                " trigger_start, trigger_end, trigger_text, sentence_start, sentence_end, sentence, event_date,"
                " date_precision, quad_class, frame_id, confidence, created_at)"
                " SELECT batch_id, article_id, codebook, gen_random_uuid()::text, %s, status, trigger_start,"
                " trigger_end, trigger_text, sentence_start, sentence_end, sentence, event_date, date_precision,"
                " quad_class, frame_id, confidence, %s FROM tocsin.candidates, generate_series(1, %s) WHERE id = %s",
                (event_type, NOW - timedelta(days=days), count, original),
            )
    finally:
        connection.close()


@pytest.mark.parametrize(
    ("today", "types", "expected"),
    [
        pytest.param(300, ("RETREAT", "PROTEST"), [], id="as ever"),
        pytest.param(1500, ("RETREAT", "PROTEST"), ["volume_near_mean"], id="a flood"),
        pytest.param(40, ("RETREAT", "PROTEST"), ["volume_near_mean"], id="a trickle"),
        pytest.param(300, ("ASSAULT", "ASSAULT"), ["type_mix_near_mean"], id="another mix"),
    ],
)
def test_the_last_day_is_held_against_four_weeks(
    database_url: str, emptied: Plant, today: int, types: tuple[str, str], expected: list[str]
) -> None:
    """Volume and type mix that moved far are warnings."""
    one = emptied()
    age(database_url, [one], 0.5)
    for days_back in range(2, 12):
        for event_type in ("RETREAT", "PROTEST"):
            copies(database_url, one, 150, days_back, event_type)
    for event_type in types:
        copies(database_url, one, today // 2, 0.5, event_type)

    verdict = judge(database_url, [one], docs_folder=None, now=NOW)

    assert [found.expectation for found in verdict.batch_findings] == expected
    assert all("recent_count=" in found.seen for found in verdict.batch_findings)
    assert verdict.accepted == (one,)


@pytest.mark.parametrize(
    ("days", "today"), [pytest.param(3, 2000, id="few days"), pytest.param(10, 30, id="a day just begun")]
)
def test_a_thin_history_says_nothing_of_the_mix(
    database_url: str, emptied: Plant, days: int, today: int
) -> None:
    """Chance alone moves few rows far."""
    one = emptied()
    age(database_url, [one], 0.5)
    for days_back in range(2, 2 + days):
        copies(database_url, one, 60, days_back, "RETREAT")
    copies(database_url, one, today, 0.5, "ASSAULT")

    verdict = judge(database_url, [one], docs_folder=None, now=NOW)

    assert verdict.batch_findings == ()


def test_without_history_nothing_is_said_of_the_volume(database_url: str, emptied: Plant) -> None:
    """A new installation has no four weeks yet."""
    ids = [emptied() for _ in range(3)]

    verdict = judge(database_url, ids, docs_folder=None, now=NOW)

    assert verdict.batch_findings == ()


def test_the_suite_has_stable_names() -> None:
    """Names are reasons in the quarantine: to change one is to change data."""
    suite = default_suite()
    names = {expectation.name for expectation in (*suite.rows, *suite.batch, *suite.drift)}

    assert len(names) >= 15
    assert all(name == name.lower() and name.isidentifier() for name in names)
