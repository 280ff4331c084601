"""Rule: what a rule file may say, as the record that the others work with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import (
    BeforeValidator,
    Field,
    PlainValidator,
    PrivateAttr,
    ValidationInfo,
    WithJsonSchema,
    model_validator,
)

from pipeline.alert import values
from pipeline.alert.branch import Branch, Conditions, many
from pipeline.alert.checked import Part, required, told
from pipeline.alert.event import AlertEvent, sample_event
from pipeline.alert.hours import Quiet
from pipeline.alert.keys import GROUP_FIELDS
from pipeline.alert.values import (
    RULE_STATUSES,
    SEVERITIES,
    RuleStatus,
    Severity,
    Value,
    choice,
    line_of_text,
    number,
    refused,
    said,
)

WINDOW_KINDS = ("each", "count", "spike", "first_seen", "silence")

# A working day's round: the next shift hears of a group again if it is still alive.
DEFAULT_DEDUP_HOURS = 24.0
# What is older is history, coded anew or told again, unless a rule asks for it.
DEFAULT_AGE_DAYS = 7.0
DEFAULT_EVENT_AGE_DAYS = 31.0

MAX_TESTS = 100


# Which keys a kind of window has, with what they are where they are left out; None must be said.
_WINDOW_KEYS: Mapping[str, Mapping[str, float | None]] = {
    "each": {},
    "count": {"at_least": None, "within_hours": 24.0},
    "spike": {"at_least": 5, "within_hours": 24.0, "baseline_days": 28.0, "times": 3.0},
    "first_seen": {"within_days": 365.0},
    "silence": {"within_hours": 24.0},
}


class Window(Part):
    """When what matches is told: each, or what many or none of them in one group are."""

    kind: Annotated[str, choice(*WINDOW_KINDS)] = required(
        description="each; count: so many within hours; spike: more than is usual; first_seen; silence: none within hours."
    )
    at_least: Annotated[int, number(2, 10_000, whole=True)] | None = Field(
        None, description="count, spike: so many events."
    )
    within_hours: Annotated[float, number(0.25, 2160)] | None = Field(
        None, description="count, spike, silence: in so many hours."
    )
    baseline_days: Annotated[float, number(1, 365)] | None = Field(
        None, description="spike: what is usual is taken from these days before."
    )
    times: Annotated[float, number(1.1, 100)] | None = Field(
        None, description="spike: so many times what is usual."
    )
    within_days: Annotated[float, number(1, 3650)] | None = Field(
        None, description="first_seen: none in so many days before."
    )

    @model_validator(mode="before")
    @classmethod
    def _keys_of_its_kind(cls, raw: Any) -> Any:
        kind = told(raw).get("kind")
        keys = _WINDOW_KEYS.get(kind) if isinstance(kind, str) else None
        if keys is None:
            return raw
        for name in raw:
            if name in cls.model_fields and name != "kind" and name not in keys:
                raise said(f"has no {name} where kind is {kind}; allowed: {', '.join(keys) or 'kind alone'}")
        if missing := [name for name, default in keys.items() if default is None and name not in raw]:
            raise refused(None, "a whole number from 2 to 10000", below=(missing[0],))
        return {**keys, **raw}


_EACH = Window.model_validate({"kind": "each"})


class Backtest(Part):
    """What a rule may cost before it is let live."""

    days: Annotated[float, number(1, 3650)] = Field(90.0, description="Over so many days of history.")
    max_alerts_per_day: Annotated[float, number(0, 100_000)] = required(
        description="So many alerts a day, on average, at most."
    )


class ArticleTest(Part):
    """A whole article, for the real coder."""

    title: Annotated[str, line_of_text(300)] = required()
    published: values.Day = required(description="Date of publication.")
    source: Annotated[str, line_of_text(120)] = "Test"
    text: values.LongText = required()


class RuleTest(Part):
    """A sample event or article of a rule file, and whether the rule must match it."""

    name: Annotated[str, line_of_text(120)] = required()
    event: Annotated[AlertEvent, Value(sample_event, {"type": "object"})] | None = None
    article: ArticleTest | None = None
    expect: values.YesOrNo = required()

    @model_validator(mode="after")
    def _one_of_both(self) -> RuleTest:
        if (self.event is None) == (self.article is None):
            raise said("has both or neither; allowed: one of event and article")
        return self


def _receivers(value: object, info: ValidationInfo) -> tuple[str, ...]:
    known = (info.context or {}).get("receivers")
    allowed = f"receivers: {', '.join(sorted(known))}" if known else "names of receivers"

    def is_known(name: object) -> bool:
        return (
            isinstance(name, str)
            and name.isprintable()
            and len(name) <= 64
            and (known is None or name in known)
        )

    return values.values_of(value, is_known, allowed, 20)


def _tests(value: object) -> object:
    if not isinstance(value, list | tuple) or len(value) > MAX_TESTS:
        raise refused(value, f"a list of up to {MAX_TESTS} tests with name, event or article, expect")
    return [
        {"name": f"tests[{number}]", **one} if isinstance(one, Mapping) else one
        for number, one in enumerate(value, start=1)
    ]


class Escalation(Part):
    """Who is told of an alert that nobody took: so many minutes after it was raised."""

    after_minutes: Annotated[float, number(1, 10_080)] = required()
    notify: Annotated[tuple[str, ...], PlainValidator(_receivers), WithJsonSchema(values.NAMES)] = required()


class Rule(Part):
    """An analyst's saved condition on events.

    What it says of messages is what delivery goes by; what it leaves out there, the receiver decides.
    """

    id: values.Slug = required(alias="rule", description="An id of a-z, 0-9 and -.")
    title: Annotated[str, line_of_text(120)] = required(description="What people read.")
    owner: Annotated[str, line_of_text(120)] = required(description="Whom to ask.")
    status: Annotated[RuleStatus, choice(*RULE_STATUSES)] = Field(
        "staging", description="staging: noted, not told; active; retired."
    )
    severity: Annotated[Severity, choice(*SEVERITIES)] = "medium"
    match: Conditions = required()
    window: Window = Field(default_factory=lambda: _EACH)
    group_by: Annotated[tuple[str, ...], values.one_of(GROUP_FIELDS)] = Field(
        ("incident",),
        description="Alerts alike in these are one group; incident, with a window the whole rule.",
    )
    notify: Annotated[tuple[str, ...], PlainValidator(_receivers), WithJsonSchema(values.NAMES)] = Field(
        (), description="Names of receivers."
    )
    dedup_hours: Annotated[float, number(0, 8760)] = Field(
        DEFAULT_DEDUP_HOURS, description="A group is told again after so many hours; 0 tells every alert."
    )
    max_age_days: values.Age = Field(DEFAULT_AGE_DAYS, description="Of the article; any for no limit.")
    max_event_age_days: values.Age = Field(
        DEFAULT_EVENT_AGE_DAYS, description="Of the event; any for no limit."
    )
    max_per_hour: Annotated[int, number(1, 10_000, whole=True)] | None = Field(
        None,
        description="Messages to one receiver; what is beyond is told in one digest. The receiver's, if left out.",
    )
    digest_minutes: Annotated[float, number(1, 10_080)] | None = Field(
        None, description="Alerts are gathered and told together every so many minutes; at once, if left out."
    )
    quiet_hours: Quiet | None = Field(None, description="Of this rule, beside the receiver's own.")
    escalate: Annotated[tuple[Escalation, ...], BeforeValidator(many)] = Field(
        (), description="Who is told of an alert that nobody acknowledged, the earliest first."
    )
    backtest: Backtest | None = None
    tests: Annotated[tuple[RuleTest, ...], BeforeValidator(_tests)] = ()
    _path: str = PrivateAttr("")
    _version: str = PrivateAttr("")

    def model_post_init(self, context: Any) -> None:
        """Keep the file it came from, and which version of it that was."""
        self._path, self._version = (context or {}).get("path", ""), (context or {}).get("version", "")

    @property
    def path(self) -> str:
        """The file it came from."""
        return self._path

    @property
    def version(self) -> str:
        """The start of the file's sha256; empty when it came from none."""
        return self._version

    @model_validator(mode="before")
    @classmethod
    def _group_of_a_window(cls, raw: Any) -> Any:
        window = told(told(raw).get("window"))
        is_grouped = "group_by" in told(raw) or window.get("kind", "each") == "each"
        return raw if is_grouped or not isinstance(raw, Mapping) else {**raw, "group_by": ["rule"]}

    @property
    def any_branches(self) -> tuple[Branch, ...]:
        """Branches, one of which must hold."""
        return self.match.any

    @property
    def not_branch(self) -> Branch | None:
        """The branch that must not hold."""
        return self.match.not_
