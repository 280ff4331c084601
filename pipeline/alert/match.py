"""Match: a rule and an event in, yes or no out, and the reason in words.

The plain reading of what a rule means; `sql/queries/percolation.sql` says the same to Postgres, and a test holds them
against each other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from pipeline.alert.branch import Branch, Circle, Pair
from pipeline.alert.clean import clean
from pipeline.alert.event import AlertEvent, folded
from pipeline.alert.ground import Point, is_inside, is_near
from pipeline.alert.rule import Rule
from pipeline.alert.words import pieces_occur

# What was seen, and whether the condition holds.
Judgement = tuple[object, bool]


def matches(rule: Rule, event: AlertEvent) -> bool:
    """Say whether the rule holds for the event. The rule's status, ages and window play no part here."""
    if not any(branch_holds(branch, event) for branch in rule.any_branches):
        return False
    return rule.not_branch is None or not branch_holds(rule.not_branch, event)


def why_met(rule: Rule, event: AlertEvent) -> str | None:
    """Say in one line which conditions matched; None where the rule does not hold."""
    for number, branch in enumerate(rule.any_branches, start=1):
        if branch_holds(branch, event):
            if rule.not_branch is not None and branch_holds(rule.not_branch, event):
                return None
            return f"matched branch {number} of {len(rule.any_branches)}: {_all_conditions(branch, event)}"
    return None


def why(rule: Rule, event: AlertEvent) -> str:
    """Say in one line which conditions matched, or for each branch which one failed first."""
    if met := why_met(rule, event):
        return met
    if rule.not_branch is not None and any(branch_holds(branch, event) for branch in rule.any_branches):
        return f"not matched: the 'not' branch holds: {_all_conditions(rule.not_branch, event)}"
    failures = (
        f"branch {number}: {_first_failure(branch, event)}"
        for number, branch in enumerate(rule.any_branches, start=1)
    )
    return f"not matched: {'; '.join(failures)}"


def explained(rule: Rule, event: AlertEvent) -> list[str]:
    """Say of every condition of every branch, a line each, whether it held, what was seen and what was wanted."""
    lines: list[str] = []
    named = [(f"branch {number}", branch) for number, branch in enumerate(rule.any_branches, start=1)]
    named += [("not", rule.not_branch)] if rule.not_branch else []
    for name, branch in named:
        lines.append(f"{name}: {'holds' if branch_holds(branch, event) else 'does not hold'}")
        lines += [
            f"  {'yes' if holds else 'no ':3} {condition}: {show(seen)}, wanted {show(wanted)}"
            for condition, wanted, seen, holds in judged(branch, event)
        ]
    return lines


def branch_holds(branch: Branch, event: AlertEvent) -> bool:
    """Say whether every condition of the branch holds."""
    for name, wanted in branch.set_conditions:  # noqa: SIM110  (asked more often than anything else: `all` takes a quarter more)
        if not _JUDGES[name](branch, event, name, wanted)[1]:
            return False
    return True


def judged(branch: Branch, event: AlertEvent) -> Iterator[tuple[str, object, object, bool]]:
    """Yield (condition, wanted, seen, holds) for every condition the branch sets."""
    for name, wanted in branch.set_conditions:
        seen, holds = _JUDGES[name](branch, event, name, wanted)
        yield name, wanted, seen, holds


def _equal(_branch: Branch, event: AlertEvent, name: str, wanted: Sequence[object]) -> Judgement:
    seen = getattr(event, name)
    return seen, seen in wanted


def _contexts(_branch: Branch, event: AlertEvent, _name: str, wanted: Sequence[str]) -> Judgement:
    return event.contexts, not set(wanted).isdisjoint(event.contexts)


def _code(_branch: Branch, event: AlertEvent, name: str, wanted: Sequence[str]) -> Judgement:
    codes = event.actor_codes if name == "actor" else event.recipient_codes
    return getattr(event, name), not set(wanted).isdisjoint(codes)


def _either_way(_branch: Branch, event: AlertEvent, _name: str, wanted: Pair) -> Judgement:
    one, other = map(set, wanted)
    holds = not (one.isdisjoint(event.actor_codes) or other.isdisjoint(event.recipient_codes)) or not (
        other.isdisjoint(event.actor_codes) or one.isdisjoint(event.recipient_codes)
    )
    return f"{event.actor or 'none'} → {event.recipient or 'none'}", holds


def _phrases(branch: Branch, event: AlertEvent, name: str, _wanted: Sequence[str]) -> Judgement:
    words = event.words[name]
    found = [phrase for phrase, pieces in branch.pieces[name] if pieces_occur(pieces, words)]
    return found or (event.sentence if name == "text" else getattr(event, name) or ""), bool(found)


def _names(_branch: Branch, event: AlertEvent, name: str, wanted: Sequence[str]) -> Judgement:
    seen = event.names[name]
    return getattr(event, name), bool(seen) and seen in map(folded, wanted)


def _near(_branch: Branch, event: AlertEvent, _name: str, wanted: Sequence[Circle]) -> Judgement:
    point = event.vector
    holds = point is not None and any(is_near(point, circle.centre, circle.square) for circle in wanted)
    return _where(event), holds


def _inside(branch: Branch, event: AlertEvent, _name: str, _wanted: Sequence[Point]) -> Judgement:
    if event.vector is None or event.latitude is None or event.longitude is None:
        return _where(event), False
    return _where(event), is_inside((event.latitude, event.longitude), branch.corners)


def _where(event: AlertEvent) -> str:
    if event.latitude is None or event.longitude is None:
        return ""
    return f"{event.latitude:.3f} {event.longitude:.3f} ({event.place_resolution or 'of unknown size'})"


_FIELDS = {"min_mentions": "mention_count", "min_sources": "source_count"}


def _at_least(_branch: Branch, event: AlertEvent, name: str, wanted: float) -> Judgement:
    seen = getattr(event, _FIELDS.get(name) or name.removeprefix("min_"))
    return seen, seen is not None and seen >= wanted


def _at_most(_branch: Branch, event: AlertEvent, name: str, wanted: float) -> Judgement:
    seen = getattr(event, name.removeprefix("max_"))
    return seen, seen is not None and seen <= wanted


_JUDGES: dict[str, Callable[[Branch, AlertEvent, str, Any], Judgement]] = {
    **dict.fromkeys(
        ("event_type", "status", "told_as", "mode", "quad_class", "country", "language", "actor_country",
         "recipient_country", "actor_sector", "recipient_sector"),
        _equal,
    ),
    **dict.fromkeys(("min_confidence", "min_score", "min_mentions", "min_sources"), _at_least),
    **dict.fromkeys(("actor_name", "recipient_name", "text"), _phrases),
    **dict.fromkeys(("admin1", "source"), _names),
    **dict.fromkeys(("actor", "recipient"), _code),
    "max_score": _at_most,
    "dyad_either_way": _either_way,
    "context": _contexts,
    "near": _near,
    "polygon": _inside,
}  # fmt: skip


def _all_conditions(branch: Branch, event: AlertEvent) -> str:
    # That it is told as news goes without saying.
    return ", ".join(
        f"{name} {show(seen)}"
        for name, _, seen, _ in judged(branch, event)
        if (name, seen) != ("told_as", "news")
    )


def _first_failure(branch: Branch, event: AlertEvent) -> str:
    for name, wanted, seen, holds in judged(branch, event):
        if not holds:
            return f"{name} is {show(seen)}, wanted {show(wanted)}"
    return "holds"


def show(value: object, limit: int = 80) -> str:
    """Write what was seen or wanted for people, on one line."""
    if value is None or value == "" or value == ():
        return "none"
    if isinstance(value, Circle):
        value = f"within {value.km:g} km of {value.latitude:g} {value.longitude:g}"
    if isinstance(value, list | tuple):
        value = " or ".join(show(one, limit) for one in value)
    return clean(str(value), limit)
