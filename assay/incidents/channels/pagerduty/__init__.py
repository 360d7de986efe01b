"""Incidents as PagerDuty alerts."""

from __future__ import annotations

from assay.incidents.channels.pagerduty.channel import PagerDutyChannel

__all__ = ["PagerDutyChannel"]
