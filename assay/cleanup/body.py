"""The body of a pull request: everything a reviewer needs to say yes or no, within a forge's limit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assay.cleanup import markdown
from assay.cleanup.markdown import code, fence, plain, row
from assay.cleanup.proposal import Step, cost

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from assay.cleanup.proposal import Candidate, GateLine, Proposal
    from assay.config.decisions import CleanupSettings

LONGEST = 65_536
"""GitHub takes that many signs; ours are counted as UTF-16 does, which is never less."""
MOST_NODES = 30
"""A drawing of more is read by nobody."""
_LONGEST_DETAIL = 300
_GATES, _NOTES, _SPARE = 24_000, 8_000, 200
"""What the lists of gates and notes may take at most, and what a word on the rest does."""
_HEADINGS = ("Model", "Verdict", "Last consumer read", "Reads", "Builds", "Cost", "Size", "Age", "Owner")
_UNITS = ("B", "kB", "MB", "GB", "TB", "PB")


def body(proposal: Proposal, settings: CleanupSettings, marker: str = "") -> str:
    """The whole body, ending in the hidden `marker`, of at most LONGEST signs.

    What is decided by stands first and whole; long lists are cut, the drawing and the SQL are left out when they no
    longer fit, and each time it says where the rest is.
    """
    opening = [_lead(proposal)]
    closing = [
        _gates(proposal),
        _notes(proposal),
        _undo(proposal, settings),
        _no(settings),
        marker,
    ]
    left = LONGEST - _SPARE - sum(_size(part) + 2 for part in [*opening, *closing])
    middle: list[str] = []
    for section in (_models, _also, _drawing, _sql):
        made = section(proposal, left)
        left -= _size(made) + 2
        middle.append(made)
    models, also, drawing, sql = middle
    gates, notes, undo, no, hidden = closing
    parts = [*opening, models, drawing, also, gates, notes, undo, no, sql, hidden]
    return "\n\n".join(part for part in parts if part)


def _lead(proposal: Proposal) -> str:
    many = len(proposal.models)
    what = "this model" if many == 1 else f"these {many} models"
    does = "disables" if proposal.step is Step.DISABLE else "removes"
    says = (
        f"No consumer has read {what} in the {proposal.window_days} days before {_moment(proposal.evidence_at)}; "
        f"{proposal.coverage:.1%} of those days were seen. Keeping them costs **{proposal.cost}** in 30 days. "
        f"This pull request {does} them and nothing else."
    )
    unproven = "\n\n**Not verified by dbt:** `dbt parse` could not be run, so look closer." * (
        not proposal.parse_verified
    )
    return says + unproven


def _models(proposal: Proposal, budget: int) -> str:
    head = ["### Evidence", "", row(_HEADINGS), row("---" for _ in _HEADINGS)]
    rows = [_model(model, proposal.evidence_at) for model in proposal.models]
    below = "Reads are statements in the window by class of reader; builds and cost are those of 30 days."
    return _cut(head, rows, budget, proposal.page_url, f"\n\n{below}")


def _model(model: Candidate, now: datetime) -> str:
    reads = ", ".join(f"{plain(reader)} {count:,}" for reader, count in sorted(model.reads.items()) if count)
    return row(
        (
            code(model.name),
            plain(model.verdict.value.replace("_", " ")),
            _moment(model.last_read) if model.last_read else "never seen",
            reads or "none",
            "–" if model.builds is None else f"{model.builds:,}",
            cost(model.nano_per_month, model.micro_per_month, model.currency),
            "–" if model.bytes is None else _bytes(model.bytes),
            "–" if model.since is None else f"{max((now - model.since).days, 0):,} d",
            code(model.owner) if model.owner else "–",
        )
    )


def _also(proposal: Proposal, budget: int) -> str:
    rows = [f"- {code(what)}" for what in proposal.also]
    return _listed("### What goes with them", rows, budget, proposal.page_url)


def _drawing(proposal: Proposal, budget: int) -> str:
    """The closed set as a graph; '' when there is nothing to draw or no room."""
    shown = proposal.models[:MOST_NODES]
    place = {model.unique_id: number for number, model in enumerate(shown)}
    lines = [f'  m{number}["{_label(model.name)}"]' for number, model in enumerate(shown)]
    lines += [
        f"  m{place[up]} --> m{place[model.unique_id]}"
        for model in shown
        for up in model.upstream
        if up in place
    ]
    if len(shown) == 1:
        return ""
    more = len(proposal.models) - len(shown)
    rest = f"\n\n{more} more of the set are not drawn." if more else ""
    text = "### How they hang together\n\n" + fence("\n".join(["graph LR", *lines]), "mermaid") + rest
    return text if _size(text) <= budget else ""


def _gates(proposal: Proposal) -> str:
    rows = [_gate(gate) for gate in proposal.gates]
    return _listed("### What was checked before this was opened", rows, _GATES, proposal.page_url)


def _gate(gate: GateLine) -> str:
    tick = "x" if gate.passed else " "
    unknown = " (could not be looked at)" if gate.passed is None else ""
    detail = f": {plain(gate.detail, _LONGEST_DETAIL)}" if gate.detail else ""
    return f"- [{tick}] **{plain(gate.name)}**{unknown}{detail}"


def _notes(proposal: Proposal) -> str:
    rows = [f"- {plain(note, _LONGEST_DETAIL)}" for note in proposal.notes]
    return _listed("### Worth knowing", rows, _NOTES, proposal.page_url)


def _undo(proposal: Proposal, settings: CleanupSettings) -> str:
    after = (
        f"If nobody reads them in the {settings.wait_days} days after this is merged, a second pull request "
        "removes them. "
        if proposal.step is Step.DISABLE
        else ""
    )
    return (
        "### If it was wrong\n\n"
        f"`git revert -m 1 <merge commit>` (without `-m 1` if it was squashed) brings all of it back. {after}"
        "Nothing is dropped in the warehouse: tables and views stay until someone drops them. Should someone read "
        "one of these before the merge, Assay says so here and closes this pull request."
    )


def _no(settings: CleanupSettings) -> str:
    return (
        "### How to say no\n\n"
        f"Close this pull request: none of these models is proposed again for {settings.closed_is_no_days} days. "
        "To keep one for good, give it `meta: {assay: keep}` in its YAML entry, or name it in `keep` of `[unused]`. "
        "Commit to this branch and Assay changes it no more."
    )


def _sql(proposal: Proposal, budget: int) -> str:
    if not proposal.sql:
        return ""
    told = "SQL for the tables that stay: never run by Assay, read it before you do"
    whole = f"<details>\n<summary>{told}</summary>\n\n{fence(proposal.sql, 'sql')}\n\n</details>"
    if _size(whole) <= budget:
        return whole
    return "The SQL for the tables that stay is too long for this page: `assay cleanup plan` writes it to a file."


def _listed(heading: str, rows: Sequence[str], budget: int, url: str) -> str:
    """A list under its heading, cut to what fits; '' when there is nothing to list."""
    return _cut([heading, ""], rows, budget, url) if rows else ""


def _cut(head: Sequence[str], rows: Sequence[str], budget: int, url: str, below: str = "") -> str:
    """The heading and as many rows as fit, with a word on those that do not."""
    whole = "\n".join([*head, *rows]) + below
    if _size(whole) <= budget:
        return whole
    kept: list[str] = []
    left = budget - _size("\n".join(head)) - _size(below) - len(url) - _SPARE
    for one in rows:
        left -= _size(one) + 1
        if left < 0:
            break
        kept.append(one)
    more = markdown.link(f"{len(rows) - len(kept):,} more", url)
    return "\n".join([*head, *kept]) + f"\n\n… and {more}, which do not fit here.{below}"


def _label(name: str) -> str:
    """A name within a drawing: what is no plain sign is written by its number."""
    return "".join(
        sign if sign.isascii() and (sign.isalnum() or sign in "_. ") else f"#{ord(sign)};"
        for sign in markdown.line(name, 80)
    )


def _bytes(size: int) -> str:
    value, unit = float(size), 0
    while value >= 1000 and unit < len(_UNITS) - 1:  # noqa: PLR2004 - decimal units
        value, unit = value / 1000, unit + 1
    return f"{value:.0f} {_UNITS[unit]}" if unit == 0 else f"{value:.1f} {_UNITS[unit]}"


def _moment(when: datetime) -> str:
    return f"{when:%Y-%m-%d %H:%M} UTC"


def _size(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2
