"""Who works in the shop's warehouse: its tools, its people and the dashboards they look at."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class User:
    """A user of the account, the role it takes and how its client names itself."""

    name: str
    role: str
    type: str
    application: str
    client: str


def _tool(name: str, role: str, application: str, client: str) -> User:
    return User(name, role, "SERVICE", application, client)


def _person(name: str, role: str, application: str, client: str) -> User:
    return User(f"{name}@NORDLICHT.EXAMPLE", role, "PERSON", application, client)


USERS = (
    _tool("LOADER_SVC", "LOADER", "Fivetran", "JDBC 3.19.0"),
    _tool("DBT_SVC", "TRANSFORMER", "dbt", "PythonConnector 3.15.0"),
    _tool("LOOKER_SVC", "REPORTER", "Looker", "JDBC 3.16.1"),
    _tool("TABLEAU_SVC", "REPORTER", "TableauServer", "ODBC 3.4.1"),
    _tool("METABASE_SVC", "REPORTER", "Metabase", "JDBC 3.22.0"),
    _tool("MONITOR_SVC", "MONITOR", "montecarlo", "PythonConnector 3.12.3"),
    *(
        _person(name, "ANALYST", "Snowflake Web App (snowsight)", "Snowflake UI 1.0")
        for name in ("ANNA.BERG", "JONAS.LIE", "MAJA.STEEN", "OLE.DAHL", "SIRI.HAUG", "TOM.VIK", "EVA.MOEN")
    ),
    _person("NILS.FOSS", "ANALYST", "DBeaver_DBeaverUltimate", "JDBC 3.19.0"),
    *(
        _person(name, "SCIENTIST", "PythonConnector", "PythonConnector 4.0.0")
        for name in ("IDA.LUND", "KARL.NESS")
    ),
)
LOADER, DBT, LOOKER, TABLEAU, METABASE, MONITOR = range(6)
ANALYSTS = tuple(k for k, user in enumerate(USERS) if user.role == "ANALYST")
SCIENTISTS = tuple(k for k, user in enumerate(USERS) if user.role == "SCIENTIST")
READER_CLASSES = {
    LOADER: "pipeline",
    DBT: "pipeline",
    LOOKER: "bi_tool",
    TABLEAU: "bi_tool",
    METABASE: "bi_tool",
}


def reader_class(user: int) -> str:
    """Which sort of reader a user is, as a person would say."""
    if user == MONITOR:
        return "monitor"
    return READER_CLASSES.get(user, "person")


@dataclass(frozen=True, slots=True)
class Dashboard:
    """A dashboard, the tool that shows it, what its tiles read and how often it is opened (relative)."""

    name: str
    tool: int
    tables: tuple[str, ...]
    tiles: int
    popularity: float


DASHBOARDS = (
    Dashboard("Revenue today", LOOKER, ("MART_REVENUE_DAILY", "FCT_ORDERS"), 14, 9),
    Dashboard("Customer value", LOOKER, ("MART_CUSTOMER_VALUE", "DIM_CUSTOMERS"), 9, 4),
    Dashboard("Funnel", LOOKER, ("MART_FUNNEL",), 8, 6),
    Dashboard("Marketing", TABLEAU, ("MART_MARKETING", "FCT_AD_SPEND"), 12, 5),
    Dashboard("Stores", TABLEAU, ("FCT_ORDERS", "FCT_ORDER_ITEMS", "DIM_PRODUCTS"), 10, 3),
    Dashboard("Finance close", TABLEAU, ("KPI_DAILY", "Budget 2026"), 5, 2),
    Dashboard("Support desk", METABASE, ("DIM_CUSTOMERS", "FCT_ORDERS"), 6, 5),
    Dashboard("Churn", METABASE, ("CHURN_SCORES", "MART_CUSTOMER_VALUE"), 4, 1),
)
