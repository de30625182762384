"""What senders and supporters may do afterwards, and when they are forgotten."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa
from werkzeug.datastructures import FileStorage

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.tests.helpers import call_action
from ckanext.sonla.feedback.model import Support
from ckanext.sonla.feedback.sending import tasks
from ckanext.sonla.shared import clock
from ckanext.sonla.shared.events import Event
from ckanext.sonla.shared.mail import OutboxMail
from tests.factories import feedback as received
from tests.factories import sending as make
from tests.factories.sending import kept

if TYPE_CHECKING:
    from tests.factories.approval import Office

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db", "center")
STRANGER = {"user": "", "ignore_auth": False}
MAILBOX = "hoa@thu.example"


def act(action: str, **values: Any) -> Any:
    return call_action(action, dict(STRANGER), **values)


def sent() -> dict[str, Any]:
    return make.send(name="Lò Thị Hoa", email=MAILBOX)


def secretly(told: dict[str, Any]) -> dict[str, str]:
    return {"code": told["code"], "secret": told["secret"]}


# What is hers


def test_the_secret_tells_all_that_is_kept_of_her(app: Any):
    told = sent()
    whole = act("sonla_feedback_track", **secretly(told))
    assert (whole["name"], whole["email"]) == ("Lò Thị Hoa", MAILBOX)
    assert whole["text"] == make.TEXT["text"]
    answer = app.get(f"/feedback/track/{told['code']}/{told['secret']}/data.json")
    assert answer.json == whole
    assert answer.headers["Content-Disposition"].startswith("attachment;")


def test_she_withdraws_the_publication_of_her_text(app: Any):
    told = sent()
    address = f"/feedback/track/{told['code']}/{told['secret']}"
    token = make.token_in(app.get(address).body)
    app.post(f"{address}/withdraw", data={"form_token": token})
    assert not kept(told["code"]).publish_text
    app.post(f"{address}/withdraw", data={"form_token": "x"}, status=400)


def test_she_erases_herself_and_the_feedback_stays():
    told = sent()
    act("sonla_feedback_erase", **secretly(told))
    found = kept(told["code"])
    assert (found.name, found.email) == (None, None)
    assert found.forgotten
    assert found.text == make.TEXT["text"]
    assert str(found.due) == told["due"]
    mails = model.Session.scalars(sa.select(OutboxMail))
    assert not [mail.key for mail in mails if MAILBOX in f"{mail.address}{mail.text}"]
    (event,) = model.Session.scalars(
        sa.select(Event).where(Event.name == "feedback.erased")
    )
    assert event.object_id == told["code"]
    assert "Hoa" not in str(event.data)


def test_she_erases_her_words_too():
    told = sent()
    act("sonla_feedback_erase", **secretly(told), what="all")
    found = kept(told["code"])
    assert make.TEXT["subject"] not in (found.subject, found.text)
    assert found.subject_words == []


def test_an_operator_erases_by_a_decision_and_nobody_else(
    office: Office, operator: str
):
    code = sent()["code"]
    for user in ("", office.officer):
        with pytest.raises(tk.NotAuthorized):
            call_action(
                "sonla_feedback_erase",
                {"user": user, "ignore_auth": False},
                code=code,
                decision="12/QĐ",
            )
    asked = {"user": operator, "ignore_auth": False}
    with pytest.raises(tk.ValidationError):
        call_action("sonla_feedback_erase", dict(asked), code=code)
    call_action("sonla_feedback_erase", dict(asked), code=code, decision="12/QĐ-STTTT")
    assert kept(code).name is None


def test_nobody_withdraws_or_erases_with_a_wrong_secret():
    code = sent()["code"]
    for action in ("sonla_feedback_erase", "sonla_feedback_text_withdraw"):
        with pytest.raises(tk.ObjectNotFound):
            act(action, code=code, secret="x" * 32)
    assert kept(code).name


# Support


def support_by_address(app: Any, code: str, address: str, **values: Any) -> int:
    answer = app.post(
        "/api/3/action/sonla_feedback_support",
        json={"code": code, "altcha": make.solved(), **values},
        environ_overrides={"REMOTE_ADDR": address},
    )
    return answer.json["result"]["supports"]


def test_each_person_counts_once(app: Any):
    code = make.send()["code"]
    assert support_by_address(app, code, "198.51.100.7") == 1
    assert support_by_address(app, code, "198.51.100.7") == 1
    assert support_by_address(app, code, "198.51.100.8") == 2
    assert support_by_address(app, code, "198.51.100.9", email=MAILBOX) == 3
    assert support_by_address(app, code, "198.51.100.10", email=MAILBOX.upper()) == 3
    assert kept(code).supports == 3


def test_without_a_proof_a_supporter_counts_once_the_address_is_confirmed(app: Any):
    code = make.send()["code"]
    told = act("sonla_feedback_support", code=code, email=MAILBOX)
    assert told["supports"] == 0
    (link,) = make.links(MAILBOX)
    token = make.token_in(app.get(link).body)
    assert kept(code).supports == 0
    for _ in range(2):
        app.post(link, data={"form_token": token})
    assert kept(code).supports == 1
    (support,) = model.Session.scalars(sa.select(Support))
    assert support.email_confirmed
    with pytest.raises(tk.ObjectNotFound):
        act("sonla_feedback_support_confirm", id=support.id, token="x" * 32)
    with pytest.raises(tk.ObjectNotFound):
        act("sonla_feedback_confirm", code=code, token="x" * 32)


def test_what_is_held_or_closed_is_not_supported(operator: str):
    held = make.send(text="http://re.example")["code"]
    with pytest.raises(tk.ObjectNotFound):
        act("sonla_feedback_support", code=held, altcha=make.solved())
    call_action(
        "sonla_feedback_moderate",
        {"user": operator, "ignore_auth": False},
        code=held,
        decision="refuse",
        reason="Quảng cáo.",
    )
    with pytest.raises(tk.ObjectNotFound):
        act("sonla_feedback_support", code=held, altcha=make.solved())


def test_similar_feedback_is_shown_without_a_word_of_it(app: Any, office: Office):
    told = sent()
    asked = {"kind": "quality", "subject": "thieu ba xa VUNG CAO"}
    (one,) = act("sonla_feedback_similar_list", **asked)["results"]
    assert one["code"] == told["code"]
    assert "vùng cao" not in str(one)
    assert act("sonla_feedback_similar_list", subject="vùng")["count"] == 0
    assert act("sonla_feedback_similar_list", subject="giá xăng dầu")["count"] == 0
    page = app.get("/feedback/new").body
    typed = {**make.TEXT, "form_token": make.token_in(page), "altcha": make.solved()}
    step = app.post("/feedback/new", data=typed).body
    assert told["code"] in step
    assert make.TEXT["text"].split("\n")[0] in step, "everything typed stays"
    done = app.post("/feedback/new", data={**typed, "seen": "yes"})
    assert done.request.path.startswith("/feedback/track/PH-")


# Forgetting


def test_senders_are_forgotten_after_the_months_of_the_policy(office: Office):
    old = clock.now() - timedelta(days=25 * 31)
    values = {"name": "Hoa", "email": MAILBOX, "created": old, "moderation": "clear"}
    waiting = received.received(office.id, old, **values)
    young = received.received(office.id, **{**values, "created": clock.now()})
    aside = received.received(
        office.id, old, **{**values, "state": "set_aside", "moderation": "refused"}
    )
    model.Session.add(
        Support(feedback_id=aside.id, supporter="x", email=MAILBOX, language="vi")
    )
    model.Session.commit()
    codes = [one.code for one in (waiting, young, aside)]
    for _ in range(2):
        tasks.forget_senders()
    model.Session.commit()
    assert [kept(code).name for code in codes] == ["Hoa", "Hoa", None]
    (support,) = model.Session.scalars(sa.select(Support))
    assert (support.email, support.supporter) == (None, None)
    count = sa.select(sa.func.count()).where(Event.name == "feedback.erased")
    assert model.Session.scalar(count) == 1, "once, however often the clock ticks"


def test_the_hash_of_an_address_is_forgotten_after_a_day(app: Any):
    code = make.send()["code"]
    support_by_address(app, code, "198.51.100.7")
    model.Session.execute(
        sa.update(Support).values(created=clock.now() - timedelta(days=2))
    )
    model.Session.commit()
    tasks.forget_senders()
    model.Session.commit()
    (support,) = model.Session.scalars(sa.select(Support))
    assert support.supporter is None
    assert kept(code).supports == 1


def test_a_file_that_a_crash_left_goes_and_one_that_is_named_stays():
    from pathlib import Path

    from ckanext.sonla.feedback.sending import store

    csv = FileStorage(io.BytesIO("Xã,Số\nA,1\n".encode()), "x.csv", "attachment")
    make.send(attachment=csv)
    left = store.keep(b"x")
    assert store.left_over({left}) == []
    folder = Path(str(tk.config["ckan.storage_path"])) / store.FOLDER
    import os

    for path in folder.iterdir():
        os.utime(path, (0, 0))
    tasks.forget_senders()
    assert left not in {path.name for path in folder.iterdir()}
    assert len(list(folder.iterdir())) == 1
