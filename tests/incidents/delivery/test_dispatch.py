"""What is told, when, how often, and in which order."""

from __future__ import annotations
