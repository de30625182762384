"""Where attachments lie: a folder of the portal's storage that nothing serves itself.

A file is whole before its row is committed, and goes after the row that named it went;
what a crash leaves without a row is removed by the next tick after a day.
"""

from __future__ import annotations

import os
import re
import tempfile
import time
from contextlib import suppress
from pathlib import Path

import ckan.plugins.toolkit as tk
from ckan.model.types import make_uuid

FOLDER = "feedback"
# A sending may be under way; nothing younger is taken for left over.
GRACE_SECONDS = 24 * 60 * 60
_NAME = re.compile(r"[0-9a-f-]{36}")


def keep(content: bytes) -> str:
    """Store bytes and return the name that they are kept under.

    Raises:
        OSError: the disk is full.
    """
    folder = _folder()
    name = make_uuid()
    handle, aside = tempfile.mkstemp(dir=folder, prefix=".")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(aside).rename(folder / name)
    except BaseException:
        Path(aside).unlink(missing_ok=True)
        raise
    return name


def read(name: str) -> bytes:
    """Return what is kept under a name.

    Raises:
        FileNotFoundError: nothing is.
    """
    return _place(name).read_bytes()


def remove(name: str) -> None:
    """Remove what is kept under a name, if it is still there."""
    with suppress(FileNotFoundError):
        _place(name).unlink()


def left_over(named: set[str]) -> list[str]:
    """Remove what no row names and what is older than a day; return what went."""
    before = time.time() - GRACE_SECONDS
    gone = []
    for path in _folder().iterdir():
        if path.name not in named and path.stat().st_mtime < before:
            path.unlink(missing_ok=True)
            gone.append(path.name)
    return gone


def _place(name: str) -> Path:
    if not _NAME.fullmatch(name):
        raise FileNotFoundError(name)
    return _folder() / name


def _folder() -> Path:
    # CKAN serves `storage/` of this place to everybody; this is beside it.
    folder = Path(tk.config["ckan.storage_path"]) / FOLDER
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder
