"""What can go wrong with a forge, told apart by the next step."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from assay.errors import AssayError

if TYPE_CHECKING:
    from assay.outbound import Answer

_UNAUTHORIZED, _FORBIDDEN, _NOT_FOUND, _CONFLICT, _GONE, _UNPROCESSABLE = 401, 403, 404, 409, 410, 422
_LONGEST_QUOTE = 300
_PERMISSIONS = "It needs contents: write and pull requests: write (docs/how-to/clean-up-by-pull-request.md)."


class ForgeError(AssayError):
    """The forge did not do what it was asked."""


class CredentialError(ForgeError):
    """The forge does not take the credential, or the credential may not do this."""


class MissingError(ForgeError):
    """The forge knows no such thing, or hides it from this credential."""


class DeclinedError(ForgeError):
    """The forge understood the request and declines it."""


class BusyError(ForgeError):
    """The forge asks to be left alone for a while. `wait_s`: how long, in seconds."""

    def __init__(self, message: str = "", *, hint: str = "", wait_s: float = 60.0) -> None:
        super().__init__(message, hint=hint)
        self.wait_s = wait_s


class BrokenError(ForgeError):
    """The forge failed, could not be reached, or its answer was lost.

    What was asked for may have been done, unless it is `unsent`.
    """

    def __init__(self, message: str = "", *, hint: str = "", unsent: bool = False) -> None:
        super().__init__(message, hint=hint)
        self.unsent = unsent


class PathRefusedError(ForgeError):
    """A change touches a path that may not be changed; nothing was sent."""


class HumanCommitsError(ForgeError):
    """Someone else committed to the branch: nothing of it is changed."""


def failure(forge: str, asked: str, answer: Answer) -> ForgeError:
    """The error of an answer that is no success and asks for no wait.

    `forge` is its name, `asked` the method and path; the forge's own words are quoted, and nothing that was sent.
    """
    said = words(answer)
    what = f"{forge} answered {answer.status} to {asked}" + (f": {said}" if said else ".")
    match answer.status:
        case status if status == _UNAUTHORIZED:
            return CredentialError(what, hint="Check that the token or the App's key is still valid.")
        case status if status == _FORBIDDEN:
            return CredentialError(what, hint=_PERMISSIONS)
        case status if status in {_NOT_FOUND, _GONE}:
            return MissingError(
                what, hint=f"Check the repository's name, and that the credential sees it. {_PERMISSIONS}"
            )
        case status if status in {_UNPROCESSABLE, _CONFLICT} or 400 <= status < 500:  # noqa: PLR2004 - a client's error
            return DeclinedError(what, hint="Mend what it says; the next cycle tries again.")
        case status if status >= 500:  # noqa: PLR2004 - a server's own failure
            return BrokenError(what, hint="The next cycle goes on from where this one stopped.")
    return BrokenError(what, hint="Check api_url: no forge's API answers like that.")


def words(answer: Answer) -> str:
    """The forge's own message, in one line; '' where the answer holds none."""
    try:
        told = json.loads(answer.body)
    except ValueError:
        return ""
    if not isinstance(told, dict):
        return ""
    parts = [told.get("message") or told.get("error") or told.get("error_description")]
    parts += [
        error.get("message") if isinstance(error, dict) else error for error in told.get("errors") or ()
    ]
    text = "; ".join(str(part) for part in parts if part)
    return " ".join(text.split())[:_LONGEST_QUOTE]
