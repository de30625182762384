"""An edition comes into force while a revision is submitted: clear words, nothing lost.

The catalogue rules (articles 7.1 and 7.2): what is approved obeys the entry that is in
force when it is approved, not the one that it was drafted under.
"""

from __future__ import annotations

from typing import Any

import pytest

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.sonla.catalogue import editions, states
from ckanext.sonla.shared import clock
from tests.factories import approval as make

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db")


def _amend(change: Any) -> None:
    """Put an edition in force that changes something of the one before."""
    edition = editions.create_edition("amending", "an-operator")
    change(edition)
    states.Submit().run(edition, "an-operator")
    states.Approve().run(
        edition,
        "the-leader",
        decision_number="55/QĐ-UBND",
        decision_date=clock.today(),
        impact_reason="Bỏ mục",
    )
    model.Session.commit()


@pytest.fixture
def office() -> make.Office:
    """An agency."""
    return make.office()


@pytest.fixture
def submitted(office: make.Office) -> dict[str, Any]:
    """A first publication that waits for its leader."""
    return make.submit(office, make.draft(office))


def _code(revision: dict[str, Any]) -> str:
    package = model.Package.get(revision["package_id"])
    assert package is not None
    return package.extras["catalogue_entry"]


def _stays(office: make.Office, revision: dict[str, Any], sentence: str) -> None:
    """The approval is refused in words; the revision waits as it was."""
    with pytest.raises(tk.ValidationError) as refused:
        make.approve(office, revision)
    told: Any = refused.value.error_dict["message"]
    assert sentence in told[0]
    assert "55/QĐ-UBND" in told[0]
    model.Session.rollback()
    shown = make.act(office.leader, "sonla_revision_show", id=revision["id"])
    assert (shown["state"], shown["digest"]) == ("submitted", revision["digest"])


def test_an_entry_taken_out_meanwhile_stops_the_approval(
    office: make.Office, submitted: dict[str, Any]
) -> None:
    code = _code(submitted)
    _amend(lambda edition: editions.retire_entry(edition, code, "an-operator"))
    _stays(office, submitted, f"taken entry {code} out")
    several = make.act(
        office.leader, "sonla_revision_approve_several",
        revisions=[{"id": submitted["id"], "digest": submitted["digest"]}],
    )  # fmt: skip
    assert several["results"][0]["approved"] is False
    told = make.act(
        office.leader, "sonla_revision_return", id=submitted["id"], comment="Đã bỏ mục"
    )
    assert told["state"] == "returned"


def test_new_rules_for_an_entry_stop_what_was_checked_by_the_old_ones(
    office: make.Office, submitted: dict[str, Any]
) -> None:
    code, rules = _code(submitted), {"formats": ["CSV"]}
    _amend(lambda edition: editions.update_entry(edition, code, rules, "an-operator"))
    _stays(office, submitted, f"amended entry {code}")


def test_an_amendment_of_anything_else_stops_nothing(
    office: make.Office, submitted: dict[str, Any]
) -> None:
    code, other = _code(submitted), {"note": "Chỉ là ghi chú"}
    _amend(lambda edition: editions.update_entry(edition, code, other, "an-operator"))
    assert make.approve(office, submitted)["state"] == "published"


def test_retiring_a_dataset_is_still_possible(
    office: make.Office, submitted: dict[str, Any]
) -> None:
    code = _code(submitted)
    make.approve(office, submitted)
    dataset_id = submitted["dataset_id"]
    retirement = make.act(
        office.officer, "sonla_dataset_retire", dataset_id=dataset_id, reason="Bỏ mục"
    )
    _amend(lambda edition: editions.retire_entry(edition, code, "an-operator"))
    assert make.approve(office, retirement)["state"] == "published"
