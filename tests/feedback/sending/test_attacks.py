"""What is tried against sending: forged proofs, hidden characters, floods, guessing."""

from __future__ import annotations

import base64
import json
import time
from typing import Any

import altcha
import pytest
import sqlalchemy as sa

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.sonla.feedback.model import Feedback
from ckanext.sonla.feedback.sending import keys, proof, texts
from tests.factories import sending as make
from tests.factories.sending import kept

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db", "center")
STRANGER = {"user": "", "ignore_auth": False}
NOWHERE = "redis://127.0.0.1:1/0"


def refused(**values: Any) -> dict[str, Any]:
    """Send what is refused, and return what is wrong by field."""
    with pytest.raises(tk.ValidationError) as error:
        make.send(**values)
    return error.value.error_dict


# The proof


def test_a_proof_serves_once():
    used = make.solved()
    make.send(altcha=used)
    assert "altcha" in refused(altcha=used)


def test_what_was_refused_has_not_used_its_proof():
    unused = make.solved()
    assert "entry" in refused(altcha=unused, entry="khong-co")
    assert make.send(altcha=unused)["due"]


def test_a_proof_expires_by_the_clock_of_the_portal(monkeypatch: pytest.MonkeyPatch):
    old = make.solved()
    later = time.time() + 3601
    monkeypatch.setattr(time, "time", lambda: later)
    assert "altcha" in refused(altcha=old)


def changed(given: str, **parameters: Any) -> str:
    """Return a proof whose challenge was changed after the portal signed it."""
    told = json.loads(base64.b64decode(given))
    told["challenge"]["parameters"] |= parameters
    return base64.b64encode(json.dumps(told).encode()).decode()


def test_nobody_makes_a_challenge_of_her_own():
    good = make.solved()
    own = altcha.create_challenge(
        proof.ALGORITHM, 1, counter=1, hmac_secret="x", hmac_key_secret="y"
    )
    forged = [
        "",
        "x",
        "e30=",
        base64.b64encode(b"[" * 5000).decode(),
        "A" * 100_000,
        changed(good, expiresAt=int(time.time()) + 10**6),
        changed(good, expiresAt=float("nan")),
        changed(good, cost=2),
        changed(good, keyPrefix=""),
        make.solved(own.to_dict()),
    ]
    for given in forged:
        with pytest.raises(proof.Refused):
            proof.checked(given)
    for given in forged[1:]:
        assert "altcha" in refused(altcha=given)


# Words


HIDDEN = "Số\u202e liệu\u200b \u2066của\ufeff xã\x07\u0000 này\U000e0041"


def test_hidden_and_turning_characters_are_taken_out():
    told = make.send(
        subject=HIDDEN.replace("\u0000", ""), text="Dòng 1\r\n\u202eDòng 2"
    )
    found = kept(told["code"])
    assert found.subject == "Số liệu của xã này"
    assert found.text == "Dòng 1\nDòng 2"


def test_marks_pile_up_on_no_letter():
    assert len(texts.lines("a" + "\u0301" * 500)) < 8
    vietnamese = "Đề nghị bổ sung số liệu xã Chiềng Sơn, huyện Mộc Châu"
    assert texts.lines(vietnamese) == vietnamese


def test_a_text_of_nothing_but_what_nobody_sees_says_nothing():
    assert "text" in refused(text="\u200b\u2060 \n ...")
    assert "subject" in refused(subject=" - ")


@pytest.mark.parametrize("field", ["name", "email", "subject"])
def test_no_header_of_a_mail_is_injected(field: str):
    for given in ("Hoa\r\nBcc: ai@thu.example", "hoa@thu.example\nBcc: ai@thu.example"):
        assert field in refused(**{field: given})


@pytest.mark.parametrize(
    "address",
    ["a@b", "a b@thu.example", "a@thu.example,b@thu.example", "<a@thu.example>",
     "a@[127.0.0.1]", "..a@thu.example", "a@thu..example", "a" * 300 + "@thu.example"],
)  # fmt: skip
def test_an_address_that_is_none_is_refused(address: str):
    assert "email" in refused(email=address)


def test_the_portal_writes_to_itself_no_mail(
    ckan_config: Any, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setitem(ckan_config, "smtp.mail_from", "cong@sonla.example")
    assert "email" in refused(email="Cong@Sonla.example")


def test_a_text_of_five_megabytes_is_refused_by_its_field(app: Any):
    big = {**make.TEXT, "text": "x" * 5_000_000, "altcha": make.solved()}
    answer = app.post("/api/3/action/sonla_feedback_create", json=big, status=409)
    assert set(answer.json["error"]) == {"text", "__type"}
    assert len(answer.body) < 2000


def test_html_and_markdown_are_shown_as_they_were_typed(app: Any):
    told = make.send(
        subject="<img src=x onerror=alert(1)>",
        text="<script>alert(1)</script> [Bấm](javascript:alert(1)) **đậm**",
    )
    page = app.get(f"/feedback/track/{told['code']}/{told['secret']}").body
    assert "&lt;script&gt;alert(1)&lt;/script&gt; [Bấm](javascript:alert(1))" in page
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert 'href="javascript' not in page
    assert kept(told["code"]).held_for == ["links"]


# Guessing


def test_a_wrong_code_and_a_wrong_secret_get_the_same_answer(app: Any):
    told = make.send()

    def ask(**given: Any) -> Any:
        return app.post("/api/3/action/sonla_feedback_track", json=given, status=404)

    one = ask(code=told["code"], secret="x" * 32).json["error"]
    other = ask(code="PH-2222-2222-2222", secret=told["secret"]).json["error"]
    assert one == other
    assert keys.fits(keys.token("a", "b"), "a", "b")
    assert not keys.fits(keys.token("a", "b"), "a", "c")


def test_the_secret_stands_in_no_query(app: Any):
    told = make.send()
    app.get(
        "/api/3/action/sonla_feedback_track",
        query_string={"code": told["code"], "secret": told["secret"]},
        status=409,
    )


def test_the_code_alone_tells_no_word(app: Any):
    told = make.send(name="Lò Thị Hoa", email="hoa@thu.example")
    page = app.get(f"/feedback/track/{told['code'].lower()}").body
    answer = app.get(f"/api/3/action/sonla_feedback_track?code={told['code']}").body
    for word in ("vùng cao", "Hoa", "hoa@thu"):
        assert word not in page
        assert word not in answer


def test_who_guesses_codes_is_told_to_wait(
    app: Any, ckan_config: Any, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setitem(ckan_config, "sonla.policy.feedback_limit_look", "3/hour")
    for _ in range(3):
        app.get("/feedback/track/PH-2222-2222-2222", status=404)
    app.get("/feedback/track/PH-2222-2222-2222", status=429)


# The form


def test_a_form_of_another_site_sends_nothing_and_keeps_what_was_typed(app: Any):
    token = make.token_in(app.get("/feedback/new").body)
    typed = {**make.TEXT, "altcha": make.solved(), "form_token": token}
    for headers, extra in (
        ({}, {"form_token": "x"}),
        ({"Origin": "https://xau.example"}, {}),
        ({"Sec-Fetch-Site": "cross-site"}, {}),
    ):
        answer = app.post(
            "/feedback/new", data={**typed, **extra}, headers=headers, status=400
        )
        assert make.TEXT["subject"] in answer.body
        assert "Set-Cookie" not in answer.headers
    assert model.Session.scalar(sa.select(sa.func.count(Feedback.id))) == 0
