"""`assay serve`: the dashboard on this machine."""

from __future__ import annotations

import ipaddress
import os
import socket
import sys
from typing import TYPE_CHECKING

import click
import waitress

from assay.cli.request import command as assay_command
from assay.cli.say import note, say_json
from assay.cli.stores import opened_store
from assay.errors import UsageError
from web import create_app

if TYPE_CHECKING:
    from assay.cli.request import Request

HOST = "127.0.0.1"
PORT = 8080
THREADS = 8


@assay_command("serve", example="assay serve --dir ~/assay --port 8080")
@click.option("--host", default=HOST, show_default=True, help="An address of this machine alone.")
@click.option("--port", type=click.IntRange(1, 65535), default=PORT, show_default=True)
@click.option("--dev", is_flag=True, help="For work on the pages: templates are read anew, errors shown.")
def command(request: Request, host: str, port: int, *, dev: bool) -> int:
    """Serve the dashboard on this machine, until Ctrl-C."""
    with opened_store(request.settings()):
        serve(request, host=host, port=port, dev=dev)
    return 0


def serve(request: Request, *, host: str = HOST, port: int = PORT, dev: bool = False) -> None:
    """Serve the dashboard of the request's folder until interrupted; UsageError for an open host or a port in use."""
    require_loopback(host)
    app = create_app(request.folder, overrides=request.overrides, dev=dev)
    server = waitress.create_server(app, sockets=[_listening(host, port)], threads=THREADS, ident=None)
    _say_where(f"http://{host}:{port}", request)
    try:
        server.run()
    finally:
        server.close()


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
