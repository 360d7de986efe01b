"""Speaking JSON with a forge: what is retried, how long is waited, how pages are turned, and what an error says."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

from assay.cleanup.forges.errors import BrokenError, BusyError, CredentialError, MissingError, failure, words
from assay.outbound import Door, OutboundError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from assay.outbound import Answer

    Authorize = Callable[[], Mapping[str, str]]

MOST_BYTES = 32_000_000
TIMEOUT_S = 30.0
DOWNLOAD_BYTES = 256_000_000
DOWNLOAD_S = 120.0
LONGEST_WAIT_S = 60.0
"""A limit that ends sooner is waited for; a later one is left to the next cycle."""
_TRIES = 3
_FORBIDDEN, _BUSY = 403, 429
_ELSEWHERE = range(301, 309)
_PAGE, _MOST_PAGES = 100, 100
_AGAIN = "The next cycle goes on from where this one stopped."


@dataclass(slots=True)
class Pace:
    """The time between two calls that write, in seconds, as forges ask of programs; the clock comes from outside."""

    between_writes_s: float = 1.0
    sleep: Callable[[float], None] = time.sleep
    monotonic: Callable[[], float] = time.monotonic
    now: Callable[[], float] = time.time
    _last_s: float | None = None

    def before(self, method: str) -> None:
        """Wait until another write is polite; reading is at any time."""
        if method == "GET":
            return
        if self._last_s is not None:
            left = self._last_s + self.between_writes_s - self.monotonic()
            if left > 0:
                self.sleep(left)
        self._last_s = self.monotonic()


@dataclass(slots=True)
class Client:
    """One forge's API behind the door for HTTP out.

    `forge` is the name errors use; `authorize` gives the headers that carry the credential, read when needed.
    """

    forge: str
    api: str
    authorize: Authorize
    door: Door = field(default_factory=lambda: Door(timeout_s=TIMEOUT_S, most_bytes=MOST_BYTES))
    pace: Pace = field(default_factory=Pace)

    def get(self, path: str, **query: object) -> Any:  # noqa: ANN401 - as json's own
        """What a path holds; ForgeError when it is not given."""
        return self._read(self._answer("GET", _with(path, query)), path)

    def find(self, path: str) -> Any:  # noqa: ANN401 - as json's own
        """What a path holds; None when there is nothing."""
        try:
            return self.get(path)
        except MissingError:
            return None

    def pages(self, path: str, **query: object) -> Iterator[Any]:
        """Everything in a list, page by page."""
        for page in range(1, _MOST_PAGES + 1):
            answer = self._answer("GET", _with(path, query | {"per_page": _PAGE, "page": page}))
            yield from self._read(answer, path)
            if 'rel="next"' not in answer.headers.get("link", ""):
                return
        raise BrokenError(f"{self.forge} has more of {path} than is read.", hint=_AGAIN)

    def send(self, method: str, path: str, payload: object = None) -> Any:  # noqa: ANN401 - as json's own
        """Ask for something to be done; what is answered. It is not asked twice unless nothing can have been done."""
        return self._read(self._answer(method, path, payload), path)

    def graphql(self, query: str, variables: Mapping[str, object]) -> dict[str, Any]:
        """What GraphQL answers, its errors too; the address is the API's own, or beside it on one's own server."""
        path = "/graphql"
        answer = self._answer(
            "POST", path, {"query": query, "variables": variables}, self.api.removesuffix("/v3")
        )
        told = self._read(answer, path)
        return told if isinstance(told, dict) else {}

    def answer(self, path: str) -> Answer:
        """What a path is answered with, as it is; ForgeError when that is an error."""
        return self._answer("GET", path)

    def download(self, path: str) -> bytes:
        """What a path holds that is no JSON and may be large; from another host where the forge says so.

        That host gets no credential, and the door looks at its address like at any other.
        """
        door = replace(self.door, timeout_s=DOWNLOAD_S, most_bytes=DOWNLOAD_BYTES)
        whole = replace(self, door=door)
        answer = whole.answer(path)
        if answer.status not in _ELSEWHERE:
            return answer.body
        there = replace(whole, api=answer.headers.get("location", ""), authorize=dict)
        return there.answer("").body

    def _answer(self, method: str, path: str, payload: object = None, api: str = "") -> Answer:
        """The first good answer; a write is tried again only when it cannot have been done before."""
        tries = 0
        while True:
            tries += 1
            try:
                return self._once(method, (api or self.api) + path, payload)
            except BusyError as error:
                if tries == _TRIES or error.wait_s > LONGEST_WAIT_S:
                    raise
                wait_s = error.wait_s
            except BrokenError as error:
                if tries == _TRIES or not (method == "GET" or error.unsent):
                    raise
                wait_s = float(tries)
            self.pace.sleep(wait_s)

    def _once(self, method: str, url: str, payload: object) -> Answer:
        asked = f"{method} {urlsplit(url).path}"
        headers = {"User-Agent": "assay", "Accept": "application/json", **self.authorize()}
        body = b""
        if payload is not None:
            body = json.dumps(payload).encode()
            headers["Content-Type"] = "application/json"
        self.pace.before(method)
        try:
            answer = self.door.call(method, url, body, headers)
        except OutboundError as error:
            if error.permanent:
                raise CredentialError(error.message, hint=error.hint) from None
            raise BrokenError(error.message, hint=_AGAIN, unsent=not error.ambiguous) from None
        if len(answer.body) >= self.door.most_bytes:
            raise BrokenError(
                f"{self.forge}'s answer to {asked} is larger than {self.door.most_bytes:,} bytes.",
                hint="Ask for less: a smaller repository, or a checkout instead of the forge.",
            )
        if answer.status >= 400:  # noqa: PLR2004 - the statuses of errors
            raise self._busy(asked, answer) or failure(self.forge, asked, answer)
        return answer

    def _busy(self, asked: str, answer: Answer) -> BusyError | None:
        """The error of an answer that asks to wait; None when it says something else.

        GitHub tells its limits by 403 or 429: with `retry-after`, with no calls remaining until a moment, or in words.
        """
        if answer.status not in {_FORBIDDEN, _BUSY}:
            return None
        headers = answer.headers
        after, reset = headers.get("retry-after", ""), headers.get("x-ratelimit-reset", "")
        spent = headers.get("x-ratelimit-remaining", headers.get("ratelimit-remaining")) == "0"
        if after.isdecimal():
            wait_s = float(after)
        elif spent and reset.isdecimal():
            wait_s = max(float(reset) - self.pace.now(), 1.0)
        elif answer.status == _BUSY or "rate limit" in words(answer).lower():
            wait_s = LONGEST_WAIT_S
        else:
            return None
        return BusyError(
            f"{self.forge} asks to be left alone for {wait_s:.0f} s ({answer.status} to {asked}).",
            hint=_AGAIN,
            wait_s=wait_s,
        )

    def _read(self, answer: Answer, path: str) -> Any:  # noqa: ANN401 - as json's own
        if not answer.body:
            return None
        try:
            return json.loads(answer.body)
        except (ValueError, RecursionError):
            raise BrokenError(
                f"{self.forge}'s answer to {path.partition('?')[0]} is no JSON.",
                hint="Check api_url: it must be the API's address, not the pages'.",
            ) from None


def _with(path: str, query: Mapping[str, object]) -> str:
    return f"{path}?{urlencode(query)}" if query else path
