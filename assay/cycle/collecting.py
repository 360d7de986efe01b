"""Reading one connection: each batch is made durable and visible in one step, so it may stop anywhere."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from assay import telemetry
from assay.cycle.summary import Collected, Event, Problem, Step
from assay.errors import StoppedError
from assay.incidents.record import record
from assay.model.checks import CheckResult
from assay.model.time import from_ms, to_ms
from assay.store import collections
from assay.store.checks import mark_gone
from assay.store.records import save_records
from assay.store.tables import CollectionRow
from collectors.base import Batch, Degraded, Progress, StandingChecks

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session

    from assay.cycle.sources import Source
    from assay.cycle.workplace import Workplace
    from assay.incidents.policy import Change
    from collectors.base import Record

_log = telemetry.logger("cycle")


@dataclass(slots=True)
class Reading:
    """One pass over one connection, and its lines in the collection log: one a stream."""

    source: Source
    place: Workplace
    rows: Counter[str] = field(default_factory=Counter)
    problems: list[Problem] = field(default_factory=list)
    _lines: dict[str, int] = field(default_factory=dict)
    _began: float = field(default_factory=time.monotonic)

    def run(self) -> Collected:
        """Read all that is new. What fails is a problem of this connection alone; what was stored stays."""
        try:
            for item in self.source.collector.collect(self._progress(), self.place.now):
                if isinstance(item, Degraded):
                    self._degrade(item)
                else:
                    self.save(item)
            self._log_silent_streams()
        except StoppedError:
            raise
        except Exception as error:  # noqa: BLE001 - a plug-in may raise anything; the other connections go on
            self._fail(Problem.of(error, self.source.name, Step.COLLECT))
        return Collected(self.source.name, self.source.kind, dict(self.rows), tuple(self.problems))

    def save(self, batch: Batch) -> None:
        """Store one batch: its files first, durable but unseen; then all that makes it count, at once."""
        written = [
            file
            for stream, table in batch.facts
            if table.num_rows
            for file in self.place.files.write(self.source.name, stream, table)
        ]
        now_ms = self._now_ms()
        with self.place.store.write() as session:
            self.place.files.publish(session, written, now_ms=now_ms)
            changes = self._keep(session, batch.records, now_ms)
            if batch.watermark_ms is not None:
                collections.advance(session, self.source.name, batch.stream, batch.watermark_ms, now_ms)
            if batch.seen:
                collections.mark_seen(session, self.source.name, batch.seen, now_ms)
            self._log(session, batch.stream, rows=batch.rows_read)
        self.place.happened.update(change.transition for change in changes)
        self.rows[batch.stream] += batch.rows_read
        telemetry.rows_collected.labels(self.source.name, batch.stream).inc(batch.rows_read)
        _log.debug("stored", connection=self.source.name, stream=batch.stream, rows=batch.rows_read)
        self.place.on_event(Event(Step.COLLECT, self.source.name, batch.stream, batch.rows_read))

    def _keep(self, session: Session, records: Sequence[Record], now_ms: int) -> list[Change]:
        """Save a batch's records; incidents hear what another tool's checks found, and which it no longer makes."""
        checked = (CheckResult, StandingChecks)
        others = [each for each in records if not isinstance(each, checked)]
        save_records(session, others, now_ms, self.source.name)
        results = [each for each in records if isinstance(each, CheckResult)]
        standing = [each for each in records if isinstance(each, StandingChecks)]
        changes = record(session, results, from_ms(now_ms), self.place.policy) if results else []
        if sum(mark_gone(session, each.prefix, each.names, now_ms) for each in standing):
            changes += record(session, (), from_ms(now_ms), self.place.policy)
        return changes

    def _progress(self) -> Progress:
        with self.place.store.read() as session:
            return Progress(
                watermarks=collections.watermarks(session, self.source.name),
                seen=collections.seen(session, self.source.name),
            )

    def _degrade(self, item: Degraded) -> None:
        self._fail(
            Problem.of(item.error, self.source.name, Step.COLLECT, item.stream, expected=item.expected)
        )

    def _fail(self, problem: Problem) -> None:
        """Keep the problem, also in the log where the store still takes it."""
        self.problems.append(problem)
        telemetry.collections_failed.labels(self.source.name, problem.stream).inc()
        _log.info("not read", connection=self.source.name, stream=problem.stream, why=problem.message)
        try:
            with self.place.store.write() as session:
                self._log(session, problem.stream, problem=problem)
        except StoppedError:
            raise
        except Exception as error:  # noqa: BLE001 - the store itself may be what failed; the summary still tells
            self.problems.append(Problem.of(error, self.source.name, Step.COLLECT, problem.stream))

    def _log_silent_streams(self) -> None:
        """A stream that had nothing new was read all the same: its last success is now."""
        told = {problem.stream for problem in self.problems}
        silent = [
            s.name for s in self.source.collector.streams if s.name not in self._lines and s.name not in told
        ]
        if silent:
            with self.place.store.write() as session:
                for stream in silent:
                    self._log(session, stream)

    def _log(self, session: Session, stream: str, *, rows: int = 0, problem: Problem | None = None) -> None:
        """Write the stream's line of this cycle, or bring it up to date."""
        known = self._lines.get(stream)
        line = session.get(CollectionRow, known) if known is not None else None
        if line is None:
            line = CollectionRow(
                connection=self.source.name,
                stream=stream,
                started_ms=to_ms(self.place.now),
                ended_ms=0,
                status="ok",
                rows=0,
            )
            session.add(line)
        line.ended_ms = self._now_ms()
        line.rows += rows
        if problem is not None:
            line.status = "degraded" if problem.expected else "failed"
            line.message, line.hint = problem.message, problem.hint
        session.flush()
        self._lines[stream] = line.id

    def _now_ms(self) -> int:
        """The cycle's own time: when it began, and how long it has run since."""
        return to_ms(self.place.now) + int((time.monotonic() - self._began) * 1000)
