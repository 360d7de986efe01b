"""An HTTP server of our own on loopback: it keeps what is posted to it, and misbehaves when told to."""

from __future__ import annotations

import json
import threading
from collections import deque
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Take = Callable[["Request"], "Reply"]


@dataclass(frozen=True, slots=True)
class Request:
    """What was posted: the path, the headers in lower case, and the body."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:  # noqa: ANN401 - as json's own
        """The body read as JSON."""
        return json.loads(self.body)


@dataclass(frozen=True, slots=True)
class Reply:
    """How a request is answered; with `cut` the message is taken and the line goes dead."""

    status: int = 200
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()
    cut: bool = False


@dataclass(slots=True)
class Hook:
    """Takes whatever comes; the replies waiting to be given come first."""

    status: int = 200
    url: str = ""
    requests: list[Request] = field(default_factory=list)
    replies: deque[Reply] = field(default_factory=deque)

    def take(self, request: Request) -> Reply:
        """Keep the request."""
        self.requests.append(request)
        return self.replies.popleft() if self.replies else Reply(self.status)


@contextmanager
def running_hook(status: int = 200) -> Iterator[Hook]:
    """A hook that listens on loopback until the block ends."""
    hook = Hook(status)
    with served(hook.take) as url:
        hook.url = f"{url}/hook/T0/B0/very-secret-part"
        yield hook


@contextmanager
def served(take: Take) -> Iterator[str]:
    """An HTTP server on loopback until the block ends; gives its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            reply = take(Request(self.path, headers, body))
            self.close_connection = True
            if reply.cut:
                return
            self.send_response(reply.status)
            for name, value in (*reply.headers, ("Content-Length", str(len(reply.body)))):
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(reply.body)

        def do_GET(self) -> None:
            self.do_POST()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
            """Say nothing on stderr."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
