"""Waste: work that failed, and work done again because something beside it failed."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING

from assay.model.assets import AssetKey
from assay.model.decisions import Confidence
from assay.model.time import HOUR_MS
from assay.model.waste import Claim, Figure, Finding, Lever, WasteKind
from costs.waste.builds import pool_of, total
from costs.waste.names import quoted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from costs.waste.builds import Build
    from costs.waste.period import Period

RETRY_MS = 6 * HOUR_MS
"""An invocation later than this after a failed one is the next scheduled one, no retry."""


@dataclass(frozen=True, slots=True)
class Failed:
    """Statements of a subject that failed in one warehouse: how many, and what they were charged while they ran."""

    warehouse: str
    statements: int
    nano: int


@dataclass(frozen=True, slots=True)
class Again:
    """Builds of an asset that were done again: their cost, and that of all its builds in the warehouse."""

    asset: str
    warehouse: str
    nano: int
    whole_nano: int
    builds: int


@dataclass(frozen=True, slots=True)
class Evidence:
    """What failed of a subject: of an asset's builds and queries, or of all that names no asset in a warehouse.

    `statements` are all it sent; `codes` how often each error came, most frequent first.
    """

    subject: str
    connection: str
    is_asset: bool
    statements: int
    failed: tuple[Failed, ...]
    again: tuple[Again, ...] = ()
    codes: tuple[tuple[str, int], ...] = ()


def done_again(builds: Mapping[str, Sequence[Build]]) -> dict[str, list[tuple[str, Build]]]:
    """Builds that only repeat what succeeded beside a failure, by the asset that failed first.

    The invocation after a failed one is a retry when it builds the failed asset again, within six hours and in less
    than half the time that usually lies between two invocations that build it.
    """
    by_invocation: dict[str, list[tuple[str, Build]]] = defaultdict(list)
    for asset, own in builds.items():
        for build in own:
            if build.invocation:
                by_invocation[build.invocation].append((asset, build))
    found: dict[str, list[tuple[str, Build]]] = defaultdict(list)
    for members in by_invocation.values():
        failures = [(build.at_ms, asset) for asset, build in members if build.is_failed]
        if not failures:
            continue
        culprit = min(failures)[1]
        retry = _retry_of(builds[culprit], min(failures)[0])
        if retry:
            sound = {asset for asset, build in members if not build.is_failed}
            found[culprit] += [(asset, build) for asset, build in by_invocation[retry] if asset in sound]
    return found


def _retry_of(builds: Sequence[Build], failed_ms: int) -> str:
    """The invocation that built the asset again soon after its failure; '' where none did."""
    starts = sorted({build.at_ms for build in builds})
    usual = median(after - before for before, after in pairwise(starts)) if len(starts) > 1 else 0
    later = [build for build in builds if build.at_ms > failed_ms and build.invocation]
    following = min(later, key=lambda build: build.at_ms, default=None)
    if following is None:
        return ""
    waited = following.at_ms - failed_ms
    return following.invocation if waited <= RETRY_MS and 2 * waited < usual else ""


def find(evidence: Evidence, period: Period) -> Finding | None:
    """The finding, when anything failed."""
    count = sum(part.statements for part in evidence.failed)
    if not count:
        return None
    name = AssetKey.parse(evidence.subject).name if evidence.is_asset else evidence.subject
    claimed = _claims(evidence, period)
    again = sum(one.builds for one in evidence.again)
    return Finding(
        kind=WasteKind.FAILED_WORK,
        subject=evidence.subject,
        connection=evidence.connection,
        title=_title(evidence, name, count, again, period),
        change=_change(evidence, name, again=again),
        confidence=Confidence.MEDIUM if evidence.is_asset else Confidence.LOW,
        nano_per_month=total(claimed),
        claims=claimed,
        from_ms=period.from_ms,
        until_ms=period.until_ms,
        is_asset=evidence.is_asset,
        figures=(
            Figure("statements", evidence.statements),
            Figure("failed statements", count),
            Figure("cost of failed statements", sum(part.nano for part in evidence.failed), "nano_credits"),
            Figure("builds done again beside them", again),
            Figure("cost of builds done again", sum(one.nano for one in evidence.again), "nano_credits"),
            *(Figure(f"error {code}", times) for code, times in evidence.codes[:3]),
        ),
        assumptions=("Nothing of what failed was of use to anyone.",),
    )


def _claims(evidence: Evidence, period: Period) -> tuple[Claim, ...]:
    """Failed statements are a pool of their own, and go whole; what was done again is a part of its asset's builds."""
    own = f"busy:failed:{evidence.subject if evidence.is_asset else ''}"
    lost = [
        Claim(part.warehouse, own, Lever.FAILURES, monthly, monthly)
        for part in evidence.failed
        if (monthly := period.monthly(part.nano)) > 0
    ]
    repeated = [
        Claim(
            one.warehouse,
            pool_of(one.asset),
            Lever.FAILURES,
            period.monthly(one.nano),
            period.monthly(one.whole_nano),
        )
        for one in evidence.again
        if one.nano > 0
    ]
    return (*lost, *repeated)


def _title(evidence: Evidence, name: str, count: int, again: int, period: Period) -> str:
    whose = f"of {name}" if evidence.is_asset else f"in {name} that are of no asset"
    repeated = f", and {again} sound builds were done again" if again else ""
    return f"{count} of {evidence.statements} statements {whose} failed in {period.days} days{repeated}."


def _change(evidence: Evidence, name: str, *, again: int) -> str:
    most = f" Most often: error {evidence.codes[0][0]}." if evidence.codes else ""
    if not evidence.is_asset:
        return (
            f"See what fails in {name}, and mend the most frequent; what is cancelled late ends sooner with `ALTER "
            f"WAREHOUSE {quoted(name)} SET STATEMENT_TIMEOUT_IN_SECONDS = …`.{most}"
        )
    retry = " Run `dbt retry` after a failure instead of the whole job." if again else ""
    return f"Mend {name}: its runs and their messages are on its page.{most}{retry}"
