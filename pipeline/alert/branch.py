"""Branch: the conditions of a rule, as a file says them and as they are judged."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    model_validator,
)

from pipeline import plover
from pipeline.alert import values
from pipeline.alert.checked import Part, required, told
from pipeline.alert.ground import Point, crossing_sides, square_chord, unit_vector, unrolled
from pipeline.alert.values import (
    Value,
    number,
    refused,
    said,
)
from pipeline.alert.words import pieces_of

# A rule that does not ask for a status means what happened or will: a denied attack is no attack.
DEFAULT_STATUSES = ("actual", "planned")
# Nor does it mean history and running tolls, unless it asks for them.
DEFAULT_TOLD_AS = ("news",)
# Conditions that alone would leave a rule to match every event.
UNBOUND = frozenset({"status", "told_as", "min_confidence", "min_mentions", "min_sources", "language"})

MAX_BRANCHES = 64
MAX_WILDCARDS = 10
MAX_POINTS = 500
MAX_CIRCLES = 20

Pair = tuple[tuple[str, ...], tuple[str, ...]]


class Circle(Part):
    """A circle on the ground."""

    latitude: Annotated[float, number(-90, 90)] = required(description="Degrees north.")
    longitude: Annotated[float, number(-180, 180)] = required(description="Degrees east.")
    km: Annotated[float, number(0.1, 5000)] = required(description="Radius in kilometres.")

    @cached_property
    def centre(self) -> tuple[float, float, float]:
        """The centre as a unit vector."""
        return unit_vector(self.latitude, self.longitude)

    @cached_property
    def square(self) -> float:
        """The square of the chord under its radius, in radii of the earth."""
        return square_chord(self.km)


def many(value: object) -> object:
    """One part as a list of one."""
    return [value] if isinstance(value, Mapping) else value


def _few(value: tuple[Circle, ...]) -> tuple[Circle, ...]:
    if not 1 <= len(value) <= MAX_CIRCLES:
        raise said(f"has {len(value)} circles; allowed: 1 to {MAX_CIRCLES}")
    return value


def _polygon(value: object) -> tuple[Point, ...]:
    allowed = f"a list of 3 to {MAX_POINTS} corners, each [degrees north, degrees east]"
    if not isinstance(value, list | tuple) or not 3 <= len(value) <= MAX_POINTS:
        raise refused(value, allowed)
    for place, corner in enumerate(value):
        is_pair = isinstance(corner, list | tuple) and len(corner) == 2
        if not is_pair or not all(type(one) in (int, float) for one in corner):
            raise refused(corner, allowed, at=(place,))
        if not (-90 <= corner[0] <= 90 and -180 <= corner[1] <= 180):
            raise refused(corner, f"{allowed}; -90 to 90 and -180 to 180", at=(place,))
    corners = tuple((float(north), float(east)) for north, east in value)
    _refuse_tangled(corners)
    return corners


def _refuse_tangled(corners: tuple[Point, ...]) -> None:
    """What lies inside of sides that cross is for everybody another thing."""
    on_way = unrolled(corners)
    if abs(on_way[-1][1] - on_way[0][1]) > 180:
        raise said("goes around a pole; allowed: one that does not, such as two halves in two branches")
    if sides := crossing_sides(on_way):
        first, second = (f"from corner {place + 1} to {(place + 1) % len(corners) + 1}" for place in sides)
        raise said(
            f"has sides that cross or touch, {first} and {second}; allowed: corners in their order around the place",
            at=(sides[1],),
        )


def _pair(value: object) -> Pair:
    if not isinstance(value, list | tuple) or len(value) != 2:
        raise refused(value, "two parties, each a code, a group or a list of them, such as [RUS, UKR]")
    one, other = (values.codes.check(side) for side in value)
    return one, other


_CORNERS = {"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2}
Circles = Annotated[tuple[Circle, ...], BeforeValidator(many), AfterValidator(_few)]
Polygon = Annotated[
    tuple[Point, ...],
    Value(_polygon, {"type": "array", "minItems": 3, "maxItems": MAX_POINTS, "items": _CORNERS}),
]
EitherWay = Annotated[
    Pair | tuple[()],
    Value(_pair, {"type": "array", "items": values.codes.schema, "minItems": 2, "maxItems": 2}),
]


class Branch(Part):
    """Conditions that must all hold. Within one condition any of its values is enough; an empty one is none."""

    event_type: values.EventTypes = ()
    status: values.Statuses = Field((), description="actual and planned where it is left out.")
    told_as: values.ToldAs = Field(
        (), description="news where it is left out; background is history and tolls."
    )
    mode: values.Modes = ()
    quad_class: values.QuadClasses = ()
    country: values.Countries = Field((), description="Of the place.")
    language: values.Languages = Field((), description="Of the surest telling.")
    actor_country: values.Countries = ()
    recipient_country: values.Countries = ()
    actor_sector: values.Sectors = ()
    recipient_sector: values.Sectors = ()
    min_confidence: Annotated[float, number(0, 1)] | None = None
    min_score: Annotated[float, number(-10, 10)] | None = None
    max_score: Annotated[float, number(-10, 10)] | None = None
    min_mentions: Annotated[int, number(1, 10_000, whole=True)] | None = None
    min_sources: Annotated[int, number(1, 1000, whole=True)] | None = Field(
        None, description="Sources that tell it in words of their own; copies do not count."
    )
    actor: values.Codes = Field((), description="Who starts it: LBYGOV, LBY, GOV, or a group.")
    recipient: values.Codes = Field((), description="At whom it is directed: LBYGOV, LBY, GOV, or a group.")
    dyad_either_way: EitherWay = Field((), description="Two parties, whichever of them starts it.")
    context: values.Contexts = ()
    admin1: values.Names = Field((), description="The first-level division of the place, by its whole name.")
    source: values.Names = Field((), description="Publishers of the surest telling, by their whole names.")
    near: Circles = Field(
        (), description="The place lies in one of these circles; a whole country lies in none."
    )
    polygon: Polygon = Field(
        (), description="The place lies between these corners; a whole country does not."
    )
    actor_name: values.Phrases = Field((), description="Words in a row of the name; word* for any ending.")
    recipient_name: values.Phrases = Field(
        (), description="Words in a row of the name; word* for any ending."
    )
    text: values.Phrases = Field((), description="Words in a row of the sentence; word* for any ending.")

    @model_validator(mode="before")
    @classmethod
    def _no_nulls(cls, raw: Any) -> Any:
        said_of = told(raw)
        for name, content in said_of.items() if None in said_of.values() else ():
            if content is None:
                raise refused(
                    None, "a value or a list; leave the key out for no condition", below=(str(name),)
                )
        return raw

    @model_validator(mode="after")
    def _can_match(self) -> Branch:
        if self.model_fields_set <= UNBOUND:
            names = ", ".join(name for name in type(self).model_fields if name not in UNBOUND)
            raise said(f"would match every event; set one of {names}")
        for mode in self.mode:
            event_types = self.event_type or plover.event_types()
            if not any((event_type, mode) in plover.codes() for event_type in event_types):
                known = sorted({m for t, m in plover.codes() if m and t in event_types})
                raise refused(mode, ", ".join(known) or f"none: {event_types} has no modes", below=("mode",))
        return self

    @cached_property
    def asked(self) -> Mapping[str, Any]:
        """Each condition that is set, in the order of the fields."""
        fields = vars(self)
        names = sorted(self.model_fields_set, key=_ORDER.__getitem__)
        return {name: fields[name] for name in names if fields[name] is not None and fields[name] != ()}

    @cached_property
    def set_conditions(self) -> tuple[tuple[str, Any], ...]:
        """Name and value of each condition that is set."""
        return tuple(self.asked.items())

    @cached_property
    def corners(self) -> tuple[Point, ...]:
        """The polygon, so that a side never runs around the globe."""
        return unrolled(self.polygon)

    @cached_property
    def pieces(self) -> Mapping[str, tuple[tuple[str, tuple[str, ...]], ...]]:
        """The phrases of each condition of words, with the pieces they are looked for by."""
        asked = self.asked
        return {
            name: tuple([(phrase, pieces_of(phrase)) for phrase in asked[name]]) if name in asked else ()
            for name in _PHRASES
        }


_ORDER = {name: place for place, name in enumerate(Branch.model_fields)}
_PHRASES = ("actor_name", "recipient_name", "text")


def _with_defaults(raw: object) -> object:
    """Fill in what a branch of `any` means where it does not say."""
    if not isinstance(raw, Mapping) or not raw:
        return raw
    return {"status": list(DEFAULT_STATUSES), "told_as": list(DEFAULT_TOLD_AS), **raw}


def _branches(value: object) -> object:
    if not isinstance(value, list | tuple) or not 1 <= len(value) <= MAX_BRANCHES:
        raise refused(value, f"a list of 1 to {MAX_BRANCHES} branches")
    return [_with_defaults(one) for one in value]


class Conditions(Part):
    """What a rule matches: one of `any`, and not `not`."""

    any: Annotated[tuple[Branch, ...], BeforeValidator(_branches)] = required(
        description="Branches, one of which must hold."
    )
    not_: Branch | None = Field(None, alias="not", description="A branch that must not hold.")

    @property
    def branches(self) -> tuple[Branch, ...]:
        """All of them, the excluding one last."""
        return (*self.any, *([self.not_] if self.not_ else []))

    @model_validator(mode="after")
    def _not_slow(self) -> Conditions:
        asked = [branch.asked for branch in self.branches]
        phrases = [one for some in asked for name in _PHRASES if name in some for one in some[name]]
        stars = sum(phrase.count("*") for phrase in phrases)
        if len(phrases) > values.MAX_VALUES:
            raise said(f"has {len(phrases)} phrases; allowed: up to {values.MAX_VALUES} a rule")
        if stars > MAX_WILDCARDS:
            raise said(f"has {stars} wildcards (*); allowed: up to {MAX_WILDCARDS} a rule")
        return self
