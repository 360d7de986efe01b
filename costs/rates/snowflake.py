"""Snowflake's rates: the contract's RATE_SHEET_DAILY, carried forward until the next sheet."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from costs.rates.book import Rate

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from costs.rates.book import RateBook

_NAMES = {
    "compute": ("WAREHOUSE_METERING", "COMPUTE"),
    "cloud_services": ("CLOUD_SERVICES", "CLOUD SERVICES", "WAREHOUSE_METERING", "COMPUTE"),
    "storage": ("STORAGE",),
}
"""The names a sheet may give a service of ours, best first; the service type of now, then the usage type of before."""

_CREDITS = ("WAREHOUSE_METERING", "COMPUTE")
"""A service billed in credits that the sheet does not name costs what compute costs."""


class RateSheet:
    """The rows of RATE_SHEET facts, asked by day and service; what the sheet does not tell, `otherwise` does."""

    def __init__(self, rows: Iterable[Mapping[str, Any]], otherwise: RateBook) -> None:
        self._otherwise = otherwise
        days: dict[str, dict[int, Rate]] = defaultdict(dict)
        for row in sorted(
            rows, key=lambda row: (row["day_ms"], row["rating_type"] or "", row["usage_type"] or "")
        ):
            if row["rate_micro"] is None or row["is_adjustment"]:
                continue
            for name in {row["service_type"], row["usage_type"]} - {None, ""}:
                days[name.upper()][row["day_ms"]] = Rate(row["currency"] or "USD", row["rate_micro"])
        self._days = {name: sorted(of_name.items()) for name, of_name in days.items()}

    def rate(self, day_ms: int, service: str) -> Rate | None:
        """The newest rate told for the day or before it, or the first one told after it."""
        names = _NAMES.get(service, (service.upper(), service.upper().replace("_", " "), *_CREDITS))
        for name in names:
            if of_name := self._days.get(name):
                place = bisect_right(of_name, day_ms, key=lambda item: item[0])
                return of_name[max(place - 1, 0)][1]
        return self._otherwise.rate(day_ms, service)
