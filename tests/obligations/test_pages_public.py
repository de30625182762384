# A test that meets None instead of an element fails by itself.
# pyright: reportOptionalMemberAccess=false, reportOptionalSubscript=false
"""For everybody: up to when a dataset is, and how an entry and a domain deliver."""

from __future__ import annotations

import pytest

from ckan import model
from ckanext.sonla.obligations.model import FrozenQuarter, FrozenSummary
from ckanext.sonla.shared import clock
from tests.factories import approval, catalogue
from tests.factories import obligations as make

from .callers import page

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db")
COUNTS = {"on_time": 12, "late": 2, "missing": 1, "excused": 1, "closed": 4}


@pytest.fixture
def office():
    return make.office(title="Sở Giáo dục và Đào tạo", agency_kind="department")


@pytest.fixture
def domain():
    return catalogue.domain(title="Giáo dục")


@pytest.fixture
def entry(office, domain):
    with make.at("2026-05-20 09:00"):
        return make.entry(office, title="Trường tiểu học", domain=domain["name"])


def _frozen(quarter, of, object_id):
    """Freeze figures of a quarter past the obligations behind them."""
    if model.Session.get(FrozenQuarter, quarter) is None:
        moment = clock.now()
        model.Session.add(
            FrozenQuarter(quarter=quarter, as_of=moment, frozen_at=moment)
        )
        model.Session.flush()
    model.Session.add(
        FrozenSummary(
            quarter=quarter, of=of, object_id=object_id, title="…", counts=COUNTS
        )
    )
    model.Session.commit()


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


def test_a_picture_of_an_entry_and_a_domain_shows_frozen_quarters_with_their_figures(
    app, office, entry, domain
):
    for quarter in ("2026-Q3", "2026-Q4"):
        _frozen(quarter, "entry", entry["code"])
        _frozen(quarter, "domain", domain["id"])
    for address in (f"/vi/catalogue/{entry['code']}", f"/vi/group/{domain['name']}"):
        picture = page(app, None, address).select_one(".delivery")
        assert len(picture.select(".bars svg")) == 2
        widths = [
            float(str(part["width"])) for part in picture.select(".bars svg")[0]("rect")
        ]
        assert widths == [75.0, 6.25, 12.5, 6.25]
        rows = [[one.text for one in row(["th", "td"])] for row in picture("tr")]
        assert rows[1] == ["III/2026", "12", "1", "2", "1"]


def test_strangers_see_no_quarter_that_is_not_frozen_and_the_office_does(
    app, office, entry, ckan_config, monkeypatch
):
    operator = make.operator()
    _published(office, entry)
    address = f"/vi/catalogue/{entry['code']}"
    with make.at("2026-10-20 09:00"):
        assert page(app, None, address).select_one(".delivery") is None
        assert page(app, office.officer, address).select_one(".delivery") is None
        assert "IV/2026*" in page(app, operator, address).select_one(".bars").text
        monkeypatch.setitem(ckan_config, "sonla.policy.show_live_delays", True)
        assert "IV/2026*" in page(app, None, address).select_one(".bars").text


def test_a_dataset_without_an_entry_or_a_deadline_says_nothing(app, office):
    drafted = approval.draft(office)
    revision = approval.submit(office, drafted)
    dataset = approval.approve(office, revision)["dataset_id"]
    assert "hạn tiếp theo" not in page(app, None, f"/vi/dataset/{dataset}").text
