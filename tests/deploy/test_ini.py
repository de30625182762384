"""The generated configuration names every part, and nothing it does not know."""

from __future__ import annotations

from configparser import RawConfigParser
from pathlib import Path

import pytest

from ckan.common import config
from deploy.local import ini
from deploy.local.databases import Databases
from deploy.local.passwords import NAMES
from deploy.local.postgres import Cluster

SECRETS = {name: f"secret-{name}" for name in NAMES}


def _values() -> dict[str, str]:
    cluster = Cluster(Path("/nowhere"), 15999, SECRETS["postgres"])
    return {
        **ini.addresses(cluster, Databases(), SECRETS),
        "site_url": "http://127.0.0.1:5000",
        "storage": "/var/storage",
        "assets": "/var/assets",
        "session": SECRETS["session"],
        "csrf": SECRETS["csrf"],
        "token": SECRETS["token"],
        "feedback": SECRETS["feedback"],
        "harvest_key": "/var/sealing.key",
        "source_secrets": "/var/source-secrets",
        "source_files": "/var/source-files",
        "redis_url": "redis://:secret-redis@127.0.0.1:16000/0",
        "xloader_token": "a-token",
        "smtp": "127.0.0.1:16001",
    }


@pytest.fixture
def rendered() -> RawConfigParser:
    parser = RawConfigParser()
    parser.read_string(ini.render(_values()))
    return parser


def test_each_role_reaches_its_own_database(rendered: RawConfigParser):
    settings = rendered["app:main"]
    at = "127.0.0.1:15999"
    assert (
        settings["sqlalchemy.url"]
        == f"postgresql://sonla_ckan:secret-sonla_ckan@{at}/sonla"
    )
    for key, role in (
        ("ckan.datastore.write_url", "sonla_write"),
        ("ckan.datastore.read_url", "sonla_read"),
        ("sonla.datastore.owner_url", "sonla_tables"),
    ):
        assert (
            settings[key] == f"postgresql://{role}:secret-{role}@{at}/sonla_datastore"
        )


def test_the_portal_runs_the_plugins_that_are_tested(rendered: RawConfigParser):
    plugins = rendered["app:main"]["ckan.plugins"].split()
    assert plugins == config["ckan.plugins"]


def test_a_value_that_is_missing_fails_instead_of_being_written():
    values = _values()
    del values["token"]
    with pytest.raises(KeyError, match="token"):
        ini.render(values)


def test_accounts_are_made_by_appointment_only(rendered: RawConfigParser):
    settings = rendered["app:main"]
    for key in (
        "ckan.auth.create_user_via_api",
        "ckan.auth.create_user_via_web",
        "ckan.auth.user_create_organizations",
        "ckan.auth.user_create_groups",
    ):
        assert settings[key] == "false"


def test_a_new_migration_changes_the_fingerprint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(ini, "MIGRATIONS", tmp_path)
    before = ini.fingerprint()
    assert ini.fingerprint() == before
    (tmp_path / "001_first.py").write_text("revision = '001'\n")
    assert ini.fingerprint() != before
