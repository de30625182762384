"""Content-addressed files: a file's name is the SHA-256 of its bytes.

Two files never share a name and a file never changes, so an address in a row names the
same bytes for ever. Files switch with the commit that switches the row, an inherited
file costs nothing, and a crash can only leave a file that no row names yet.

The bytes lie in CKAN's storage of resources (`ckan.files.default_storages.resource`):
a folder of this machine, or a bucket of an S3 server (docs/storage.md).
"""

from __future__ import annotations

import hashlib
import re
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING

from file_keeper.default.adapters.fs import FsStorage

import ckan.plugins.toolkit as tk
from ckan.exceptions import CkanConfigurationException
from ckan.lib import files

from .local import LocalStore
from .remote import RemoteStore

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

    from .stored import Stored

CHUNK = 1 << 20
_ADDRESS = re.compile(r"[0-9a-f]{64}")


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
        with store.reading(file.address) as stored:
            ...

    Raises:
        OSError: the disk is full, or the storage doesn't answer.
    """
    here = _here()
    with here.aside() as aside:
        with aside.open("wb") as file:
            result = Writing(file)
            yield result
        here.put(aside, result.address)


def address_of(stream: IO[bytes]) -> str:
    """Return the address of a stream's bytes, read in chunks; rewinds it."""
    stream.seek(0)
    digest = hashlib.sha256()
    while chunk := stream.read(CHUNK):
        digest.update(chunk)
    stream.seek(0)
    return digest.hexdigest()


def keep(stream: IO[bytes]) -> str:
    """Store a stream's bytes and return their address."""
    stream.seek(0)
    with writing() as file:
        while chunk := stream.read(CHUNK):
            file.write(chunk)
    return file.address


def reading(address: str) -> AbstractContextManager[IO[bytes]]:
    """Open a file for reading; it can be sought in.

    Raises:
        FileNotFoundError: the bytes aren't there.
    """
    return _here().reading(_checked(address))


def local(address: str) -> AbstractContextManager[Path]:
    """Give the path of a file on this machine: of its copy, where it lies elsewhere.

    Raises:
        FileNotFoundError: the bytes aren't there.
    """
    return _here().local(_checked(address))


def size(address: str) -> int:
    """Return how many bytes a file has.

    Raises:
        FileNotFoundError: the bytes aren't there.
    """
    return _here().size(_checked(address))


def exists(address: str) -> bool:
    """Tell whether the bytes of an address are there."""
    try:
        size(address)
    except FileNotFoundError:
        return False
    return True


def remove(address: str) -> bool:
    """Delete the bytes of an address; tell whether there were any.

    Only for retention and for a decision of erasure: whoever calls knows that nothing
    that the public may have names them.
    """
    return _here().remove(_checked(address))


def stored() -> Iterator[Stored]:
    """List every file in the storage, and what crashed writers left beside them."""
    return _here().stored()


def place() -> LocalStore | RemoteStore:
    """Return where the files of this portal lie."""
    return _here()


def _here() -> LocalStore | RemoteStore:
    storage = files.storages.get(tk.config["ckan.files.default_storages.resource"])
    if storage is None:
        return LocalStore(Path(tk.config["ckan.storage_path"]) / "resources")
    if isinstance(storage, FsStorage):
        return LocalStore(Path(storage.settings.path))
    if isinstance(storage, files.Storage):
        return RemoteStore(storage)
    raise CkanConfigurationException(
        f"The storage of resources is of type {storage.settings.type}, not of CKAN's"
    )


def _checked(address: str) -> str:
    if not _ADDRESS.fullmatch(address):
        raise ValueError(address)
    return address
