"""The health department, its communes and their data: what the catalogue is about."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from ckan import model
from ckan.common import config
from ckan.tests import factories
from ckanext.sonla.catalogue.demand import counting
from ckanext.sonla.catalogue.office import opening
from ckanext.sonla.shared import policy
from tests import plugins
from tests.factories import approval, catalogue

from .serving import TOKEN_SECRET
from .visitor import PASSWORD

if TYPE_CHECKING:
    from .conftest import Site

COMMUNES = (
    ("xa-chieng-mai", "UBND xã Chiềng Mai", "03646"),
    ("phuong-to-hieu", "UBND phường Tô Hiệu", "03679"),
    ("xa-muong-la", "UBND xã Mường La", "03760"),
)
PLACE: list[dict[str, Any]] = [
    {"name": "ma", "title": "Mã cơ sở", "type": "string",
     "constraints": {"required": True, "unique": True}},
    {"name": "ten", "title": "Tên cơ sở", "type": "string",
     "constraints": {"required": True}},
]  # fmt: skip
CLINICS: dict[str, Any] = {
    "fields": [
        *PLACE,
        {"name": "so_giuong", "title": "Số giường", "type": "integer",
         "constraints": {"minimum": 0}},
        {"name": "so_giay_phep", "title": "Số giấy phép", "type": "string"},
    ],
    "primaryKey": ["ma"],
}  # fmt: skip
PHARMACIES: dict[str, Any] = {
    "fields": [
        *PLACE,
        {"name": "loai_hinh", "title": "Loại hình", "type": "string",
         "constraints": {"enum": ["Nhà thuốc", "Quầy thuốc"]}},
        {"name": "so_giay", "title": "Số giấy chứng nhận", "type": "string"},
        {"name": "ngay_cap", "title": "Ngày cấp", "type": "date",
         "format": "%d/%m/%Y"},
        {"name": "so_mat_hang", "title": "Số mặt hàng", "type": "integer",
         "constraints": {"minimum": 1}},
    ],
    "primaryKey": ["ma"],
}  # fmt: skip
STATIONS: dict[str, Any] = {
    "fields": [
        {"name": "ma", "title": "Mã trạm", "type": "string",
         "constraints": {"required": True, "unique": True}},
        {"name": "ten", "title": "Tên trạm", "type": "string",
         "constraints": {"required": True}},
        {"name": "so_giuong", "title": "Số giường", "type": "integer",
         "constraints": {"minimum": 0}},
        {"name": "ngay_lap", "title": "Ngày thành lập", "type": "date"},
    ],
    "primaryKey": ["ma"],
}  # fmt: skip
VAIN_SEARCHES = 14


@dataclass(frozen=True)
class Health:
    """The desks: each is the site as the officer and leader of one agency call it."""

    # The operating office: `officer` is its operator here.
    office: Site
    department: Site
    communes: list[Site]


def settle(site: Site) -> Health:
    """Appoint people, put the catalogue in force, publish what two people publish."""
    with plugins.for_a_moment():
        config["api_token.jwt.encode.secret"] = TOKEN_SECRET
        found = _people(site)
        _catalogue()
        for _ in range(VAIN_SEARCHES):
            counting.note_empty_search("cơ sở bán lẻ thuốc")
        counting.store_counts()
        opening.open_reviews()
        model.Session.commit()
    _publish(
        found.department, "YT-01", "Cơ sở khám bệnh, chữa bệnh",
        table="co_so", filename="co-so.csv", content=_clinics(),
    )  # fmt: skip
    for number, commune in enumerate(found.communes[:2], start=1):
        _publish(
            commune, "YT-75", f"Trạm y tế, {commune.office.name}",
            table="tram", filename="tram.csv", content=_stations(number),
        )  # fmt: skip
    return found


def _people(site: Site) -> Health:
    agency: Any = model.Group.get(policy.text("operating_office"))
    office = approval.Office(
        agency.id,
        agency.name,
        officer=site.operator,
        leader=approval.appoint(agency.id, "leader"),
    )
    catalogue.agency(name="so-noi-vu", title="Sở Nội vụ")
    department = approval.office(name="so-y-te", title="Sở Y tế")
    communes = [
        approval.office(name=name, title=title, agency_kind="commune", agency_code=code)
        for name, title, code in COMMUNES
    ]
    for one in (office, department):
        for name in (one.officer, one.leader):
            user: Any = model.User.get(name)
            user.password = PASSWORD
    model.Session.commit()
    desks = [_desk(site, one) for one in (office, department, *communes)]
    return Health(desks[0], desks[1], desks[2:])


def _desk(site: Site, office: approval.Office) -> Site:
    tokens = {
        role: factories.APIToken(user=getattr(office, role))["token"]
        for role in ("officer", "leader")
    }
    return replace(site, office=office, tokens=tokens)


def _catalogue() -> None:
    domain = catalogue.domain(name="y-te", title="Y tế")["name"]
    ours = {"lead_agency": "so-y-te", "domain": domain}
    catalogue.entries_in_force(
        {
            **ours,
            "code": "YT-01",
            "title": "Cơ sở khám bệnh, chữa bệnh",
            "description": "Bệnh viện, phòng khám được cấp phép trên địa bàn tỉnh.",
            "formats": ["CSV"],
            "tables": [{"name": "co_so", "title": "Cơ sở", "schema": CLINICS}],
        },
        {
            **ours,
            "code": "YT-02",
            "title": "Cơ sở bán lẻ thuốc",
            "description": "Nhà thuốc và quầy thuốc đủ điều kiện kinh doanh dược.",
            "formats": ["XLSX", "CSV"],
            "tables": [
                {"name": "co_so", "title": "Cơ sở bán lẻ thuốc", "schema": PHARMACIES}
            ],
        },
        {**ours, "code": "YT-03", "title": "Lịch tiêm chủng mở rộng"},
        {**ours, "code": "YT-04", "title": "Số liệu phòng, chống dịch theo tuần"},
        {
            **ours,
            "code": "YT-75",
            "title": "Trạm y tế xã, phường",
            "providers": {"kind": "class", "class": "commune"},
            "formats": ["CSV"],
            "tables": [{"name": "tram", "title": "Trạm y tế", "schema": STATIONS}],
        },
    )


def _publish(
    desk: Site, code: str, title: str, *, table: str, filename: str, content: bytes
) -> None:
    package = desk.call(
        "officer",
        "package_create",
        name=f"{code.lower()}-{desk.office.name}",
        title=title,
        notes="Nguồn: báo cáo của cơ sở; Sở Y tế tổng hợp và kiểm tra.",
        owner_org=desk.office.id,
        catalogue_entry=code,
    )
    desk.upload(package["id"], content, filename, name=title, format="CSV", table=table)
    desk.settle(package["id"])
    (draft,) = desk.call("officer", "sonla_revision_list", dataset_id=package["id"])[
        "results"
    ]
    sent = desk.call(
        "officer", "sonla_revision_submit", id=draft["id"], data_period="2026-Q3"
    )
    desk.call("leader", "sonla_revision_approve", id=sent["id"], digest=sent["digest"])


def _clinics() -> bytes:
    """Return thirty clinics; four have no licence number."""
    lines = ["ma,ten,so_giuong,so_giay_phep"]
    for number in range(1, 31):
        licence = "" if number % 7 == 3 else f"{number:05}/SL-GPHĐ"
        lines.append(
            f"CS{number:03},Phòng khám đa khoa số {number},{number * 4},{licence}"
        )
    return "\n".join(lines).encode()


def _stations(commune: int) -> bytes:
    lines = ["ma,ten,so_giuong,ngay_lap"]
    lines += [
        f"TYT{commune}{number:02},Trạm y tế số {number},{number + 4},2011-0{number}-15"
        for number in range(1, 5)
    ]
    return "\n".join(lines).encode()
