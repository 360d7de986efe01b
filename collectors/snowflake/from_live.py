"""Collect from a live account: each view in pages, by key or by slices of time, up to its lag."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from importlib import resources
from typing import TYPE_CHECKING

import pyarrow as pa

from assay.errors import AssayError, MissingGrantError
from assay.model.time import DAY_MS, floor_day_ms, from_ms
from collectors.base import Batch, Degraded
from collectors.snowflake import failures
from collectors.snowflake.normalise import normalise, parts_of
from collectors.snowflake.session import Session, open_session
from collectors.snowflake.values import moments
from collectors.snowflake.views import VIEWS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from collectors.base import Progress
    from collectors.snowflake.config import SnowflakeConfig
    from collectors.snowflake.reading import Reading
    from collectors.snowflake.views.base import View

SLICE_DAYS = 30
Parameters = dict[str, str | int]


@dataclass(slots=True)
class _Pass:
    """One pass over a live account."""

    session: Session
    config: SnowflakeConfig
    reading: Reading
    now_ms: int
    read: set[str] = field(default_factory=set)

    @property
    def role(self) -> str:
        """The role's name, for the grant that is missing."""
        return self.config.role or "<the connection's role>"


def collect(config: SnowflakeConfig, reading: Reading, progress: Progress) -> Iterator[Batch | Degraded]:
    """Every view's new rows, view by view. ConnectionFailedError when the account cannot be reached at all."""
    with open_session(config, reading.account) as session:
        now_ms = session.now_ms()
        reading.snapshot_ms = floor_day_ms(now_ms)
        live = _Pass(session, config, reading, now_ms)
        for view in VIEWS:
            yield from _view(view, live, progress.watermarks.get(view.stream.name))


def _view(view: View, live: _Pass, watermark_ms: int | None) -> Iterator[Batch | Degraded]:
    try:
        yield from _batches(view, live, watermark_ms)
        live.read.add(view.grant)
    except AssayError as error:
        yield Degraded(view.stream.name, error, expected=is_expected(view, error, live.read))


def is_expected(view: View, error: AssayError, read: set[str]) -> bool:
    """Whether the account simply has no such view: the grant serves others, so its edition lacks it.

    A view that only adds to the picture may be left out.
    """
    if view.optional and isinstance(error, MissingGrantError):
        return True
    others = {other.grant for other in VIEWS if other is not view}
    return (
        bool(view.edition)
        and isinstance(error, MissingGrantError)
        and (view.grant in read or view.grant not in others)
    )


def _batches(view: View, live: _Pass, watermark_ms: int | None) -> Iterator[Batch]:
    """The view's pages as batches. The last says how far all is read: the source's now less the view's lag."""
    until_ms = live.now_ms - int(view.lag.total_seconds() * 1000)
    first_ms = live.now_ms - live.config.history_days * DAY_MS
    back_ms = int(view.look_back.total_seconds() * 1000)
    since_ms = min(until_ms, first_ms if watermark_ms is None else watermark_ms - back_ms)
    held = Batch(view.stream.name)
    for page in _pages(view, live, since_ms, until_ms):
        if held.rows_read:
            yield held
        rows = normalise(view, _one_batch(page), view.source, live.reading.names)
        parts = parts_of(view, rows, view.source, live.reading)
        held = Batch(
            view.stream.name, parts.facts, parts.records, len(rows), watermark_ms=_reached(page, view)
        )
    yield replace(held, watermark_ms=live.reading.snapshot_ms if view.snapshot else until_ms)


def _reached(page: pa.Table, view: View) -> int | None:
    """How far a page that is not the last reaches: all before its last row's cursor has been given."""
    if view.snapshot:
        return None
    last: int | None = moments(_last(page, view.cursor_source))[0].as_py()
    return last


def _one_batch(page: pa.Table) -> pa.RecordBatch:
    batches = page.combine_chunks().to_batches()
    return batches[0] if batches else pa.RecordBatch.from_pylist([], schema=page.schema)


def _pages(view: View, live: _Pass, since_ms: int, until_ms: int) -> Iterator[pa.Table]:
    if view.snapshot and view.whole:
        return iter([_ask(view, live, {})])
    if view.page_key:
        return _by_key(view, live, _text(since_ms), _text(until_ms))
    return _by_slice(view, live, since_ms, until_ms)


def _by_key(view: View, live: _Pass, since: str, until: str) -> Iterator[pa.Table]:
    """Pages in the order of (cursor, key), each from the last row of the one before: none twice, none lost."""
    key_column = next(c.sources[0] for c in view.columns if c.name == view.page_key)
    after, after_key = since, view.first_key
    while True:
        limits: Parameters = {"since": since, "until": until, "after": after, "after_key": after_key}
        page = _ask(view, live, limits | {"page_rows": live.config.page_rows})
        if page.num_rows:
            yield page
        if page.num_rows < live.config.page_rows:
            return
        after_key = type(view.first_key)(_last(page, key_column)[0].as_py())
        after = after if view.snapshot else _exact_text(_last(page, view.cursor_source))


def _by_slice(view: View, live: _Pass, since_ms: int, until_ms: int) -> Iterator[pa.Table]:
    """Slices of some days: rows of one moment always come together."""
    begins = since_ms
    while begins < until_ms:
        ends = min(until_ms, floor_day_ms(begins) + SLICE_DAYS * DAY_MS)
        page = _ask(view, live, {"since": _text(begins), "until": _text(ends)})
        if page.num_rows:
            yield page
        begins = ends


def _ask(view: View, live: _Pass, parameters: Parameters) -> pa.Table:
    try:
        page = live.session.rows(query_of(view), parameters)
    except AssayError:
        raise
    except Exception as error:  # noqa: BLE001 - the connector's errors are told apart by their numbers
        raise failures.of_query(error, view, live.role, live.session.secrets) from None
    return page.rename_columns([name.upper() for name in page.column_names])


def query_of(view: View) -> str:
    """The text of the view's query: queries/<view>.sql."""
    return (resources.files(__package__) / "queries" / f"{view.name.lower()}.sql").read_text(encoding="utf-8")


def _last(page: pa.Table, column: str) -> pa.Array:
    return page.column(column).slice(page.num_rows - 1).combine_chunks()


def _text(ms: int) -> str:
    """A moment as the session (in UTC) reads it."""
    return f"{from_ms(ms):%Y-%m-%d %H:%M:%S.%f}"


def _exact_text(moment: pa.Array) -> str:
    """A moment with all digits it has, so that the next page begins right after it."""
    text = str(moment.cast(pa.timestamp(moment.type.unit)).cast(pa.string())[0])
    return text.rstrip("0").rstrip(".") if "." in text else text
