"""The simulation put together: every warehouse played and metered, and what is true of each statement."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from assay.demo.calendar import BUILD_MS, Calendar
from assay.demo.meter import KINDS, Floats, Pieces, Sizes, meter, parts_to_nano
from assay.demo.power import Ints, Played, forget_on, play
from assay.demo.warehouses import DATASCIENCE, HOUR_MS, WAREHOUSES, resizes

if TYPE_CHECKING:
    from assay.demo.load import Load

NANO_PER_UNIT = 2500 / 9
"""Nano-credits of a credit-millisecond."""


@dataclass(slots=True)
class Truth:
    """What was true: per statement its run and cost (nano-credits), per warehouse its sessions and its meter.

    `by_hour[w]` has the kinds of `meter.KINDS` by hour, in nano-credits; `covered` says which hours.
    """

    begin_ms: Ints
    end_ms: Ints
    asked_ms: Ints
    cluster: Ints
    size: Ints
    busy_nano: Floats
    idle_nano: Floats
    covered: range
    played: dict[int, Played] = field(default_factory=dict)
    sizes: dict[int, Sizes] = field(default_factory=dict)
    by_hour: dict[int, Ints] = field(default_factory=dict)


def _blank(load: Load, calendar: Calendar) -> Truth:
    """Before anything is played: statements begin when compiled. A day more is covered than is asked for."""
    asked = load["start_ms"] + load["compile_ms"]
    none, free = np.zeros(len(load), dtype=np.int64), np.zeros(len(load))
    first = calendar.start_ms // HOUR_MS
    covered = range(first, first + 24 * (calendar.days + 1))
    return Truth(asked.copy(), asked + load["run_ms"], asked, none, none - 1, free, free.copy(), covered)


def simulate(load: Load, calendar: Calendar, rng: np.random.Generator) -> Truth:
    """Play and meter the load, warehouse by warehouse."""
    truth = _blank(load, calendar)
    for number, warehouse in enumerate(WAREHOUSES):
        mine = np.flatnonzero(load["warehouse"] == number)
        if not len(mine):
            continue
        mine = mine[np.argsort(truth.asked_ms[mine], kind="stable")]
        played = play(truth.asked_ms[mine], load["run_ms"][mine], warehouse, rng)
        if number == DATASCIENCE:
            played = Played(played.cluster, played.begin_ms, played.end_ms, (forget_on(played.sessions[0]),))
        sizes = Sizes.of(warehouse.size, resizes(number, calendar.days_ms, calendar.weekdays, BUILD_MS))
        truth.begin_ms[mine], truth.end_ms[mine] = played.begin_ms, played.end_ms
        truth.cluster[mine], truth.size[mine] = played.cluster, sizes.index(played.begin_ms)
        truth.played[number], truth.sizes[number] = played, sizes
        _meter(truth, number, mine, load)
    return truth


def _meter(truth: Truth, number: int, mine: Ints, load: Load) -> None:
    """Meter every cluster of a warehouse; a procedure's call rests while a statement of its own executes."""
    played, units = truth.played[number], np.zeros((len(KINDS), len(truth.covered)), dtype=np.int64)
    for at, sessions in enumerate(played.sessions):
        here = mine[played.cluster == at + 1]
        pieces = executing(truth, here, load)
        metered = meter(
            pieces,
            sessions,
            truth.sizes[number],
            truth.covered,
            len(here),
        )
        units += metered.by_hour
        truth.busy_nano[here] = metered.busy * NANO_PER_UNIT
        truth.idle_nano[here] = metered.idle * NANO_PER_UNIT
    truth.by_hour[number] = parts_to_nano(units)


def executing(truth: Truth, here: Ints, load: Load) -> Pieces:
    """The stretches in which the statements execute, without a call's stretches of its children."""
    begin, end = truth.begin_ms[here], truth.end_ms[here]
    query = np.arange(len(here))
    calls = np.flatnonzero(load["call"][here])
    if not len(calls):
        return Pieces(begin, end, query)
    plain = np.delete(query, calls)
    begins, ends, owners = [begin[plain]], [end[plain]], [plain]
    for call in calls:
        children = here[load["child_of"][here] == load["call"][here[call]]]
        edges = np.sort(np.concatenate([truth.begin_ms[children], truth.end_ms[children]]))
        edges = np.concatenate([[begin[call]], edges, [end[call]]])
        begins.append(edges[::2])
        ends.append(edges[1::2])
        owners.append(np.full(len(edges) // 2, call))
    return Pieces(np.concatenate(begins), np.concatenate(ends), np.concatenate(owners))
