"""Rules: what each asks for, how often it rings, and what it would have rung for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import yaml
from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import Response

from pipeline.pages import series
from pipeline.pages.desk import desk_of

DAYS = 90
ALERTS_SHOWN = 20

router = APIRouter()


@router.get("/rules")
def rules(request: Request) -> Response:
    """All rules."""
    desk = desk_of(request)
    answer = desk.reader.ask("page_rules")
    return desk.show(request, "rules.html", rules=answer.rows, sql=answer.sql)


@router.get("/rule/{rule}")
def rule(request: Request, rule: str) -> Response:
    """One rule."""
    desk = desk_of(request)
    found = desk.reader.ask("page_rule", rule=rule)
    if not found.rows:
        raise HTTPException(404, f"There is no rule {rule[:80]}.")
    counts = desk.reader.ask("page_rule_days", rule=rule)
    today = datetime.now(UTC).date()
    first = today - timedelta(days=DAYS - 1)
    days = series.filled({row["day"]: row["alert_count"] for row in counts.rows}, first, today)
    alerts = desk.reader.ask(
        "page_alerts", states=["open", "acknowledged", "closed", "silenced"], rule=rule, limit=ALERTS_SHOWN
    )
    return desk.show(
        request,
        "rule.html",
        rule=found.rows[0],
        text=as_yaml(found.rows[0]["definition"]),
        days=days,
        told={row["day"]: row["told_count"] for row in counts.rows},
        top=series.nice_top(max(count for _, count in days)),
        ticks=series.ticks([day for day, _ in days]),
        alerts=alerts.rows,
        sql=f"{counts.sql}\n\n{alerts.sql}",
    )


def as_yaml(definition: Any) -> str:
    """A rule as its file has it, without what is empty."""
    return yaml.safe_dump(_filled(definition), sort_keys=False, allow_unicode=True, width=100)


def _filled(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _filled(one) for name, one in value.items() if one not in (None, "", [], {})}
    return [_filled(one) for one in value] if isinstance(value, list) else value
