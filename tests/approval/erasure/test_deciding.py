"""It takes a decision, an operator, and a dataset that may change."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.tests import factories
from ckanext.sonla.approval.lifecycle.model import Erasure
from tests.factories import approval as make

from .erasing import DECISION, FIELD, NUMBER, ROW, SECRET, erase

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db", "no_list")


def test_it_waits_while_a_leader_has_a_revision_before_her(office, operator, second):
    update = make.act(
        office.officer, "sonla_revision_open", dataset_id=second["dataset_id"]
    )
    submitted = make.submit(office, update)
    refused = make.refusal(
        operator,
        "sonla_revision_erase",
        id=second["id"],
        what=[ROW],
        decision=DECISION,
    )
    assert refused["revision"] == submitted["id"]


NOT_DECIDED = (
    ([], DECISION),
    ([{"field": "name"}], DECISION),
    ([{"rows": {"ma": "A"}}], DECISION),
    ([{"resource": "Danh sách"}], DECISION),
    ([{"resource": "Không có", "file": True}], DECISION),
    ([{"resource": "Danh sách", "rows": {"ma": "Z"}}], DECISION),
    # A column of the table's key.
    ([{"resource": 1, "columns": ["ma"]}], DECISION),
    ([ROW], {**DECISION, "number": ""}),
    ([ROW], {**DECISION, "date": "hôm qua"}),
    ([ROW], "một quyết định"),
)


def test_what_is_not_there_or_not_decided_is_refused(operator, first):
    for what, decision in NOT_DECIDED:
        refused = make.refusal(
            operator,
            "sonla_revision_erase",
            id=first["id"],
            what=what,
            decision=decision,
        )
        assert refused, (what, decision)
        assert set(refused) <= {"what", "decision"}
    assert model.Session.query(Erasure).count() == 0
    resource = make.show(first["dataset_id"])["resources"][0]["id"]
    assert len(make.rows(None, resource)) == 2


def test_only_an_operator_erases(office, operator, first):
    asked = {"id": first["id"], "what": [ROW], "decision": DECISION}
    for user in (office.officer, office.leader, factories.Sysadmin()["name"], None):
        assert make.refusal(user, "sonla_revision_erase", **asked) == "403"


def test_over_http(operator, first, app):
    token = factories.APIToken(user=operator)["token"]
    answer = app.post(
        "/api/3/action/sonla_revision_erase",
        json={"id": first["id"], "what": [ROW, FIELD], "decision": DECISION},
        headers={"Authorization": token},
    )
    assert answer.status_code == 200, answer.get_data(as_text=True)
    resource = make.show(first["dataset_id"])["resources"][0]["id"]
    for address in (
        f"/datastore/dump/{resource}",
        f"/api/3/action/datastore_search?resource_id={resource}",
        f"/dataset/{first['dataset_id']}",
        f"/dataset/{first['dataset_id']}/revisions",
    ):
        text = app.get(address).get_data(as_text=True)
        assert NUMBER not in text
        assert SECRET not in text


def _named_again(erasure_id: str) -> str:
    """Name an erasure of the past, and change what is public."""
    return (
        f"SELECT set_config('sonla.erasing', '{erasure_id}', true);"  # noqa: S608 - our own id
        " UPDATE package SET title = 'x' WHERE NOT private"
    )


def test_it_cannot_be_unsaid_nor_done_around_a_decision(operator, first):
    erased = erase(operator, first, ROW)
    for statement in (
        "DELETE FROM sonla_erasure",
        "UPDATE sonla_erasure SET decision = '{}'",
        "TRUNCATE sonla_erasure CASCADE",
        (
            "INSERT INTO sonla_erasure SELECT 'x', revision_id, dataset_id, what,"
            " '{}', erased_by, erased, parts FROM sonla_erasure"
        ),
        (
            "INSERT INTO sonla_erasure SELECT 'x', revision_id, dataset_id, what,"
            " decision, 'nobody', erased, parts FROM sonla_erasure"
        ),
        # A past erasure opens nothing.
        _named_again(erased["id"]),
    ):
        with pytest.raises(tk.NotAuthorized):
            model.Session.execute(sa.text(statement))
        model.Session.rollback()
