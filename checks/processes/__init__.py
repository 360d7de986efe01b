"""Processes of their own for code that is not ours: what dies, hangs or prints in one is the error of one check."""

from __future__ import annotations

from checks.processes.process import WORKERS, Program, WorkerError, Workers

__all__ = ["WORKERS", "Program", "WorkerError", "Workers"]
