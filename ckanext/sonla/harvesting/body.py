"""An answer's body, read once within limits, into memory or a file of its own."""

from __future__ import annotations

import tempfile
from typing import IO, TYPE_CHECKING, Any

import urllib3

from .problems import SourceProblem

if TYPE_CHECKING:
    from requests import Response

    from .counts import Counts

IN_MEMORY = 2_000_000
_PIECE = 65_536


def spooled(response: Response, most_bytes: int, counts: Counts) -> None:
    """Read a body to its end, and put it where it can be read again from its start.

    A packed body counts as it is and unpacked: what unpacks to more than it may (a
    gzip bomb) is left there.

    Args:
        response: of `requests`, not read yet; its `raw` is the body's file afterwards.
        most_bytes: that it may have.
        counts: where the bytes on the wire are counted.

    Raises:
        SourceProblem: it has more.
        urllib3.exceptions.HTTPError: it broke off, or can't be unpacked.
    """
    wire: Any = response.raw
    told = response.headers.get("Content-Length", "")
    if told.isdigit() and int(told) > most_bytes:
        wire.close()
        raise SourceProblem("too_big", bytes=most_bytes)
    body: Any = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - the response's
    length = 0
    try:
        for piece in wire.stream(_PIECE, decode_content=True):
            length += len(piece)
            if length > most_bytes or wire.tell() > most_bytes:
                raise SourceProblem("too_big", bytes=most_bytes)
            body.write(piece)
    except (SourceProblem, urllib3.exceptions.HTTPError, OSError):
        wire.close()
        body.close()
        raise
    finally:
        # urllib3 doesn't count the bytes of a chunked answer: then what it unpacked to.
        counts.bytes += wire.tell() or length
    wire.release_conn()
    body.seek(0)
    response.raw = body


def body_of(response: Response) -> IO[bytes]:
    """Return an answer's body from its start."""
    body: Any = response.raw
    body.seek(0)
    return body
