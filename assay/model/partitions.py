"""Partitions of an asset: hours, days, months or years of UTC time, or names of the user's own."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

_WRITTEN = re.compile(r"\d{4}(-\d{2}(-\d{2}([T ]\d{2}(:00(:00)?)?)?)?)?")
_MONTHS = 12


class Grain(StrEnum):
    """How long a partition is."""

    HOUR = "hour"
    DAY = "day"
    MONTH = "month"
    YEAR = "year"
    NAMED = "named"

    @property
    def form(self) -> str:
        """How a partition of this length is written, in the words of strftime; '' for named ones."""
        return _FORMS.get(self, "")


_FORMS = {Grain.YEAR: "%Y", Grain.MONTH: "%Y-%m", Grain.DAY: "%Y-%m-%d", Grain.HOUR: "%Y-%m-%dT%H"}
_BY_LENGTH = {4: Grain.YEAR, 7: Grain.MONTH, 10: Grain.DAY, 13: Grain.HOUR}
_LONGEST = 10_000
_FIRST_YEAR, _LAST_YEAR = 1000, 9998
"""Years with four digits whose end is still a moment that can be told."""


@dataclass(frozen=True, slots=True)
class PartitionRange:
    """Some partitions of one grain, in order, each once."""

    keys: tuple[str, ...]
    grain: Grain

    @classmethod
    def parse(cls, text: str) -> PartitionRange:
        """What people write: ``2026-09-01..2026-09-30`` (with the last), ``2026-09``, or names ``de,fr``.

        ValueError says what is wrong.
        """
        first, dots, last = (part.strip() for part in text.partition(".."))
        if not first or (dots and not last):
            raise ValueError(f"{text!r} names no partition")
        for part in filter(None, (first, last)):
            if _WRITTEN.fullmatch(part) and grain_of(part) is Grain.NAMED:
                raise ValueError(f"{part} is no day, hour, month or year")
        if not dots and grain_of(first) is Grain.NAMED:
            return cls(_names(text), Grain.NAMED)
        return cls._between(_clean(first), _clean(last) if dots else _clean(first))

    @classmethod
    def _between(cls, first: str, last: str) -> PartitionRange:
        grain = grain_of(first)
        if grain is Grain.NAMED or grain_of(last) is not grain:
            raise ValueError(f"{first!r} and {last!r} are no two days, hours, months or years")
        at, end, keys = start_of(first), start_of(last), list[str]()
        if end < at:
            raise ValueError(f"{last} is before {first}")
        if at.year < _FIRST_YEAR or end.year > _LAST_YEAR:
            raise ValueError(f"{first}..{last} leaves the years {_FIRST_YEAR} to {_LAST_YEAR}")
        while at <= end:
            keys.append(at.strftime(grain.form))
            if len(keys) > _LONGEST:
                raise ValueError(f"{first}..{last} are more than {_LONGEST:,} partitions")
            at = following(at, grain)
        return cls(tuple(keys), grain)

    @property
    def said(self) -> str:
        """The range as people write it."""
        if self.grain is Grain.NAMED:
            return ",".join(self.keys)
        return self.keys[0] if len(self.keys) == 1 else f"{self.keys[0]}..{self.keys[-1]}"


def _names(text: str) -> tuple[str, ...]:
    """Names parted by commas, each once; ValueError for none, too many, and what cannot be written."""
    names = tuple(dict.fromkeys(name.strip() for name in text.split(",") if name.strip()))
    if not names:
        raise ValueError(f"{text!r} names no partition")
    if len(names) > _LONGEST:
        raise ValueError(f"{len(names):,} names are more than {_LONGEST:,} partitions")
    strange = next((name for name in names if not name.isprintable()), None)
    if strange is not None:
        raise ValueError(f"{strange!r} is no name of a partition")
    return names


def _clean(text: str) -> str:
    """A moment as its grain writes it: 2026-09-01 05:00 is 2026-09-01T05."""
    return text.replace(" ", "T")[:13] if _WRITTEN.fullmatch(text) else text


def grain_of(key: str) -> Grain:
    """The grain of a partition by how it is written."""
    if not _WRITTEN.fullmatch(key) or (grain := _BY_LENGTH.get(len(_clean(key)))) is None:
        return Grain.NAMED
    try:
        datetime.strptime(_clean(key), grain.form).replace(tzinfo=UTC)
    except ValueError:
        return Grain.NAMED
    return grain


def start_of(key: str) -> datetime:
    """When a partition of time begins; ValueError for a named one."""
    grain = grain_of(key)
    if grain is Grain.NAMED:
        raise ValueError(f"{key!r} is no partition of time")
    return datetime.strptime(_clean(key), grain.form).replace(tzinfo=UTC)


def key_of(start: datetime, end: datetime) -> str:
    """The name of the partition [start, end): its grain is the longest that fits into it."""
    length = end - start
    grain = next(
        (
            g
            for least, g in ((365, Grain.YEAR), (28, Grain.MONTH), (1, Grain.DAY))
            if length >= timedelta(days=least)
        ),
        Grain.HOUR,
    )
    return start.astimezone(UTC).strftime(grain.form)


def following(at: datetime, grain: Grain) -> datetime:
    """When the next partition of that grain begins."""
    if grain is Grain.HOUR:
        return at + timedelta(hours=1)
    if grain is Grain.DAY:
        return at + timedelta(days=1)
    months = at.year * _MONTHS + at.month - 1 + (1 if grain is Grain.MONTH else _MONTHS)
    return at.replace(year=months // _MONTHS, month=months % _MONTHS + 1)
