"""``python -m assay`` is the same program as ``assay``."""

from __future__ import annotations

from assay.cli import main

main()
