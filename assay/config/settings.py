"""The settings of one Assay folder, read whole and typed."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel, Field, PrivateAttr, ValidationError

from assay.config.decisions import (
    BackfillSettings,
    BudgetSettings,
    CleanupSettings,
    UnusedSettings,
    WasteSettings,
)
from assay.config.delivery import AlertSettings, ChannelSettings, RouteSettings
from assay.config.detector import DetectorSettings
from assay.config.document import FILE_NAME
from assay.config.faults import fault, nearest
from assay.config.layers import Layers, flat
from assay.config.models import (
    CheckSettings,
    ConnectionName,
    ConnectionSettings,
    FactsSettings,
    IncidentSettings,
    MappingSettings,
    MoneySettings,
    PrivacySettings,
    Section,
    StoreSettings,
)
from assay.config.plain_secrets import hide_password
from assay.config.work import WorkerSettings
from assay.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ConfigT = TypeVar("ConfigT", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class _Source:
    """Where settings came from: their folder, and what each layer said."""

    folder: Path
    layers: Layers


class Settings(Section):
    """Everything that can be set. `store.url` and `facts.root` are filled and absolute once loaded."""

    store: StoreSettings = StoreSettings()
    facts: FactsSettings = FactsSettings()
    money: MoneySettings = MoneySettings()
    privacy: PrivacySettings = PrivacySettings()
    mapping: MappingSettings = MappingSettings()
    incidents: IncidentSettings = IncidentSettings()
    connections: dict[ConnectionName, ConnectionSettings] = Field(default_factory=dict)
    channels: dict[ConnectionName, ChannelSettings] = Field(default_factory=dict)
    routes: tuple[RouteSettings, ...] = ()
    alerts: AlertSettings = AlertSettings()
    detector: DetectorSettings = DetectorSettings()
    worker: WorkerSettings = WorkerSettings()
    unused: UnusedSettings = UnusedSettings()
    waste: WasteSettings = WasteSettings()
    backfill: BackfillSettings = BackfillSettings()
    budgets: dict[ConnectionName, BudgetSettings] = Field(default_factory=dict)
    cleanup: CleanupSettings = CleanupSettings()

    checks: dict[str, CheckSettings] = Field(default_factory=dict)

    _source: _Source = PrivateAttr(default_factory=lambda: _Source(Path(), Layers()))

    @classmethod
    def load(
        cls,
        folder: Path | str,
        overrides: Mapping[str, object] | None = None,
        environ: Mapping[str, str] | None = None,
    ) -> Settings:
        """Read a folder's settings; `overrides` are dotted keys. Without assay.toml there are the defaults.

        Raises ConfigError naming the key, its file and line, and the nearest valid key.
        """
        place = Path(folder).absolute()
        layers = Layers.read(place / FILE_NAME, os.environ if environ is None else environ, overrides or {})
        try:
            return cls.model_validate(_placed(layers.values, place), context=_Source(place, layers))
        except ValidationError as error:
            raise fault(error, cls, layers.origin) from None

    def model_post_init(self, context: Any) -> None:  # noqa: ANN401 - pydantic's own signature
        """Remember where the values came from."""
        if isinstance(context, _Source):
            self._source = context

    @property
    def folder(self) -> Path:
        """The folder the settings are of."""
        return self._source.folder

    @property
    def work_folder(self) -> Path:
        """Where Assay keeps its own files by default."""
        return self._source.folder / ".assay"

    @property
    def exists(self) -> bool:
        """Whether the folder has an assay.toml."""
        return (self._source.folder / FILE_NAME).is_file()

    def origin(self, key: str) -> str:
        """Where the value of a dotted key comes from: a line, a variable, a flag, or 'default'."""
        return self._source.layers.origins.get(key, "default")

    def connection(self, name: str) -> ConnectionSettings:
        """The connection of that name; ConfigError with the nearest one when there is none."""
        if name not in self.connections:
            raise ConfigError(f"There is no connection {name}.", hint=nearest(name, sorted(self.connections)))
        return self.connections[name]

    def connection_config(self, name: str, config_class: type[ConfigT]) -> ConfigT:
        """The connection's options as its kind's config class; ConfigError when they do not fit it."""
        options = self._with_paths(self.connection(name).options, config_class)
        if "user_names" in config_class.model_fields:
            options.setdefault("user_names", self.privacy.user_names)
        try:
            return config_class.model_validate(options)
        except ValidationError as error:
            raise fault(error, config_class, self._source.layers.origin, f"connections.{name}.") from None

    def channel_config(self, name: str, config_class: type[ConfigT]) -> ConfigT:
        """The channel's options as its kind's config class; ConfigError when they do not fit it."""
        if name not in self.channels:
            raise ConfigError(f"There is no channel {name}.", hint=nearest(name, sorted(self.channels)))
        options = self._with_paths(self.channels[name].options, config_class)
        try:
            return config_class.model_validate(options)
        except ValidationError as error:
            raise fault(error, config_class, self._source.layers.origin, f"channels.{name}.") from None

    def shown(self) -> Iterator[tuple[str, str, str]]:
        """Every key with its value and origin, secrets hidden, for `assay config show`."""
        values = self.model_dump(mode="json", exclude={"mapping"})
        for dotted, value in flat(values):
            yield dotted, hide_password(_text(value)), self.origin(dotted)
        for place, rule in enumerate(self.mapping.rules):
            for dotted, text in flat(rule.patterns | {"asset": rule.asset}, f"mapping.rules.{place}."):
                yield dotted, text, self._source.layers.origin(dotted)

    def _with_paths(self, options: dict[str, Any], config_class: type[BaseModel]) -> dict[str, Any]:
        """The options with relative folders taken from the settings' folder."""
        fields = folder_fields(config_class)
        return {
            key: _absolute(value, self._source.folder)
            if key in fields and isinstance(value, str) and value
            else value
            for key, value in options.items()
        }


def _text(value: object) -> str:
    """A value for people: a list by its parts, nothing for what is not set."""
    if isinstance(value, list):
        return ", ".join(map(_text, value))
    return "" if value is None else str(value)


def folder_fields(config_class: type[BaseModel]) -> frozenset[str]:
    """The options of a config class that name a folder: typed Path, or said so by ``{"format": "path"}``."""
    properties = config_class.model_json_schema()["properties"]
    return frozenset(name for name, schema in properties.items() if _is_path(schema))


def _is_path(schema: dict[str, Any]) -> bool:
    return schema.get("format") == "path" or any(_is_path(inner) for inner in schema.get("anyOf", ()))


def _placed(values: dict[str, Any], folder: Path) -> dict[str, Any]:
    """The values with where the store and the facts are: filled in, and taken from the settings' folder."""
    store, facts = values.get("store", {}), values.get("facts", {})
    placed = dict(values)
    if isinstance(store, dict):
        url = str(store.get("url") or "sqlite:///.assay/assay.db")
        placed["store"] = {**store, "url": _absolute_url(url, folder)}
    if isinstance(facts, dict):
        placed["facts"] = {**facts, "root": _absolute(str(facts.get("root") or ".assay/facts"), folder)}
    return placed


def _absolute(path: str, folder: Path) -> str:
    return path if "://" in path else str(folder / Path(path).expanduser())


def _absolute_url(url: str, folder: Path) -> str:
    scheme, slashes, path = url.partition(":///")
    if not scheme.startswith("sqlite") or not slashes or not path or path.startswith((":", "/")):
        return url
    return f"{scheme}:///{folder / path}"
