"""Messages as JSON lines in a file: for tests, and for programs that follow it. It is never rotated here."""

from __future__ import annotations

import errno
import json
import os
import stat
from pathlib import Path  # noqa: TC003 - pydantic reads the annotation when it runs
from typing import TYPE_CHECKING, ClassVar

from pydantic import Field

from assay.incidents.channels.base import ChannelConfig, DeliveryError
from assay.incidents.document import as_document

if TYPE_CHECKING:
    from assay.incidents.blocks import Message


class FileConfig(ChannelConfig):
    """Where the lines are written."""

    path: Path = Field(description="The file; it is made when it is not there", examples=["alerts.jsonl"])


class FileChannel:
    """Appends a line per message, each in one write, so that several processes may share the file."""

    kind: ClassVar[str] = "file"
    title: ClassVar[str] = "File"
    config_class: ClassVar[type[FileConfig]] = FileConfig
    follows: bool = True

    def __init__(self, name: str, config: FileConfig) -> None:
        self.name = name
        self.config = config

    def send(self, message: Message, previous_ref: str) -> str:
        """Append it; DeliveryError when the file cannot be written."""
        line = json.dumps(as_document(message), ensure_ascii=False) + "\n"
        try:
            handle = os.open(self.config.path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o640)
            try:
                _append(handle, line.encode())
            finally:
                os.close(handle)
        except OSError as error:
            raise DeliveryError(
                f"{self.config.path} cannot be written: {error.strerror}", hint="Check its folder and rights."
            ) from None
        return previous_ref or message.key


def _append(handle: int, line: bytes) -> None:
    """Write a line of its own, also behind half of one; OSError when it cannot be written whole."""
    is_file = stat.S_ISREG(os.fstat(handle).st_mode)
    size = os.fstat(handle).st_size if is_file else 0
    if size and os.pread(handle, 1, size - 1) != b"\n":
        line = b"\n" + line
    if os.write(handle, line) < len(line):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    if is_file:
        os.fsync(handle)
