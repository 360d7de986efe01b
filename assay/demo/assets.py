"""What the shop has: sources its loader fills, dbt models, a seed, a snapshot, and tables made by hand."""

from __future__ import annotations

from dataclasses import dataclass

DATABASE = "ANALYTICS"
RAW = "RAW"
PROJECT = "nordlicht"


@dataclass(frozen=True, slots=True)
class Table:
    """A relation. `kind` is source, view, table, incremental, seed, snapshot or hand (made outside dbt).

    `seconds` is how long a build takes, `rows` how many there are at the end, `row_bytes` how wide one is.
    """

    name: str
    schema: str
    kind: str
    upstream: tuple[str, ...] = ()
    seconds: float = 1.0
    rows: int = 0
    row_bytes: int = 120
    database: str = DATABASE
    key: str = "id"

    @property
    def relation(self) -> str:
        """The name as Snowflake writes it in its own views."""
        return f"{self.database}.{self.schema}.{self.name}"

    @property
    def sql(self) -> str:
        """The name as SQL must write it: in quotes where case matters."""
        quoted = self.name if self.name.isupper() or self.name.islower() else f'"{self.name}"'
        return f"{self.database}.{self.schema}.{quoted}"

    @property
    def node(self) -> str:
        """Its dbt unique_id; '' for what dbt does not know."""
        if self.kind == "hand":
            return ""
        if self.kind == "source":
            return f"source.{PROJECT}.{self.schema.lower()}.{self.name.lower()}"
        kind = self.kind if self.kind in {"seed", "snapshot"} else "model"
        return f"{kind}.{PROJECT}.{self.name.lower()}"


def _source(name: str, schema: str, rows: int, row_bytes: int = 150) -> Table:
    return Table(name, schema, "source", (), 4.0, rows, row_bytes, RAW)


def _view(name: str, *upstream: str) -> Table:
    return Table(name, "STAGING", "view", upstream, 0.6)


def _inter(name: str, kind: str, seconds: float, rows: int, *upstream: str) -> Table:
    return Table(name, "INTERMEDIATE", kind, upstream, seconds, rows)


def _mart(name: str, kind: str, seconds: float, rows: int, *upstream: str) -> Table:
    return Table(name, "MARTS", kind, upstream, seconds, rows, 200)


CREEPING = "FCT_SESSIONS"
"""The model that becomes three times as slow over the period."""
FAILING = "FCT_AD_SPEND"
"""The model that fails on one day, is retried and then succeeds."""
HALVED = "FCT_ORDERS"
"""The table that lost half its rows on one Tuesday."""
DOUBLED, DOUBLES = "MART_CUSTOMER_VALUE", 12
"""The table whose key is found more than once in the last build, and how many times."""
SLOW, SLOWER = "INT_ATTRIBUTION", 6
"""The model whose last build takes many times as long as ever."""
STALE, STALE_DAYS = "CAMPAIGNS", 3
"""The source its loader leaves alone at the end, and for how many days."""
LOST = ("AD_SPEND", "DAY")
"""The source that loses a column on the last day, and the column."""
UNREAD = ("FCT_RETURNS", "DIM_STORE_LEGACY", "FCT_COUPON_TRIALS", "INT_BASKET_PAIRS")
"""Tables that are built each day and that nobody reads."""

TABLES = (
    _source("ORDERS", "SHOP", 42_000_000),
    _source("ORDER_ITEMS", "SHOP", 118_000_000),
    _source("CUSTOMERS", "SHOP", 3_100_000),
    _source("PRODUCTS", "SHOP", 84_000),
    _source("PAYMENTS", "SHOP", 44_000_000),
    _source("RETURNS", "SHOP", 2_600_000),
    _source("STORES", "SHOP", 310),
    _source("PAGE_VIEWS", "WEB", 610_000_000, 240),
    _source("CAMPAIGNS", "ADS", 9_400),
    _source("AD_SPEND", "ADS", 1_700_000),
    Table("COUNTRY_CODES", "STAGING", "seed", (), 1.2, 249, 40),
    _view("STG_ORDERS", "ORDERS"),
    _view("STG_ORDER_ITEMS", "ORDER_ITEMS"),
    _view("STG_CUSTOMERS", "CUSTOMERS", "COUNTRY_CODES"),
    _view("STG_PRODUCTS", "PRODUCTS"),
    _view("STG_PAYMENTS", "PAYMENTS"),
    _view("STG_RETURNS", "RETURNS"),
    _view("STG_PAGE_VIEWS", "PAGE_VIEWS"),
    _view("STG_AD_SPEND", "AD_SPEND", "CAMPAIGNS"),
    Table("CUSTOMERS_HISTORY", "SNAPSHOTS", "snapshot", ("CUSTOMERS",), 38, 5_200_000),
    _inter("INT_ORDERS_PRICED", "table", 85, 42_000_000, "STG_ORDERS", "STG_ORDER_ITEMS", "STG_PAYMENTS"),
    _inter("INT_SESSIONS", "incremental", 120, 96_000_000, "STG_PAGE_VIEWS"),
    _inter("INT_CUSTOMER_ORDERS", "table", 60, 3_100_000, "INT_ORDERS_PRICED", "STG_CUSTOMERS"),
    _inter("INT_BASKET_PAIRS", "table", 240, 190_000_000, "STG_ORDER_ITEMS"),
    _inter("INT_ATTRIBUTION", "table", 95, 38_000_000, "INT_SESSIONS", "STG_AD_SPEND"),
    _mart("DIM_CUSTOMERS", "table", 45, 3_100_000, "INT_CUSTOMER_ORDERS", "CUSTOMERS_HISTORY"),
    _mart("DIM_PRODUCTS", "table", 12, 84_000, "STG_PRODUCTS"),
    _mart("DIM_STORE_LEGACY", "table", 55, 310, "STORES"),
    _mart("FCT_ORDERS", "table", 110, 42_000_000, "INT_ORDERS_PRICED", "DIM_CUSTOMERS"),
    _mart("FCT_ORDER_ITEMS", "incremental", 90, 118_000_000, "STG_ORDER_ITEMS", "DIM_PRODUCTS"),
    _mart("FCT_SESSIONS", "incremental", 150, 96_000_000, "INT_SESSIONS", "DIM_CUSTOMERS"),
    _mart("FCT_RETURNS", "table", 25, 2_600_000, "STG_RETURNS", "FCT_ORDERS"),
    _mart("FCT_AD_SPEND", "table", 18, 1_700_000, "STG_AD_SPEND"),
    _mart("FCT_COUPON_TRIALS", "table", 70, 5_400_000, "INT_ORDERS_PRICED"),
    _mart("MART_REVENUE_DAILY", "table", 30, 21_000, "FCT_ORDERS", "FCT_AD_SPEND"),
    _mart("MART_CUSTOMER_VALUE", "table", 65, 3_100_000, "DIM_CUSTOMERS", "FCT_ORDERS"),
    _mart("MART_MARKETING", "table", 40, 96_000, "INT_ATTRIBUTION", "FCT_AD_SPEND"),
    _mart("MART_FUNNEL", "view", 0.8, 0, "FCT_SESSIONS", "FCT_ORDERS"),
    Table("KPI_DAILY", "FINANCE", "hand", ("MART_REVENUE_DAILY", "FCT_ORDERS"), 40, 5_800, 300),
    Table("Budget 2026", "FINANCE", "hand", (), 3, 1_240, 180),
    Table("CHURN_SCORES", "SCIENCE", "hand", ("MART_CUSTOMER_VALUE", "FCT_SESSIONS"), 180, 3_100_000, 60),
)
BY_NAME = {table.name: table for table in TABLES}
MODELS = tuple(table for table in TABLES if table.node and table.kind != "source")
SOURCES = tuple(table for table in TABLES if table.kind == "source")
NUMBER = {table.name: number for number, table in enumerate(TABLES)}
"""The position of each table: the object ids of the demo count from it."""


def bases(names: tuple[str, ...]) -> tuple[str, ...]:
    """The tables under some relations: a view is looked through to what it reads."""
    found: list[str] = []
    for name in names:
        table = BY_NAME[name]
        found += bases(table.upstream) if table.kind == "view" else [name]
    return tuple(dict.fromkeys(found))
