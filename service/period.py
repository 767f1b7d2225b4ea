"""From when to when: a condition that what is kept with a time shares."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from service.filters import make_filters
from service.requests import DATE


class Period(BaseModel):
    """Days, months or years (UTC), both ends included."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    date_from: str | None = Field(
        default=None,
        alias="from",
        pattern=DATE,
        description="From this day, month or year on (UTC)",
        examples=["2026-03"],
    )
    date_to: str | None = Field(
        default=None, alias="to", pattern=DATE, description="Up to and with this day, month or year", examples=["2026"]
    )

    def tests(self) -> list[tuple[str, Any]]:
        """Conditions on a column `at`, each with its parameter. Raises RefusedError for a date that is none."""
        make_filters(date_from=self.date_from, date_to=self.date_to)
        tests: list[tuple[str, Any]] = []
        if self.date_from is not None:
            tests.append(("at >= ?", self.date_from))
        if self.date_to is not None:
            tests.append(("at <= ?", self.date_to + "~"))  # sorts after all that follows a date in a time
        return tests
