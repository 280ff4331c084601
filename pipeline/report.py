"""What a person sees after a run: rows in, readable text out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from rich.console import Console, Group, RenderableType
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table

if TYPE_CHECKING:
    from pipeline.local.records import OperateStatus

Row = Mapping[str, Any]
MAX_SENTENCE = 110
FAILED_FEEDS_SHOWN = 3
BYTE_UNITS = ("B", "kB", "MB", "GB", "TB")
SHOWN_BYTES = 1_000_000  # smaller tables are summed up only


def report(
    feeds: Sequence[Row],
    events: Sequence[Row],
    alerts: Sequence[Row],
    quarantine: Sequence[Row],
    next_steps: str,
    *,
    is_news: bool = True,
) -> Group:
    """Put the parts of a run's report together; without news the events are earlier ones."""
    about = (
        f"{len(events)} shown, newest first"
        if is_news
        else f"no new ones; the newest {len(events)} of before"
    )
    parts: list[RenderableType] = [
        "", "[bold]Fetched[/]", _feeds(feeds),
        "", f"[bold]Events[/] ({about})", _events(events),
        "", "[bold]Alerts[/]", _alerts(alerts),
        "", "[bold]Quarantine[/]", _quarantine(quarantine),
        "", "[bold]Next[/]", next_steps,
    ]  # fmt: skip
    return Group(*parts)


def who(row: Row, role: str) -> str:
    """Name and code of an actor: "NATO (IGO)"; a dash for none."""
    name = row[f"{role}_name"]
    if not name:
        return "–"
    code = (row[f"{role}_country"] or "") + (row[f"{role}_sector"] or "")
    return f"{name} ({code})" if code else name


def what(row: Row) -> str:
    """Type, mode and, unless it is a plain fact, status: "RETREAT withdraw, planned"."""
    told = " ".join(part for part in (row["event_type"], row["mode"]) if part)
    return told if row["status"] == "actual" else f"{told}, {row['status']}"


def when(row: Row) -> str:
    """The date, as precise as it is known."""
    date = row["event_date"]
    return {"month": f"{date:%Y-%m}", "year": f"{date:%Y}", "week": f"week of {date}"}.get(
        row["date_precision"], str(date)
    )


def _feeds(rows: Sequence[Row]) -> RenderableType:
    failed = [row for row in rows if row["last_error"]]
    table = Table("source", "result", box=None, pad_edge=False, padding=(0, 2))
    for row in rows:
        if not row["last_error"]:
            table.add_row(escape(row["source"]), _feed_result(row))
    if len(failed) > FAILED_FEEDS_SHOWN:
        names = ", ".join(row["source"] for row in failed)
        table.add_row(f"{len(failed)} feeds", f"unreachable: {escape(names)}")
        failed = failed[:1]
    for row in failed:
        table.add_row(escape(row["source"]), f"[dim]{escape(short(row['last_error']))}[/]")
    return table


def _feed_result(row: Row) -> str:
    if row["fetched_at"] is None:
        return "not fetched yet"
    return f"{row['article_count']} new articles" if row["article_count"] else "nothing new"


def _events(rows: Sequence[Row]) -> RenderableType:
    """Two lines an event, within 80 columns: what, when, where and how sure; who to whom."""
    if not rows:
        return "none"
    return Group(*(part for row in rows for part in _event(row)))


def _event(row: Row) -> tuple[RenderableType, RenderableType]:
    place = short(row["place_name"] or "–", 14)
    head = f"{row['id']:>5}  {what(row):<33} {when(row):<18} {place:<14} {row['confidence']:.2f}"
    parties = f"{who(row, 'actor')} → {who(row, 'recipient')}"
    return f"[bold]{escape(head)}[/]", Padding(escape(parties), (0, 0, 0, 7))


def _alerts(rows: Sequence[Row]) -> RenderableType:
    if not rows:
        return "none"
    return Group(
        *(
            f"[bold red]{escape(row['severity'])}[/] {escape(row['rule'])}: event {row['event_id']}, "
            f"{escape(row['notifications'] or 'not told: ' + row['reason'])}\n"
            f"  “{escape(short(row['sentence'], 300))}”\n  [dim]because {escape(row['why'])}[/]"
            for row in rows
        )
    )


def _quarantine(rows: Sequence[Row]) -> RenderableType:
    if not rows:
        return "empty"
    table = Table("stage", "reason", "items", "for example", box=None, pad_edge=False, padding=(0, 2))
    for row in rows:
        values = (
            row["stage"],
            short(row["reason"], 60),
            row["item_count"],
            short(row["example"] or "", 60),
        )
        table.add_row(*(escape(str(value)) for value in values))
    return table


def moment(value: object) -> str:
    """A time in UTC to the minute; anything else as it is."""
    return f"{value.astimezone(UTC):%Y-%m-%d %H:%M} UTC" if isinstance(value, datetime) else str(value)


def short(text: str, limit: int = MAX_SENTENCE) -> str:
    """A text in one line, cut where it is longer."""
    text = " ".join(text.split())
    return text if len(text) <= limit else text[: limit - 1] + "…"


def console() -> Console:
    """A console as wide as the terminal, 80 columns into a file; a path is never cut in two."""
    return Console(highlight=False, soft_wrap=False)


def processes(found: OperateStatus) -> RenderableType:
    """What runs, with its memory, what a killed one left, and what failed last."""
    parts: list[RenderableType] = [
        f"Tocsin runs, the UI is on {found.address} (passwords: {found.passwords_file})"
        if found.is_running
        else "Tocsin does not run; `tocsin up` starts it"
    ]
    if found.orphans:
        parts.append(
            f"[red]{len(found.orphans)} of its processes go on without it[/] (it was killed): `tocsin up` ends them and "
            "starts anew, `tocsin stop` ends them"
        )
    if not found.has_database:
        parts.append("the embedded Postgres does not run; any command that asks it starts it")
    parts.append(f"alerts told by log: {found.alerts_log}")
    if found.components:
        table = Table("process", "pid", "memory", box=None, pad_edge=False, padding=(0, 2))
        for component in found.components:
            table.add_row(component.name, str(component.pid), f"{component.memory_bytes / 1e6:.0f} MB")
        parts.append(table)
    parts += [
        f"[red]failed[/] {failure.task} at {failure.ended_at:%Y-%m-%d %H:%M:%S} UTC, log: {failure.log_file}"
        for failure in found.failures
        if failure.ended_at
    ]
    return Group(*parts)


def contact(told: str) -> RenderableType:
    """How publishers can reach the operator: for `tocsin status`."""
    if told:
        return f"publishers can reach you at {escape(told)} (User-Agent)"
    return "publishers cannot reach you: set TOCSIN_CONTACT to an e-mail address or a page (it goes into the User-Agent)"


def yields(broken: Sequence[Row]) -> RenderableType:
    """Publishers whose pages give less than they used to: for `tocsin status`."""
    return Group(
        *(
            f"[red]{escape(row['source'])}[/]: a whole text from {100 * row['recent_share']:.0f} % of its entries, usually "
            f"{100 * row['usual_share']:.0f} %: its pages have changed, or keep us out (analysis.source_yield)"
            for row in broken
        )
    )


def lag(stages: Sequence[Row], totals: Row) -> RenderableType:
    """What waits before each stage, and the totals: for `tocsin status`."""
    table = Table("stage", "waiting", "oldest for", box=None, pad_edge=False, padding=(0, 2))
    for row in stages:
        table.add_row(row["stage"], str(row["waiting_count"]), str(row["oldest_age"] or "–").split(".")[0])
    told = ", ".join(f"{name.replace('_', ' ')} {moment(value)}" for name, value in totals.items())
    return Group(table, told)


def sizes(rows: Sequence[Row]) -> RenderableType:
    """How large the tables are and how fast they grow: for `tocsin status`."""
    table = Table("table", "size", "a day", "rows", box=None, pad_edge=False, padding=(0, 2))
    for row in [row for row in rows if row["total_bytes"] >= SHOWN_BYTES][:8]:
        growth = "–" if row["bytes_a_day"] is None else _bytes(row["bytes_a_day"])
        table.add_row(row["table_name"], _bytes(row["total_bytes"]), growth, f"{row['row_count']:,}")
    return Group(table, f"all tables {_bytes(sum(row['total_bytes'] for row in rows))}")


def _bytes(count: int) -> str:
    power = min(max(len(str(abs(count))) - 1, 0) // 3, len(BYTE_UNITS) - 1)
    value = count / 1000**power
    return (
        f"{value:.0f} {BYTE_UNITS[power]}"
        if power == 0 or abs(value) >= 10
        else f"{value:.1f} {BYTE_UNITS[power]}"
    )
