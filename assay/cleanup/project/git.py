"""A commit's files, read from a git repository, bare or not, without a checkout."""

from __future__ import annotations

import subprocess
from functools import cached_property
from typing import IO, TYPE_CHECKING, Any, Self, TypeVar

from assay.cleanup.project.tree import TreeError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator
    from pathlib import Path
    from types import TracebackType

Made = TypeVar("Made")
AT_ONCE = 500
"""Names written before the answers are read: less than any pipe holds."""


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
        self._held: dict[str, bytes] = {}
        self._seen: set[str] = set()

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
        if name in self._held:
            return self._held[name]
        return next(self._read([name]))

    def ahead(self, names: Iterable[str]) -> None:
        """Read blobs that were never read, many at a time, and hold those of the last such call."""
        new = [name for name in dict.fromkeys(names) if name not in self._seen]
        self._seen.update(new)
        self._held = dict(zip(new, self._read(new), strict=True))

    def _read(self, names: list[str]) -> Iterator[bytes]:
        """What blobs hold, asked for so many at a time that neither pipe can fill while the other waits."""
        reader = self._reading()
        assert reader.stdin is not None and reader.stdout is not None  # noqa: S101, PT018 - both are pipes
        for start in range(0, len(names), AT_ONCE):
            some = names[start : start + AT_ONCE]
            reader.stdin.write("".join(f"{name}\n" for name in some).encode())
            reader.stdin.flush()
            for name in some:
                yield self._answer(name, reader.stdout)

    def _answer(self, name: str, answers: IO[bytes]) -> bytes:
        head = answers.readline().split()
        if len(head) != 3:  # noqa: PLR2004 - name, kind and size; or "missing"
            if self._absent is None:
                raise TreeError(f"git does not hold the object {name}.", hint="Is the clone partial?")
            self.missed.add(name)
            return self._absent
        held = answers.read(int(head[2]))
        answers.read(1)
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

    def ahead(self, *suffixes: str) -> None:
        """Read the files with these suffixes that were never read before, all at once."""
        self._repository.ahead(blob for path, blob in self.blobs.items() if path.endswith(suffixes))

    def made(self, path: str, make: Callable[[bytes], Made]) -> Made:
        """What a pure function makes of the file, made once for each of its contents."""
        return self._repository.made(self.blobs[path], make)
