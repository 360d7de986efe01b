"""The sentences of a verdict: its reasons, what to look at first, and what holds a pull request back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from assay.model.decisions import Confidence, Verdict
from assay.model.time import DAY_MS, day_of
from assay.model.usage import ReaderClass
from costs.unused.findings import MAYBE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from assay.config.decisions import UnusedSettings
    from costs.unused.evidence import Evidence, History
    from costs.unused.findings import Finding

STALE_DAYS = 3
"""Evidence that ends so long ago opens nothing."""

_NAMED = 3
_HALF = 0.5
_OTHERS = (ReaderClass.PIPELINE.value, ReaderClass.MONITOR.value)


@dataclass(frozen=True, slots=True)
class Wording:
    """Puts the parts of one judgement into words; `below` are the dead's children, `via` whence need came."""

    evidence: Evidence
    policy: UnusedSettings
    findings: Mapping[int, Finding]
    below: Mapping[int, list[int]]
    via: Mapping[int, int]

    def reasons(self, i: int, verdict: Verdict) -> tuple[str, ...]:
        """Why the verdict is what it is, the weightiest first."""
        if verdict.is_dead:
            return tuple(self._why_dead(i))
        if verdict is Verdict.UNKNOWN:
            return tuple(self._why_unknown(i))
        return tuple(self._why_needed(i))

    def warnings(self, i: int) -> tuple[str, ...]:
        """What to know of an asset that nobody needs, before anything else."""
        altered_ms = self.evidence.subjects[i].altered_ms
        if altered_ms is None or altered_ms < self._as_of_ms(i) - self.policy.modified_days * DAY_MS:
            return ()
        return (f"Its code changed on {day_of(altered_ms)}, although nobody needs it: ask its owner first.",)

    def held_back(self, i: int) -> tuple[str, ...]:
        """Why no pull request may come from it; nothing where one may."""
        return tuple(self._held(i))

    def confidence(self, i: int, verdict: Verdict) -> Confidence:
        """How sure the verdict is: what is read is read, what is not may have been missed."""
        finding, history = self.findings[i], self._history(i)
        if verdict is Verdict.IN_USE:
            return Confidence.HIGH
        if verdict is Verdict.UNKNOWN or history is None:
            return Confidence.LOW
        doubts = [
            finding.coverage < self.policy.min_coverage,
            finding.coverage < _HALF,
            verdict.is_dead and not history.observed,
            verdict.is_dead and not history.inventory,
        ]
        return (Confidence.HIGH, Confidence.MEDIUM, Confidence.LOW)[min(sum(doubts), 2)]

    def _history(self, i: int) -> History | None:
        return self.evidence.histories.get(self.evidence.subjects[i].place)

    def _as_of_ms(self, i: int) -> int:
        history = self._history(i)
        return self.evidence.now_ms if history is None else min(self.evidence.now_ms, history.until_ms)

    def _name(self, i: int) -> str:
        """An asset's key without its account."""
        return self.evidence.subjects[i].key.split(":", 2)[2]

    def _why_dead(self, i: int) -> Iterator[str]:
        finding = self.findings[i]
        last = finding.last_read_ms
        before = "nor ever before, as far as is known" if last is None else f"the last did on {day_of(last)}"
        yield f"No consumer read it in {self._window(i)}, {before}."
        if others := _counted(finding, _OTHERS):
            yield f"It was read by {others}, who are no consumers."
        if children := self.below[i]:
            yield f"It is read only to build what nobody needs: {self._named(children)}."
        else:
            yield "Nothing is built from it."
        if finding.first_ms is not None:
            yield f"It is known since {day_of(finding.first_ms)}."
        if finding.days < finding.window_days:
            yield f"{finding.days} of the {finding.window_days} days were seen."

    def _why_unknown(self, i: int) -> Iterator[str]:
        yield from self.findings[i].missing
        if self.via.get(i, i) != i:
            yield f"It feeds {self._name(self.via[i])}, of which it is not known whether anyone needs it."

    def _why_needed(self, i: int) -> Iterator[str]:
        finding = self.findings[i]
        yield from finding.declared
        if finding.consumer_reads:
            readers = _counted(finding, [name for name in finding.reads if name not in (*_OTHERS, MAYBE)])
            yield f"It was read by {readers} in {self._window(i)}."
        if self.via.get(i, i) != i:
            yield f"It feeds {self._name(self.via[i])}, which is needed."

    def _held(self, i: int) -> Iterator[str]:
        finding, history = self.findings[i], self._history(i)
        if finding.coverage < self.policy.min_coverage:
            yield (
                f"{finding.days} of {finding.window_days} days were seen, {finding.coverage:.0%}; "
                f"{self.policy.min_coverage:.0%} are needed."
            )
        if history is None:
            return
        if self.evidence.now_ms - history.until_ms > STALE_DAYS * DAY_MS:
            yield f"Its evidence ends on {day_of(history.until_ms - 1)}."

    def _window(self, i: int) -> str:
        finding, history = self.findings[i], self._history(i)
        end = "" if history is None else f" to {day_of(history.until_ms - 1)}"
        return f"the {finding.window_days} days{end}"

    def _named(self, assets: list[int]) -> str:
        names = sorted(map(self._name, assets))
        more = f" and {len(names) - _NAMED:,} more" if len(names) > _NAMED else ""
        return ", ".join(names[:_NAMED]) + more


def _counted(finding: Finding, readers: Iterable[str]) -> str:
    """Readers and their reads, e.g. ``bi tool (120), person (3)``; '' for none."""
    found = ((reader, finding.reads.get(reader, 0)) for reader in readers)
    return ", ".join(f"{reader.replace('_', ' ')} ({count:,})" for reader, count in found if count)
