"""The columns of the export: all 57 of FOCUS 1.2, then ours, whose names begin with x_.

Source: FOCUS Specification 1.2, "Columns" (FinOps Foundation, 2025). How a charge is split among assets has columns of
its own only since FOCUS 1.3; under 1.2 they are custom ones, so they carry the names of 1.3 behind the prefix.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import pyarrow as pa

FOCUS_VERSION = "1.2"
QUANTITY = pa.decimal128(38, 18)
COST = pa.decimal128(38, 24)
"""Wide enough that no quantity, and no product of a quantity and a price, is ever rounded."""
MOMENT = pa.timestamp("ms", tz="UTC")


class Form(Enum):
    """What a column holds: its data type by FOCUS's word, and by Arrow's."""

    STRING = ("String", pa.string())
    QUANTITY = ("Decimal", QUANTITY)
    COST = ("Decimal", COST)
    MOMENT = ("Date/Time", MOMENT)
    JSON = ("JSON", pa.string())
    FLAG = ("Boolean", pa.bool_())

    @property
    def focus(self) -> str:
        """FOCUS's data type."""
        return self.value[0]

    @property
    def arrow(self) -> pa.DataType:
        """Arrow's type."""
        return self.value[1]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the export; `nullable` as FOCUS says it of the column."""

    name: str
    form: Form = Form.STRING
    nullable: bool = False


def _columns(form: Form, nullable: str = "", mandatory: str = "") -> list[Column]:
    return [Column(name, form) for name in mandatory.split()] + [
        Column(name, form, nullable=True) for name in nullable.split()
    ]


FOCUS = tuple(
    sorted(
        [
            *_columns(
                Form.STRING,
                mandatory="BillingAccountId BillingAccountType BillingCurrency ChargeCategory ChargeFrequency "
                "InvoiceIssuerName ProviderName PublisherName ServiceCategory ServiceName ServiceSubcategory",
                nullable="AvailabilityZone BillingAccountName CapacityReservationId CapacityReservationStatus "
                "ChargeClass ChargeDescription CommitmentDiscountCategory CommitmentDiscountId CommitmentDiscountName "
                "CommitmentDiscountStatus CommitmentDiscountType CommitmentDiscountUnit ConsumedUnit InvoiceId "
                "PricingCategory PricingCurrency PricingUnit RegionId RegionName ResourceId ResourceName ResourceType "
                "SkuId SkuMeter SkuPriceId SubAccountId SubAccountName SubAccountType",
            ),
            *_columns(
                Form.COST,
                mandatory="BilledCost ContractedCost EffectiveCost ListCost",
                nullable="ContractedUnitPrice ListUnitPrice PricingCurrencyContractedUnitPrice "
                "PricingCurrencyEffectiveCost PricingCurrencyListUnitPrice",
            ),
            *_columns(Form.QUANTITY, nullable="CommitmentDiscountQuantity ConsumedQuantity PricingQuantity"),
            *_columns(
                Form.MOMENT, mandatory="BillingPeriodEnd BillingPeriodStart ChargePeriodEnd ChargePeriodStart"
            ),
            *_columns(Form.JSON, nullable="SkuPriceDetails Tags"),
        ],
        key=lambda column: column.name,
    )
)
"""The columns of FOCUS 1.2, by name."""
OURS = (
    *_columns(Form.STRING, mandatory="x_AllocatedMethodId"),
    *_columns(Form.JSON, mandatory="x_AllocatedMethodDetails"),
    *_columns(Form.STRING, nullable="x_AllocatedResourceId x_AllocatedResourceName"),
    *_columns(Form.JSON, nullable="x_AllocatedTags"),
    *_columns(Form.QUANTITY, mandatory="x_AllocatedRatio"),
    *_columns(Form.STRING, mandatory="x_ChargeKind", nullable="x_Group"),
    *_columns(Form.STRING, mandatory="x_OriginChargeId", nullable="x_Owner"),
    *_columns(Form.FLAG, mandatory="x_Provisional"),
    *_columns(Form.STRING, nullable="x_RestatementReason"),
)
"""Ours: the asset a part of a charge is for, why, its share, and whether it may still change."""
ALL = (*FOCUS, *OURS)
SCHEMA = pa.schema([pa.field(column.name, column.form.arrow, column.nullable) for column in ALL])
"""The file's columns, FOCUS's before ours."""
