"""Trial: a rule's own articles through the real coder; what rules hold of them, without a database."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, time

from pipeline.alert.event import AlertEvent
from pipeline.alert.match import matches, why
from pipeline.alert.rule import ArticleTest, Rule
from pipeline.config import Settings
from pipeline.extract.bar import is_sure
from pipeline.extract.coder import Coder, load_coder
from pipeline.model import Article, Candidate
from pipeline.store.wording import event_key


def tried_articles(rules: Sequence[Rule], settings: Settings) -> Iterator[tuple[Rule, str, str]]:
    """Code the articles in the tests of rules; (rule, test, what went wrong or "") for each.

    Raises:
        ExtractError: There is no language model.
    """
    asked = [(rule, test) for rule in rules for test in rule.tests if test.article is not None]
    if not asked:
        return
    coder = load_coder(settings)
    for rule, test in asked:
        assert test.article is not None
        events = events_of(article_of(test.article), coder, settings)
        met = [event for event in events if matches(rule, event)]
        yield rule, test.name, "" if bool(met) is test.expect else _told(rule, test.expect, events, met)


def article_of(test: ArticleTest) -> Article:
    """The article of a test, published at noon."""
    at = datetime.combine(test.published, time(12), UTC)
    return Article(
        url="https://test.example/", source=test.source, title=test.title, text=test.text,
        published_at=at, fetched_at=at,
    )  # fmt: skip


def events_of(article: Article, coder: Coder, settings: Settings) -> list[AlertEvent]:
    """What rules would see of an article if it were the only one that tells its events."""
    return [
        alert_event_of(candidate, article)
        for candidate in coder.code(article)
        if is_sure(candidate, settings)
    ]


def alert_event_of(candidate: Candidate, article: Article) -> AlertEvent:
    """The event of one telling."""
    actor, recipient, place = candidate.actor, candidate.recipient, candidate.place
    return AlertEvent(
        event_key=event_key(candidate), event_date=candidate.event_date.value,
        date_precision=candidate.event_date.precision, event_type=candidate.event_type, mode=candidate.mode,
        contexts=candidate.contexts, status=candidate.status,
        actor_name=actor.name if actor else None, actor_country=actor.country if actor else None,
        actor_sector=actor.sector if actor else None, recipient_name=recipient.name if recipient else None,
        recipient_country=recipient.country if recipient else None,
        recipient_sector=recipient.sector if recipient else None,
        place_name=place.name if place else None, place_resolution=place.resolution if place else None,
        admin1=place.admin1 if place else None, country=place.country if place else None,
        latitude=place.latitude if place else None, longitude=place.longitude if place else None,
        confidence=candidate.confidence, score=candidate.score, quad_class=candidate.quad_class,
        mention_count=1 + len(candidate.mentions), sentence=candidate.sentence.text, source=article.source,
        language=article.language, article_url=article.url, article_title=article.title,
        published_at=article.published_at,
        trigger_start=candidate.trigger.start - candidate.sentence.start,
        trigger_end=candidate.trigger.end - candidate.sentence.start, is_background=candidate.is_background,
    )  # fmt: skip


def _told(rule: Rule, is_wanted: bool, events: Sequence[AlertEvent], met: Sequence[AlertEvent]) -> str:
    if not is_wanted:
        return f"expects false, but “{met[0].sentence[:120]}”: {why(rule, met[0])}"
    if not events:
        return "expects true, but the coder finds no event in it"
    return "expects true, but " + "; ".join(
        f"“{event.sentence[:60]}”: {why(rule, event)}" for event in events[:3]
    )
