"""A repository's files out of the archive a forge makes of a commit."""

from __future__ import annotations

import io
import tarfile

from assay.cleanup.forges.errors import BrokenError

MOST_BYTES = 512_000_000
"""What an archive may unpack to, so that a small one cannot fill the memory."""


def unpacked(archive: bytes, folder: str = ".", most_bytes: int = MOST_BYTES) -> dict[str, bytes]:
    """The plain files below `folder` by their path, without the folder forges put around them all.

    Nothing is written to disk; links and devices are passed over. BrokenError when it is no archive or too large.
    """
    prefix = "" if folder.strip("/") in {"", "."} else folder.strip("/").removeprefix("./") + "/"
    found: dict[str, bytes] = {}
    held = 0
    try:
        with tarfile.open(fileobj=io.BytesIO(archive), mode="r|gz") as entries:
            for entry in entries:
                path = entry.name.partition("/")[2]
                if not entry.isreg() or not path.startswith(prefix):
                    continue
                held += entry.size
                if held > most_bytes:
                    raise BrokenError(
                        f"The repository holds more than {most_bytes:,} bytes.",
                        hint="Work from a checkout of it, or name the project's folder.",
                    )
                content = entries.extractfile(entry)
                found[path] = content.read() if content else b""
    except (tarfile.TarError, EOFError, OSError) as error:
        raise BrokenError(
            f"The forge's archive cannot be read: {error}.", hint="The next cycle asks for it again."
        ) from None
    return found
