"""Who reads: what sort of reader ran a query, told from its program, comment, tag, user type and role.

The patterns are one table. The surest sign stands first: what a tool says of the query itself, then the
program of the session, then the names of roles, then the user's type. What fits none is unknown, and counts
as a consumer. What takes data out of the warehouse does, too, whoever sends it: see `classify`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from assay.model.usage import ReaderClass

_BI, _PERSON, _PIPELINE = ReaderClass.BI_TOOL, ReaderClass.PERSON, ReaderClass.PIPELINE
_MONITOR, _UNKNOWN, _EXPORT = ReaderClass.MONITOR, ReaderClass.UNKNOWN, ReaderClass.EXPORT

_WRITES = (
    r"insert|merge|update|delete|copy|unload|multi_table_insert|create_table_as_select|create_table|ctas|"
    r"create_view|truncate_table|insert_overwrite.*"
)
_BI_TOOLS = (
    r"looker|tableau|metabase|sigma|hex|mode|redash|superset|lightdash|omni|thoughtspot|power[ _-]?bi|qlik|"
    r"streamlit|periscope|sisense|preset|steep|holistics|google[ _-]?data[ _-]?studio|looker[ _-]?studio"
)


@dataclass(frozen=True, slots=True, order=True)
class Traits:
    """The signs of a query that tell its reader; '' is unknown.

    `leaves` is ``unload`` where it writes to a stage, ``read`` where it writes nothing that is known.
    """

    tool: str = ""
    tool_use: str = ""
    application: str = ""
    user_type: str = ""
    query_type: str = ""
    role: str = ""
    leaves: str = ""


@dataclass(frozen=True, slots=True)
class Reader:
    """A sort of reader and the tool it used ('' when unknown)."""

    kind: ReaderClass
    tool: str = ""


@dataclass(frozen=True, slots=True)
class Sign:
    """A row of the table: patterns (whole match, whatever the case; None: any) and the reader they show.

    An empty `name` keeps the tool's own name, as the query tells it. What an `inward` pipeline reads without writing
    serves its own work: a test, a look at the columns.
    """

    kind: ReaderClass
    name: str = ""
    tool: str | None = None
    tool_use: str | None = None
    application: str | None = None
    user_type: str | None = None
    query_type: str | None = None
    role: str | None = None
    inward: bool = False


SIGNS: tuple[Sign, ...] = (
    # What the query says of itself.
    Sign(
        _MONITOR,
        tool=r"assay|elementary|monte[ _-]?carlo|soda|great[ _-]?expectations|re_?data|metaplane|bigeye",
    ),
    Sign(
        _MONITOR,
        tool=r"open[ _-]?metadata|datahub|atlan|alation|collibra|select[ _-]?star|castor|secoda|amundsen",
    ),
    Sign(_PIPELINE, tool=r"dbt|sqlmesh|coalesce", inward=True),
    Sign(_PIPELINE, tool=r"dagster|airflow|prefect|mage|kestra|matillion"),
    Sign(
        _PIPELINE,
        tool=r"fivetran|airbyte|stitch|hightouch|census|rudderstack|segment|meltano|dlt|polytomic|hevo|estuary",
    ),
    Sign(_PIPELINE, tool=_BI_TOOLS, tool_use=r".*(sync|fingerprint|field.?values|background).*", inward=True),
    Sign(_PIPELINE, tool=_BI_TOOLS, tool_use=r".*(pdt|extract|materiali[sz]|build|refresh).*"),
    Sign(_PIPELINE, tool=_BI_TOOLS, query_type=_WRITES),
    Sign(_BI, tool=_BI_TOOLS),
    # What its session's program is called.
    Sign(_PIPELINE, "dbt", application=r"dbt.*", inward=True),
    Sign(_PIPELINE, "dagster", application=r"dagster.*"),
    Sign(_PIPELINE, "airflow", application=r".*airflow.*"),
    Sign(_PIPELINE, "sqlmesh", application=r".*sqlmesh.*", inward=True),
    Sign(_PIPELINE, "fivetran", application=r".*fivetran.*"),
    Sign(_PIPELINE, "airbyte", application=r".*airbyte.*"),
    Sign(_PIPELINE, "hightouch", application=r".*hightouch.*"),
    Sign(_PIPELINE, "census", application=r".*census.*"),
    Sign(_PIPELINE, "stitch", application=r".*stitch.*"),
    Sign(_PIPELINE, "rudderstack", application=r".*rudder.*"),
    Sign(_PIPELINE, "matillion", application=r".*matillion.*"),
    Sign(_PIPELINE, "informatica", application=r".*informatica.*"),
    Sign(_PIPELINE, "talend", application=r".*talend.*"),
    Sign(_PIPELINE, "kafka", application=r".*kafka.*"),
    Sign(_PIPELINE, "spark", application=r".*spark.*"),
    Sign(_PIPELINE, "tableau prep", application=r"tableau.*prep.*"),
    Sign(_MONITOR, "assay", application=r"assay.*"),
    Sign(_MONITOR, "openmetadata", application=r".*open.?metadata.*"),
    Sign(_MONITOR, "datahub", application=r".*datahub.*|acryl.*"),
    Sign(_MONITOR, "atlan", application=r"(.*[ _-])?atlan([ _-].*)?"),
    Sign(_MONITOR, "alation", application=r".*alation.*"),
    Sign(_MONITOR, "collibra", application=r".*collibra.*"),
    Sign(_MONITOR, "monte carlo", application=r".*monte.?carlo.*"),
    Sign(_MONITOR, "elementary", application=r".*elementary.*"),
    Sign(_MONITOR, "soda", application=r"soda.*"),
    Sign(_MONITOR, "metaplane", application=r".*metaplane.*"),
    Sign(_MONITOR, "great expectations", application=r".*great.?expectations.*"),
    Sign(_MONITOR, "select", application=r"select\.dev.*|select star.*"),
    Sign(_PIPELINE, "looker", application=r".*looker.*", query_type=_WRITES),
    Sign(_PIPELINE, "tableau", application=r"tab(proto|leau).*", query_type=_WRITES),
    Sign(_BI, "looker", application=r".*looker.*"),
    Sign(_BI, "looker studio", application=r".*googledatastudio.*"),
    Sign(_BI, "tableau", application=r".*(tabproto|tableau).*"),
    Sign(
        _BI, "power bi", application=r".*power.?bi.*|.*data gateway.*|.*mashup.*|.*onpremisesdatagateway.*|m"
    ),
    Sign(_BI, "thoughtspot", application=r".*thoughtspot.*"),
    Sign(_BI, "microstrategy", application=r".*microstrategy.*"),
    Sign(_BI, "sisense", application=r".*sisense.*|.*periscope.*"),
    Sign(_BI, "metabase", application=r".*metabase.*"),
    Sign(_BI, "cognos", application=r".*cognos.*"),
    Sign(_BI, "spotfire", application=r".*spotfire.*"),
    Sign(_BI, "qlik", application=r".*qlik.*"),
    Sign(_BI, "sigma", application=r"sigma( \u03c3)?|.*sigma ?computing.*"),
    Sign(_BI, "mode", application=r"mode ?analytics"),
    Sign(_BI, "hex", application=r"hex(_.*)?"),
    Sign(_BI, "superset", application=r".*(superset|preset).*"),
    Sign(_BI, "lightdash", application=r".*lightdash.*"),
    Sign(_BI, "omni", application=r"omni.*"),
    Sign(_BI, "streamlit", application=r".*streamlit.*"),
    Sign(_BI, "snowsight dashboard", application=r"snowflake web app.*dashboard.*"),
    Sign(_BI, "retool", application=r".*retool.*"),
    Sign(_BI, "excel", application=r".*excel.*"),
    Sign(
        _BI,
        "other bi",
        application=r".*(atscale|cluvio|gooddata|sisu_data|sap.*businessobjects|bobjenterprise|domo|abinitio|birst|"
        r"chartio|zoomdata|adverity|astrato|holistics).*",
    ),
    Sign(_PERSON, "snowsight", application=r"snowflake (web app|ui).*|.*snowsight.*"),
    Sign(_PERSON, "snowflake cli", application=r"snowsql.*|snow(flake )?cli.*"),
    Sign(
        _PERSON,
        "sql editor",
        application=r".*(dbeaver|datagrip|intellij|vs ?code|visual studio|popsql|sqlworkbench).*",
    ),
    Sign(_PERSON, "notebook", application=r".*(jupyter|notebook|colab|deepnote).*"),
    # What the user or its role is called.
    Sign(_PIPELINE, "fivetran", role=r".*fivetran.*"),
    Sign(_PIPELINE, "airbyte", role=r".*airbyte.*"),
    Sign(_PIPELINE, "stitch", role=r"(.*_)?stitch(_.*)?"),
    Sign(_PIPELINE, "hightouch", role=r".*hightouch.*"),
    Sign(_PIPELINE, "census", role=r"census(_role)?"),
    Sign(_MONITOR, "assay", role=r"assay(_.*)?"),
    Sign(_MONITOR, "monte carlo", role=r".*monte_?carlo.*"),
    Sign(_MONITOR, "openmetadata", role=r".*open_?metadata.*"),
    Sign(_MONITOR, "datahub", role=r".*datahub.*"),
    Sign(_MONITOR, "atlan", role=r"(.*_)?atlan(_.*)?"),
    Sign(_PIPELINE, "task", user_type=r"system"),
    Sign(_PERSON, user_type=r"person"),
)
"""The table, tried from the top."""

_NOBODY = Sign(_UNKNOWN)


def classify(traits: Traits) -> Reader:
    """The reader the first fitting sign shows; unknown where none fits.

    An unload takes data out, whoever sends it but a monitor; so does what a pipeline reads and writes nowhere we know
    (reverse ETL, an extract, a Python job), unless it reads for its own work. Both are exports, and so consumers.
    """
    sign = next((sign for sign in SIGNS if _fits(sign, traits)), _NOBODY)
    return Reader(_EXPORT if _takes_out(sign, traits.leaves) else sign.kind, sign.name or traits.tool.lower())


def _takes_out(sign: Sign, leaves: str) -> bool:
    if leaves == "unload":
        return sign.kind is not _MONITOR
    return leaves == "read" and sign.kind is _PIPELINE and not sign.inward


def _fits(sign: Sign, traits: Traits) -> bool:
    """Whether every pattern of the sign matches its part of the traits as a whole."""
    return (
        _matches(sign.tool, traits.tool)
        and _matches(sign.tool_use, traits.tool_use)
        and _matches(sign.application, traits.application)
        and _matches(sign.user_type, traits.user_type)
        and _matches(sign.query_type, traits.query_type)
        and _matches(sign.role, traits.role)
    )


def _matches(pattern: str | None, value: str) -> bool:
    return pattern is None or _compiled(pattern).fullmatch(value) is not None


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE | re.DOTALL)
