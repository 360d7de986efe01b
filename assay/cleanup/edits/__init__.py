"""Edits of a dbt project that take models out, or switch them off, and leave all the rest as it was."""

from assay.cleanup.edits.answer import Edits, Policy, Refusal
from assay.cleanup.edits.deletion import deletion
from assay.cleanup.edits.disabling import disabling

__all__ = ["Edits", "Policy", "Refusal", "deletion", "disabling"]
