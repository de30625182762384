"""A leader approves a source once: four eyes, by digest, voided by any change."""

from __future__ import annotations

import json
import threading
from contextvars import copy_context
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import exc

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.common import config as portal
from ckanext.sonla.harvesting.standing.model import HarvestApproval, HarvestEditor
from tests.factories import agencies as make
from tests.factories import approval

from .conftest import OWNED
from .standing import FIELDS, Approvable, approvable, logged, standing


@pytest.fixture
def ready(clean_db: None, with_plugins: None) -> Approvable:
    return approvable()


def test_a_leader_approves_by_digest_and_the_log_says_so(ready: Approvable):
    before = ready.show()
    assert (before["state"], before["missing"]) == ("none", [])
    given = ready.approve(comment="Đồng ý.")
    assert (given["state"], given["why"]) == ("approved", [])
    assert given["given_digest"] == before["digest"]
    assert standing(ready) is not None
    (event,) = logged("harvest.approved")
    assert event.role == "leader"
    assert event.data["digest"] == before["digest"]
    assert not event.public
    assert "127.0.0.1" not in json.dumps(event.data)


def test_another_digest_than_the_sources_is_refused(ready: Approvable):
    for digest in ("0" * 64, "é", "x" * 5000):
        with pytest.raises(tk.ValidationError) as caught:
            ready.approve(digest=digest)
        assert list(caught.value.error_dict) == ["digest"]
    assert standing(ready) is None


def test_only_the_agencys_own_leader_approves(ready: Approvable):
    digest = ready.show()["digest"]
    other = approval.office()
    technical = make.technical()
    ask = {"source_id": ready.source["id"], "digest": digest}
    for user in (ready.office.officer, other.leader, technical, None):
        with pytest.raises(tk.NotAuthorized):
            approval.act(user, "sonla_harvest_approve", **ask)
    for user in (ready.office.officer, technical):
        with pytest.raises(tk.NotAuthorized):
            tk.get_action("sonla_harvest_approve")(
                {"user": user, "ignore_auth": True}, dict(ask)
            )
    assert standing(ready) is None


def test_who_edited_the_source_never_approves_it(ready: Approvable):
    """Invariant 2: also if she leads the agency by now."""
    context: Any = {"user": ready.office.leader, "ignore_auth": True}
    edit = {"id": ready.source["id"], "title": "Tên khác"}
    tk.get_action("harvest_source_patch")(context, edit)
    with pytest.raises(tk.NotAuthorized) as caught:
        ready.approve()
    assert "four eyes" in str(caught.value)


def test_the_database_refuses_an_approval_by_anybody_else(ready: Approvable):
    officer = model.User.get(ready.office.officer)
    leader = model.User.get(ready.office.leader)
    assert officer and leader
    values: dict[str, Any] = {
        "id": "x", "source_id": ready.source["id"], "agency_id": ready.office.id,
        "given_by": leader.id, "given": sa.func.now(), "digest": "d", "terms": "{}",
        "editors": [officer.id],
    }  # fmt: skip
    table: Any = HarvestApproval.__table__
    for wrong in (
        {"editors": ["somebody-else"]},
        {"editors": []},
        {"given_by": officer.id},
        {"given_by": officer.id, "editors": [officer.id, leader.id]},
        {"voided": sa.func.now(), "void_reason": "x"},
        {"agency_id": approval.office().id},
    ):
        with pytest.raises(exc.DBAPIError):
            model.Session.execute(table.insert().values(values | wrong))
        model.Session.rollback()
    model.Session.execute(table.insert().values(values))
    model.Session.rollback()


def test_the_database_keeps_approvals_and_editors_as_they_are(ready: Approvable):
    ready.approve()
    for statement in (
        "UPDATE sonla_harvest_approval SET digest = 'x'",
        "UPDATE sonla_harvest_approval SET given_by = 'x'",
        "DELETE FROM sonla_harvest_approval",
        "TRUNCATE sonla_harvest_approval",
        "DELETE FROM sonla_harvest_editor",
        "UPDATE sonla_harvest_editor SET user_id = 'x'",
        "TRUNCATE sonla_harvest_editor",
    ):
        with pytest.raises(exc.DBAPIError):
            model.Session.execute(sa.text(statement))
        model.Session.rollback()


def test_an_editor_whose_save_isnt_committed_yet_is_waited_for(ready: Approvable):
    """Two sessions at once: whichever is first, four eyes hold."""
    leader = model.User.get(ready.office.leader)
    assert leader
    digest = ready.show()["digest"]
    model.Session.commit()
    told: list[Any] = []

    def approve() -> None:
        try:
            told.append(ready.approve(digest=digest))
        except Exception as error:
            told.append(error)
        finally:
            model.Session.remove()

    engine = sa.create_engine(portal["sqlalchemy.url"])
    with engine.begin() as editing:
        editing.execute(
            sa.insert(HarvestEditor).values(
                source_id=ready.source["id"], user_id=leader.id, since=sa.func.now()
            )
        )
        # With the configuration of here, which a new thread doesn't know.
        thread = threading.Thread(target=copy_context().run, args=[approve])
        thread.start()
        thread.join(0.3)
        assert thread.is_alive(), told
    thread.join(10)
    engine.dispose()
    assert isinstance(told[0], tk.NotAuthorized), told


def test_a_source_without_dataset_or_table_cannot_be_approved(
    clean_db: None, with_plugins: None
):
    ready = approvable()
    others = approvable()
    for config, said in (
        ({}, "which dataset"),
        ({"dataset": "khong-co"}, "which dataset"),
        ({"dataset": others.dataset["name"]}, "another agency"),
        ({"dataset": ready.dataset["name"], "table": "khac"}, "which table"),
    ):
        ready.edit(config=json.dumps({**OWNED, **config}))
        assert said in ready.show()["missing"][0]
        with pytest.raises(tk.ValidationError) as caught:
            ready.approve()
        assert said in str(caught.value.error_dict["source_id"])


def test_the_leader_and_operators_take_it_back_and_nobody_else(ready: Approvable):
    ready.approve()
    ask = {"source_id": ready.source["id"]}
    for user in (ready.office.officer, approval.office().leader, None):
        with pytest.raises(tk.NotAuthorized):
            approval.act(user, "sonla_harvest_revoke", **ask)
    found = approval.act(ready.office.leader, "sonla_harvest_revoke", **ask)
    assert (found["state"], found["why"]) == ("void", ["revoked"])
    assert logged("harvest.approval_revoked")
    with pytest.raises(tk.ValidationError):
        approval.act(ready.office.leader, "sonla_harvest_revoke", **ask)


def test_a_typed_secret_is_neither_in_the_terms_nor_in_an_answer(
    clean_db: None, with_plugins: None, key_file: Any
):
    auth = {"type": "bearer", "token": "khong-ai-biet-42"}
    ready = approvable(auth=auth)
    before = ready.show()
    ready.approve()
    found = standing(ready)
    assert found is not None
    assert "khong-ai-biet-42" not in found.terms
    assert "khong-ai-biet-42" not in json.dumps(ready.show())
    config = {**OWNED, "dataset": ready.dataset["name"], "fields": FIELDS}
    new = {"type": "bearer", "token": "khac-43"}
    ready.edit(config=json.dumps({**config, "auth": new}))
    # The same account at the same server: what was approved is the same.
    assert ready.show()["digest"] == before["digest"]


def test_strangers_and_other_agencies_are_told_nothing(ready: Approvable):
    ready.approve()
    with pytest.raises(tk.NotAuthorized):
        ready.show(approval.office().leader)
    with pytest.raises(tk.NotAuthorized):
        approval.act(None, "harvest_source_show", id=ready.source["id"])


def test_json_that_nobody_could_read_again_is_refused(ready: Approvable):
    for junk in ("NaN", "1e999", '"\\ud800"', '"a\\u0000b"'):
        text = json.dumps({**OWNED, "dataset": "a"})[:-1] + f', "records": {junk}}}'
        with pytest.raises(tk.ValidationError) as caught:
            ready.edit(config=text)
        assert list(caught.value.error_dict) == ["config"]
