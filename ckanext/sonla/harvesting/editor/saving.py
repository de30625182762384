"""A form that was sent: read, put into a configuration, and saved by CKAN's actions."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import ckan.plugins.toolkit as tk
from ckan.lib.munge import munge_title_to_name
from ckanext.sonla.harvesting import configuration, keeping

from . import fields as of
from . import values

if TYPE_CHECKING:
    from collections.abc import Mapping

PLAIN = ("title", "name", "url", "owner_org")


@dataclass
class Form:
    """What a form shows.

    Args:
        kind: of the source.
        plain: title, name, address and agency.
        texts: of the inputs that the JSON Schema makes, by their names.
        errors: sentences by the name of the input, `config` for those of none.
        kept: the name of the secret's input for which one is kept, if one is.
    """

    kind: str
    plain: dict[str, str]
    texts: dict[str, str]
    errors: dict[str, list[str]] = field(default_factory=dict)
    kept: str | None = None


def of_source(source: Mapping[str, Any]) -> Form:
    """Return the form of a source as it is."""
    kind = str(source["source_type"])
    config = configuration.parse(source.get("config"))
    plain = {name: str(source.get(name) or "") for name in PLAIN}
    return Form(kind, plain, values.texts(kind, config), kept=kept_in(kind, config))


def kept_in(kind: str, config: Mapping[str, Any]) -> str | None:
    """Return the input of the secret that is kept; None where none is."""
    name = keeping.needs(config)
    way = (config.get("auth") or {}).get("type")
    return f"auth.{way}.{name}" if name and kind in configuration.KINDS else None


def typed(kind: str, sent: Mapping[str, str], source: Mapping[str, Any]) -> Form:
    """Return the form that somebody sent."""
    config = configuration.parse(source.get("config"))
    names = {one.name for one in of.all_fields(kind)}
    names |= {f"{one.name}.type" for one in of.parts(kind) if isinstance(one, of.Group)}
    texts = {name: sent[name] for name in names if name in sent}
    plain = {name: sent.get(name, str(source.get(name) or "")) for name in PLAIN}
    return Form(kind, plain, texts, kept=kept_in(kind, config))


def save(form: Form, source: Mapping[str, Any]) -> dict[str, Any] | None:
    """Save what a form says; None, with the form's errors, if it is refused.

    Args:
        form: as it was sent. Its secrets are taken out whatever happens.
        source: as it is; empty for a new one.
    """
    before = configuration.parse(source.get("config"))
    try:
        config = values.config_of(form.kind, form.texts, before)
    except values.Unwritable as wrong:
        form.errors[wrong.name] = [tk._("This can't be read. See how it is written.")]
        return None
    finally:
        _forget_secrets(form)
    data: dict[str, Any] = {
        "title": form.plain["title"],
        "url": form.plain["url"],
        "config": configuration.written(config),
    }
    try:
        if source:
            action = tk.get_action("harvest_source_patch")
            return action({}, {"id": source["id"], **data})
        return _create(form, data)
    except tk.ValidationError as error:
        _tell(form, error)
        return None


def _create(form: Form, data: dict[str, Any]) -> dict[str, Any]:
    name = form.plain["name"] or _name(form.plain["title"])
    return tk.get_action("harvest_source_create")(
        {},
        {
            **data,
            "name": name,
            "source_type": form.kind,
            "owner_org": form.plain["owner_org"],
            "frequency": "MANUAL",
        },
    )


def _name(title: str) -> str:
    """Return a name for an address, the letters without their marks."""
    apart = unicodedata.normalize("NFD", title.casefold().replace("đ", "d"))
    return munge_title_to_name(apart.encode("ascii", "ignore").decode())


def _forget_secrets(form: Form) -> None:
    """Let no secret go back to the browser, however the save ends."""
    for one in values.secrets_in(form.kind):
        text = form.texts.get(one.name, "")
        if not text.startswith((keeping.ENVIRONMENT, keeping.FILE)):
            form.texts.pop(one.name, None)


def _tell(form: Form, error: tk.ValidationError) -> None:
    """Put each sentence beside the input that it is about."""
    places = {".".join(one.path): one for one in of.all_fields(form.kind)}
    for name, told in error.error_dict.items():
        sentences: Any = told if isinstance(told, list) else [told]
        for sentence in sentences:
            # `auth.password is missing.`: what stands first is the place.
            first = str(sentence).replace(":", " ").split(" ")[0].split("[")[0]
            place = _input(form, places[first]) if first in places else name
            form.errors.setdefault(place, []).append(str(sentence))


def _input(form: Form, field_: of.Field) -> str:
    *above, last = field_.path
    way = form.texts.get(f"{'.'.join(above)}.type") if field_.branch else None
    return ".".join([*above, way, last]) if way else field_.name
