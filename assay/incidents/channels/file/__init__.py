"""Messages as JSON lines in a file."""

from __future__ import annotations

from assay.incidents.channels.file.channel import FileChannel

__all__ = ["FileChannel"]
