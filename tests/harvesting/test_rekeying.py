"""The key of the sources' secrets is changed: nothing is lost, whatever dies when."""

from __future__ import annotations

import os
import signal
import threading
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.fernet import Fernet, InvalidToken

from ckan import model
from ckan.cli.cli import ckan
from ckanext.sonla.harvesting import keeping, rekeying, sealing, sources
from ckanext.sonla.harvesting.model import HarvestSecret
from ckanext.sonla.shared import faults
from tests.obligations.test_at_once import forget_connections

from .conftest import OWNED, make_source

if TYPE_CHECKING:
    from pathlib import Path

PLAIN = "khong-ai-biet-42"
BEARER = {**OWNED, "auth": {"type": "bearer", "token": PLAIN}}


@pytest.fixture
def source(staff: Any, key_file: Path) -> dict[str, Any]:
    """A source with a secret."""
    return make_source(staff["officer"], config=BEARER)


@pytest.fixture
def new_file(tmp_path: Path) -> Path:
    """A file with another key, made as the documentation says."""
    path = tmp_path / "new.key"
    path.write_bytes(Fernet.generate_key() + b"\n")
    return path


def opens(source: dict[str, Any]) -> bool:
    """Tell whether the portal opens a source's secret, as a run does."""
    model.Session.rollback()
    found = sources.source_of(source["id"])
    secrets = keeping.secrets_of(found.id, found.url, found.config)
    return secrets == {"token": PLAIN}


def kept() -> str:
    model.Session.rollback()
    return model.Session.query(HarvestSecret).one().sealed


def is_of(path: Path) -> bool:
    """Tell whether the kept secret opens with the first key of a file."""
    try:
        Fernet(path.read_text().split()[0]).decrypt(kept().encode())
    except InvalidToken:
        return False
    return True


@pytest.mark.parametrize("place", faults.declared()["rekey"])
def test_killed_anywhere_it_opens_every_secret_and_goes_on(
    source: dict[str, Any], key_file: Path, new_file: Path, place: str
):
    old = key_file.read_text()
    key_file.chmod(0o640)
    model.Session.remove()
    process = os.fork()
    if process == 0:
        try:
            forget_connections(close=False)
            os.environ[faults.VARIABLE] = place
            rekeying.rekey(key_file, new_file)
        finally:
            os._exit(1)
    _, status = os.waitpid(process, 0)
    forget_connections(close=True)
    assert os.WTERMSIG(status) == signal.SIGKILL
    assert opens(source), "the portal goes on"
    rekeying.rekey(key_file, new_file)
    assert opens(source)
    assert is_of(new_file)
    assert key_file.read_text() == new_file.read_text() != old
    assert key_file.stat().st_mode & 0o777 == 0o640
    assert rekeying.rekey(key_file, new_file) == 0, "there is nothing left to do"


def test_a_secret_that_is_kept_at_the_same_time_is_not_lost(
    source: dict[str, Any], key_file: Path, new_file: Path
):
    found = sources.source_of(source["id"])
    keeping.keep(found.id, found.url, found.config, PLAIN)
    done: list[int] = []
    rekeyed = threading.Thread(
        target=lambda: done.append(rekeying.rekey(key_file, new_file))
    )
    rekeyed.start()
    rekeyed.join(0.3)
    assert rekeyed.is_alive(), "it waits for who sealed with the old key"
    model.Session.commit()
    rekeyed.join(10)
    assert done == [1]
    assert opens(source)


def test_a_run_that_read_the_secret_just_before_opens_it_all_the_same(
    source: dict[str, Any], key_file: Path, new_file: Path, monkeypatch: Any
):
    first = sealing.unseal

    def late(sealed: str) -> str:
        """Open what was read before another process changed the key."""
        monkeypatch.setattr(sealing, "unseal", first)
        rekeying.rekey(key_file, new_file)
        return first(sealed)

    monkeypatch.setattr(sealing, "unseal", late)
    assert opens(source)


def test_what_no_key_opens_is_named_and_nothing_changed(
    source: dict[str, Any], key_file: Path, new_file: Path, cli: Any
):
    key_file.write_bytes(Fernet.generate_key())
    before = (kept(), key_file.read_bytes())
    told = cli.invoke(ckan, ["sonla", "harvest", "rekey", "--to", str(new_file)])
    assert told.exit_code == 1
    assert f"{source['id']} token" in told.output
    assert (kept(), key_file.read_bytes()) == before


def test_a_file_that_has_no_key_is_named(
    source: dict[str, Any], key_file: Path, new_file: Path, cli: Any
):
    new_file.write_text("khong phai khoa")
    for given in (new_file, key_file):
        told = cli.invoke(ckan, ["sonla", "harvest", "rekey", "--to", str(given)])
        assert told.exit_code == 1
        assert "key" in told.output
    assert opens(source)


def test_with_a_key_file_of_several_machines_the_first_key_seals(
    source: dict[str, Any], key_file: Path, new_file: Path, cli: Any
):
    both = new_file.read_text() + key_file.read_text()
    key_file.write_text(both)
    told = cli.invoke(ckan, ["sonla", "harvest", "rekey"])
    assert (told.exit_code, told.output.splitlines()[-1]) == (
        0,
        "1 secrets sealed anew",
    )
    assert key_file.read_text() == both, "the machines' administrator takes the old out"
    assert is_of(new_file)
    key_file.write_text(new_file.read_text())
    assert opens(source)
