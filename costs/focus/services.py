"""What a metered service, its resource and the kind of a charge are called in the export."""

from __future__ import annotations

from dataclasses import dataclass

from assay.model.assets import AssetKey
from assay.model.charges import ChargeKind, Service

CATEGORY, SUBCATEGORY = "Databases", "Data Warehouses"
"""FOCUS's place for a data warehouse; each service has one and only one."""
_OF_WAREHOUSES = frozenset({Service.COMPUTE, Service.CLOUD_SERVICES, Service.QUERY_ACCELERATION})
_SKUS = {Service.COMPUTE: "WAREHOUSE_METERING"}
_NAMES = {Service.COMPUTE: "Virtual Warehouses", Service.QUERY_ACCELERATION: "Query Acceleration"}
_TYPES = {
    "auto_clustering": "Table",
    "materialized_view": "Materialized View",
    "pipe": "Pipe",
    "serverless_task": "Task",
}
_PROVIDERS = {"snowflake": "Snowflake"}
_WHY = {
    ChargeKind.BUSY: "running queries",
    ChargeKind.KEEPER_IDLE: "idle time after the query that kept it on",
    ChargeKind.STARTUP: "starting up",
    ChargeKind.MIN_60S: "topped up to the minimum of 60 seconds",
    ChargeKind.RESIZE: "being resized",
    ChargeKind.NO_QUERY: "on without any query",
    ChargeKind.QUERY_ACCELERATION: "accelerating queries",
    ChargeKind.CLOUD_SERVICES: "compiling and managing",
    ChargeKind.STORAGE: "holding data",
    ChargeKind.SERVERLESS: "serverless work",
    ChargeKind.UNATTRIBUTED: "not attributed",
}


@dataclass(frozen=True, slots=True)
class Sku:
    """What is priced: its identifier as the account's own meters and rate sheet write it, and names for people."""

    id: str
    meter: str
    service_name: str


@dataclass(frozen=True, slots=True)
class Resource:
    """What was metered; all None where that is no single thing."""

    id: str | None = None
    name: str | None = None
    type: str | None = None


def provider_name(platform: str) -> str:
    """The provider of a platform."""
    return _PROVIDERS.get(platform, platform.title())


def sku_of(service: str) -> Sku:
    """What a service of the ledger is sold as."""
    meter = service.replace("_", " ").title()
    name = next((_NAMES[known] for known in _NAMES if known == service), meter)
    sku = next((_SKUS[known] for known in _SKUS if known == service), service.upper())
    return Sku(sku, meter, name)


def resource_of(platform: str, account: str, service: str, resource: str) -> Resource:
    """The metered resource: a warehouse of the account, or the table, pipe or task that the meter names by its key."""
    if service in _OF_WAREHOUSES:
        return Resource(f"{platform}:{account}:warehouse/{resource}", resource, "Virtual Warehouse")
    try:
        key = AssetKey.parse(resource)
    except ValueError:
        return Resource()
    return Resource(
        resource,
        key.name,
        "Table" if service == Service.STORAGE else _TYPES.get(service, "Serverless Feature"),
    )


def why(kind: str) -> str:
    """Why a part was charged, in words."""
    return _WHY.get(ChargeKind(kind), kind)
