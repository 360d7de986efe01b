"""All declared checks of an Assay folder, and the store brought to what is declared."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from assay.errors import AssayError
from assay.model.checks import CheckSource
from assay.store import checks as stored
from checks.sources.declaring import DeclarationError, Declared
from checks.sources.python import from_scripts
from checks.sources.toml import from_settings
from checks.sources.yaml import from_files

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy.orm import Session

    from assay.config import Settings
    from assay.model.checks import Check
    from assay.registry import Registry

OF_FILES = (CheckSource.CONFIG, CheckSource.PYTHON)
_OF_PEOPLE = {*OF_FILES, CheckSource.PAGE}


@dataclass(frozen=True, slots=True)
class Gathered:
    """The checks that can be used, where each was written, and what is wrong with the others."""

    checks: tuple[Check, ...]
    places: dict[str, str]
    problems: tuple[AssayError, ...]


def gather(settings: Settings, registry: Registry) -> Gathered:
    """Every check of the settings and files. A name said twice is refused, both times."""
    problems: list[AssayError] = []
    found: dict[str, Declared] = {}
    twice: set[str] = set()
    for item in _declared(settings, registry):
        if isinstance(item, AssayError):
            problems.append(item)
        elif (other := found.get(item.check.name)) is not None:
            problems.append(_duplicate(item, other))
            twice.add(item.check.name)
        else:
            found[item.check.name] = item
    used = [item for name, item in found.items() if name not in twice]
    return Gathered(
        tuple(item.check for item in used), {item.check.name: item.place for item in used}, tuple(problems)
    )


def without_others(session: Session, gathered: Gathered) -> Gathered:
    """What was gathered, without the checks whose names other tools gave theirs: each of those is a problem."""
    theirs = stored.sources(session, {check.name for check in gathered.checks})
    taken = {name: source for name, source in theirs.items() if source not in _OF_PEOPLE}
    problems = [
        DeclarationError(
            f"{gathered.places[name]}: there is already a check named {name}, from {source}.",
            hint="Choose another name: the results of a check are kept by it.",
            key="name",
        )
        for name, source in sorted(taken.items())
    ]
    kept = tuple(check for check in gathered.checks if check.name not in taken)
    return replace(gathered, checks=kept, problems=(*gathered.problems, *problems))


def refresh(session: Session, gathered: Gathered, now_ms: int) -> int:
    """Keep the declared checks, and mark those no longer declared as removed; how many those are.

    While a file cannot be read nothing is marked: what it declares is not known.
    """
    stored.save(session, gathered.checks, now_ms)
    if gathered.problems:
        return 0
    return stored.mark_removed(session, OF_FILES, {check.name for check in gathered.checks}, now_ms)


def all_checks(session: Session, gathered: Gathered) -> list[Check]:
    """The declared checks and those authored on the page, which give way to a declared one of their name."""
    known = {check.name for check in gathered.checks}
    of_page = [check for check in stored.checks(session, CheckSource.PAGE) if check.name not in known]
    return sorted([*gathered.checks, *of_page], key=lambda check: (str(check.asset), check.name))


def only(checks: Sequence[Check], pattern: str) -> list[Check]:
    """The checks whose name, or whose asset's key or name, fits a glob; case counts for nothing."""
    glob = pattern.casefold()

    def fits(check: Check) -> bool:
        texts = (check.name, str(check.asset), check.asset.name)
        return any(fnmatchcase(text.casefold(), glob) for text in texts)

    return [check for check in checks if fits(check)]


def _declared(settings: Settings, registry: Registry) -> Iterator[Declared | AssayError]:
    yield from from_settings(settings, registry)
    yield from from_files(settings.folder, registry)
    yield from from_scripts(settings.folder, registry)


def _duplicate(one: Declared, other: Declared) -> AssayError:
    return DeclarationError(
        f"{one.place}: there is already a check named {one.check.name}, at {other.place}.",
        hint="A name is one check's alone, since its results are kept by it: rename one of them.",
        key="name",
    )
