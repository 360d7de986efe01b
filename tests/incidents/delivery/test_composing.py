"""What a message tells: the evidence in figures, who is hit, and what just happened."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from assay.incidents.composing import figure
from assay.incidents.policy import Policy
from assay.incidents.record import act, record
from assay.model.assets import Asset, AssetKey, Edge, EdgeSource
from assay.model.checks import Cause, Check, CheckResult, Outcome
from assay.model.incidents import Transition
from assay.model.time import from_ms
from assay.store.assets import save_assets, save_edges

if TYPE_CHECKING:
    from delivery.conftest import Recorder, World

ORDERS, REVENUE = (AssetKey("snowflake", "acme", ("shop", "marts", name)) for name in ("orders", "revenue"))
ROWS = Check("orders rows", ORDERS, "volume", Cause.VOLUME)


def found(world: World, outcome: Outcome, check: Check = ROWS, **parts: object) -> None:
    """A check of orders found this, now."""
    now = from_ms(world.clock())
    result = CheckResult(check, now, outcome, **parts)  # type: ignore[arg-type] # any part of a result
    with world.store.write() as session:
        record(session, [result], now, Policy(routing=world.routing))
    world.clock.pass_s(30)


def test_a_message_gives_the_evidence_and_who_is_hit(small_world: World, chat: Recorder) -> None:
    """Expected, observed, why and the next step from the result; owners and names from lineage; nothing twice."""
    with small_world.store.write() as session:
        assets = [Asset(ORDERS, owner="ann"), Asset(REVENUE, owner="finance")]
        save_assets(session, assets, small_world.clock())
        seen = from_ms(small_world.clock()) - timedelta(hours=1)
        save_edges(session, [Edge(ORDERS, REVENUE, EdgeSource.DBT, seen)], small_world.clock())
    found(
        small_world, Outcome.FAIL, message="Half of a usual Tuesday.", observed=51_200.0, expected=102_000.0,
        low=96_000.0, high=108_000.0, metadata={"unit": "rows", "next_step": "Look at the load."},
    )  # fmt: skip
    small_world.dispatcher(chat).pump()

    [message] = chat.messages
    facts = {fact.label: fact.value for fact in message.all_facts}
    assert facts == {
        "Asset": "snowflake:acme:shop.marts.orders",
        "Owner": "ann",
        "Expected": "102,000 rows (96,000 to 108,000 rows)",
        "Observed": "51,200 rows (-50%)",
        "Why": "Half of a usual Tuesday.",
        "Check": "orders rows",
        "Next step": "Look at the load.",
        "Hit downstream": "revenue (of finance)",
        "Since": "2026-05-19 12:00 UTC",
    }
    assert message.title.startswith("orders: 51,200 rows, expected")
    assert message.change == "A new incident."


def test_title_and_evidence_tell_the_same_check(small_world: World, chat: Recorder) -> None:
    """With several failing checks the newest gives both, whatever figures the others have; their number is told."""
    found(small_world, Outcome.FAIL, message="Too few.", observed=5.0, expected=10.0)
    small_world.dispatcher(chat).pump()
    other = Check("orders add up", ORDERS, "custom_sql", Cause.VOLUME)
    found(small_world, Outcome.FAIL, other, message="15 rows do not add up.")
    small_world.dispatcher(chat).pump()

    facts = {fact.label: fact.value for fact in chat.messages[-1].facts}
    assert "orders: 15 rows do not add up." == chat.messages[-1].title
    assert {"Why": "15 rows do not add up.", "Check": "orders add up, and 1 more"} == facts
    assert "It got worse." == chat.messages[-1].change


def test_a_runtime_is_told_in_fitting_units(small_world: World, chat: Recorder) -> None:
    """As the title tells it."""
    found(
        small_world, Outcome.FAIL, message="Long.", observed=680.0, expected=109.0, low=84.0, high=143.0,
        metadata={"unit": "s"},
    )  # fmt: skip
    small_world.dispatcher(chat).pump()

    facts = {fact.label: fact.value for fact in chat.messages[-1].facts}
    assert ("1.8 min (1.4 min to 2.4 min)", "11 min (+524%)") == (facts["Expected"], facts["Observed"])


def test_what_is_acknowledged_has_no_button_to_acknowledge_it(small_world: World, chat: Recorder) -> None:
    """The other verbs stay."""
    found(small_world, Outcome.FAIL, message="Too few.")
    link = "https://assay.example.com"
    small_world.dispatcher(chat, link=link).pump()
    with small_world.store.write() as session:
        now = from_ms(small_world.clock())
        policy = Policy(routing=small_world.routing)
        act(session, 1, Transition.ACKNOWLEDGED, "ann", now, policy=policy)
    small_world.dispatcher(chat, link=link).pump()

    first, second = ({button.text for button in message.buttons} for message in chat.messages)
    assert {"Acknowledge"} == first - second


def test_a_check_that_could_not_be_run_is_told_as_that(small_world: World, chat: Recorder) -> None:
    """Not as a pass, and not as bad data."""
    found(small_world, Outcome.ERROR, message="The warehouse is asleep.")
    small_world.dispatcher(chat).pump()

    [message] = chat.messages
    assert message.cause == "check"
    assert message.title == "orders: check orders rows could not be run: The warehouse is asleep."


@pytest.mark.parametrize(
    ("value", "unit", "said"),
    [(1_234_567.0, "rows", "1,234,567 rows"), (0.1234, "", "0.123"), (2.5, "h", "2.5 h"), (0.0, "rows", "0 rows")],
)  # fmt: skip
def test_figures_are_written_as_people_do(value: float, unit: str, said: str) -> None:
    """Thousands apart, and no more decimals than tell something."""
    assert figure(value, unit) == said
