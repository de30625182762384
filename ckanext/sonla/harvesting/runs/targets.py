"""What a source's rows go into: a dataset of its agency, and a table of its entry."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.sonla.shared import roles, row_intake

from .problems import RunProblem

if TYPE_CHECKING:
    from ckan.types import Context
    from ckanext.sonla.harvesting.sources import Source

# What changes nothing of what is read.
_BESIDE = ("owner", "contact", "limits", "schedule", "mail", "standing", "period")


@dataclass(frozen=True)
class Target:
    """Where rows go.

    Args:
        dataset: the package dict of the dataset, published or never so.
        resource: of it, whose table the rows are; without `id` where none is yet.
        officer: the name of the account in whose name the revision is.
        schema: the Table Schema; None where none governs.
        published: the id of the revision that is public; None without one.
        open: the revision that is open, as its action shows it; None without one.
    """

    dataset: dict[str, Any]
    resource: dict[str, Any]
    officer: str
    schema: dict[str, Any] | None
    published: str | None
    open: dict[str, Any] | None

    @property
    def base(self) -> str | None:
        """The public table, by name; None while there is none."""
        public = self.published and self.resource.get("datastore_active")
        return self.resource["id"] if public else None

    @property
    def table(self) -> str | None:
        """The name of the entry's table."""
        return self.resource.get("table")

    @property
    def key(self) -> list[str]:
        """The primary key of the Table Schema."""
        key = (self.schema or {}).get("primaryKey") or []
        return [key] if isinstance(key, str) else list(key)

    def context(self) -> Context:
        """Return a context of the officer, whose permissions are asked for."""
        return context_of(self.officer)

    def act(self, action: str, **data: Any) -> Any:
        """Call an action in the officer's name."""
        return act(self.officer, action, **data)

    def digest(self, source: Source) -> str:
        """Return what changes when the same rows would be read otherwise."""
        config = {k: v for k, v in source.config.items() if k not in _BESIDE}
        told = [source.kind, source.url, config, self.dataset["id"], self.schema]
        text = json.dumps(told, sort_keys=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()


def context_of(officer: str) -> Context:
    """Return a context of an officer, whose permissions are asked for."""
    user = model.User.get(officer)
    return {"user": officer, "auth_user_obj": user, "ignore_auth": False}


def act(officer: str, action: str, **data: Any) -> Any:
    """Call an action in an officer's name."""
    return tk.get_action(action)(context_of(officer), data)


def of(source: Source) -> Target:
    """Return where a source's rows go.

    Raises:
        RunProblem: nowhere, as long as somebody mends it.
    """
    dataset = _dataset(source)
    officer = officer_of(dataset["owner_org"])
    resource = _resource(source, dataset)
    return Target(
        dataset=dataset,
        resource=resource,
        officer=officer,
        schema=row_intake.current().schema(dataset, resource),
        published=newest(officer, dataset["id"], ["published"]).get("id"),
        open=_open(officer, dataset["id"]),
    )


def officer_of(agency_id: str | None) -> str:
    """Return in whose name an agency's revisions are submitted.

    Raises:
        RunProblem: it has no officer.
    """
    officers = roles.holders_of(roles.OFFICER, agency_id or "")
    officer = model.User.get(officers[0]) if officers else None
    if officer is None:
        raise RunProblem("no_officer")
    return officer.name


def whole(officer: str, dataset_id: str) -> Target:
    """Return a whole dataset as the place where something goes, no table of it.

    Args:
        officer: in whose name.
        dataset_id: of the dataset, published or never so.
    """
    context: Context = {"ignore_auth": True, "user": "", "use_cache": False}
    return Target(
        dataset=tk.get_action("package_show")(context, {"id": dataset_id}),
        resource={},
        officer=officer,
        schema=None,
        published=newest(officer, dataset_id, ["published"]).get("id"),
        open=_open(officer, dataset_id),
    )


OPEN = ["draft", "submitted", "returned", "scheduled", "publishing"]


def _open(officer: str, dataset_id: str) -> dict[str, Any] | None:
    """Return the revision that is open, or withdrawn and would be taken up again."""
    states = [*OPEN, "withdrawn", "published", "superseded"]
    last = newest(officer, dataset_id, states)
    is_left = last.get("state") == "withdrawn"
    return last if is_left else newest(officer, dataset_id, OPEN) or None


def newest(officer: str, dataset_id: str, states: list[str] | None) -> dict[str, Any]:
    """Return a dataset's newest revision of some states, or of any; {} without one."""
    context: Context = {"user": officer, "ignore_auth": False}
    asked = {"dataset_id": dataset_id, "limit": 1}
    if states:
        asked["state"] = states
    found = tk.get_action("sonla_revision_list")(context, asked)
    return found["results"][0] if found["results"] else {}


def _dataset(source: Source) -> dict[str, Any]:
    named = source.config.get("dataset")
    if not named:
        raise RunProblem("no_dataset")
    try:
        found = tk.get_action("package_show")(
            {"ignore_auth": True, "user": "", "use_cache": False}, {"id": named}
        )
    except tk.ObjectNotFound:
        raise RunProblem("dataset_gone", dataset=named) from None
    if found["type"] != "dataset" or found["state"] != "active":
        raise RunProblem("dataset_gone", dataset=named)
    if found["owner_org"] != source.agency_id:
        raise RunProblem("other_agency", dataset=found["name"])
    return found


def _resource(source: Source, dataset: dict[str, Any]) -> dict[str, Any]:
    """Return the resource whose table the rows are, or what one is made of."""
    tables = {one["name"]: one for one in _entry(dataset).get("tables") or []}
    named, known = source.config.get("table"), ", ".join(tables)
    if named and named not in tables:
        raise RunProblem("no_table", table=named, known=known)
    if not named and len(tables) > 1:
        raise RunProblem("which_table", known=known)
    name = named or next(iter(tables), None)
    resources = dataset["resources"]
    for resource in resources:
        if name and resource.get("table") == name:
            return resource
    tabular = [one for one in resources if one.get("datastore_active")]
    if len(tables) <= 1 and len(tabular) == 1:
        return {**tabular[0], **({"table": name} if name else {})}
    title = tables[name].get("title") if name else None
    made = {"name": title or dataset["title"], "format": "CSV"}
    return {**made, **({"table": name} if name else {})}


def _entry(dataset: dict[str, Any]) -> dict[str, Any]:
    code = dataset.get("catalogue_entry")
    if not code:
        return {}
    try:
        return tk.get_action("sonla_entry_show")({"ignore_auth": True}, {"code": code})
    except (KeyError, tk.ObjectNotFound, tk.ValidationError):
        return {}
