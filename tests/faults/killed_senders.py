"""Senders that are killed: a program of its own, which forks one after the other and kills each at a random moment.

Called with the store's URL, the file its channel writes, the file of what was committed, how many to kill, and a
seed. Forking one small process is quicker than starting an interpreter for each; nothing here runs in threads.
"""

from __future__ import annotations

import os
import signal
import sys
import time
import traceback
from contextlib import suppress
from itertools import count
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from assay.incidents.channels.file import FileChannel
from assay.incidents.channels.file.channel import FileConfig
from assay.incidents.dispatch import Dispatcher
from assay.incidents.policy import Policy
from assay.incidents.record import record
from assay.incidents.routing import Routing
from assay.incidents.telling import Telling
from assay.model.assets import AssetKey
from assay.model.checks import Cause, Check, CheckResult, Outcome
from assay.model.time import from_ms
from assay.store.engine import Store

if TYPE_CHECKING:
    from collections.abc import Callable

    from assay.incidents.blocks import Message

START_MS = 1_779_192_000_000
LIFE_MS = 100_000
"""How far apart two lives begin: longer than a lease, so that what the dead held is free for the next."""
ANSWER_S = 0.01
_WARM_TURNS = 12
_FIRST_TURN = 3
"""The first turn of a life, which must connect, takes about so many others."""
ROUTING = Routing(default=("log",), group_wait_ms=0)
TELLING = Telling(ROUTING, repeat_ms=0, budget=10**6, pauses_ms={"log": 0})


class Distant(FileChannel):
    """A file at the end of a long line: its answer takes a while, and a sender that dies meanwhile never has it."""

    def send(self, message: Message, previous_ref: str) -> str:
        """Append it, then answer."""
        ref = super().send(message, previous_ref)
        time.sleep(ANSWER_S)
        return ref


def dispatcher(store: Store, path: Path, now_ms: int) -> Dispatcher:
    """A sender into the file, whose clock runs on from `now_ms`."""
    began = time.monotonic()
    channel = Distant("log", FileConfig(path=path))
    return Dispatcher(
        store, {"log": channel}, lambda: now_ms + round((time.monotonic() - began) * 1000), telling=TELLING
    )


def live(store: Store, sent: Path, committed: Path, life: int, on_turn: Callable[[], object]) -> None:
    """Record troubles, and the end of every other one, and send, until `on_turn` raises or somebody kills it."""
    now_ms = START_MS + life * LIFE_MS
    policy = Policy(routing=ROUTING)
    sender = dispatcher(store, sent, now_ms)
    for turn in count():
        on_turn()
        asset = AssetKey("snowflake", "acme", ("shop", "marts", f"t{life}_{turn // 2}"))
        check = Check(f"rows of {asset.path[-1]}", asset, "volume", list(Cause)[turn // 2 % len(Cause)])
        outcome = Outcome.PASS if turn % 4 == 3 else Outcome.FAIL
        at = from_ms(now_ms + turn)
        with store.write() as session:
            changes = record(session, [CheckResult(check, at, outcome)], at, policy)
        with committed.open("a") as file:
            file.write("".join(f"{change.incident_id}:{change.transition}\n" for change in changes))
        sender.pump(2)


def warm(store: Store, sent: Path, committed: Path) -> float:
    """Live a life that nobody ends, so that the others are quick; how many seconds a turn then takes."""
    began: list[float] = []

    def count_turn() -> None:
        began.append(time.monotonic())
        if len(began) > _WARM_TURNS:
            raise StopIteration

    with suppress(StopIteration):
        live(store, sent, committed, 0, count_turn)
    store.close()  # a connection is nothing two processes may share
    return (began[-1] - began[-5]) / 4


def _live_alone(store: Store, sent: Path, committed: Path, life: int, says: int) -> None:
    """Live in a process of its own, telling each turn; whatever ends it by itself is told on stderr."""
    try:
        live(store, sent, committed, life, lambda: os.write(says, b"."))
    except Exception:  # noqa: BLE001 - it must not go on as its own parent
        traceback.print_exc()
    finally:
        os._exit(1)


def kill_all(store: Store, sent: Path, committed: Path, kills: int, seed: int) -> None:
    """Let so many live, and kill each somewhere in its first or second turn."""
    random = Random(seed)  # noqa: S311 - moments, no secrets
    turn_s = warm(store, sent, committed)
    for life in range(1, kills + 1):
        hears, says = os.pipe()
        child = os.fork()
        if child == 0:
            _live_alone(store, sent, committed, life, says)
        for _ in range(random.choice((1, 1, 1, 2))):
            os.read(hears, 1)
        time.sleep(random.uniform(0, _FIRST_TURN * turn_s))
        os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        os.close(hears)
        os.close(says)
        if not os.WIFSIGNALED(status) or os.WTERMSIG(status) != signal.SIGKILL:
            raise SystemExit(f"life {life} ended by itself: {status}")


if __name__ == "__main__":
    with Store.open(sys.argv[1]) as opened:
        kill_all(opened, Path(sys.argv[2]), Path(sys.argv[3]), int(sys.argv[4]), int(sys.argv[5]))
