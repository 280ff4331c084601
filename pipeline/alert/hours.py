"""Hours: what a file says of quiet hours, as the record that delivery asks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import AfterValidator, Field, model_validator

from pipeline.alert import values
from pipeline.alert.checked import Part, required
from pipeline.alert.quiet import QuietHours
from pipeline.alert.values import said

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class QuietPart(Part):
    """Hours of the day in which nothing is delivered."""

    start: values.Clock = required(description="Time of day in the zone.")
    end: values.Clock = required(description="Time of day in the zone; before the start: on the next day.")
    zone: values.Zone = required(description="Such as Europe/Berlin.")
    days: Annotated[tuple[str, ...], values.one_of(WEEKDAYS)] = Field(
        (), description="Days of the week on which it starts; every day, if left out."
    )

    @model_validator(mode="after")
    def _has_a_length(self) -> QuietPart:
        if self.start == self.end:
            raise said("must end at another time than they start")
        return self


def _record(part: QuietPart) -> QuietHours:
    days = tuple(WEEKDAYS.index(day) for day in part.days)
    return QuietHours(start=part.start, end=part.end, zone=part.zone, days=days)


if TYPE_CHECKING:
    Quiet = QuietHours
else:
    # Written as a part of a file, kept as the record.
    Quiet = Annotated[QuietPart, AfterValidator(_record)]
