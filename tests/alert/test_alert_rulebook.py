"""Rules are compiled when they change, and only then; one that nobody meets is not even read."""

import json
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from pipeline.alert.compiled import definition
from pipeline.alert.rules import parse_rule, read_rule
from pipeline.errors import ConfigError
from pipeline.postgres.database import Database
from pipeline.stages.rule_desk import apply_rules, explained, listed
from pipeline.stages.rulebook import sync_rules
from tests.alert import random_rules as made

RULE = "{rule: %s, title: b, owner: c, status: active, match: {any: [{event_type: ASSAULT, country: %s}]}}"


@pytest.fixture
def folder(settings, tmp_path):
    """A folder of two rules, and settings that name it."""
    rules = tmp_path / "rules"
    rules.mkdir()
    (tmp_path / "receivers.yaml").write_text("desk: {channel: log}\n")
    for name, country in (("one", "MLI"), ("two", "NER")):
        (rules / f"{name}.yaml").write_text(RULE % (name, country))
    return rules, replace(settings, rules_path=rules, receivers_path=tmp_path / "receivers.yaml")


def branches(database: Database) -> dict[str, int]:
    with database.transaction() as transaction, transaction.connection.cursor() as cursor:
        cursor.execute("SELECT rule, id FROM tocsin.rule_branches")
        return dict(cursor.fetchall())


def refused(database: Database) -> list[str]:
    with database.transaction() as transaction, transaction.connection.cursor() as cursor:
        cursor.execute("SELECT reason FROM tocsin.quarantine WHERE stage = 'alert'")
        return [reason for (reason,) in cursor.fetchall()]


def test_what_did_not_change_is_left_alone(folder, database):
    """The rows stay, and the file is not parsed before the rule is asked for."""
    rules, settings = folder
    sync_rules(database, settings)
    before = branches(database)
    (rules / "two.yaml").write_text(RULE % ("two", "BFA"))
    book, _ = sync_rules(database, settings)
    after = branches(database)

    assert (before["one"] == after["one"], before["two"] == after["two"]) == (True, False)
    assert (sorted(book), "one" in book._rules) == (["one", "two"], False)
    assert book["one"].match.any[0].country == ("MLI",)


def test_postgres_has_counted_the_rows_before_it_is_asked(folder, database):
    """Uncounted, ten thousand of them are a handful to it, and each event is held against each."""
    rules, settings = folder
    for number in range(40):
        (rules / f"more-{number}.yaml").write_text(RULE % (f"more-{number}", "BFA"))
    sync_rules(database, settings)
    with database.transaction() as transaction, transaction.connection.cursor() as cursor:
        cursor.execute(
            "SELECT reltuples FROM pg_class WHERE oid IN ('tocsin.rule_branches'::regclass, 'tocsin.rule_anchors'::regclass)"
        )
        counted = [count for (count,) in cursor.fetchall()]

    assert counted == [42, 42]


def test_a_rule_whose_file_is_gone_is_gone(folder, database):
    """And so are its rows."""
    rules, settings = folder
    sync_rules(database, settings)
    (rules / "one.yaml").unlink()
    sync_rules(database, settings)

    assert list(branches(database)) == ["two"]


def test_a_bad_rule_fails_alone_and_its_file_is_named_once(folder, database):
    """Whichever of its lines is wrong."""
    rules, settings = folder
    (rules / "one.yaml").write_text("rule: one\ntitle: 3\n")
    book, _ = sync_rules(database, settings)

    assert (list(book), list(branches(database))) == (["two"], ["two"])
    assert len(refused(database)) == 1
    assert "one.yaml:2: title is 3" in refused(database)[0]


@pytest.mark.parametrize(
    "telling", ["notify: desk", "notify: night, escalate: {after_minutes: 5, notify: desk}"]
)
def test_a_receiver_that_is_gone_has_the_rules_that_tell_it_read_anew(folder, database, tmp_path, telling):
    """They may name it no more, at once or later; the others stay as they are."""
    rules, settings = folder
    (tmp_path / "receivers.yaml").write_text("desk: {channel: log}\nnight: {channel: log}\n")
    (rules / "one.yaml").write_text((RULE % ("one", "MLI")).replace("status:", f"{telling}, status:"))
    sync_rules(database, settings)
    before = branches(database)
    (tmp_path / "receivers.yaml").write_text("night: {channel: log}\n")
    book, _ = sync_rules(database, settings)

    assert (list(book), branches(database)) == (["two"], {"two": before["two"]})
    assert "desk" in refused(database)[0]


def test_one_more_receiver_leaves_all_rules_as_they_are(folder, database, tmp_path):
    """None of them names it."""
    rules, settings = folder
    (rules / "one.yaml").write_text((RULE % ("one", "MLI")).replace("status:", "notify: desk, status:"))
    sync_rules(database, settings)
    before = branches(database)
    (tmp_path / "receivers.yaml").write_text("desk: {channel: log}\nnight: {channel: log}\n")
    book, _ = sync_rules(database, settings)

    assert (branches(database), len(book._rules)) == (before, 0)


def test_no_row_of_a_rule_outlives_it(folder, database):
    """Nothing but the statement that takes rules out sees to it."""
    rules, settings = folder
    (rules / "one.yaml").write_text(RULE % ("one", "[MLI, NER]"))
    sync_rules(database, settings)
    (rules / "one.yaml").write_text(RULE % ("one", "BFA"))
    sync_rules(database, settings)
    (rules / "two.yaml").unlink()
    sync_rules(database, settings)
    with database.transaction() as transaction, transaction.connection.cursor() as cursor:
        cursor.execute("SELECT term, rule FROM tocsin.rule_anchors")
        anchors = cursor.fetchall()

    assert (anchors, list(branches(database))) == ([("tc:ASSAULT|BFA", "one")], ["one"])


def test_second_file_of_one_id_is_refused(folder, database):
    """Also when the first did not change."""
    rules, settings = folder
    sync_rules(database, settings)
    (rules / "zwei.yaml").write_text(RULE % ("two", "BFA"))
    sync_rules(database, settings)

    assert "rule 'two' is also in" in refused(database)[0]


def test_retired_rule_is_kept_without_rows(folder, database):
    """It is shown, and meets nothing."""
    rules, settings = folder
    (rules / "one.yaml").write_text((RULE % ("one", "MLI")).replace("active", "retired"))
    book, _ = sync_rules(database, settings)

    assert (sorted(book), list(branches(database))) == (["one", "two"], ["two"])


def test_rule_is_applied_and_listed(folder):
    """What is compiled is shown."""
    _, settings = folder

    assert apply_rules(settings).rule_count == 2
    assert [row["rule"] for row in listed(settings)] == ["one", "two"]


def test_an_event_that_is_not_there_cannot_be_explained(folder):
    """It says so, with the number."""
    _, settings = folder
    with pytest.raises(ConfigError, match="no event 77 that stands"):
        explained(parse_rule(RULE % ("one", "MLI")), 77, settings)


def test_a_rule_is_shown_as_its_model_has_it():
    """It is written out by hand, which takes less time."""
    random = Random(5)
    rules = [made.rule(random, number) for number in range(300)]
    rules += [read_rule(path) for path in (Path(__file__).parents[2] / "seeds" / "rules").glob("*.yaml")]
    for rule in rules:
        dumped = rule.model_dump(
            mode="json", by_alias=True, exclude_defaults=True, warnings=False,
            include={"match", "window", "group_by", "notify"},
        )  # fmt: skip

        assert json.loads(json.dumps(definition(rule))) == dumped
