"""Who says how a table is updated, and where."""

from __future__ import annotations

import io

import pytest
from werkzeug.datastructures import FileStorage

from ckan.tests import factories
from ckanext.sonla.intake import loads
from tests.factories import approval as make

from .drafting import HEADER, SET, Draft, counts

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db")


@pytest.mark.parametrize(
    ("mode", "values", "field"),
    [
        ("all", {}, "mode"),
        ("period", {}, "period"),
        ("period", {"period": "2026-13"}, "period"),
        ("add", {"period": "2026-08"}, "period"),
    ],
)
def test_errors_are_named_by_their_field(draft, mode, values, field):
    assert list(draft.refused(mode, **values)) == [field]


def test_only_the_officer_says_it_and_nobody_of_another_office(draft):
    assert make.act(draft.office.officer, SET, **draft.asked("key"))
    others = make.office()
    for user in (draft.office.leader, others.officer, None):
        assert make.refusal(user, SET, **draft.asked("add")) == "403"


def test_the_form_of_the_resource_says_it_too(draft):
    make.act(
        draft.office.officer,
        "resource_update",
        **{
            **make.act(draft.office.officer, "resource_show", id=draft.id),
            "update_mode": "period",
            "update_period": "2026-08",
            "update_note": "Sửa số tháng 8",
            "upload": FileStorage(
                io.BytesIO((HEADER + "2026-08,B,40\n").encode()), filename="p.csv"
            ),
        },
    )
    loads.run(draft.id)
    assert counts(draft.load()) == (0, 1, 1)
    resource = make.act(draft.office.officer, "resource_show", id=draft.id)
    assert not [name for name in resource if name.startswith("update_")]
    refused = make.refusal(
        draft.office.officer,
        "resource_patch",
        id=draft.id,
        update_mode="period",
        update_period="2026-99",
    )
    assert list(refused) == ["update_period"]


def test_the_form_offers_what_is_possible_and_the_pages_tell_what_came(app, draft):
    env = {"Authorization": factories.APIToken(user=draft.office.officer)["token"]}
    edit = f"/dataset/{draft.revision['package_id']}/resource/{draft.id}/edit"
    form = app.get(edit, headers=env).body
    for mode in ("replace", "period", "add", "key"):
        assert f'id="update-mode-{mode}"' in form
    assert "disabled" not in form.split('id="table-update"')[1].split("</fieldset>")[0]
    draft.set("period", period="2026-08", note="Đính chính huyện B")
    draft.put("2026-08,A,3\n")
    page = app.get(edit.removesuffix("/edit"), headers=env).body
    assert "0 rows added, 0 changed, 1 removed" in page
    draft.publish()
    name = make.show(draft.revision["dataset_id"])["name"]
    history = app.get(f"/dataset/{name}/history").body
    assert "Đính chính huyện B" in history


def test_a_file_that_is_no_table_has_nothing_to_choose(app, office):
    first = make.published(office)
    draft = Draft(office, first)
    env = {"Authorization": factories.APIToken(user=office.officer)["token"]}
    edit = f"/dataset/{draft.revision['package_id']}/resource/{draft.id}/edit"
    assert "table-update" not in app.get(edit, headers=env).body
    assert list(draft.refused("add")) == ["mode"]
