"""A secret is named in the config, read when used, and shown nowhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from assay.errors import ConfigError
from assay.secrets import SecretRef

if TYPE_CHECKING:
    from pathlib import Path

CANARY = "canary-s3cret-value"


def test_an_environment_variable_is_read_when_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """Late, so that it may change; and never shown."""
    reference = SecretRef.parse("env:TEST_SECRET")
    monkeypatch.setenv("TEST_SECRET", CANARY)

    assert reference.resolve() == CANARY
    assert CANARY not in f"{reference!r} {reference}"
    assert reference.warning() == ""


def test_a_file_is_read_when_used(tmp_path: Path) -> None:
    """And warned of when others may read it."""
    file = tmp_path / "secret"
    file.write_text(CANARY)
    file.chmod(0o600)
    reference = SecretRef.parse(f"file:{file}")

    assert reference.resolve() == CANARY
    assert reference.warning() == ""
    file.chmod(0o640)
    assert f"chmod 600 {file}" in reference.warning()


@pytest.mark.parametrize("text", [CANARY, f"vault:{CANARY}", "env:", "file: ", "", f":{CANARY}"])
def test_what_is_no_reference_is_refused_and_not_repeated(text: str) -> None:
    """It may be the secret itself."""
    with pytest.raises(ConfigError, match="by reference") as caught:
        SecretRef.parse(text)

    assert CANARY not in str(caught.value)


def test_a_missing_secret_names_where_it_should_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The variable or the file, why, and what to do."""
    monkeypatch.delenv("TEST_SECRET", raising=False)
    with pytest.raises(ConfigError, match="TEST_SECRET is not set"):
        SecretRef.parse("env:TEST_SECRET").resolve()
    with pytest.raises(ConfigError, match="No such file"):
        SecretRef.parse(f"file:{tmp_path}/none").resolve()
    monkeypatch.setenv("TEST_SECRET", "  ")
    with pytest.raises(ConfigError, match="is empty"):
        SecretRef.parse("env:TEST_SECRET").resolve()
    binary = tmp_path / "binary"
    binary.write_bytes(b"\xff\xfe" + CANARY.encode())
    with pytest.raises(ConfigError, match="not text") as caught:
        SecretRef.parse(f"file:{binary}").resolve()
    assert CANARY not in str(caught.value)
    assert SecretRef.parse(f"file:{tmp_path}/none").warning() == ""
