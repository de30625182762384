"""Runs, good ones and failing ones, use every kind of secret and leave it nowhere."""

from __future__ import annotations

import base64
import json
import logging
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest

from ckan import model
from ckan.common import config as settings
from ckan.lib.redis import connect_to_redis
from ckan.tests import factories
from ckanext.sonla.harvesting.runs import spool
from ckanext.sonla.harvesting.runs.model import HarvestRun
from ckanext.sonla.shared.mail import OutboxMail

from . import running
from .faults.fault import asked
from .test_runs import ROWS
from .test_secrets import by, dump

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .conftest import Site

PASSWORD = "khong-ai-biet"
TOKEN = "bi-mat+cua/oauth2=the"
# The kind → its `auth`, and its secret: with characters that addresses write otherwise.
AUTHS: dict[str, tuple[dict[str, Any], str]] = {
    "basic": (
        {"type": "basic", "user": "so-y-te", "password": "bi-mat/cua?basic"},
        "bi-mat/cua?basic",
    ),
    "query": (
        {"type": "api_key", "name": "khoa", "in": "query", "key": "bi-mat&cua query"},
        "bi-mat&cua query",
    ),
    "key_header": (
        {"type": "api_key", "name": "X-Key", "in": "header", "key": "bi-mat:cua-khoa"},
        "bi-mat:cua-khoa",
    ),
    "bearer": ({"type": "bearer", "token": "bi-mat.cua.bearer"}, "bi-mat.cua.bearer"),
    "header": (
        {"type": "header", "name": "X-Sonla", "value": "bi-mat-cua-header"},
        "bi-mat-cua-header",
    ),
    "oauth2": (
        {"type": "oauth2", "client_id": "sonla", "client_secret": "bi-mat-cua-oauth2"},
        "bi-mat-cua-oauth2",
    ),
}
BY_OFFSET = {
    "paging": {"type": "offset", "limit": 10},
    "mail": "always",
    "conditional": True,
}
ROLES = ("officer", "leader", "operator", "auditor", "sysadmin", None)


def written(secret: str, user: str = "so-y-te") -> Iterator[str]:
    """Yield how a secret may be written: as it is, in an address, in a header."""
    yield secret
    yield quote(secret, safe="")
    yield quote(secret).replace("%20", "+")
    yield json.dumps(secret)[1:-1]
    yield base64.b64encode(f"{user}:{secret}".encode()).decode()
    yield base64.b64encode(secret.encode()).decode().rstrip("=")


def good(handler: Any) -> None:
    """Answer like a source that tells the whole address back, the key too."""
    start = int(asked(handler).get("offset", 0))
    body = json.dumps(ROWS[start : start + 10]).encode()
    handler.reply(200, body, ETag=f'"{handler.path}"', X_Asked=handler.path)


def token(handler: Any) -> None:
    told = {"access_token": TOKEN, "expires_in": 3600}
    handler.reply(200, json.dumps(told).encode())


def half(handler: Any) -> None:
    """Give a page, and then an answer that has all that was sent in it."""
    if "offset=10" not in handler.path:
        good(handler)
        return
    sent = json.dumps([handler.path, *handler.headers.items()])
    handler.reply(500, sent.encode(), Location=handler.path)


def echoing(handler: Any) -> None:
    """Answer with what was sent, as the name of a content type."""
    names = ("Authorization", "X-Key", "X-Sonla")
    told = next((v for n in names if (v := handler.headers.get(n))), handler.path)
    kind = f"x/{told.rpartition(' ')[2]}"
    handler.reply(200, b"{}", kind)


@pytest.fixture
def rows(mariadb: dict[str, Any]) -> dict[str, Any]:
    """Return an agency's MariaDB with the rows, for an account with a password."""
    assert mariadb["password"] == PASSWORD
    with mariadb["as_root"]() as connection, connection.cursor() as own:
        own.execute("DROP TABLE IF EXISTS chuyen")
        own.execute(
            "CREATE TABLE chuyen (id INT PRIMARY KEY, carrier TEXT, dest TEXT,"
            " distance DECIMAL(10, 1), time_hour DATETIME)"
        )
        told = [tuple(row.values()) for row in ROWS]
        own.executemany("INSERT INTO chuyen VALUES (%s, %s, %s, %s, %s)", told)
    return mariadb


@pytest.fixture
def sources(
    staff: Any, site: Site, key_file: Any, rows: Any, impatient: None
) -> dict[str, dict[str, Any]]:
    """Return a source of one dataset for each kind of secret."""
    running.dataset()
    site.answers |= {"/rows": good, "/token": token}
    found = {}
    for kind, (auth, _) in AUTHS.items():
        told = dict(auth)
        if kind == "oauth2":
            told["token_url"] = f"{site.address}/token"
        found[kind] = running.source(
            f"{site.address}/rows", {**BY_OFFSET, "auth": told}, name=f"nguon-{kind}"
        )
    auth = {"type": "password", "user": "doc", "password": PASSWORD}
    config = {"from": "chuyen", "auth": auth, "tls": {"verify": False}}
    found["database"] = running.source(
        rows["url"], config, source_type="sonla_sql", name="nguon-database"
    )
    return found


def answers(
    app: Any, user: str | None, source: dict[str, Any], found: dict[str, Any]
) -> Iterator[str]:
    """Yield what somebody is answered that asks for a source, by actions and pages."""
    api, id_ = "/api/3/action", source["id"]
    job = f"id={found['job_id']}"
    addresses = [
        *(f"{api}/{name}?id={id_}" for name in (
            "package_show", "harvest_source_show", "harvest_source_show_status",
            "package_activity_list", "harvest_source_for_a_dataset")),
        *(f"{api}/{name}?source_id={id_}" for name in (
            "harvest_job_list", "sonla_harvest_dataset_list", "sonla_harvest_run_list",
            "sonla_quarantine_list", "sonla_quarantine_export")),
        *(f"{api}/{name}?{job}" for name in ("harvest_job_show", "harvest_job_report")),
        f"{api}/harvest_source_list", f"{api}/harvest_object_list?source_id={id_}",
        f"{api}/harvest_object_show?id={found['object_id']}",
        f"{api}/harvest_log_list",
        f"{api}/package_search?include_private=true&fq=dataset_type:harvest",
        f"{api}/sonla_event_list?object_type=harvest_source&object_id={id_}",
        f"{api}/sonla_event_list?limit=100",
        *(f"/harvest{path}".format(source["name"]) for path in (
            "", "/{}", "/edit/{}", "/about/{}", "/admin/{}", "/{}/job",
            "/{}/job/last", f"/{{}}/job/{found['job_id']}")),
        *(f"/harvesting/{source['name']}/{page}" for page in (
            "settings", "trial", "approval", "runs", "quarantine")),
        "/console",
    ]  # fmt: skip
    if found["revision_id"]:
        addresses += [
            f"{api}/sonla_revision_show?id={found['revision_id']}",
            f"{api}/sonla_revision_diff?id={found['revision_id']}",
        ]
    headers = by(user) if user else {}
    for address in addresses:
        answer = app.get(address, headers=headers)
        # Some of ckanext-harvest's own fail on what isn't there.
        if answer.status_code == 200:
            yield f"{user} {address} {answer.body}"


def queue() -> Iterator[str]:
    """Yield what is in Redis: keys, texts, and the jobs, which rq packs."""
    redis = connect_to_redis()
    readers: dict[Any, Any] = {
        b"string": lambda key: [redis.get(key)],
        b"hash": redis.hvals,
        b"list": lambda key: redis.lrange(key, 0, -1),
        b"set": redis.smembers,
        b"zset": lambda key: redis.zrange(key, 0, -1),
    }  # fmt: skip
    for key in redis.scan_iter():
        yield repr(key)
        for value in readers[redis.type(key)](key):
            try:
                yield zlib.decompress(value).decode(errors="replace")
            except zlib.error:
                yield value.decode(errors="replace")


def files() -> Iterator[str]:
    """Yield the files of the portal's storage, and of the spools."""
    for folder in (Path(settings["ckan.storage_path"]), spool.folder()):
        for path in folder.rglob("*"):
            if path.is_file():
                yield f"{path} {path.read_bytes().decode(errors='replace')}"


def both_dumps() -> Iterator[str]:
    yield dump()
    yield dump("sonla.test.datastore_superuser_url")


def fail(site: Site, sources: dict[str, dict[str, Any]], rows: dict[str, Any]) -> None:
    """Let every source fail in ways that tell back what was sent to it."""
    said = set()
    for kind in AUTHS:
        for answer in (echoing, half):
            site.answers["/rows"] = answer
            found = running.run(sources[kind]["id"])
            assert found["outcome"] == "failed"
            said.add(found["reasons"][0]["problem"])
    assert said == {"content_type", "failing"}
    with rows["as_root"]() as connection, connection.cursor() as own:
        own.execute("DROP TABLE chuyen")
    assert running.run(sources["database"]["id"])["outcome"] == "failed"


def test_no_run_leaves_a_secret_anywhere(  # noqa: PLR0917 - everything there is
    app: Any, staff: Any, site: Site, sources: Any, rows: Any, caplog: Any
):
    caplog.set_level(logging.DEBUG)
    # A portal's configuration may let every part write its steps.
    for name in ("urllib3.connectionpool", "requests_oauthlib", "sqlalchemy.engine"):
        logging.getLogger(name).disabled = False
    people = {**staff, "sysadmin": factories.Sysadmin()["name"]}
    last: dict[str, dict[str, Any]] = {}
    for kind, source in sources.items():
        found = last[kind] = running.run(source["id"])
        if found["outcome"] == "submitted":
            running.approve(found)
        wanted = "submitted" if kind == "basic" else "unchanged"
        assert (found["outcome"], found["read"]) == (wanted, 20), (kind, found)
    fail(site, sources, rows)
    secrets = [TOKEN, PASSWORD, *(secret for _, secret in AUTHS.values())]
    forms = {form for secret in secrets for form in written(secret)}
    places = {
        "log": [caplog.text],
        "redis": list(queue()),
        "files": list(files()),
        "databases": list(both_dumps()),
        "mails": [one.text for one in model.Session.query(OutboxMail)],
        "answers": [
            text
            for kind, roles in (("query", ROLES), ("database", ["officer"]))
            for role in roles
            for text in answers(
                app, people.get(str(role)), sources[kind], _records(last[kind])
            )
        ],
    }
    leaks = [
        (place, form, text[max(text.find(form) - 200, 0) : text.find(form) + 80])
        for place, texts in places.items()
        for text in texts
        for form in forms
        if form in text
    ]
    assert leaks == []
    # They were all there to be looked at.
    assert {place for place, texts in places.items() if not texts} == set()
    assert len(places["answers"]) > 120
    assert any(".csv" in text for text in places["files"])
    assert any("Harvest " in text for text in places["redis"])
    assert any("sonla_harvest_secret" in text for text in places["databases"])


def _records(run: dict[str, Any]) -> dict[str, Any]:
    found: Any = HarvestRun.get(run["id"])
    return {
        "job_id": found.job_id,
        "object_id": found.object_id,
        "revision_id": found.revision_id,
    }
