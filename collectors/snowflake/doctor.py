"""Examine a live account for `assay doctor`: the sign-in, each view, and privileges beyond what is needed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from assay.errors import AssayError, MalformedInputError
from collectors.base import Finding
from collectors.snowflake import failures
from collectors.snowflake.from_live import is_expected
from collectors.snowflake.normalise import locate
from collectors.snowflake.session import Session, open_session
from collectors.snowflake.views import VIEWS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assay.secrets import SecretRef
    from collectors.snowflake.config import SnowflakeConfig
    from collectors.snowflake.views.base import View

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_$]*")
_FOR_CHECKS = {"USAGE DATABASE", "USAGE SCHEMA"} | {
    f"SELECT {kind}" for kind in ("TABLE", "VIEW", "MATERIALIZED_VIEW", "DYNAMIC_TABLE", "EXTERNAL_TABLE")
}
"""What checks need that ask for rows: to read objects of one's own."""

_NEEDED = {view.grant.split()[3] for view in VIEWS}  # SNOWFLAKE.USAGE_VIEWER and its like


def examine(config: SnowflakeConfig, account: str) -> Iterator[Finding]:
    """One line for each secret kept unsafely, the sign-in, each view, and each privilege too many."""
    for reference in config.references():
        yield from _kept(reference)
    try:
        with open_session(config, account) as session:
            yield Finding("sign-in", ok=True, detail=f"account {account} answers")
            yield from _views(session, config)
            yield from _privileges(session, config.role)
    except AssayError as error:
        yield Finding("sign-in", ok=False, detail=error.message, fix=error.hint)


def _kept(reference: SecretRef) -> Iterator[Finding]:
    warning = reference.warning()
    if warning:
        yield Finding(f"secret {reference}", ok=False, detail=warning, fix=f"chmod 600 {reference.name}")


def _views(session: Session, config: SnowflakeConfig) -> Iterator[Finding]:
    read: set[str] = set()
    for view in VIEWS:
        try:
            _probe(session, view, config.role or "<the connection's role>")
        except AssayError as error:
            yield _unread(view, error, read)
        else:
            read.add(view.grant)
            yield Finding(view.name, ok=True, detail="may be read", needed=view.needed)


def _unread(view: View, error: AssayError, read: set[str]) -> Finding:
    """A view the account lacks is worth knowing of; there is nothing to mend where its grant already opens others."""
    absent = is_expected(view, error, read)
    fix = "" if absent and view.grant in read else error.hint
    return Finding(view.name, ok=absent, detail=error.message, fix=fix, warning=absent, needed=view.needed)


def _probe(session: Session, view: View, role: str) -> None:
    """Ask for no row of the view: this tells whether it may be read and which columns it has."""
    try:
        names = session.rows(f"SELECT * FROM {view.source} LIMIT 0").column_names  # noqa: S608 - a name of ours
    except AssayError:
        raise
    except Exception as error:  # noqa: BLE001 - the connector's errors are told apart by their numbers
        raise failures.of_query(error, view, role, session.secrets) from None
    try:
        locate(view, names, view.source)
    except MalformedInputError as error:
        raise MalformedInputError(
            error.message, hint="this account's view is older than Assay knows"
        ) from None


def _privileges(session: Session, role: str | None) -> Iterator[Finding]:
    """What the role may do beyond reading those views; nothing where grants cannot be shown."""
    if role is None:
        return
    name = role if _PLAIN.fullmatch(role) else f'"{role}"'
    try:
        grants = session.names_and_rows(f"SHOW GRANTS TO ROLE {name}")
    except Exception as error:  # noqa: BLE001 - an account that does not show grants is no fault
        detail = f"its grants cannot be shown: {failures.words_of(error, session.secrets)}"
        yield Finding(f"role {role}", ok=True, detail=detail)
        return
    readable = sum(str(grant.get("privilege", "")).upper() == "SELECT" for grant in grants)
    if readable:
        yield Finding(f"role {role}", ok=True, detail=f"may read {readable} objects, as checks of rows need")
    extra = [text for grant in grants if (text := beyond_need(grant))]
    if not extra:
        yield Finding(f"role {role}", ok=True, detail="has no privilege beyond what is needed")
    for text in extra:
        yield Finding(
            f"role {role}",
            ok=True,
            detail=f"more than is needed: {text}",
            fix=f"REVOKE {text} FROM ROLE {name};",
            warning=True,
        )


def beyond_need(grant: dict[str, Any]) -> str:
    """A row of SHOW GRANTS as ``PRIVILEGE ON KIND NAME`` when Assay does not need it, else ''."""
    privilege, kind, name = (
        str(grant.get(field, "")).upper() for field in ("privilege", "granted_on", "name")
    )
    if f"{privilege} {kind.replace(' ', '_')}" in _FOR_CHECKS and name.partition(".")[0] != "SNOWFLAKE":
        return ""
    if privilege == "USAGE" and (kind == "WAREHOUSE" or (kind == "DATABASE_ROLE" and name in _NEEDED)):
        return ""
    return f"{privilege} ON {kind} {name}"
