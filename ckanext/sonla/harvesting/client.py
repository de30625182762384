"""dlt's client for sources, and what a source's answer means in words.

Answers may be JSON, CSV or XML; a status, a body or a connection that gives no rows
becomes a `SourceProblem` here, and nothing of dlt or requests goes further.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dlt.common.configuration.specs import RuntimeConfiguration
from dlt.sources.helpers.rest_client.client import RESTClient
from dlt.sources.helpers.rest_client.exceptions import IgnoreResponseException

from . import answers
from .authentication import auth_of
from .body import body_of
from .readers import json_rows, look, rows_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from requests import Request, Response

    from .limits import Limits

_UNCHANGED = 304


class Unchanged(IgnoreResponseException):
    """The source says that nothing changed (HTTP 304)."""


class Client(RESTClient):
    """dlt's client, whose answers may be JSON, CSV or XML.

    Args:
        url: where the source is.
        session: on guarded connections.
        config: as `sonla_rest.json` describes it.
        secrets: by the field of `auth` that each belongs to.
        limits: what the run may take.
    """

    def __init__(
        self,
        url: str,
        session: Any,
        config: Mapping[str, Any],
        secrets: Mapping[str, str],
        limits: Limits,
    ) -> None:
        self.url, self.config, self.secrets = url, config, secrets
        self.limits = limits
        self.format: str = config.get("format") or "json"
        super().__init__(
            base_url=url,
            auth=auth_of(config, secrets, session),
            session=session,
            # dlt would look for settings of its own in folders and variables.
            config=RuntimeConfiguration(),
        )

    def get_rows(self, parameters: dict[str, Any], headers: dict[str, str]) -> Response:
        """Return the one answer of a source that has no pages."""
        request = self._create_request(
            self.url, "GET", params=parameters, headers=headers, auth=self.auth
        )
        return self._send_request(request)

    def _send_request(self, request: Request, **options: Any) -> Response:
        with answers.Words(self.limits, str(request.url)):
            return self._checked(super()._send_request(request, **options))

    def extract_response(self, response: Response, data_selector: Any) -> list[Any]:  # noqa: ARG002 - the base's
        body = body_of(response)
        if self.format != "json":
            return list(rows_of(self.format, body, self.config))
        found = json_rows.document(body)
        # A paginator reads the same answer: once is enough.
        response.json = lambda **_: found  # pyright: ignore[reportAttributeAccessIssue]
        return json_rows.within(found, self.config)

    def _checked(self, response: Response) -> Response:
        """Refuse an answer that holds no rows; tell what its status means."""
        if response.status_code == _UNCHANGED:
            raise Unchanged
        answers.refuse(response.status_code, self.limits.attempts)
        look(self.format, response.headers.get("Content-Type", ""), body_of(response))
        return response


def leave(response: Response, *_: Any, **_options: Any) -> None:
    """Leave a status to the client, which has words for it; dlt would raise its own."""
    del response
