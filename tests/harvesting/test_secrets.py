"""A secret goes in and never comes out: no answer, page, log, record or dump has it."""

from __future__ import annotations

import json
import logging
import subprocess
from typing import Any

import pytest
import sqlalchemy as sa
from cryptography.fernet import Fernet

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.common import config as settings
from ckan.tests import factories
from ckan.tests.helpers import call_action
from ckanext.sonla.harvesting import keeping, sources
from ckanext.sonla.harvesting.model import HarvestSecret
from ckanext.sonla.harvesting.problems import SourceProblem

from .conftest import OWNED, agency_id, make_source

PLAIN = "khong-ai-biet-42"
BEARER = {**OWNED, "auth": {"type": "bearer", "token": PLAIN}}
KEPT = {**OWNED, "auth": {"type": "bearer", "token": {"stored": True}}}

FORM = {
    "title": "Đăng kiểm",
    "name": "dang-kiem",
    "url": "http://a.example/x",
    "source_type": "sonla_rest",
    "save": "1",
}


def change(user: str, source: dict[str, Any], config: Any, **values: Any) -> Any:
    """Change a source as its form does: whole, with what it was shown."""
    text = config if isinstance(config, str) else json.dumps(config)
    names = ("id", "name", "title", "url", "source_type", "owner_org", "frequency")
    whole = {name: source[name] for name in names}
    context = {"user": user, "ignore_auth": False}
    return call_action(
        "harvest_source_update", context, **{**whole, "config": text, **values}
    )


def by(user: str) -> dict[str, str]:
    return {"Authorization": factories.APIToken(user=user)["token"]}


def secrets_of(source: dict[str, Any]) -> dict[str, str]:
    found = sources.source_of(source["id"])
    return keeping.secrets_of(found.id, found.url, found.config)


def dump(of: str = "sonla.test.superuser_url") -> str:
    """Return the whole of a database, by default CKAN's, as `pg_dump` writes it."""
    url = sa.make_url(settings[of])
    model.Session.commit()
    return subprocess.run(
        ["pg_dump", url.render_as_string(hide_password=False)],
        check=True,
        capture_output=True,
        text=True,
    ).stdout


def test_a_secret_is_in_no_answer_page_log_or_dump(
    app: Any, staff: Any, key_file: Any, caplog: Any
):
    caplog.set_level(logging.DEBUG)
    officer = staff["officer"]
    source = make_source(officer, config=BEARER)
    shown = [json.dumps(source, default=str)]
    shown.append(json.dumps(change(officer, source, KEPT), default=str))
    with pytest.raises(tk.ValidationError):
        call_action("harvest_job_create", {"user": officer}, source_id=source["id"])
    address = f"/api/3/action/package_show?id={source['id']}"
    shown.append(app.get(address, headers=by(officer)).body)
    shown += [caplog.text, dump()]
    assert [text for text in shown if PLAIN in text] == []
    # It was there to be found: what is kept opens with the key.
    assert secrets_of(source) == {"token": PLAIN}
    assert "sonla_harvest_secret" in shown[-1]


def test_a_form_that_is_refused_does_not_show_the_secret_again(
    app: Any, staff: Any, key_file: Any, caplog: Any
):
    caplog.set_level(logging.DEBUG)
    headers = by(staff["officer"])
    for text in (
        json.dumps({**BEARER, "pagin": 1}),
        json.dumps({"auth": BEARER["auth"]}),
        json.dumps(BEARER)[:-1],
        json.dumps({**OWNED, "auth": {"type": "basic", "token": PLAIN}}),
    ):
        form = {**FORM, "owner_org": agency_id(), "config": text}
        found = app.post("/harvest/new", data=form, headers=headers)
        assert "contact" in found.body  # What was typed is still there.
        assert PLAIN not in found.body
    assert PLAIN not in caplog.text
    assert PLAIN not in dump()


def test_the_form_makes_a_source_and_keeps_its_secret(
    app: Any, staff: Any, key_file: Any
):
    """ckanext-harvest's own form, as the officer fills it in."""
    form = {**FORM, "owner_org": agency_id(), "config": json.dumps(BEARER)}
    app.post("/harvest/new", data=form, headers=by(staff["officer"]))
    source = call_action("harvest_source_show", id="dang-kiem")
    assert json.loads(source["config"])["auth"]["token"] == {"stored": True}
    assert secrets_of(source) == {"token": PLAIN}


def test_a_kept_secret_stays_only_where_it_was_sent(staff: Any, key_file: Any):
    """Nobody learns a secret by pointing its source at a server of their own."""
    officer = staff["officer"]
    source = make_source(officer, config=BEARER)
    change(officer, source, KEPT, url="http://127.0.0.1:8001/other")
    header = {"type": "header", "name": "X-Echo", "value": {"stored": True}}
    trials: list[tuple[Any, dict[str, str]]] = [
        (KEPT, {"url": "http://cua-toi.example/rows"}),
        (KEPT, {"url": "https://127.0.0.1:8001/rows"}),
        ({**OWNED, "auth": header}, {}),
        ({**KEPT, "tls": {"ca": "-----BEGIN CERTIFICATE-----"}}, {}),
    ]
    for config, values in trials:
        with pytest.raises(tk.ValidationError) as caught:
            change(officer, source, config, **values)
        assert "secret is missing" in str(caught.value.error_dict["config"])
    context = {"user": officer, "ignore_auth": False}
    with pytest.raises(tk.ValidationError):
        call_action(
            "harvest_source_patch", context, id=source["id"], url="http://x.example/"
        )
    assert secrets_of(source) == {"token": PLAIN}


def test_a_new_secret_takes_the_old_ones_place_and_none_leaves_none(
    staff: Any, key_file: Any
):
    officer = staff["officer"]
    source = make_source(officer, config=BEARER)
    change(officer, source, {**OWNED, "auth": {"type": "bearer", "token": "moi"}})
    assert secrets_of(source) == {"token": "moi"}
    change(officer, source, OWNED)
    assert model.Session.query(HarvestSecret).count() == 0


def test_nobody_uses_another_sources_secret(staff: Any, key_file: Any):
    make_source(staff["officer"], config=BEARER)
    with pytest.raises(tk.ValidationError):
        make_source(staff["officer"], config=KEPT, name="khac")


def test_only_operators_name_variables_and_files_of_the_machine(
    staff: Any, key_file: Any, monkeypatch: Any, ckan_config: Any, tmp_path: Any
):
    monkeypatch.setenv("SONLA_SOURCE_DANG_KIEM", PLAIN)
    monkeypatch.setenv("HOME_OF_SOMETHING", "x")
    folder = tmp_path / "secrets"
    folder.mkdir()
    (folder / "token").write_text(PLAIN + "\n", encoding="utf-8")
    (folder / "link").symlink_to("/etc/passwd")
    monkeypatch.setitem(ckan_config, "sonla.harvesting.secret_folder", str(folder))

    def referring(reference: str) -> dict[str, Any]:
        return {**OWNED, "auth": {"type": "bearer", "token": reference}}

    good = ["env:SONLA_SOURCE_DANG_KIEM", f"file:{folder}/token"]
    for reference in good:
        with pytest.raises(tk.ValidationError):
            make_source(staff["officer"], config=referring(reference), name="khong")
    for bad in (
        "env:HOME_OF_SOMETHING",
        "env:SONLA_SOURCE_NOT_THERE",
        "file:/etc/passwd",
        f"file:{folder}/../../etc/passwd",
        f"file:{folder}/link",
    ):
        with pytest.raises(tk.ValidationError):
            make_source(staff["operator"], config=referring(bad), name="khong")
    source = make_source(staff["operator"], config=referring(good[0]))
    assert secrets_of(source) == {"token": PLAIN}
    # The officer may change what else there is, but not where the secret goes.
    change(staff["officer"], source, {**referring(good[0]), "records": "a"})
    with pytest.raises(tk.ValidationError):
        change(staff["officer"], source, referring(good[0]), url="http://x.example/")
    change(staff["operator"], source, referring(good[1]))
    assert secrets_of(source) == {"token": PLAIN}


def test_without_a_key_no_secret_is_kept(staff: Any):
    with pytest.raises(tk.ValidationError) as caught:
        make_source(staff["officer"], config=BEARER)
    assert "key_file" in str(caught.value.error_dict["config"])


def test_a_new_key_comes_first_and_the_old_one_still_opens(staff: Any, key_file: Any):
    source = make_source(staff["officer"], config=BEARER)
    old = key_file.read_bytes()
    key_file.write_bytes(Fernet.generate_key() + b"\n" + old)
    assert secrets_of(source) == {"token": PLAIN}
    key_file.write_bytes(Fernet.generate_key())
    with pytest.raises(SourceProblem):
        secrets_of(source)
