"""Files of facts: whole or not at all, visible only through the manifest, settled and swept without loss."""

from __future__ import annotations

import os
import random
import resource
import signal
import subprocess
import sys
import threading
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.dataset as pads
import pyarrow.fs as pafs
import pyarrow.parquet as pq
import pytest
from moto.server import ThreadedMotoServer

from assay.errors import AssayError, ConfigError, MalformedInputError, StoreError, UsageError
from assay.facts import batches
from assay.facts.files import FactFile, FactFiles
from assay.facts.places import ObjectPlace, place_at
from assay.facts.streams import CHARGES, QUERY_HISTORY, SESSIONS
from assay.model.time import DAY_MS, HOUR_MS, Window
from assay.store import collections
from assay.store.engine import Store
from assay.store.health import faults

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

NOW = 10**13
"""Long after the files of these tests are written."""


def _sessions(*ids: str, day: int = 100, user: str = "ann") -> pa.Table:
    rows = [{"created_ms": day * DAY_MS + i, "session_id": text, "user": user} for i, text in enumerate(ids)]
    return pa.Table.from_pylist(rows, SESSIONS.schema)


def _add(store: Store, files: FactFiles, *tables: pa.Table, now_ms: int = 1) -> None:
    for table in tables:
        written = files.write("acme", SESSIONS, table)
        with store.write() as session:
            files.publish(session, written, now_ms=now_ms)


def _listed(store: Store, files: FactFiles, window: Window | None = None) -> list[FactFile]:
    with store.read() as session:
        return files.files(session, "acme", SESSIONS, window)


def _ids(listed: Sequence[FactFile]) -> list[str]:
    return sorted(text for file in listed for text in pq.read_table(file.path)["session_id"].to_pylist())


def _on_disk(root: Path) -> list[str]:
    return sorted(path.name for path in root.rglob("*") if path.is_file())


@pytest.fixture
def files(tmp_path: Path, store: Store) -> FactFiles:
    """A folder of facts beside a store of each kind."""
    return FactFiles(tmp_path / "facts", store)


def test_a_file_that_is_gone_is_told_without_being_asked_for(store: Store, files: FactFiles) -> None:
    """Of all that is listed; while it is there nothing is said."""
    _add(store, files, _sessions("a"), _sessions("b", day=101))
    with store.read() as session:
        files.expect_all(session)
        first, second = files.files(session, "acme", SESSIONS)
        Path(first.path).unlink()
        with pytest.raises(StoreError, match="is gone") as caught:
            files.expect_all(session)

    assert first.path in caught.value.message
    assert second.path not in caught.value.message


def test_a_batch_is_split_by_day_and_seen_once_published(
    store: Store, files: FactFiles, tmp_path: Path
) -> None:
    """Written files are on disk but invisible; published they are listed with their day, rows and reach."""
    written = files.write("acme", SESSIONS, pa.concat_tables([_sessions("a", "b"), _sessions("c", day=101)]))
    assert len(_on_disk(tmp_path / "facts")) == 2
    assert _listed(store, files) == []
    with store.write() as session:
        files.publish(session, written, now_ms=1)
        assert files.days(session, "acme", SESSIONS) == [100 * DAY_MS, 101 * DAY_MS]
    first, second = _listed(store, files)
    assert (first.rows, first.min_ms, first.max_ms) == (2, 100 * DAY_MS, 100 * DAY_MS + 1)
    assert Path(second.path).stat().st_size == second.bytes
    assert tmp_path / "facts/acme/sessions/day=1970-04-12" == Path(second.path).parent
    assert first.id < second.id


def test_a_failed_transaction_publishes_nothing(store: Store, files: FactFiles) -> None:
    """Manifest and watermark stand together or not at all."""
    written = files.write("acme", SESSIONS, _sessions("a"))

    def half_way() -> None:
        with store.write() as session:
            files.publish(session, written, now_ms=1)
            collections.advance(session, "acme", "sessions", 5, 1)
            raise KeyError("stop")

    with pytest.raises(KeyError):
        half_way()
    assert _listed(store, files) == []


def test_a_window_takes_every_file_that_touches_it(fact_files: FactFiles, sqlite_store: Store) -> None:
    """A statement that runs past midnight is found from both days; the window's end is open."""
    row = {"start_ms": 100 * DAY_MS + 5, "end_ms": 101 * DAY_MS + 5, "query_id": "q"}
    written = fact_files.write("acme", QUERY_HISTORY, pa.Table.from_pylist([row], QUERY_HISTORY.schema))
    with sqlite_store.write() as session:
        fact_files.publish(session, written, now_ms=1)

        def touched(start: int, end: int) -> int:
            return len(fact_files.files(session, "acme", QUERY_HISTORY, Window(start, end)))

        assert touched(101 * DAY_MS, 102 * DAY_MS) == 1
        assert touched(100 * DAY_MS, 100 * DAY_MS + 6) == 1
        assert touched(100 * DAY_MS, 100 * DAY_MS + 5) == 0
        assert touched(101 * DAY_MS + 6, 102 * DAY_MS) == 0
        assert fact_files.files(session, "other", QUERY_HISTORY) == []


def test_an_empty_batch_writes_nothing(files: FactFiles, tmp_path: Path) -> None:
    """No rows, no file."""
    assert files.write("acme", SESSIONS, SESSIONS.schema.empty_table()) == []
    assert not (tmp_path / "facts").exists()


def test_a_malformed_batch_writes_nothing(files: FactFiles, tmp_path: Path) -> None:
    """The error names the column, and no day of the batch is left behind."""
    with pytest.raises(MalformedInputError, match="'client' of sessions"):
        files.write("acme", SESSIONS, _sessions("a").drop_columns(["client"]))
    assert not (tmp_path / "facts").exists()


@pytest.mark.parametrize("name", ["", "..", ".hidden", "a/b", "a\\b"])
def test_a_connection_cannot_reach_out_of_its_folder(files: FactFiles, name: str) -> None:
    """A name that is a path is refused."""
    with pytest.raises(UsageError, match="cannot name a connection"):
        files.write(name, SESSIONS, _sessions("a"))


def test_a_lost_file_is_named_with_the_next_step(store: Store, files: FactFiles) -> None:
    """The manifest lists what the disk does not hold: say which, and what to do."""
    _add(store, files, _sessions("a"), _sessions("b"))
    lost = Path(_listed(store, files)[1].path)
    lost.unlink()
    with pytest.raises(StoreError) as caught:
        _listed(store, files)
    assert str(lost) in str(caught.value)
    assert "Restore the facts folder" in caught.value.hint


def test_a_damaged_file_is_named(store: Store, files: FactFiles) -> None:
    """Compaction that meets a torn file says which, and leaves everything as it was."""
    _add(store, files, _sessions("a"), _sessions("b"))
    torn = Path(_listed(store, files)[0].path)
    torn.write_bytes(torn.read_bytes()[:100])
    with pytest.raises(StoreError, match=torn.name):
        files.compact("acme", now_ms=NOW, at_least=2)
    assert len(_listed(store, files)) == 2


def test_the_facts_folder_may_move(store: Store, files: FactFiles, tmp_path: Path) -> None:
    """The manifest keeps paths inside the root, so a folder moved whole is found again."""
    _add(store, files, _sessions("a"))
    (tmp_path / "facts").rename(tmp_path / "elsewhere")
    assert _ids(_listed(store, FactFiles(tmp_path / "elsewhere", store))) == ["a"]


def test_compaction_keeps_what_stands(store: Store, files: FactFiles) -> None:
    """Many files of a day become one without repeats; other days and connections are left alone."""
    _add(store, files, _sessions("a", "b"), _sessions("b", "c", user="bob"), _sessions("x", day=101))
    assert files.compact("acme", now_ms=NOW, at_least=2) == 2
    whole, other = sorted(_listed(store, files), key=lambda file: file.day_ms)
    assert {r["session_id"]: r["user"] for r in pq.read_table(whole.path).to_pylist()} == {
        "a": "ann",
        "b": "bob",
        "c": "bob",
    }
    assert (whole.rows, other.rows) == (3, 1)
    assert files.compact("acme", now_ms=NOW, at_least=2) == 0
    assert files.compact("other", now_ms=NOW, at_least=2) == 0


def test_the_ledger_keeps_every_row_in_compaction(store: Store, files: FactFiles) -> None:
    """Charges add up; two rows of one key are both the ledger's."""
    row = {"hour_ms": DAY_MS, "nano_credits": 5, "query_id": "q", "known_at_ms": 1}
    for _ in range(2):
        written = files.write("acme", CHARGES, pa.Table.from_pylist([row], CHARGES.schema))
        with store.write() as session:
            files.publish(session, written, now_ms=1)
    assert files.compact("acme", now_ms=NOW, at_least=2) == 2
    with store.read() as session:
        assert [file.rows for file in files.files(session, "acme", CHARGES)] == [2]


def test_a_batch_that_comes_during_compaction_stays_newer(
    store: Store, files: FactFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The compacted file takes its own batches' place in the order, not the newest."""
    _add(store, files, _sessions("a"), _sessions("a", user="bob"))
    settle = batches.settle

    def settle_late(*given: Any) -> pa.Table:  # noqa: ANN401 - passed on as it is
        _add(store, files, _sessions("a", user="late"))
        return settle(*given)

    monkeypatch.setattr(batches, "settle", settle_late)
    assert files.compact("acme", now_ms=NOW, at_least=2) == 2
    assert [pq.read_table(file.path)["user"].to_pylist() for file in _listed(store, files)] == [
        ["bob"],
        ["late"],
    ]


def test_a_day_replaced_during_compaction_is_left_as_it_is(
    store: Store, files: FactFiles, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Compaction that finds its files gone takes its own file back."""
    _add(store, files, _sessions("a"), _sessions("b"))
    settle = batches.settle

    def settle_late(*given: Any) -> pa.Table:  # noqa: ANN401 - passed on as it is
        fresh = files.write("acme", SESSIONS, _sessions("new"))
        with store.write() as session:
            files.replace_day(session, "acme", SESSIONS, 100 * DAY_MS, fresh, now_ms=NOW)
        return settle(*given)

    monkeypatch.setattr(batches, "settle", settle_late)
    assert files.compact("acme", now_ms=NOW, at_least=2) == 0
    assert _ids(_listed(store, files)) == ["new"]
    assert len(_on_disk(tmp_path / "facts")) == 3


def test_a_replaced_day_is_swapped_whole(store: Store, files: FactFiles) -> None:
    """Derived days are swapped; without new files the day is empty; other days stay."""
    _add(store, files, _sessions("a"), _sessions("x", day=101))
    fresh = files.write("acme", SESSIONS, _sessions("b"))
    with store.write() as session:
        files.replace_day(session, "acme", SESSIONS, 100 * DAY_MS, fresh, now_ms=NOW)
    assert _ids(_listed(store, files)) == ["b", "x"]
    with store.write() as session:
        files.replace_day(session, "acme", SESSIONS, 100 * DAY_MS, [], now_ms=NOW)
    assert _ids(_listed(store, files)) == ["x"]


def test_the_sweep_takes_orphans_and_leaves_readers_their_hour(
    store: Store, files: FactFiles, tmp_path: Path
) -> None:
    """Old unlisted and half-written files go; listed, young, lately replaced and foreign ones stay."""
    _add(store, files, _sessions("a"), _sessions("a"))
    files.write("acme", SESSIONS, _sessions("orphan"))
    folder = Path(_listed(store, files)[0].path).parent
    (folder / "x.parquet.tmp").touch()
    (folder / "README").touch()
    assert files.sweep(now_ms=int(folder.stat().st_mtime * 1000)) == 0
    assert files.sweep(now_ms=NOW) == 2
    files.compact("acme", now_ms=NOW, at_least=2)
    assert files.sweep(now_ms=NOW + HOUR_MS) == 0
    assert files.sweep(now_ms=NOW + HOUR_MS + 1) == 2
    assert _ids(_listed(store, files)) == ["a"]
    assert {"README", Path(_listed(store, files)[0].path).name} == set(_on_disk(tmp_path / "facts"))
    assert files.sweep(now_ms=NOW + 2 * HOUR_MS) == 0


@contextmanager
def _small_disk(folder: Path) -> Iterator[None]:
    """A disk too small for a batch: a tmpfs where we may mount one, else a limit on the size of any file."""
    folder.mkdir()
    options = ["-t", "tmpfs", "-o", "size=64k", "tmpfs", str(folder)]
    mounted = (
        os.geteuid() == 0
        and subprocess.run(["mount", *options], check=False, capture_output=True).returncode == 0
    )
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    if not mounted:
        resource.setrlimit(resource.RLIMIT_FSIZE, (64 * 1024, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        if mounted:
            subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk_leaves_nothing_half_written(sqlite_store: Store, tmp_path: Path) -> None:
    """The batch fails with the next step, its finished days are taken back, and what was stored stays."""
    noise = random.Random(7)  # noqa: S311 - noise that does not compress
    with _small_disk(tmp_path / "small"):
        files = FactFiles(tmp_path / "small" / "facts", sqlite_store)
        _add(sqlite_store, files, _sessions("a"))
        big = _sessions(*(noise.randbytes(16).hex() for _ in range(20_000)), day=101)
        with pytest.raises(AssayError, match=r"no space left(.|\n)*Free space"):
            files.write("acme", SESSIONS, pa.concat_tables([_sessions("b"), big]))
        assert _ids(_listed(sqlite_store, files)) == ["a"]
        assert len(_on_disk(tmp_path / "small")) == 1


WRITERS = """
import os
import sys
import pyarrow as pa
from assay.facts.files import FactFile, FactFiles
from assay.facts.streams import SESSIONS
from assay.store import collections
from assay.store.engine import Store
from assay.store.health import faults

def write():
    store = Store.open(sys.argv[1])
    files = FactFiles(sys.argv[2], store)
    with store.read() as session:
        number = collections.watermarks(session, "acme").get("sessions", 0)
    while True:
        rows = [{"created_ms": (number + i) * 40_000_000, "session_id": f"{number}.{i}"} for i in range(3)]
        written = files.write("acme", SESSIONS, pa.Table.from_pylist(rows, SESSIONS.schema))
        number += 1
        with store.write() as session:
            files.publish(session, written, now_ms=number)
            collections.advance(session, "acme", "sessions", number, number)
        print("batch", flush=True)
        if number % 3 == 0:
            files.compact("acme", now_ms=number, at_least=3)
            files.sweep(now_ms=10**13)

pa.array([1])  # imports what it needs now, not in every writer
for _ in sys.stdin:
    pid = os.fork()
    if pid == 0:
        write()
    print("writer", pid, flush=True)
    os.waitpid(pid, 0)
    print("dead", flush=True)
"""
"""A nursery of writers: each line it reads starts one, whose imports are done already."""


def test_killed_at_any_point_no_batch_is_lost_or_doubled(sqlite_url: str, tmp_path: Path) -> None:
    """Twenty SIGKILLs at random moments of writing, publishing, compacting and sweeping.

    The watermark always says exactly which batches are there, each row of them stands once, and what the
    killed writers left over is swept.
    """
    root, chance = tmp_path / "facts", random.Random(11)  # noqa: S311 - a test's own dice
    command = [sys.executable, "-c", WRITERS, sqlite_url, str(root)]
    with (
        Store.create(sqlite_url) as store,
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as nursery,
    ):
        files = FactFiles(root, store)
        for _ in range(20):
            _write_and_die(nursery, chance.randrange(4), chance.random() * 0.03)
            with store.read() as session:
                done = collections.watermarks(session, "acme").get("sessions", 0)
            assert sorted(f"{n}.{i}" for n in range(done) for i in range(3)) == _ids(_listed(store, files))
        assert done >= 20
        assert faults(store) == []
        files.sweep(now_ms=NOW)
        files.sweep(now_ms=2 * NOW)
        assert sorted(Path(file.path).name for file in _listed(store, files)) == _on_disk(root)


def _write_and_die(nursery: subprocess.Popen[str], batches: int, seconds: float) -> None:
    """Start a writer, let it finish some batches, and kill it a moment later."""
    assert nursery.stdin is not None
    assert nursery.stdout is not None
    print("go", file=nursery.stdin, flush=True)
    told: list[str] = []
    while not any(line.startswith("writer") for line in told) or told.count("batch\n") < batches:
        told.append(nursery.stdout.readline())
    (pid,) = (int(line.split()[1]) for line in told if line.startswith("writer"))
    threading.Event().wait(seconds)  # into the next batch, wherever that is
    os.kill(pid, signal.SIGKILL)
    while nursery.stdout.readline() != "dead\n":
        continue


def test_other_places_are_refused() -> None:
    """A root that is neither a folder nor s3:// names both."""
    with pytest.raises(ConfigError, match=r"s3://bucket/prefix"):
        place_at("ftp://host/folder")


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The root of an empty prefix in an object store on this machine."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    options = f"endpoint_override={host}:{port}&scheme=http&region=us-east-1&allow_bucket_creation=true"
    system, _ = pafs.FileSystem.from_uri(f"s3://facts?{options}")
    system.create_dir("facts")
    yield f"s3://facts/assay?{options}"
    server.stop()


def test_facts_may_live_in_an_object_store(sqlite_store: Store, bucket: str) -> None:
    """Write, publish, read by address, compact, lose and sweep, all under s3://."""
    files = FactFiles(bucket, sqlite_store)
    _add(sqlite_store, files, _sessions("a"), _sessions("a", "b", user="bob"))
    files.write("acme", SESSIONS, _sessions("orphan"))
    assert files.compact("acme", now_ms=NOW, at_least=2) == 2
    (whole,) = _listed(sqlite_store, files)
    assert whole.path.startswith("s3://facts/assay/acme/sessions/day=1970-04-11/")
    assert sorted(pads.dataset(whole.path).to_table()["session_id"].to_pylist()) == ["a", "b"]
    assert files.sweep(now_ms=NOW) == 1
    assert files.sweep(now_ms=2 * NOW) == 2
    place = place_at(bucket)
    (kept,) = place.listing()
    place.delete(kept.path)
    place.delete(kept.path)
    with pytest.raises(StoreError, match="is gone"):
        _listed(sqlite_store, files)


def test_an_object_store_that_does_not_answer_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """A dead host ends in one clear error that names where the facts are."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    system = pafs.S3FileSystem(
        endpoint_override="127.0.0.1:9", scheme="http", region="us-east-1", connect_timeout=0.2,
        retry_strategy=pafs.AwsStandardS3RetryStrategy(max_attempts=1),
    )  # fmt: skip
    with pytest.raises(StoreError, match=r"s3://facts/assay/x(.|\n)*facts\.root"):
        ObjectPlace(system, "facts/assay", "s3://facts/assay").write("x", _sessions("a"))
