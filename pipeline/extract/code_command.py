"""`tocsin code`: JSON lines in, JSON lines out, without a database; for measuring from outside.

In: {"id", "text", "date"} and perhaps "title"; with "actor_span" and "recipient_span" the pair alone is classified;
with `phrases` each line {"id", "text"} is an actor phrase. Out: {"id", "events": […]}.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pipeline.config import Settings
from pipeline.errors import ExtractError
from pipeline.extract.actors.code import code_phrase
from pipeline.extract.article.reporter import reported_by
from pipeline.extract.article.telling import Said
from pipeline.extract.bar import is_sure
from pipeline.extract.coder import Coder, load_coder
from pipeline.extract.given_pair import classify_pair
from pipeline.extract.lexicon.actor_lexicon import load_lexicon
from pipeline.extract.lexicon.gazetteer import load_gazetteer
from pipeline.extract.lexicon.pronouns import OWNERS, PARTIES
from pipeline.model import Actor, Article, Candidate, Span

BATCH = 200


def code_jsonl(in_path: Path, out_path: Path, *, phrases: bool = False, settings: Settings) -> int:
    """Code a file of lines; returns how many lines were written.

    Raises:
        ExtractError: A line is no JSON object, has no id or text, or a date that is none; says which line.
    """
    rows = list(read_lines(Path(in_path)))
    written = 0
    with Path(out_path).open("w", encoding="utf-8") as out:
        for row in _coded(rows, phrases, settings):
            out.write(json.dumps(row, ensure_ascii=False) + "\n")
            written += 1
    return written


def read_lines(path: Path) -> Iterator[dict[str, Any]]:
    try:
        lines = path.open(encoding="utf-8")
    except OSError as error:
        raise ExtractError(f"cannot read {path}: {error.strerror}") from error
    with lines:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
            except json.JSONDecodeError as error:
                raise ExtractError(f"{path} line {number} is no JSON: {error.msg}") from error
            if not isinstance(row, dict) or "id" not in row or not isinstance(row.get("text"), str):
                raise ExtractError(f'{path} line {number} must be an object with "id" and a string "text"')
            yield row


def _coded(rows: list[dict[str, Any]], phrases: bool, settings: Settings) -> Iterator[dict[str, Any]]:
    if phrases:
        lexicon = load_lexicon(settings.actors_path)
        for row in rows:
            on = _date(row).date() if row.get("date") else None
            code = code_phrase(row["text"], lexicon, on=on)
            yield {
                "id": row["id"],
                "country": code.organisation or code.country,
                "sector": code.sector,
                "name": code.name,
            }
        return
    coder = load_coder(settings)
    whole = code_rows([row for row in rows if not _is_pair(row)], coder, settings)
    for row in rows:
        yield {"id": row["id"], "events": classify_pair(row, coder) if _is_pair(row) else next(whole)}


def code_rows(
    rows: Sequence[dict[str, Any]], coder: Coder, settings: Settings
) -> Iterator[list[dict[str, Any]]]:
    """The events of each row's text, in the rows' order; "kept" says whether the extract stage would keep it."""
    for start in range(0, len(rows), BATCH):
        said: dict[tuple[Span, Span], Said] = {}
        articles = [article_of(row) for row in rows[start : start + BATCH]]
        for candidates in replace(coder, said=said).code_all(articles):
            yield [event_row(one, said) | {"kept": is_sure(one, settings)} for one in candidates]


def _is_pair(row: dict[str, Any]) -> bool:
    return bool(row.get("actor_span") and row.get("recipient_span"))


def article_of(row: dict[str, Any]) -> Article:
    at = _date(row)
    return Article(
        url="", source="", title=row.get("title") or "", text=row["text"], published_at=at, fetched_at=at
    )


def _date(row: dict[str, Any]) -> datetime:
    raw = row.get("date")
    if not raw:
        return datetime.now(UTC)
    try:
        at = datetime.fromisoformat(str(raw))
    except ValueError:
        raise ExtractError(f"line {row['id']!r} has the date {raw!r}; write it as 2011-10-28") from None
    return at if at.tzinfo else at.replace(hour=at.hour or 12, tzinfo=UTC)


def _said(actor: Actor | None) -> str:
    """The words of the text; for a pronoun the name it stands for."""
    if actor is None:
        return ""
    return actor.name if actor.span.text.lower() in PARTIES | OWNERS else actor.span.text


def plain(name: str) -> str:
    """A place's name without accents, as agency text writes it: Bogota."""
    return "".join(char for char in unicodedata.normalize("NFKD", name) if not unicodedata.combining(char))


def _place_words(candidate: Candidate, said: Said | None) -> str | None:
    """The place in the words of the text, on the map or not; on the map with what holds it: "Goma, Nord-Kivu, DR Congo"."""
    place = candidate.place
    if said and said.place:
        return " ".join(said.place.split())
    if place is None:
        return None
    words = " ".join(place.span.text.split()) if place.span else plain(place.name)
    if place.resolution == "country" and place.geonames_id is not None:
        return words
    country = load_gazetteer().country(place.country)
    holders = (plain(place.admin1 or ""), plain(country.name) if country else "")
    return ", ".join(dict.fromkeys((words, *filter(None, holders))))


def _bounds(candidate: Candidate, kind: str) -> list[int | None] | None:
    """[lower, upper] of a count, either of which may be open; None where it is not told."""
    for count in candidate.counts:
        if count.kind == kind:
            return [count.lower, count.upper]
    return None


def event_row(candidate: Candidate, said: Mapping[tuple[Span, Span], Said] | None = None) -> dict[str, Any]:
    """A candidate as the line format has it; `said` as in `Coder`."""
    words = (said or {}).get((candidate.sentence, candidate.trigger))
    return {
        "source": candidate.actor.code if candidate.actor else "",
        "target": candidate.recipient.code if candidate.recipient else "",
        "root": candidate.event_type,
        "mode": candidate.mode,
        "code": candidate.cameo,
        "source_text": _said(candidate.actor),
        "target_text": _said(candidate.recipient),
        "trigger": words.head if words else candidate.trigger.text,
        "trigger_text": candidate.trigger.text,
        "location": _place_words(candidate, words),
        "date": candidate.event_date.value.isoformat(),
        "status": candidate.status,
        "reported_by": reported_by(candidate),
        "confidence": candidate.confidence,
        "frame": candidate.frame_id,
        "background": candidate.is_background,
        "lead": candidate.is_lead,
        "start": candidate.trigger.start,
        "end": candidate.trigger.end,
        **{kind: _bounds(candidate, kind) for kind in ("killed", "injured")},
    }
