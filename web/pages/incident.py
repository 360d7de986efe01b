"""Incident: what happened, why we think so, who is hit, what was done, and what you say of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask import Blueprint, abort
from sqlalchemy import select

from assay.incidents.acts import NoSuchNoteError
from assay.incidents.acts import undo as undo_note
from assay.incidents.policy import Policy
from assay.incidents.titles import deviation, expectation, quantity
from assay.model.checks import CheckResult, Outcome
from assay.model.time import from_ms
from assay.store import checks, incidents, notes, outbox, search, triage
from assay.store.tables import CheckRow
from web import forms, state
from web.deeds import JUDGEMENTS, SNOOZES, Deed
from web.format import amount, line_amount, now_ms
from web.incident_figures import blast, chart, series_of
from web.lineage import Node, picture
from web.pages.base import asked, rendered

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy.orm import Session
    from werkzeug import Response

    from assay.store.incidents import CheckFinding, IncidentLine
    from assay.store.notes import Kept
    from assay.store.search import AssetLine
    from assay.store.tables import IncidentEventRow, IncidentRow, OutboxRow
    from web.charts import Chart
    from web.incident_figures import Blast
    from web.lineage import Picture

blueprint = Blueprint("incident", __name__)
DRAWN_HOPS = 2
_TOLD_FINDINGS = 30


@dataclass(frozen=True, slots=True)
class IncidentPage:
    """What the page tells."""

    line: IncidentLine
    asset: AssetLine
    observed: str
    expected: str
    deviation: str
    why: str
    points: int | None
    """How many points the detector judged by; None where no detector did."""
    next_step: str
    check: CheckRow | None
    chart: Chart
    findings: Sequence[CheckFinding]
    times: int
    root: IncidentLine | None
    grouped: Sequence[IncidentLine]
    blast: Blast
    lineage: Picture
    timeline: Sequence[IncidentEventRow]
    notes: Sequence[Kept]
    deliveries: Sequence[OutboxRow]
    others: Sequence[IncidentRow]


def query(session: Session, incident_id: int) -> IncidentPage | None:
    """Read everything of one incident; None where there is no such incident."""
    line = incidents.one(session, incident_id)
    if line is None:
        return None
    row = line.row
    finding: Mapping[str, Any] = row.details.get("finding", {})
    check = session.scalar(select(CheckRow).where(CheckRow.name == finding.get("check", "")))
    findings = incidents.findings(session, row.id, _TOLD_FINDINGS)
    hit = blast(session, row.asset_id, Policy.of(state.settings()).lineage_depth)
    (asset,) = search.lines(session, [row.asset_id])
    points = series_of(session, row, check, line.asset, state.settings().detector)
    unit = str(finding.get("unit", ""))
    told = None if check is None else _result(check, line.asset, finding)
    return IncidentPage(
        line=line,
        asset=asset,
        observed="" if finding.get("observed") is None else quantity(finding["observed"], unit),
        expected="" if told is None else expectation(told),
        deviation="" if told is None else deviation(told),
        why=str(finding.get("message") or finding.get("why") or ""),
        points=finding.get("points"),
        next_step=next((str(one.result.details.get("next_step", "")) for one in findings), ""),
        check=check,
        chart=chart(points, f"{line.asset_name}: {_metric(check, finding)}", unit),
        findings=findings,
        times=triage.times(session, [row.id]).get(row.id, 0),
        root=None if row.root_id is None else incidents.one(session, row.root_id),
        grouped=incidents.grouped_under(session, row.id),
        blast=hit,
        lineage=_drawn(asset, hit),
        timeline=incidents.timeline(session, row.id),
        notes=notes.of_incident(session, row.id),
        deliveries=outbox.deliveries(session, incident_id=row.id),
        others=triage.others(session, row),
    )


def _result(check: CheckRow, asset: str, finding: Mapping[str, Any]) -> CheckResult:
    """The finding as the result it was, so that it is told in the same words everywhere."""
    return CheckResult(
        checks.as_check(check, asset), from_ms(finding["at_ms"]), Outcome(finding["outcome"]), finding["message"],
        finding["observed"], finding["expected"], finding["low"], finding["high"], {"unit": finding.get("unit", "")},
    )  # fmt: skip


def _metric(check: CheckRow | None, finding: Mapping[str, Any]) -> str:
    said = str(finding.get("metric") or ("" if check is None else check.kind))
    return said.replace("_", " ")


def _drawn(asset: AssetLine, hit: Blast) -> Picture:
    """The asset with what is nearest downstream of it, each with its readers and cost."""
    details = {line.id: f"{line.reads:,} reads · {amount(line_amount(line))}" for line in hit.lines}
    here = Node(asset.id, "", asset.name, asset.kind)
    return picture(here, hit.neighbours(DRAWN_HOPS), hit.edges, details)


def found(incident_id: int) -> IncidentPage:
    """The incident of a URL; a 404 where there is none."""
    told = query(state.session(), incident_id)
    if told is None:
        abort(404, f"There is no incident {incident_id}.")
    return told


@blueprint.get("/incidents/<int:incident_id>")
def page(incident_id: int) -> str:
    """The page."""
    ask = asked()
    return rendered(
        "incident.html",
        ask=ask,
        told=found(incident_id),
        snoozes=SNOOZES,
        judgements=JUDGEMENTS,
        now_ms=now_ms(),
    )


@blueprint.post("/incidents/<int:incident_id>")
def act(incident_id: int) -> Response:
    """Do one thing to the incident."""
    deed = Deed.asked()
    deed.do([incident_id])
    return forms.leads_to("incident.page", deed.name, incident_id=incident_id)


@blueprint.post("/incidents/<int:incident_id>/notes/<int:note_id>/undo")
def undo(incident_id: int, note_id: int) -> Response:
    """Take a judgement of this incident back; one of another is refused."""
    with state.store().write() as session:
        kept = notes.row(session, note_id)
        if kept is not None and kept.incident_id != incident_id:
            raise NoSuchNoteError(
                f"There is no note {note_id} on incident {incident_id}.",
                hint="Its page lists those there are.",
            )
        undo_note(session, note_id, forms.actor(), from_ms(now_ms()), Policy.of(state.settings()))
    return forms.leads_to("incident.page", "undo", incident_id=incident_id)
