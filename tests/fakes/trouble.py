"""Troubles of the synthetic company: checks that pass, fail and break, incidents people acted on, messages, a silence.

Names, sentences and comments are hostile on purpose, as the company's own are.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from fakes import shop

from assay.config import Settings
from assay.incidents.record import Policy, act, record
from assay.model.checks import Cause, Check, CheckResult, CheckSource, Outcome, Severity
from assay.model.incidents import Transition, Verb
from assay.model.time import to_ms
from assay.store import incidents, outbox, schemas, silences
from assay.store.engine import Store
from assay.store.keys import find_ids
from assay.store.schemas import of_dicts

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

    from sqlalchemy.orm import Session

SETTINGS = """
[channels.team]
kind = "file"
path = "alerts.jsonl"

[channels.broken]
kind = "slack"

[[routes]]
channels = ["team"]
severity = "error"

[alerts]
channels = ["team"]
group_wait_s = 0
"""
_TODAY = (Outcome.PASS, Outcome.FAIL, Outcome.ERROR, Outcome.UNKNOWN)
_CAUSES = (Cause.VOLUME, Cause.FRESHNESS, Cause.SCHEMA, Cause.CUSTOM)


def fill(folder: Path, now: datetime, *, plain: int = 12) -> Path:
    """Give the folder's company its troubles: one check of each asset, three days of results, acts and messages."""
    (folder / "assay.toml").write_text(SETTINGS)
    policy = Policy.of(Settings.load(folder, environ={}))
    with Store.open(shop.url_of(folder)) as store:
        for days_ago in (2, 1, 0):
            at = now - timedelta(days=days_ago)
            with store.write() as session:
                record(session, list(_results(at, plain, days_ago)), at, policy)
        with store.write() as session:
            _acts(session, now, policy)
            _messages(session, now)
    return folder


def check(number: int, plain: int = 12) -> Check:
    """The company's check of that number; each asset has one."""
    nasty = shop.HOSTILE[number % len(shop.HOSTILE)]
    sources = (CheckSource.CONFIG, CheckSource.PAGE, CheckSource.DBT, CheckSource.DETECTOR)
    return Check(
        name=f"check {number} {nasty}"[:200],
        asset=shop.keys(plain)[number],
        kind="volume",
        cause=_CAUSES[number % len(_CAUSES)],
        severity=list(Severity)[number % 2],
        config={"where": nasty, "min_rows": 1},
        source=sources[number // 4 % len(sources)],
        owner=nasty,
        description=nasty,
    )


def _results(at: datetime, plain: int, days_ago: int) -> Iterator[CheckResult]:
    for number in range(len(shop.keys(plain))):
        nasty = shop.HOSTILE[number % len(shop.HOSTILE)]
        outcome = Outcome.PASS if days_ago else _TODAY[number % len(_TODAY)]
        seen = None if outcome is Outcome.ERROR else 1000.0 - 600 * (outcome is Outcome.FAIL) + number
        yield CheckResult(
            check(number, plain), at, outcome, f"It said {nasty}", seen, 1000.0, 900.0, 1100.0,
            {"unit": "rows", "metric": "row_count", "why": nasty, "next_step": nasty, "points": 30},
        )  # fmt: skip


def _acts(session: Session, now: datetime, policy: Policy) -> None:
    first, second, third, fourth = (line.row.id for line in incidents.page(session, limit=4).lines)
    nasty = shop.HOSTILE[0]
    act(session, first, Transition.COMMENTED, nasty, now, policy=policy, text=nasty)
    act(session, second, Transition.ACKNOWLEDGED, nasty, now, policy=policy, text=nasty)
    act(session, third, Transition.SNOOZED, nasty, now, policy=policy, until=now + timedelta(days=1))
    act(session, fourth, Verb.REALLY_WRONG, nasty, now, policy=policy, text=nasty)


def _messages(session: Session, now: datetime) -> None:
    """A silence, an accepted schema that is no longer there, and a message that was given up."""
    silences.add(
        session, {"asset": shop.HOSTILE[1]}, to_ms(now + timedelta(days=1)), to_ms(now), *shop.HOSTILE[:2]
    )
    key = str(shop.key("table_4", "schema_1"))
    columns = of_dicts([{"name": shop.HOSTILE[1], "type": "NUMBER"}, {"name": "id", "type": "VARCHAR"}])
    schemas.accept(session, find_ids(session, [key])[key], columns, to_ms(now), shop.HOSTILE[0])
    held = outbox.claim(session, to_ms(now), 1000)
    assert held is not None
    outbox.mark(session, held, state=outbox.DEAD, error=shop.HOSTILE[0])
