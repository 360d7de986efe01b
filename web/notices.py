"""What a page says was just done: the word stands in its URL, the sentence here."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_INCIDENTS = {
    "acknowledge": "acknowledged",
    "snooze": "snoozed",
    "resolve": "resolved",
    "comment": "commented",
    "expected_once": "judged: expected once",
    "new_normal": "judged: the new normal",
    "really_wrong": "judged: really wrong",
}
_OTHERS = {
    "undo": "The judgement was taken back.",
    "check": "The check is kept. It runs with the next cycle: assay run",
    "uncheck": "The check was removed; its results stay.",
    "done": "Marked as done. The savings ledger measures what comes of it.",
    "dismiss": "Dismissed: it is not told again.",
    "reopen": "The finding is open again.",
    "silence": "The silence holds from now on.",
    "unsilence": "The silence has ended; what it muted is judged again.",
    "test": "A test waits in the log below; the worker sends it.",
    "retry": "The messages wait again; the worker sends them.",
}


def notice(args: Mapping[str, str]) -> str:
    """The sentence for `done=…&n=…` of a URL; '' where there is none, or where it names nothing we do."""
    done, count = args.get("done", ""), args.get("n", "1")
    if done in _OTHERS:
        return _OTHERS[done]
    if done not in _INCIDENTS or not count.isdecimal() or len(count) > 4:  # noqa: PLR2004 - digits of a count
        return ""
    number = int(count)
    whom = "Nothing" if not number else f"{number} incidents" if number > 1 else "The incident"
    return f"{whom} {'were' if number > 1 else 'was'} {_INCIDENTS[done]}."
