"""Another portal that says what a test wants, and the agency that takes it over."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tests.factories import approval, catalogue

from .conftest import OWNED, make_source

if TYPE_CHECKING:
    from .conftest import Site

SCHEMA: dict[str, Any] = {
    "fields": [
        {"name": "ma", "title": "Mã", "type": "integer"},
        {"name": "ten", "title": "Tên", "type": "string",
         "constraints": {"required": True}},
    ],
    "primaryKey": ["ma"],
}  # fmt: skip
TABLE = {"name": "tram", "title": "Trạm", "schema": SCHEMA}
ROWS = "ma,ten\n1,Mường La\n2,Mộc Châu\n"


def entries(*codes: str, **values: Any) -> None:
    """Put entries of one table each into the catalogue, for the agency of `staff`."""
    line = {"lead_agency": "so-y-te", "update_cycle": "once", "formats": ["CSV"]}
    line |= {"tables": [TABLE], **values}
    catalogue.entries_in_force(*({**line, "code": code} for code in codes))


class Portal:
    """A CKAN's Action API, as far as a list of datasets goes."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.datasets: list[dict[str, Any]] = []
        site.answers["/api/3/action/package_search"] = self._search

    def _search(self, handler: Any) -> None:
        start = int(handler.path.partition("start=")[2].partition("&")[0] or 0)
        found = self.datasets[start : start + 100]
        answer = {"success": True, "result": {"count": 1, "results": found}}
        handler.reply(200, json.dumps(answer).encode())

    def file(self, path: str, content: bytes | str, kind: str = "text/csv") -> str:
        """Serve a file, and return its address."""
        body = content.encode() if isinstance(content, str) else content
        tag = f'"{hash(body)}"'

        def answer(handler: Any) -> None:
            known = handler.headers.get("If-None-Match") == tag
            handler.reply(304 if known else 200, b"" if known else body, kind, ETag=tag)

        self.site.answers[path] = answer
        return f"{self.site.address}{path}"

    def dataset(self, name: str, *files: str, **values: Any) -> dict[str, Any]:
        """Put a dataset with CSV files at these addresses into the list."""
        found = {
            "id": f"id-{name}",
            "name": name,
            "title": f"Trạm y tế {name}",
            "notes": "Các trạm y tế.",
            "tags": [{"name": "y tế"}],
            "state": "active",
            "private": False,
            "resources": [
                {"id": f"r{n}-{name}", "name": f"Bảng {n}", "url": url, "format": "CSV"}
                for n, url in enumerate(files, 1)
            ],
            **values,
        }
        self.datasets = [one for one in self.datasets if one["id"] != found["id"]]
        self.datasets.append(found)
        return found


def source(url: str, config: dict[str, Any] | None = None, **values: Any) -> Any:
    """Let the officer make a source of a CKAN."""
    values = {"source_type": "sonla_ckan", **values}
    return make_source("cb-yte", url=url, config={**OWNED, **(config or {})}, **values)


def told(source_id: str) -> dict[str, dict[str, Any]]:
    """Return what the last run says of each remote dataset, by its name."""
    found = approval.act("cb-yte", "sonla_harvest_dataset_list", source_id=source_id)
    return {one["name"]: one for one in found["results"]}


def revision(item: dict[str, Any]) -> dict[str, Any]:
    """Return the revision that a remote dataset went into, as the leader reads it."""
    return approval.act("ld-yte", "sonla_revision_show", id=item["revision_id"])


def counts(run: dict[str, Any]) -> list[int]:
    """Return what a run's ledger counts of datasets."""
    names = ("read", "added", "updated", "unchanged", "quarantined", "filtered")
    return [run[name] for name in names]
