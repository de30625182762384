"""Ten thousand of the same, malware, mails in circles, Redis gone, processes killed."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa
from PIL import Image
from sqlalchemy import event
from werkzeug.datastructures import FileStorage

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.tests.helpers import call_action
from ckanext.sonla.feedback.model import Attachment, Feedback
from ckanext.sonla.feedback.reading import counting
from ckanext.sonla.feedback.sending import (
    attachments,
    creating,
    objects,
    store,
)
from ckanext.sonla.shared import delivery, policy
from tests.approval.test_malware import DAEMON, EICAR, daemon
from tests.factories import portal
from tests.factories import sending as make
from tests.factories.sending import kept
from tests.shared.conftest import Catcher, catcher, sender

if TYPE_CHECKING:
    from tests.factories.approval import Office

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db", "center")
FIXTURES = (catcher, daemon, sender)
STRANGER = {"user": "", "ignore_auth": False}
MAILBOX = "nguoi.gui@thu.example"
CREATE = "/api/3/action/sonla_feedback_create"
SAME = 10_000
BATCH = 500


def upload(content: bytes, name: str) -> FileStorage:
    return FileStorage(io.BytesIO(content), name, "attachment")


# Ten thousand of the same


def receive(number: int) -> int:
    """Receive so many of the same; return how many statements it took."""
    data = {**make.TEXT, "publish_text": True}
    asked: list[str] = []

    def look(*args: Any) -> None:
        asked.append(args[2])

    event.listen(sa.Engine, "before_cursor_execute", look)
    try:
        for _ in range(number):
            made = creating._made(data, objects.About(), proven=True, unknown=False)
            model.Session.add(made.feedback)
        model.Session.flush()
        model.Session.commit()
    finally:
        event.remove(sa.Engine, "before_cursor_execute", look)
    return len(asked)


def copy(number: int) -> None:
    """Let so many more have come, as those before them were kept."""
    names = ", ".join(
        one.name for one in Feedback.__table__.columns if one.name not in {"id", "code"}
    )
    model.Session.execute(
        sa.text(
            f"INSERT INTO sonla_feedback (id, code, {names})"  # noqa: S608 - columns
            f" SELECT gen_random_uuid()::text, 'PH-' || copy, {names}"
            " FROM (SELECT * FROM sonla_feedback WHERE moderation = 'held' LIMIT 1)"
            f" AS held, generate_series(1, {number}) AS copy"
        )
    )
    model.Session.commit()


def test_ten_thousand_of_the_same_are_kept_and_the_last_costs_what_the_first_did(
    operator: str,
):
    receive(BATCH)
    first = receive(BATCH)
    copy(SAME - 3 * BATCH)
    assert receive(BATCH) == first
    few = policy.number("feedback_alike")
    state = sa.select(Feedback.moderation, sa.func.count()).group_by(
        Feedback.moderation
    )
    rows = dict(model.Session.execute(state).tuples().all())
    assert rows == {"clear": few, "held": SAME - few}
    # The public sees the few; who would send it once more is shown one of them.
    assert call_action("sonla_feedback_list", dict(STRANGER))["count"] == few
    like = call_action(
        "sonla_feedback_similar_list", dict(STRANGER), subject=make.TEXT["subject"]
    )
    assert 0 < like["count"] <= few
    # The operator finds them on pages, and the officers can leave them out.
    asked = {"user": operator, "ignore_auth": False}
    held = call_action("sonla_feedback_held_list", dict(asked), limit=20)
    assert (held["count"], len(held["results"])) == (SAME - few, 20)
    inbox = call_action("sonla_feedback_inbox_list", dict(asked), limit=30)
    assert len(inbox["results"]) == 30
    told = make.send()
    assert (kept(told["code"]).moderation, bool(told["due"])) == ("held", True)
    counting.fold()


# Malware


@pytest.mark.skipif(DAEMON is None, reason="Debian's clamav-daemon isn't installed")
@pytest.mark.parametrize("name", ["anh.png", "bang.csv", "../../x"])
def test_clamav_finds_eicar_whatever_it_is_called(
    daemon: str,
    ckan_config: Any,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
):
    monkeypatch.setitem(ckan_config, "sonla.clamav.address", daemon)
    with pytest.raises(tk.ValidationError) as error:
        make.send(attachment=upload(EICAR, name))
    assert error.value.error_dict["attachment"] == ["The file has malware in it."]
    assert model.Session.scalar(sa.select(sa.func.count(Feedback.id))) == 0
    assert make.send(attachment=upload(b"a,b\n1,2\n", "bang.csv"))["code"]


@pytest.mark.parametrize("name", ["anh.png", "bang.csv", "bang.xlsx", "eicar.com"])
def test_without_a_scanner_eicar_is_neither_image_nor_table(name: str):
    with pytest.raises(tk.ValidationError) as error:
        make.send(attachment=upload(EICAR, name))
    assert "attachment" in error.value.error_dict


def test_eicar_behind_a_picture_is_drawn_away():
    out = io.BytesIO()
    Image.new("RGB", (4, 4)).save(out, "PNG")
    told = attachments.checked(upload(out.getvalue() + EICAR, "anh.png"))
    assert b"EICAR" not in told.content


def test_eicar_in_a_cell_is_stored_inert_and_never_shown(app: Any, office: Office):
    """What a scanner is for; without one the file is only ever saved, by insiders."""
    told = make.send(agency=office.name, attachment=upload(EICAR + b",1\n", "x.csv"))
    (file,) = model.Session.scalars(sa.select(Attachment))
    place = store._place(file.file)
    assert "." not in place.name
    assert not place.stat().st_mode & 0o111, "nothing runs it"
    address = f"/feedback/attachment/{told['code']}"
    app.get(address, status=404)
    answer = app.get(address, headers=portal.log_in(office.officer))
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


# Mails


def test_a_mail_has_its_own_headers_only_and_no_machine_answers_it(
    sender: None,
    catcher: Catcher,
):
    """RFC 3834: what an automaton sent, an automaton leaves unanswered."""
    make.send_by_mail(text="Bcc: ai@thu.example\r\n\r\nSubject: khác", name="Bcc: x")
    delivery.deliver()
    (mail,) = catcher.received
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["X-Auto-Response-Suppress"] == "All"
    assert mail["Precedence"] == "bulk"
    assert [str(one) for one in mail.get_all("To")] == [f'"{MAILBOX}" <{MAILBOX}>']
    assert mail["Bcc"] is None
    assert "ai@thu.example" not in mail.as_string(), "no word that somebody typed"


@pytest.mark.parametrize("of", ["\r", "\x0b", "\x0c", "\x85", "\u2028", "\u2029"])
def test_no_break_of_whatever_system_makes_a_header(of: str):
    for field, given in (
        ("name", f"Hoa{of}Bcc: ai@thu.example"),
        ("subject", f"Số liệu{of}Bcc: ai@thu.example"),
        ("email", f"hoa@thu.example{of}Bcc: ai@thu.example"),
    ):
        with pytest.raises(tk.ValidationError) as error:
            make.send(**{field: given})
        assert field in error.value.error_dict
        model.Session.rollback()


@pytest.mark.parametrize("own", ["cong@sonla.example", "CONG+x@Sonla.example"])
def test_the_portal_writes_to_no_mailbox_of_its_own(
    ckan_config: Any, monkeypatch: pytest.MonkeyPatch, own: str
):
    monkeypatch.setitem(ckan_config, "smtp.mail_from", "cong@sonla.example")
    with pytest.raises(tk.ValidationError) as error:
        make.send(email=own)
    assert "email" in error.value.error_dict
