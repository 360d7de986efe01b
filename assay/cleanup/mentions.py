"""How a text speaks of a name: as a reference, a relation, a string in code, a selection, or only in prose."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    Spans = list[tuple[int, int]]

_PROSE = re.compile(r"\.(?:md|markdown|rst|txt|adoc)$", re.IGNORECASE)
_PROPERTIES = re.compile(
    r"^(?:models|sources|seeds|snapshots|exposures|metrics|semantic_models|unit_tests|macros|saved_queries):",
    re.MULTILINE,
)
_JINJA = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
_REMARK = re.compile(r"\{#.*?#\}", re.DOTALL)
_SQL_REMARK = re.compile(r"--[^\n]*|/\*.*?\*/", re.DOTALL)
_HASH_REMARK = re.compile(r"(?<!\S)#[^\n]*")
_REF = re.compile(r"""\bref\s*\(\s*(?:["'][^"'\n]*["']\s*,\s*)?["']$""")
_PUT_TOGETHER = re.compile(r"""\bref\s*\(\s*(?:["']([^"']*)["']\s*~|[^)"']*~\s*["']([^"']*)["']\s*\))""")
_OWNER = re.compile(r"""(?:([\w$-]+)|\{\{[^{}]*\}\})["`]?\s*\.\s*["`]?$""")
_PREFIX = r"""(?:(?:\{\{[^{}]*\}\}|["`]?[\w$-]+["`]?)\s*\.\s*)*["`]?$"""
_OPENS_TABLE = re.compile(r"\b(?:from|join|into|table|view|update|using|clone)\s+" + _PREFIX, re.IGNORECASE)
_NEXT_TABLE = re.compile(
    r"\bfrom\b(?:(?!\b(?:where|group|order|having|select|on|qualify|limit|union|window)\b)[^()])*,\s*"
    + _PREFIX,
    re.IGNORECASE,
)
_SELECTS = re.compile(r"(?:^|[\s=\"'\[,])(?:-s|-m|--select|--models?|--exclude)[\s=\"',\[]")
_SCALAR_BEFORE = re.compile(r"""(?:^|[\s\[,])["'@+\d]*$""")
_SCALAR_AFTER = re.compile(r"""[+\d]*["']?\s*(?:$|[,\]#])""")
_LOOK_BACK = 400
_LINE = 160


@dataclass(frozen=True, slots=True)
class Called:
    """A resource as text may speak of it: by its name, and by the relation it builds (its parts, folded)."""

    name: str
    relation: tuple[str, ...] = ()

    @property
    def words(self) -> set[str]:
        """The words to look for, in lower case."""
        return {word for word in (self.name.lower(), *(part.lower() for part in self.relation[-1:])) if word}

    @property
    def owners(self) -> set[str]:
        """What may stand before the name of its relation, in lower case: its schema and its database."""
        return {part.lower() for part in self.relation[:-1]} | {"schema"}


@dataclass(frozen=True, slots=True, order=True)
class Mention:
    """A place that speaks of a name: how, and whether it stands in the way.

    `how`: *ref*; *built ref*, a name that Jinja puts together and that may come to ours; *relation*, written out by
    hand; *quoted*, a string in Jinja or Python; *selection*, of a job or a selector; *project*, the project's own
    settings; *prose*, documentation and remarks, which break nothing.
    """

    path: str
    line: int
    name: str
    how: str
    text: str = field(compare=False)

    @property
    def blocks(self) -> bool:
        """Whether something may break when the name is gone."""
        return self.how != "prose"

    def __str__(self) -> str:
        return f"{self.path}:{self.line} ({self.how}): {self.text}"


@dataclass(frozen=True)
class Text:
    """A file's text; which stretches of it are Jinja or remarks is worked out when a name is met."""

    path: str
    held: str

    def mentions(self, finder: re.Pattern[str], called: Mapping[str, Sequence[Called]]) -> Iterator[Mention]:
        """Every place that speaks of one of the `called`, found by their words in lower case.

        Several may share a word: relations of one name in different schemas.
        """
        if "~" in self.held:
            yield from self._put_together(called)
        for hit in finder.finditer(self.held):
            for each in called[hit[0].lower()]:
                if how := self._how(hit, each):
                    yield self._mention(hit.start(), each.name, how)

    def _mention(self, at: int, name: str, how: str) -> Mention:
        return Mention(self.path, self.held.count("\n", 0, at) + 1, name, how, self._line(at).strip()[:_LINE])

    def _line(self, at: int) -> str:
        end = self.held.find("\n", at)
        return self.held[self.held.rfind("\n", 0, at) + 1 : end if end >= 0 else None]

    def _put_together(self, called: Mapping[str, Sequence[Called]]) -> Iterator[Mention]:
        for hit in _PUT_TOGETHER.finditer(self.held):
            start, end = (hit[1] or "").lower(), (hit[2] or "").lower()
            for word, those in called.items():
                if (start or end) and word.startswith(start) and word.endswith(end):
                    for each in those:
                        yield self._mention(hit.start(), each.name, "built ref")

    def _how(self, hit: re.Match[str], called: Called) -> str:
        """How the text speaks of the name at `hit`; '' when it only looks alike."""
        before = self.held[max(0, hit.start() - _LOOK_BACK) : hit.start()]
        is_ref = bool(_REF.search(before))
        if _PROSE.search(self.path):
            return "prose"
        if _within(hit.start(), self._remarks):
            return "ref" if is_ref and self._is_jinja(hit.start()) else "prose"
        if is_ref:
            return "ref"
        if self._is_relation(hit, before, called.owners):
            return "relation"
        return self._how_in_code(hit, before)

    def _how_in_code(self, hit: re.Match[str], before: str) -> str:
        name = self.path.rpartition("/")[2]
        if name in {"dbt_project.yml", "dbt_project.yaml"}:
            return "project"
        if name in {"selectors.yml", "selectors.yaml"} or _SELECTS.search(before.rpartition("\n")[2]):
            return "selection"
        after = self.held[hit.end() : hit.end() + 1]
        is_string = before[-1:] in {"'", '"'} and before[-1:] == after
        if is_string and (self.path.endswith(".py") or self._is_jinja(hit.start())):
            return "quoted"
        return "selection" if self._is_value(hit, before) else ""

    def _is_value(self, hit: re.Match[str], before: str) -> bool:
        """Whether it is a whole value of a YAML file that is no dbt properties: a job's list of models."""
        if not self._is_yaml or _PROPERTIES.search(self.held):
            return False
        rest = self._line(hit.start())[hit.end() - self.held.rfind("\n", 0, hit.start()) - 1 :]
        return bool(_SCALAR_BEFORE.search(before.rpartition("\n")[2]) and _SCALAR_AFTER.match(rest))

    def _is_relation(self, hit: re.Match[str], before: str, owners: set[str]) -> bool:
        """Whether its schema stands before the name, or a word of SQL that a table follows."""
        owner = _OWNER.search(before)
        if owner is not None:
            if owner[1] is None or owner[1].lower() in owners:
                return True
        elif self._is_common_table(hit[0]):
            return False
        line = self._line(hit.start())
        if self._is_yaml and "hook" not in line and "sql" not in line:
            return False
        if self.path.endswith(".py") and line.lstrip().startswith(("from ", "import ")):
            return False
        return bool(_OPENS_TABLE.search(before) or _NEXT_TABLE.search(before))

    def _is_common_table(self, name: str) -> bool:
        """Whether the file names a table expression of its own so: ``with orders as (…) select … from orders``."""
        return bool(
            re.search(
                rf"\b{re.escape(name)}\b[\"`]?\s*(?:\([^()]*\)\s*)?as\s*(?:not\s+)?(?:materialized\s*)?\(",
                self.held,
                re.IGNORECASE,
            )
        )

    @property
    def _is_yaml(self) -> bool:
        return self.path.lower().endswith((".yml", ".yaml"))

    def _is_jinja(self, at: int) -> bool:
        return _within(at, self._jinja)

    @cached_property
    def _jinja(self) -> Spans:
        return [each.span() for each in _JINJA.finditer(self.held)]

    @cached_property
    def _remarks(self) -> Spans:
        other = _SQL_REMARK if self.path.lower().endswith(".sql") else _HASH_REMARK
        return _merged(each.span() for kind in (_REMARK, other) for each in kind.finditer(self.held))


def _merged(spans: Iterable[tuple[int, int]]) -> Spans:
    """The spans in order, those that touch as one."""
    found: Spans = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found


def _within(at: int, spans: Spans) -> bool:
    place = bisect_right(spans, at, key=lambda span: span[0]) - 1
    return place >= 0 and at < spans[place][1]
