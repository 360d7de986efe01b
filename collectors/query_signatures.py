"""The signatures tools leave in comments and query tags, one small reader each.

Sources: the tools' own code and documents (dbt query comments, Looker and Sigma query contexts, Tableau query origins,
Metabase remarks, Hex metadata, Redash annotations, Dagster opaque ids). A reader gives None for what is not its own.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from assay.model.assets import WATCHER

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

INTERACTIVE, SCHEDULED, BUILD, SYNC = "interactive", "scheduled", "build", "sync"


@dataclass(frozen=True, slots=True)
class Origin:
    """Who sent a query: the tool and how it was used, the dbt node and invocation, and a plain label.

    `tool_use` is interactive (a person waits), scheduled, build (a table or extract is made), sync (the tool looks
    after itself) or ''. Everything is '' when not known.
    """

    tool: str = ""
    tool_use: str = ""
    node_id: str = ""
    invocation_id: str = ""
    label: str = ""


def _text(fields: Mapping[str, Any], name: str) -> str:
    value = fields.get(name)
    return value if isinstance(value, str) else ""


def _dbt(fields: Mapping[str, Any]) -> Origin | None:
    if fields.get("app") != "dbt" and not any(name.startswith("dbt_snowflake_query_tags") for name in fields):
        return None
    node = _text(fields, "node_id")
    return Origin("dbt", BUILD if node else SYNC, node, _text(fields, "invocation_id"))


def _tableau(fields: Mapping[str, Any]) -> Origin | None:
    origins = fields.get("tableau-query-origins")
    if origins is None:
        return None
    category = str(origins.get("query-category", "") if isinstance(origins, dict) else origins).lower()
    return Origin("tableau", BUILD if "extract" in category or "refresh" in category else INTERACTIVE)


def _metabase(fields: Mapping[str, Any]) -> Origin | None:
    if str(fields.get("client", fields.get("app", ""))).lower() != "metabase":
        return None
    if fields.get("pulseId") is not None:
        return Origin("metabase", SCHEDULED)
    asked = any(fields.get(name) is not None for name in ("userId", "cardId", "dashboardId"))
    return Origin("metabase", INTERACTIVE if asked else SYNC)


def _mode(fields: Mapping[str, Any]) -> Origin | None:
    if not re.match(r"https://(?:app\.)?mode(?:analytics)?\.com/", _text(fields, "url")):
        return None
    return Origin("mode", SCHEDULED if fields.get("scheduled") in (True, "true") else INTERACTIVE)


_MONITORS = {
    "openmetadata": "openmetadata",
    "datahub": "datahub",
    "monte carlo": "monte carlo",
    "montecarlo": "monte carlo",
    "monte_carlo": "monte carlo",
    "monte-carlo": "monte carlo",
    "elementary": "elementary",
    WATCHER: WATCHER,
}


def _monitor(fields: Mapping[str, Any]) -> Origin | None:
    tool = _MONITORS.get(str(fields.get("app", fields.get("application", ""))).lower())
    return Origin(tool, SYNC, node_id=WATCHER if tool == WATCHER else "") if tool else None


_OF_JSON: tuple[Callable[[Mapping[str, Any]], Origin | None], ...] = (
    _dbt,
    _tableau,
    _metabase,
    _mode,
    _monitor,
)


def of_json(fields: Mapping[str, Any]) -> Origin | None:
    """The origin a JSON comment or query tag tells of, or None."""
    return next((origin for read in _OF_JSON if (origin := read(fields))), None)


def _looker(found: re.Match[str], text: str) -> Origin:
    built = re.search(r'"user_id"\s*:\s*null', found[0]) or re.search(
        r"(?i)\bcreate\s+(?:or\s+replace\s+)?table\b", text
    )
    return Origin("looker", BUILD if built else INTERACTIVE)


def _sigma(found: re.Match[str], _: str) -> Origin:
    kind = re.search(r'"kind"\s*:\s*"([^"]*)"', found[0])
    word = kind[1].lower() if kind else ""
    if "materializ" in word:
        return Origin("sigma", BUILD)
    return Origin("sigma", SCHEDULED if "schedule" in word or "export" in word else INTERACTIVE)


def _hex(found: re.Match[str], _: str) -> Origin:
    return Origin("hex", SCHEDULED if "SCHEDULED_RUN" in found[0] else INTERACTIVE)


def _metabase_line(found: re.Match[str], _: str) -> Origin:
    return Origin("metabase", INTERACTIVE if "userID:" in found[0] else SYNC)


def _redash(found: re.Match[str], _: str) -> Origin:
    return Origin("redash", SCHEDULED if re.search(r"Scheduled: True", found[0]) else INTERACTIVE)


def _dagster_dbt(found: re.Match[str], _: str) -> Origin:
    node, _, invocation = found[1].partition(":")
    return Origin("dbt", BUILD, node, invocation)


def _dagster(_: re.Match[str], __: str) -> Origin:
    return Origin("dagster", BUILD)


def _monitor_line(found: re.Match[str], _: str) -> Origin:
    return Origin(_MONITORS[found[1].lower()], SYNC)


SIGNATURES: tuple[tuple[re.Pattern[str], Callable[[re.Match[str], str], Origin]], ...] = (
    (re.compile(r"--\s*Looker Query Context\s*'?\{[^\n]*"), _looker),
    (re.compile(r"--\s*Sigma Σ[^\n]*"), _sigma),
    (re.compile(r"--\s*Hex query metadata:[^\n]*"), _hex),
    (re.compile(r"--\s*(?:/\* partner: \"metabase\"[^\n]*?\*/ )?Metabase\b[^\n]*"), _metabase_line),
    (re.compile(r"/\* (?:[\w ]+: [^,\n]*, )*(?:query_id|Query Hash|Queue): [^\n]*?\*/"), _redash),
    (re.compile(r"snowflake_dagster_dbt_v\d+_opaque_id\[\[\[([^\]\s]+)\]\]\]"), _dagster_dbt),
    (re.compile(r"dagster_(?:snowflake_|v\d+_)?opaque_id"), _dagster),
    (
        re.compile(r"(?i)(?:--|/\*)[ \t-]*(openmetadata|datahub|monte[ _-]?carlo|elementary|assay)\b"),
        _monitor_line,
    ),
)
"""Signatures that are no JSON object: a pattern, and what it means given the match and the whole text."""
