"""Who reads, told from the signs of a query."""

from __future__ import annotations

import pytest

from assay.model.usage import ReaderClass
from costs.mapping.readers import Reader, Traits, classify

BI, PERSON = ReaderClass.BI_TOOL, ReaderClass.PERSON
PIPELINE, MONITOR, UNKNOWN = ReaderClass.PIPELINE, ReaderClass.MONITOR, ReaderClass.UNKNOWN

CASES = [
    (Traits(tool="dbt", tool_use="build", application="dbt"), PIPELINE, "dbt"),
    (Traits(application="dbt"), PIPELINE, "dbt"),
    (Traits(tool="looker", tool_use="interactive"), BI, "looker"),
    (Traits(tool="looker", tool_use="build"), PIPELINE, "looker"),
    (Traits(tool="looker", query_type="CREATE_TABLE_AS_SELECT"), PIPELINE, "looker"),
    (Traits(tool="tableau", tool_use="build", application="TableauServer"), PIPELINE, "tableau"),
    (Traits(tool="metabase", tool_use="sync"), PIPELINE, "metabase"),
    (Traits(tool="metabase", tool_use="scheduled"), BI, "metabase"),
    (Traits(tool="openmetadata", tool_use="sync"), MONITOR, "openmetadata"),
    (Traits(tool="assay"), MONITOR, "assay"),
    (Traits(tool="elementary", application="dbt"), MONITOR, "elementary"),
    (Traits(application="tabprotosrv.exe"), BI, "tableau"),
    (Traits(application="Tableau Prep Builder"), PIPELINE, "tableau prep"),
    (Traits(application="M"), BI, "power bi"),
    (Traits(application="MashupEngine (PowerBIDesktop)"), BI, "power bi"),
    (Traits(application="Sigma Σ"), BI, "sigma"),
    (Traits(application="modeanalytics"), BI, "mode"),
    (Traits(application="googledatastudio"), BI, "looker studio"),
    (Traits(application="thoughtspot"), BI, "thoughtspot"),
    (
        Traits(application="Snowflake Web App (snowsight_dashboard)", user_type="PERSON"),
        BI,
        "snowsight dashboard",
    ),
    (Traits(application="Snowflake Web App (snowsight_streamlit)"), BI, "streamlit"),
    (Traits(application="SNOWCLI.STREAMLIT.DEPLOY"), BI, "streamlit"),
    (Traits(application="Snowflake Web App"), PERSON, "snowsight"),
    (Traits(application="DBeaver_DBeaverUltimate"), PERSON, "sql editor"),
    (Traits(application="SnowSQL"), PERSON, "snowflake cli"),
    (Traits(application="Fivetran"), PIPELINE, "fivetran"),
    (Traits(role="AIRBYTE_ROLE", user_type="SERVICE"), PIPELINE, "airbyte"),
    (Traits(application="PythonConnector", user_type="PERSON"), PERSON, ""),
    (Traits(application="PythonConnector", user_type="SERVICE"), UNKNOWN, ""),
    (Traits(role="ATLANTIC_ANALYST"), UNKNOWN, ""),
    (Traits(), UNKNOWN, ""),
]


@pytest.mark.parametrize(("traits", "kind", "tool"), CASES)
def test_a_reader_is_told_by_its_surest_sign(traits: Traits, kind: ReaderClass, tool: str) -> None:
    """What the query says of itself stands before its program, that before the role and the user's type."""
    assert classify(traits) == Reader(kind, tool)
