"""What every channel is: a typed config, and one way to send a message or say why it could not be."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Protocol

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from assay.errors import AssayError, ConfigError
from assay.outbound import Door, OutboundError
from assay.secrets import SecretRef

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from assay.incidents.blocks import Message
    from assay.outbound import Answer

_BUSY, _TIMED_OUT, _CONFLICT = 429, 408, 409
_LONGEST_QUOTE = 200
LONGEST_REST_S = 3600.0
"""A channel is left alone no longer than that, whatever it asks."""
_SHORTEST_SECRET = 6
"""Shorter parts of a URL are words like "hook", which an error may need."""


AGAIN = "It is sent again."
"""The next step after a failure that passes: there is none to take."""


class DeliveryError(AssayError):
    """The channel did not take the message.

    `permanent`: sending it again cannot help. `retry_after_s`: how long the channel asks to be left alone, within
    LONGEST_REST_S.
    `ambiguous`: it may have been taken, only the answer is lost.
    """

    def __init__(
        self,
        message: str = "",
        *,
        hint: str = "",
        permanent: bool = False,
        retry_after_s: float | None = None,
        ambiguous: bool = False,
    ) -> None:
        super().__init__(message, hint=hint)
        self.permanent = permanent
        self.retry_after_s = _rest_s(retry_after_s)
        self.ambiguous = ambiguous


def _rest_s(asked: float | None) -> float | None:
    return min(asked, LONGEST_REST_S) if asked is not None and asked >= 0 else None


class Channel(Protocol):
    """A place messages go to. Built from its name and typed config; found by entry point."""

    kind: ClassVar[str]
    title: ClassVar[str]
    config_class: ClassVar[type[BaseModel]]

    def __init__(self, name: str, config: Any) -> None: ...  # noqa: ANN401 - each kind has its own config class

    @property
    def follows(self) -> bool:
        """Whether it is told of changes that call nobody: acknowledged, judged, commented, another one joined."""

    def send(self, message: Message, previous_ref: str) -> str:
        """Send it, and give the channel's own name of what was posted ('' when it has none).

        `previous_ref` names what was posted first of the same thread ('' before). DeliveryError when it did not go.
        """


def _reference(text: str) -> str:
    try:
        return str(SecretRef.parse(text))
    except ConfigError as error:
        raise ValueError(f"{error.message}: {error.hint}") from None


Reference = Annotated[str, AfterValidator(_reference)]
"""Where a secret is kept, env:NAME or file:PATH."""


class ChannelConfig(BaseModel):
    """Options of a channel: an allow-list, unchangeable, that never repeats what it refuses."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class HttpConfig(ChannelConfig):
    """Options of every channel that is reached by HTTP."""

    on_premise: bool = Field(
        default=False, description="Its host may have a private address and be spoken to without TLS"
    )
    timeout_s: float = Field(default=10.0, gt=0, le=30, description="How long a request may take in all")


def secret(reference: str) -> str:
    """The secret a reference names, read now; DeliveryError, to be tried again, when it is not there."""
    try:
        return SecretRef.parse(reference).resolve().strip()
    except ConfigError as error:
        raise DeliveryError(error.message, hint=error.hint) from None


def post(
    config: HttpConfig, url: str, body: bytes, headers: Mapping[str, str], secrets: Iterable[str] = ()
) -> Answer:
    """POST and give the answer if it is a good one; DeliveryError, free of `secrets`, if not."""
    try:
        answer = Door(config.on_premise, config.timeout_s).post(url, body, headers)
    except OutboundError as error:
        raise DeliveryError(
            scrubbed(error.message, secrets),
            hint=error.hint,
            permanent=error.permanent,
            ambiguous=error.ambiguous,
        ) from None
    if not 200 <= answer.status < 300:  # noqa: PLR2004 - the statuses of success
        raise refused(answer, secrets)
    return answer


def refused(answer: Answer, secrets: Iterable[str] = ()) -> DeliveryError:
    """The error of an answer that is no success.

    A busy or failing server is asked again; what it says of the message itself (4xx, or elsewhere) stands.
    """
    status = answer.status
    passing = status >= 500 or status in {_BUSY, _TIMED_OUT, _CONFLICT}  # noqa: PLR2004 - a server's own failure
    words = " ".join(scrubbed(answer.body.decode("utf-8", "replace"), secrets).split())
    return DeliveryError(
        f"answered {status}" + (f": {words[:_LONGEST_QUOTE]}" if words else ""),
        hint=AGAIN if passing else "Check the channel's address and credential.",
        permanent=not passing,
        retry_after_s=retry_after_s(answer.headers),
    )


def retry_after_s(headers: Mapping[str, str]) -> float | None:
    """How many seconds the answer asks to wait; None where it does not say so in seconds."""
    said = headers.get("retry-after", "").strip()
    return float(said) if said.isdecimal() else None


def scrubbed(text: str, secrets: Iterable[str]) -> str:
    """The text without the secrets; of one that is a URL its parts are secret, too."""
    hidden = sorted({piece for one in secrets for piece in _pieces(one)}, key=len, reverse=True)
    for piece in hidden:
        text = text.replace(piece, "***")
    return text


def _pieces(hidden: str) -> Iterator[str]:
    """A secret, and if it is a URL what stands behind its host, piece by piece."""
    if hidden:
        yield hidden
    _, is_url, rest = hidden.partition("://")
    if is_url:
        _, _, behind = rest.partition("/")
        yield from (piece for piece in re.split(r"[/?&=#]", behind) if len(piece) >= _SHORTEST_SECRET)
