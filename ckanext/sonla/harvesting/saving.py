"""Checks a source before it is saved, and puts its secret apart.

Every way to save a source comes through `prepare`: ckanext-harvest's form and actions,
CKAN's own on packages, and patching. It may be called several times for one save.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.sonla.shared import guard
from ckanext.sonla.shared.msgid import N_

from . import configuration, databases, keeping, permissions, sealing, stored

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ckan.types import Context, DataDict

TAKEN = "sonla_harvest_secret"
_SECRET_PARAMETERS = frozenset(
    ("api_key", "apikey", "key", "token", "access_token", "password", "secret", "sig")
)
_PASSWORD_IN_ADDRESS = N_(
    "Put no account or secret into the address: it goes into auth."
)
_ADDRESS = N_("Write an address that begins with http:// or https://.")
_REFERENCE = N_(
    "{field}: env: and file: name things of the portal's machine; only an operator"
    " writes them."
)
_NO_REFERENCE = N_(
    "{field}: no variable or file of this name may be read. The operator names which."
)
_UPSTREAM = N_(
    "Sources of the type {kind} would write public datasets that no leader approved."
    " Use {ours}, whose datasets become revisions."
)
_NO_KEY = N_(
    "{field}: the portal has no key to encrypt secrets with. Ask the operator for"
    " sonla.harvesting.key_file."
)


@dataclass
class _Save:
    """What is about to be saved."""

    kind: str
    url: str
    config: dict[str, Any]
    source_id: str | None
    agency: str | None
    user: str | None
    before: Any


def prepare(context: Context, data_dict: DataDict) -> None:
    """Check a source's address and configuration, and take its secret out.

    The secret goes on in the context, for `keep_taken`; what was typed stays in
    `data_dict` without it, also when it is refused.

    Raises:
        ckan ValidationError: what is wrong, under `config` or `url`.
    """
    source = _source_of(data_dict)
    kind = data_dict.get("source_type") or (source.type if source else None)
    refuse_upstream(kind)
    if kind not in configuration.KINDS:
        return
    if "config" in data_dict:
        config, plain, wrong = _take(kind, data_dict)
    else:  # A patch, or an update that leaves it.
        config, plain, wrong = _kept_config(source), None, []
    save = _Save(
        kind=kind,
        url=str(data_dict.get("url") or (source.url if source else "")),
        config=config,
        source_id=source.id if source else None,
        agency=_agency(data_dict, source),
        user=context.get("user"),
        before=source,
    )
    errors: dict[str, Any] = {"url": _url_problems(kind, save.url), "config": wrong}
    if not any(errors.values()):
        taken: Any = context.get(TAKEN)
        plain = plain if plain is not None else taken
        trusted = bool(context.get("ignore_auth"))
        errors["config"] = _secret_problems(save, plain, trusted)
    errors = {field: told for field, told in errors.items() if told}
    if errors:
        raise tk.ValidationError(errors)
    if plain is not None:
        context[TAKEN] = plain  # pyright: ignore[reportGeneralTypeIssues]


def refuse_upstream(kind: str | None) -> None:
    """Refuse the upstream types that would write public datasets themselves.

    Raises:
        ckan ValidationError: names ours, which end in revisions.
    """
    if kind is not None and (kind == "ckan" or kind.startswith("dcat_")):
        ours = "sonla_ckan" if kind == "ckan" else "sonla_dcat"
        told = tk._(_UPSTREAM).format(kind=kind, ours=ours)
        raise tk.ValidationError({"source_type": [told]})


def _source_of(data_dict: DataDict) -> Any:
    package = model.Package.get(data_dict.get("id") or data_dict.get("name"))
    return stored.source(package.id) if package else None


def _agency(data_dict: DataDict, source: Any) -> str | None:
    if data_dict.get("owner_org"):
        return str(data_dict["owner_org"])
    package = model.Package.get(source.id) if source else None
    return package.owner_org if package else None


def _take(
    kind: str, data_dict: DataDict
) -> tuple[dict[str, Any], str | None, list[str]]:
    text = data_dict["config"]
    if isinstance(text, dict):
        text = json.dumps(text)
    try:
        config = configuration.parse(text)
    except tk.ValidationError as error:
        data_dict["config"] = keeping.masked(str(text))
        told: Any = error.error_dict["config"]
        return {}, None, list(told)
    wrong = sorted(set(configuration.problems(kind, config)))
    plain = keeping.take(config)
    data_dict["config"] = configuration.written(config)
    return config, plain, wrong


def _kept_config(source: Any) -> dict[str, Any]:
    return configuration.parse(source.config if source else None)


def _url_problems(kind: str, url: str) -> list[str]:
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return [tk._(_ADDRESS)]
    names = {name.lower() for name, _ in parse_qsl(parts.query)}
    if "@" in parts.netloc or names & _SECRET_PARAMETERS:
        return [tk._(_PASSWORD_IN_ADDRESS)]
    if kind == "sonla_sql":
        return databases.address_problems(url)
    try:
        guard.split(url)
    except guard.Refused:
        return [tk._(_ADDRESS)]
    return []


def _secret_problems(save: _Save, plain: str | None, trusted: bool) -> list[str]:
    field = keeping.field_of(save.config)
    if not field:
        return []
    place = f"auth.{field}"
    reference = keeping.reference_of(save.config)
    if reference:
        return _reference_problems(save, reference, place, trusted)
    if plain is not None:
        try:
            sealing.seal("")
        except sealing.NoKey:
            return [tk._(_NO_KEY).format(field=place)]
        return []
    found = keeping.kept(save.source_id, field) if save.source_id else None
    if found is None or found.bound_to != keeping.bound_to(save.url, save.config):
        return [f"{place}: {keeping.missing_words()}"]
    return []


def _reference_problems(
    save: _Save,
    reference: str,
    place: str,
    trusted: bool,
) -> list[str]:
    if not (trusted or _same_as_before(save, reference)) and not permissions.may(
        save.user, "refer", save.agency
    ):
        return [tk._(_REFERENCE).format(field=place)]
    if keeping.reference_problem(reference):
        return [tk._(_NO_REFERENCE).format(field=place)]
    return []


def _same_as_before(save: _Save, reference: str) -> bool:
    """Tell whether an operator's reference goes where it went before."""
    if save.before is None:
        return False
    config = configuration.parse(save.before.config)
    return keeping.reference_of(config) == reference and keeping.bound_to(
        save.before.url, config
    ) == keeping.bound_to(save.url, save.config)


def keep_taken(context: Context, package: Mapping[str, Any]) -> None:
    """Keep what `prepare` took out, in the transaction that saves the source."""
    taken: Any = context.pop(TAKEN, None)  # pyright: ignore[reportCallIssue,reportArgumentType]
    # What is saved; ckanext-harvest's own row may follow later in this transaction.
    source = stored.source(package["id"])
    kind = package.get("source_type") or (source.type if source else None)
    if kind not in configuration.KINDS:
        return
    url = package.get("url") or (source.url if source else "")
    config = package.get("config") or (source.config if source else "{}")
    keeping.keep(package["id"], url, configuration.parse(config), taken)
