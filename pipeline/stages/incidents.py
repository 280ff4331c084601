"""Incidents: which wordings of the staged candidates, and of those that others told before, are one event."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any

from pipeline.postgres.database import Transaction
from pipeline.stages.common import log
from pipeline.stages.retellings import retold_pairs, tellings_of
from pipeline.store.incidents import affinity, happenings
from pipeline.store.retold import likeness
from pipeline.store.wording import Telling, Wording, settings, wording_from
from pipeline.stories.groups import connected

Move = dict[str, int]
Pair = tuple[int, int]

MOST_WORDINGS = 2_000  # in one web of likenesses; what lies beyond them is left as it is


@dataclass(kw_only=True)
class Settled:
    """What became of the events: ids that others took in, with those others; new ids; all that are touched; those whose
    web another session holds a part of, to be looked at the next time."""

    successors: dict[int, int] = field(default_factory=dict)
    fresh: set[int] = field(default_factory=set)
    touched: set[int] = field(default_factory=set)
    postponed: set[int] = field(default_factory=set)


@dataclass(frozen=True, kw_only=True)
class _Decision:
    """What one web of wordings comes to: the events that it tells, and which wordings are to tell another. An event
    that is to be made has a number below zero, until Postgres gives it one."""

    events: set[int]
    moves: list[Move]

    def moved(self) -> set[int]:
        """The events that wordings leave or come to."""
        return {move[name] for move in self.moves for name in ("former_id", "event_id")}


@dataclass(kw_only=True)
class _Web:
    """Wordings that likeness connects, found step by step: by what they say (edges), or by those who tell them (retold)."""

    rows: dict[int, dict[str, Any]] = field(default_factory=dict)
    wordings: dict[int, Wording] = field(default_factory=dict)
    weighed: set[Pair] = field(default_factory=set)
    edges: set[Pair] = field(default_factory=set)
    tellings: dict[int, tuple[Telling, ...]] = field(default_factory=dict)
    retold: set[Pair] = field(default_factory=set)

    def told(self, wording_id: int) -> Wording:
        """A wording with those who tell it."""
        return replace(self.wordings[wording_id], tellings=self.tellings[wording_id])


def settle(transaction: Transaction, further: Iterable[int] = ()) -> Settled:
    """Let the new wordings of the stage, and further ones, tell the events that they belong to.

    What comes out depends on all wordings that likeness connects, and not on which came first. Where another session
    holds one of the events, all of their web is left for the next time.
    """
    told = transaction.all("told_wordings")
    new = {row["wording_id"] for row in told if row["event_id"] is not None}
    settled = Settled(fresh={row["event_id"] for row in told if row["event_id"] is not None})
    again = {*further, *(row["id"] for row in transaction.all("wordings_told_again"))}
    retold = retold_pairs(transaction, {row["wording_id"] for row in told} | again)
    # One more telling of a wording may part it from another, too: both ends are decided anew.
    start = sorted({*again, *(one for pair in retold if pair[0] not in new for one in pair)})
    pairs = _pairs(transaction, new.union(start))
    retold += retold_pairs(transaction, set(start) - again - {row["wording_id"] for row in told})
    if not pairs and not retold and not start:
        return settled
    web = _spun(transaction, start, new, pairs, retold)
    edges = web.edges | web.retold
    parts = connected({*start, *(one for edge in edges for one in edge)}, edges)
    _tell(transaction, web, {one for edge in web.retold for one in edge}, parts)
    _write(transaction, _decided(web, parts), settled)
    return settled


def _pairs(transaction: Transaction, wording_ids: Collection[int]) -> list[Pair]:
    """These wordings, each with those that share a handle with it."""
    if not wording_ids:
        return []
    weights = settings()
    rows = transaction.all(
        "partners_of",
        late=weights["print_days_after"],
        apart=weights["print_days_apart"],
        wording_ids=sorted(wording_ids),
    )
    return [(row["wording_id"], row["other_id"]) for row in rows]


def _spun(
    transaction: Transaction,
    start: Sequence[int],
    new: Collection[int],
    pairs: list[Pair],
    retold: list[Pair],
) -> _Web:
    """All wordings that a chain of likenesses connects with the first of the pairs."""
    web = _Web()
    spread = {*start, *new}
    while True:
        _load(transaction, web, {one for pair in (*pairs, *retold) for one in pair} | set(start))
        bar = settings()["bar"]
        found = {(min(pair), max(pair)) for pair in pairs} - web.weighed
        web.weighed |= found
        web.edges |= {
            (one, other) for one, other in found if affinity(web.wordings[one], web.wordings[other]) >= bar
        }
        found = {(min(pair), max(pair)) for pair in retold} - web.edges
        _ask_tellings(transaction, web, {one for pair in found for one in pair})
        web.retold |= {
            (one, other) for one, other in found if likeness(web.told(one), web.told(other)) >= bar
        }
        reached = _reached(web, spread)
        if not reached:
            return web
        spread |= reached
        pairs, retold = _pairs(transaction, reached), retold_pairs(transaction, reached)


def _ask_tellings(transaction: Transaction, web: _Web, wording_ids: set[int]) -> None:
    new = wording_ids - web.tellings.keys()
    web.tellings |= dict.fromkeys(new, ()) | tellings_of(transaction, new)


def _tell(transaction: Transaction, web: _Web, retold: set[int], parts: Iterable[Sequence[int]]) -> None:
    """Have all wordings of a part say who tells them where alike articles connect some of it, and none of the others do."""
    mixed = {one for part in parts if not retold.isdisjoint(part) for one in part}
    _ask_tellings(transaction, web, mixed)
    for one in mixed:
        web.wordings[one] = web.told(one)


def _reached(web: _Web, spread: set[int]) -> set[int]:
    """The wordings at the rims of webs, whose partners nobody has looked for; of a web that is too large, none."""
    edges = web.edges | web.retold
    nodes = {one for edge in edges for one in edge}
    if nodes <= spread:
        return set()
    reached: set[int] = set()
    for part in connected(nodes, edges):
        if len(part) > MOST_WORDINGS:
            log.warning("web of wordings cut stage=store count=%d", len(part))
        else:
            reached.update(part)
    return reached - spread


def _load(transaction: Transaction, web: _Web, ids: set[int]) -> None:
    if new := sorted(ids - web.rows.keys()):
        for row in transaction.all("wordings_of", wording_ids=new):
            web.rows[row["id"]] = row
            web.wordings[row["id"]] = wording_from(row)


def _decided(web: _Web, parts: Iterable[Sequence[int]]) -> list[_Decision]:
    """What each web of wordings comes to, the oldest first."""
    taken: set[int] = set()
    new = count(1)
    decided = []
    for part in parts:
        by_key = {web.rows[one]["event_key"]: one for one in part}
        clusters = happenings({key: web.wordings[one] for key, one in by_key.items()}, likeness)
        # The oldest event goes on first, so that no cluster takes it from the one that has it.
        events = [sorted({web.rows[by_key[key]]["event_id"] for key in cluster}) for cluster in clusters]
        moves: list[Move] = []
        for cluster, ids in sorted(zip(clusters, events, strict=True), key=lambda one: (one[1], one[0])):
            chosen = next((event_id for event_id in ids if event_id not in taken), None)
            if chosen is None:
                chosen = -next(new)
            taken.add(chosen)
            moves += [
                {
                    "wording_id": by_key[key],
                    "former_id": web.rows[by_key[key]]["event_id"],
                    "event_id": chosen,
                }
                for key in cluster
                if web.rows[by_key[key]]["event_id"] != chosen
            ]
        decided.append(_Decision(events={event for ids in events for event in ids}, moves=moves))
    return decided


def _write(transaction: Transaction, decided: Iterable[_Decision], settled: Settled) -> None:
    """Write down what moves, all in one statement: webs are many and small."""
    moving = [decision for decision in decided if decision.moves]
    made = _new_events(transaction, {event for decision in moving for event in decision.moved() if event < 0})
    known = {event for decision in moving for event in decision.moved() if event > 0} - settled.fresh
    held = {row["id"] for row in transaction.all("hold_events", event_ids=sorted(known))} if known else set()
    heirs: defaultdict[int, set[int]] = defaultdict(set)
    moves: list[Move] = []
    for decision in moving:
        mine = decision.moved() & known
        if mine - held:
            settled.postponed |= decision.events & (settled.fresh | (held & mine))
            continue
        for move in decision.moves:
            event = made.get(move["event_id"], move["event_id"])
            moves.append(move | {"event_id": event})
            heirs[move["former_id"]].add(event)
    if settled.postponed:
        transaction.run("owe_merge", event_ids=sorted(settled.postponed), reason="told")
    if moves:
        transaction.run("move_wordings", moves=json.dumps(moves))
    settled.successors |= {former: min(heir) for former, heir in heirs.items()}
    settled.fresh |= set(made.values())
    settled.touched |= {move[name] for move in moves for name in ("former_id", "event_id")}


def _new_events(transaction: Transaction, numbers: Collection[int]) -> dict[int, int]:
    """An id for each event that is new, by its number."""
    if not numbers:
        return {}
    rows = transaction.all("next_event_ids", count=len(numbers))
    return dict(zip(sorted(numbers, reverse=True), (row["event_id"] for row in rows), strict=True))
