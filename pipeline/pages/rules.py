"""Rules: what each asks for, how often it rings, and what it would have rung for."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import yaml
from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import Response

from pipeline.alert.rules import load_rules
from pipeline.pages import series
from pipeline.pages.desk import desk_of
from pipeline.stages.rule_history import tried_on_history

DAYS = 90
ALERTS_SHOWN = 20
EVENTS_SHOWN = 30

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


@router.get("/rule/{rule}/backtest")
def backtest(request: Request, rule: str) -> Response:
    """What a rule, as its file has it now, would have told of the events that are stored. It takes its time."""
    desk = desk_of(request)
    known, _ = load_rules(desk.settings.rules_path)
    found = next((one for one in known if one.id == rule), None)
    if found is None:
        raise HTTPException(404, f"No file has a rule {rule[:80]}.")
    with desk.database.transaction() as transaction:
        (tried,) = tried_on_history(transaction, [found])
    counts = Counter(event.published_at.date() for event in tried.told)
    days = series.filled(counts, tried.first, tried.last)
    top = series.nice_top(max(count for _, count in days))
    return desk.show(
        request,
        "backtest.html",
        rule=found,
        tried=tried,
        days=days,
        top=top,
        ticks=series.ticks([day for day, _ in days]),
        newest=tried.told[-EVENTS_SHOWN:][::-1],
    )


def as_yaml(definition: Any) -> str:
    """A rule as its file has it, without what is empty."""
    return yaml.safe_dump(_filled(definition), sort_keys=False, allow_unicode=True, width=100)


def _filled(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _filled(one) for name, one in value.items() if one not in (None, "", [], {})}
    return [_filled(one) for one in value] if isinstance(value, list) else value
