"""Verdicts and declared uses in the store."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select

from assay.model.assets import Asset, AssetKey, AssetKind
from assay.model.decisions import Confidence, DeclaredUse, UseKind, UsesTold, Verdict
from assay.model.time import from_ms
from assay.model.verdicts import AssetVerdict, Judgement
from assay.store import verdicts
from assay.store.assets import asset
from assay.store.records import save_records
from assay.store.tables import AssetRow, DeclaredUseRow

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from assay.store.engine import Store

AT = from_ms(1_790_000_000_000)
A, B = (AssetKey("snowflake", "acme", ("db", "s", name)) for name in "ab")


def _use(asset: AssetKey, name: str, at: datetime = AT, kind: UseKind = UseKind.EXPOSURE) -> DeclaredUse:
    return DeclaredUse(asset, kind, name, "manifest", at)


def _known(session: Session) -> list[tuple[str, str]]:
    """Every declared use, by the name of its asset."""
    rows = session.execute(select(AssetRow.name, DeclaredUseRow.name).join(DeclaredUseRow))
    return sorted(rows)


def _id(session: Session, key: AssetKey) -> int:
    found = asset(session, str(key))
    assert found is not None
    return found.id


def _tell(session: Session, *records: DeclaredUse | UsesTold) -> None:
    save_records(session, records, 9, "shop")


def test_a_use_left_out_is_used_so_no_more(store: Store) -> None:
    """Of the assets the newest telling speaks of; those of others, other sources and connections stay."""
    later = AT + timedelta(days=1)
    with store.write() as session:
        _tell(session, _use(A, "board"), _use(A, "old"), _use(B, "board"), UsesTold("manifest", AT))
        save_records(session, [_use(A, "theirs")], 9, "other")
        _tell(session, DeclaredUse(A, UseKind.SHARE, "PARTNERS", "grants", AT))

        _tell(session, _use(A, "board", later), UsesTold("manifest", later, frozenset({A})))

        assert _known(session) == [("a", "PARTNERS"), ("a", "board"), ("a", "theirs"), ("b", "board")]
        _tell(session, UsesTold("manifest", later))
        assert _known(session) == [("a", "PARTNERS"), ("a", "board"), ("a", "theirs")]


def test_an_older_telling_takes_nothing_back(store: Store) -> None:
    """Documents may be read in any order."""
    with store.write() as session:
        _tell(session, _use(A, "board"), UsesTold("manifest", AT))
        _tell(session, UsesTold("manifest", AT - timedelta(days=3), frozenset({A})))

        assert _known(session) == [("a", "board")]


def test_what_a_source_repeats_no_more_is_given_up(store: Store) -> None:
    """A model that left its project keeps its dashboards a month, for another target may still tell of it."""
    with store.write() as session:
        _tell(session, _use(A, "board"), UsesTold("manifest", AT))
        for days, known in ((29, [("a", "board")]), (31, [])):
            at = AT + timedelta(days=days)
            _tell(session, UsesTold("manifest", at, frozenset({B})))
            assert known == _known(session)


def _judged(asset_id: int, key: AssetKey, verdict: Verdict, nano: int, **more: object) -> AssetVerdict:
    given = {"reads": {"pipeline": 3}, "reasons": ("why",), "micro_per_month": 7, "currency": "EUR", **more}
    return AssetVerdict(
        asset_id=asset_id, asset=str(key), kind="table", owner="", verdict=verdict, confidence=Confidence.HIGH,
        last_read_ms=5, nano_per_month=nano, **given,
    )  # type: ignore[arg-type]  # fmt: skip # the rest of its fields, as told


def test_a_judgement_stands_whole_until_the_next(store: Store) -> None:
    """What was said before is gone; the dearest stand first, a set in its order."""
    with store.write() as session:
        save_records(session, [Asset(key, AssetKind.TABLE, owner="data") for key in (A, B)], 9)
        ids = {key: _id(session, key) for key in (A, B)}
        first = Judgement([_judged(ids[A], A, Verdict.UNKNOWN, 1)])
        second = Judgement(
            [
                _judged(ids[A], A, Verdict.UNUSED, 1, set_id="s", place=1, held_back=("no",)),
                _judged(ids[B], B, Verdict.DEAD_END, 2, set_id="s", place=2, currency="USD"),
            ]
        )
        assert verdicts.judged_ms(session) is None
        verdicts.save(session, first, 10)
        verdicts.save(session, second, 11)

        lines = verdicts.latest(session)
        assert [(line.key, line.owner, line.proposable) for line in lines] == [
            (str(B), "data", True),
            (str(A), "data", False),
        ]
        assert [line.name for line in verdicts.latest(session, set_id="s")] == ["a", "b"]
        assert [line.name for line in verdicts.latest(session, [Verdict.UNUSED])] == ["a"]
        assert verdicts.of_asset(session, ids[A]) == lines[1]
        assert lines[1].warnings == ("no",)
        counts = verdicts.counts(session)
        assert (counts[Verdict.UNUSED].assets, counts[Verdict.UNUSED].micro_per_month) == (1, 7)
        assert counts[Verdict.UNKNOWN] == verdicts.VerdictSum(0, 0, None, "")
        assert verdicts.judged_ms(session) == 11
