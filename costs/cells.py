"""The control totals of a day: every cell of the meter that charges must add up to."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar

from assay.model.assets import AssetKey, fold_part, split_identifier
from assay.model.charges import ChargeKind, Service
from assay.model.time import DAY_MS, HOUR_MS, floor_day_ms
from costs.rounding import split_exactly

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

Row = dict[str, Any]
T = TypeVar("T")
K = TypeVar("K")

FREE_SHARE = 10
"""Cloud services are charged only beyond a tenth of the UTC day's warehouse compute (Snowflake's billing rule)."""

_WAREHOUSE_SERVICES = {"WAREHOUSE_METERING", "WAREHOUSE_METERING_READER"}
_WAREHOUSES = "warehouse_metering"


@dataclass(frozen=True, slots=True)
class Cell:
    """What one resource is billed for one hour of one service, in nano-credits; a day's cell stands at its first hour.

    `used` is what the meter showed before the day's cloud services adjustment, `nano` what is billed of it.
    `kind` and `asset_key` say what becomes of the cell when no query claims it. `unsettled` is true while the day's
    adjustment may still move it: the source has not told it, or the day is not over.
    """

    resource: str
    hour_ms: int
    service: str
    used: int
    nano: int
    kind: ChargeKind
    asset_key: str | None = None
    unsettled: bool = False


def cells_of(
    account: str,
    warehouse_rows: Sequence[Row],
    metering_rows: Sequence[Row],
    daily_rows: Sequence[Row],
    final_until_ms: int,
) -> list[Cell]:
    """All cells of the days given, from the rows of WAREHOUSE_METERING, METERING and METERING_DAILY facts.

    A day whose own total is more or less than its hours by more than their rounding can explain gets a cell for the
    difference, charged to nobody. `final_until_ms` is until when the meters have told every hour: a day that ends
    later is not compared yet. It must not hang on the rows given, or a day alone would differ from a day among others.
    """
    hourly = [*_warehouse_cells(warehouse_rows, metering_rows), *_service_cells(account, metering_rows)]
    of_days = _grouped(hourly, lambda cell: floor_day_ms(cell.hour_ms))
    daily_of = _grouped(daily_rows, lambda row: row["day_ms"])
    cells: list[Cell] = []
    for day_ms in sorted(of_days.keys() | daily_of.keys()):
        of_day, daily = of_days.get(day_ms, []), daily_of.get(day_ms, [])
        is_over = day_ms + DAY_MS <= final_until_ms
        cells += _adjusted(day_ms, of_day, daily, is_over=is_over)
        if is_over or not of_day:
            cells += _differences(day_ms, of_day, daily)
    return cells


def _grouped(items: Iterable[T], key: Callable[[T], K]) -> dict[K, list[T]]:
    groups: dict[K, list[T]] = defaultdict(list)
    for item in items:
        groups[key(item)].append(item)
    return groups


def _warehouse_cells(warehouse_rows: Sequence[Row], metering_rows: Sequence[Row]) -> Iterator[Cell]:
    """Compute and cloud services of each warehouse and hour; METERING fills hours WAREHOUSE_METERING has not.

    A warehouse dropped and made anew within an hour has two rows of one name: they are summed.
    """
    told = {(row["warehouse"], row["start_ms"]) for row in warehouse_rows}
    spare = (
        {**row, "warehouse": row["name"]}
        for row in metering_rows
        if row["service_type"] in _WAREHOUSE_SERVICES and (row["name"], row["start_ms"]) not in told
    )
    return _summed(cell for row in (*warehouse_rows, *spare) for cell in _of_warehouse(row))


def _of_warehouse(row: Row) -> tuple[Cell, Cell]:
    hour_ms = row["start_ms"] - row["start_ms"] % HOUR_MS
    name = row["warehouse"] or "unknown"
    compute, cloud = row["compute_nano"] or 0, row["cloud_services_nano"] or 0
    return (
        Cell(name, hour_ms, Service.COMPUTE, compute, compute, ChargeKind.NO_QUERY),
        Cell(name, hour_ms, Service.CLOUD_SERVICES, cloud, cloud, ChargeKind.CLOUD_SERVICES),
    )


def _service_cells(account: str, rows: Sequence[Row]) -> Iterator[Cell]:
    """Query acceleration per warehouse and serverless features per object."""
    return _summed(
        _service_cell(account, row) for row in rows if row["service_type"] not in _WAREHOUSE_SERVICES
    )


def _summed(cells: Iterable[Cell]) -> Iterator[Cell]:
    sums: dict[tuple[str, int, str], Cell] = {}
    for cell in cells:
        place = (cell.resource, cell.hour_ms, cell.service)
        before = sums.get(place)
        sums[place] = _sum(cell, before) if before else cell
    yield from sums.values()


def _sum(cell: Cell, other: Cell) -> Cell:
    return replace(cell, used=cell.used + other.used, nano=cell.nano + other.nano)


def _service_cell(account: str, row: Row) -> Cell:
    hour_ms = row["start_ms"] - row["start_ms"] % HOUR_MS
    service, used = (row["service_type"] or "unknown").lower(), _used(row)
    if service == Service.QUERY_ACCELERATION:
        return Cell(row["name"] or "unknown", hour_ms, service, used, used, ChargeKind.QUERY_ACCELERATION)
    key = _object_key(account, row)
    resource = str(key) if key else row["name"] or row["entity_id"] or service
    kind = ChargeKind.SERVERLESS if key or row["name"] else ChargeKind.UNATTRIBUTED
    return Cell(resource, hour_ms, service, used, used, kind, str(key) if key else None)


def _object_key(account: str, row: Row) -> AssetKey | None:
    if not row["name"]:
        return None
    parts = split_identifier(row["name"])
    path = (row["database"], row["schema"], *parts) if len(parts) == 1 else parts
    known = all(path) and len(path) == len(("database", "schema", "name"))
    return AssetKey("snowflake", account, tuple(map(fold_part, path))) if known else None


def _used(row: Row) -> int:
    told = row["used_nano"]
    return int(told if told is not None else (row["compute_nano"] or 0) + (row["cloud_services_nano"] or 0))


def _adjusted(day_ms: int, of_day: Sequence[Cell], daily: Sequence[Row], *, is_over: bool) -> Iterator[Cell]:
    """The day's cells after its adjustment: what the bill takes back falls on cloud services by their use.

    The bill tells the adjustment (negative) per UTC day, beside the warehouses' own line; until it does, the rule is
    applied to what is metered so far.
    """
    cloud = [cell for cell in of_day if cell.service == Service.CLOUD_SERVICES]
    spent = [max(cell.used, 0) for cell in cloud]
    compute = sum(cell.used for cell in of_day if cell.service == Service.COMPUTE)
    told = {row["service_type"]: by_bill for row in daily if (by_bill := _adjustment(row)) is not None}
    is_told = not _WAREHOUSE_SERVICES.isdisjoint(told)
    by_rule = -min(sum(spent), compute // FREE_SHARE)
    adjustment = sum(told.values()) if is_told else by_rule
    unsettled = not (is_told and is_over)
    yield from (cell for cell in of_day if cell.service != Service.CLOUD_SERVICES)
    if adjustment and not any(spent):
        yield from cloud
        rest = Cell("", day_ms, Service.CLOUD_SERVICES, 0, adjustment, ChargeKind.CLOUD_SERVICES)
        yield replace(rest, unsettled=unsettled)
        return
    parts = split_exactly(adjustment, spent) if adjustment else [0] * len(cloud)
    for cell, part in zip(cloud, parts, strict=True):
        yield replace(cell, nano=cell.used + part, unsettled=unsettled)


def _adjustment(row: Row) -> int | None:
    """What a day's row takes back, as it says or as its bill and its use tell; None where neither does."""
    told: int | None = row["adjustment_nano"]
    if told is not None or row["billed_nano"] is None or not _tells_use(row):
        return told
    return int(row["billed_nano"]) - _used(row)


def _used_of_day(row: Row) -> int:
    """What a day's row was metered; where it tells only what is billed, that before its adjustment."""
    return _used(row) if _tells_use(row) else (row["billed_nano"] or 0) - (row["adjustment_nano"] or 0)


def _tells_use(row: Row) -> bool:
    return any(row[name] is not None for name in ("used_nano", "compute_nano", "cloud_services_nano"))


def _differences(day_ms: int, of_day: Sequence[Cell], daily: Sequence[Row]) -> Iterator[Cell]:
    """Where a service's day differs from its hours by more than half a nano-credit for each hourly figure."""
    for service, rows in _grouped(daily, _service_of_day).items():
        own = {Service.COMPUTE, Service.CLOUD_SERVICES} if service == _WAREHOUSES else {service}
        hours = [cell.used for cell in of_day if cell.service in own]
        difference = sum(map(_used_of_day, rows)) - sum(hours)
        if abs(difference) > len(hours) + 1:
            yield Cell("", day_ms, f"{service}_difference", difference, difference, ChargeKind.UNATTRIBUTED)


def _service_of_day(row: Row) -> str:
    """The service of a daily row. Reader accounts' warehouses have hours among the others, so both are one."""
    told = row["service_type"] or "unknown"
    return _WAREHOUSES if told in _WAREHOUSE_SERVICES else str(told).lower()
