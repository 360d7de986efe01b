"""A charge: a part of the bill, whose it is and how we know."""

from __future__ import annotations

from enum import StrEnum


class Service(StrEnum):
    """What a metered cell is for. Services Snowflake meters by other names keep its name, lower-cased."""

    COMPUTE = "compute"
    CLOUD_SERVICES = "cloud_services"
    QUERY_ACCELERATION = "query_acceleration"
    STORAGE = "storage"


class ChargeKind(StrEnum):
    """Why a part of the bill was charged."""

    BUSY = "busy"
    KEEPER_IDLE = "keeper_idle"
    STARTUP = "startup"
    MIN_60S = "min_60s"
    RESIZE = "resize"
    NO_QUERY = "no_query"
    QUERY_ACCELERATION = "query_acceleration"
    CLOUD_SERVICES = "cloud_services"
    STORAGE = "storage"
    SERVERLESS = "serverless"
    UNATTRIBUTED = "unattributed"


class Rung(StrEnum):
    """The rung of the ladder on which a query met its asset, surest first."""

    EXACT_ID = "exact_id"
    TAG = "tag"
    ACCESS_WRITE = "access_write"
    PARSED_SQL = "parsed_sql"
    SESSION_RULE = "session_rule"
    OBJECT = "object"
    NONE = "none"


class RestatementReason(StrEnum):
    """Why the ledger says something else than before."""

    FIRST = "first"
    LATE_QUERY = "late_query"
    ATTRIBUTION_WEIGHTS = "attribution_weights"
    METERING = "metering"
    DAILY_ADJUSTMENT = "daily_adjustment"
    MAPPING = "mapping"
    FINAL = "final"
    CORRECTION = "correction"
