"""What is said of the export beside it: FOCUS's metadata, as JSON."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from assay import __version__
from costs.focus.columns import ALL, FOCUS_VERSION, Column, Form
from costs.focus.rows import LONGEST

if TYPE_CHECKING:
    from datetime import datetime

_TYPES = {
    "String": "STRING",
    "Decimal": "DECIMAL",
    "Date/Time": "DATETIME",
    "JSON": "JSON",
    "Boolean": "BOOLEAN",
}


def metadata(made_at: datetime) -> dict[str, Any]:
    """The data generator and the schema of an export that was made at that moment.

    The schema's id is a digest of its columns: it changes when they do, and only then.
    """
    columns = [_definition(column) for column in ALL]
    digest = hashlib.sha256(json.dumps([FOCUS_VERSION, columns]).encode()).hexdigest()
    return {
        "DataGenerator": "Assay",
        "Schema": {
            "SchemaId": "-".join((digest[:8], digest[8:12], digest[12:16], digest[16:20], digest[20:32])),
            "FocusVersion": FOCUS_VERSION,
            "DataGeneratorVersion": __version__,
            "CreationDate": made_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "ColumnDefinition": columns,
        },
    }


def _definition(column: Column) -> dict[str, Any]:
    told: dict[str, Any] = {"ColumnName": column.name, "DataType": _TYPES[column.form.focus]}
    if pa.types.is_decimal(column.form.arrow):
        told |= {"NumericPrecision": column.form.arrow.precision, "NumberScale": column.form.arrow.scale}
    if column.form in {Form.STRING, Form.JSON}:
        told["StringEncoding"] = "UTF-8"
    if column.name == "ChargeDescription":
        told["StringMaxLength"] = LONGEST
    return told
