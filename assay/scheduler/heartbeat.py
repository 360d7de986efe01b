"""A sign of life to whoever watches the watcher: an address that is called after each good cycle."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assay.errors import AssayError
from assay.outbound import Door, OutboundError
from assay.secrets import SecretRef

if TYPE_CHECKING:
    from assay.config.work import WorkerSettings

_SUCCESS = range(200, 300)


def beat(settings: WorkerSettings) -> bool:
    """Call the heartbeat's address; False where none is set. OutboundError, without the address, when it fails."""
    said = settings.heartbeat_url
    if not said:
        return False
    url = said if said.startswith(("http:", "https:")) else SecretRef.parse(said).resolve().strip()
    answer = Door(on_premise=settings.heartbeat_on_premise).get(url)
    if answer.status not in _SUCCESS:
        raise OutboundError(
            f"The heartbeat's address answered {answer.status}.", hint="Check worker.heartbeat_url."
        )
    return True


def try_to_beat(settings: WorkerSettings) -> str:
    """The same; why it failed, '' when it did not. A heartbeat that is missed is what its receiver tells."""
    try:
        beat(settings)
    except AssayError as error:
        return error.message
    return ""
