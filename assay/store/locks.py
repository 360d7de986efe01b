"""One writer at a time for what a transaction must see whole: on SQLite always so, on PostgreSQL by a lock."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import text

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

_INCIDENTS = 0x1C1DE27
_JOBS = 0x1C1DE28


def only_recorder(session: Session) -> None:
    """Wait until no other transaction records results or changes incidents; held until this one ends.

    Incidents of different assets are grouped, so the rows to hold are not known beforehand. SQLite needs no lock:
    a writing session there is alone already.
    """
    _alone(session, _INCIDENTS)


def only_claimer(session: Session) -> None:
    """Wait until no other transaction claims a slot of a job: two must not both see that none runs."""
    _alone(session, _JOBS)


def _alone(session: Session, key: int) -> None:
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": key})
