"""What people say of an incident: expected once, new normal, really wrong. Each is a note that can be taken back.

Expected once and new normal resolve the incident, since nobody needs to mend anything; what was expected is not told
again before the stretch is over. Really wrong leaves it as it is, and the note keeps the detector from ever taking the
stretch for normal.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from assay.incidents.book import Entry
from assay.incidents.rows import keep, put, standing_of
from assay.model.assets import AssetKey
from assay.model.checks import Cause
from assay.model.incidents import IncidentState, Note, Transition, Verb
from assay.model.time import DAY_MS, floor_day_ms, from_ms
from assay.store import incidents, notes, schemas
from assay.store.tables import AssetRow

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from assay.incidents.book import Book
    from assay.store.tables import CheckResultRow, IncidentRow

WORDS = {
    Verb.EXPECTED_ONCE: "Expected once",
    Verb.NEW_NORMAL: "The new normal",
    Verb.REALLY_WRONG: "Really wrong",
}
"""The verbs as people read them."""

_WATCHED = frozenset({Cause.VOLUME, Cause.FRESHNESS, Cause.NULLS, Cause.RUNTIME, Cause.COST})
"""The causes the detector watches series for: columns that changed are no reason to forget how many rows are usual."""


def judge(book: Book, row: IncidentRow, verb: Verb, actor: str, text: str) -> int:
    """Keep the judgement as a note on the incident's stretch, and do to the incident what it says; the note's id."""
    asset = book.session.get_one(AssetRow, row.asset_id)
    start_ms, end_ms = stretch(book.session, row)
    if verb is Verb.NEW_NORMAL:
        end_ms = max(end_ms, book.now_ms)
    note = Note(
        AssetKey.parse(asset.key), _metric(row), verb, from_ms(start_ms), from_ms(end_ms), actor, text
    )
    note_id = notes.add(book.session, note, book.now_ms, row.id)
    details: dict[str, Any] = {"note": note_id, "verb": verb.value}
    if verb is Verb.NEW_NORMAL and row.cause == Cause.SCHEMA:
        details |= _accept_columns(book, row, asset, actor)
    said = f"{WORDS[verb]}. {text}".strip()
    book.write(Entry(row, Transition.JUDGED, book.now_ms, actor, said, details))
    if verb is not Verb.REALLY_WRONG and IncidentState(row.state).is_live:
        excused_ms = end_ms - 1 if verb is Verb.EXPECTED_ONCE else 0
        resolve(book, row, actor, f"Judged: {WORDS[verb].lower()}.", excused_ms)
        keep(row, resolved_by_note=note_id)
    return note_id


def take_back(book: Book, row: IncidentRow, note_id: int, actor: str) -> None:
    """Undo what a judgement did to its incident: it stands again unless another has taken its place."""
    book.write(Entry(row, Transition.UNJUDGED, book.now_ms, actor, details={"note": note_id}))
    _restore_columns(book, row, note_id)
    if IncidentState(row.state).is_live or row.details.get("resolved_by_note") != note_id:
        return
    if incidents.live(book.session, [incidents.live_key(row.asset_id, row.cause)]):
        return
    standing = replace(standing_of(row), state=IncidentState.OPEN, was_open=True, resolved_ms=None)
    put(row, replace(standing, settled_ms=None), book.now_ms)
    book.write(Entry(row, Transition.REOPENED, book.now_ms, actor, "The judgement was taken back."))


def resolve(book: Book, row: IncidentRow, actor: str, text: str, excused_ms: int = 0) -> None:
    """Resolve a live incident by a person's word; results up to then, and up to `excused_ms`, do not reopen it."""
    standing, settled_ms = standing_of(row), max(book.now_ms, excused_ms)
    ended = replace(standing, state=IncidentState.RESOLVED, resolved_ms=book.now_ms, settled_ms=settled_ms)
    put(row, ended, book.now_ms)
    keep(row, resolved_by_note=None)
    told = standing.state is not IncidentState.PENDING
    book.write(Entry(row, Transition.RESOLVED, book.now_ms, actor, text, told=told))


def stretch(session: Session, row: IncidentRow) -> tuple[int, int]:
    """The time an incident is about, [start, end) in epoch ms, of the bad results since it last began.

    A result says in its metadata (`start_ms`, `end_ms`) which time it is of; one that does not is of its UTC day.
    """
    since_ms = row.details.get("since_ms", row.opened_ms)
    found = [item.result for item in incidents.findings(session, row.id) if item.result.at_ms >= since_ms]
    spans = [_span(result) for result in found] or [(floor_day_ms(since_ms), floor_day_ms(since_ms) + DAY_MS)]
    return min(start for start, _ in spans), max(end for _, end in spans)


def _span(result: CheckResultRow) -> tuple[int, int]:
    day = floor_day_ms(result.at_ms)
    start = int(result.details.get("start_ms", day))
    return start, max(int(result.details.get("end_ms", day + DAY_MS)), start + 1)


def _metric(row: IncidentRow) -> str:
    """What the note is of: the metric of the finding, else all; of trouble no series shows, its cause alone."""
    told = str(row.details.get("finding", {}).get("metric", ""))
    return told or ("" if row.cause in _WATCHED else row.cause)


def _accept_columns(book: Book, row: IncidentRow, asset: AssetRow, actor: str) -> dict[str, Any]:
    """Accept the columns there are now; what was accepted before is kept, for who takes the judgement back."""
    before = schemas.accepted(book.session, asset.id)
    seen = row.details.get("finding", {}).get("columns") or asset.columns
    columns = schemas.of_dicts([column for column in seen if isinstance(column, dict)])
    schemas.accept(book.session, asset.id, columns, book.now_ms, actor)
    return {
        "accepted": schemas.as_dicts(columns),
        "accepted_before": None if before is None else schemas.as_dicts(before),
    }


def _restore_columns(book: Book, row: IncidentRow, note_id: int) -> None:
    """Give back the columns a judgement took the place of, unless others were accepted since."""
    for event in incidents.timeline(book.session, row.id):
        told = event.details
        if event.transition != Transition.JUDGED or told.get("note") != note_id or "accepted" not in told:
            continue
        now = schemas.accepted(book.session, row.asset_id)
        if now is None or schemas.as_dicts(now) != told["accepted"]:
            return
        if told["accepted_before"] is None:
            schemas.forget(book.session, row.asset_id)
        else:
            before = schemas.of_dicts(told["accepted_before"])
            schemas.accept(book.session, row.asset_id, before, book.now_ms)
