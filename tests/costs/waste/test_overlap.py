"""No saving is counted twice."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from assay.model.waste import Claim, Lever
from costs.waste.overlap import counted, half_of


def _claim(pool: str, lever: Lever, nano: int, whole: int = 1000, warehouse: str = "WH") -> Claim:
    return Claim(warehouse, pool, lever, nano, whole)


def _sum(*of_each: list[Claim]) -> dict[int, int]:
    claims = dict(enumerate(of_each))
    return counted(claims, {n: sum(claim.nano for claim in own) for n, own in claims.items()})


def test_findings_on_different_pools_add_up() -> None:
    """What has nothing in common counts in full."""
    told = _sum(
        [_claim("busy:build:a", Lever.FREQUENCY, 300)],
        [_claim("busy:build:b", Lever.FREQUENCY, 500)],
        [_claim("idle", Lever.SUSPEND, 200)],
    )

    assert {0: 300, 1: 500, 2: 200} == told


def test_two_reasons_for_one_change_count_once() -> None:
    """A table built too often for its readers and for its inputs is built less often once."""
    told = _sum(
        [_claim("busy:build:a", Lever.FREQUENCY, 300)], [_claim("busy:build:a", Lever.FREQUENCY, 800)]
    )

    assert {0: 0, 1: 800} == told


def test_two_levers_act_one_on_what_the_other_leaves() -> None:
    """Half as many builds, each at half the price, keep a quarter."""
    told = _sum([_claim("busy:build:a", Lever.FREQUENCY, 500)], [_claim("busy:build:a", Lever.METHOD, 500)])

    assert {0: 500, 1: 250} == told


def test_a_smaller_warehouse_saves_on_what_is_left_of_all_in_it() -> None:
    """Half of 2,000 busy and 1,000 idle is 1,500; of the other half, other changes take 80 % of 500 and 60 %."""
    smaller = [_claim("busy", Lever.SIZE, 1000, 2000), _claim("idle", Lever.SIZE, 500)]

    assert {0: 1500} == _sum(smaller)
    others = [_claim("busy:build:a", Lever.FREQUENCY, 800)], [_claim("idle", Lever.SUSPEND, 600)]
    assert {0: 400, 1: 300, 2: 1500} == _sum(*others, smaller)


def test_another_warehouse_of_the_same_table_is_another_pool() -> None:
    """A table built in two warehouses has a pool in each."""
    told = _sum(
        [_claim("busy:build:a", Lever.FREQUENCY, 300)],
        [_claim("busy:build:a", Lever.FREQUENCY, 300, warehouse="OTHER")],
    )

    assert {0: 300, 1: 300} == told


def test_what_is_deleted_anyway_saves_nothing_more() -> None:
    """A table that nobody needs, and that is rebuilt too often, is one saving, whichever list it is taken from."""
    claims = {
        0: [_claim("busy:build:k:acme:a", Lever.FREQUENCY, 300)],
        1: [_claim("busy:build:k:acme:b", Lever.FREQUENCY, 300)],
        2: [_claim("busy", Lever.SIZE, 1500, 3000)],
    }

    assert {0: 0, 1: 150, 2: 1000} == counted(claims, {0: 300, 1: 300, 2: 1500}, {"k:acme:a"})


POOLS = st.sampled_from(["busy", "idle", "busy:build:a", "busy:build:b", "busy:failed:a"])
WHOLES = {"busy": 4000, "idle": 1500, "busy:build:a": 1000, "busy:build:b": 900, "busy:failed:a": 70}


@st.composite
def _claims(draw: st.DrawFn) -> list[list[Claim]]:
    findings = []
    for _ in range(draw(st.integers(1, 6))):
        pools = draw(st.lists(POOLS, min_size=1, max_size=3, unique=True))
        lever = draw(st.sampled_from(list(Lever)))
        if any(half_of(pool) in pools and pool not in {"busy", "idle"} for pool in pools):
            pools = pools[:1]
        findings.append(
            [_claim(pool, lever, draw(st.integers(0, WHOLES[pool])), WHOLES[pool]) for pool in pools]
        )
    return findings


@settings(deadline=None)
@given(_claims())
def test_the_sum_is_never_more_than_the_bill_nor_than_what_was_promised(findings: list[list[Claim]]) -> None:
    """Each counts at most what it promises, the greatest in full, and all at most the pools they are about."""
    told = _sum(*findings)
    promised = {n: sum(claim.nano for claim in own) for n, own in enumerate(findings)}

    assert all(0 <= told[n] <= promised[n] for n in told)
    first = min(promised, key=lambda n: (-promised[n], n))
    assert told[first] >= promised[first] - 1
    assert sum(told.values()) <= WHOLES["busy"] + WHOLES["idle"]


@settings(deadline=None)
@given(_claims(), st.data())
def test_what_is_taken_away_from_the_list_never_lessens_the_others(
    findings: list[list[Claim]], data: st.DataObject
) -> None:
    """Dismissing a finding leaves the sum of the others at least what it was."""
    gone = data.draw(st.integers(0, len(findings) - 1))
    claims = dict(enumerate(findings))
    promised = {n: sum(claim.nano for claim in own) for n, own in claims.items()}
    told = counted(claims, promised)
    rest = counted({n: own for n, own in claims.items() if n != gone}, promised)

    assert Fraction(sum(rest.values())) >= sum(value for n, value in told.items() if n != gone) - len(
        findings
    )
