"""A sender that dies in the middle leaves no mail twice."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.common import config
from ckan.tests.helpers import call_action
from ckanext.sonla.shared import delivery, mail
from tests.shared.test_mail import put, row

if TYPE_CHECKING:
    from tests.shared.conftest import Catcher

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db", "sender")


def deliver_and_die(catcher: Catcher, tmp_path: Path, place: str) -> int:
    """Deliver in another process, which kills itself at a place."""
    ini = tmp_path / "kill.ini"
    server = tk.config["smtp.server"]
    ini.write_text(
        f"[app:main]\nuse = config:{config['__file__']}\nsmtp.server = {server}\n"
        "smtp.mail_from = cong@sonla.gov.vn\n"
    )
    script = Path(__file__).parent / "outbox_process.py"
    environment = {**os.environ, "PYTHONPATH": str(script.parents[3])}
    return subprocess.run(
        [sys.executable, str(script), str(ini), place],
        env=environment,
        check=False,
        capture_output=True,
        timeout=120,
    ).returncode


@pytest.mark.parametrize(
    ("place", "before", "after"),
    [
        ("before the server takes it", (0, "sending"), (1, "sent")),
        ("while the server takes it", (0, "handing"), (0, "unsure")),
        ("after the server took it", (1, "handing"), (1, "unsure")),
    ],
)
def test_a_killed_sender_leaves_no_mail_twice(catcher, tmp_path, place, before, after):
    put()
    model.Session.commit()
    assert deliver_and_die(catcher, tmp_path, place) == -signal.SIGKILL
    assert (len(catcher.received), row().state) == before
    delivery.deliver()
    delivery.deliver()
    assert (len(catcher.received), row().state) == after


def test_operators_see_what_is_unsure_and_send_it_again(catcher, agency_staff):
    put()
    model.Session.commit()
    model.Session.execute(sa.update(mail.OutboxMail).values(state="handing"))
    model.Session.commit()
    delivery.deliver()
    operator = {"user": agency_staff["operator"], "ignore_auth": False}
    told = call_action("sonla_outbox_show", operator)
    assert told["states"] == {"unsure": 1}
    assert told["results"][0]["message_id"].startswith("<")
    call_action("sonla_outbox_resend", operator, key="k")
    assert delivery.deliver()["sent"] == 1
    with pytest.raises(tk.ObjectNotFound):
        call_action("sonla_outbox_resend", operator, key="k")
    for other in ("officer", "leader", "auditor"):
        for name in ("sonla_outbox_show", "sonla_outbox_resend"):
            with pytest.raises(tk.NotAuthorized):
                context = {"user": agency_staff[other], "ignore_auth": False}
                call_action(name, context, key="k")


def test_a_portal_may_prefer_two_copies_to_none(catcher, ckan_config, monkeypatch):
    monkeypatch.setitem(ckan_config, "sonla.mail.repeat_unsure", True)
    put()
    model.Session.commit()
    model.Session.execute(sa.update(mail.OutboxMail).values(state="handing"))
    model.Session.commit()
    assert delivery.deliver()["sent"] == 1


def test_every_try_has_the_same_message_id(catcher):
    put()
    model.Session.commit()
    expected = row().message_id
    delivery.deliver()
    assert catcher.received[0]["Message-ID"] == expected
