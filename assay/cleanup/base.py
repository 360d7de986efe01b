"""A repository as it is at one commit: out of a checkout, or out of its forge."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from assay.cleanup.forges.errors import MissingError
from assay.cleanup.project.git import Commit, Repository
from assay.cleanup.project.tree import Files, Folder, Tree, TreeError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from assay.cleanup.forges.base import Forge
    from assay.config.decisions import RepositorySettings

    Touched = Callable[[str], int | None]


def _no_history(path: str) -> int | None:  # noqa: ARG001 - a checkout's answer takes the path
    return None


@dataclass(frozen=True, slots=True)
class Base:
    """The files of a repository at the commit `sha` ('' where there is none), and where its dbt project stands.

    `touched` gives the last commit (epoch ms) that changed a file, None where no history is at hand; `packages` is
    a folder in which dbt has installed packages. `notes` are for the reader.
    """

    tree: Tree
    sha: str
    folder: str = "."
    packages: Path | None = None
    touched: Touched = _no_history
    notes: tuple[str, ...] = field(default=())

    def identities(self) -> Mapping[str, str]:
        """What tells the content of each file apart: git's name of it, else its hash; files of the project alone."""
        blobs = self.tree.blobs if isinstance(self.tree, Commit) else None
        top = self.path("")
        paths = (path for path in self.tree.paths() if path.startswith(top))
        return {path: blobs[path] if blobs else sha256(self.tree.read(path)).hexdigest() for path in paths}

    def path(self, within: str) -> str:
        """A path of the project as one from the repository's root."""
        top = self.folder.strip("/").removeprefix("./")
        return within if top in {"", "."} else f"{top}/{within}"


@contextmanager
def of_checkout(place: Path, folder: str = ".", revision: str = "HEAD") -> Iterator[Base]:
    """A checkout's (or bare clone's) commit, or a plain folder's files as they are.

    Changes that are not committed are not looked at: what is planned must hold of what others have.
    """
    if not place.is_dir():
        raise TreeError(f"There is no folder {place}.", hint="Name the repository's folder with --checkout.")
    top = _top(place)
    if top is None:
        packages = place / folder
        yield Base(Folder(place), "", folder, packages, notes=("The folder is no git repository.",))
        return
    with Repository(top) as repository:
        sha = repository.run("rev-parse", "--verify", f"{revision}^{{commit}}").decode().strip()

        def touched(path: str) -> int | None:
            told = repository.run("log", "-1", "--format=%ct", sha, "--", path).decode().strip()
            return int(told) * 1000 if told else None

        dirty = () if revision != "HEAD" else _uncommitted(repository)
        yield Base(repository.commit(sha), sha, folder, top / folder, touched, dirty)


def of_forge(forge: Forge, repository: RepositorySettings) -> Base:
    """The repository as the forge has it now; the history of its files is not asked for."""
    sha = forge.head(repository.base)
    if sha is None:
        raise MissingError(
            f"{repository.name} has no branch {repository.base}.",
            hint="Set base to the branch pull requests go to.",
        )
    return Base(Files(forge.files(sha)), sha, repository.folder)


def _top(place: Path) -> Path | None:
    """The root of the repository a folder is of; None when it is of none."""
    with Repository(place) as repository:
        try:
            if repository.run("rev-parse", "--is-bare-repository").strip() == b"true":
                return place
            return Path(repository.run("rev-parse", "--show-toplevel").decode().rstrip("\n"))
        except TreeError:
            return None


def _uncommitted(repository: Repository) -> tuple[str, ...]:
    try:
        changed = repository.run("status", "--porcelain", "--untracked-files=no").splitlines()
    except TreeError:  # a bare repository has no work tree
        return ()
    return (
        (f"{len(changed)} files with changes that are not committed were not looked at.",) if changed else ()
    )
