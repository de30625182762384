"""Domains, agencies and entries in force, made in one call for a test."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.tests import factories
from ckanext.sonla.catalogue import editions, states
from ckanext.sonla.catalogue.model import Edition
from ckanext.sonla.shared import clock

STATIONS: dict[str, Any] = {
    "fields": [
        {"name": "ma", "title": "Mã", "type": "string",
         "constraints": {"required": True, "unique": True,
                         "pattern": "[A-Z]{2}[0-9]{3}"}},
        {"name": "ten", "title": "Tên", "type": "string",
         "constraints": {"required": True}},
        {"name": "so_luong", "title": "Số lượng", "type": "integer",
         "constraints": {"minimum": 0}},
        {"name": "ngay", "title": "Ngày", "type": "date"},
    ],
    "primaryKey": ["ma"],
}  # fmt: skip


def domain(**values: Any) -> dict[str, Any]:
    """Make a domain."""
    return _group("group", "Lĩnh vực", values)


def agency(**values: Any) -> dict[str, Any]:
    """Make an agency without accounts, a department unless said otherwise."""
    return _group("organization", "Sở", {"agency_kind": "department", **values})


def _group(kind: str, word: str, values: dict[str, Any]) -> dict[str, Any]:
    number = factories.fake.unique.random_int(100, 99999)
    group = model.Group(
        name=values.pop("name", f"{kind}-{number}"),
        title=values.pop("title", f"{word} {number}"),
        type=kind,
        is_organization=kind == "organization",
    )
    model.Session.add(group)
    model.Session.flush()
    model.Session.execute(
        sa.update(model.group_table)
        .where(model.group_table.c["id"] == group.id)
        .values(extras=values)
    )
    model.Session.commit()
    return {"id": group.id, "name": group.name, "title": group.title, **values}


def entry_in_force(**values: Any) -> dict[str, Any]:
    """Put an entry into the catalogue by an edition of its own, decided today.

    Args:
        values: fields of `sonla_entry_create`; `lead_agency` (a name) is made when it
            is missing, and so is `domain`.
    """
    return entries_in_force(values)[0]


def entries_in_force(*lines: dict[str, Any]) -> list[dict[str, Any]]:
    """Put several entries into the catalogue by one edition, decided today."""
    kind = "amending" if _any_edition() else "replacing"
    edition = editions.create_edition(kind, "factory-operator")
    codes = []
    for number, line in enumerate(lines):
        data = {
            "code": f"DL-{factories.fake.unique.random_int(100, 99999)}-{number}",
            "title": "Trạm y tế xã",
            "update_cycle": "quarterly",
            **line,
        }
        if "lead_agency" not in data:
            data["lead_agency"] = agency()["name"]
        if "domain" not in data:
            data["domain"] = domain()["name"]
        editions.create_entry(edition, data, "factory-operator")
        codes.append(data["code"])
    states.Submit().run(edition, "factory-operator")
    states.Approve().run(
        edition,
        "factory-leader",
        decision_number="782/QĐ-UBND",
        decision_date=clock.today(),
    )
    model.Session.commit()
    show = tk.get_action("sonla_entry_show")
    return [show({"ignore_auth": True}, {"code": code}) for code in codes]


def one_table_entry(**values: Any) -> dict[str, Any]:
    """Put an entry with one governed table, `tram`, into the catalogue."""
    tables = [{"name": "tram", "title": "Trạm y tế", "schema": STATIONS}]
    return entry_in_force(**{"tables": tables, "formats": ["CSV"], **values})


def dataset(**values: Any) -> dict[str, Any]:
    """Make a dataset of an entry; the entry and its provider are made when missing."""
    if "catalogue_entry" not in values:
        made = one_table_entry()
        values["catalogue_entry"] = made["code"]
        values.setdefault("owner_org", made["provider_agencies"][0])
    if "owner_org" not in values:
        show = tk.get_action("sonla_entry_show")
        entry = show({"ignore_auth": True}, {"code": values["catalogue_entry"]})
        values["owner_org"] = entry["provider_agencies"][0]
    values["owner_org"] = _agency_id(values["owner_org"])
    name = values.setdefault("name", f"bo-du-lieu-{factories.fake.unique.random_int()}")
    values = {"title": name, "notes": "Dữ liệu để thử.", **values}
    site_user = tk.get_action("get_site_user")({"ignore_auth": True}, {})
    return tk.get_action("package_create")(
        {"ignore_auth": True, "user": site_user["name"]}, values
    )


def _agency_id(agency: str) -> str:
    found = model.Group.get(agency)
    assert found is not None
    return found.id


def _any_edition() -> bool:
    return bool(
        model.Session.query(Edition).filter(Edition.state == "in_force").count()
    )
