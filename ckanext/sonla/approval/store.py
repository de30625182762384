"""Content-addressed files: a file's name is the SHA-256 of its bytes.

Two files never share a name and a file never changes, so an address in a row names the
same bytes for ever. Files switch with the commit that switches the row, an inherited
file costs nothing, and a crash can only leave a file that no row names yet.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING

from ckan.lib import uploader

if TYPE_CHECKING:
    from collections.abc import Iterator

_CHUNK = 1 << 20
_ADDRESS = re.compile(r"[0-9a-f]{64}")
# Once stored a file is only read: also CKAN's own process can't write into it.
_FILE_MODE = 0o440
_FOLDER_MODE = 0o750


class Writing:
    """A file being stored: written aside under its hash, put in place when whole."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._digest = hashlib.sha256()
        self.size = 0

    def write(self, data: bytes) -> int:
        """Add bytes, as a file does."""
        self._digest.update(data)
        self.size += len(data)
        return self._file.write(data)

    @property
    def address(self) -> str:
        """The address of what was written so far."""
        return self._digest.hexdigest()


@contextmanager
def writing() -> Iterator[Writing]:
    """Store what is written inside; nothing is stored if it raises.

    Example::

        with store.writing() as file:
            file.write(b"...")
        path = store.path_of(file.address)
    """
    root = _root()
    aside = root / f".writing-{secrets.token_hex(8)}"
    # Exclusively, and for nobody else to read until it is in place.
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            result = Writing(file)
            yield result
            file.flush()
            os.fsync(file.fileno())
        _put_in_place(aside, result.address)
    finally:
        aside.unlink(missing_ok=True)


def address_of(stream: IO[bytes]) -> str:
    """Return the address of a stream's bytes, read in chunks; rewinds it."""
    stream.seek(0)
    digest = hashlib.sha256()
    while chunk := stream.read(_CHUNK):
        digest.update(chunk)
    stream.seek(0)
    return digest.hexdigest()


def keep(stream: IO[bytes]) -> str:
    """Store a stream's bytes and return their address."""
    stream.seek(0)
    with writing() as file:
        while chunk := stream.read(_CHUNK):
            file.write(chunk)
    return file.address


def path_of(address: str) -> Path:
    """Return where the file of an address is.

    Raises:
        ValueError: it is no address.
    """
    if not _ADDRESS.fullmatch(address):
        raise ValueError(address)
    return _root() / address[:2] / address[2:4] / address


def _put_in_place(aside: Path, address: str) -> None:
    place = path_of(address)
    place.parent.mkdir(mode=_FOLDER_MODE, parents=True, exist_ok=True)
    aside.chmod(_FILE_MODE)
    # Atomic: a reader finds no file or the whole one. The same bytes may be there.
    aside.replace(place)
    folder = os.open(place.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _root() -> Path:
    root = Path(uploader.get_storage_path()) / "resources" / "sha256"
    root.mkdir(mode=_FOLDER_MODE, parents=True, exist_ok=True)
    return root
