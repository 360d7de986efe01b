"""New check: which checks would suit an asset, tried on its history, or one of your own from a form."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask import Blueprint, request
from werkzeug.datastructures import MultiDict

from assay.errors import UsageError
from assay.model.assets import AssetKey
from assay.model.checks import Severity
from assay.model.time import from_ms
from assay.registry import CHECKS
from assay.store import search
from checks.scenes import facts_of
from checks.sources import page as of_page
from checks.sources.declaring import DeclarationError
from checks.suggest import suggest
from web import forms, state
from web.check_fields import PREFIX, fields_of, label, options_of
from web.format import now_ms
from web.pages.base import asked, rendered

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy.orm import Session
    from werkzeug import Response

    from checks.suggest import Suggestion
    from web.check_fields import Field

blueprint = Blueprint("check_new", __name__)
_OWN = ("name", "asset", "severity", "owner", "description", "every")
"""The fields every check has, whatever its kind."""
_OFFERED = 100
"""How many assets a field offers; any other key may be written, too."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of check a page can make."""

    name: str
    title: str
    about: str


@dataclass(frozen=True, slots=True)
class NewCheck:
    """What the page tells: suggestions for the asset, the kinds, and the form of the one chosen."""

    asset: str
    known: bool
    """Whether the asset is there."""
    suggestions: Sequence[Suggestion]
    kinds: Sequence[Kind]
    kind: Kind | None
    fields: Sequence[Field]
    said: Mapping[str, str]
    assets: Sequence[str] = ()
    """Keys of the most read assets, to choose from."""
    wrong: DeclarationError | None = None

    @property
    def titles(self) -> dict[str, str]:
        """The titles of kinds by name."""
        return {one.name: one.title for one in self.kinds}


def query(
    session: Session, asset: str, kind: str, said: MultiDict[str, str], wrong: DeclarationError | None = None
) -> NewCheck:
    """Read the asset's suggestions, unless a form is being filled in; `said` is what stands in it already."""
    kinds = [_kind(name) for name in of_page.kinds(state.registry())]
    chosen = next((one for one in kinds if one.name == kind), None)
    if kind and chosen is None:
        raise UsageError(
            f"No page makes a check of kind {kind[:40]!r}.",
            hint=f"Choose one of {', '.join(one.name for one in kinds)}.",
        )
    key = _key(asset) if asset else None
    facts = None if key is None else facts_of(session, key)
    known = facts is not None and facts.id is not None
    found = suggest(session, facts, from_ms(now_ms())) if facts is not None and not kind else []
    fields = fields_of(state.registry().load(CHECKS, kind).config_class, said) if chosen else []
    offered = [line.key for line in search.search(session, sort="-reads", limit=_OFFERED).lines]
    kept = {name: said.get(name, "") for name in _OWN}
    return NewCheck(asset, known, found, kinds, chosen, fields, kept, offered, wrong)


def _kind(name: str) -> Kind:
    of_kind = state.registry().load(CHECKS, name)
    return Kind(name, of_kind.title, (of_kind.__doc__ or "").splitlines()[0])


def _key(text: str) -> AssetKey:
    try:
        return AssetKey.parse(text)
    except ValueError as error:
        raise UsageError(f"{error}.", hint="A key reads snowflake:acme:shop.marts.orders.") from None


@blueprint.get("/checks/new")
def page() -> str:
    """The page."""
    asked()
    told = query(state.session(), request.args.get("asset", ""), request.args.get("kind", ""), MultiDict())
    return rendered("check_new.html", told=told, severities=list(Severity))


@blueprint.post("/checks/new")
def author() -> Response | tuple[str, int]:
    """Keep the check the form says; a form with a mistake comes back as it was, with what is wrong with it."""
    kind, name = forms.field("kind"), forms.field("name")
    try:
        check = of_page.drafted(name, _given(kind), state.registry())
        _refuse_unknown(check.asset)
        with state.store().write() as session:
            of_page.add(session, check, now_ms())
    except DeclarationError as error:
        told = query(state.session(), "", kind, request.form, _plainly(error, request.form))
        return rendered("check_new.html", told=told, severities=list(Severity)), 422
    return forms.leads_to("checks.page", "check", q=check.name)


def _refuse_unknown(asset: AssetKey) -> None:
    """Refuse an asset no source told of: it is most likely misspelt, and its check could never say anything."""
    if facts_of(state.session(), asset).id is None:
        raise DeclarationError(
            f"No source has told of an asset {asset} yet.",
            hint="Choose one of the list, or copy its key from its page.",
            key="asset",
        )


def _plainly(error: DeclarationError, said: Mapping[str, str]) -> DeclarationError:
    """What is wrong, as somebody filling in a form is told: there is nothing to mend in an empty field."""
    key = error.key.partition(".")[0]
    if not key:
        return DeclarationError(error.message)
    if key == "kind" or said.get(key if key in _OWN else PREFIX + key, "").strip():
        return error
    return DeclarationError(f"{label(key).capitalize()} is empty.", hint="Fill it in.", key=error.key)


def _given(kind: str) -> dict[str, Any]:
    said = {name: forms.field(name) for name in _OWN if name != "name"}
    if kind not in of_page.kinds(state.registry()):
        return {**said, "kind": kind}
    config_class = state.registry().load(CHECKS, kind).config_class
    return {**said, "kind": kind, **options_of(config_class, request.form)}


@blueprint.post("/checks/accept")
def accept() -> Response:
    """Keep a suggested check: it is suggested anew, so that nothing but what history promises is kept."""
    asset, name = forms.field("asset"), forms.field("name")
    facts = facts_of(state.session(), _key(asset))
    found = suggest(state.session(), facts, from_ms(now_ms()))
    check = next((each.check for each in found if each.check.name == name), None)
    if check is None:
        raise UsageError("This check is no longer suggested.", hint="Load the suggestions anew.")
    said = {"asset": asset, "kind": check.kind, "severity": check.severity, **check.config}
    try:
        drafted = of_page.drafted(name, said, state.registry())
        with state.store().write() as session:
            of_page.add(session, drafted, now_ms())
    except DeclarationError as error:
        raise UsageError(error.message, hint=error.hint) from None
    return forms.leads_to("check_new.page", "check", asset=asset)
