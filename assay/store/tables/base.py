"""What all tables share: the declarative base, the form of names and ids."""

from __future__ import annotations

from typing import Any, ClassVar

from sqlalchemy import JSON, BigInteger, Integer, MetaData, Text
from sqlalchemy.orm import DeclarativeBase

_NAMES = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
ID = BigInteger().with_variant(Integer, "sqlite")
CLUSTERED = {"sqlite_with_rowid": False}
"""Rows are kept in the order of the key: a window is one stretch of disk."""


class Base(DeclarativeBase):
    """The declarative base; Python int is a 64-bit integer, str is text."""

    metadata = MetaData(naming_convention=_NAMES)
    type_annotation_map: ClassVar = {int: BigInteger, str: Text, dict[str, Any]: JSON, list[Any]: JSON}
