"""The worker: what is to be done again and again, done once, by one of however many workers there are."""

from __future__ import annotations

from assay.scheduler.service import Service

__all__ = ["Service"]
