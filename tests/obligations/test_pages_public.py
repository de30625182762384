# A test that meets None instead of an element fails by itself.
# pyright: reportOptionalMemberAccess=false, reportOptionalSubscript=false
"""For everybody: up to when a dataset is, and how an entry and a domain deliver."""

from __future__ import annotations

import pytest

from tests.factories import approval, catalogue
from tests.factories import obligations as make
from tests.factories.approval import act
from tests.obligations.test_settling import submitted, updated

from .callers import Kept, page

pytestmark = pytest.mark.usefixtures("with_plugins")


@pytest.fixture
def office(with_plugins, kept):
    kept.empty()
    return make.office(title="Sở Giáo dục và Đào tạo", agency_kind="department")


@pytest.fixture
def domain():
    return catalogue.domain(title="Giáo dục")


@pytest.fixture
def entry(office, domain):
    with make.at("2026-05-20 09:00"):
        return make.entry(office, title="Trường tiểu học", domain=domain["name"])


def _published(office, entry):
    with make.at("2026-10-05 09:00"):
        make.run()
        drafted = approval.draft(office, catalogue_entry=entry["code"])
        revision = approval.submit(office, drafted, data_period="2026-Q3")
        return approval.approve(office, revision)["dataset_id"]


def test_a_dataset_says_up_to_when_it_is_and_when_the_next_update_is_due(
    app, office, entry
):
    dataset = _published(office, entry)
    with make.at("2026-10-20 09:00"):
        facts = page(app, None, f"/vi/dataset/{dataset}").select_one(".facts").text
        words = " ".join(facts.split())
    assert "Cập nhật đến Quý III năm 2026" in words
    assert "hạn tiếp theo 18/01/2027 (vì sao?)" in words


def _closed_quarters():
    """Four agencies that owe one entry: two quarters closed, the third is running.

    Of the first quarter one came in time, one late, one is excused, one missing.
    """
    offices = [make.office(title=f"Xã số {n}", agency_kind="commune") for n in range(4)]
    operator = make.operator()
    stranger = make.office(title="Sở Y tế", agency_kind="department")
    domain = catalogue.domain(title="Giáo dục")
    with make.at("2026-05-20 09:00"):
        entry = make.entry(
            offices[0],
            domain=domain["name"],
            providers={"kind": "class", "class": "commune"},
        )
    with make.at("2026-10-05 09:00"):
        make.run()
        revisions = [submitted(office, entry, "2026-Q3") for office in offices[:2]]
        approval.approve(offices[0], revisions[0])
        [owed] = make.owed(operator, agency=offices[2].name, period="2026-Q3")
        act(operator, "sonla_obligation_excuse", id=owed["id"], reason="Lũ quét")
    with make.at("2026-10-20 09:00"):
        approval.approve(offices[1], revisions[1])
    for moment in ("2027-04-01 00:00", "2027-04-01 23:00"):
        with make.at(moment):
            make.run("obligations.freeze")
    with make.at("2027-04-15 09:00"):
        update = updated(offices[0], revisions[0]["dataset_id"], "2027-Q1")
        approval.approve(offices[0], update)
    return offices, operator, entry, domain, stranger


@pytest.fixture(scope="module")
def kept(reset_db):
    return Kept(reset_db, _closed_quarters)


@pytest.fixture
def closed_quarters(with_plugins, kept):
    return kept.shared()


def _bars(app, name, address):
    """Return what a picture draws: quarter, parts and figures of each bar."""
    picture = page(app, name, address).select_one("section.delivery")
    if picture is None:
        return []
    words = [one.text for one in picture.select(".bars span")]
    return [
        (quarter, [float(str(part["width"])) for part in bar("rect")], figures)
        for quarter, bar, figures in zip(
            words[::2], picture.select(".bars svg"), words[1::2], strict=True
        )
    ]


def test_a_picture_of_an_entry_and_a_domain_shows_frozen_quarters_with_their_figures(
    app, closed_quarters
):
    _, _, entry, domain, _ = closed_quarters
    with make.at("2027-04-02 09:00"):
        for address in (
            f"/vi/catalogue/{entry['code']}",
            f"/vi/group/{domain['name']}",
        ):
            assert _bars(app, None, address) == [
                ("IV/2026", [25.0] * 4, "1/4"),
                ("I/2027", [100.0], "0/4"),
            ]
            picture = page(app, None, address).select_one("section.delivery")
            rows = [[one.text for one in row(["th", "td"])] for row in picture("tr")]
            assert rows[1:] == [
                ["IV/2026", "1", "1", "1", "1"],
                ["I/2027", "0", "0", "0", "4"],
            ]
            assert "*" not in picture.text


def test_what_is_not_frozen_is_drawn_for_the_office_and_for_each_agency_its_own(
    app, closed_quarters, ckan_config, monkeypatch
):
    offices, operator, entry, domain, stranger = closed_quarters
    address = f"/vi/catalogue/{entry['code']}"
    frozen = ["IV/2026", "I/2027"]
    with make.at("2027-04-20 09:00"):
        for name in (None, stranger.officer):
            assert [bar[0] for bar in _bars(app, name, address)] == frozen
        assert _bars(app, operator, address)[2:] == [("II/2027*", [25.0, 75.0], "1/4")]
        for name in (offices[0].officer, offices[0].leader):
            assert _bars(app, name, address)[2:] == [("II/2027*", [100.0], "1/1")]
        [own] = _bars(app, offices[3].leader, address)[2:]
        assert own == ("II/2027*", [100.0], "0/1")
        told = page(app, offices[3].leader, address).select_one("section.delivery").text
        assert "chỉ tính phần của cơ quan, đơn vị bạn" in told
        # A domain's past is of all agencies: a part of it would mislead.
        whole = f"/vi/group/{domain['name']}"
        assert len(_bars(app, offices[0].officer, whole)) == 2
        assert len(_bars(app, operator, whole)) == 3
        monkeypatch.setitem(ckan_config, "sonla.policy.show_live_delays", True)
        assert _bars(app, None, address)[2:] == [("II/2027*", [25.0, 75.0], "1/4")]


def test_a_dataset_without_an_entry_or_a_deadline_says_nothing(app, office):
    drafted = approval.draft(office)
    revision = approval.submit(office, drafted)
    dataset = approval.approve(office, revision)["dataset_id"]
    assert "hạn tiếp theo" not in page(app, None, f"/vi/dataset/{dataset}").text
