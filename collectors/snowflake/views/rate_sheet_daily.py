"""ORGANIZATION_USAGE.RATE_SHEET_DAILY: the contract's prices by day. Customers of a reseller have none."""

from __future__ import annotations

from datetime import timedelta

import pyarrow as pa
import pyarrow.compute as pc

from assay.errors import MalformedInputError
from assay.facts.streams import RATE_SHEET
from collectors.snowflake.reading import Parts, Reading
from collectors.snowflake.views.base import ORGANIZATION_BILLING_VIEWER, Kind, View, columns


def _parts(rows: pa.RecordBatch, view: View, reading: Reading) -> Parts:
    own = _of_account(rows, reading.account)
    told = dict(zip(own.schema.names, own.columns, strict=True))
    told["is_adjustment"] = told["is_adjustment"].cast(pa.int64())
    return Parts(((view.stream, pa.table({name: told[name] for name in view.stream.schema.names})),))


def _of_account(rows: pa.RecordBatch, account: str) -> pa.RecordBatch:
    """The rows of this account: an organisation's sheet lists all its accounts. One account alone is ours.

    MalformedInputError when it lists several and none bears our account's name.
    """
    names, locators = (pc.utf8_lower(rows.column(name)) for name in ("account_name", "account_locator"))
    known = pc.coalesce(names, locators)
    if len(pc.unique(pc.drop_null(known))) <= 1:
        return rows
    own_names = pa.array([account, account.rpartition("-")[2], account.partition(".")[0]])
    mine = pc.or_(pc.is_in(names, own_names), pc.is_in(locators, own_names))
    if not pc.any(mine).as_py():
        raise MalformedInputError(
            f"RATE_SHEET_DAILY lists several accounts and none is {account}",
            hint="set the connection's account to its name or locator in the rate sheet",
        )
    return rows.filter(mine)


VIEW = View(
    name="RATE_SHEET_DAILY",
    schema="ORGANIZATION_USAGE",
    stream=RATE_SHEET,
    columns=(
        *columns(Kind.DAY, "day_ms=DATE|USAGE_DATE", required=True),
        *columns(Kind.RATE, "rate_micro=EFFECTIVE_RATE", required=True),
        *columns(Kind.TEXT, "currency", required=True),
        *columns(
            Kind.TEXT,
            "service_type usage_type=USAGE_TYPE|BILLING_TYPE rating_type account_name account_locator",
        ),
        *columns(Kind.FLAG, "is_adjustment"),
    ),
    cursor="day_ms",
    lag=timedelta(hours=24),
    look_back=timedelta(days=62),
    grant=ORGANIZATION_BILLING_VIEWER,
    edition="contract billed by Snowflake itself",
    whole=True,
    parts=_parts,
)
