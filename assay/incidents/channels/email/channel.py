"""Messages as mail over SMTP: text and HTML in one, the mails of an incident in one thread."""

from __future__ import annotations

import hashlib
import smtplib
import socket
import ssl
from contextlib import suppress
from email.message import EmailMessage
from typing import TYPE_CHECKING, ClassVar, Literal, Self

from pydantic import Field, model_validator

from assay import telemetry
from assay.incidents.blocks import plain
from assay.incidents.channels.base import ChannelConfig, DeliveryError, Reference, scrubbed, secret
from assay.incidents.channels.email.render import as_html
from assay.incidents.text import as_text, headline
from assay.outbound import Door, OutboundError, deadline

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from assay.incidents.blocks import Message

_MOST_SUBJECT = 180
_WHOLE_S = 60.0
"""How long a mail may take from the first look-up to the last reply: less than the lease of who sends it."""
_LASTING = 500
"""SMTP replies from 500 on are refusals for good."""


class EmailConfig(ChannelConfig):
    """The mail server and who writes to whom."""

    host: str = Field(description="The mail server", min_length=1, examples=["smtp.example.com"])
    port: int = Field(default=587, ge=1, le=65535, description='Its port; 465 with tls = "tls"')
    tls: Literal["starttls", "tls", "none"] = Field(
        default="starttls",
        description="starttls, tls, or none: only for a relay on your own network, without a password",
    )
    sender: str = Field(description="The address mails come from", examples=["assay@example.com"])
    to: tuple[str, ...] = Field(description="Who gets them", min_length=1, examples=[["data@example.com"]])
    user: str = Field(default="", description="The name to sign in with; empty: no sign-in")
    password: Reference | None = Field(default=None, description="Where the password is kept")
    timeout_s: float = Field(default=15.0, gt=0, le=30, description="How long the server may be silent")

    @model_validator(mode="after")
    def _keeps_the_password(self) -> Self:
        if self.tls == "none" and self.password is not None:
            raise ValueError("a password is sent over TLS only; set tls to starttls or tls")
        return self


class EmailChannel:
    """Sends a mail per message; mails of one incident answer the first, so that readers see one thread."""

    kind: ClassVar[str] = "email"
    title: ClassVar[str] = "E-mail"
    config_class: ClassVar[type[EmailConfig]] = EmailConfig
    follows: bool = False

    def __init__(self, name: str, config: EmailConfig) -> None:
        self.name = name
        self.config = config

    def send(self, message: Message, previous_ref: str) -> str:
        """Hand it to the server; DeliveryError when it is refused or the server is away."""
        password = secret(self.config.password) if self.config.password else ""
        mail = written(message, previous_ref, self.config.sender, self.config.to)
        sending = done = False
        refused: Mapping[str, object] = {}
        server = self._server()
        try:
            with deadline(server.cut, _WHOLE_S), server:
                self._greet(server)
                if self.config.user:
                    server.login(self.config.user, password)
                sending = True
                refused = server.send_message(mail)
                done = True
        except (smtplib.SMTPException, OSError, OutboundError) as error:
            if not done:  # what goes wrong after the server took it is a farewell gone wrong
                raise _told(error, (password,), sending=sending) from None
        if refused:  # others took it, so it counts as sent
            telemetry.logger("alerts").warning("refused by", channel=self.name, addresses=sorted(refused))
        return previous_ref or str(mail["Message-ID"])

    def _server(self) -> _Pinned:
        """A connection still to be made."""
        context = ssl.create_default_context() if self.config.tls == "tls" else None
        return _Pinned(context, self.config.timeout_s)

    def _greet(self, server: _Pinned) -> None:
        """Connect to an address of the server that was checked, with TLS for the server's own name."""
        config = self.config
        server.addresses = Door(on_premise=True).addresses(config.host, config.port)
        server.connect(config.host, config.port)
        if config.tls == "starttls":
            server.starttls(context=ssl.create_default_context())


def written(message: Message, previous_ref: str, sender: str, to: Sequence[str]) -> EmailMessage:
    """The mail of a message. Its Message-ID is made of the dedupe key, so that a second copy is the same mail."""
    mail = EmailMessage()
    mail["Subject"] = plain(headline(message), _MOST_SUBJECT)
    mail["From"] = sender
    mail["To"] = ", ".join(to)
    mail["Date"] = message.at
    domain = sender.rpartition("@")[2].strip(" <>") or "assay.invalid"
    mail["Message-ID"] = f"<{hashlib.sha256(message.key.encode()).hexdigest()[:32]}@{domain}>"
    mail["X-Assay-Key"] = plain(message.key, _MOST_SUBJECT)
    mail["Auto-Submitted"] = "auto-generated"
    if previous_ref.startswith("<"):
        mail["In-Reply-To"] = previous_ref
        mail["References"] = previous_ref
    mail.set_content(as_text(message))
    mail.add_alternative(as_html(message), subtype="html")
    return mail


class _Pinned(smtplib.SMTP):
    """SMTP to addresses that were checked, whatever the name means a moment later."""

    def __init__(self, context: ssl.SSLContext | None, timeout_s: float) -> None:
        self.addresses: Sequence[str] = ()
        self._context = context
        self._line: socket.socket | None = None
        self._is_cut = False
        super().__init__(timeout=timeout_s)

    def cut(self) -> None:
        """End the connection under whoever waits on it, also in the midst of a handshake; none is made any more."""
        self._is_cut = True
        if self._line is not None:
            with suppress(OSError):
                self._line.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Close it, and what `cut` ends it by."""
        super().close()
        if self._line is not None:
            self._line.close()

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        plain_socket = socket.create_connection((self.addresses[0], port), timeout)
        self._line = plain_socket.dup()  # the socket that is wrapped in TLS changes hands
        if self._is_cut:
            self.cut()
        self._host = host  # the name its certificate must bear
        return (
            self._context.wrap_socket(plain_socket, server_hostname=host) if self._context else plain_socket
        )


def _told(error: Exception, secrets: Sequence[str], *, sending: bool) -> DeliveryError:
    """The error as ours: refused for good, for now, or cut with the mail under way."""
    if isinstance(error, OutboundError):
        return DeliveryError(error.message, hint=error.hint, permanent=error.permanent)
    code, said = _reply(error)
    lost = sending and code is None
    return DeliveryError(
        scrubbed(f"the mail server said: {said}", secrets),
        hint="Check the channel's host, sign-in and addresses.",
        permanent=code is not None and code >= _LASTING,
        ambiguous=lost,
    )


def _reply(error: Exception) -> tuple[int | None, str]:
    """The server's code (None where it gave none) and its words."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, said = next(iter(error.recipients.values()))
        return code, plain(said.decode("utf-8", "replace"))
    if isinstance(error, smtplib.SMTPResponseException) and error.smtp_code > 0:
        words = error.smtp_error
        text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
        return error.smtp_code, f"{error.smtp_code} {plain(text)}"
    strerror = error.strerror if isinstance(error, OSError) else ""
    return None, strerror or type(error).__name__
