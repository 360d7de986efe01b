"""The connections of the settings as collectors, ready to be read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from assay.config.faults import nearest
from assay.cycle.summary import Problem, Step
from assay.errors import AssayError, ConfigError
from collectors.base import Queryable

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from pydantic import BaseModel

    from assay.config import Settings
    from assay.registry import Registry
    from collectors.base import Collector


@dataclass(frozen=True, slots=True)
class Source:
    """A connection ready to be read; `account` is the warehouse account that bills for it, '' for none."""

    name: str
    kind: str
    collector: Collector
    account: str = ""


@dataclass(frozen=True, slots=True)
class _Draft:
    """A connection whose config is read but whose collector is not built yet."""

    name: str
    kind: str
    collector_class: type[Collector]
    config: BaseModel


def open_sources(
    settings: Settings, registry: Registry, only: Collection[str] = ()
) -> tuple[list[Source], list[Problem]]:
    """Build the collector of each connection; one that cannot be built is a problem and the others stand.

    `only` names the connections wanted (all when empty); the others still lend their account's name.
    """
    for name in only:
        settings.connection(name)
    drafts, problems = _drafts(settings, registry)
    drafts, doubled = _once_each(drafts)
    problems += doubled
    accounts = {draft.name: account for draft in drafts if (account := account_of(draft.name, draft.config))}
    able = {draft.name: draft.name for draft in drafts if _answers(draft.collector_class)} | accounts
    sources = []
    for draft in drafts:
        try:
            config = _with_instance(draft, accounts or able, able)
            collector = draft.collector_class(draft.name, config)
            sources.append(Source(draft.name, draft.kind, collector, accounts.get(draft.name, "")))
        except AssayError as error:
            problems.append(Problem.of(error, draft.name, Step.COLLECT))
    wanted = set(only) or set(settings.connections)
    return (
        [source for source in sources if source.name in wanted],
        [problem for problem in problems if problem.connection in wanted],
    )


def _once_each(drafts: Sequence[_Draft]) -> tuple[list[_Draft], list[Problem]]:
    """An account read under two names would be billed twice: the first name stands, the others are problems."""
    first: dict[tuple[str, str], str] = {}
    kept, problems = [], []
    for draft in drafts:
        account = account_of(draft.name, draft.config)
        named = first.setdefault((draft.kind, account or f"connection {draft.name}"), draft.name)
        if named == draft.name:
            kept.append(draft)
        else:
            error = ConfigError(
                f"The account {account} is read by the connection {named} already; twice would double its bill.",
                hint=f"Remove connections.{draft.name}, or name its own account.",
            )
            problems.append(Problem.of(error, draft.name, Step.COLLECT))
    return kept, problems


def account_of(name: str, config: BaseModel) -> str:
    """The warehouse account of a connection: its config's, by default its name; '' where it can have none."""
    if "account" not in type(config).model_fields:
        return ""
    return str(getattr(config, "account", "") or name).lower()


def _drafts(settings: Settings, registry: Registry) -> tuple[list[_Draft], list[Problem]]:
    drafts, problems = [], []
    for name, connection in sorted(settings.connections.items()):
        try:
            collector_class = registry.collector(connection.kind)
            config = settings.connection_config(name, collector_class.config_class)
        except AssayError as error:
            problems.append(Problem.of(error, name, Step.COLLECT))
        else:
            drafts.append(_Draft(name, connection.kind, collector_class, config))
    return drafts, problems


def _answers(collector_class: type[Collector]) -> bool:
    """Whether it reads a database of its own: one that bills for nothing goes by its connection's name."""
    return issubclass(collector_class, Queryable)


def _refuse_unknown(draft: _Draft, able: Mapping[str, str]) -> None:
    """A warehouse nobody reads is a slip of the pen where others are read: its assets would stand apart."""
    named = str(getattr(draft.config, "instance", None) or "").lower()
    if named and able and named not in {*able, *able.values()}:
        raise ConfigError(
            f"connections.{draft.name}.instance is {named}, and no such account is connected.",
            hint=nearest(named, sorted(set(able.values()))),
        )


def _with_instance(draft: _Draft, warehouses: Mapping[str, str], able: Mapping[str, str]) -> BaseModel:
    """A tool that builds in a warehouse is told whose: the one it names, else the only one there is.

    `warehouses` are those it may mean without a word, `able` all that it may name.
    """
    if "instance" not in type(draft.config).model_fields:
        return draft.config
    _refuse_unknown(draft, able)
    named = str(getattr(draft.config, "instance", None) or "")
    known = sorted(set(warehouses.values()))
    if not named and len(known) > 1:
        raise ConfigError(
            f"connections.{draft.name}.instance is not set, and there are {len(known)} warehouses it may mean.",
            hint=f"Set it to one of {', '.join(known)}.",
        )
    instance = able.get(named, named) if named else "".join(known)
    return draft.config.model_copy(update={"instance": instance})
