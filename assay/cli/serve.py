"""`assay serve`: the dashboard on this machine, and the worker beside it."""

from __future__ import annotations

import ipaddress
import os
import signal
import socket
import sys
from typing import TYPE_CHECKING

import click
import waitress

from assay.cli.request import command as assay_command
from assay.cli.say import note, say_json
from assay.cli.stores import opened_store
from assay.cli.worker import leave_at_once, service_of
from assay.errors import UsageError
from web import create_app

if TYPE_CHECKING:
    from assay.cli.request import Request
    from assay.scheduler import Service

HOST = "127.0.0.1"
PORT = 8080
THREADS = 8


@assay_command("serve", example="assay serve --dir ~/assay --port 8080")
@click.option("--host", default=HOST, show_default=True, help="An address of this machine alone.")
@click.option("--port", type=click.IntRange(1, 65535), default=PORT, show_default=True)
@click.option("--dev", is_flag=True, help="For work on the pages: templates are read anew, errors shown.")
@click.option(
    "--worker/--no-worker", default=True, show_default=True, help="Also do what `assay worker` does."
)
def command(request: Request, host: str, port: int, *, dev: bool, worker: bool) -> int:
    """Serve the dashboard on this machine, and work beside it: cycles in their rhythm, until Ctrl-C or SIGTERM.

    With --no-worker nothing but the dashboard: `assay worker` or `assay run` do the work then.
    """
    with opened_store(request.settings()) as store:
        service = service_of(request, store) if worker else None
        serve(request, host=host, port=port, dev=dev, service=service)
    return 0


def serve(
    request: Request,
    *,
    host: str = HOST,
    port: int = PORT,
    dev: bool = False,
    service: Service | None = None,
) -> None:
    """Serve the dashboard of the request's folder, with a worker where one is given, until told to end.

    UsageError for an open host or a port in use.
    """
    require_loopback(host)
    app = create_app(request.folder, overrides=request.overrides, dev=dev)
    server = waitress.create_server(app, sockets=[_listening(host, port)], threads=THREADS, ident=None)
    signal.signal(signal.SIGTERM, _leave)
    _say_where(f"http://{host}:{port}", request)
    if service:
        service.start()
    try:
        server.run()
    finally:
        server.close()
        if service and not service.end():
            leave_at_once()


def _leave(_number: int, _frame: object) -> None:
    """Make SIGTERM end the server as Ctrl-C does."""
    raise SystemExit(0)


def _say_where(url: str, request: Request) -> None:
    if request.as_json:
        say_json({"url": url})
        sys.stdout.flush()
    else:
        note(f"Assay is on {url} (Ctrl-C ends it)")


def require_free(port: int) -> None:
    """UsageError when the port is in use: told before work that would end there."""
    _listening(HOST, port).close()


def _listening(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=128)
    except OSError as error:
        raise UsageError(
            f"Port {port} cannot be had: {os.strerror(error.errno or 0)}.", hint="Choose another with --port."
        ) from error


def require_loopback(host: str) -> None:
    """UsageError unless the host is this machine alone: there is no sign-in yet."""
    try:
        alone = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        alone = False
    if not alone:
        raise UsageError(
            f"Assay is not served on {host}: there is no sign-in yet, so all who reach it could read it.",
            hint=f"Serve on {HOST} and reach it through an SSH tunnel.",
        )
