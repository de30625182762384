"""What an answer's status, or the lack of an answer, means: a problem in words."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from requests import exceptions as of_requests

from .problems import SourceProblem

if TYPE_CHECKING:
    from .limits import Limits

_REFUSES = (401, 403, 407)
_GONE = (404, 410)
_BUSY, _FAILING = 429, 500


def refuse(status: int, attempts: int) -> None:
    """Refuse an answer whose status is no success.

    Args:
        status: of HTTP.
        attempts: how many requests were made for it at most.

    Raises:
        SourceProblem: what the status means.
    """
    if status in _REFUSES:
        raise SourceProblem("not_allowed", status=status)
    if status in _GONE:
        raise SourceProblem("not_found", status=status)
    if status == _BUSY:
        raise SourceProblem("busy", attempts=attempts)
    if status >= _FAILING:
        raise SourceProblem("failing", status=status, attempts=attempts)
    if not 200 <= status < 300:  # noqa: PLR2004 - what HTTP calls success
        raise SourceProblem("status", status=status)


class Words:
    """Turns what requests raises into what somebody can mend."""

    def __init__(self, limits: Limits, url: str) -> None:
        self.limits, self.host = limits, urlsplit(url).hostname or ""

    def __enter__(self) -> None:
        """Nothing yet."""

    def __exit__(self, _kind: object, error: BaseException | None, _: object) -> None:
        limits = self.limits
        told = {
            of_requests.TooManyRedirects: ("redirects", {}),
            of_requests.InvalidSchema: ("address", {"host": "", "reason": "scheme"}),
            of_requests.InvalidURL: ("address", {"host": "", "reason": "URL"}),
            of_requests.MissingSchema: ("address", {"host": "", "reason": "URL"}),
            of_requests.InvalidHeader: ("secret_unreadable", {"reason": "header"}),
            UnicodeError: ("secret_unreadable", {"reason": "header"}),
            of_requests.ConnectTimeout: ("unreachable", {"host": self.host}),
            of_requests.ReadTimeout: ("too_slow", {"seconds": limits.silent_seconds}),
            of_requests.ChunkedEncodingError: ("cut", {"attempts": limits.attempts}),
            of_requests.ContentDecodingError: ("cut", {"attempts": limits.attempts}),
            of_requests.RequestException: ("unreachable", {"host": self.host}),
        }
        for kind, (code, words) in told.items():
            if isinstance(error, kind):
                raise SourceProblem(code, **words) from error
