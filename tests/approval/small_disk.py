"""A real small disk under the portal's files, for what happens when it is full."""

from __future__ import annotations

import ctypes
import os
import shutil
import traceback
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ckan import model
from ckan.common import config
from tests.approval import crashes

if TYPE_CHECKING:
    from collections.abc import Callable

_NEW_MOUNTS, _NEW_USER = 0x00020000, 0x10000000
_RECURSIVE_PRIVATE = 0x4000 | 0x40000
_DONE, _NOT_ALLOWED = 0, 77
_libc = ctypes.CDLL(None, use_errno=True)


def on_a_small_disk(what: Callable[[Path], object], size: str = "1m") -> None:
    """Do something in a process that has a tmpfs under the folder of the files.

    Nobody else sees that disk, and it ends with the process. Needs no rights where the
    kernel lets everybody have namespaces; else the test is skipped.

    Args:
        what: gets the folder, which is empty.
    """
    folder = Path(config["ckan.storage_path"]) / "resources"
    folder.mkdir(exist_ok=True)
    model.Session.remove()
    pid = os.fork()
    if pid == 0:
        _be_on_it(what, folder, size)
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    crashes.forget_connections(close=True)
    if status == _NOT_ALLOWED:
        pytest.skip("this kernel lets the tests have no disk of their own")
    assert status == _DONE


def fill(folder: Path) -> Path:
    """Write until the disk is full, and return the file that fills it."""
    assert shutil.disk_usage(folder).total < 1 << 25, "not the small disk"
    filling = folder / "filling"
    with filling.open("wb", buffering=0) as file:
        try:
            while file.write(b"x" * 4096):
                pass
        except OSError:
            return filling
    raise AssertionError


def _be_on_it(what: Callable[[Path], object], folder: Path, size: str) -> None:
    status = 1
    try:
        crashes.forget_connections(close=False)
        if not _mounted(folder, size):
            status = _NOT_ALLOWED
            return
        what(folder)
        status = _DONE
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(status)


def _mounted(folder: Path, size: str) -> bool:
    user, group = os.getuid(), os.getgid()
    if _libc.unshare(_NEW_MOUNTS) != 0:
        if _libc.unshare(_NEW_MOUNTS | _NEW_USER) != 0:
            return False
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
        Path("/proc/self/gid_map").write_text(f"{group} {group} 1")
    private = _libc.mount(b"none", b"/", None, _RECURSIVE_PRIVATE, None)
    tmpfs = _libc.mount(
        b"tmpfs", os.fsencode(folder), b"tmpfs", 0, f"size={size}".encode()
    )
    return private == 0 and tmpfs == 0
