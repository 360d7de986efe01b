"""What FOCUS 1.2 asks of each column, written down apart from the export: rows of text are held to it.

Source: FOCUS Specification 1.2, the requirements of each column and attribute, and the values it allows.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

Row = dict[str, Any]

_COSTS_AND_PERIODS = (
    "BilledCost", "BillingPeriodEnd", "BillingPeriodStart", "ChargePeriodEnd", "ChargePeriodStart", "ContractedCost",
    "EffectiveCost", "ListCost", "PricingQuantity", "PricingUnit",
)  # fmt: skip
MANDATORY = (
    *_COSTS_AND_PERIODS,
    "BillingAccountId", "BillingAccountName", "BillingCurrency", "ChargeCategory", "ChargeClass", "ChargeDescription",
    "InvoiceIssuerName", "ProviderName", "PublisherName", "ServiceCategory", "ServiceName",
)  # fmt: skip
MAY_BE_NULL = {"BillingAccountName", "ChargeClass", "ChargeDescription", "PricingQuantity", "PricingUnit"}
MOMENTS = ("BillingPeriodStart", "BillingPeriodEnd", "ChargePeriodStart", "ChargePeriodEnd")
COSTS = ("BilledCost", "ContractedCost", "EffectiveCost", "ListCost")
DECIMALS = (
    *COSTS, "CommitmentDiscountQuantity", "ConsumedQuantity", "ContractedUnitPrice", "ListUnitPrice",
    "PricingCurrencyContractedUnitPrice", "PricingCurrencyEffectiveCost", "PricingCurrencyListUnitPrice",
    "PricingQuantity",
)  # fmt: skip
JSON_OBJECTS = ("SkuPriceDetails", "Tags", "x_AllocatedTags")
ALLOWED = {
    "ChargeCategory": {"Usage", "Purchase", "Tax", "Credit", "Adjustment"},
    "ChargeClass": {"Correction"},
    "ChargeFrequency": {"One-Time", "Recurring", "Usage-Based"},
    "PricingCategory": {"Standard", "Dynamic", "Committed", "Other"},
    "CommitmentDiscountCategory": {"Spend", "Usage"},
    "CommitmentDiscountStatus": {"Used", "Unused"},
    "CapacityReservationStatus": {"Used", "Unused"},
    "ServiceCategory": {
        "AI and Machine Learning", "Analytics", "Business Applications", "Compute", "Databases", "Developer Tools",
        "Multicloud", "Identity", "Integration", "Internet of Things", "Management and Governance", "Media",
        "Migration", "Mobile", "Networking", "Security", "Storage", "Web", "Other",
    },
}  # fmt: skip
NUMBER = re.compile(r"-?\d+(\.\d+)?(E-?\d+)?")
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
UNIT = re.compile(r"[A-Z][A-Za-z]*(-[A-Z][a-z]*s)?|[A-Z][A-Za-z]*/[A-Z][a-z]*")
NEVER_NULL_OF_USAGE = (
    "ContractedUnitPrice", "ListUnitPrice", "PricingCategory", "PricingQuantity", "SkuId", "SkuPriceId",
    "ConsumedQuantity",
)  # fmt: skip
NULL_TOGETHER = (
    ("PricingQuantity", "PricingUnit"), ("ConsumedQuantity", "ConsumedUnit"), ("ResourceId", "ResourceType"),
    ("RegionId", "RegionName"), ("SubAccountId", "SubAccountName"), ("CommitmentDiscountId", "CommitmentDiscountType"),
)  # fmt: skip


def faults(rows: Sequence[Row]) -> Counter[str]:
    """Every rule that does not hold, and how often; empty where the rows conform. Values are text, null is None."""
    if not rows:
        return Counter({"no rows": 1})
    found = Counter(_of_columns(tuple(rows[0])))
    for row in rows:
        for check in _CHECKS:
            found.update(check(row))
    found.update(_of_services(rows))
    return found


def _of_columns(names: Sequence[str]) -> Iterator[str]:
    yield from (f"{name}: is missing" for name in MANDATORY if name not in names)
    custom = [name.startswith("x_") for name in names]
    if custom != sorted(custom):
        yield "custom columns stand among FOCUS's own"
    yield from (
        f"{name}: is no name" for name in names if not re.fullmatch(r"(x_)?[A-Z][A-Za-z0-9]{1,49}", name)
    )


def _nulls(row: Row) -> Iterator[str]:
    for name in MANDATORY:
        if row.get(name) is None and name not in MAY_BE_NULL:
            yield f"{name}: is null"
    yield from (f"{name}: is empty instead of null" for name, value in row.items() if value in ("", "NULL"))
    yield from (
        f"{one}, {other}: only one of them is null"
        for one, other in NULL_TOGETHER
        if (row.get(one) is None) != (row.get(other) is None)
    )
    if row.get("ChargeCategory") == "Usage" and row.get("ChargeClass") is None:
        yield from (
            f"{name}: is null of usage" for name in NEVER_NULL_OF_USAGE if name in row and row[name] is None
        )
    if row.get("ResourceId") is not None and row.get("ResourceName") == row["ResourceId"]:
        yield "ResourceName: repeats ResourceId"


def _forms(row: Row) -> Iterator[str]:
    for names, fits, what in (
        (MOMENTS, MOMENT.fullmatch, "moment"),
        (DECIMALS, NUMBER.fullmatch, "number"),
        (JSON_OBJECTS, _is_flat_object, "object of keys and values"),
        (("PricingUnit", "ConsumedUnit"), UNIT.fullmatch, "unit"),
        (("BillingCurrency",), re.compile(r"[A-Z]{3}").fullmatch, "currency"),
    ):  # fmt: skip
        yield from _misfits(row, names, fits, what)
    for name, allowed in ALLOWED.items():
        if row.get(name) is not None and row[name] not in allowed:
            yield f"{name}: {row[name]} is not allowed"


def _misfits(row: Row, names: Iterable[str], fits: Callable[[str], object], what: str) -> Iterator[str]:
    for name in names:
        value = row.get(name)
        if value is not None and not fits(value):
            yield f"{name}: is no {what}"


def _is_flat_object(text: str) -> bool:
    value = json.loads(text)
    return isinstance(value, dict) and not any(isinstance(inner, dict | list) for inner in value.values())


def _sums(row: Row) -> Iterator[str]:
    """Costs are prices times quantities, but for corrections; prices are not negative."""
    for price, cost in (("ContractedUnitPrice", "ContractedCost"), ("ListUnitPrice", "ListCost")):
        told = [row.get(name) for name in (price, "PricingQuantity", cost)]
        if None in told or not all(NUMBER.fullmatch(str(value)) for value in told):
            continue
        unit_price, quantity, sum_ = (Decimal(str(value)) for value in told)
        if unit_price < 0:
            yield f"{price}: is negative"
        if row.get("ChargeClass") is None and abs(unit_price * quantity - sum_) > Decimal("1e-9"):
            yield f"{cost}: is not {price} times PricingQuantity"


def _periods(row: Row) -> Iterator[str]:
    for what in ("BillingPeriod", "ChargePeriod"):
        if not str(row[f"{what}Start"]) < str(row[f"{what}End"]):
            yield f"{what}: ends before it begins"
    inside = row["BillingPeriodStart"] <= row["ChargePeriodStart"] < row["BillingPeriodEnd"]
    if row.get("ChargeCategory") == "Usage" and row.get("ChargeClass") is None and not inside:
        yield "usage of another billing period is no correction"


def _of_services(rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    categories: dict[str, set[str]] = {}
    for row in rows:
        categories.setdefault(row["ServiceName"], set()).add(row["ServiceCategory"])
    yield from (f"{name}: has several categories" for name, of in categories.items() if len(of) > 1)


_CHECKS: tuple[Callable[[Row], Iterator[str]], ...] = (_nulls, _forms, _sums, _periods)
