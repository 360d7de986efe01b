"""The guard before every query of a warehouse: one statement, and one that only reads."""

from __future__ import annotations

import re

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from assay.errors import SourceError

_CHANGES = (exp.DML, exp.DDL, exp.Command, exp.Into, exp.Lock, exp.Merge, exp.Drop, exp.Alter)
_ACTS = re.compile(
    r"system\$.*|set_config|nextval|setval|dblink.*|lo_.*"
    r"|pg_(terminate|cancel|reload|rotate|read|ls|advisory|try_advisory|switch|promote|create|drop).*",
    re.IGNORECASE,
)
"""Functions that act, or look beyond the data, when they are selected."""


class NotReadOnlyError(SourceError):
    """A query is not one statement that only reads."""


def one_select(sql: str, dialect: str) -> str:
    """The text, when it is a single SELECT (or WITH … SELECT) that changes nothing; NotReadOnlyError else.

    It is the second lock: the first are the rights of Assay's own user, and a read-only session where there is one.
    """
    try:
        statements = [each for each in sqlglot.parse(sql, dialect=dialect) if each is not None]
    except SqlglotError as error:
        first = next(iter(str(error).splitlines()), "")
        raise NotReadOnlyError(
            f"A query cannot be read: {first}", hint=f"Mend the SQL, in the dialect {dialect}."
        ) from None
    if len(statements) != 1 or not isinstance(statements[0], exp.Query) or _changes(statements[0]):
        raise NotReadOnlyError(
            "A query is not one statement that only reads.", hint="Write a single SELECT (or WITH … SELECT)."
        )
    return sql


def _changes(statement: exp.Expr) -> bool:
    """Whether it writes, calls what acts, or takes a number from a sequence (a column, as Snowflake writes it)."""
    return (
        statement.find(*_CHANGES) is not None
        or any(_ACTS.fullmatch(call.name) for call in statement.find_all(exp.Anonymous))
        or any(column.name.lower() == "nextval" for column in statement.find_all(exp.Column))
    )
