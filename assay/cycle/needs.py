"""The decision who needs what: judged anew in every cycle, and kept for pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assay.model.time import to_ms
from assay.store import verdicts
from costs.unused import gather, judge

if TYPE_CHECKING:
    from collections.abc import Mapping

    from assay.cycle.workplace import Workplace


def decide_needs(place: Workplace) -> Mapping[str, int]:
    """Judge every asset and keep the verdicts; how many there are of each."""
    policy = place.settings.unused
    with place.store.read() as session:
        evidence = gather(session, policy, place.now)
    judgement = judge(evidence, policy)
    with place.store.write() as session:
        verdicts.save(session, judgement, to_ms(place.now))
    return judgement.counts()
