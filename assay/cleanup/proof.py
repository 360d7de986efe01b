"""The proof that a change of a dbt project does what it should and nothing else, found before anything is proposed.

dbt parses the project as it is and as it would be, in a copy that is thrown away; the two manifests must differ by
exactly what was meant to go, and no new warning may come. What dbt says nothing about is looked for in the text.
"""

from __future__ import annotations

import posixpath
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from assay.cleanup.difference import Difference, disabled_delta, manifest_delta
from assay.cleanup.parsing import DEADLINE_S, ParseReport, parse
from assay.cleanup.project.tree import Changed
from assay.cleanup.proposal import Step
from assay.cleanup.scan import scan

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from assay.cleanup.project.tree import Tree
    from assay.cleanup.scan import Called, Mention

PACKAGES = ("dbt_packages", "dbt_modules")
"""Where dbt installs packages, unless a project says otherwise; they are no part of the repository."""


@dataclass(frozen=True, slots=True)
class Parser:
    """The dbt program to parse with: for which adapter, and where a checkout has its packages installed.

    An empty `program` lets nothing be parsed.
    """

    program: str = "dbt"
    adapter: str = ""
    packages: Path | None = None
    deadline_s: float = DEADLINE_S


@dataclass(frozen=True, slots=True)
class Proof:
    """What was proved.

    `unverified` says why dbt did not parse, '' when it did: then `failure` is what dbt says of the project as it would
    be ('' when it reads it), `differences` is how the two manifests differ otherwise than meant, and `warnings` is
    what it newly warns of. `mentions` are the places that still speak of what goes.
    """

    unverified: str = ""
    failure: str = ""
    differences: tuple[Difference, ...] = ()
    warnings: tuple[str, ...] = ()
    mentions: tuple[Mention, ...] = ()
    version: str = ""
    adapter: str = ""

    @property
    def is_verified(self) -> bool:
        """Whether dbt itself parsed the project before and after."""
        return not self.unverified

    @property
    def blocking(self) -> tuple[Mention, ...]:
        """The mentions that stand in the way."""
        return tuple(each for each in self.mentions if each.blocks)

    @property
    def holds(self) -> bool:
        """Whether nothing speaks against the change; see `is_verified` for how much was asked."""
        return not (self.failure or self.differences or self.warnings or self.blocking)


def prove(  # noqa: PLR0913 - a change is a tree, its edits, and what they are meant to do
    tree: Tree,
    changes: Mapping[str, bytes | None],
    expected: Collection[str],
    names: Collection[Called],
    *,
    step: Step = Step.DELETE,
    folder: str = ".",
    parser: Parser | None = None,
    watched: Sequence[Tree] = (),
    own: Collection[str] = (),
) -> Proof:
    """Prove that `changes` of the repository `tree` take exactly the `expected` unique_ids out, or disable them.

    `names` are looked for in the text of the files as they would be, but for the `own` files of what is disabled: it
    keeps them. `folder` is where the project stands in the repository; `watched` are other folders whose text may name
    them: a scheduler's code, a BI tool's models.
    """
    mentions = tuple(_mentions(Changed(tree, changes), names, changes, step, own))
    mentions += tuple(one for each in watched for one in scan(each, names))
    if parser is None or not parser.program:
        return Proof(unverified="no dbt program is configured", mentions=mentions)
    with tempfile.TemporaryDirectory(prefix="assay-proof-") as copy:
        root = Path(copy)
        project = root / posixpath.normpath(folder.strip("/") or ".")
        write(tree, root, within=folder)
        _lend_packages(project, parser.packages)
        first, strict = _before(project, parser)
        if not first.ok or first.manifest is None:
            return Proof(unverified=first.why, mentions=mentions, version=first.version)
        apply(changes, root)
        second = _parse(project, replace(parser, adapter=first.adapter), strict=strict)
    if not second.ok or second.manifest is None:
        return Proof(failure=second.why, mentions=mentions, version=first.version, adapter=first.adapter)
    delta = manifest_delta if step is Step.DELETE else disabled_delta
    return Proof(
        differences=tuple(delta(first.manifest, second.manifest, expected)),
        warnings=tuple(sorted(second.warnings - first.warnings)),
        mentions=mentions,
        version=first.version,
        adapter=first.adapter,
    )


def _mentions(
    after: Tree, names: Collection[Called], changes: Mapping[str, object], step: Step, own: Collection[str]
) -> Iterator[Mention]:
    """What still names them; in the entries of what is disabled a reference is its own, and stays with it."""
    for mention in scan(after, names, passed_over=own if step is Step.DISABLE else ()):
        if step is Step.DELETE or mention.how != "ref" or mention.path not in changes:
            yield mention


def _before(project: Path, parser: Parser) -> tuple[ParseReport, bool]:
    """The project as it is, and whether it can be held to no warning at all.

    A project that warns already is parsed leniently, before and after: what counts then is that no warning is new.
    """
    strict = _parse(project, parser, strict=True)
    if strict.ok or not strict.ran:
        return strict, True
    return _parse(project, replace(parser, adapter=strict.adapter), strict=False), False


def _parse(project: Path, parser: Parser, *, strict: bool) -> ParseReport:
    return parse(project, parser.program, strict=strict, adapter=parser.adapter, deadline_s=parser.deadline_s)


def write(tree: Tree, root: Path, *, within: str = ".") -> None:
    """Write the files of a tree below `within` into a folder."""
    top = posixpath.normpath(within.strip("/") or ".")
    for path in tree.paths():
        if top == "." or path.startswith(f"{top}/"):
            _put(root, path, tree.read(path))


def apply(changes: Mapping[str, bytes | None], root: Path) -> None:
    """Make the changes in a folder."""
    for path, held in changes.items():
        if held is None:
            (root / path).unlink(missing_ok=True)  # outside the project it was not written
        else:
            _put(root, path, held)


def _put(root: Path, path: str, held: bytes) -> None:
    file = root / path
    if not file.resolve().is_relative_to(root.resolve()):
        raise ValueError(f"{path!r} leads out of the repository")
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(held)


def _lend_packages(project: Path, packages: Path | None) -> None:
    """Let the copy use the packages a checkout has installed: nothing is fetched."""
    for name in PACKAGES:
        there = packages / name if packages else None
        if there and there.is_dir() and not (project / name).exists():
            (project / name).symlink_to(there.resolve(), target_is_directory=True)
