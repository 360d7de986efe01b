"""Findings overlap: what several of them save together, so that no saving is counted twice.

Each finding claims parts of pools of the bill (`assay.model.waste.Claim`). Of two claims on a pool with the same lever
only the greater counts: to build a table daily for its readers and daily for its inputs is one change. Claims with
different levers act one after the other, each on what the others leave: half as many builds at half the size cost a
quarter. So a pool of P keeps P · Π(1 − greatest share of each lever), and never less than nothing.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING

from assay.model.waste import BUSY_POOL, IDLE_POOL, Claim, Lever

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from assay.store.tables import FindingRow

_HALVES = (BUSY_POOL, IDLE_POOL)
Place = tuple[str, str]
"""A warehouse and a pool."""


@dataclass(slots=True)
class _Pool:
    """A pool that no other divides, and the greatest share each lever has taken of it so far."""

    whole: int
    taken: dict[Lever, Fraction] = field(default_factory=dict)

    def kept(self) -> Fraction:
        """What is left of the pool."""
        rest = Fraction(self.whole)
        for share in self.taken.values():
            rest *= 1 - share
        return rest

    def take(self, lever: Lever, share: Fraction) -> Fraction:
        """Take a share of it; how much less it is than before."""
        before = self.kept()
        self.taken[lever] = max(self.taken.get(lever, Fraction()), min(share, Fraction(1)))
        return before - self.kept()


def counted(
    claims_of: Mapping[int, Sequence[Claim]], promised: Mapping[int, int], deleted: Collection[str] = ()
) -> dict[int, int]:
    """What each finding adds to the sum of all, in nano-credits; the greatest promise counts first, ties by number.

    `claims_of` and `promised` are by the finding's number. A finding that overlaps with none counts in full. Where the
    assets of the keys `deleted` go anyway, nothing of their pools is left to save.
    """
    pools = _pools(claim for claims in claims_of.values() for claim in claims)
    for (_, name), pool in pools.items():
        if name.partition(":")[2].partition(":")[2] in deleted:
            pool.take(Lever.DELETE, Fraction(1))
    found: dict[int, int] = {}
    for number in sorted(claims_of, key=lambda n: (-promised[n], n)):
        taken = sum((_taken(pools, claim) for claim in claims_of[number]), Fraction())
        found[number] = min(promised[number], int(taken))
    return found


def _taken(pools: Mapping[Place, _Pool], claim: Claim) -> Fraction:
    share = Fraction(claim.nano, claim.whole_nano) if claim.whole_nano > 0 else Fraction()
    return sum((pool.take(claim.lever, share) for pool in _within(pools, claim)), Fraction())


def _within(pools: Mapping[Place, _Pool], claim: Claim) -> list[_Pool]:
    """The undivided pools a claim is on: its own, or all of its half."""
    if claim.pool not in _HALVES:
        return [pools[claim.warehouse, claim.pool]]
    return [
        pool
        for (warehouse, name), pool in pools.items()
        if warehouse == claim.warehouse and half_of(name) == claim.pool
    ]


def half_of(pool: str) -> str:
    """The half of a warehouse's compute that a pool is in."""
    return pool.partition(":")[0]


def _pools(claims: Iterable[Claim]) -> dict[Place, _Pool]:
    """Every undivided pool the claims speak of. What no named pool holds of a half is a pool of its own."""
    named: dict[Place, int] = {}
    halves: dict[Place, int] = {}
    for claim in claims:
        place, sizes = (claim.warehouse, claim.pool), halves if claim.pool in _HALVES else named
        sizes[place] = max(claim.whole_nano, sizes.get(place, 0))
    held: dict[Place, int] = defaultdict(int)
    for (warehouse, pool), whole in named.items():
        held[warehouse, half_of(pool)] += whole
    rests = {place: max(whole - held[place], 0) for place, whole in halves.items()}
    return {place: _Pool(whole) for place, whole in (named | rests).items()}


def together(rows: Sequence[FindingRow], deleted: Collection[str] = ()) -> dict[int, int]:
    """What each kept finding adds to the sum of all given, by its id: the part of its saving no other one counts.

    With `deleted`, what it adds to the deletion of these assets.
    """
    by_connection: dict[str, list[FindingRow]] = defaultdict(list)
    for row in rows:
        by_connection[row.connection].append(row)
    found: dict[int, int] = {}
    for of_one in by_connection.values():
        claims = {row.id: [Claim.from_dict(claim) for claim in row.evidence["claims"]] for row in of_one}
        found |= counted(claims, {row.id: row.nano_per_month for row in of_one}, deleted)
    return found
