"""Secrets are kept elsewhere and only named in the settings: this refuses one written out."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assay.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

_SECRET_WORDS = frozenset(
    {"password", "passwd", "pwd", "passphrase", "passcode", "secret", "token", "credential"}
)
_SECRET_ENDS = ("private_key", "api_key", "access_key", "secret_key")
_NOT_SECRET_ENDS = ("_file", "_path", "_url", "_name")
_REFERENCE = re.compile(r"(env|file|aws-sm|vault):\S.*")
_SECRET_TEXTS = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY"
    r"|\bAKIA[0-9A-Z]{16}\b"
    r"|\bxox[abprs]-[0-9A-Za-z-]{10,}"
    r"|\bgh[pousr]_[0-9A-Za-z]{20,}"
    r"|\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\."
)
_URL_PASSWORD = re.compile(r"(?P<before>[a-z][a-z0-9+.-]*://[^/\s:@]*:)(?P<password>[^/\s@]+)(?=@)")


def is_secret_key(key: str) -> bool:
    """Whether a setting of this name holds a secret (or, better, the reference to one)."""
    name = key.rpartition(".")[2].lower().replace("-", "_")
    if name.endswith(_NOT_SECRET_ENDS):
        return False
    return name.endswith(_SECRET_ENDS) or not _SECRET_WORDS.isdisjoint(name.split("_"))


def hide_password(text: str) -> str:
    """The text with the password of any URL in it replaced by ***."""
    return _URL_PASSWORD.sub(r"\g<before>***", text)


def refuse_secrets(leaves: Mapping[str, object], origin: Callable[[str], str]) -> None:
    """ConfigError for the first value that is a secret itself; the message never holds the value."""
    for key, text in _texts(leaves):
        name = key.rpartition(".")[2]
        if (is_secret_key(key) and text and not _REFERENCE.fullmatch(text)) or _SECRET_TEXTS.search(text):
            raise ConfigError(
                f"{origin(key)}: {key} holds a secret, and secrets are never written into settings.",
                hint=f'Write where it is kept: {name} = "env:NAME" for a variable or "file:PATH" for a file.',
            )
        if _URL_PASSWORD.search(text):
            variable = "ASSAY_" + key.upper().replace(".", "__")
            raise ConfigError(
                f"{origin(key)}: the URL in {key} holds a password; secrets are never written into settings.",
                hint=f"Leave the password out (a passfile serves) or set the whole URL in {variable}.",
            )


def _texts(leaves: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """Every text below the leaves, also inside lists and inline tables, with the leaf's key."""
    for key, value in leaves.items():
        if isinstance(value, str):
            yield key, value
        elif isinstance(value, list):
            yield from _texts({f"{key}.{i}": item for i, item in enumerate(value)})
        elif isinstance(value, dict):
            yield from _texts({f"{key}.{inner}": item for inner, item in value.items()})
