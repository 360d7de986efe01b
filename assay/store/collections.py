"""What was collected: watermarks, files read whole, and the log."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import delete, func, select
from sqlalchemy.orm import aliased

from assay.store.bulk import insert_missing, later, upsert
from assay.store.tables import CollectionRow, SeenRow, WatermarkRow

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import ScalarSelect
    from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class StreamStatus:
    """A stream of a connection: its newest line in the log, its last success, and how far it is read."""

    connection: str
    stream: str
    status: str
    started_ms: int
    ended_ms: int
    rows: int
    message: str
    hint: str
    last_success_ms: int | None
    watermark_ms: int | None


def watermarks(session: Session, connection: str) -> dict[str, int]:
    """How far each stream of the connection is read, in epoch ms."""
    rows = session.execute(
        select(WatermarkRow.stream, WatermarkRow.value_ms).where(WatermarkRow.connection == connection)
    )
    return dict(rows.all())


def advance(session: Session, connection: str, stream: str, value_ms: int, now_ms: int) -> None:
    """Move a watermark forward; a value behind it changes nothing."""
    upsert(
        session,
        WatermarkRow,
        [{"connection": connection, "stream": stream, "value_ms": value_ms, "updated_ms": now_ms}],
        key=("connection", "stream"),
        settle=lambda old, new: {
            "value_ms": later(old.c.value_ms, new.value_ms),
            "updated_ms": later(old.c.updated_ms, new.updated_ms),
        },
    )


def seen(session: Session, connection: str) -> frozenset[str]:
    """The fingerprints of the files of this connection that were read whole."""
    return frozenset(session.scalars(select(SeenRow.fingerprint).where(SeenRow.connection == connection)))


def mark_seen(session: Session, connection: str, fingerprints: Iterable[str], now_ms: int) -> None:
    """Remember files as read whole."""
    insert_missing(
        session,
        SeenRow,
        [
            {"connection": connection, "fingerprint": mark, "seen_ms": now_ms}
            for mark in sorted(set(fingerprints))
        ],
    )


def log(session: Session, row: CollectionRow) -> None:
    """Add a line to the collection log."""
    session.add(row)
    session.flush()


def forget_log(session: Session, before_ms: int) -> None:
    """Drop the lines of earlier cycles, but for what is told of each stream: its newest and its last success."""
    line = CollectionRow
    newest = select(func.max(line.id)).group_by(line.connection, line.stream)
    told = line.id.in_(newest) | line.id.in_(newest.where(line.status == "ok"))
    session.execute(delete(line).where(line.started_ms < before_ms, ~told))


def failing_since(session: Session, connection: str, cycles: int) -> frozenset[str]:
    """The streams that failed in each of the last so many cycles of the connection; none while there were fewer.

    A connection that failed as a whole has one line a cycle, whose stream is ''.
    """
    line = CollectionRow
    began = select(line.started_ms).where(line.connection == connection).distinct()
    recent = session.scalars(began.order_by(line.started_ms.desc()).limit(cycles)).all()
    if len(recent) < cycles:
        return frozenset()
    failed = (
        select(line.stream)
        .where(line.connection == connection, line.started_ms.in_(recent), line.status == "failed")
        .group_by(line.stream)
        .having(func.count(line.started_ms.distinct()) == cycles)
    )
    return frozenset(session.scalars(failed))


def latest(session: Session, connection: str | None = None) -> list[StreamStatus]:
    """The state of every stream that was ever collected, by connection and stream."""
    line, read = CollectionRow, WatermarkRow
    lines = (
        select(line, _last_success(line), read.value_ms)
        .outerjoin(read, (read.connection == line.connection) & (read.stream == line.stream))
        .where(line.id.in_(select(func.max(line.id)).group_by(line.connection, line.stream)))
        .order_by(line.connection, line.stream)
    )
    if connection is not None:
        lines = lines.where(line.connection == connection)
    return [_status(row, ended, value) for row, ended, value in session.execute(lines)]


def _last_success(line: type[CollectionRow]) -> ScalarSelect[int]:
    """When the stream of a line last went well, found by steps back through the log and not by reading it all."""
    earlier = aliased(CollectionRow)
    return (
        select(earlier.ended_ms)
        .where(earlier.connection == line.connection, earlier.stream == line.stream, earlier.status == "ok")
        .order_by(earlier.started_ms.desc(), earlier.id.desc())
        .limit(1)
        .correlate(line)
        .scalar_subquery()
    )


def _status(row: CollectionRow, success_ms: int | None, watermark_ms: int | None) -> StreamStatus:
    return StreamStatus(
        connection=row.connection,
        stream=row.stream,
        status=row.status,
        started_ms=row.started_ms,
        ended_ms=row.ended_ms,
        rows=row.rows,
        message=row.message,
        hint=row.hint,
        last_success_ms=success_ms,
        watermark_ms=watermark_ms,
    )
