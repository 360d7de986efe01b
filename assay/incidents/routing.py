"""Who is told of an incident: routes by glob, the owner who decides, and what happens where no route fits."""

from __future__ import annotations

from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from assay.config.delivery import AlertSettings
from assay.config.faults import nearest
from assay.errors import AssayError, ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from assay.config import Settings


@dataclass(frozen=True, slots=True)
class Subject:
    """What routes and silences look at."""

    asset: str
    owner: str = ""
    tags: tuple[str, ...] = ()
    cause: str = ""
    severity: str = ""
    impact: str = ""
    channel: str = ""

    def values(self, name: str) -> tuple[str, ...]:
        """What a pattern of that name is held against; an asset has many tags, and one that fits is enough."""
        if name == "tag":
            return self.tags or ("",)
        return (str(getattr(self, name)),)


PATTERNS = ("asset", "tag", "owner", "cause", "severity", "impact", "channel")
"""What may be matched by glob."""


def matches(patterns: Mapping[str, str], subject: Subject) -> bool:
    """Whether each pattern fits, without regard to case; no pattern fits everything."""
    return all(
        any(fnmatchcase(value.lower(), pattern.lower()) for value in subject.values(name))
        for name, pattern in patterns.items()
        if pattern != "*"
    )


@dataclass(frozen=True, slots=True)
class Route:
    """Subjects that match `patterns` go to `channels`; `proceed` asks the routes after it, too."""

    channels: tuple[str, ...]
    patterns: Mapping[str, str] = field(default_factory=dict)
    digest: bool = False
    proceed: bool = False

    def __str__(self) -> str:
        said = " ".join(f"{name}={pattern}" for name, pattern in self.patterns.items() if pattern != "*")
        return said or "everything"


@dataclass(frozen=True, slots=True)
class OwnerRule:
    """Assets that match `patterns` belong to `owner`."""

    owner: str
    patterns: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Target:
    """A channel that is told, whether in its digest only, and the route that says so ('' for the default)."""

    channel: str
    digest: bool = False
    route: str = ""


@dataclass(frozen=True, slots=True)
class Routing:
    """The routes in their order, the channels where none fits, and how long a first telling waits."""

    routes: tuple[Route, ...] = ()
    default: tuple[str, ...] = ()
    owners: tuple[OwnerRule, ...] = ()
    group_wait_ms: int = 30_000

    @classmethod
    def of(cls, settings: Settings) -> Routing:
        """The routing the settings describe; ConfigError where they name a channel that is not there."""
        alerts = settings.alerts
        default = alerts.channels or tuple(settings.channels)
        routing = cls(
            routes=tuple(
                Route(
                    route.channels,
                    {name: getattr(route, name) for name in PATTERNS if name != "channel"},
                    digest=route.digest,
                    proceed=route.proceed,
                )
                for route in settings.routes
            ),
            default=default,
            owners=tuple(OwnerRule(o.owner, {"asset": o.asset, "tag": o.tag}) for o in alerts.owners),
            group_wait_ms=alerts.group_wait_s * 1000,
        )
        _expect_channels(settings, alerts.channels, "alerts.channels")
        _expect_channels(settings, [alerts.fallback] if alerts.fallback else [], "alerts.fallback")
        for place, route in enumerate(settings.routes):
            _expect_channels(settings, route.channels, f"routes.{place}.channels")
        return routing

    def targets(self, subject: Subject) -> tuple[Target, ...]:
        """Who is told of the subject, each once; where a channel is named twice, the first route decides."""
        found: dict[str, Target] = {}
        for route in self.routes:
            if not matches(route.patterns, subject):
                continue
            for channel in route.channels:
                found.setdefault(channel, Target(channel, route.digest, str(route)))
            if not route.proceed:
                return tuple(found.values())
        return tuple(found.values()) or tuple(Target(channel) for channel in self.default)

    def owner(self, subject: Subject, candidates: Iterable[str] = ()) -> str:
        """Who owns the subject: the first rule that fits, else the first candidate that is not empty."""
        ruled = (rule.owner for rule in self.owners if matches(rule.patterns, subject))
        return next(ruled, "") or next(filter(None, (subject.owner, *candidates)), "")


def routable(settings: Settings) -> tuple[Settings, AssayError | None]:
    """The settings, without their routes when these cannot be used, and why: an alert too many is better than none."""
    try:
        Routing.of(settings)
    except AssayError as error:
        rhythm = settings.alerts.model_dump(exclude={"channels", "fallback"})
        changes = {"routes": (), "alerts": AlertSettings.model_validate(rhythm)}
        return settings.model_copy(update=changes), error
    return settings, None


def _expect_channels(settings: Settings, names: Sequence[str], key: str) -> None:
    known = sorted(settings.channels)
    for name in names:
        if name not in settings.channels:
            raise ConfigError(
                f"{settings.origin(key)}: {key} names the channel {name}, which is not there.",
                hint=nearest(name, known) or "Describe it in a table [channels.NAME].",
            )
