"""A commit's files, read from a git repository, bare or not, without a checkout."""

from __future__ import annotations

import subprocess
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self, TypeVar

from assay.cleanup.project.tree import TreeError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from pathlib import Path
    from types import TracebackType

Made = TypeVar("Made")


class Repository:
    """A git repository: one `git cat-file` answers every read, and what is made of a blob is made once.

    `absent` is taken for what a partial clone does not hold, by name in `missed`; without it that is an error.
    """

    def __init__(self, path: Path, *, absent: bytes | None = None) -> None:
        self._path = path
        self._absent = absent
        self.missed: set[str] = set()
        self._reader: subprocess.Popen[bytes] | None = None
        self._made: dict[tuple[str, Callable[[bytes], Any]], Any] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the reading process."""
        if self._reader is not None:
            for pipe in (self._reader.stdin, self._reader.stdout):
                if pipe is not None:
                    pipe.close()
            self._reader.wait()
            self._reader = None

    def run(self, *arguments: str) -> bytes:
        """What a git command prints; a TreeError with git's own words where it fails."""
        done = subprocess.run(  # noqa: S603 - git, with arguments of ours and names of commits
            self._git(*arguments), capture_output=True, check=False, stdin=subprocess.DEVNULL
        )
        if done.returncode:
            said = done.stderr.decode(errors="replace").strip()
            raise TreeError(f"git {arguments[0]} failed: {said}", hint="Check the path and the commit.")
        return done.stdout

    def commit(self, revision: str) -> Commit:
        """The files of a commit, named in any way git knows."""
        return Commit(self, revision)

    def blob(self, name: str) -> bytes:
        """What a blob holds."""
        reader = self._reading()
        assert reader.stdin is not None and reader.stdout is not None  # noqa: S101, PT018 - both are pipes
        reader.stdin.write(name.encode() + b"\n")
        reader.stdin.flush()
        head = reader.stdout.readline().split()
        if len(head) != 3:  # noqa: PLR2004 - name, kind and size; or "missing"
            if self._absent is None:
                raise TreeError(f"git does not hold the object {name}.", hint="Is the clone partial?")
            self.missed.add(name)
            return self._absent
        held = reader.stdout.read(int(head[2]))
        reader.stdout.read(1)
        return held

    def made(self, name: str, make: Callable[[bytes], Made]) -> Made:
        """What a pure function makes of a blob."""
        key = (name, make)
        if key not in self._made:
            self._made[key] = make(self.blob(name))
        found: Made = self._made[key]
        return found

    def _reading(self) -> subprocess.Popen[bytes]:
        if self._reader is None:
            self._reader = subprocess.Popen(  # noqa: S603 - git, with arguments of ours
                self._git("cat-file", "--batch"), stdin=subprocess.PIPE, stdout=subprocess.PIPE
            )
        return self._reader

    def _git(self, *arguments: str) -> tuple[str, ...]:
        return ("git", "-C", str(self._path), "-c", "safe.directory=*", *arguments)


class Commit:
    """The files of one commit; links and submodules are left out."""

    def __init__(self, repository: Repository, revision: str) -> None:
        self._repository = repository
        self.revision = revision

    @cached_property
    def blobs(self) -> dict[str, str]:
        """The blob of each path."""
        listed = self._repository.run("ls-tree", "-r", "-z", "--full-tree", self.revision)
        found = {}
        for line in listed.split(b"\0"):
            if line.startswith(b"100"):  # a plain file, executable or not
                about, _, path = line.partition(b"\t")
                found[path.decode("utf-8", "surrogateescape")] = about.split()[2].decode()
        return found

    def paths(self) -> Collection[str]:
        """Every file of the commit."""
        return self.blobs.keys()

    def read(self, path: str) -> bytes:
        """What the file holds."""
        if path not in self.blobs:
            raise TreeError(f"{self.revision} has no file {path}.")
        return self._repository.blob(self.blobs[path])

    def made(self, path: str, make: Callable[[bytes], Made]) -> Made:
        """What a pure function makes of the file, made once for each of its contents."""
        return self._repository.made(self.blobs[path], make)
