"""Paging that never ends: a page that comes again, an address that leads back."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from .problems import SourceProblem

if TYPE_CHECKING:
    from .page import Row


class Repeats:
    """What a run has seen of its pages: sixteen bytes of each.

    Args:
        server: where all pages are, as scheme and host.
    """

    def __init__(self, server: str) -> None:
        self._server = server
        self._asked: set[bytes] = set()
        self._before: bytes | None = None

    def look(
        self, number: int, rows: list[Row], following: dict[str, Any] | None
    ) -> None:
        """Look at a page, and at where it leads.

        Raises:
            SourceProblem: it is the page before, or leads back or elsewhere.
        """
        if rows:
            # Its two ends are enough: a source that gives other rows gives other ones.
            this = _digest([len(rows), rows[0], rows[-1]])
            if this == self._before:
                raise SourceProblem("same_page", page=number)
            self._before = this
        if following is None:
            return
        parts = urlsplit(following["url"])
        if f"{parts.scheme}://{parts.netloc}".lower() != self._server:
            raise SourceProblem("other_server", host=parts.hostname or "")
        asked = _digest(following)
        if asked in self._asked:
            raise SourceProblem("loop", page=number)
        self._asked.add(asked)


def _digest(value: Any) -> bytes:
    text = json.dumps(value, sort_keys=True, default=str)
    return hashlib.blake2b(text.encode(errors="replace"), digest_size=16).digest()
