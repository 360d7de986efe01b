"""The files of a repository, wherever they are: in a folder, in memory, or with changes laid over them."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeVar

from assay.errors import MalformedInputError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

Made = TypeVar("Made")
PASSED_OVER = frozenset({".git", ".venv", "node_modules"})


class TreeError(MalformedInputError):
    """A repository's files cannot be read."""


class Tree(Protocol):
    """Files by their path, with forward slashes, from the root."""

    def paths(self) -> Collection[str]:
        """Every file there is."""
        ...

    def read(self, path: str) -> bytes:
        """What the file holds; a TreeError where it cannot be read."""
        ...


def made_of(tree: Tree, path: str, make: Callable[[bytes], Made]) -> Made:
    """What a pure function makes of a file.

    A tree that knows when two files hold the same may have a method `made(path, make)`, and keep what was made once.
    """
    made: Callable[[str, Callable[[bytes], Made]], Made] | None = getattr(tree, "made", None)
    return make(tree.read(path)) if made is None else made(path, make)


class Files:
    """Files held in memory."""

    def __init__(self, files: Mapping[str, bytes | str]) -> None:
        self._files = {path: held.encode() if isinstance(held, str) else held for path, held in files.items()}

    def paths(self) -> Collection[str]:
        """Every file there is."""
        return self._files.keys()

    def read(self, path: str) -> bytes:
        """What the file holds."""
        if path not in self._files:
            raise TreeError(f"There is no file {path}.")
        return self._files[path]


class Folder:
    """The files below a folder, without what git and package managers keep for themselves.

    Links are left out, as they are of a commit: what they lead to is not the repository's. So is what is no file.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._paths: tuple[str, ...] | None = None

    def paths(self) -> Collection[str]:
        """Every file there is, as found by the first call."""
        if self._paths is None:
            found = []
            for folder, folders, files in os.walk(self._root):
                folders[:] = sorted(name for name in folders if name not in PASSED_OVER)
                below = Path(folder).relative_to(self._root)
                found += [(below / name).as_posix() for name in sorted(files) if _is_plain(folder, name)]
            self._paths = tuple(found)
        return self._paths

    def read(self, path: str) -> bytes:
        """What the file holds."""
        try:
            return (self._root / path).read_bytes()
        except OSError as error:
            raise TreeError(f"{path} cannot be read: {error.strerror}.") from error


def _is_plain(folder: str, name: str) -> bool:
    """Whether an entry is a file, and no link, pipe or device."""
    try:
        return stat.S_ISREG(os.lstat(os.path.join(folder, name)).st_mode)  # noqa: PTH118 - of many files
    except OSError:  # gone meanwhile
        return False


class Changed:
    """A tree as it is once changes are made: new contents by path, None for a file that goes."""

    def __init__(self, tree: Tree, changes: Mapping[str, bytes | None]) -> None:
        self._tree = tree
        self._changes = changes

    def paths(self) -> Collection[str]:
        """Every file that is left or new."""
        kept = [path for path in self._tree.paths() if self._changes.get(path, b"") is not None]
        known = set(kept)
        return kept + [path for path, held in self._changes.items() if held is not None and path not in known]

    def read(self, path: str) -> bytes:
        """What the file holds after the changes."""
        if path not in self._changes:
            return self._tree.read(path)
        held = self._changes[path]
        if held is None:
            raise TreeError(f"{path} is deleted.")
        return held

    def made(self, path: str, make: Callable[[bytes], Made]) -> Made:
        """What a pure function makes of the file; of an unchanged one, as the tree below remembers it."""
        return make(self.read(path)) if path in self._changes else made_of(self._tree, path, make)
