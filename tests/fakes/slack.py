"""A Slack of our own on loopback: it keeps what is posted and edited, and misbehaves when told to.

It answers chat.postMessage, chat.update and incoming webhooks as Slack documents them.
"""

from __future__ import annotations

import json
import threading
from collections import deque
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from fakes.hook import Reply, served

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fakes.hook import Request


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
        self.requests: list[Request] = []
        self.mishaps: deque[Reply] = deque()
        self.url = ""
        self._lock = threading.Lock()

    @property
    def api(self) -> str:
        """The address of its API."""
        return f"{self.url}/api/"

    @property
    def webhook(self) -> str:
        """The address of an incoming webhook."""
        return f"{self.url}/services/T0/B0/very-secret-part"

    def take(self, request: Request) -> Reply:
        """Take a request. A mishap with a status or words of its own leaves no trace; one that cuts was taken."""
        with self._lock:
            self.requests.append(request)
            mishap = self.mishaps.popleft() if self.mishaps else None
            if mishap is not None and not mishap.cut:
                return mishap
            answer = self._done(request.path, request.json)
            return mishap or Reply(body=answer)

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
    with served(slack.take) as url:
        slack.url = url
        yield slack
