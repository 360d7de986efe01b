"""`enabled: false`, and the day after which it goes, written into an entry of a property file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assay.cleanup.edits.cuts import Splice, apply, column
from assay.cleanup.edits.same import same
from assay.cleanup.project.nodes import Document, Kind, YamlError, parse, parse_text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from assay.cleanup.project.nodes import Node

STEP = "  "


class SwitchError(Exception):
    """The setting cannot be written so that all the rest stays as it is."""


def switch_off(held: bytes, section: str, name: str, until: date) -> bytes:
    """The property file with `config.enabled: false` and `config.meta.assay.delete_after` in the entry of this name.

    The result is parsed again: without what was written it must be what was there, or a SwitchError says why.
    """
    try:
        before = parse(held)
    except YamlError as error:
        raise SwitchError(error.message) from error
    entry = _entry(before, section, name)
    if entry.flow or entry.kind is not Kind.MAPPING:
        raise SwitchError("its entry stands between brackets")
    text = apply(before.text, sorted(_splices(before.text, entry, until)))
    try:
        after = parse_text(text)
    except YamlError as error:
        raise SwitchError(error.message) from error
    new = _entry(after, section, name)
    if not same(before.root, after.root, _added(entry, new)) or not _is_off(new, until):
        raise SwitchError("the file would not load as it does")
    return (before.mark + text).encode()


def _entry(document: Document, section: str, name: str) -> Node:
    root = document.root
    found = [item for item in (root.list(section) if root else []) if item.real.text("name") == name]
    if len(found) != 1 or found[0].target is not None:
        raise SwitchError("it has no entry of its own")
    return found[0]


def _splices(text: str, entry: Node, until: date) -> Iterator[Splice]:
    """What is written: a whole config, or what an existing one lacks."""
    day = f"'{until.isoformat()}'"
    config = _own(entry, "config")
    if config is None:
        yield _behind(
            text, entry, _block("config", {"enabled": "false", "meta": {"assay": {"delete_after": day}}})
        )
        return
    if config.kind is not Kind.MAPPING:
        raise SwitchError("its config is no mapping of its own")
    enabled = _own(config, "enabled")
    if enabled is None:
        yield _into(text, config, {"enabled": "false"})
    elif enabled.value.lower() == "true" and enabled.plain:
        yield Splice(enabled.start, enabled.end, "false")
    elif enabled.value.lower() != "false":
        raise SwitchError("its config computes whether it is enabled")
    meta = _own(config, "meta")
    if meta is None:
        yield _into(text, config, {"meta": {"assay": {"delete_after": day}}})
    elif meta.kind is not Kind.MAPPING or _own(meta, "assay") is not None:
        raise SwitchError("its meta already holds something of ours, or is no mapping of its own")
    else:
        yield _into(text, meta, {"assay": {"delete_after": day}})


Lines = dict[str, "str | Lines"]


def _into(text: str, mapping: Node, said: Lines) -> Splice:
    """What is said, as the first of a mapping's pairs."""
    first = mapping.children[0] if mapping.children else None
    if mapping.flow:
        if mapping.anchor or mapping.tag:
            raise SwitchError("its mapping is one that others share")
        comma = ", " if first is not None else ""
        return Splice(mapping.start + 1, mapping.start + 1, _flow(said)[1:-1] + comma)
    if first is None or mapping.anchor:
        raise SwitchError("its mapping is one that others share")
    indent = column(text, first.start)
    lines = _lines(said)
    return Splice(first.start, first.start, _joined(text, lines, indent) + " " * indent)


def _behind(text: str, entry: Node, lines: list[str]) -> Splice:
    """Lines below the entry's name."""
    key, name = next((key, value) for key, value in entry.pairs if key.value == "name")
    indent = column(text, key.start)
    end = text.find("\n", name.end)
    if end < 0:
        return Splice(
            len(text), len(text), _newline(text) + " " * indent + _joined(text, lines, indent).rstrip()
        )
    return Splice(end + 1, end + 1, " " * indent + _joined(text, lines, indent))


def _block(key: str, said: Lines) -> list[str]:
    return _lines({key: said})


def _lines(said: Lines) -> list[str]:
    found = []
    for key, value in said.items():
        if isinstance(value, str):
            found.append(f"{key}: {value}")
        else:
            found += [f"{key}:", *(STEP + line for line in _lines(value))]
    return found


def _joined(text: str, lines: list[str], indent: int) -> str:
    newline = _newline(text)
    return (newline + " " * indent).join(lines) + newline


def _flow(said: Lines) -> str:
    parts = [f"{key}: {value if isinstance(value, str) else _flow(value)}" for key, value in said.items()]
    return "{" + ", ".join(parts) + "}"


def _newline(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"


def _own(mapping: Node, key: str) -> Node | None:
    """The value a mapping itself has under a key, an alias as an alias."""
    return next((value for name, value in mapping.pairs if name.value == key), None)


def _added(before: Node, after: Node) -> set[int]:
    """The keys of what was written, in both documents where a value was replaced."""
    found: set[int] = set()
    for key, value in after.pairs:
        if key.value not in {"config", "enabled", "meta", "assay"}:
            continue
        was = _own(before, key.value)
        if was is None:
            found.add(id(key))
        elif key.value == "enabled":
            found |= {id(key)} | {id(name) for name, _ in before.pairs if name.value == "enabled"}
        else:
            found |= _added(was, value)
    return found


def _is_off(entry: Node, until: date) -> bool:
    config = entry.get("config")
    meta = config.get("meta") if config is not None else None
    ours = meta.get("assay") if meta is not None else None
    off = config is not None and config.text("enabled") == "false"
    return off and ours is not None and ours.text("delete_after") == until.isoformat()
