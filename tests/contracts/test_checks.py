"""What every kind of check keeps to, for each one registered."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from fakes.checked import ORDERS, Held
from pydantic import ValidationError

from assay.errors import AssayError
from assay.model.checks import Cause, Check, CheckResult, Outcome
from assay.registry import CHECKS, Registry
from checks.base import AssetFacts, CheckConfig, Scene
from checks.running import made, run_checks
from checks.scenes import Scenes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.orm import Session

    from assay.store.engine import Store

REGISTRY = Registry()
KINDS = REGISTRY.names(CHECKS)
ASKING = {"accepted_values", "custom_sql", "nulls", "relationships", "uniqueness"}
"""The kinds whose example asks a warehouse."""
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)

pytestmark = pytest.mark.parametrize("kind", KINDS)


class Unreachable:
    """A warehouse that raises whatever it is asked."""

    dialect = "duckdb"

    def query(self, _sql: str, _limit: int = 1000) -> list[tuple[Any, ...]]:
        """Raise."""
        raise ConnectionResetError("the line\nis dead")

    def relation(self, _asset: object) -> str:
        """Name it."""
        return '"orders"'


@pytest.fixture
def session(sqlite_store: Store) -> Iterator[Session]:
    """A session on an empty store."""
    with sqlite_store.read() as opened:
        yield opened


def class_of(kind: str) -> Any:  # noqa: ANN401 - a class of the form of checks.base.CheckType
    """The class of a kind."""
    return REGISTRY.load(CHECKS, kind)


def example(kind: str) -> dict[str, Any]:
    """The options its config gives as an example, of this test's warehouse."""
    options: dict[str, Any] = dict(class_of(kind).config_class.model_json_schema()["examples"][0])
    return options | ({"to": str(ORDERS)} if "to" in options else {})


def check(kind: str) -> Check:
    """A check of that kind with the example's options."""
    return Check("the check", ORDERS, kind, class_of(kind).cause, config=example(kind))


def outcome(kind: str, scene: Scene) -> CheckResult:
    """The one result of running it."""
    (found,) = run_checks([check(kind)], REGISTRY, lambda _: scene, NOW)
    return found


def test_it_is_found_by_its_own_kind(kind: str) -> None:
    """The entry point's name is the kind the class gives itself; it has a title, a cause and a docstring."""
    chosen = class_of(kind)

    assert kind == chosen.kind
    assert chosen.title
    assert isinstance(chosen.cause, Cause)
    assert isinstance(chosen.from_page, bool)
    assert chosen.__doc__


def test_its_example_can_be_used(kind: str) -> None:
    """What forms and the reference show is right, and stays so when it was stored as JSON."""
    config = class_of(kind).config_class.model_validate(example(kind))

    assert isinstance(config, CheckConfig)
    assert config == type(config).model_validate(config.model_dump(mode="json", exclude_defaults=True))


def test_its_config_refuses_what_it_does_not_know(kind: str) -> None:
    """An unknown option is an error that names it."""
    with pytest.raises(ValidationError) as caught:
        class_of(kind).config_class.model_validate({**example(kind), "unknwon": "secret"})

    assert [("unknwon",)] == [error["loc"] for error in caught.value.errors()]
    assert "secret" not in str(caught.value)


def test_its_config_cannot_be_changed_and_is_explained(kind: str) -> None:
    """What was read stays; what is not clear by its name has a description."""
    config = class_of(kind).config_class.model_validate(example(kind))

    with pytest.raises(ValidationError):
        setattr(config, next(iter(type(config).model_fields)), None)


def test_a_wrong_config_is_an_error_of_ours(kind: str) -> None:
    """It is told with the key and the next step, and never raised as a trace."""
    wrong = Check("the check", ORDERS, kind, Cause.CUSTOM, config={"unknwon": 1})

    with pytest.raises(AssayError) as caught:
        made(wrong, REGISTRY)
    assert "unknwon" in caught.value.message
    (found,) = run_checks([wrong], REGISTRY, lambda _: pytest.fail("no scene is needed"), NOW)
    assert (Outcome.ERROR, Cause.CHECK) == (found.outcome, found.cause)


def test_a_warehouse_that_raises_is_no_pass(kind: str, session: Session) -> None:
    """Whatever needs the warehouse is ERROR, whatever does not knows nothing; a message is one sentence."""
    found = outcome(kind, Scene(NOW, Held(session), AssetFacts(ORDERS), Unreachable()))

    needs = made(check(kind), REGISTRY).needs_warehouse
    assert found.outcome is Outcome.ERROR if needs else found.outcome in {Outcome.ERROR, Outcome.UNKNOWN}
    assert found.message.strip()
    assert "\n" not in found.message


def test_without_a_warehouse_it_is_no_pass(kind: str, session: Session) -> None:
    """An asset of which nothing is known and nothing can be asked."""
    found = outcome(kind, Scene(NOW, Held(session), AssetFacts(ORDERS)))

    assert found.outcome in {Outcome.ERROR, Outcome.UNKNOWN}
    assert found.at == NOW
    if found.outcome is Outcome.ERROR:
        assert found.metadata["next_step"]


def test_the_store_is_not_held_while_a_warehouse_answers(kind: str, session: Session) -> None:
    """A transaction that is open for minutes keeps a database from tidying, and a writer waiting."""
    held, asked = Held(session), []

    class Slow(Unreachable):
        """A warehouse that looks who reads the store."""

        def query(self, sql: str, limit: int = 1000) -> list[tuple[Any, ...]]:
            """Look, and raise."""
            asked.append(held.readers)
            return super().query(sql, limit)

    with Scenes(held, NOW, lambda _: nullcontext(Slow())) as scenes:
        list(run_checks([check(kind)], REGISTRY, scenes, NOW))

    assert not any(asked)
    assert asked or kind not in ASKING
