"""Models switched off before they are deleted: one setting more, in their entry or in their file."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Any

from assay.cleanup.edits import dangling
from assay.cleanup.edits.answer import Edits, Policy
from assay.cleanup.edits.pages import Pages
from assay.cleanup.edits.properties import entries
from assay.cleanup.edits.resolving import resolve
from assay.cleanup.edits.switches import SwitchError, switch_off
from assay.cleanup.edits.work import Work
from assay.cleanup.project.layout import Role
from assay.cleanup.project.nodes import BOM
from assay.cleanup.project.project import Project
from assay.cleanup.project.templates import regions

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import date
    from pathlib import Path

    from assay.cleanup.project.tree import Tree

SETTING = re.compile(r"(?<!\w)config\s*\((?:[^()]|\([^()]*\))*?(?<!\w)['\"]?enabled['\"]?\s*[=:]")


def disabling(
    tree: Tree | Path,
    manifest: Mapping[str, Any] | None,
    unique_ids: Collection[str],
    until: date,
    *,
    folder: str = "",
) -> Edits:
    """The changes that switch models off until they are deleted on a day, or why that cannot be done safely.

    Each gets `enabled: false` and, under `meta.assay`, the day: in its entry when it has one, else in a config() of its
    own that begins its file. Nothing else changes, so that taking the new lines out again brings the model back. Tests
    of it stay: dbt passes over a test whose model is off.
    """
    project = Project.open(tree, folder)
    doomed, refusals = resolve(project, manifest, unique_ids)
    plan = Work(project, doomed, Policy(exposures="refuse"), Pages(project), refusals=list(refusals))
    plan.changes.update(dict.fromkeys(doomed.paths()))
    entries(plan)
    dangling.in_templates(plan, but=Role.TEST)
    dangling.in_properties(plan)
    dangling.elsewhere(plan)
    dangling.in_manifest(plan, manifest)
    work = Work(project, doomed, Policy(), Pages(project), refusals=list(dict.fromkeys(plan.refusals)))
    for (kind, name), paths in doomed.files.items():
        if kind != "model":
            work.refuse({name}, f"only models are switched off, and {name} is a {kind}")
        for path in sorted(paths) if kind == "model" else ():
            _switch(work, name, path, until)
    return work.edits()


def _switch(work: Work, name: str, path: str, until: date) -> None:
    held = work.project.tree.read(path)
    if _sets_enabled(path, held):
        work.refuse({name}, "its own config() says whether it is enabled", path)
        return
    page = _page_of(work, name)
    try:
        if page:
            before = work.changes.get(page) or work.project.tree.read(page)
            work.changes[page] = switch_off(before, "models", name, until)
            work.notes.append(f"{name} is switched off in its entry ({page})")
            return
    except SwitchError as error:
        work.notes.append(f"the entry of {name} cannot hold the setting: {error}")
    try:
        work.changes[path] = (_in_python if path.endswith(".py") else _in_sql)(held, until)
    except SwitchError as error:
        work.refuse({name}, f"it cannot be switched off: {error}", path)
    else:
        work.notes.append(f"{name} is switched off in its file ({path})")


def _sets_enabled(path: str, held: bytes) -> bool:
    text = held.decode("utf-8", "replace")
    code = text if path.endswith(".py") else "\n".join(regions(text))
    return SETTING.search(code) is not None


def _page_of(work: Work, name: str) -> str:
    """The file with the only entry of a model that goes as a whole; empty when there is none."""
    if not work.doomed.is_whole(name) or len(work.doomed.files["model", name]) != 1:
        return ""
    found = [
        path
        for path in work.project.saying(Role.PROPERTIES, [name])
        if (root := work.pages.root(path)) is not None
        for item in root.list("models")
        if item.real.text("name") == name
    ]
    return found[0] if len(found) == 1 else ""


def _in_sql(held: bytes, until: date) -> bytes:
    text = held.decode("utf-8", "surrogateescape")
    mark = BOM if text.startswith(BOM) else ""
    newline = "\r\n" if "\r\n" in text else "\n"
    line = f"{{{{ config(enabled=false, meta={{'assay': {{'delete_after': '{until.isoformat()}'}}}}) }}}}{newline}"
    return (mark + line + text[len(mark) :]).encode("utf-8", "surrogateescape")


def _in_python(held: bytes, until: date) -> bytes:
    """A call of dbt.config() as the first statement of the model's function."""
    text = held.decode("utf-8", "surrogateescape")
    try:
        body = ast.parse(text).body
    except (SyntaxError, ValueError) as error:
        raise SwitchError("it is no Python that can be read") from error
    function = next(
        (each for each in body if isinstance(each, ast.FunctionDef) and each.name == "model"), None
    )
    if function is None or not function.args.args:
        raise SwitchError("it has no function model(dbt, session)")
    first = function.body[0]
    if first.lineno == function.lineno:
        raise SwitchError("its function stands on one line")
    lines = text.splitlines(keepends=True)
    newline = "\r\n" if lines[first.lineno - 1].endswith("\r\n") else "\n"
    dbt = function.args.args[0].arg
    call = f'{dbt}.config(enabled=False, meta={{"assay": {{"delete_after": "{until.isoformat()}"}}}})'
    lines.insert(first.lineno - 1, " " * first.col_offset + call + newline)
    return "".join(lines).encode("utf-8", "surrogateescape")
