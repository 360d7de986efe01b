"""Checks that find what they are told to, a tool that tells its own tests, a channel that keeps what it is sent."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from fakes.feed import POINTS, ZERO, FakePoint, Tool, ToolConfig
from pydantic import Field

from assay.errors import MalformedInputError
from assay.incidents.channels.base import ChannelConfig, DeliveryError
from assay.model.assets import AssetKey
from assay.model.checks import Cause, Check, CheckResult, CheckSource, Outcome
from assay.registry import CHANNELS, CHECKS, COLLECTORS, Registry
from checks.base import CheckConfig, Scene, result
from collectors.base import Batch, SourceStream

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assay.incidents.blocks import Message
    from collectors.base import Progress

ORDERS = AssetKey("snowflake", "acme", ("shop", "marts", "orders"))


class SaidConfig(CheckConfig):
    """What the check finds."""

    finds: Literal["pass", "fail", "unknown", "nothing"] = "pass"


class SaidCheck:
    """A check that finds what its config says; `nothing` raises."""

    kind: ClassVar[str] = "said"
    title: ClassVar[str] = "Said"
    cause: ClassVar[Cause] = Cause.CUSTOM
    config_class: ClassVar[type[SaidConfig]] = SaidConfig
    from_page: ClassVar[bool] = True
    needs_warehouse: bool = False

    def __init__(self, check: Check, config: SaidConfig) -> None:
        self.check = check
        self.config = config

    def run(self, scene: Scene) -> CheckResult:
        """Say it."""
        if self.config.finds == "nothing":
            raise RuntimeError("the check fell over")
        return result(self.check, scene, Outcome(self.config.finds), f"it is said to {self.config.finds}")


class TesterConfig(ToolConfig):
    """How the tool's own test of orders went, and when."""

    outcome: Literal["pass", "fail"] = "fail"
    at: datetime = Field(default=datetime.fromisoformat("2026-11-21T07:00:00+00:00"))
    torn: bool = False


class Tester(Tool):
    """A tool that tests its table itself."""

    kind: ClassVar[str] = "tester"
    config_class: ClassVar[type[TesterConfig]] = TesterConfig
    streams: ClassVar[tuple[SourceStream, ...]] = (
        SourceStream("tests", "ITS TESTS", lag=ZERO, look_back=ZERO),
    )
    config: TesterConfig

    def collect(self, progress: Progress, now: datetime) -> Iterator[Batch]:
        """The result of its test; then it may break."""
        del progress, now
        check = Check("shop.unique", ORDERS, "dbt", Cause.UNIQUENESS, source=CheckSource.DBT)
        found = CheckResult(check, self.config.at, Outcome(self.config.outcome), "3 rows twice")
        yield Batch("tests", records=(found,), rows_read=1, seen=(f"test {self.config.at}",))
        if self.config.torn:
            raise MalformedInputError("the rest is torn", hint="run it again")


class MemoConfig(ChannelConfig):
    """How the channel behaves."""

    refuses: bool = False


class MemoChannel:
    """A channel that keeps the titles of what it is sent, of all of its kind together."""

    kind: ClassVar[str] = "memo"
    title: ClassVar[str] = "Memo"
    config_class: ClassVar[type[MemoConfig]] = MemoConfig
    follows: bool = True
    kept: ClassVar[list[str]] = []

    def __init__(self, name: str, config: MemoConfig) -> None:
        self.name = name
        self.config = config

    def send(self, message: Message, previous_ref: str) -> str:
        """Keep it, or refuse it."""
        if self.config.refuses:
            raise DeliveryError("no more", permanent=True)
        self.kept.append(f"{self.name}: {message.title}")
        return previous_ref or "memo"


_FOUND: dict[str, tuple[FakePoint, ...]] = {
    COLLECTORS: (*POINTS, FakePoint("tester", Tester)),
    CHECKS: (FakePoint("said", SaidCheck),),
    CHANNELS: (FakePoint("memo", MemoChannel), FakePoint("torn")),
}


def sound_registry() -> Registry:
    """A registry of the collectors, checks and channels made up for tests."""
    found: Any = _FOUND
    return Registry(lambda group: found.get(group, ()))
