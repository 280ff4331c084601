"""Rollups, names, counts and tallies: right after every statement that changes events, whoever writes it."""

from __future__ import annotations

from typing import Any

import pytest

from pipeline.postgres.database import Transaction
from tests.store.conftest import select

MAKE = """
INSERT INTO tocsin.events (event_key, event_date, date_precision, event_type, contexts, status, actor_name, actor_country,
    actor_sector, recipient_name, recipient_country, place_country, counts, quad_class, score, confidence, codebook,
    mention_count, article_count, source_count, first_reported_at)
SELECT 'made ' || number, date '2024-12-30' + number % 5, (ARRAY['day', 'month'])[1 + number % 2], 'ASSAULT', '{}',
       (ARRAY['actual', 'denied'])[1 + number % 3 % 2], 'Group ' || number % 4, (ARRAY['SYR', 'IRQ', NULL])[1 + number % 3],
       (ARRAY['REB', NULL])[1 + number % 2], (ARRAY['Army', 'Group 1', NULL])[1 + number % 3],
       (ARRAY['SYR', 'TUR'])[1 + number % 2], (ARRAY['SYR', NULL])[1 + number % 2],
       CASE WHEN number % 2 = 0 THEN '[{"kind": "killed", "lower": 3, "upper": 4}]' ELSE '[]' END::jsonb, 4,
       (ARRAY[-9.1, NULL])[1 + number % 2], 0.5, 'made', 1, 1, 1, now()
FROM generate_series(1, 60) AS number
"""
ROLLUPS = {
    "country_days": "event_date, place_country, quad_class",
    "country_months": "month, place_country, actor_sector, quad_class",
    "dyad_months": "month, actor_country, recipient_country, quad_class",
    "dyad_days": "event_date, actor_country, recipient_country",
    "names": "name",
}


def kept(db: Transaction) -> dict[str, list[Any]]:
    """What the views of the rollups show, and how many events there are."""
    found = {
        view: select(db.connection, f"SELECT * FROM analysis.{view} ORDER BY {order}")  # noqa: S608
        for view, order in ROLLUPS.items()
    }
    return found | {"totals": [(db.one("totals") or {})["events"]]}


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param(["SELECT 1"], id="inserted"),
        pytest.param(["UPDATE tocsin.events SET score = -3.3, actor_name = 'Group 7', revision = revision + 1"], id="revised"),
        pytest.param(["UPDATE tocsin.events SET mention_count = 2"], id="recounted"),
        pytest.param(["UPDATE tocsin.events SET deleted_at = now() WHERE actor_country = 'SYR'"], id="withdrawn"),
        pytest.param(
            [
                "UPDATE tocsin.events SET deleted_at = now()",
                "UPDATE tocsin.events SET deleted_at = NULL WHERE quad_class = 4 AND score IS NULL",
            ],
            id="brought back",
        ),
        pytest.param(["UPDATE tocsin.events SET event_date = event_date + 400"], id="moved to another year"),
        pytest.param(["UPDATE tocsin.events SET counts = '[]', is_background = true"], id="without counts"),
        pytest.param(["DELETE FROM tocsin.events WHERE recipient_country = 'TUR'"], id="deleted"),
        pytest.param(["DELETE FROM tocsin.events"], id="all deleted"),
    ],
)  # fmt: skip
def test_rollups_are_what_they_would_be_if_made_anew(db: Transaction, changes: list[str]) -> None:
    """Kept step by step, and counted over all events: the same rows, to the last digit."""
    select(db.connection, MAKE)
    for change in changes:
        select(db.connection, change)
    stepwise = kept(db)
    select(db.connection, "SELECT tocsin.rebuild_rollups()")

    assert stepwise == kept(db)
    assert stepwise["totals"] == [select(db.connection, "SELECT count(*) FROM analysis.events")[0][0]]


def test_rollups_count_what_they_say(db: Transaction) -> None:
    """Held against the events themselves."""
    select(db.connection, MAKE)

    assert select(
        db.connection,
        "SELECT sum(event_count), sum(actual_count), sum(killed_total), sum(score_total) FROM analysis.country_days",
    ) == select(
        db.connection,
        "SELECT count(*), count(*) FILTER (WHERE status = 'actual'), sum(killed_lower) FILTER (WHERE status = 'actual'),"
        " sum(score::numeric) FILTER (WHERE status = 'actual') FROM analysis.events",
    )
    assert select(
        db.connection, "SELECT actor_count, recipient_count FROM analysis.names WHERE name = 'Group 1'"
    ) == [(15, 20)]


def test_upkeep_drops_what_counts_nothing_and_keeps_the_totals(db: Transaction) -> None:
    """A name that no event bears any more is gone for good."""
    select(db.connection, MAKE)
    select(db.connection, "DELETE FROM tocsin.events WHERE event_key <> 'made 1'")
    db.run("add_up_tallies")
    db.run("drop_empty_rollups")

    assert select(db.connection, "SELECT name FROM tocsin.names ORDER BY name") == [("Group 1",)]
    assert select(db.connection, "SELECT row_change FROM tocsin.tallies WHERE table_name = 'events'") == [
        (1,)
    ]


@pytest.mark.parametrize(
    ("counts", "bounds"),
    [
        pytest.param("[]", (None, None), id="none"),
        pytest.param('[{"kind": "killed", "lower": 12, "upper": 12}]', (12, 12), id="one"),
        pytest.param('[{"kind": "killed", "lower": 3, "upper": 3}, {"kind": "killed", "lower": 7, "upper": null}]', (7, None),
                     id="the greater of two, whole"),
        pytest.param('[{"kind": "killed", "lower": null, "upper": 5}]', (None, 5), id="at most"),
        pytest.param('[{"kind": "injured", "lower": 2, "upper": 2}]', (None, None), id="another kind"),
        pytest.param('[{"kind": "killed", "lower": 90000000000, "upper": null}]', (2147483647, None), id="beyond integers"),
    ],
)  # fmt: skip
def test_counts_become_columns(db: Transaction, counts: str, bounds: tuple[int | None, int | None]) -> None:
    """When an event is made, and when it is revised."""
    select(db.connection, MAKE)
    select(db.connection, "UPDATE tocsin.events SET counts = %s", counts)

    assert set(select(db.connection, "SELECT killed_lower, killed_upper FROM analysis.events")) == {bounds}
