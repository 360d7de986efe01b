"""Who we are to GitHub: the bearer of a token, or an App's installation that gets itself one every hour."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from assay.cleanup.forges.base import moment
from assay.cleanup.forges.errors import CredentialError
from assay.secrets import SecretRef

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from assay.cleanup.forges.client import Client

VERSION = {"X-GitHub-Api-Version": "2022-11-28", "Accept": "application/vnd.github+json"}
_PROOF_S, _SKEW_S = 540, 60
"""GitHub takes proofs that last at most ten minutes; ours begins a minute ago, for clocks that differ."""
_SPARE_S = 300


@dataclass(frozen=True, slots=True)
class TokenAuth:
    """A personal, fine-grained or installation token, kept where `reference` says."""

    reference: str

    def __call__(self) -> Mapping[str, str]:
        """The headers of a request."""
        return VERSION | {"Authorization": f"Bearer {SecretRef.parse(self.reference).resolve().strip()}"}


@dataclass(slots=True)
class AppAuth:
    """An App on a repository: its key signs a proof, GitHub gives a token of an hour for the proof.

    `connect` makes a client that sends given headers; `now` is the time in seconds since the epoch. The token is
    good for this repository alone.
    """

    app_id: str
    reference: str
    repository: str
    connect: Callable[[Callable[[], Mapping[str, str]]], Client]
    now: Callable[[], float]
    installation_id: str = ""
    _token: str = field(default="", repr=False)
    _until_s: float = 0.0

    def __call__(self) -> Mapping[str, str]:
        """The headers of a request, with a token that holds for at least five minutes."""
        if self.now() + _SPARE_S >= self._until_s:
            self._renew()
        return VERSION | {"Authorization": f"Bearer {self._token}"}

    def _renew(self) -> None:
        client = self.connect(self._proof_headers)
        installation = self.installation_id or str(client.get(f"/repos/{self.repository}/installation")["id"])
        name = self.repository.rpartition("/")[2]
        path = f"/app/installations/{installation}/access_tokens"
        given = client.send("POST", path, {"repositories": [name]})
        self._token, self._until_s = str(given["token"]), moment(given["expires_at"]).timestamp()

    def _proof_headers(self) -> Mapping[str, str]:
        key = SecretRef.parse(self.reference).resolve()
        return VERSION | {"Authorization": f"Bearer {proof(self.app_id, key, round(self.now()))}"}


def proof(app_id: str, private_key: str, now_s: int) -> str:
    """The JSON Web Token (RFC 7519, RS256) by which an App proves who it is, for nine minutes from now."""
    claims = {"iat": now_s - _SKEW_S, "exp": now_s + _PROOF_S, "iss": app_id}
    signed = f"{_part({'alg': 'RS256', 'typ': 'JWT'})}.{_part(claims)}"
    signature = _key(private_key).sign(signed.encode(), PKCS1v15(), hashes.SHA256())
    return f"{signed}.{_unpadded(signature)}"


def _key(text: str) -> RSAPrivateKey:
    try:
        key = serialization.load_pem_private_key(text.encode(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, RSAPrivateKey):
        raise CredentialError(
            "The App's private key is no RSA key in PEM form without a passphrase.",
            hint="Give private_key the file that GitHub lets you download on the App's page.",
        )
    return key


def _part(value: Mapping[str, Any]) -> str:
    return _unpadded(json.dumps(value, separators=(",", ":")).encode())


def _unpadded(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()
