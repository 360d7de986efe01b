"""Templates keep to the policy, and name only what there is."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from flask.testing import FlaskClient

FOLDER = Path(__file__).parents[2] / "web" / "templates"
TEMPLATES = sorted(FOLDER.rglob("*.html"))


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda file: file.name)
def test_a_template_holds_no_inline_code(template: Path) -> None:
    """No style, no script but files and blocks of data, no handler, no address elsewhere, no way past escaping."""
    text = template.read_text()
    assert re.findall(r"\sstyle\s*=|<style", text) == []
    assert re.findall(r"<script(?![^>]*(?:\ssrc=|type=\"application/json\"))", text) == []
    assert re.findall(r"\son[a-z]+\s*=", text) == []
    assert re.findall(r"hx-on|hx-vals=.js:|javascript:", text) == []
    assert re.findall(r"(?:href|src|action)=\"(?:https?:)?//", text) == []
    assert re.findall(r"\|\s*safe\b|autoescape false|Markup\(", text) == []


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda file: file.name)
def test_a_template_compiles_and_names_known_endpoints(full: FlaskClient, template: Path) -> None:
    """Every url_for names a route of the app, and every file it asks for is there."""
    app, text = full.application, template.read_text()
    app.jinja_env.get_template(template.relative_to(FOLDER).as_posix())
    named = set(re.findall(r"url_for\(\s*'([\w.]+)'", text))
    assert named - set(app.view_functions) == set()
    files = re.findall(r"url_for\('static',\s*filename='([^']+)'", text)
    assert [name for name in files if not (FOLDER.parent / "static" / name).is_file()] == []
