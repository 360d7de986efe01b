"""What was decided of the synthetic company: verdicts, findings, savings, quotes, budgets and pull requests.

Reasons, titles and changes are hostile on purpose, as the company's own names are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fakes import shop

from assay.model.decisions import Confidence, PullRequestState, Verdict
from assay.model.time import DAY_MS
from assay.model.verdicts import AssetVerdict, Judgement
from assay.store import verdicts
from assay.store.engine import Store
from assay.store.keys import find_ids
from assay.store.tables import PullRequestRow

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy.orm import Session

_ROUND = (Verdict.DEAD_END, Verdict.UNUSED, Verdict.RARELY_USED, Verdict.IN_USE, Verdict.UNKNOWN)
"""The company's assets have verdicts in this order, over and over: each dead end is built into the unused after it."""


def fill(folder: Path, *, plain: int = 12) -> Path:
    """Give the folder's company what a cycle decides."""
    with Store.open(shop.url_of(folder)) as store, store.write() as session:
        verdicts.save(session, Judgement(_verdicts(session, plain)), shop.NOW_MS)
        session.add_all(_pull_requests(plain))
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
        owner=nasty,
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
