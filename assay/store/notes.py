"""People's judgements on stretches of series. They are only added; one taken back stays, marked undone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from assay.model.assets import AssetKey
from assay.model.incidents import Note, Verb
from assay.model.time import from_ms, to_ms
from assay.store.bulk import chunked
from assay.store.keys import asset_ids as ids_of
from assay.store.keys import is_id
from assay.store.tables import AssetRow, NoteRow

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class Kept:
    """A note with the id it is undone by, the incident it was given on, and when; `undone_ms` None while it holds."""

    id: int
    note: Note
    incident_id: int | None
    created_ms: int
    undone_ms: int | None


def add(session: Session, note: Note, now_ms: int, incident_id: int | None = None) -> int:
    """Keep a note; its id."""
    row = NoteRow(
        asset_id=ids_of(session, [note.asset], now_ms)[str(note.asset)],
        metric=note.metric,
        verb=note.verb.value,
        start_ms=to_ms(note.start),
        end_ms=to_ms(note.end),
        author=note.author,
        text=note.text,
        incident_id=incident_id,
        created_ms=now_ms,
    )
    session.add(row)
    session.flush()
    return row.id


def row(session: Session, note_id: int) -> NoteRow | None:
    """The note of that id, held against other writers; None when there is none."""
    return (
        session.scalar(select(NoteRow).where(NoteRow.id == note_id).with_for_update())
        if is_id(note_id)
        else None
    )


def undo(session: Session, note_id: int, now_ms: int) -> bool:
    """Take a note back; False when there is none or it was taken back before."""
    found = row(session, note_id)
    if found is None or found.undone_ms is not None:
        return False
    found.undone_ms = now_ms
    return True


def active(session: Session, asset_ids: Sequence[int] | None = None, metric: str | None = None) -> list[Note]:
    """The notes that hold, oldest first: of these assets, and of this metric or of all metrics."""
    rows = select(NoteRow, AssetRow.key).join(AssetRow, AssetRow.id == NoteRow.asset_id)
    rows = rows.where(NoteRow.undone_ms.is_(None)).order_by(NoteRow.created_ms, NoteRow.id)
    if metric is not None:
        rows = rows.where(NoteRow.metric.in_(("", metric)))
    if asset_ids is None:
        return [_note(found, key) for found, key in session.execute(rows)]
    return [
        _note(found, key)
        for chunk in chunked(asset_ids)
        for found, key in session.execute(rows.where(NoteRow.asset_id.in_(chunk)))
    ]


def of_incident(session: Session, incident_id: int) -> list[Kept]:
    """The notes given on an incident, undone ones too, oldest first."""
    rows = select(NoteRow, AssetRow.key).join(AssetRow, AssetRow.id == NoteRow.asset_id)
    rows = rows.where(NoteRow.incident_id == incident_id).order_by(NoteRow.id)
    return [
        Kept(found.id, _note(found, key), found.incident_id, found.created_ms, found.undone_ms)
        for found, key in session.execute(rows)
    ]


def _note(found: NoteRow, key: str) -> Note:
    return Note(
        AssetKey.parse(key), found.metric, Verb(found.verb), from_ms(found.start_ms), from_ms(found.end_ms),
        found.author, found.text,
    )  # fmt: skip
