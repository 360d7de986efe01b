"""The one door for HTTP out: every address is checked, and the connection goes to the address that was checked.

Redirects are not followed, TLS is verified, and time and size are limited as a whole.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import threading
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, urlsplit

from assay.errors import AssayError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    Address = ipaddress.IPv4Address | ipaddress.IPv6Address
    Resolve = Callable[[str, int], list[str]]

TIMEOUT_S = 10.0
MOST_BYTES = 1_000_000
_NEVER = tuple(
    map(
        ipaddress.ip_network,
        (
            "0.0.0.0/8",  # this very network
            "169.254.0.0/16",  # link-local, and the metadata service of most clouds
            "192.0.0.0/24",  # protocol assignments; 192.0.0.192 is a metadata service
            "100.100.100.200/32",  # a metadata service
            "fe80::/10",
            "fd00:ec2::254/128",  # a metadata service
            "64:ff9b::/96",  # NAT64: any IPv4 address, in disguise
            "64:ff9b:1::/48",
            "2001::/32",  # Teredo, likewise
            "2002::/16",  # 6to4, likewise
        ),
    )
)


class OutboundError(AssayError):
    """The request could not be made, or was not answered."""

    permanent = False
    ambiguous = False


class RefusedError(OutboundError):
    """The address may not be called."""

    permanent = True


class LostAnswerError(OutboundError):
    """The request was sent, but its answer did not come whole: it may have been done."""

    ambiguous = True


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: the status, the headers in lower case, and the body."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class _Sent:
    method: str
    body: bytes
    headers: Mapping[str, str]


def resolve(host: str, port: int) -> list[str]:
    """The addresses of a host, as the system's resolver gives them."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


@dataclass(frozen=True, slots=True)
class Door:
    """What may be called. `on_premise` lets private addresses and plain HTTP pass; metadata services never pass."""

    on_premise: bool = False
    timeout_s: float = TIMEOUT_S
    most_bytes: int = MOST_BYTES
    resolve: Resolve = field(default=resolve)

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Send `body` by POST; OutboundError when it may not be, cannot be, or is not answered."""
        return self._call("POST", url, body, headers)

    def get(self, url: str) -> Answer:
        """Ask by GET; OutboundError as for `post`."""
        return self._call("GET", url, b"", {})

    def call(self, method: str, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Send `body` by any method; OutboundError as for `post`. A body longer than `most_bytes` comes cut."""
        return self._call(method, url, body, headers)

    def _call(self, method: str, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        parts = self._checked(url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
        until = time.monotonic() + self.timeout_s
        addresses = self.addresses(parts.hostname or "", port)
        left_s = max(until - time.monotonic(), 0.001)
        connection = self._connection(parts, addresses, port, left_s)
        try:
            with deadline(connection.cut, left_s) as ended:
                return self._exchanged(connection, parts, _Sent(method, body, headers), ended)
        finally:
            connection.close()

    def addresses(self, host: str, port: int) -> list[str]:
        """The addresses of a host, each of them allowed; RefusedError when one is not."""
        try:
            found = _in_time(lambda: self.resolve(host, port), self.timeout_s)
        except (OSError, UnicodeError):
            raise OutboundError(
                f"The host {host} is not known.", hint="Check its name and the DNS."
            ) from None
        for text in found:
            if why := self._refusal(text):
                raise RefusedError(
                    f"The host {host} has the address {text}, {why}.",
                    hint="Name a public host, or set on_premise = true for one of your own network.",
                )
        return found

    def _checked(self, url: str) -> SplitResult:
        """The URL's parts; RefusedError when it is none that may be called. The URL may be secret: it is not told."""
        try:
            parts = urlsplit(url.strip())
            port = parts.port
        except ValueError:
            raise RefusedError("The address is no URL.", hint="Write https://host/path.") from None
        schemes = ("https", "http") if self.on_premise else ("https",)
        if parts.scheme not in schemes or not parts.hostname:
            raise RefusedError("The address must begin with https://.", hint="Write https://host/path.")
        if parts.username is not None or parts.password is not None:
            raise RefusedError("The address holds a user or password.", hint="Leave them out of it.")
        if port not in {None, 443} and not self.on_premise:
            raise RefusedError(f"Port {port} is not called.", hint="Use port 443, or set on_premise = true.")
        if any(sign.isspace() or not sign.isprintable() for sign in url.strip()):
            raise RefusedError("The address holds blanks or signs that cannot be printed.", hint="Mend it.")
        return parts

    def _refusal(self, text: str) -> str:
        """Why an address may not be called; '' when it may."""
        address: Address = ipaddress.ip_address(text.partition("%")[0])
        mapped = getattr(address, "ipv4_mapped", None)
        address = mapped or address
        if address.is_multicast or any(address in network for network in _NEVER):
            return "which is never called"
        if not address.is_global and not self.on_premise:
            return "which is private"
        return ""

    def _connection(self, parts: SplitResult, addresses: list[str], port: int, left_s: float) -> _Pinned:
        context = ssl.create_default_context() if parts.scheme == "https" else None
        return _Pinned(parts.hostname or "", port, addresses, context, left_s)

    def _exchanged(
        self,
        connection: _Pinned,
        parts: SplitResult,
        sent: _Sent,
        ended: threading.Event,
    ) -> Answer:
        host = parts.hostname or ""
        try:
            connection.connect()
        except (OSError, ValueError) as error:
            late = ended.is_set() or isinstance(error, TimeoutError)
            why = f"no connection in {self.timeout_s:g} s" if late else _said(error)
            raise OutboundError(
                f"{host} cannot be reached: {why}", hint="Check that it is up and its certificate."
            ) from None
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        try:
            connection.request(sent.method, path, body=sent.body or None, headers=dict(sent.headers))
            answer = connection.getresponse()
            read = answer.read(self.most_bytes + 1)
        except (OSError, http.client.HTTPException, ValueError) as error:
            why = f"no answer in {self.timeout_s:g} s" if ended.is_set() else _said(error)
            raise LostAnswerError(
                f"{host} did not answer: {why}.", hint="It may have taken the message; it is sent again."
            ) from None
        if ended.is_set():
            raise LostAnswerError(f"{host} did not answer in {self.timeout_s:g} s.", hint="It is sent again.")
        return Answer(
            answer.status,
            {name.lower(): value for name, value in answer.getheaders()},
            read[: self.most_bytes],
        )


class _Pinned(http.client.HTTPConnection):
    """A connection to addresses that were checked, whatever the name means a moment later."""

    def __init__(
        self, host: str, port: int, addresses: list[str], context: ssl.SSLContext | None, timeout_s: float
    ) -> None:
        super().__init__(host, port, timeout=timeout_s)
        self._seconds = timeout_s
        self._addresses = addresses
        self._context = context
        self._line: socket.socket | None = None
        self._is_cut = False
        self.default_port = 443 if context else 80

    def connect(self) -> None:
        """Connect to the first address that answers, with TLS for the host's name where it is wanted."""
        plain = self._plain()
        self._line = plain.dup()  # the socket that is wrapped in TLS changes hands, and shakes hands at once
        if self._is_cut:
            plain.close()
            raise TimeoutError("The time was over before there was a line to cut.")
        self.sock = (
            plain if self._context is None else self._context.wrap_socket(plain, server_hostname=self.host)
        )

    def _plain(self) -> socket.socket:
        """The first address that answers; all of them together are given no more than the time-out."""
        last: OSError = OSError("it has no address")
        until = time.monotonic() + self._seconds
        for address in self._addresses:
            left = until - time.monotonic()
            if left <= 0:
                break
            try:
                return socket.create_connection((address, self.port), left)
            except OSError as error:
                last = error
        raise last

    def cut(self) -> None:
        """End the connection under whoever waits on it, be it in the midst of a TLS handshake."""
        self._is_cut = True
        if self._line is not None:
            with suppress(OSError):  # the other side has gone before
                self._line.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Give the connection back."""
        super().close()
        if self._line is not None:
            self._line.close()


@contextmanager
def deadline(cut: Callable[[], None], seconds: float) -> Iterator[threading.Event]:
    """Cut a connection when `seconds` have passed, however little by little its bytes come; tells whether they have."""
    ended = threading.Event()

    def end() -> None:
        ended.set()
        cut()

    timer = threading.Timer(seconds, end)
    timer.daemon = True
    timer.start()
    try:
        yield ended
    finally:
        timer.cancel()


def _in_time(look_up: Callable[[], list[str]], seconds: float) -> list[str]:
    """What a look-up gives; TimeoutError when it takes longer. Nothing ends the system's resolver, so it is left."""
    found: list[list[str]] = []
    raised: list[Exception] = []

    def work() -> None:
        try:
            found.append(look_up())
        except Exception as error:  # noqa: BLE001 - raised again by who waits for it
            raised.append(error)

    thread = threading.Thread(target=work, name="assay-look-up", daemon=True)
    thread.start()
    thread.join(seconds)
    if raised:
        raise raised[0]
    if not found:
        raise TimeoutError("The name was not looked up in time.")
    return found[0]


def _said(error: Exception) -> str:
    """An error in a few words, without what was sent."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not trusted ({error.verify_message})"
    if isinstance(error, OSError):
        return error.strerror or type(error).__name__
    return type(error).__name__
