"""User names as facts keep them: hashed, so that a fact names no person, unless the config says plain."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from typing import TYPE_CHECKING

from collectors.snowflake.values import each_distinct

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True, slots=True, repr=False)
class Names:
    """How user names are kept. `key` salts the hash: with a secret one, names cannot be guessed and tried."""

    plain: bool
    key: bytes

    def keep(self, users: pa.Array) -> pa.Array:
        """The users' names as they are kept; the same name gives the same text."""
        return users if self.plain else each_distinct(users, self.pseudonym)

    def pseudonym(self, user: str) -> str:
        """``user-`` and 16 hexadecimal digits: HMAC-SHA-256 of the upper-cased name."""
        return "user-" + hmac.new(self.key, user.upper().encode(), hashlib.sha256).hexdigest()[:16]
