# A test that meets None instead of an object fails by itself.
# pyright: reportOptionalMemberAccess=false
"""The approval dossier tells an auditor who approved what, and by which decision."""

from __future__ import annotations

import io
import os
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from docx import Document

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.cli.cli import ckan
from ckan.common import config
from ckan.tests import factories
from ckanext.sonla.approval.dossier import document, gathering
from ckanext.sonla.shared import auditing, clock
from ckanext.sonla.shared.language import speaking
from deploy import dossier_template
from tests.factories import agencies, catalogue
from tests.factories import approval as make

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db")


@pytest.fixture
def office() -> make.Office:
    """An agency whose accounts were appointed by a decision."""
    agencies.provision(
        agency=agencies.agency("so-y-te", title="Sở Y tế"),
        officer=agencies.account("cb-yte", fullname="Lò Thị Hoa"),
        leader=agencies.account("ld-yte", fullname="Quàng Văn Minh"),
        decision={"number": "12/QĐ-SYT", "date": "2026-01-05"},
    )
    return make.Office(model.Group.get("so-y-te").id, "so-y-te", "cb-yte", "ld-yte")


@pytest.fixture
def auditor() -> str:
    of_portal = factories.Organization(name=config["sonla.policy.operating_office"])
    return make.appoint(of_portal["id"], "auditor")


def told(office: make.Office) -> str:
    """Let a dataset go through every hand; return its id."""
    entry = catalogue.entry_in_force(
        lead_agency="so-y-te",
        title="Bệnh viện, trung tâm y tế",
        update_cycle="once",
    )
    revision = make.submit(
        office,
        make.draft(office, catalogue_entry=entry["code"], title="Bệnh viện công lập"),
        note="Kính trình lãnh đạo.",
    )
    make.act(
        office.leader,
        "sonla_revision_return",
        id=revision["id"],
        comment="Bổ sung địa chỉ của từng cơ sở.",
        points=["Bệnh viện đa khoa thiếu địa chỉ"],
    )
    delegate = factories.User(fullname="Cà Thị Lan")["name"]
    make.act(
        office.leader,
        "sonla_delegation_create",
        delegate=delegate,
        until=(clock.today() + timedelta(days=3)).isoformat(),
        decision={"number": "34/GUQ-SYT", "date": "2026-11-20"},
    )
    revision = make.submit(office, revision)
    make.act(
        delegate,
        "sonla_revision_approve",
        id=revision["id"],
        digest=revision["digest"],
        comment="Đồng ý.",
    )
    return revision["dataset_id"]


def texts(content: bytes) -> str:
    """Return all the words of a document, tables included."""
    opened = Document(io.BytesIO(content))
    cells = [
        cell.text for table in opened.tables for row in table.rows for cell in row.cells
    ]
    return "\n".join([*(paragraph.text for paragraph in opened.paragraphs), *cells])


def test_the_dossier_names_persons_decisions_digests_and_hashes(office, app):
    dataset = told(office)
    with app.flask_app.test_request_context():
        found = gathering.gather(dataset)
        words = texts(document.made_of(found))
    people = {person["account"]: person for person in found["persons"]}
    assert people["ld-yte"]["appointments"][0]["decision"]["number"] == "12/QĐ-SYT"
    assert people["cb-yte"]["appointments"][0]["role"] == "officer"
    revision = found["revisions"][0]
    assert revision["decided_on_behalf_of"] == "Quàng Văn Minh (ld-yte)"
    for expected in (
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "HỒ SƠ PHÊ DUYỆT",
        "Bệnh viện công lập",
        "Lò Thị Hoa",
        "Quàng Văn Minh",
        "Cà Thị Lan",
        "12/QĐ-SYT",
        "34/GUQ-SYT",
        "Bổ sung địa chỉ của từng cơ sở.",
        "Bệnh viện đa khoa thiếu địa chỉ",
        "Đồng ý.",
        revision["digest"][:16],
        found["events"][-1]["hash"],
        str(auditing.head()),
        "đã được tính lại và đúng",
    ):
        assert expected in words, expected
    for left_over in ("{{", "{%", "None"):
        assert left_over not in words


def test_the_dossier_is_a_document_that_a_word_processor_opens(office, app, tmp_path):
    """Kept for a look at it: `make dossier-pdf` draws this very one."""
    dataset = told(office)
    with app.flask_app.test_request_context():
        with speaking(document.LANGUAGE):
            found = gathering.gather(dataset)
        content = document.made_of(found)
    kept = Path(os.environ.get("DOSSIER") or tmp_path / "dossier.docx")
    kept.write_bytes(content)
    with zipfile.ZipFile(kept) as parts:
        assert parts.testzip() is None
        settings = parts.read("word/document.xml").decode()
    # A4, and the margins of Decree 30/2020 in twentieths of a point.
    assert 'w:w="11906" w:h="16838"' in settings
    assert 'w:left="1701"' in settings


def test_what_was_changed_in_the_log_shows_in_the_dossier(office, app, superuser):
    dataset = told(office)
    model.Session.close()
    with superuser.begin() as connection:
        connection.execute(sa.text("SET LOCAL session_replication_role = replica"))
        connection.execute(
            sa.text(
                "UPDATE sonla_event SET role = 'officer'"
                " WHERE name = 'revision.approved'"
            )
        )
    with app.flask_app.test_request_context():
        words = texts(document.made_of(gathering.gather(dataset)))
    assert "KHÔNG ĐÚNG VỚI MÃ BĂM" in words


def test_dossiers_are_for_auditors(office, auditor, app):
    dataset = make.published(office)["dataset_id"]
    for user in (None, office.officer, office.leader, make.office().leader):
        assert make.refusal(user, "sonla_dossier_show", dataset_id=dataset) == "403"
    assert make.act(auditor, "sonla_dossier_show", dataset_id=dataset)["persons"]
    with pytest.raises(tk.ObjectNotFound):
        make.act(auditor, "sonla_dossier_show", dataset_id="khong-co")
    for user, status in ((auditor, 200), (office.leader, 403)):
        token = factories.APIToken(user=user)["token"]
        history = app.get(
            f"/dataset/{dataset}/revisions", headers={"Authorization": token}
        )
        assert ("dossier.docx" in history.body) == (status == 200)
        answer = app.get(
            f"/dataset/{dataset}/dossier.docx",
            headers={"Authorization": token},
            status=status,
        )
    assert "HỒ SƠ" not in answer.body


def test_a_dossier_is_in_vietnamese_whatever_its_reader_speaks(office, auditor, app):
    address = f"/en/dataset/{told(office)}/dossier.docx"
    token = factories.APIToken(user=auditor)["token"]
    words = texts(app.get(address, headers={"Authorization": token}).data)
    assert "Các tệp chưa được quét mã độc" in words
    assert "The files" not in words


def test_the_command_writes_the_dossier(office, cli, tmp_path):
    dataset = make.published(office)["dataset_id"]
    file = tmp_path / "ho-so.docx"
    answer = cli.invoke(ckan, ["sonla", "audit", "dossier", dataset, "-o", str(file)])
    assert answer.exit_code == 0, answer.output
    assert "Lò Thị Hoa" in texts(file.read_bytes())
    assert cli.invoke(ckan, ["sonla", "audit", "dossier", "khong-co"]).exit_code == 1


def test_the_template_is_what_its_program_makes(tmp_path: Path):
    made = tmp_path / "made.docx"
    dossier_template.make().save(str(made))
    assert texts(made.read_bytes()) == texts(document.TEMPLATE.read_bytes())
