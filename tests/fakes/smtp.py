"""A mail server of our own on loopback: it keeps the mails it takes, and refuses or hangs up when told to."""

from __future__ import annotations

import base64
import email
import email.policy
import socketserver
import ssl
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import EmailMessage
    from pathlib import Path


@dataclass(slots=True)
class Mailbox:
    """The mails taken, and how the server behaves.

    `said` are the commands it was given, their first word in capitals. `refusals` are replies by the word of the
    command they answer, each given once; `cut` hangs up once, after a mail was taken and before that is said.
    """

    port: int = 0
    context: ssl.SSLContext | None = None
    mails: list[EmailMessage] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    refusals: dict[str, str] = field(default_factory=dict)
    cut: bool = False
    password: str = ""

    @property
    def html(self) -> str:
        """The HTML of the newest mail."""
        body = self.mails[-1].get_body(("html",))
        return str(body.get_content()) if body else ""

    @property
    def text(self) -> str:
        """The plain text of the newest mail."""
        body = self.mails[-1].get_body(("plain",))
        return str(body.get_content()) if body else ""


class _Session(socketserver.StreamRequestHandler):
    """One connection."""

    server: _Server

    def handle(self) -> None:
        """Answer line by line until the other side leaves."""
        self.is_over = False
        self._tell("220 loopback ready")
        while not self.is_over and (line := self.rfile.readline()):
            self._answer(line.decode().strip())

    def _answer(self, line: str) -> None:
        box, word = self.server.box, line.split(" ", maxsplit=1)[0].upper()
        box.said.append(word + line[len(word) :])
        if word in box.refusals:
            self._tell(box.refusals.pop(word))
        elif word == "EHLO":
            offered = ["loopback", "AUTH PLAIN", *(["STARTTLS"] if box.context else [])]
            self._tell("\r\n".join([f"250-{one}" for one in offered] + ["250 8BITMIME"]))
        elif word == "STARTTLS":
            self._tell("220 go ahead")
            self._encrypt()
        elif word == "AUTH":
            given = base64.b64decode(line.split(" ")[2]).decode().split("\0")[2]
            self._tell("235 welcome" if given == box.password else f"535 5.7.8 not with {given}")
        elif word == "DATA":
            self._take()
        elif word == "QUIT":
            self._tell("221 bye")
            self.is_over = True
        else:
            self._tell("250 ok")

    def _encrypt(self) -> None:
        assert self.server.box.context is not None
        try:
            self.connection = self.server.box.context.wrap_socket(self.connection, server_side=True)
        except (ssl.SSLError, OSError):
            self.is_over = True  # the other side does not trust the certificate
            return
        self.rfile, self.wfile = self.connection.makefile("rb"), self.connection.makefile("wb")

    def _take(self) -> None:
        self._tell("354 go on")
        lines = []
        while (line := self.rfile.readline()) not in {b".\r\n", b""}:
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        box = self.server.box
        box.mails.append(email.message_from_bytes(b"".join(lines), policy=email.policy.default))  # type: ignore[arg-type] # the policy makes it an EmailMessage
        if box.cut:
            box.cut, self.is_over = False, True
            return
        self._tell("250 taken")

    def _tell(self, line: str) -> None:
        self.wfile.write(line.encode() + b"\r\n")
        self.wfile.flush()

    def finish(self) -> None:
        """Close what TLS put in the place of the plain files, too."""
        try:
            super().finish()
        finally:
            self.connection.close()


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, box: Mailbox) -> None:
        super().__init__(("127.0.0.1", 0), _Session)
        self.box = box


@contextmanager
def running_smtp(certificate: tuple[Path, Path] | None = None) -> Iterator[Mailbox]:
    """A mail server on loopback until the block ends; it offers STARTTLS where it has a certificate."""
    box = Mailbox()
    if certificate is not None:
        box.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        box.context.load_cert_chain(*certificate)
    server = _Server(box)
    box.port = int(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield box
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
