"""Origin charges as rows of the export: values are gathered by column and made Arrow arrays once a batch."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from assay.model.assets import AssetKey
from costs.focus.columns import ALL, SCHEMA
from costs.focus.origins import ONE, Side
from costs.focus.pricing import sums_of
from costs.focus.services import CATEGORY, SUBCATEGORY, provider_name, resource_of, sku_of, why

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from assay.model.months import Month
    from costs.focus.origins import Origin, Part
    from costs.focus.pricing import Price, Sums

METHOD = "assay-attribution-2"
"""How parts are found, as docs/explanation/attribution.md tells it. It changes when the rules of the ledger do."""
LONGEST = 500
"""Characters of a description."""


@dataclass(frozen=True, slots=True)
class Account:
    """An account that is billed: the platform it is of, its name there, and the connection that reads it."""

    platform: str
    name: str
    connection: str = ""


@dataclass(frozen=True, slots=True)
class AssetFacts:
    """What is told of an asset beside its key."""

    owner: str = ""
    group: str = ""
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Priced:
    """An origin charge with its price; `provisional`: the account may still restate it."""

    origin: Origin
    price: Price
    provisional: bool = False


_NOTHING = AssetFacts()


def batch_of(
    account: Account, month: Month, charges: Iterable[Priced], assets: Mapping[str, AssetFacts]
) -> pa.RecordBatch:
    """The rows of a month's origin charges, one for each part; columns nothing is known of are null."""
    columns: dict[str, list[Any]] = defaultdict(list)
    rows = 0
    for charge in charges:
        parts = charge.origin.parts
        for name, value in _of_origin(account, month, charge).items():
            columns[name].extend([value] * len(parts))
        for part in parts:
            for name, value in _of_part(charge, part, assets.get(part.asset_key or "", _NOTHING)).items():
                columns[name].append(value)
        rows += len(parts)
    same = _of_account(account, month)
    arrays = [
        pa.repeat(pa.scalar(same[column.name], column.form.arrow), rows)
        if column.name in same
        else pa.array(columns.get(column.name) or [None] * rows, column.form.arrow)
        for column in ALL
    ]
    return pa.RecordBatch.from_arrays(arrays, schema=SCHEMA)


def _of_account(account: Account, month: Month) -> dict[str, Any]:
    """What is the same on every row."""
    provider = provider_name(account.platform)
    return {
        "BillingAccountId": f"{account.platform}:{account.name}",
        "BillingAccountName": account.name,
        "BillingAccountType": "Account",
        "BillingPeriodEnd": month.window.end_ms,
        "BillingPeriodStart": month.window.start_ms,
        "ChargeCategory": "Usage",
        "ChargeFrequency": "Usage-Based",
        "InvoiceIssuerName": provider,
        "PricingCategory": "Standard",
        "ProviderName": provider,
        "PublisherName": provider,
        "ServiceCategory": CATEGORY,
        "ServiceSubcategory": SUBCATEGORY,
        "x_AllocatedMethodId": METHOD,
    }


def _of_origin(account: Account, month: Month, charge: Priced) -> dict[str, Any]:
    """What is the same on every part of an origin charge."""
    origin, price = charge.origin, charge.price
    sku = sku_of(origin.service)
    resource = resource_of(account.platform, account.name, origin.service, origin.resource)
    return {
        "BillingCurrency": price.currency,
        "ChargeClass": None if origin.side is Side.USAGE else "Correction",
        "ChargePeriodEnd": origin.end_ms,
        "ChargePeriodStart": origin.start_ms,
        "ConsumedUnit": price.consumed_unit,
        "ContractedUnitPrice": price.unit_price,
        "ListUnitPrice": price.unit_price,
        "PricingCurrency": price.pricing_currency,
        "PricingCurrencyContractedUnitPrice": price.virtual,
        "PricingCurrencyListUnitPrice": price.virtual,
        "PricingUnit": price.unit,
        "ResourceId": resource.id,
        "ResourceName": resource.name,
        "ResourceType": resource.type,
        "ServiceName": sku.service_name,
        "SkuId": sku.id,
        "SkuMeter": sku.meter,
        "SkuPriceId": sku.id,
        "x_OriginChargeId": _origin_id(account, month, origin),
        "x_Provisional": charge.provisional,
        "x_RestatementReason": origin.reason,
    }


def _of_part(charge: Priced, part: Part, known: AssetFacts) -> dict[str, Any]:
    sums = sums_of(charge.price, charge.origin.start_ms, part.nano, part.bytes)
    ratio = Decimal(part.ratio) / ONE
    tags = dict.fromkeys(known.tags, True)  # a tag without a value is true, as FOCUS has it
    return {
        "BilledCost": sums.cost,
        "ChargeDescription": _description(charge.origin, part),
        "ConsumedQuantity": sums.consumed,
        "ContractedCost": sums.cost,
        "EffectiveCost": sums.cost,
        "ListCost": sums.cost,
        "PricingCurrencyEffectiveCost": sums.virtual_cost,
        "PricingQuantity": sums.quantity,
        "x_AllocatedMethodDetails": _details(charge.price, part, sums, ratio),
        "x_AllocatedRatio": ratio,
        "x_AllocatedResourceId": part.asset_key,
        "x_AllocatedResourceName": AssetKey.parse(part.asset_key).name if part.asset_key else None,
        "x_AllocatedTags": json.dumps(tags, ensure_ascii=False) if tags else None,
        "x_ChargeKind": part.kind,
        "x_Group": known.group or None,
        "x_Owner": known.owner or None,
    }


def _origin_id(account: Account, month: Month, origin: Origin) -> str:
    """What the parts of an origin charge have in common, and no other part has."""
    side = "" if origin.side is Side.USAGE else f"/{origin.side.name.lower()}/{month}"
    return f"{account.platform}:{account.name}/{origin.resource}/{origin.service}/{origin.start_ms}{side}"


def _description(origin: Origin, part: Part) -> str:
    """What the part is for, in a sentence of its own."""
    said = {Side.USAGE: "", Side.REVERSED: "Reversal: ", Side.RESTATED: "Restated: "}[origin.side]
    whose = part.asset_key or "no asset"
    return f"{said}{origin.resource}, {origin.service.replace('_', ' ')}, {why(part.kind)}; for {whose}"[
        :LONGEST
    ]


def _details(price: Price, part: Part, sums: Sums, ratio: Decimal) -> str:
    """How the part was found, in the form of FOCUS 1.3's AllocatedMethodDetails: its share, and what was measured."""
    kind = json.dumps(part.kind)
    return (
        f'{{"Elements": [{{"AllocatedRatio": {ratio:f}, "UsageUnit": "{price.consumed_unit}", '
        f'"UsageQuantity": {sums.consumed:f}, "x_ChargeKind": {kind}}}]}}'
    )
