"""`assay reconcile`: whether the parts of every cell add up to the bill."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click
from sqlalchemy import case, func, select

from assay.cli.figures import count, credits_of, moment
from assay.cli.owners import nothing_metered, said_of_assets, without_asset
from assay.cli.request import command as assay_command
from assay.cli.say import note, say_json
from assay.cli.stores import opened_store
from assay.cli.table import say_table
from assay.store.costs import balance
from assay.store.tables import CellRow

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from assay.cli.request import Request
    from assay.store.costs import Balance

WORST = 10


@dataclass(frozen=True, slots=True)
class ServiceBalance:
    """One service's cells: what was metered, what was attributed, and what of that met no asset, in nano-credits."""

    service: str
    cells: int
    out_of_balance: int
    metered_nano_credits: int
    attributed_nano_credits: int
    no_asset_nano_credits: int = 0


@assay_command("reconcile", example="assay reconcile --json")
@click.option("--connection", metavar="NAME", help="Only this connection's account.")
def command(request: Request, connection: str | None) -> int:
    """Check that the parts of every cell add up to the bill, to the nano-credit; exit 1 when one does not.

    A cell is an account, resource, hour and service. What met no asset is accounted for, but nobody's yet.
    """
    settings = request.settings()
    if connection is not None:
        settings.connection(connection)
    with opened_store(settings) as store, store.read() as session:
        told = balance(session, connection, worst=WORST)
        services = by_service(session, connection)
        if not told.cells:
            raise nothing_metered(session, settings, request.folder)
        of_assets = said_of_assets(session, _nobodys(services), told.attributed_nano_credits, connection)
    if request.as_json:
        say_json(as_dict(told, services))
    else:
        _say(told, services)
        click.echo(of_assets)
    return 1 if told.out_of_balance else 0


def by_service(session: Session, connection: str | None = None) -> list[ServiceBalance]:
    """The balance of each service, the dearest first."""
    off = case((CellRow.metered_nano != CellRow.attributed_nano, 1), else_=0)
    metered = func.sum(CellRow.metered_nano)
    rows = select(
        CellRow.service, func.count(), func.sum(off), metered, func.sum(CellRow.attributed_nano)
    ).group_by(CellRow.service)
    if connection is not None:
        rows = rows.where(CellRow.connection == connection)
    found = session.execute(rows.order_by(metered.desc(), CellRow.service))
    nobodys = without_asset(session, connection)
    return [
        ServiceBalance(
            service, int(cells), int(off_cells), int(nano), int(attributed), nobodys.get(service, 0)
        )
        for service, cells, off_cells, nano, attributed in found
    ]


def _nobodys(services: list[ServiceBalance]) -> int:
    return sum(service.no_asset_nano_credits for service in services)


def as_dict(told: Balance, services: list[ServiceBalance]) -> dict[str, object]:
    """The answer as `--json` gives it, in nano-credits."""
    return {
        "cells": told.cells,
        "out_of_balance": told.out_of_balance,
        "metered_nano_credits": told.metered_nano_credits,
        "attributed_nano_credits": told.attributed_nano_credits,
        "no_asset_nano_credits": _nobodys(services),
        "provisional_cells": told.provisional_cells,
        "services": [dataclasses.asdict(service) for service in services],
        "worst": [
            {
                "account": cell.account,
                "resource": cell.resource,
                "hour": moment(cell.hour_ms),
                "service": cell.service,
                "metered_nano_credits": cell.metered_nano,
                "attributed_nano_credits": cell.attributed_nano,
            }
            for cell in told.worst
        ],
    }


def _say(told: Balance, services: list[ServiceBalance]) -> None:
    rows = [
        (
            service.service,
            count(service.cells),
            credits_of(service.metered_nano_credits),
            credits_of(service.attributed_nano_credits),
            credits_of(service.no_asset_nano_credits),
            count(service.out_of_balance),
        )
        for service in services
    ]
    total = (
        "total",
        count(told.cells),
        credits_of(told.metered_nano_credits),
        credits_of(told.attributed_nano_credits),
        credits_of(_nobodys(services)),
        count(told.out_of_balance),
    )
    columns = ("service", ">cells", ">metered", ">attributed", ">to no asset", ">off")
    say_table("", columns, rows, total=total)
    if told.worst:
        _say_worst(told)
    else:
        click.echo("Every cell adds up, to the nano-credit.")
    if told.provisional_cells:
        note(f"{count(told.provisional_cells)} cells are provisional: the account may still restate them.")


def _say_worst(told: Balance) -> None:
    rows = [
        (
            cell.resource,
            moment(cell.hour_ms),
            cell.service,
            count(cell.metered_nano),
            count(cell.attributed_nano),
            count(cell.attributed_nano - cell.metered_nano),
        )
        for cell in told.worst
    ]
    columns = ("resource", "hour (UTC)", "service", ">metered, nano", ">attributed, nano", ">off by")
    say_table("Furthest off", columns, rows)
    note("→ assay run works changed days out again; if a cell stays off, please report it.")
