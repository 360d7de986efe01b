"""What a day's mapping is computed from, and the fingerprint that tells whether that has changed."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa
from sqlalchemy import func, select

from assay.facts.streams import ACCESS, QUERY_ATTRIBUTION, QUERY_HISTORY, QUERY_TEXT, SESSIONS
from assay.model.assets import AssetKind
from assay.model.time import DAY_MS, Window
from assay.store.assets import aliases
from assay.store.tables import AssetRow, RunQueryRow, RunRow
from costs.mapping.day import Names
from costs.mapping.relations import PLATFORM, Known

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session

    from assay.config import MappingRule
    from assay.facts.engine import Engine
    from assay.facts.files import FactFile, FactFiles
    from assay.facts.streams import FactStream

STEP = "mapping"
FORMULA = 2
"""Raised whenever the mapping says something else of the same inputs: every day is then told again."""

SESSION_DAYS = 7
"""How many days before a statement its session may have begun."""

_BESIDE = 1  # days: a run is told by its scheduler's clock, its queries by the warehouse's
_OF_DAY = {"queries": QUERY_HISTORY, "access": ACCESS, "weighed": QUERY_ATTRIBUTION}


@dataclass(frozen=True, slots=True)
class Inputs:
    """All a pass reads: the connection's files by stream and day, the names, and what runs say by day.

    The digests are of what every day hangs on: they are made once, not for each day.
    """

    names: Names
    names_digest: str
    known: Known
    known_digest: str
    files: Mapping[str, Mapping[int, Sequence[FactFile]]]
    runs: Mapping[int, str]

    @classmethod
    def read(
        cls, session: Session, files: FactFiles, connection: str, account: str, rules: Sequence[MappingRule]
    ) -> Inputs:
        """What stands now."""
        streams = (QUERY_HISTORY, ACCESS, QUERY_ATTRIBUTION, SESSIONS, QUERY_TEXT)
        keys = _known_keys(session, account)
        names = Names(account, aliases(session, "dbt"), aliases(session, "relation") if rules else {}, rules)
        by_stream = {stream.name: _by_day(files.files(session, connection, stream)) for stream in streams}
        return cls(names, _digest_of(names), Known.of(keys), _digest(keys), by_stream, _runs_by_day(session))

    def days(self) -> list[int]:
        """Midnight of each day that has statements, in order."""
        return sorted(self.files[QUERY_HISTORY.name])

    def fingerprint(self, day_ms: int) -> str:
        """A digest of all the day is computed from, but for the relations known; see `is_current`."""
        newest = [_newest(self._of_day(stream, day_ms)) for stream in _OF_DAY.values()]
        newest.append(_newest(self._sessions(day_ms)))
        runs = [self.runs.get(day_ms + n * DAY_MS) for n in range(-_BESIDE, _BESIDE + 1)]
        return _digest([FORMULA, self.names_digest, newest, runs])

    def state(self, day_ms: int, *, guessed: bool) -> str:
        """What to remember of a computed day; a day with guesses hangs on the relations known, too."""
        return self.fingerprint(day_ms) + (f"+{self.known_digest}" if guessed else "")

    def is_current(self, day_ms: int, remembered: str | None) -> bool:
        """Whether a day computed from `remembered` would come out the same now."""
        known = self.fingerprint(day_ms)
        return remembered in {known, f"{known}+{self.known_digest}"}

    def load(self, engine: Engine, day_ms: int) -> None:
        """Make the day's facts readable as queries, access, weighed and sessions."""
        day = Window(day_ms, day_ms + DAY_MS)
        for view, stream in _OF_DAY.items():
            engine.facts(view, stream, self._of_day(stream, day_ms), day)
        engine.facts("sessions", SESSIONS, self._sessions(day_ms))

    def load_shapes(self, engine: Engine) -> None:
        """Make every shape readable as shapes: a shape is told once, maybe long before the day."""
        by_day = self.files[QUERY_TEXT.name]
        told = sorted((file for files in by_day.values() for file in files), key=lambda file: file.id)
        engine.facts("shapes", QUERY_TEXT, told)

    def _of_day(self, stream: FactStream, day_ms: int) -> Sequence[FactFile]:
        return self.files[stream.name].get(day_ms, ())

    def _sessions(self, day_ms: int) -> list[FactFile]:
        days = range(day_ms - SESSION_DAYS * DAY_MS, day_ms + DAY_MS, DAY_MS)
        return sorted((f for day in days for f in self._of_day(SESSIONS, day)), key=lambda file: file.id)


def run_assets(session: Session, day_ms: int) -> pa.Table:
    """The queries that runs around the day say they sent: (query_id, asset_key)."""
    rows = session.execute(
        select(RunQueryRow.query_id, AssetRow.key)
        .join(RunRow, RunRow.id == RunQueryRow.run_id)
        .join(AssetRow, AssetRow.id == RunRow.asset_id)
        .where(*_around(day_ms))
    ).all()
    return pa.table(
        {
            "query_id": pa.array([query_id for query_id, _ in rows], pa.string()),
            "asset_key": pa.array([key for _, key in rows], pa.string()),
        }
    )


def assets_with_runs(session: Session, day_ms: int) -> list[str]:
    """The keys of assets whose scheduler told a build around the day."""
    keys = select(AssetRow.key).join(RunRow, RunRow.asset_id == AssetRow.id)
    return list(session.scalars(keys.where(RunRow.kind == "build", *_around(day_ms)).distinct()))


def _around(day_ms: int) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    start, end = day_ms - _BESIDE * DAY_MS, day_ms + (1 + _BESIDE) * DAY_MS
    return RunRow.started_ms >= start, RunRow.started_ms < end


def _runs_by_day(session: Session) -> dict[int, str]:
    """Per day of their start, a figure that changes with the runs, their assets and their queries."""
    day = (RunRow.started_ms - RunRow.started_ms % DAY_MS).label("day")
    sent = select(RunQueryRow.run_id, func.count().label("queries")).group_by(RunQueryRow.run_id).subquery()
    rows = session.execute(
        select(
            day,
            func.count(),
            func.sum(RunRow.id),
            func.sum(RunRow.id * RunRow.asset_id % 1_000_003),
            func.sum(sent.c.queries),
        )
        .outerjoin(sent, sent.c.run_id == RunRow.id)
        .group_by(day)
    )
    return {day_ms: ".".join(str(figure or 0) for figure in figures) for day_ms, *figures in rows}


def _known_keys(session: Session, account: str) -> list[str]:
    """The relations a source tells of; those only seen in statements come and go with them."""
    start = f"{PLATFORM}:{account}:"
    keys = session.scalars(
        select(AssetRow.key).where(AssetRow.platform == PLATFORM, AssetRow.kind != AssetKind.OTHER.value)
    )
    return sorted(key for key in keys if key.startswith(start))


def _digest_of(names: Names) -> str:
    aliases, relations = sorted(names.aliases.items()), sorted(names.relations.items())
    return _digest([names.account, aliases, relations, list(map(repr, names.rules))])


def _newest(files: Sequence[FactFile]) -> int:
    """The newest batch, 0 for none: it moves with every new file, and stays when they are compacted."""
    return max((file.id for file in files), default=0)


def _by_day(files: Iterable[FactFile]) -> dict[int, list[FactFile]]:
    days: dict[int, list[FactFile]] = defaultdict(list)
    for file in files:
        days[file.day_ms].append(file)
    return dict(days)


def _digest(value: object) -> str:
    return hashlib.blake2b(repr(value).encode(), digest_size=16).hexdigest()
