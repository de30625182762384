"""What a portal keeps under `var/` is its owner's alone."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING

from deploy.local.folders import Home, Memory, write_secret
from deploy.local.passwords import NAMES, passwords

if TYPE_CHECKING:
    from pathlib import Path

import pytest


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_secret_file_can_be_read_by_its_owner_only(tmp_path: Path):
    path = tmp_path / "secret"
    path.write_text("old, readable by all")
    path.chmod(0o644)
    write_secret(path, "new")
    assert path.read_text() == "new"
    assert _mode(path) == 0o600


def test_a_failed_write_leaves_the_old_secret(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    path = tmp_path / "secret"
    write_secret(path, "old")

    def fail(*_: object, **__: object) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr("os.fdopen", fail)
    with pytest.raises(OSError, match="full"):
        write_secret(path, "new")
    monkeypatch.undo()
    assert path.read_text() == "old"
    write_secret(path, "newer")
    assert path.read_text() == "newer"


def test_secrets_are_made_once_and_differ(tmp_path: Path):
    first = passwords(tmp_path)
    assert passwords(tmp_path) == first
    assert set(first) == set(NAMES)
    assert len(set(first.values())) == len(NAMES)
    assert all(len(secret) >= 32 for secret in first.values())
    assert _mode(tmp_path / "secrets.json") == 0o600


def test_a_new_kind_of_secret_is_added_to_the_known_ones(tmp_path: Path):
    Memory(tmp_path / "secrets.json").set(postgres="known", older="kept")
    made = passwords(tmp_path)
    assert made["postgres"] == "known"
    assert made["older"] == "kept"
    assert made["redis"]


def test_strangers_list_nothing_under_the_home(tmp_path: Path):
    home = Home(tmp_path / "var")
    home.create()
    assert _mode(home.folder) & 0o066 == 0
    assert _mode(home.logs) == 0o700
    assert _mode(home.storage) == 0o700
    assert _mode(home.mail) == 0o700
