"""An HTTP server on loopback for a forge of our own: it keeps what was said, misbehaves and kills when told to."""

from __future__ import annotations

import json
import re
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@dataclass(frozen=True, slots=True)
class Call:
    """What is asked; `path` as it was sent."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:  # noqa: ANN401 - as json's own
        """The body read as JSON."""
        return json.loads(self.body) if self.body else None

    def one(self, name: str, usual: str = "") -> str:
        """A value of the query."""
        return parse_qs(self.query).get(name, [usual])[0]


@dataclass(frozen=True, slots=True)
class Given:
    """What is answered; `cut` lets the line go dead after the call was done."""

    status: int = 200
    value: Any = None
    headers: tuple[tuple[str, str], ...] = ()
    raw: bytes | None = None
    cut: bool = False

    @property
    def body(self) -> bytes:
        """The bytes that are sent."""
        if self.raw is not None:
            return self.raw
        return b"" if self.value is None else json.dumps(self.value).encode()


@dataclass(frozen=True, slots=True)
class Exchange:
    """A call and its answer."""

    method: str
    path: str
    query: str
    request: bytes
    status: int
    answer: bytes


@dataclass(slots=True)
class Trouble:
    """What goes wrong, once: at the call that matches, before it is done or after."""

    method: str
    path: str
    answer: Given
    after: bool = False

    def strikes(self, call: Call) -> bool:
        """Whether this is the call."""
        return self.method in {call.method, "*"} and re.search(self.path, unquote(call.path)) is not None


@dataclass(slots=True)
class Server:
    """Hands calls to a forge one at a time. `on_call(number, done)` is told before and after each is done.

    It says whether the caller is no more: then nothing is done, and nobody is answered.
    """

    take: Callable[[Call], Given]
    judge: Callable[[Exchange], list[str]] = lambda _: []
    url: str = ""
    troubles: list[Trouble] = field(default_factory=list)
    exchanges: list[Exchange] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    on_call: Callable[[int, bool], bool] = lambda _number, _done: False
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _calls: int = 0

    def answer(self, call: Call) -> Given:
        """Do a call, unless something is to go wrong."""
        with self._lock:
            self._calls += 1
            number = self._calls
            if self.on_call(number, False):
                return Given(cut=True)
            trouble = next((one for one in self.troubles if one.strikes(call)), None)
            if trouble:
                self.troubles.remove(trouble)
            if trouble and not trouble.after:
                return trouble.answer
            given = self.take(call)
            exchange = Exchange(call.method, call.path, call.query, call.body, given.status, given.body)
            self.exchanges.append(exchange)
            self.violations += self.judge(exchange)
            self.on_call(number, True)
            return trouble.answer if trouble else given

    def asked(self) -> list[str]:
        """The calls that were answered, as "POST /repos/…"."""
        return [f"{one.method} {one.path}" for one in self.exchanges]

    def restart(self) -> None:
        """Count calls from one again, and forget what was said."""
        self._calls = 0
        self.exchanges.clear()


@contextmanager
def listening(server: Server) -> Iterator[Server]:
    """Let a server listen on loopback until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path, _, query = self.path.partition("?")
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            given = server.answer(Call(self.command, path, query, headers, body))
            self.close_connection = True
            if given.cut:
                return
            self.send_response(given.status)
            for name, value in (*given.headers, ("Content-Length", str(len(given.body)))):
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(given.body)

        do_POST = do_PATCH = do_PUT = do_DELETE = do_GET  # noqa: N815 - the library's names

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
            """Say nothing on stderr."""

        def handle(self) -> None:
            """Whoever was killed while it waited hears no answer."""
            try:
                super().handle()
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True

    listener = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    listener.daemon_threads = True
    thread = threading.Thread(target=listener.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    server.url = f"http://127.0.0.1:{listener.server_port}"
    try:
        yield server
    finally:
        listener.shutdown()
        listener.server_close()
        thread.join()
