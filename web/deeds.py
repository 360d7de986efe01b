"""What a form asks to be done to incidents, and doing it: each form is one write transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from assay.errors import UsageError
from assay.incidents.acts import CannotActError, act
from assay.incidents.policy import Policy
from assay.model.incidents import Transition, Verb
from assay.model.time import from_ms
from web import forms, state
from web.format import now_ms

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

_DEEDS: dict[str, Transition | Verb] = {
    "acknowledge": Transition.ACKNOWLEDGED,
    "snooze": Transition.SNOOZED,
    "resolve": Transition.RESOLVED,
    "comment": Transition.COMMENTED,
    **{verb.value: verb for verb in Verb},
}
DEEDS = tuple(_DEEDS)
"""The names of buttons."""

SNOOZES = {1: "1 hour", 4: "4 hours", 24: "1 day", 72: "3 days", 168: "1 week"}
"""For how many hours an incident may be snoozed."""

JUDGEMENTS = (
    (Verb.EXPECTED_ONCE, "Expected once", "A one-off, e.g. a repair or a holiday: left out of training."),
    (Verb.NEW_NORMAL, "New normal", "It stays like this: training begins anew here."),
    (Verb.REALLY_WRONG, "Really wrong", "It is a fault: never to be taken for normal."),
)
"""The judgements with what each of them does."""


@dataclass(frozen=True, slots=True)
class Deed:
    """What is to be done, by whom, with which words and until when."""

    name: str
    actor: str
    text: str
    until: datetime | None

    @classmethod
    def asked(cls) -> Deed:
        """The deed of this request's form; UsageError where it is none."""
        name = forms.field("deed")
        if name not in _DEEDS:
            raise UsageError(
                f"Nothing called {name[:40]!r} can be done.", hint=f"Choose one of {', '.join(DEEDS)}."
            )
        until = _until(forms.field("hours")) if name == "snooze" else None
        return cls(name, forms.actor(), forms.field("text"), until)

    def do(self, incident_ids: Sequence[int]) -> int:
        """Do it to each incident; how many it could be done to. One alone that cannot is an error that says why."""
        policy, now, done = Policy.of(state.settings()), from_ms(now_ms()), 0
        with state.store().write() as session:
            for incident_id in incident_ids:
                try:
                    act(
                        session, incident_id, _DEEDS[self.name], self.actor, now,
                        policy=policy, until=self.until, text=self.text,
                    )  # fmt: skip
                except CannotActError:
                    if len(incident_ids) == 1:
                        raise
                else:
                    done += 1
        return done


def _until(hours: str) -> datetime:
    if not hours.isdecimal() or len(hours) > 3 or int(hours) not in SNOOZES:  # noqa: PLR2004 - digits of a week's hours
        raise UsageError(f"A snooze of {hours[:20]!r} hours is not offered.", hint="Choose one of the list.")
    return from_ms(now_ms()) + timedelta(hours=int(hours))
