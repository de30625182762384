# A test that meets None instead of an object fails by itself.
# pyright: reportOptionalMemberAccess=false
# pyright: reportOptionalSubscript=false
# pyright: reportArgumentType=false
"""Erasure of personal data by a recorded decision reaches everything that is kept."""

from __future__ import annotations

import json

import pytest
import sqlalchemy as sa

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.common import config
from ckan.lib import search
from ckan.tests import factories
from ckanext.sonla.approval import datastore, digest, exports
from ckanext.sonla.approval.erasure import again
from ckanext.sonla.approval.erasure import files as erasing_files
from ckanext.sonla.approval.lifecycle.model import Erasure
from ckanext.sonla.approval.model import Revision
from ckanext.sonla.approval.storage import store
from ckanext.sonla.intake.model import RejectedFile
from ckanext.sonla.shared import auditing
from tests.factories import approval as make

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db", "no_list")

SECRET = "Lò Thị Bí Mật"
NUMBER = "014088001234"
CSV = f'ma,ten,so\nA,"{SECRET}",{NUMBER}\nB,Công khai,2\n'
DECISION = {"number": "15/QĐ-SKHCN", "date": "2026-11-20", "text": "Xóa theo đơn"}


@pytest.fixture
def no_list():
    """Begin without a list of erasures: the folder outlives the databases."""
    erasing_files.list_path().unlink(missing_ok=True)


@pytest.fixture
def office():
    return make.office()


@pytest.fixture
def operator():
    agency = factories.Organization(name=config["sonla.policy.operating_office"])
    return make.appoint(agency["id"], "operator")


def name_key(office, resource_id):
    """Say which column names a row of the table that the file was read into."""
    make.act(
        office.officer,
        "datastore_create",
        resource_id=resource_id,
        primary_key=["ma"],
        force=True,
    )


@pytest.fixture
def first(office):
    """A published dataset with a name in a field, a file and a table."""
    revision = make.draft(office, file=None, maintainer=SECRET)
    resource = make.upload(
        office,
        revision["package_id"],
        CSV.encode(),
        name="Danh sách",
        format="CSV",
        filename="danh-sach.csv",
    )
    name_key(office, resource["id"])
    return make.approve(office, make.submit(office, revision))


@pytest.fixture
def second(office, first):
    """Its update, which adds a row and keeps the others."""
    update = make.act(
        office.officer, "sonla_revision_open", dataset_id=first["dataset_id"]
    )
    working = make.show(update["package_id"])["resources"][0]["id"]
    make.act(
        office.officer,
        "datastore_upsert",
        resource_id=working,
        records=[{"ma": "C", "ten": "Mới", "so": "3"}],
        force=True,
    )
    return make.approve(office, make.submit(office, update))


def erase(operator, revision, *what):
    return make.act(
        operator,
        "sonla_revision_erase",
        id=revision["id"],
        what=list(what),
        decision=DECISION,
    )


ROW = {"resource": "Danh sách", "rows": {"ma": "A"}}
FIELD = {"field": "maintainer"}


def everything() -> str:
    """Every row of both databases and every stored byte, but for the erasure's own."""
    parts = []
    with model.meta.engine.connect() as connection:
        names = connection.scalars(
            sa.text(
                "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables"
                " WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
                " AND tablename <> 'sonla_erasure'"
            )
        ).all()
        for name in names:
            rows = connection.execute(sa.text(f"SELECT t::text FROM {name} t"))  # noqa: S608 - a name of our own
            parts += [f"{name} {row[0]}" for row in rows]
    with datastore.owning() as cursor:
        cursor.execute(
            "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables"
            " WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
        )
        for (name,) in cursor.fetchall():
            cursor.execute(f"SELECT t::text FROM {name} t")  # noqa: S608 - a name of our own
            parts += [f"{name} {row[0]}" for row in cursor.fetchall()]
    for stored in store.stored():
        with store.reading(stored.address) as file:
            parts.append(f"{stored.address} {file.read().decode(errors='replace')}")
    return "\n".join(parts)


def named(text: str) -> list[str]:
    return [line[:160] for line in text.split("\n") if SECRET in line or NUMBER in line]


def test_nothing_of_it_is_left_anywhere(operator, second):
    assert named(everything())
    erased = erase(operator, second, ROW, FIELD)
    assert erased["found"]["rows"] == 1
    assert named(everything()) == []


def test_the_rest_of_what_is_public_stays(operator, second):
    before = make.act(None, "package_show", id=second["dataset_id"])
    resource = before["resources"][0]["id"]
    erase(operator, second, ROW, FIELD)
    after = make.act(None, "package_show", id=second["dataset_id"])
    assert (after["title"], after["notes"]) == (before["title"], before["notes"])
    assert not after.get("maintainer")
    assert [row["ma"] for row in make.rows(None, resource)] == ["B", "C"]
    info = make.act(None, "datastore_info", id=resource)
    assert info["meta"]["count"] == 2
    found = make.act(None, "datastore_search", resource_id=resource, q="Mật")
    assert found["records"] == []
    # The file that the rows came from goes; the table's own form takes its place.
    with store.reading(after["resources"][0]["sha256"]) as file:
        assert file.read().decode() == "ma,ten,so\nB,Công khai,2\nC,Mới,3\n"


def test_digests_and_events_stay_and_the_marks_say_why(operator, first, second):
    erased = erase(operator, second, ROW)
    for revision in (first, second):
        row = model.Session.get(Revision, revision["id"])
        assert row.digest == revision["digest"]
        assert digest.digest_of(row.content) != row.digest
        marks = row.content["erased"][0]
        assert marks["erasure"] == erased["id"]
        assert {"resource": 1, "rows": ["ma"], "touched": 1} in marks["parts"]
    assert auditing.verify().broken is None
    told = make.act(
        None,
        "sonla_event_list",
        object_type="dataset",
        object_id=second["dataset_id"],
    )["results"]
    event = next(one for one in told if one["name"] == "revision.erased")
    assert event["data"]["decision"] == DECISION
    assert NUMBER not in json.dumps(told)
    assert SECRET not in json.dumps(told, ensure_ascii=False)


def test_the_public_states_content_is_what_is_public(operator, second):
    erase(operator, second, ROW, FIELD)
    row = model.Session.get(Revision, second["id"])
    table = row.content["resources"][0]["table"]
    public = make.show(second["dataset_id"])["resources"][0]
    with datastore.owning() as cursor:
        made = exports.export(cursor, public["id"])
    assert (table["sha256"], table["rows"]) == (made.sha256, made.rows)
    assert row.content["resources"][0]["file"]["sha256"] == public["sha256"]
    assert store.exists(made.sha256)


def test_a_column_is_emptied_everywhere(operator, first, second):
    erase(operator, first, {"resource": 1, "columns": ["ten", "so"]})
    resource = make.show(second["dataset_id"])["resources"][0]["id"]
    assert {(row["ten"], row["so"]) for row in make.rows(None, resource)} == {
        (None, None)
    }


def test_a_file_goes_unless_another_dataset_names_it(office, operator):
    content = b"%PDF-1.4 Lo Thi Bi Mat"
    one = make.published(office, file=content)
    other = make.published(office, file=content)
    address = make.show(one["dataset_id"])["resources"][0]["sha256"]
    erase(operator, one, {"resource": "Ghi chú", "file": True})
    assert not make.show(one["dataset_id"])["resources"][0].get("sha256")
    assert store.exists(address)
    erase(operator, other, {"resource": "Ghi chú", "file": True})
    assert not store.exists(address)


def test_a_draft_does_not_bring_it_back(office, operator, second):
    update = make.act(
        office.officer, "sonla_revision_open", dataset_id=second["dataset_id"]
    )
    working = make.show(update["package_id"])["resources"][0]["id"]
    make.act(
        office.officer,
        "datastore_upsert",
        resource_id=working,
        records=[{"ma": "D", "ten": "Sau", "so": "4"}],
        force=True,
    )
    erase(operator, second, ROW, FIELD)
    assert named(everything()) == []
    assert [row["ma"] for row in make.rows(office.officer, working)] == ["B", "C", "D"]
    make.approve(office, make.submit(office, update))
    assert named(everything()) == []


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


def test_a_restored_backup_is_cleaned_again(operator, second, superuser):
    """The backup is older than the erasure: its rows are there, the erasure isn't."""
    erase(operator, second, FIELD)
    with superuser.begin() as connection:
        connection.execute(sa.text("SET session_replication_role = replica"))
        connection.execute(sa.text("DELETE FROM sonla_erasure_file"))
        connection.execute(sa.text("DELETE FROM sonla_erasure"))
        connection.execute(
            sa.text("UPDATE package SET maintainer = :name WHERE id = :id"),
            {"name": SECRET, "id": second["dataset_id"]},
        )
    model.Session.remove()
    # The index comes back with the database that it lies in.
    search.rebuild(second["dataset_id"])
    model.Session.commit()
    assert make.show(second["dataset_id"])["maintainer"] == SECRET
    done = again.apply()
    assert list(done.outcomes.values()) == [again.AGAIN]
    assert not make.show(second["dataset_id"]).get("maintainer")
    assert list(again.apply().outcomes.values()) == [again.THERE]


def test_the_command_applies_the_list(operator, second, cli):
    from ckan.cli.cli import ckan

    erase(operator, second, ROW)
    result = cli.invoke(ckan, ["sonla", "erasures", "apply"])
    assert result.exit_code == 0, result.output
    assert f"{again.THERE}" in result.output


def test_files_that_became_no_table_go_too(office, operator, second):
    update = make.act(
        office.officer, "sonla_revision_open", dataset_id=second["dataset_id"]
    )
    other = make.draft(office)
    for package_id in (update["package_id"], other["package_id"]):
        model.Session.add(
            RejectedFile(
                resource_id=package_id,
                package_id=package_id,
                name="loi.csv",
                kind="csv",
                sha256="0" * 64,
                findings=[{"row": 2, "value": SECRET}],
                finding_count=1,
            )
        )
    model.Session.commit()
    make.act(office.officer, "sonla_revision_discard", id=update["id"])
    erase(operator, second, ROW)
    kept = model.Session.scalars(sa.select(RejectedFile.package_id)).all()
    assert kept == [other["package_id"]]
