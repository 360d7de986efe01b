"""The registry: what plug-ins there are, and what is said of those there are not."""

from __future__ import annotations

import subprocess
import sys

import pytest
from fakes.feed import Meter, fake_registry

from assay.registry import CHECKS, COLLECTORS, PluginError, Registry


def test_our_own_collectors_come_by_the_same_door_as_others() -> None:
    """The collectors of this project are found by entry point, like those of any other package."""
    names = Registry().names(COLLECTORS)

    assert {"dbt", "snowflake"} <= set(names)


def test_a_plug_in_is_loaded_once_and_by_name() -> None:
    """Asking twice gives the same class."""
    registry = fake_registry()

    assert registry.collector("meter") is Meter
    assert registry.load(COLLECTORS, "meter") is Meter


def test_an_unknown_kind_lists_the_valid_ones() -> None:
    """A misspelt kind is answered with the nearest and with all there are."""
    with pytest.raises(PluginError) as caught:
        fake_registry().collector("metr")

    assert caught.value.message == "There is no collector of kind metr."
    assert caught.value.hint == "Did you mean meter? Valid: meter, tool, torn."


def test_a_group_without_plug_ins_says_so() -> None:
    """Where nothing is installed, nothing can be meant."""
    with pytest.raises(PluginError, match="There is no check of kind x") as caught:
        fake_registry().load(CHECKS, "x")

    assert caught.value.hint == "Valid: none is installed."


def test_a_plug_in_that_cannot_be_imported_is_one_clear_error_and_no_other_suffers() -> None:
    """The error names the plug-in, where it lives and why; the next one loads."""
    registry = fake_registry()
    with pytest.raises(PluginError, match=r"torn \(fakes.torn\) cannot be imported: no module named vendor"):
        registry.collector("torn")

    assert registry.collector("meter") is Meter


def test_naming_plug_ins_imports_none() -> None:
    """A list of kinds costs no import of a vendor's library."""
    text = (
        "import sys; from assay.registry import COLLECTORS, Registry; Registry().names(COLLECTORS);"
        "print([name for name in sys.modules if name.startswith('collectors')])"
    )
    told = subprocess.run([sys.executable, "-c", text], check=True, capture_output=True, text=True)

    assert told.stdout.strip() == "[]"
