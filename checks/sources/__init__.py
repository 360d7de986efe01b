"""Where checks are authored: assay.toml, YAML and Python files of the Assay folder, and the page."""

from __future__ import annotations
