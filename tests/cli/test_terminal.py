"""What a person at a terminal sees: progress and colour, on stderr and only there."""

from __future__ import annotations

import io
import sys
from typing import TYPE_CHECKING

from assay.cli.progress import progress, spinner
from assay.cli.say import colour_wanted, say_error
from assay.cycle.summary import Event, Step, nobody

if TYPE_CHECKING:
    import pytest


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        """It says so."""
        return True


def test_a_terminal_sees_what_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """Connection, step and rows so far."""
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(sys, "stderr", Terminal())
    with progress() as listen:
        listen(Event(Step.COLLECT, "acme", "query_history", 1200))
        listen(Event(Step.COST, "acme", "2026-11-20"))
    with spinner("making up a company"):
        pass

    shown = sys.stderr.getvalue()
    assert "acme: working out costs 2026-11-20 · 1,200 rows" in shown
    assert "making up a company" in shown


def test_without_a_terminal_there_is_no_progress(monkeypatch: pytest.MonkeyPatch) -> None:
    """A log file holds results and errors alone."""
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    with progress() as listen, spinner("x"):
        assert listen is nobody

    assert sys.stderr.getvalue() == ""


def test_colour_is_for_terminals_whose_owner_wants_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """NO_COLOR and a dumb terminal mean no."""
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    assert colour_wanted(Terminal())
    assert not colour_wanted(io.StringIO())
    monkeypatch.setenv("NO_COLOR", "1")
    assert not colour_wanted(Terminal())
    monkeypatch.delenv("NO_COLOR")
    monkeypatch.setenv("TERM", "dumb")
    assert not colour_wanted(Terminal())


def test_an_error_is_red_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its words are the same as without colour."""
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(sys, "stderr", Terminal())
    say_error("no such table", "look again")
    say_error("and nothing to do about it")

    shown = sys.stderr.getvalue()
    assert "\x1b[31m\x1b[1merror: \x1b[0mno such table\n" in shown
    assert "→ \x1b[0mlook again\n" in shown
