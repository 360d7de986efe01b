"""demo, run, collect, costs, reconcile, export, serve: what is done every day."""

from __future__ import annotations

import csv
import shutil
from decimal import Decimal
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from sqlalchemy import update

from assay.cli import serve
from assay.config import add_rules
from assay.cycle.lock import only_one
from assay.errors import UsageError
from assay.store.engine import Store
from assay.store.tables import CellRow

if TYPE_CHECKING:
    from pathlib import Path

    from cli.conftest import Program, Told


def test_the_demo_adds_up(made_company: tuple[Path, Told]) -> None:
    """One object: what was metered is attributed, to the nano-credit, cell by cell."""
    told = made_company[1]

    assert (told.code, told.err) == (0, "")
    assert told.json["queries"] >= 1400
    assert told.json["assets"] >= 30
    assert told.json["cells_out_of_balance"] == 0
    assert told.json["metered_nano_credits"] == told.json["attributed_nano_credits"] > 0
    assert 0 < told.json["unattributed_share"] < 1
    assert told.json["seconds"] > 0


def test_the_demo_tells_a_story_and_is_made_once(own_company: Program) -> None:
    """Called again it keeps its company, whatever day it is; another recipe in the same folder is refused."""
    sizes = ("--no-serve", "--days", "4", "--queries", "1500")
    told = own_company("demo", *sizes)
    other = own_company("demo", "--no-serve", "--days", "5", "--queries", "1500")

    assert told.code == 0
    assert "The dearest assets" in told.out
    assert "add up to the nano-credit" in told.out
    assert other.code == 2
    assert "a demo of another make: --seed 7 --days 4 --queries 1500" in other.err


def test_the_demo_leaves_an_assay_folder_alone(ready: Program) -> None:
    """Nobody's own folder becomes a demo."""
    told = ready("demo", "--no-serve")

    assert told.code == 2
    assert "is an Assay folder already" in told.err


def test_run_again_finds_nothing_new(own_company: Program) -> None:
    """The second cycle says so; its JSON names every part."""
    told, as_json = own_company("run"), own_company("run", "--json").json

    assert told.code == 0
    assert "Nothing new was read." in told.out
    assert (as_json["rows"], as_json["problems"]) == (0, [])
    assert [part["connection"] for part in as_json["collected"]] == ["acme", "shop"]


def test_run_without_connections_says_how_to_get_one(ready: Program) -> None:
    """A cycle that could read nothing is no success, and neither is a bill of nothing."""
    for command in ("run", "reconcile", "costs"):
        told = ready(command)

        assert told.code == 3
        assert "There is no connection yet.\n→ assay connect" in told.err
        assert f"--dir {ready.folder}" in told.err


def test_a_run_tells_the_rule_no_query_fits(own_company: Program) -> None:
    """Told once, by the run that works all days out with it: names of users may be stored otherwise than written."""
    add_rules(own_company.folder, [{"user": "NOBODY_SVC", "asset": "bi:acme:nobody.dashboards"}])
    first, again = own_company("run"), own_company("run")

    assert first.code == 0
    assert 'note: no query fits the mapping rule user = "NOBODY_SVC" → bi:acme:nobody.dashboards' in first.err
    assert first.err.count("mapping rule") == 1
    assert "mapping rule" not in again.err


def test_run_tells_each_problem_with_its_step_and_goes_on(own_company: Program) -> None:
    """A view that is damaged is one error; the exit code is that of a source."""
    (own_company.folder / "company" / "snowflake" / "SESSIONS.parquet").write_bytes(b"PAR1 but no more")
    told = own_company("collect", "--only", "acme")

    assert told.code == 4
    assert "SESSIONS" in told.err
    assert "→" in told.err
    assert "Traceback" not in told.err


def test_a_run_that_is_stopped_says_that_nothing_is_lost(
    own_company: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-C."""

    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("assay.cli.cycle.run_cycle", interrupted)
    told = own_company("run")

    assert told.code == 130
    assert "the next run goes on from there" in told.err


def test_two_runs_at_once_are_one(own_company: Program) -> None:
    """The second names the first."""
    with only_one(own_company.folder / ".assay" / "cycle.lock"):
        told = own_company("run")

    assert told.code == 1
    assert "Another cycle runs" in told.err


@pytest.mark.parametrize(
    "by", ["asset", "warehouse", "user", "tag", "application", "role", "service", "kind", "day"]
)
def test_every_way_to_tell_costs_adds_up_to_the_bill(
    company: Program, made_company: tuple[Path, Told], by: str
) -> None:
    """Nobody's part is a row, so no dimension loses anything."""
    told = company("costs", "--by", by, "--json").json

    assert told["nano_credits"] == made_company[1].json["metered_nano_credits"]
    assert sum(row["nano_credits"] for row in told["rows"]) == told["nano_credits"]
    assert all(Decimal(row["credits"]) * 10**9 == row["nano_credits"] for row in told["rows"])


def test_costs_are_a_table_with_a_total(company: Program) -> None:
    """What is nobody's is told by its kind; few rows when few are asked for."""
    told = company("costs", "--limit", "2")

    assert told.code == 0
    assert "no asset" in told.out
    assert "  keeper_idle" in told.out
    assert "more)" in told.out
    assert "100.0 %" in told.out


def test_costs_of_some_days(company: Program) -> None:
    """--days counts back from the last day known; --from and --to are days, both with it."""
    one = company("costs", "--by", "day", "--days", "1", "--json").json
    two = company("costs", "--by", "day", "--from", "2026-11-08", "--until", "2026-11-09", "--json").json
    late = company("costs", "--from", "2030-01-01")

    assert one["from"] == one["to"]
    assert [row["day"] for row in two["rows"]] == ["2026-11-08", "2026-11-09"]
    assert company("costs", "--from", "2026-11-09", "--to", "2026-11-08").code == 2
    assert (late.code, "There is no data after 2026-11-11." in late.err) == (2, True)
    assert "there are costs from 2026-11-0" in company("costs", "--until", "2026-01-31").err
    assert company("costs", "--from", "2026-11-09", "--days", "3").code == 2
    assert company("costs", "--connection", "nobody").code == 3


def test_before_the_first_run_there_is_nothing_to_tell(ready: Program, company: Program) -> None:
    """What is connected and was not read yet is read by the next run."""
    export = str(company.folder / "company" / "snowflake")
    assert ready("connect", "snowflake", "--name", "acme", "--export", export, "--no-test").code == 0
    for command in ("costs", "reconcile"):
        told = ready(command)

        assert told.code == 4
        assert f"→ assay run --dir {ready.folder}" in told.err


def exported(company: Program, folder: Path, *views: str) -> str:
    """A folder with some of the company's views."""
    folder.mkdir()
    for view in views:
        shutil.copy(company.folder / "company" / "snowflake" / f"{view}.parquet", folder)
    return str(folder)


def test_a_bill_that_meets_no_asset_is_not_praised(ready: Program, company: Program, tmp_path: Path) -> None:
    """From the meter alone every cell adds up, and run and reconcile say that all of it is nobody's, and why."""
    export = exported(company, tmp_path / "export", "WAREHOUSE_METERING_HISTORY")
    ready("connect", "snowflake", "--name", "acme", "--export", export)
    run, told, as_json = ready("run"), ready("reconcile"), ready("reconcile", "--json").json

    for answer in (run, told):
        assert answer.code == 0
        assert "0.0 % of it met an asset, 100.0 % met none.\n→ to have it read, export " in answer.out
    assert as_json["no_asset_nano_credits"] == as_json["attributed_nano_credits"] > 0
    assert run.err.count("note:") == 1


def test_a_bill_tells_how_to_name_more_assets(company: Program) -> None:
    """Each service's part that met no asset adds up to what costs tells as no asset's."""
    told, as_json = company("reconcile"), company("reconcile", "--json").json
    costs = company("costs", "--from", "2026-01-01", "--json").json

    assert "docs/how-to/map-queries.md" in told.out
    assert as_json["no_asset_nano_credits"] == sum(costs["nobody"].values())


def test_a_meter_that_is_not_read_is_an_error(ready: Program, company: Program, tmp_path: Path) -> None:
    """Without WAREHOUSE_METERING_HISTORY nothing has a cost: run, costs and reconcile name the view."""
    export = exported(company, tmp_path / "export", "QUERY_HISTORY", "SESSIONS", "TABLES")
    ready("connect", "snowflake", "--name", "acme", "--export", export)

    for command in ("run", "reconcile", "costs"):
        told = ready(command)
        assert told.code == 4
        assert "nothing is metered, so nothing has a cost" in told.err
        assert "no view WAREHOUSE_METERING_HISTORY" in told.err


def test_a_run_counts_a_query_once(ready: Program, company: Program, tmp_path: Path) -> None:
    """Rows that an export repeats are read twice and are one query."""
    views = ("QUERY_HISTORY", "WAREHOUSE_METERING_HISTORY")
    export = exported(company, tmp_path / "export", *views)
    ready("connect", "snowflake", "--name", "acme", "--export", export)
    first = ready("run", "--json").json["derived"][0]
    known = pq.read_table(tmp_path / "export" / "QUERY_HISTORY.parquet", columns=["QUERY_ID"])

    assert first["queries"] == len(set(known.column(0).to_pylist())) < known.num_rows


def test_reconcile_finds_every_cell_in_balance(company: Program) -> None:
    """Exit code 0, and a line for each service."""
    told, as_json = company("reconcile"), company("reconcile", "--json").json

    assert told.code == 0
    assert "Every cell adds up" in told.out
    assert as_json["out_of_balance"] == 0
    assert sum(service["cells"] for service in as_json["services"]) == as_json["cells"]
    assert as_json["metered_nano_credits"] == as_json["attributed_nano_credits"]


def test_reconcile_shows_the_cell_that_is_off(own_company: Program) -> None:
    """Exit code 1, and the cell by name."""
    with Store.open(f"sqlite:///{own_company.folder}/.assay/assay.db") as store, store.write() as session:
        first = session.query(CellRow).filter(CellRow.service == "compute").first()
        assert first is not None
        where = (
            CellRow.resource == first.resource,
            CellRow.hour_ms == first.hour_ms,
            CellRow.service == "compute",
        )
        session.execute(update(CellRow).where(*where).values(attributed_nano=first.metered_nano - 7))
    told, as_json = own_company("reconcile"), own_company("reconcile", "--json")

    assert told.code == as_json.code == 1
    assert "Furthest off" in told.out
    assert "-7" in told.out
    assert as_json.json["worst"][0]["resource"] == first.resource


def test_the_exported_ledger_is_the_bill(
    company: Program, made_company: tuple[Path, Told], tmp_path: Path
) -> None:
    """Every charge with its columns, in Parquet and in CSV, and they add up."""
    parquet, text = tmp_path / "charges.parquet", tmp_path / "charges.csv"
    told = company("export", "charges", "--to", str(parquet), "--json").json
    assert company("export", "charges", "--to", str(text)).code == 0

    table = pq.read_table(parquet)
    assert {
        "account", "warehouse", "hour", "query_id", "kind", "nano_credits", "asset_key", "rung",
        "provisional", "reason", "known_at", "service", "user", "tag", "bytes",
    } == set(table.schema.names)  # fmt: skip
    assert table.schema.field("hour").type == pa.timestamp("ms", "UTC")
    assert pc.sum(table["nano_credits"]).as_py() == told["nano_credits"]
    assert told["nano_credits"] == made_company[1].json["metered_nano_credits"]
    with text.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert sum(int(row["nano_credits"]) for row in rows) == told["nano_credits"]
    assert [path.name for path in sorted(tmp_path.iterdir())] == ["charges.csv", "charges.parquet"]


def test_an_export_of_some_days_holds_no_others(company: Program, tmp_path: Path) -> None:
    """Whole UTC days."""
    file = tmp_path / "day.parquet"
    company("export", "charges", "--to", str(file), "--from", "2026-11-08", "--until", "2026-11-08")

    days = {str(hour.as_py().date()) for hour in pq.read_table(file)["hour"]}
    assert days == {"2026-11-08"}


def test_an_export_that_cannot_be_written_leaves_nothing(company: Program, tmp_path: Path) -> None:
    """Another ending, and a folder that is not there."""
    ending = company("export", "charges", "--to", str(tmp_path / "x.txt"))
    nowhere = company("export", "charges", "--to", str(tmp_path / "no" / "x.csv"))

    assert (ending.code, nowhere.code) == (2, 2)
    assert f"There is no folder {tmp_path / 'no'}." in nowhere.err
    assert "FILE.parquet or FILE.csv" in ending.err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("host", ["192.168.1.5", "::", "example.org", ""])
def test_it_is_served_to_nobody_else(company: Program, host: str) -> None:
    """Without a sign-in, only this machine may reach it."""
    told = company("serve", "--host", host)

    assert told.code == 2
    assert "there is no sign-in yet" in told.err


def test_loopback_is_this_machine() -> None:
    """By name and by address."""
    for host in ("127.0.0.1", "127.8.8.8", "::1", "localhost"):
        serve.require_loopback(host)
    with pytest.raises(UsageError):
        serve.require_loopback("127.0.0.1.example.org")


def test_a_first_run_tells_what_it_read_and_what_is_not_there(
    ready: Program, company: Program, tmp_path: Path
) -> None:
    """Rows by stream, the bill, and a note for each view the export has not; a note is no error."""
    export = shutil.copytree(company.folder / "company" / "snowflake", tmp_path / "export")
    (export / "RATE_SHEET_DAILY.parquet").unlink()
    assert ready("connect", "snowflake", "--name", "acme", "--export", str(export)).code == 0
    told = ready("run")

    assert told.code == 0
    assert "query_history" in told.out
    assert "are accounted for" in told.out
    assert told.err.startswith("note: acme rate_sheet_daily")


def test_one_connection_can_be_looked_at_alone(company: Program, tmp_path: Path) -> None:
    """The bill of the account is the bill of its connection; a name that is none is refused."""
    whole, one = (
        company("reconcile", "--json").json,
        company("reconcile", "--json", "--connection", "acme").json,
    )
    file = tmp_path / "charges.csv"

    assert one == whole
    assert company("reconcile", "--connection", "nobody").code == 3
    assert company("export", "charges", "--to", str(file), "--connection", "acme").code == 0
    assert company("export", "charges", "--to", str(file), "--connection", "nobody").code == 3
