"""Quotes as they were told, what they came to, and how often past builds fell inside their range."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, func, select

from assay.model.time import to_ms
from assay.store.bulk import upsert
from assay.store.costs import in_one_currency
from assay.store.keys import asset_ids
from assay.store.tables import AssetRow, CalibrationRow, CostRow, QuoteRow

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session


def keep(session: Session, told: dict[str, Any], made_at: datetime, made_by: str = "") -> str:
    """Keep a quote as it was told (`Quote.as_dict()`); its id, which the same quote of the same moment has again."""
    made_ms = to_ms(made_at)
    text = json.dumps([told["request"], made_ms, told["attributed"]["nano"]], sort_keys=True)
    quote_id = hashlib.sha256(text.encode()).hexdigest()[:12]
    key = told["request"]["asset"]
    nano, marginal = told["attributed"]["nano"], told["marginal"]
    row = {
        "id": quote_id,
        "made_ms": made_ms,
        "made_by": made_by,
        "asset_id": asset_ids(session, [key], made_ms)[key],
        "request": told["request"],
        "result": told | {"id": quote_id},
        "p10_nano": nano["p10"],
        "p50_nano": nano["p50"],
        "p90_nano": nano["p90"],
        "marginal_p50_nano": None if marginal is None else marginal["nano"]["p50"],
        "realised_nano": None,
        "realised_ms": None,
        "realised": {},
    }
    upsert(session, QuoteRow, [row], key=("id",))
    return quote_id


def latest(session: Session, limit: int = 100, asset_key: str = "") -> list[QuoteRow]:
    """The newest quotes, of one asset where it is named."""
    rows = select(QuoteRow)
    if asset_key:
        rows = rows.join(AssetRow, AssetRow.id == QuoteRow.asset_id).where(AssetRow.key == asset_key)
    return list(session.scalars(rows.order_by(QuoteRow.made_ms.desc(), QuoteRow.id).limit(limit)))


def by_id(session: Session, quote_id: str) -> QuoteRow | None:
    """The quote of that id, or the only one whose id begins so; None where there is none."""
    starts = QuoteRow.id.startswith(quote_id, autoescape=True)
    rows = list(session.scalars(select(QuoteRow).where(starts).order_by(QuoteRow.id).limit(2)))
    return rows[0] if rows and (len(rows) == 1 or rows[0].id == quote_id) else None


def waiting(session: Session, since_ms: int) -> list[QuoteRow]:
    """The quotes made since, of which it is not known yet what they came to; oldest first."""
    rows = select(QuoteRow).where(QuoteRow.realised_ms.is_(None), QuoteRow.made_ms >= since_ms)
    return list(session.scalars(rows.order_by(QuoteRow.made_ms, QuoteRow.id)))


def closed(session: Session, since_ms: int = 0) -> list[QuoteRow]:
    """The quotes whose backfill ran, oldest first."""
    rows = select(QuoteRow).where(QuoteRow.realised_ms.is_not(None), QuoteRow.made_ms >= since_ms)
    return list(session.scalars(rows.order_by(QuoteRow.made_ms, QuoteRow.id)))


def realise(session: Session, quote_id: str, nano: int, at_ms: int, details: dict[str, Any]) -> None:
    """Keep what a quote's backfill came to, in nano-credits, and when it was done."""
    row = session.get_one(QuoteRow, quote_id)
    row.realised_nano, row.realised_ms, row.realised = nano, at_ms, details
    session.flush()


def save_calibration(session: Session, rows: Sequence[dict[str, int]]) -> None:
    """Keep how often an asset's past builds fell inside the range made without them."""
    upsert(session, CalibrationRow, rows, key=("asset_id",))


def forget_calibration(session: Session, besides: Sequence[int]) -> None:
    """Remove assets that are built no more."""
    known = set(session.scalars(select(CalibrationRow.asset_id)))
    for asset_id in sorted(known - set(besides)):
        session.execute(delete(CalibrationRow).where(CalibrationRow.asset_id == asset_id))


def calibrations(session: Session, limit: int | None = None) -> list[tuple[str, CalibrationRow]]:
    """Each asset's key and how its builds fell, most builds first; no more than `limit` where there is one."""
    rows = select(AssetRow.key, CalibrationRow).join(AssetRow, AssetRow.id == CalibrationRow.asset_id)
    return [
        (key, row)
        for key, row in session.execute(
            rows.order_by(CalibrationRow.builds.desc(), AssetRow.key).limit(limit)
        )
    ]


def judged(session: Session) -> dict[int, int]:
    """When each asset's calibration was worked out last (ms), by asset id."""
    return dict(session.execute(select(CalibrationRow.asset_id, CalibrationRow.judged_ms)).all())


def coverage(session: Session, asset_id: int | None = None) -> dict[str, int]:
    """Builds that were back-tested, and those inside, below and above P10 to P90; of one asset or of all."""
    sums = (
        func.coalesce(func.sum(getattr(CalibrationRow, n)), 0) for n in ("builds", "inside", "below", "above")
    )
    rows = select(*sums)
    if asset_id is not None:
        rows = rows.where(CalibrationRow.asset_id == asset_id)
    return dict(
        zip(("builds", "inside", "below", "above"), map(int, session.execute(rows).one()), strict=True)
    )


def micro_per_credit(session: Session, connection: str) -> tuple[int | None, str]:
    """What a credit of compute cost on the newest priced day, in micro-currency, and the currency; None if unknown."""
    of_day = select(
        CostRow.day_ms,
        func.sum(CostRow.nano_credits),
        in_one_currency(func.sum(CostRow.micro_currency)),
        func.max(CostRow.currency),
    ).where(
        CostRow.connection == connection,
        CostRow.dimension == "warehouse",
        CostRow.service == "compute",
        CostRow.micro_currency.is_not(None),
    )
    newest = of_day.group_by(CostRow.day_ms).order_by(CostRow.day_ms.desc()).limit(1)
    row = session.execute(newest).first()
    if row is None or row[2] is None or not row[1]:
        return None, ""
    return round(int(row[2]) * 1_000_000_000 / int(row[1])), str(row[3])
