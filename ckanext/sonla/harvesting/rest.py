"""Pulls the pages of a source over HTTP, through dlt's REST client.

dlt pages, authenticates and tries again; what is ours is the guarded wire underneath,
reading more than JSON, going on from a checkpoint, and an end to every mistake.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

from requests import exceptions as of_requests

from ckanext.sonla.shared import clock, guard

from . import paging
from .authentication import tells, without_key
from .body import body_of
from .client import Client, Unchanged, leave
from .counts import Counts
from .increments import Increment
from .limits import Limits, Meter
from .page import Page
from .problems import SourceProblem
from .readers import rows_of
from .repeats import Repeats
from .wire import session_for

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from requests import Request, Response

    from .page import Checkpoint, Row
    from .wire import Judge


def pull(  # noqa: PLR0913 - what a run is made of, each named
    url: str,
    config: Mapping[str, Any],
    secrets: Mapping[str, str],
    checkpoint: Checkpoint | None,
    limits: Limits,
    *,
    judge: Judge = guard.judged,
) -> Iterator[Page]:
    """Yield a source's pages, from a checkpoint on.

    Args:
        url: where the source is.
        config: as `sonla_rest.json` describes it.
        secrets: by the field of `auth` that each belongs to.
        checkpoint: of the page to go on behind, or of the last run; None at first.
        limits: what the run may take.
        judge: which addresses a name may be asked at.

    Raises:
        SourceProblem: what has to be mended.
    """
    run = _Run(url, config, secrets, dict(checkpoint or {}), limits, judge)
    try:
        yield from run.single() if paging.is_single(config) else run.pages()
    except Unchanged:
        yield run.unchanged()
    except SourceProblem as problem:
        problem.spent = run.counts.take()
        raise
    finally:
        run.client.session.close()


class _Run:
    """One run: the client, and what it has seen."""

    def __init__(  # noqa: PLR0913, PLR0917 - as `pull`
        self,
        url: str,
        config: Mapping[str, Any],
        secrets: Mapping[str, str],
        checkpoint: Checkpoint,
        limits: Limits,
        judge: Judge,
    ) -> None:
        self.url, self.config, self.limits = url, config, limits
        self.counts, self.meter = Counts(), Meter(limits)
        self.resumed = checkpoint.get("next")
        self.increment = Increment(config.get("incremental"), checkpoint)
        self.began = checkpoint["began"] if self.resumed else _now()
        self.before = checkpoint
        self.marks: dict[str, str] = {}
        single = paging.is_single(config)
        session = session_for(
            limits,
            self.counts,
            config,
            secret=bool(secrets),
            most_bytes=limits.bytes if single else limits.page_bytes,
            judge=judge,
        )
        self.client = Client(url, session, config, secrets, limits)
        self.conditional = not self.increment and (
            single or bool(config.get("conditional"))
        )

    # Where it goes on

    def parameters(self) -> dict[str, Any]:
        """Return the parameters of the first request."""
        return {**(self.config.get("parameters") or {}), **self.increment.parameters()}

    def headers(self) -> dict[str, str]:
        """Ask a source that was read whole only whether it changed."""
        if self.resumed or not self.conditional:
            return {}
        known = {
            "If-None-Match": self.before.get("etag"),
            "If-Modified-Since": self.before.get("modified"),
        }
        return {name: value for name, value in known.items() if value}

    def checkpoint(self, on: dict[str, Any] | None) -> Checkpoint:
        """Return where to go on: in this run, or with the next one."""
        told = {"next": on, "began": self.began, **self.increment.kept(last=on is None)}
        return {**told, **self.marks} if self.conditional else told

    def mark(self, response: Response) -> None:
        """Note by what the source will know that nothing changed."""
        named = {"etag": "ETag", "modified": "Last-Modified"}
        for mark, header in named.items():
            told = response.headers.get(header)
            if told and mark not in self.marks and not tells(told, self.client.secrets):
                self.marks[mark] = told

    # Pages

    def unchanged(self) -> Page:
        """Return the one page of a run that found nothing new."""
        return Page(
            rows=[],
            checkpoint={**self.before, "next": None},
            number=self.meter.page(0),
            last=True,
            unchanged=True,
            **self.counts.take(),
        )

    def single(self) -> Iterator[Page]:
        """Read one answer, in as many pages as its rows need."""
        response = self.client.get_rows(self.parameters(), self.headers())
        self._same_answer(response)
        rows = rows_of(self.client.format, body_of(response), self.config)
        passed = (self.resumed or {}).get("passed", 0)
        for _ in range(passed):
            next(rows, None)
        while True:
            page, is_last = _some(rows, self.limits.page_rows)
            passed += len(page)
            yield self._page(page, None if is_last else {"passed": passed})
            if is_last:
                return
            self.meter.rest()

    def _same_answer(self, response: Response) -> None:
        """Going on within an answer needs the same one."""
        self.mark(response)
        if not self.resumed:
            return
        known = {mark: self.before.get(mark) for mark in ("etag", "modified")}
        if not any(known.values()) or known != {**dict.fromkeys(known), **self.marks}:
            raise SourceProblem("start_again")

    def pages(self) -> Iterator[Page]:
        """Read page after page, as the source's paging leads."""
        on = self.resumed or {}
        parameters = on.get("parameters", self.parameters())
        repeats = Repeats(_server(self.url))
        pages = self.client.paginate(
            path=on.get("url", self.url),
            params=parameters,
            paginator=paging.paginator(self.config, on.get("parameters") or {}),
            auth=self.client.auth,
            data_selector="$",
            headers=self.headers(),
            hooks={"response": [leave]},
        )
        for page in self._told(pages):
            self.mark(page.response)
            self._without_condition(page.request)
            following = self._following(page)
            repeats.look(self.meter.pages + 1, list(page), following)
            yield self._page(list(page), following)
            if following is None:
                return
            self.meter.rest()

    def _told(self, pages: Iterator[Any]) -> Iterator[Any]:
        """Tell in words what a paginator misses in an answer."""
        try:
            yield from pages
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            if isinstance(error, of_requests.RequestException):
                raise
            raise SourceProblem("paging", path=paging.path_of(self.config)) from error

    def _without_condition(self, request: Request) -> None:
        for name in ("If-None-Match", "If-Modified-Since"):
            cast("dict[str, str]", request.headers).pop(name, None)

    def _following(self, page: Any) -> dict[str, Any] | None:
        """Return the next request, None behind the last page."""
        if not page.paginator.has_next_page:
            return None
        request = page.request
        request.url = without_key(request.url, self.config, self.client.secrets)
        return {"url": request.url, "parameters": dict(request.params or {})}

    def _page(self, rows: list[Row], on: dict[str, Any] | None) -> Page:
        number = self.meter.page(len(rows))
        self.increment.look(rows, number)
        single = paging.is_single(self.config)
        return Page(
            rows=rows,
            checkpoint=self.checkpoint(on),
            number=number,
            last=on is None,
            resumable=not single or bool(self.marks),
            **self.counts.take(),
        )


def _some(rows: Iterator[Row], most: int) -> tuple[list[Row], bool]:
    """Return the next rows, and whether there are none behind them."""
    page: list[Row] = []
    for row in rows:
        page.append(row)
        if len(page) == most:
            return page, False
    return page, True


def _server(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}".lower()


def _now() -> str:
    now: datetime = clock.now()
    return now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
