"""What a rule may ask for beyond codes and words: ground, dyads, groups, sources, ages, windows."""

import json
import math
from datetime import date, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.alert.age import is_old
from pipeline.alert.branch import Branch
from pipeline.alert.ground import crossing_sides, is_inside, unrolled
from pipeline.alert.keys import GROUP_FIELDS, group_key
from pipeline.alert.match import branch_holds, explained, matches
from pipeline.alert.receivers import load_receivers, receivers_schema
from pipeline.alert.rules import parse_rule, rule_schema
from pipeline.alert.values import groups
from pipeline.config import ROOT
from pipeline.errors import ConfigError

BENGHAZI = {"latitude": 32.115, "longitude": 20.067, "place_resolution": "point", "country": "LBY"}


def parsed(extra: str = "", branch: str = "event_type: ASSAULT"):
    return parse_rule(f"{{rule: a, title: b, owner: c, match: {{any: [{{{branch}}}]}}{extra}}}", "a.yaml")


@pytest.mark.parametrize(
    ("condition", "fields", "holds"),
    [
        ({"actor": ["armed"]}, {}, True),
        ({"actor": ["sahel"]}, {}, False),
        ({"actor_country": ["south-asia"]}, {}, True),
        ({"country": ["south-asia"]}, {"country": "LBY"}, False),
        ({"actor_sector": ["rebels"]}, {}, True),
        ({"dyad_either_way": ["AFG", "PAK"]}, {"recipient_country": "PAK"}, True),
        ({"dyad_either_way": ["PAK", "AFG"]}, {"recipient_country": "PAK"}, True),
        ({"dyad_either_way": ["AFG", "PAK"]}, {"recipient_country": None}, False),
        ({"dyad_either_way": ["AFGREB", ["PAKMIL", "PAKGOV"]]}, {"recipient_country": "PAK"}, False),
        ({"dyad_either_way": ["AFG", "AFG"]}, {"recipient_country": "AFG"}, True),
        ({"admin1": ["Al Qādisīyah"]}, {"admin1": "al qādisīyah"}, True),
        ({"admin1": ["Kabul"]}, {"admin1": "Kabul Province"}, False),
        ({"admin1": ["Kabul"]}, {"admin1": None}, False),
        ({"near": {"latitude": 32, "longitude": 20, "km": 15}}, BENGHAZI, True),
        ({"near": {"latitude": 32, "longitude": 20, "km": 14}}, BENGHAZI, False),
        ({"near": {"latitude": 32, "longitude": 20, "km": 15}}, BENGHAZI | {"place_resolution": "country"}, False),
        ({"near": {"latitude": 32, "longitude": 20, "km": 15}}, {}, False),
        ({"near": {"latitude": 0, "longitude": -179.9, "km": 30}},
         {"latitude": 0.0, "longitude": 179.9, "place_resolution": "point"}, True),
        ({"polygon": [[31, 19], [31, 21], [33, 21], [33, 19]]}, BENGHAZI, True),
        ({"polygon": [[31, 21], [31, 23], [33, 23]]}, BENGHAZI, False),
        ({"polygon": [[-1, 179], [1, 179], [1, -179], [-1, -179]]},
         {"latitude": 0.0, "longitude": -179.5, "place_resolution": "admin1"}, True),
        ({"source": ["Example.ORG"]}, {}, True),
        ({"source": ["example"]}, {}, False),
        ({"language": "fr", "event_type": "RETREAT"}, {}, False),
        ({"min_sources": 2, "event_type": "RETREAT"}, {"source_count": 1, "mention_count": 9}, False),
        ({"min_mentions": 9, "event_type": "RETREAT"}, {"mention_count": 9}, True),
    ],
)  # fmt: skip
def test_condition_holds_as_it_says(event, condition, fields, holds):
    """Groups stand for their members, dyads go both ways, ground is ground."""
    assert branch_holds(Branch.model_validate(condition), event(**fields)) is holds


@pytest.mark.parametrize(
    ("branch", "says"),
    [
        ("dyad_either_way: RUS", "dyad_either_way is 'RUS'; allowed: two parties"),
        ("dyad_either_way: [RUS, UKR, BLR]", "allowed: two parties"),
        ("dyad_either_way: [RUS, Ukraine]", "dyad_either_way is 'Ukraine'; allowed: a country (LBY)"),
        (
            "near: {latitude: 91, longitude: 0, km: 5}",
            "near.latitude is 91; allowed: a number from -90 to 90",
        ),
        ("near: {latitude: 0, longitude: 0}", "near.km is None; allowed: a number from 0.1 to 5000"),
        ("near: here", "near is 'here'"),
        ("polygon: [[0, 0], [1, 1]]", "allowed: a list of 3 to 500 corners"),
        ("polygon: [[0, 0], [1, 1], [1, x]]", "polygon is [1, 'x']; allowed: a list of 3"),
        ("polygon: [[0, 0], [1, 1], [1, 181]]", "polygon is [1, 181]"),
        (
            "polygon: [[0, 0], [2, 2], [2, 0], [0, 2]]",
            "match.any[1].polygon has sides that cross or touch, from corner 1 to 2 and from corner 3 to 4",
        ),
        ("polygon: [[0, 0], [0, 4], [4, 4], [0, 2]]", "from corner 1 to 2 and from corner 3 to 4"),
        ("polygon: [[70, 0], [70, 90], [70, 180], [70, -90]]", "polygon goes around a pole"),
        ("language: English", "language is 'English'; allowed: a language by its code"),
        ("min_sources: 0, country: LBY", "min_sources is 0; allowed: a whole number from 1 to 1000"),
        ("min_sources: 2", "would match every event"),
        ("actor: north", "actor is 'north'; allowed: a country (LBY), a sector"),
    ],
)
def test_mistake_in_a_condition_names_file_and_line(branch, says):
    """A rule over the wrong place is worse than none."""
    with pytest.raises(ConfigError) as error:
        parsed(branch=branch)

    assert says in str(error.value)
    assert str(error.value).startswith("a.yaml:1: match.any[1]")


@pytest.mark.parametrize(
    ("window", "says"),
    [
        ("{kind: often}", "window.kind is 'often'; allowed: each, count, spike, first_seen, silence"),
        ("{kind: count}", "window.at_least is None; allowed: a whole number from 2 to 10000"),
        ("{kind: each, at_least: 3}", "window has no at_least where kind is each; allowed: kind alone"),
        ("{kind: silence, times: 3}", "window has no times where kind is silence; allowed: within_hours"),
        ("{kind: spike, times: 1}", "window.times is 1; allowed: a number from 1.1 to 100"),
        ("count", "window is 'count'; allowed: a mapping with kind, at_least"),
        ("{}", "window.kind is None; allowed: each, count"),
    ],
)
def test_window_is_checked_by_its_kind(window, says):
    """A key of another kind would do nothing."""
    with pytest.raises(ConfigError) as error:
        parsed(f", window: {window}")

    assert says in str(error.value)


def test_window_knows_its_defaults_and_counts_the_whole_rule():
    """A count is of all the rule matches, unless groups are asked for."""
    spike = parsed(", window: {kind: spike}")

    assert (spike.window.at_least, spike.window.baseline_days, spike.window.times, spike.group_by) == (
        5, 28.0, 3.0, ("rule",),
    )  # fmt: skip
    assert parsed(", window: {kind: spike}, group_by: country").group_by == ("country",)


@pytest.mark.parametrize(
    ("extra", "fields", "old"),
    [
        ("", {}, False),
        ("", {"published": -8}, True),
        (", max_age_days: any, max_event_age_days: any", {"published": -4000, "day": -4000}, False),
        (", max_age_days: 30", {"published": -8}, False),
        ("", {"day": -2900}, True),
        ("", {"day": -300, "date_precision": "year"}, False),
        ("", {"day": -400, "date_precision": "year"}, True),
        ("", {"day": 30}, False),
        (", max_event_age_days: any", {"day": -2900}, False),
    ],
)
def test_history_is_silent_unless_a_rule_asks(event, now, extra, fields, old):
    """An old article coded anew, and an article of today about years ago."""
    shifts = {"published": fields.pop("published", 0), "day": fields.pop("day", 0)}
    seen = event(
        published_at=now + timedelta(days=shifts["published"]),
        event_date=(now + timedelta(days=shifts["day"])).date(),
        **fields,
    )

    assert is_old(parsed(extra), seen, now) is old


@pytest.mark.parametrize(
    ("fields", "is_same"),
    [
        ({"recipient_name": "13 soldiers"}, True),
        (
            {
                "recipient_name": "13 soldiers",
                "actor_name": None,
                "actor_country": None,
                "actor_sector": None,
            },
            True,
        ),
        ({"place_name": "Kidal"}, False),
        ({"event_date": date(2020, 5, 5)}, False),
        ({"event_type": "PROTEST"}, False),
        ({"status": "planned"}, False),
    ],
)
def test_two_papers_tell_one_incident(event, fields, is_same):
    """How many fell and who they were is not what an incident is told by; another day, town or deed is."""
    attack = {"event_type": "ASSAULT", "place_name": "Gao", "country": "MLI", "recipient_name": "12 soldiers"}
    first, second = event(**attack), event(**attack | fields, event_key="event-2")

    assert (group_key(parsed(), first) == group_key(parsed(), second)) is is_same


@pytest.mark.parametrize("name", GROUP_FIELDS)
def test_every_field_to_group_by_is_had_of_an_event(event, name):
    """No group can be written that cannot be told."""
    grouped = parsed(f", group_by: {name}")

    assert len(group_key(grouped, event())) == 32


def test_story_and_dyad_make_groups(event):
    """Articles of one story are one; so are A to B and B to A."""
    story, dyad = parsed(", group_by: story"), parsed(", group_by: dyad")
    there = event(actor_country="RUS", actor_sector=None, recipient_country="UKR")
    back = event(actor_country="UKR", actor_sector=None, recipient_country="RUS")

    assert group_key(story, event(event_key="1", story_id=7)) == group_key(
        story, event(event_key="2", story_id=7)
    )
    assert group_key(story, event(event_key="1")) != group_key(story, event(event_key="2"))
    assert group_key(dyad, there) == group_key(dyad, back)


def test_explained_tells_of_every_condition(event):
    """Those that held too, and those after the first that did not."""
    lines = explained(parsed(branch="event_type: ASSAULT, country: AFG"), event())

    assert lines == [
        "branch 1: does not hold",
        "  no  event_type: RETREAT, wanted ASSAULT",
        "  yes status: actual, wanted actual or planned",
        "  yes told_as: news, wanted news",
        "  yes country: AFG, wanted AFG",
    ]


def test_not_may_name_ground(event):
    """What lies in a circle is taken away."""
    rule = parse_rule(
        "{rule: a, title: b, owner: c, match: {any: [{event_type: RETREAT}],"
        " not: {near: {latitude: 32, longitude: 20, km: 50}}}}"
    )

    assert [matches(rule, event(**fields)) for fields in ({}, BENGHAZI)] == [True, False]


def test_polygon_around_a_pole_side_is_unrolled():
    """A side never runs around the globe."""
    corners = unrolled([(10, 170), (10, -170), (-10, -170), (-10, 170)])

    assert [east for _, east in corners] == [170, 190, 190, 170]
    assert [is_inside((0, east), corners) for east in (180, -180, 175, -175, 160, 0)] == [
        True, True, True, True, False, False,
    ]  # fmt: skip


@pytest.mark.parametrize(
    "corners",
    [
        [(0, 0), (0, 2), (2, 2), (2, 0), (0, 0)],
        [(0, 0), (0, 4), (4, 4), (1, 3)],
        [(10, 170), (10, -170), (-10, -170), (-10, 170)],
        [(0, 0), (0, 5), (5, 5), (5, 0), (4, 0), (4, 4), (1, 4), (1, 0)],
    ],
    ids=["closed", "notched", "over the date line", "like a C"],
)
def test_polygon_whose_sides_do_not_cross_is_taken(corners):
    """Closed or not, and whatever its form."""
    assert Branch.model_validate({"polygon": corners}).polygon == tuple(corners)


@given(st.integers(0, 2**32).map(Random))
def test_corners_in_another_order_are_refused_where_sides_cross(random):
    """Two neighbours exchanged, of a polygon with all corners on one circle: two sides cross."""
    count = random.randrange(4, 12)
    angles = sorted(random.sample(range(0, 360, 5), count))
    corners = [(10 * math.cos(math.radians(one)), 10 * math.sin(math.radians(one))) for one in angles]
    at = random.randrange(count - 1)
    tangled = [*corners[:at], corners[at + 1], corners[at], *corners[at + 2 :]]

    assert crossing_sides(corners) is None
    assert crossing_sides(tangled) is not None


def test_groups_hold_codes_of_their_kind():
    """Three letters, none twice, and no group is called like a code."""
    for kind in ("country", "sector"):
        for name, members in groups(kind).items():
            assert name.islower()
            assert len(set(members)) == len(members) > 1
            assert all(len(one) == 3 and one.isupper() for one in members)


@pytest.mark.parametrize(
    ("name", "schema"),
    [("rule", rule_schema()), ("receivers", receivers_schema())],
    ids=["rule", "receivers"],
)
def test_shipped_schema_is_the_one_of_the_code(name, schema):
    """`tocsin rules schema` writes it anew."""
    assert json.loads((ROOT / "seeds" / f"{name}.schema.json").read_text("utf-8")) == schema


def test_receiver_keeps_how_much_it_is_told(tmp_path):
    """Quiet hours in a zone, digests and caps are read for delivery to go by."""
    (tmp_path / "r.yaml").write_text(
        "night:\n  channel: log\n  quiet_hours: {start: '22:00', end: '06:30', zone: Africa/Cairo, days: [fri, sat]}\n"
        "  digest_at: ['08:00', '18:00']\n  zone: Europe/Berlin\n  max_per_hour: 20\n  urgent: [high, critical]\n"
        "odd:\n  channel: log\n  quiet_hours: {start: '22:00', end: '22:00', zone: Europe/Berlin}\n"
        "lost:\n  channel: log\n  zone: Europe/Atlantis\n"
        "late:\n  channel: log\n  digest_at: '8 o clock'\n"
    )
    receivers, problems = load_receivers(tmp_path / "r.yaml")
    told = [str(problem).partition("r.yaml")[2] for problem in problems]

    assert list(receivers) == ["night"]
    assert [line.partition(";")[0] for line in told] == [
        ":10: odd.quiet_hours must end at another time than they start",
        ":13: lost.zone is 'Europe/Atlantis'",
        ":16: late.digest_at is '8 o clock'",
    ]


def test_rule_says_how_it_is_told():
    """What delivery goes by, as its records."""
    rule = parsed(
        ", quiet_hours: {start: '23:00', end: '07:00', zone: Europe/Berlin}, max_per_hour: 5, digest_minutes: 30,"
        " escalate: {after_minutes: 15, notify: duty}"
    )

    assert (rule.quiet_hours.zone, rule.quiet_hours.end.hour, rule.max_per_hour, rule.digest_minutes) == (
        "Europe/Berlin", 7, 5, 30.0,
    )  # fmt: skip
    assert [(step.after_minutes, step.notify) for step in rule.escalate] == [(15.0, ("duty",))]
    assert len(rule.version) == 12
