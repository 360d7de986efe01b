"""What was decided of the synthetic company: verdicts, findings, savings, quotes, budgets and pull requests.

Reasons, titles and changes are hostile on purpose, as the company's own names are.
"""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING

from fakes import shop

from assay.config import Settings
from assay.facts.engine import Engine
from assay.facts.files import FactFiles
from assay.model.decisions import BudgetState, Confidence, PullRequestState, SavingState, Verdict
from assay.model.months import Month
from assay.model.partitions import PartitionRange
from assay.model.time import DAY_MS, HOUR_MS, day_of, to_ms
from assay.model.verdicts import AssetVerdict, Judgement
from assay.model.waste import BUILD_POOL, BUSY_POOL, Claim, Figure, Finding, Lever, WasteKind
from assay.store import findings, quotes, savings, verdicts
from assay.store.engine import Store
from assay.store.keys import find_ids
from assay.store.tables import BudgetMonthRow, CalibrationRow, PullRequestRow, SavingRow, UnitCostRow
from costs.backfill import QuoteRequest, quote

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from sqlalchemy.orm import Session

_ROUND = (Verdict.DEAD_END, Verdict.UNUSED, Verdict.RARELY_USED, Verdict.IN_USE, Verdict.UNKNOWN)
"""The company's assets have verdicts in this order, over and over: each dead end is built into the unused after it."""


BUDGETS = f"""
[budgets.everything]
credits = 100

[budgets.finance]
owner = {json.dumps(shop.HOSTILE[0])}
amount = 1000
told_to = {json.dumps(shop.HOSTILE[1])}
quota = true

[budgets.one]
asset = "{shop.key("table_0", "schema_0")}"
credits = 50
"""
MONTHS = ("2026-04", "2026-05", "2026-06")
"""The months the budgets are known in: the last is the one under way, of which 20 days are known."""


def fill(folder: Path, now: datetime, *, plain: int = 12) -> Path:
    """Give the folder's company what a cycle decides; its last builds and its quotes are of `now`."""
    with (folder / "assay.toml").open("a") as settings:
        settings.write(BUDGETS)
    with Store.open(shop.url_of(folder)) as store, store.write() as session:
        verdicts.save(session, Judgement(_verdicts(session, plain)), shop.NOW_MS)
        session.add_all(_pull_requests(plain))
        session.add_all(_budget_months())
        findings.refresh(session, _findings(plain), shop.NOW_MS, ["acme"])
        session.flush()
        _deeds(session)
        session.add_all(_builds(session, plain, now))
        session.add_all(_calibrations(session, plain))
    with Store.open(shop.url_of(folder)) as store:
        _quotes(store, folder, now)
    return folder


def set_of(number: int) -> str:
    """The name of the dead set that the asset of that number is in; '' for none."""
    return f"{number // len(_ROUND):012x}" if _ROUND[number % len(_ROUND)].is_dead else ""


def _verdicts(session: Session, plain: int) -> list[AssetVerdict]:
    everything = shop.keys(plain)
    ids = find_ids(session, everything)
    return [_verdict(number, ids[str(key)], str(key)) for number, key in enumerate(everything)]


def _verdict(number: int, asset_id: int, key: str) -> AssetVerdict:
    verdict, nasty = _ROUND[number % len(_ROUND)], shop.HOSTILE[number % len(shop.HOSTILE)]
    return AssetVerdict(
        asset_id=asset_id,
        asset=key,
        kind="table",
        owner=nasty[:300],
        verdict=verdict,
        confidence=list(Confidence)[number % 3],
        last_read_ms=shop.NOW_MS - 100 * DAY_MS if number % 2 else None,
        reads={"pipeline": 3, "maybe": 1, nasty: 2} if verdict.is_dead else {"person": number},
        nano_per_month=number * shop.CREDIT,
        micro_per_month=number * shop.PRICE,
        currency="USD",
        reasons=(f"Nobody said {nasty[:300]}", "Nothing is built from `it`."),
        warnings=(f"Its code changed: {nasty[:300]}",) if verdict is Verdict.UNUSED and number % 2 else (),
        set_id=set_of(number),
        place=2 - number % len(_ROUND) if verdict.is_dead else 0,
    )


def _pull_requests(plain: int) -> list[PullRequestRow]:
    everything = shop.keys(plain)
    return [
        PullRequestRow(
            live_key="acme/shop:0:delete" if state.lives else None, repository="acme/shop", fingerprint=set_of(number),
            step="delete", branch="assay/unused", number=number + 1, url=url, state=state.value, title=shop.HOSTILE[0],
            assets=[str(key) for key in everything[number : number + 2]], nodes=[], nano_per_month=shop.CREDIT,
            evidence_ms=shop.NOW_MS, made_ms=shop.NOW_MS + number, changed_ms=shop.NOW_MS, details={},
        )
        for number, state, url in (
            (0, PullRequestState.OPEN, "https://github.example/acme/shop/pull/1"),
            (5, PullRequestState.CLOSED, "javascript:alert(5)"),
        )
    ]  # fmt: skip


def _budget_months() -> list[BudgetMonthRow]:
    """Budgets of 100 credits that spend 1, 3, 4 and 6 credits a day; one of them has left the settings."""
    budgets = (("everything", 6), ("finance", 4), ("gone", 3), ("one", 1))
    return [_budget_month(name, a_day * shop.CREDIT, month) for name, a_day in budgets for month in MONTHS]


def _budget_month(name: str, a_day: int, text: str) -> BudgetMonthRow:
    month, limit = Month.parse(text), 100 * shop.CREDIT
    known = 20 if text == MONTHS[-1] else month.days
    days = [day_of(month.window.start_ms + place * DAY_MS).isoformat() for place in range(month.days)]
    told = [
        {"day": day, "spent": a_day, "provisional": place == known - 1}
        for place, day in enumerate(days[:known])
    ]
    ahead = [_likely(day, a_day, known, place) for place, day in enumerate(days[known:], 1)]
    spent, p50 = a_day * known, a_day * month.days
    state = (
        BudgetState.OVER if spent >= limit else BudgetState.WARN if spent >= 0.8 * limit else BudgetState.OK
    )
    end = ahead[-1] if ahead else {"p10": spent, "p50": spent, "p90": spent}
    return BudgetMonthRow(
        name=name, month=text, unit="USD" if name == "finance" else "credits", limit=limit, spent=spent,
        p10=end["p10"], p50=p50, p90=end["p90"], days=[*told, *ahead], updated_ms=shop.NOW_MS,
        state=BudgetState.FORECAST if state is BudgetState.OK and p50 > limit else state,
    )  # fmt: skip


def _likely(day: str, a_day: int, known: int, place: int) -> dict[str, str | int]:
    likely = a_day * (known + place)
    return {"day": day, "p10": likely - a_day * place // 4, "p50": likely, "p90": likely + a_day * place // 2}


def _findings(plain: int) -> list[Finding]:
    """One of each asset that is in use, about half the cost of its builds; and one of a warehouse, about a tenth."""
    everything = shop.keys(plain)
    used = [number for number in range(len(everything)) if _ROUND[number % len(_ROUND)] is Verdict.IN_USE]
    return [_of_warehouse(), *(_finding(number, str(everything[number])) for number in used)]


def _finding(number: int, key: str) -> Finding:
    nasty, nano = shop.HOSTILE[number % len(shop.HOSTILE)], number * shop.CREDIT
    return Finding(
        kind=list(WasteKind)[number % 4],
        subject=key,
        connection="acme",
        title=f"It is rebuilt for {nasty[:300]}",
        change=f"schedule: daily  # {nasty[:300]}",
        confidence=list(Confidence)[number % 3],
        nano_per_month=nano,
        claims=(Claim("WH", f"{BUILD_POOL}{key}", Lever.FREQUENCY, nano, 2 * nano),),
        from_ms=shop.NOW_MS - 30 * DAY_MS,
        until_ms=shop.NOW_MS,
        figures=(
            Figure("builds", 720),
            Figure(f"of {nasty[:80]}", 2 * nano, "nano_credits"),
            Figure("share", 500, "per mille"),
            Figure("runtime", 61_000, "ms"),
            Figure("scanned", 2**30, "bytes"),
        ),
        assumptions=(f"As {nasty[:300]}",),
        micro_per_month=number * shop.PRICE,
        currency="USD",
    )


def _of_warehouse() -> Finding:
    return Finding(
        WasteKind.OVERSIZED, "WH", "acme", "WH is twice as large as its work needs", "ALTER WAREHOUSE WH SET ...;",
        Confidence.LOW, 20 * shop.CREDIT, (Claim("WH", BUSY_POOL, Lever.SIZE, 20 * shop.CREDIT, 200 * shop.CREDIT),),
        shop.NOW_MS - 30 * DAY_MS, shop.NOW_MS, is_asset=False, micro_per_month=20 * shop.PRICE, currency="USD",
    )  # fmt: skip


def _deeds(session: Session) -> None:
    """The dearest finding but one is done, the one after it dismissed; older changes were measured."""
    first, second, *_ = (row.id for row in findings.listed(session)[1:])
    findings.act(session, first, shop.NOW_MS, shop.HOSTILE[0])
    findings.dismiss(session, second, shop.NOW_MS, shop.HOSTILE[1])
    session.add_all(_saving(number) for number in (1, 2))


def _saving(number: int) -> SavingRow:
    """A change that saved what it promised, and one that saved a half less than nothing."""
    nano = number * shop.CREDIT
    return SavingRow(
        source=savings.PULL_REQUEST, source_id=f"acme/shop:{number}", title=f"Gone: {shop.HOSTILE[number]}",
        subjects=[f"{shop.key('gone')}_{number}"], connection="acme", acted_ms=shop.NOW_MS - (60 - number) * DAY_MS,
        promised_nano=nano, before_nano=2 * nano, measured_nano=nano if number == 1 else -nano // 2,
        measured_micro=number * shop.PRICE if number == 1 else -number * shop.PRICE // 2, currency="USD",
        measured_days=28, state=SavingState.MEASURED.value, updated_ms=shop.NOW_MS,
        details={"dimension": "asset", "kinds": [], "claims": []},
    )  # fmt: skip


def _builds(session: Session, plain: int, now: datetime) -> list[UnitCostRow]:
    """Sixty days of daily builds of every asset: each costs as much as its number, give or take a tenth."""
    ids = find_ids(session, shop.keys(plain))
    return [
        UnitCostRow(
            asset_id=asset_id, build=f"{number}-{day}", connection="acme", at_ms=to_ms(now) - HOUR_MS - day * DAY_MS,
            duration_ms=60_000 + 1000 * (day % 7), warehouse="WH 1", warehouse_size="Medium", partitions=[],
            full_refresh=False, rows=1000 + day, bytes=None, busy_nano=nano, total_nano=nano + nano // 2, queries=1,
        )
        for number, asset_id in enumerate(ids.values(), 1)
        for day in range(60)
        for nano in [number * shop.CREDIT // 100 * (100 + (day * 7) % 11) // 100]
    ]  # fmt: skip


def _calibrations(session: Session, plain: int) -> list[CalibrationRow]:
    """Of each asset's fifty builds forty fell inside."""
    ids = find_ids(session, shop.keys(plain))
    return [
        CalibrationRow(asset_id=asset_id, builds=50, inside=40, below=6, above=4, judged_ms=shop.NOW_MS)
        for asset_id in ids.values()
    ]


def _quotes(store: Store, folder: Path, now: datetime) -> None:
    """Two quotes of the company: one that ran and came out inside its range, one that no limit allows."""
    settings = Settings.load(folder, environ={})
    for limit_nano, hours in ((None, 2), (1, 1)):
        asked = QuoteRequest(
            shop.key("table_0", "schema_0"), PartitionRange.parse("2026-05-01..2026-05-10"), downstream=not limit_nano,
            limit_nano=limit_nano,
        )  # fmt: skip
        made_at = now - timedelta(hours=hours)
        files = FactFiles(settings.facts.root, store)
        found = quote(store, files, lambda: Engine.open([settings.facts.root]), asked, settings, made_at)
        with store.write() as session:
            quote_id = quotes.keep(session, found.as_dict(), made_at, shop.HOSTILE[0])
            if limit_nano is None:
                quotes.realise(session, quote_id, found.attributed.p50, to_ms(now), {"inside": True})
