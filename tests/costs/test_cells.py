"""The control totals: what a day is billed, whatever else is read with it."""

from __future__ import annotations

from typing import Any

import pytest
from fakes.world import DAY, hour_of

from assay.model.time import DAY_MS, HOUR_MS
from costs.cells import Cell, cells_of


def of_day(
    service: str, used: int | None, adjustment: int | None = 0, billed: int | None = None
) -> dict[str, Any]:
    """A row of METERING_DAILY, in nano-credits."""
    return {
        "service_type": service,
        "day_ms": DAY,
        "used_nano": used,
        "compute_nano": used,
        "cloud_services_nano": None,
        "adjustment_nano": adjustment,
        "billed_nano": billed,
    }


def billed_by_service(cells: list[Cell]) -> dict[str, int]:
    """Nano-credits billed by service, without what is nothing."""
    services = sorted({cell.service for cell in cells if cell.nano})
    return {service: sum(cell.nano for cell in cells if cell.service == service) for service in services}


def test_a_day_is_the_same_alone_and_among_others() -> None:
    """No warehouse ran in its last hour: whether it is compared with its bill hangs on the meters, not on the rows."""
    meter, daily = [hour_of(3, 1000)], [of_day("WAREHOUSE_METERING", 1500)]
    alone = cells_of("acme", meter, [], daily, DAY + 2 * DAY_MS)
    among = cells_of("acme", [*meter, hour_of(30, 7)], [], daily, DAY + 2 * DAY_MS)

    assert {"compute": 1000, "warehouse_metering_difference": 500} == billed_by_service(alone)
    assert alone == [cell for cell in among if cell.hour_ms < DAY + DAY_MS]


def test_a_day_that_goes_on_is_not_compared() -> None:
    """Its bill may be ahead of its hours: the hours to come are no difference."""
    daily = [of_day("WAREHOUSE_METERING", 1500)]

    assert {"compute": 1000} == billed_by_service(
        cells_of("acme", [hour_of(3, 1000)], [], daily, DAY + 5 * HOUR_MS)
    )


def test_reader_accounts_are_no_difference() -> None:
    """Two lines of the day's bill, own warehouses and readers', are the hours of both together."""
    reader = {
        "service_type": "WAREHOUSE_METERING_READER", "name": "READER_WH", "start_ms": DAY, "entity_id": "9",
        "database": None, "schema": None, "compute_nano": 300, "cloud_services_nano": 0, "used_nano": 300,
    }  # fmt: skip
    daily = [of_day("WAREHOUSE_METERING", 1000), of_day("WAREHOUSE_METERING_READER", 300)]

    assert {"compute": 1300} == billed_by_service(
        cells_of("acme", [hour_of(3, 1000)], [reader], daily, DAY + DAY_MS)
    )


def test_the_rule_holds_until_the_warehouses_own_line_tells() -> None:
    """A bill that so far tells other services, or no adjustment at all, has not taken the free tenth back yet."""
    meter = [hour_of(0, 1000, cloud=300)]
    for early in ([of_day("PIPE", 0)], [of_day("WAREHOUSE_METERING", 1300, adjustment=None)]):
        assert {"cloud_services": 200, "compute": 1000} == billed_by_service(
            cells_of("acme", meter, [], early, 0)
        )


@pytest.mark.parametrize(
    ("used", "adjustment", "billed"), [(1300, None, 1250), (None, -50, 1250), (1300, -50, None)]
)
def test_of_use_adjustment_and_bill_any_two_tell_the_third(
    used: int | None, adjustment: int | None, billed: int | None
) -> None:
    """An export may leave columns out: 50 are taken back, and the hours are all of the day."""
    daily = [of_day("WAREHOUSE_METERING", used, adjustment, billed)]
    cells = cells_of("acme", [hour_of(0, 1000, cloud=300)], [], daily, DAY + DAY_MS)

    assert {"cloud_services": 250, "compute": 1000} == billed_by_service(cells)


def test_cloud_services_are_unsettled_until_their_day_is_over() -> None:
    """The adjustment of a day in progress grows with its compute, also where the bill already tells one."""
    meter, daily = [hour_of(0, 1000, cloud=300)], [of_day("WAREHOUSE_METERING", 1300, adjustment=-100)]

    def unsettled(final_until_ms: int) -> list[str]:
        return [cell.service for cell in cells_of("acme", meter, [], daily, final_until_ms) if cell.unsettled]

    assert ["cloud_services"] == unsettled(DAY + 23 * HOUR_MS)
    assert [] == unsettled(DAY + DAY_MS)


def test_a_refund_takes_no_part_of_the_adjustment() -> None:
    """An hour whose cloud services are less than nothing is a refund: what the bill takes back falls on the others."""
    meter = [hour_of(0, 1000, cloud=300), hour_of(1, 0, cloud=-20)]
    cells = cells_of("acme", meter, [], [of_day("WAREHOUSE_METERING", 1280, adjustment=-100)], DAY + DAY_MS)
    cloud = {cell.hour_ms: cell.nano for cell in cells if cell.service == "cloud_services"}

    assert {DAY: 200, DAY + HOUR_MS: -20} == cloud
