"""The Flask application of one Assay folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Flask

from assay.config import Settings
from assay.registry import Registry
from assay.store.engine import Store
from web import api, csp, errors, forms, health, hosts, names, state, urls
from web import format as formats
from web.pages import PAGES

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def create_app(directory: Path, *, overrides: Mapping[str, object] | None = None, dev: bool = False) -> Flask:
    """Serve the folder's dashboard. A page is a GET and reads roll-ups; only a form of ours, a POST, changes something.

    No source is asked.

    `overrides` are settings by dotted key that go before the folder's own. With `dev` templates are read anew and a
    mistake of ours is shown with its trace.

    Raises:
        StoreError, ConfigError: the folder has no store at this program's revision, or settings that cannot be read.
    """
    settings = Settings.load(directory, overrides)
    app = Flask(__name__)
    app.jinja_options = {"autoescape": True, "trim_blocks": True, "lstrip_blocks": True}
    app.debug = dev  # makes the template environment: its options are set by now
    app.config.update(PROPAGATE_EXCEPTIONS=False, SEND_FILE_MAX_AGE_DEFAULT=0 if dev else 86_400)
    app.json.sort_keys = False  # type: ignore[attr-defined]  # the default provider has it
    state.init(app, Store.open(settings.store.url), state.Kept(settings, overrides), Registry())
    for part in (urls, hosts, csp, errors, forms, formats, names, health, api):
        part.init(app)
    for page in PAGES:
        app.register_blueprint(page.blueprint)
    return app
