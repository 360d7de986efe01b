"""A sample incident, to try a channel with; it goes the way every message goes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from assay.incidents.blocks import TEST, BlastRadius, Button, Fact, Message
from assay.model.incidents import IncidentState
from assay.model.time import HOUR_MS, from_ms

if TYPE_CHECKING:
    from assay.store.tables import OutboxRow


def sample_row(channel: str, now_ms: int) -> dict[str, Any]:
    """The outbox row that asks for a sample in a channel."""
    thread = f"{TEST}:{now_ms}:{channel}"
    return {
        "channel": channel,
        "thread": thread,
        "transition": TEST,
        "dedupe_key": thread,
        "payload": {"at_ms": now_ms},
        "next_ms": now_ms,
        "created_ms": now_ms,
    }


def sample(row: OutboxRow, link: str, now_ms: int, may_repeat: bool = False) -> Message:
    """What a message on a table that lost half its rows would look like; it says that it is a test."""
    return Message(
        key=row.dedupe_key,
        thread=row.thread,
        transition=TEST,
        title="Test: orders has half the rows of a usual Tuesday",
        state=IncidentState.OPEN,
        at=from_ms(now_ms),
        severity="warn",
        asset="snowflake:example:shop.marts.orders",
        cause="volume",
        owner="data-platform",
        change="This is a test of the channel; nothing is wrong.",
        opened_at=from_ms(now_ms - HOUR_MS),
        facts=(
            Fact("Expected", "102,000 rows (96,000 to 108,000)"),
            Fact("Observed", "51,200 rows (−50%)"),
            Fact("Why", "Tuesdays have 102,000 rows, give or take 3,000."),
        ),
        blast=BlastRadius(3, ("revenue", "customers", "weekly_report"), ("finance",)),
        link=link,
        buttons=(Button("View", link, "view"),) if link else (),
        may_repeat=may_repeat,
    )
