"""Assay: what every data asset costs, whether it is sound, and whether anyone needs it."""

__version__ = "0.1.0"
