"""A shared entry: one dataset a provider, one table over what all have published."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest
import sqlalchemy as sa

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.sonla.approval.publishing import renaming
from ckanext.sonla.catalogue.joined import keeping
from ckanext.sonla.shared.joined_tables import SCHEMA
from tests.factories import approval as make
from tests.factories import catalogue

if TYPE_CHECKING:
    from tests.factories.approval import Office

CSV = "ma,ten,so_luong,ngay\nAB001,Trạm {0},{1},2026-01-31\nAB002,Trạm {0} hai,,\n"
VIEW = f'{SCHEMA}."YT-75.tram"'


@pytest.fixture
def communes(with_plugins: None, clean_db: None) -> list[Office]:
    """Three communes that owe one entry."""
    found = [
        make.office(
            name=f"xa-{number}",
            title=f"UBND xã {number}",
            agency_kind="commune",
            agency_code=f"0364{number}",
        )
        for number in range(1, 4)
    ]
    catalogue.one_table_entry(
        code="YT-75",
        providers={"kind": "class", "class": "commune"},
        lead_agency=catalogue.agency(title="Sở Y tế", name="so-y-te")["name"],
        update_cycle="once",
    )
    return found


def publish(commune: Office, text: str) -> dict[str, Any]:
    """Publish a commune's dataset of the entry through two people."""
    return make.approve(commune, make.submit(commune, _draft(commune, text)))


def _draft(commune: Office, text: str) -> dict[str, Any]:
    revision = make.draft(
        commune, catalogue_entry="YT-75", name=f"tram-{commune.name}", file=None
    )
    make.upload(
        commune, revision["package_id"], text.encode(),
        filename="tram.csv", format="CSV", table="tram", name="Trạm",
    )  # fmt: skip
    return revision


def show(**data: Any) -> dict[str, Any]:
    model.Session.expire_all()
    return make.act(None, "sonla_entry_table_show", code="YT-75", **data)


def in_view(engine: sa.Engine) -> int | None:
    """Return how many rows the view has; None without a view."""
    with engine.connect() as connection:
        if connection.scalar(sa.text(f"SELECT to_regclass('{VIEW}')")) is None:
            return None
        return len(connection.execute(sa.text(f"TABLE {VIEW}")).all())


def test_a_shared_entry_has_one_table_of_what_was_published(
    communes: list[Office], datastore_superuser: sa.Engine, app: Any
) -> None:
    """It follows every publication and take-down, and never shows a draft."""
    with pytest.raises(tk.ObjectNotFound):
        show()
    first = publish(communes[0], CSV.format("một", 5))
    publish(communes[1], CSV.format("hai", 7))
    _draft(communes[2], CSV.format("nháp", 9))
    found = show()
    assert found["count"] == 4
    assert [one["id"] for one in found["fields"]] == [
        "provider", "provider_title", "ma", "ten", "so_luong", "ngay",
    ]  # fmt: skip
    told = [(row["provider"], row["ma"], row["so_luong"]) for row in found["results"]]
    assert told == [
        ("03641", "AB001", 5), ("03641", "AB002", None),
        ("03642", "AB001", 7), ("03642", "AB002", None),
    ]  # fmt: skip
    assert in_view(datastore_superuser) == 4
    page = app.get("/catalogue/YT-75").body
    assert "nháp" not in page
    assert "Trạm hai hai" in page

    update = make.act(
        communes[0].officer, "sonla_revision_open", dataset_id=first["dataset_id"]
    )
    package = make.show(update["package_id"])
    make.upload(
        communes[0], package["id"], CSV.format("mới", 6).encode(),
        id=package["resources"][0]["id"], filename="tram.csv", format="CSV",
        table="tram",
    )  # fmt: skip
    assert show()["results"][0]["ten"] == "Trạm một", "a draft changes nothing"
    make.approve(communes[0], make.submit(communes[0], update))
    assert show()["results"][0]["ten"] == "Trạm mới"
    assert in_view(datastore_superuser) == 4
    assert renaming.drop_old(-10) == 1, "no view holds the table that stepped back"

    operator = _operator()
    make.act(
        operator, "sonla_dataset_take_down", dataset_id=first["dataset_id"],
        reason="Sai số liệu",
    )  # fmt: skip
    assert {row["provider"] for row in show()["results"]} == {"03642"}
    assert in_view(datastore_superuser) == 2
    delivered = make.act(None, "sonla_entry_delivery_list", code="YT-75")
    assert (delivered["count"], delivered["delivered"]) == (3, 1)


def _operator() -> str:
    office = catalogue.agency(
        name="so-khoa-hoc-va-cong-nghe", title="Sở Khoa học và Công nghệ"
    )
    return make.appoint(office["id"], "operator")


def test_what_the_view_lacks_is_joined_anyway(
    communes: list[Office], datastore_superuser: sa.Engine
) -> None:
    """Whatever becomes of the view, readers get what is public; the tick mends it."""
    publish(communes[0], CSV.format("một", 5))
    publish(communes[1], CSV.format("hai", 7))
    with datastore_superuser.begin() as connection:
        connection.execute(sa.text(f"DROP VIEW {VIEW}"))
        connection.execute(sa.text(f'CREATE VIEW {SCHEMA}."XX-1" AS SELECT 1 AS one'))
    asked = {"filters": {"ma": "AB001"}, "sort": "so_luong desc"}
    assert [row["so_luong"] for row in show(**asked)["results"]] == [7, 5]
    keeping.refresh_all()
    assert in_view(datastore_superuser) == 4
    assert [row["so_luong"] for row in show(**asked)["results"]] == [7, 5]
    with datastore_superuser.connect() as connection:
        views = connection.scalars(
            sa.text("SELECT viewname FROM pg_views WHERE schemaname = :schema"),
            {"schema": SCHEMA},
        ).all()
    assert views == ["YT-75.tram"], "a view of no entry goes"
    assert show(filters={"provider": ["03642"]}, limit=1)["count"] == 2
    assert show(offset=3)["results"][0]["ten"] == "Trạm hai hai"
    for wrong in ({"filters": {"x": 1}}, {"sort": "x"}, {"filters": "[]"}):
        with pytest.raises(tk.ValidationError):
            show(**wrong)


def test_the_joined_table_is_one_download(communes: list[Office], app: Any) -> None:
    publish(communes[0], CSV.format("=1+1", 5))
    publish(communes[1], CSV.format("hai", 7))
    answer = app.get("/catalogue/YT-75/data.csv")
    rows = list(csv.DictReader(io.StringIO(answer.get_data().decode("utf-8-sig"))))
    assert [row["provider"] for row in rows] == ["03641", "03641", "03642", "03642"]
    assert rows[2]["ten"] == "Trạm hai"
    again = app.get(
        "/catalogue/YT-75/data.csv", headers={"If-None-Match": answer.headers["ETag"]}
    )
    assert again.status_code == 304
    content = app.get("/catalogue/YT-75/data.xlsx").get_data()
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    assert sheet is not None
    cells = list(sheet.iter_rows(values_only=True))
    assert cells[0][:3] == ("Mã cơ quan", "Cơ quan cung cấp", "Mã")
    assert cells[1][:5] == ("03641", "UBND xã 1", "AB001", "Trạm =1+1", 5)
    assert "Set-Cookie" not in answer.headers
    assert app.get("/catalogue/YT-75/data.csv?table=x").status_code == 404
    assert app.get("/catalogue/none/data.csv").status_code == 404
