"""Typed settings: flags over ASSAY_* variables over assay.toml over defaults, each value with its origin."""

from __future__ import annotations

from assay.config.document import (
    FILE_NAME,
    add_budget,
    add_channel,
    add_connection,
    add_repository,
    add_rules,
    change_connection,
    set_options,
    write_new,
)
from assay.config.models import (
    CheckSettings,
    ConnectionSettings,
    FactsSettings,
    IncidentSettings,
    MappingRule,
    MappingSettings,
    MoneySettings,
    PrivacySettings,
    StoreSettings,
)
from assay.config.settings import Settings

__all__ = [
    "FILE_NAME",
    "CheckSettings",
    "ConnectionSettings",
    "FactsSettings",
    "IncidentSettings",
    "MappingRule",
    "MappingSettings",
    "MoneySettings",
    "PrivacySettings",
    "Settings",
    "StoreSettings",
    "add_budget",
    "add_channel",
    "add_connection",
    "add_repository",
    "add_rules",
    "change_connection",
    "set_options",
    "write_new",
]
