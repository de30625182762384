# A test that meets None instead of an object fails by itself.
# pyright: reportOptionalMemberAccess=false
"""Other portals' catalogues: what they say is public by the leader's approval alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.factories import approval

from . import catalogues as of
from . import running

if TYPE_CHECKING:
    from .conftest import Site


@pytest.fixture
def portal(staff: dict[str, str], site: Site) -> of.Portal:
    """Return another portal with one dataset that belongs to an entry."""
    of.entries("DL-1", "DL-2")
    found = of.Portal(site)
    found.dataset("tram", found.file("/tram.csv", of.ROWS))
    return found


@pytest.fixture
def source(portal: of.Portal, site: Site) -> Any:
    return of.source(site.address, {"entries": {"tram": "DL-1", "khac": "DL-2"}})


def counts(run: dict[str, Any]) -> list[int]:
    names = ("read", "added", "updated", "unchanged", "quarantined", "filtered")
    return [run[name] for name in names]


def test_a_remote_dataset_becomes_public_by_the_leaders_approval(
    source: Any, portal: of.Portal
):
    portal.dataset("khong-ai-can", portal.file("/x.csv", of.ROWS))
    first = running.run(source["id"])
    assert (first["outcome"], counts(first)) == ("submitted", [2, 1, 0, 0, 0, 1])
    assert "Trạm y tế khong-ai-can" in first["reasons"][0]["sentence"]
    item = of.told(source["id"])["tram"]
    assert approval.refusal(None, "package_show", id=item["dataset_id"]) == "403"
    approval.approve(running.office(), of.revision(item))
    public = approval.act(None, "package_show", id=item["dataset_id"])
    assert (public["title"], public["catalogue_entry"]) == ("Trạm y tế tram", "DL-1")
    assert [tag["name"] for tag in public["tags"]] == ["y tế"]
    (resource,) = public["resources"]
    assert [row["ten"] for row in approval.rows(None, resource["id"], 9)] == [
        "Mường La",
        "Mộc Châu",
    ]
    # The same again opens nothing.
    again = running.run(source["id"])
    assert (again["outcome"], counts(again)) == ("unchanged", [2, 0, 0, 1, 0, 1])
    # Other rows go into the same dataset.
    portal.file("/tram.csv", of.ROWS + "3,Sông Mã\n")
    portal.dataset("tram", f"{portal.site.address}/tram.csv", title="Trạm xá")
    third = running.run(source["id"])
    assert (third["outcome"], counts(third)) == ("submitted", [2, 0, 1, 0, 0, 1])
    item = of.told(source["id"])["tram"]
    assert item["dataset_id"] == public["id"]
    assert approval.show(public["id"])["title"] == "Trạm y tế tram"
    approval.approve(running.office(), of.revision(item))
    assert approval.show(public["id"])["title"] == "Trạm xá"
    assert len(approval.rows(None, resource["id"], 9)) == 3
