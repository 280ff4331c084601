"""Alerts: what rang, and what an analyst does about it: take it, close it, tell nobody of its like for a time."""

from __future__ import annotations

import json
from collections.abc import Mapping

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import Response

from pipeline.alert.silence import read_duration, read_matcher, read_text
from pipeline.errors import ConfigError
from pipeline.pages.desk import desk_of
from pipeline.pages.filters import numbered, read_filter
from pipeline.pages.forms import Form, SentForm

SHOWN = 40
STATES = ("open", "acknowledged", "closed", "silenced")
CHOICES: Mapping[str, tuple[str, ...]] = {
    "": STATES[:2],
    **{state: (state,) for state in STATES},
    "all": STATES,
}
LENGTHS = (("1h", "an hour"), ("8h", "eight hours"), ("1d", "a day"), ("7d", "a week"), ("30d", "30 days"))
# By what a silence can go that is made on the page; `tocsin alerts silence` knows more.
SILENCE_BY = ("rule", "country", "event_id")

router = APIRouter()


@router.get("/alerts")
def alerts(request: Request, state: str = "", rule: str = "") -> Response:
    """Alerts that somebody should look at."""
    if state not in CHOICES:
        raise ConfigError(f"state must be one of {', '.join(CHOICES)[2:]}, got {state[:40]!r}")
    desk = desk_of(request)
    before = read_filter(request.query_params).before
    states = list(CHOICES[state])
    answer = desk.reader.ask("page_alerts", states=states, rule=rule or None, before=before, limit=SHOWN)
    return desk.show(
        request,
        "alerts.html",
        alerts=answer.rows,
        state=state,
        rule=rule,
        states=[("acknowledged", "taken"), *((name, name) for name in ("open", "closed", "silenced", "all"))],
        lengths=LENGTHS,
        silences=desk.reader.ask("page_silences").rows,
        older=answer.rows[-1]["alert_id"] if len(answer.rows) == SHOWN else None,
        sql=answer.sql,
    )


@router.post("/alert/{alert_id}/take")
def take(request: Request, alert_id: int, form: SentForm) -> Response:
    """Note that somebody looks after an alert, for good or until a time."""
    lasts = read_duration(form.one("lasts")) if form.one("lasts") else None
    return _change(request, "acknowledge_alerts", alert_id, form, lasts=lasts)


@router.post("/alert/{alert_id}/close")
def close(request: Request, alert_id: int, form: SentForm) -> Response:
    """Close an alert: nobody is told of what later mentions change."""
    return _change(request, "close_alerts", alert_id, form)


def _change(request: Request, query: str, alert_id: int, form: Form, **parameters: object) -> Response:
    desk = desk_of(request)
    comment = read_text(form.one("comment"), "the comment") if form.one("comment").strip() else ""
    with desk.database.transaction() as transaction:
        done = transaction.all(
            query, alert_ids=[numbered(alert_id)], author=request.state.who, comment=comment, **parameters
        )
    if not done:
        raise HTTPException(404, f"There is no alert {alert_id} that is not closed.")
    return desk.back(request, "/alerts")


@router.post("/silences")
def silence(request: Request, form: SentForm) -> Response:
    """Tell nobody of alerts of a kind until a time; they are raised and kept all the same."""
    desk = desk_of(request)
    matcher = read_matcher([f"{key}={form.one(key)}" for key in SILENCE_BY if form.one(key)])
    reason, lasts = read_text(form.one("reason"), "the reason"), read_duration(form.one("lasts"))
    with desk.database.transaction() as transaction:
        transaction.one(
            "insert_silence",
            matcher=json.dumps(matcher), author=request.state.who, reason=reason, lasts=lasts,
        )  # fmt: skip
    return desk.back(request, "/alerts#silences")


@router.post("/silence/{silence_id}/end")
def end_silence(request: Request, silence_id: int) -> Response:
    """End a silence now."""
    desk = desk_of(request)
    with desk.database.transaction() as transaction:
        transaction.all("end_silences", silence_ids=[numbered(silence_id)])
    return desk.back(request, "/alerts#silences")
