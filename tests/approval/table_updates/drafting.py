"""An update of a published table, as its officer works on it."""

from __future__ import annotations

from typing import Any

from tests.factories import approval as make

SCHEMA: dict[str, Any] = {
    "primaryKey": ["thang", "huyen"],
    "fields": [
        {"name": "thang", "title": "Tháng", "type": "yearmonth"},
        {"name": "huyen", "title": "Huyện"},
        {
            "name": "so",
            "title": "Số",
            "type": "integer",
            "constraints": {"minimum": 0},
        },
    ],
}
SET = "sonla_revision_table_set"
HEADER = "thang,huyen,so\n"
WHOLE = (
    HEADER + "2026-07,A,1\n2026-07,B,2\n2026-08,A,3\n2026-08,B,4\n2026-09,A,5\n"
).encode()


def put(
    office: make.Office, package_id: str, content: bytes, name: str, **values: Any
) -> dict[str, Any]:
    values = {"filename": name, "format": "CSV", "name": "Số liệu", **values}
    return make.upload(office, package_id, content, **values)


class Draft:
    """An update of the published table, as its officer works on it."""

    def __init__(self, office: make.Office, first: dict[str, Any]) -> None:
        self.office = office
        self.public = make.show(first["dataset_id"])["resources"][0]["id"]
        self.revision = make.act(
            office.officer, "sonla_revision_open", dataset_id=first["dataset_id"]
        )
        self.id = make.show(self.revision["package_id"])["resources"][0]["id"]

    def set(self, mode: str, **values: Any) -> dict[str, Any]:
        return make.act(
            self.office.officer,
            SET,
            **self.asked(mode, **values),
        )

    def asked(self, mode: str, **values: Any) -> dict[str, Any]:
        return {
            "id": self.revision["id"],
            "resource_id": self.id,
            "mode": mode,
            **values,
        }

    def refused(self, mode: str, **values: Any) -> Any:
        return make.refusal(
            self.office.officer,
            SET,
            **self.asked(mode, **values),
        )

    def put(self, rows: str, name: str = "phan.csv") -> dict[str, Any]:
        content = (HEADER + rows).encode()
        put(self.office, self.revision["package_id"], content, name, id=self.id)
        return self.load()

    def load(self) -> dict[str, Any]:
        return make.act(self.office.officer, "sonla_load_show", resource_id=self.id)

    def rows(self) -> list[tuple[str, str, int]]:
        return told(self.office.officer, self.id)

    def upsert(self, *records: dict[str, Any], **values: Any) -> None:
        make.act(
            self.office.officer,
            "datastore_upsert",
            resource_id=self.id,
            records=list(records),
            force=True,
            **values,
        )

    def publish(self, **values: Any) -> dict[str, Any]:
        submitted = make.submit(self.office, self.revision, **values)
        return make.approve(self.office, submitted)


def told(user: str | None, resource_id: str) -> list[tuple[str, str, int]]:
    return [
        (row["thang"], row["huyen"], row["so"]) for row in make.rows(user, resource_id)
    ]


def counts(load: dict[str, Any]) -> tuple[int, int, int]:
    changes = load["changes"]
    return changes["added"], changes["changed"], changes["removed"]
