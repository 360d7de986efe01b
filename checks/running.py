"""Running checks: each gives a result, whatever happens, and none stops another."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from assay.config.faults import fault
from assay.errors import AssayError
from assay.model.checks import CheckResult, Outcome
from assay.model.validations import struck
from assay.registry import CHECKS
from checks.base import Aggregate
from checks.keepable import keepable
from checks.scanning import run_together
from checks.words import one_sentence, printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from assay.model.checks import Check
    from assay.registry import Registry
    from checks.base import CheckType, Scene

    SceneOf = Callable[[Check], Scene]

_SOME_OTHER = "Run `assay check run --debug` on it; if the check is right, report this."


def run_checks(
    checks: Sequence[Check], registry: Registry, scene_of: SceneOf, now: datetime | None = None
) -> Iterator[CheckResult]:
    """The result of every check, those of an asset together; `now` is the moment of those that have no scene.

    Whatever cannot be made, reached or run in time gives the outcome ERROR with what, why and the next step; it is
    never a pass. Aggregates over the same rows of an asset are asked in one scan; when that fails, each by itself.
    """
    moment = now or datetime.now(UTC)
    for group in _by_asset(checks):
        yield from _run_group(group, registry, scene_of, moment)


def made(check: Check, registry: Registry) -> CheckType:
    """The check as its kind runs it; ConfigError when the kind is unknown or the config does not fit it."""
    kind: type[CheckType] = registry.load(CHECKS, check.kind)
    try:
        config = kind.config_class.model_validate(dict(check.config))
    except ValidationError as error:
        raise fault(error, kind.config_class, lambda _: check.name) from None
    return kind(check, config)


def errored(check: Check, error: BaseException, now: datetime) -> CheckResult:
    """The result of a check that could not be run."""
    told = error.message if isinstance(error, AssayError) else f"{type(error).__name__}: {_said(error)}"
    hint = error.hint if isinstance(error, AssayError) else _SOME_OTHER
    message = one_sentence(printable(struck(told))) or type(error).__name__
    return CheckResult(check, now, Outcome.ERROR, message, metadata={"next_step": hint})


def _said(error: BaseException) -> str:
    """What an error says; one of a plug-in's may fail even at that."""
    try:
        return str(error)
    except Exception:  # noqa: BLE001 - an error without words is still an error
        return "it does not say why"


def _by_asset(checks: Iterable[Check]) -> list[list[Check]]:
    groups: defaultdict[str, list[Check]] = defaultdict(list)
    for check in checks:
        groups[str(check.asset)].append(check)
    return list(groups.values())


def _run_group(
    checks: Sequence[Check], registry: Registry, scene_of: SceneOf, now: datetime
) -> Iterator[CheckResult]:
    """The checks of one asset."""
    scans: defaultdict[str, list[tuple[Check, Any, Scene]]] = defaultdict(list)
    for check in checks:
        try:
            one, scene = made(check, registry), scene_of(check)
            if one.needs_warehouse:
                scene.asked()
        except Exception as error:  # noqa: BLE001 - whatever a plug-in or a connection raises is this check's result
            yield errored(check, error, now)
            continue
        if isinstance(one, Aggregate):
            scans[one.config.where].append((check, one, scene))
        else:
            yield _run(check, one, scene)
    for scan in scans.values():
        yield from _scanned(scan)


def _run(check: Check, one: Any, scene: Scene) -> CheckResult:  # noqa: ANN401 - a CheckType, or an Aggregate that is one
    try:
        return keepable(one.run(scene), check)
    except Exception as error:  # noqa: BLE001 - as above
        return errored(check, error, scene.now)


def _scanned(scan: Sequence[tuple[Check, Any, Scene]]) -> Iterator[CheckResult]:
    """Aggregates over the same rows: together, or each by itself where together fails."""
    if len(scan) > 1:
        try:
            found = run_together([one for _, one, _ in scan], scan[0][2])
            together = [keepable(each, check) for each, (check, _, _) in zip(found, scan, strict=True)]
        except Exception:  # noqa: BLE001 - one of them is at fault: asked alone, it tells so itself
            together = []
        if together:
            yield from together
            return
    for check, one, scene in scan:
        yield _run(check, one, scene)
