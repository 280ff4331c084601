"""Rule files: what is read, and how each mistake is told."""

import re
from pathlib import Path

import pytest
from pydantic import ValidationError

from pipeline.alert.branch import DEFAULT_STATUSES, Branch
from pipeline.alert.match import _JUDGES, matches
from pipeline.alert.rules import BRANCH_KEYS, load_rules, parse_rule
from pipeline.errors import ConfigError

GOOD = """
rule: leaving
title: Somebody leaves
owner: desk
status: active
severity: high
match:
  any:
    - event_type: RETREAT
      country: [LBY, TUN]
      min_confidence: 0.5
  not:
    mode: resign
group_by: [country, event_date]
notify: [desk, night]
dedup_hours: 6
max_age_days: 7
tests:
  - name: it leaves
    event: {event_type: RETREAT, country: LBY}
    expect: true
  - event: {event_type: RETREAT, mode: resign, country: LBY}
    expect: false
"""


def with_line(old: str, new: str) -> str:
    assert old in GOOD
    return GOOD.replace(old, new)


def test_good_rule_is_read_whole():
    """Every key finds its field; one value and a list of one are the same."""
    rule = parse_rule(GOOD, "leaving.yaml")

    assert (rule.id, rule.title, rule.owner, rule.status, rule.severity, rule.path) == (
        "leaving", "Somebody leaves", "desk", "active", "high", "leaving.yaml",
    )  # fmt: skip
    assert rule.any_branches == (
        Branch(
            event_type=("RETREAT",),
            country=("LBY", "TUN"),
            min_confidence=0.5,
            status=DEFAULT_STATUSES,
            told_as=("news",),
        ),
    )
    assert rule.not_branch == Branch(mode=("resign",))
    assert (rule.group_by, rule.notify) == (("country", "event_date"), ("desk", "night"))
    assert (rule.dedup_hours, rule.max_age_days) == (6.0, 7.0)
    assert [(test.name, test.expect) for test in rule.tests] == [("it leaves", True), ("tests[2]", False)]


@pytest.mark.parametrize(
    ("asked", "rings"),
    [("", False), ("told_as: background, ", True), ("told_as: [news, background], ", True)],
)
def test_history_rings_only_where_a_rule_asks_for_it(event, asked, rings):
    """An article of today about the war of 1991 is no alarm."""
    rule = parse_rule(
        f"{{rule: a, title: b, owner: c, match: {{any: [{{{asked}event_type: RETREAT}}]}}}}", "a.yaml"
    )

    assert matches(rule, event(is_background=True)) is rings


def test_rule_with_the_least_has_careful_defaults():
    """It does not notify before somebody makes it active."""
    rule = parse_rule("{rule: a, title: b, owner: c, match: {any: [{event_type: ASSAULT}]}}")

    assert (rule.status, rule.severity, rule.group_by, rule.notify, rule.dedup_hours, rule.max_age_days) == (
        "staging", "medium", ("incident",), (), 24.0, 7.0,
    )  # fmt: skip


def test_rule_is_frozen():
    """A rule read is a rule kept."""
    with pytest.raises(ValidationError, match="frozen"):
        parse_rule(GOOD).title = "other"  # type: ignore[misc]


def test_status_left_out_means_what_happened_or_will():
    """A denied attack does not fire a rule that did not ask for denials."""
    assert parse_rule(GOOD).any_branches[0].status == ("actual", "planned")


def test_not_branch_takes_every_status():
    """An exclusion excludes, whatever is claimed."""
    assert parse_rule(GOOD).not_branch.status == ()


def test_status_can_be_asked_for():
    """Who wants denials writes so."""
    text = with_line("      min_confidence: 0.5", "      status: denied").split("tests:")[0]

    assert parse_rule(text).any_branches[0].status == ("denied",)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        (
            "owner: desk",
            "owner: desk\nonwer: me",
            ":5: the file has no key 'onwer'; allowed: rule, title",
        ),
        ("rule: leaving", "rule: Leaving Town", "r.yaml:2: rule is 'Leaving Town'; allowed: an id of"),
        ("rule: leaving", "rule: -leaving", "rule is '-leaving'"),
        ("rule: leaving", "rule: 7", "rule is 7"),
        ("rule: leaving\n", "", "rule is None"),
        ("title: Somebody leaves", 'title: ""', "title is ''; allowed: one line of text"),
        ("title: Somebody leaves", 'title: "a\\r\\nBcc: x"', "title is 'a\\r\\nBcc: x'"),
        ("title: Somebody leaves", f"title: {'x' * 121}", "allowed: one line of text, 1 to 120"),
        ("title: Somebody leaves", 'title: "a\\u202eb"', "title is 'a\\u202eb'"),
        ("owner: desk\n", "", "owner is None"),
        ("status: active", "status: on", "status is True; allowed: staging, active, retired"),
        ("severity: high", "severity: urgent", "severity is 'urgent'; allowed: info, low, medium"),
        (
            "event_type: RETREAT\n",
            "event_type: RETREET\n",
            "match.any[1].event_type is 'RETREET'; allowed: AGREE",
        ),
        (
            "event_type: RETREAT\n",
            "event_typ: RETREAT\n",
            "match.any[1] has no key 'event_typ'; allowed: event_type",
        ),
        ("event_type: RETREAT\n", "mode: riots\n", "match.any[1].mode is 'riots'; allowed: "),
        ("event_type: RETREAT\n", "{event_type: RETREAT, mode: riot}\n", "no YAML"),
        ("min_confidence: 0.5", "mode: riot", "match.any[1].mode is 'riot'; allowed: access, ceasefire"),
        ("min_confidence: 0.5", "min_confidence: 50", "min_confidence is 50; allowed: a number from 0 to 1"),
        ("min_confidence: 0.5", "min_confidence: .nan", "min_confidence is nan"),
        ("min_confidence: 0.5", "min_confidence: .inf", "min_confidence is inf"),
        ("min_confidence: 0.5", "min_confidence: true", "min_confidence is True"),
        ("min_confidence: 0.5", "min_confidence: high", "min_confidence is 'high'"),
        ("min_confidence: 0.5", "max_score: -11", "max_score is -11; allowed: a number from -10 to 10"),
        ("min_confidence: 0.5", "min_confidence:", "min_confidence is None"),
        ("min_confidence: 0.5", "quad_class: 5", "quad_class is 5; allowed: 1, 2, 3, 4"),
        ("min_confidence: 0.5", "quad_class: true", "quad_class is True"),
        ("min_confidence: 0.5", "context: weather", "context is 'weather'; allowed: military"),
        ("min_confidence: 0.5", "status: maybe", "match.any[1].status is 'maybe'; allowed: actual, planned"),
        ("min_confidence: 0.5", "actor: Libya", "actor is 'Libya'; allowed: a country (LBY), a sector"),
        ("min_confidence: 0.5", "actor: LBYXXX", "actor is 'LBYXXX'"),
        ("min_confidence: 0.5", "actor_sector: ARMY", "actor_sector is 'ARMY'; allowed: AGR"),
        ("min_confidence: 0.5", "actor_country: ly", "actor_country is 'ly'; allowed: three capital letters"),
        ("min_confidence: 0.5", "text: li*", "text is 'li*'; allowed: words"),
        ("min_confidence: 0.5", "text: 'a*b word'", "text is 'a*b word'"),
        ("min_confidence: 0.5", "text: '*'", "text is '*'"),
        ("min_confidence: 0.5", "text: '...'", "text is '...'"),
        ("min_confidence: 0.5", "text: []", "text has 0 values; allowed: 1 to 256"),
        ("min_confidence: 0.5", "text: [[a]]", "text is ['a']"),
        ("min_confidence: 0.5", f"text: {list(map(str, range(257)))}", "text has 257 values"),
        ("min_confidence: 0.5", f"text: {[f'word{n}*' for n in range(11)]}", "match has 11 wildcards"),
        ("country: [LBY, TUN]", "country: [LBY, Tunisia]", "country is 'Tunisia'"),
        ("    mode: resign", "    {}", "match.not would match every event"),
        (
            "group_by: [country, event_date]",
            "group_by: city",
            "group_by is 'city'; allowed: event, incident",
        ),
        (
            "notify: [desk, night]",
            "notify: [desk, nihgt]",
            "notify is 'nihgt'; allowed: receivers: desk, night",
        ),
        ("dedup_hours: 6", "dedup_hours: -1", "dedup_hours is -1; allowed: a number from 0 to 8760"),
        ("max_age_days: 7", "max_age_days: week", "max_age_days is 'week'"),
        ("expect: true", "expect: 'yes'", "tests[1].expect is 'yes'; allowed: true, false"),
        ("RETREAT, country: LBY}", "RETREAT, land: LBY}", "tests[1].event has no key 'land'"),
        (
            "{event_type: RETREAT, country",
            "{country",
            "r.yaml:20: tests[1].event is not possible: no event type ''; there are: AGREE",
        ),
        ("RETREAT, country: LBY}", "RETREAT, confidence: high}", "confidence is 'high', wanted int or float"),
        ("RETREAT, country: LBY}", "RETREAT, status: gone}", "no status 'gone'"),
        ("RETREAT, country: LBY}", "RETREAT, contexts: [rain]}", "contexts is 'rain'"),
        ("RETREAT, country: LBY}", "RETREAT, published_at: 2020-01-01T00:00:00}", "must carry a time zone"),
        ("RETREAT, country: LBY}", "RETREAT, trigger_start: 5, trigger_end: 9}", "lies outside its sentence"),
        (
            "RETREAT, country: LBY}",
            "RETREAT, event_date: yesterday}",
            "event_date is 'yesterday', wanted date",
        ),
        ("RETREAT, country: LBY}", "RETREAT, sentence: null}", "sentence is None, wanted str"),
        ("RETREAT, country: LBY}", "RETREAT, quad_class: true}", "quad_class is True, wanted int"),
        ("RETREAT, country: LBY}", "RETREAT, event_date: 2020-01-01T00:00:00Z}", "wanted date"),
        ("RETREAT, country: LBY}", 'RETREAT, country: "A\\e[0m"}', "country is A\\u001b[0m, wanted LBY"),
        ("RETREAT, country: LBY}", "RETREAT, country: 218}", "country is 218, wanted str"),
    ],
)
def test_mistake_is_told_with_file_key_value_and_what_is_allowed(old, new, says):
    """Nothing is guessed and nothing passed over."""
    with pytest.raises(ConfigError) as error:
        parse_rule(with_line(old, new), "r.yaml", receivers=("desk", "night"))

    assert says in str(error.value)
    assert re.match(r"r\.yaml(:\d+)?: ", str(error.value))


@pytest.mark.parametrize("text", ["", "[]", "just words", "3", "null", "- rule: a"])
def test_file_that_is_no_mapping_is_refused(text):
    """Each file is one rule."""
    with pytest.raises(ConfigError, match="allowed: a mapping with rule, title"):
        parse_rule(text)


@pytest.mark.parametrize(
    "branches", ["[]", "{event_type: ASSAULT}", "ASSAULT", "[ASSAULT]", "[{status: actual}]", "[{}]"]
)
def test_match_without_a_condition_is_refused(branches):
    """A rule that fires on everything is nobody's wish."""
    with pytest.raises(ConfigError, match=r"match\.any"):
        parse_rule("{rule: a, title: b, owner: c, match: {any: %s}}" % branches)  # noqa: UP031


def test_too_many_branches_are_refused():
    """64 and no more."""
    with pytest.raises(ConfigError, match="1 to 64 branches"):
        parse_rule("{rule: a, title: b, owner: c, match: {any: [%s]}}" % ",".join(["{country: LBY}"] * 65))  # noqa: UP031


def test_too_many_phrases_are_refused():
    """256 over all branches of a rule."""
    branches = ",".join("{text: [%s]}" % ",".join(f"w{n}x{m}" for m in range(100)) for n in range(3))  # noqa: UP031
    with pytest.raises(ConfigError, match="match has 300 phrases; allowed: up to 256"):
        parse_rule("{rule: a, title: b, owner: c, match: {any: [%s]}}" % branches)  # noqa: UP031


def test_all_mistakes_of_a_file_are_told_together():
    """One line each, so that one go mends them."""
    text = (
        GOOD.replace("severity: high", "severity: x")
        .replace("owner: desk", "owner: ''")
        .replace("LBY, TUN", "x")
    )
    with pytest.raises(ConfigError) as error:
        parse_rule(text, "r.yaml")

    assert [line.split(" is ")[0] for line in str(error.value).splitlines()] == [
        "r.yaml:4: owner", "r.yaml:6: severity", "r.yaml:10: match.any[1].country",
    ]  # fmt: skip


def test_rule_whose_own_test_fails_is_refused_with_the_reason():
    """The test's name, what it expects, and which condition says otherwise."""
    with pytest.raises(ConfigError) as error:
        parse_rule(with_line("RETREAT, country: LBY}", "RETREAT, country: EGY}"), "r.yaml")

    assert str(error.value) == (
        "r.yaml:19: test 'it leaves' expects true, but: not matched: branch 1: country is EGY, wanted LBY or TUN"
    )


def test_sample_event_takes_quad_class_and_score_from_the_ontology():
    """A test says only what it is about."""
    sample = parse_rule(GOOD).tests[0].event

    assert (sample.quad_class, sample.score, sample.status) == (2, 6.5, "actual")


def test_message_about_a_hostile_value_stays_on_one_line():
    """A rule file cannot forge log lines."""
    with pytest.raises(ConfigError) as error:
        parse_rule(with_line("severity: high", 'severity: "a\\nERROR \\e[31m\\u2028x"'), "r.yaml")

    assert len(str(error.value).splitlines()) == 1
    assert str(error.value).isprintable()


def test_every_condition_of_a_branch_is_a_field_of_the_event():
    """No condition can be written that is never judged."""
    assert set(_JUDGES) == set(BRANCH_KEYS)


def test_bad_file_is_reported_and_the_others_are_read(tmp_path: Path):
    """One analyst's slip does not silence the desk."""
    (tmp_path / "a.yaml").write_text(GOOD)
    (tmp_path / "b.yaml").write_text("rule: [")
    (tmp_path / "c.yml").write_text(GOOD.replace("rule: leaving", "rule: other"))
    (tmp_path / "notes.txt").write_text("not a rule")
    rules, problems = load_rules(tmp_path)

    assert [rule.id for rule in rules] == ["leaving", "other"]
    assert len(problems) == 1
    assert str(problems[0]).startswith(f"{tmp_path / 'b.yaml'}: no YAML")


def test_second_rule_of_one_id_is_refused(tmp_path: Path):
    """Alerts are kept by rule id."""
    for name in ("a.yaml", "b.yaml"):
        (tmp_path / name).write_text(GOOD)
    rules, problems = load_rules(tmp_path)

    assert len(rules) == 1
    assert "rule 'leaving' is also in" in str(problems[0])


def test_unknown_receiver_is_refused_where_receivers_are_given(tmp_path: Path):
    """A notification to nobody is found before the alarm."""
    (tmp_path / "a.yaml").write_text(GOOD)

    assert len(load_rules(tmp_path, receivers=("desk",))[1]) == 1
    assert len(load_rules(tmp_path, receivers=("desk", "night"))[1]) == 0


def test_missing_folder_is_told(tmp_path: Path):
    """It says which setting names it."""
    with pytest.raises(ConfigError, match="TOCSIN_RULES_PATH"):
        load_rules(tmp_path / "none")


def test_unreadable_file_is_a_problem_of_that_file(tmp_path: Path):
    """A link to nowhere stops no other rule."""
    (tmp_path / "a.yaml").symlink_to(tmp_path / "none")
    (tmp_path / "b.yaml").write_text(GOOD)
    rules, problems = load_rules(tmp_path)

    assert (len(rules), "cannot be read" in str(problems[0])) == (1, True)
