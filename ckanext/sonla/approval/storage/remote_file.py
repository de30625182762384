"""A file of a storage elsewhere, read as Python's own files are."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import file_keeper as fk

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


class RemoteFile(io.RawIOBase):
    """A file elsewhere as Python's own files are: read from any place of it."""

    def __init__(self, storage: fk.Storage, data: fk.FileData) -> None:
        self._storage = storage
        self._data = data
        self._at = 0
        self._chunks: Iterator[bytes] | None = None
        self._rest = b""

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._data.size}
        at = max(0, start[whence] + offset)
        if at != self._at:
            self._drop()
            self._at = at
        return at

    def readinto(self, buffer: Any) -> int:
        if self._at >= self._data.size:
            return 0
        if self._chunks is None:
            self._chunks = iter(_from(self._storage, self._data, self._at))
        while not self._rest:
            # The end came too early where the storage lost bytes: a reader sees it.
            self._rest = next(self._chunks, None) or b""
            if not self._rest:
                return 0
        part = self._rest[: len(buffer)]
        self._rest = self._rest[len(part) :]
        buffer[: len(part)] = part
        self._at += len(part)
        return len(part)

    def close(self) -> None:
        self._drop()
        super().close()

    def _drop(self) -> None:
        end = getattr(self._chunks, "close", None)
        if end is not None:
            end()
        self._chunks, self._rest = None, b""


def _from(storage: fk.Storage, data: fk.FileData, at: int) -> Iterable[bytes]:
    if at == 0:
        return storage.stream(data)
    if storage.supports(fk.Capability.RANGE):
        return storage.range(data, at, None)
    return storage.range_synthetic(data, at, None)
