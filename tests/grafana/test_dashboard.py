"""The provisioned dashboard: its SQL runs as the analyst on the views, and its files fit docker-compose.yml."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
import yaml

from pipeline.config import ROOT
from tests.compose import SERVICES
from tests.store.conftest import select

DASHBOARD = json.loads((ROOT / "grafana/dashboards/tocsin.json").read_text("utf-8"))
PANELS: list[dict[str, Any]] = DASHBOARD["panels"]
VARIABLES: list[dict[str, Any]] = DASHBOARD["templating"]["list"]
PLANTED = """
INSERT INTO tocsin.events (event_key, event_date, date_precision, event_type, contexts, status, actor_name, actor_country,
    recipient_country, place_name, place_country, place_latitude, place_longitude, place_resolution, counts, quad_class, score,
    confidence, codebook, mention_count, article_count, source_count, first_reported_at)
SELECT 'made ' || number, current_date - number, 'day', 'PROTEST', '{}', 'actual', 'Crowd', 'FRA', 'DEU', 'Paris', 'FRA', 48.9, 2.3,
       'point', '[{"kind": "killed", "lower": 3, "upper": 3}]', 4, -6, 0.5, 'made', 1, 1, 1, now()
FROM generate_series(0, 2) AS number
"""


def as_grafana_asks(statement: str, country: str = "all") -> str:
    """The statement with Grafana's macro and variable filled in."""
    inside = r"\1 BETWEEN now() - interval '90 days' AND now() + interval '1 day'"
    asked = re.sub(r"\$__timeFilter\((.*?)\)", inside, statement).replace("$country", country)
    assert "$" not in asked
    return asked


def asked(db: Any, statement: str) -> list[dict[str, Any]]:
    with db.connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE analyst")
        cursor.execute(statement)
        names = [column.name for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


@pytest.mark.parametrize("panel", PANELS, ids=lambda panel: panel["title"])
def test_a_panel_asks_what_the_views_answer(db: Any, panel: dict[str, Any]) -> None:
    """With the analyst's rights; a series has a time and is in its order."""
    select(db.connection, PLANTED)
    (target,) = panel["targets"]
    rows = asked(db, as_grafana_asks(target["rawSql"]))

    assert rows or panel["title"] in ("Alerts", "Articles an hour", "Feeds in trouble")
    if target["format"] == "time_series":
        assert [row["time"] for row in rows] == sorted(row["time"] for row in rows)


def test_the_country_chosen_is_the_one_shown(db: Any) -> None:
    """By the variable of the dashboard, whose own question runs too."""
    select(db.connection, PLANTED)
    (variable,) = VARIABLES
    (panel,) = [panel for panel in PANELS if panel["title"] == "Deadliest events"]
    statement = panel["targets"][0]["rawSql"]

    assert asked(db, variable["query"]) == [{"country": "all"}, {"country": "FRA"}]
    assert [len(asked(db, as_grafana_asks(statement, country))) for country in ("FRA", "DEU")] == [3, 0]


def test_every_panel_asks_the_provisioned_database() -> None:
    """As the analyst, by a password from a file."""
    source = yaml.safe_load((ROOT / "grafana/provisioning/datasources/tocsin.yaml").read_text())[
        "datasources"
    ][0]
    named = {part["datasource"]["uid"] for panel in PANELS for part in (panel, *panel["targets"])}

    assert named == {source["uid"]}
    assert source["user"] == "analyst"
    assert source["secureJsonData"]["password"] == "$__file{/run/secrets/analyst_password}"


def test_panels_do_not_lie_upon_each_other() -> None:
    """In the grid of 24 columns."""
    cells = [
        (column, row)
        for place in (panel["gridPos"] for panel in PANELS)
        for column in range(place["x"], place["x"] + place["w"])
        for row in range(place["y"], place["y"] + place["h"])
    ]

    assert len(cells) == len(set(cells))
    assert max(column for column, _ in cells) < 24


def test_what_compose_mounts_is_there() -> None:
    """Each file in the place where the provisioning looks for it; optional, and quiet towards the world."""
    service = SERVICES["grafana"]
    mounts = [volume.split(":") for volume in service["volumes"] if volume.startswith("./")]
    provider = yaml.safe_load((ROOT / "grafana/provisioning/dashboards/tocsin.yaml").read_text())[
        "providers"
    ][0]

    assert [source for source, *_ in mounts if not (ROOT / source).is_dir()] == []
    assert provider["options"]["path"] in {target for _, target, _ in mounts}
    assert service["profiles"] == ["grafana"]
    assert service["environment"]["GF_ANALYTICS_REPORTING_ENABLED"] == "false"
    assert "GF_AUTH_ANONYMOUS_ENABLED" not in service["environment"]
