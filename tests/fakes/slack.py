"""A Slack of our own on loopback: it keeps what is posted and edited, and misbehaves when told to.

It answers chat.postMessage, chat.update and incoming webhooks as Slack documents them.
"""

from __future__ import annotations

import json
import threading
from collections import deque
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True)
class Mishap:
    """How the next request is answered: a status, headers, a body; `cut` takes the message and hangs up."""

    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    cut: bool = False


@dataclass(slots=True)
class Post:
    """A message in a channel, or in the thread of one."""

    ts: str
    body: dict[str, Any]
    edits: list[dict[str, Any]] = field(default_factory=list)

    @property
    def key(self) -> str:
        """The dedupe key it was posted with."""
        return str(self.body.get("metadata", {}).get("event_payload", {}).get("dedupe_key", ""))

    @property
    def shown(self) -> dict[str, Any]:
        """What it looks like now."""
        return self.edits[-1] if self.edits else self.body


class Slack:
    """What was said to it, by path; the mishaps waiting to happen come first."""

    def __init__(self) -> None:
        self.posts: list[Post] = []
        self.replies: list[Post] = []
        self.requests: list[tuple[str, dict[str, str], bytes]] = []
        self.mishaps: deque[Mishap] = deque()
        self.url = ""
        self._lock = threading.Lock()

    @property
    def api(self) -> str:
        """The address of its API."""
        return f"{self.url}/api/"

    def take(self, path: str, headers: dict[str, str], body: bytes) -> tuple[Mishap, bytes]:
        """Take a request; gives the mishap (a plain 200 for none) and the answer's body."""
        with self._lock:
            self.requests.append((path, headers, body))
            mishap = self.mishaps.popleft() if self.mishaps else Mishap()
            if mishap.status != 200:
                return mishap, mishap.body
            return mishap, mishap.body or self._done(path, json.loads(body))

    def _done(self, path: str, body: dict[str, Any]) -> bytes:
        ts = f"1700000000.{len(self.requests):06d}"
        if path.endswith("chat.update"):
            found = next((post for post in self.posts if post.ts == body["ts"]), None)
            if found is None:
                return b'{"ok": false, "error": "message_not_found"}'
            found.edits.append(body)
            ts = found.ts
        elif path.endswith("chat.postMessage"):
            (self.replies if "thread_ts" in body else self.posts).append(Post(ts, body))
        else:
            self.posts.append(Post(ts, body))
            return b"ok"
        return json.dumps({"ok": True, "channel": "C1", "ts": ts}).encode()


@contextmanager
def running_slack() -> Iterator[Slack]:
    """A Slack that listens on loopback until the block ends."""
    slack = Slack()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            mishap, answer = slack.take(self.path, dict(self.headers), body)
            if mishap.cut:
                self.close_connection = True
                return
            self.send_response(mishap.status)
            for name, value in mishap.headers:
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
            """Say nothing on stderr."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    slack.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield slack
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
