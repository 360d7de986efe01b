"""A meter that waits in the middle of a cycle until it is let on: whoever tests a worker knows where it stands."""

from __future__ import annotations

import os
import select
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from fakes.feed import Meter, MeterConfig

if TYPE_CHECKING:
    from collections.abc import Iterator

    from collectors.base import Degraded

_WIDTH = 10


class GateConfig(MeterConfig):
    """Where the gate is: a folder with the pipes `reached` and `go`."""

    gate: str = ""


class GatedMeter(Meter):
    """Before its batch `at` it writes its process to `reached`, then waits for `go`."""

    kind: ClassVar[str] = "gated"
    config_class: ClassVar[type[GateConfig]] = GateConfig
    config: GateConfig

    def _turn(self) -> Iterator[Degraded]:
        gate = Path(self.config.gate)
        if (gate / "reached").exists():
            (gate / "reached").write_text(f"{os.getpid():{_WIDTH}}", encoding="utf-8")
            with (gate / "go").open("rb", buffering=0) as go:
                go.read(1)
        yield from ()


class Gate:
    """The other side of it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()
        self._pipes = {}
        for name in ("reached", "go"):
            os.mkfifo(folder / name)
            self._pipes[name] = os.open(folder / name, os.O_RDWR)  # both ways: opening it waits for nobody

    def wait(self, most_s: float) -> int:
        """Until the meter stands at the gate: its process. AssertionError when it does not come."""
        came, _, _ = select.select([self._pipes["reached"]], [], [], most_s)
        assert came, "nobody came to the gate"
        return int(os.read(self._pipes["reached"], _WIDTH))

    def open(self) -> None:
        """Let it on."""
        os.write(self._pipes["go"], b"!")

    def remove(self) -> None:
        """Let whoever comes later pass."""
        (self.folder / "reached").unlink()

    def close(self) -> None:
        """Give the pipes back."""
        for pipe in self._pipes.values():
            os.close(pipe)
