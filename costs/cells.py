"""The control totals of a day: every cell of the meter that charges must add up to."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from assay.model.assets import AssetKey, fold_part, split_identifier
from assay.model.charges import ChargeKind, Service
from assay.model.time import DAY_MS, HOUR_MS, floor_day_ms

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

Row = dict[str, Any]

ADJUSTMENT = "cloud_services_adjustment"
FREE_SHARE = 10
"""Cloud services are charged only beyond a tenth of the UTC day's warehouse compute (Snowflake's billing rule)."""

_WAREHOUSE_SERVICES = {"WAREHOUSE_METERING", "WAREHOUSE_METERING_READER"}


@dataclass(frozen=True, slots=True)
class Cell:
    """What one resource used in one hour for one service, in nano-credits; a day's cell stands at its first hour.

    `kind` and `asset_key` say what becomes of it when no query claims it.
    """

    resource: str
    hour_ms: int
    service: str
    nano: int
    kind: ChargeKind
    asset_key: str | None = None
    computed: bool = False
    """True where we computed the figure because the source has not told it yet."""


def cells_of(
    account: str, warehouse_rows: Sequence[Row], metering_rows: Sequence[Row], daily_rows: Sequence[Row]
) -> list[Cell]:
    """All cells of the days given, from the rows of WAREHOUSE_METERING, METERING and METERING_DAILY facts.

    Zero cells are kept only where a meter told them. A day whose own total is more or less than its hours by more than
    their rounding can explain gets a cell for the difference, charged to nobody.
    """
    hourly = [*_warehouse_cells(warehouse_rows, metering_rows), *_service_cells(account, metering_rows)]
    days = sorted({floor_day_ms(cell.hour_ms) for cell in hourly} | {row["day_ms"] for row in daily_rows})
    by_day = _grouped(daily_rows, "day_ms")
    until_ms = max((cell.hour_ms + HOUR_MS for cell in hourly), default=0)
    extra: list[Cell] = []
    for day_ms in days:
        of_day = [cell for cell in hourly if floor_day_ms(cell.hour_ms) == day_ms]
        adjustment = _adjustment(day_ms, of_day, by_day.get(day_ms, ()))
        if adjustment.nano:
            extra.append(adjustment)
        if day_ms + DAY_MS <= until_ms or not of_day:
            extra.extend(_differences(day_ms, of_day, by_day.get(day_ms, ())))
    return [*hourly, *extra]


def _grouped(rows: Iterable[Row], column: str) -> Mapping[Any, list[Row]]:
    groups: dict[Any, list[Row]] = defaultdict(list)
    for row in rows:
        groups[row[column]].append(row)
    return groups


def _warehouse_cells(warehouse_rows: Sequence[Row], metering_rows: Sequence[Row]) -> Iterator[Cell]:
    """Compute and cloud services of each warehouse and hour; METERING fills hours WAREHOUSE_METERING has not."""
    told = {(row["warehouse"], row["start_ms"]) for row in warehouse_rows}
    spare = (
        {**row, "warehouse": row["name"]}
        for row in metering_rows
        if row["service_type"] in _WAREHOUSE_SERVICES and (row["name"], row["start_ms"]) not in told
    )
    for row in (*warehouse_rows, *spare):
        hour_ms = row["start_ms"] - row["start_ms"] % HOUR_MS
        name = row["warehouse"] or "unknown"
        yield Cell(name, hour_ms, Service.COMPUTE, row["compute_nano"] or 0, ChargeKind.NO_QUERY)
        yield Cell(name, hour_ms, Service.CLOUD_SERVICES, row["cloud_services_nano"] or 0, ChargeKind.CLOUD_SERVICES)


def _service_cells(account: str, rows: Sequence[Row]) -> Iterator[Cell]:
    """Query acceleration per warehouse and serverless features per object; rows of one object and hour are summed."""
    sums: dict[tuple[str, int, str], Cell] = {}
    for row in rows:
        if row["service_type"] in _WAREHOUSE_SERVICES:
            continue
        cell = _service_cell(account, row)
        place = (cell.resource, cell.hour_ms, cell.service)
        before = sums.get(place)
        sums[place] = replace(cell, nano=cell.nano + before.nano) if before else cell
    yield from sums.values()


def _service_cell(account: str, row: Row) -> Cell:
    hour_ms = row["start_ms"] - row["start_ms"] % HOUR_MS
    service = (row["service_type"] or "unknown").lower()
    if service == Service.QUERY_ACCELERATION:
        return Cell(row["name"] or "unknown", hour_ms, service, _used(row), ChargeKind.QUERY_ACCELERATION)
    key = _object_key(account, row)
    resource = str(key) if key else row["name"] or row["entity_id"] or service
    kind = ChargeKind.SERVERLESS if key or row["name"] else ChargeKind.UNATTRIBUTED
    return Cell(resource, hour_ms, service, _used(row), kind, str(key) if key else None)


def _object_key(account: str, row: Row) -> AssetKey | None:
    if not row["name"]:
        return None
    parts = split_identifier(row["name"])
    path = (row["database"], row["schema"], *parts) if len(parts) == 1 else parts
    return AssetKey("snowflake", account, tuple(map(fold_part, path))) if all(path) and len(path) == 3 else None  # noqa: PLR2004 - database, schema, name


def _used(row: Row) -> int:
    told = row["used_nano"]
    return int(told if told is not None else (row["compute_nano"] or 0) + (row["cloud_services_nano"] or 0))


def _adjustment(day_ms: int, of_day: Sequence[Cell], daily: Sequence[Row]) -> Cell:
    """What the day's bill takes back of cloud services, negative; computed by the rule until the bill tells it."""
    told = sum(row["adjustment_nano"] or 0 for row in daily)
    spent = sum(cell.nano for cell in of_day if cell.service == Service.CLOUD_SERVICES)
    compute = sum(cell.nano for cell in of_day if cell.service == Service.COMPUTE)
    nano = told if daily else -min(spent, compute // FREE_SHARE)
    return Cell("", day_ms, ADJUSTMENT, nano, ChargeKind.CLOUD_SERVICES, computed=not daily)


def _differences(day_ms: int, of_day: Sequence[Cell], daily: Sequence[Row]) -> Iterator[Cell]:
    """Where a service's day differs from its hours by more than half a nano-credit for each hourly figure."""
    for row in daily:
        service = (row["service_type"] or "unknown").lower()
        own = (
            {Service.COMPUTE, Service.CLOUD_SERVICES} if row["service_type"] in _WAREHOUSE_SERVICES else {service}
        )
        hours = [cell.nano for cell in of_day if cell.service in own]
        difference = _used(row) - sum(hours)
        if abs(difference) > len(hours) + 1:
            yield Cell("", day_ms, f"{service}_difference", difference, ChargeKind.UNATTRIBUTED)
