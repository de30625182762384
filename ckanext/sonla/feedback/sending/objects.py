"""What feedback is about, and who therefore answers it (article 9.2).

Only what a stranger can see can be named: a draft is refused in the same words as what
does not exist.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.sonla.feedback.vocabulary import OF_THE_OFFICE
from ckanext.sonla.shared import policy
from ckanext.sonla.shared.asking import sonla_ask


@dataclass(frozen=True)
class About:
    """The object of feedback: ids and codes, each None where it has none."""

    dataset_id: str | None = None
    resource_id: str | None = None
    row_id: int | None = None
    column_name: str | None = None
    entry_code: str | None = None
    about_agency_id: str | None = None
    # Kept at hand while feedback is made: nobody asks the database for it again.
    agency: Any = dataclasses.field(default=None, compare=False, repr=False)

    def as_dict(self) -> dict[str, Any]:
        """Return the columns of `sonla_feedback`."""
        names = [one.name for one in dataclasses.fields(self) if one.name != "agency"]
        return {name: getattr(self, name) for name in names}


def of(data: dict[str, Any]) -> About:
    """Return what is meant by `dataset_id`, `resource_id`, `entry`, `agency`.

    The nearest counts: a resource names its dataset, a dataset its entry and agency.

    Raises:
        ValidationError: a stranger can see no such thing.
    """
    if data.get("resource_id") or data.get("dataset_id"):
        return _of_dataset(data)
    if data.get("row") or data.get("column"):
        raise _refused("resource_id", tk._("Name the table of the row or column."))
    if data.get("entry"):
        return _of_entry(data["entry"], data.get("agency"))
    if data.get("agency"):
        agency = _agency(data["agency"])
        return About(about_agency_id=agency.id, agency=agency)
    return About()


def handler_of(kind: str, about: About) -> str:
    """Return the id of the agency that answers: the object's, else the office."""
    if kind not in OF_THE_OFFICE and about.about_agency_id:
        agency = model.Session.get(model.Group, about.about_agency_id)
        if agency is not None and agency.state == "active":
            return agency.id
    return office_id()


def office_id() -> str:
    """Return the id of the operating office, its name while it isn't founded."""
    name = policy.text("operating_office")
    office = model.Group.get(name)
    return office.id if office else name


def _of_dataset(data: dict[str, Any]) -> About:
    resource = _resource(data["resource_id"]) if data.get("resource_id") else None
    asked = data.get("dataset_id")
    package = public(asked or (resource.package_id if resource else ""))
    if package is None:
        name = "dataset_id" if asked else "resource_id"
        raise _refused(name, _NO_SUCH[name]())
    if resource is not None and resource.package_id != package.id:
        raise _refused("resource_id", _NO_SUCH["resource_id"]())
    if resource is None and (data.get("row") or data.get("column")):
        raise _refused("resource_id", tk._("Name the table of the row or column."))
    code = (package.extras or {}).get("catalogue_entry")
    return About(
        dataset_id=package.id,
        resource_id=resource.id if resource else None,
        row_id=data.get("row"),
        column_name=_column(resource, data.get("column")),
        entry_code=str(code) if code else None,
        about_agency_id=package.owner_org,
    )


def public(name: str) -> Any:
    """Return a dataset that strangers see; a draft is private, so is a taken-down."""
    return model.Session.scalar(
        sa.select(model.Package).where(
            sa.or_(model.Package.id == name, model.Package.name == name),
            model.Package.state == "active",
            model.Package.private.is_(False),
            model.Package.type == "dataset",
        )
    )


def _resource(resource_id: str) -> Any:
    found = model.Session.get(model.Resource, resource_id)
    if found is None or found.state != "active":
        raise _refused("resource_id", _NO_SUCH["resource_id"]())
    return found


def _column(resource: Any, name: str | None) -> str | None:
    """Return a column of the public table, by its name or by what it is called.

    Nobody makes up one: the public reads at once what feedback is about.
    """
    if not name or resource is None:
        return None
    found = sonla_ask(
        "datastore_search", resource_id=resource.id, limit=0, include_total=False
    )
    asked = name.casefold()
    for field in (found or {}).get("fields", []):
        label = str((field.get("info") or {}).get("label") or "")
        if field["id"] != "_id" and asked in (field["id"].casefold(), label.casefold()):
            return str(field["id"])
    raise _refused("column", tk._("The table has no such column."))


def _of_entry(code: str, agency: str | None) -> About:
    entry = sonla_ask("sonla_entry_show", code=code)
    if not entry:
        raise _refused("entry", _NO_SUCH["entry"]())
    # An entry of many providers: the one whose data is meant, if somebody says so.
    named = model.Group.get(agency) if agency else None
    lead = model.Group.get(entry.get("lead_agency") or None)
    if agency and named is None:
        raise _refused("agency", _NO_SUCH["agency"]())
    about = named if named is not None and _provides(entry, named) else lead
    return About(entry_code=entry["code"], about_agency_id=about.id if about else None)


def _provides(entry: dict[str, Any], agency: Any) -> bool:
    listed = (
        sonla_ask("sonla_entry_delivery_list", code=entry["code"], limit=1000) or {}
    )
    names = {line.get("agency") for line in listed.get("results", [])}
    return bool(names & {agency.id, agency.name})


# Made once: with each request it would take as long as the asking.
_NAMED = (
    sa.select(model.Group)
    .where(
        sa.or_(
            model.Group.id == sa.bindparam("name"),
            model.Group.name == sa.bindparam("name"),
        )
    )
    .limit(1)
)


def _agency(name: str) -> Any:
    """Return an agency by its id or name, in one question."""
    found = model.Session.scalars(_NAMED, {"name": name}).first()
    if found is None or not found.is_organization or found.state != "active":
        raise _refused("agency", _NO_SUCH["agency"]())
    return found


_NO_SUCH = {
    "dataset_id": lambda: tk._("No such dataset is published."),
    "resource_id": lambda: tk._("No such file or table is published."),
    "entry": lambda: tk._("The catalogue has no such entry."),
    "agency": lambda: tk._("There is no such agency."),
}


def _refused(name: str, sentence: str) -> tk.ValidationError:
    return tk.ValidationError({name: [sentence]})
