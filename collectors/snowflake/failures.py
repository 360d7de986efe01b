"""What the connector's errors mean: which of ours they are, and the next step. No secret gets into a message."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assay.errors import ConnectionFailedError, MissingGrantError, SourceError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from collectors.snowflake.views.base import View

_NOT_THERE = {2003, 2043, 3001, 3003}  # does not exist or not authorized, in its several numbers
_INVALID_NAME = 904
_UNSUPPORTED = 2
_LONGEST = 300


def number_of(error: Exception) -> int:
    """The error's Snowflake number, 0 when it has none."""
    number = getattr(error, "errno", None)
    return number if isinstance(number, int) else 0


def words_of(error: Exception, secrets: Sequence[str]) -> str:
    """The first line of what the connector says, with every secret struck out."""
    text = next(iter(str(error).splitlines()), type(error).__name__)
    for secret in secrets:
        for part in (secret, *secret.splitlines()):
            if part.strip():
                text = text.replace(part.strip(), "…")
    return text[:_LONGEST]


def of_connect(error: Exception, account: str, secrets: Sequence[str]) -> ConnectionFailedError:
    """The account could not be reached or would not let us in."""
    return ConnectionFailedError(
        f"Snowflake account {account} could not be connected: {words_of(error, secrets)}",
        hint="check account, user and role, that the account answers from this network, and that the user's "
        "public key or token is the one the secret belongs to (DESC USER shows RSA_PUBLIC_KEY_FP)",
    )


def of_question(error: Exception, role: str, secrets: Sequence[str]) -> SourceError:
    """A check's query failed: what it asks is not there or not the role's to read, or it could not be worked out."""
    words = words_of(error, secrets)
    if number_of(error) in _NOT_THERE:
        return MissingGrantError(
            f"Snowflake does not let the role {role} read what is asked: {words}",
            hint=f"check the name, then GRANT SELECT on it to {role}, and USAGE on its database and schema",
        )
    return SourceError(
        f"Snowflake could not answer a query: {words}",
        hint="run it in a worksheet as the same role: it is in the query history under Assay's tag",
    )


def of_query(error: Exception, view: View, role: str, secrets: Sequence[str]) -> SourceError:
    """A view could not be read: for want of a grant, of an edition, or because the connection broke."""
    number = number_of(error)
    if number in _NOT_THERE or (number == _UNSUPPORTED and view.edition):
        edition = f" (or the account lacks it: {view.edition})" if view.edition else ""
        return MissingGrantError(
            f"the role {role} may not read {view.source}{edition}", hint=view.grant.format(role=role)
        )
    if number == _INVALID_NAME:
        return SourceError(
            f"{view.source} lacks a column Assay reads: {words_of(error, secrets)}",
            hint="read this view from an export, where a missing column may be left out",
        )
    return ConnectionFailedError(
        f"{view.source} could not be read: {words_of(error, secrets)}",
        hint="try again; if it goes on, run `assay doctor` and check the warehouse and its resource monitor",
    )
