"""How a source is paged: dlt's paginators, and where each goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dlt.sources.helpers.rest_client import paginators as of_dlt

if TYPE_CHECKING:
    from collections.abc import Mapping

# A source that pages by numbers and tells no total ends with an empty page.
_PAGE, _OFFSET, _LIMIT, _CURSOR = "page", "offset", "limit", "cursor"


def is_single(config: Mapping[str, Any]) -> bool:
    """Tell whether a source answers in one piece."""
    return _paging(config)["type"] == "single"


def _paging(config: Mapping[str, Any]) -> dict[str, Any]:
    return config.get("paging") or {"type": "single"}


def paginator(
    config: Mapping[str, Any], parameters: Mapping[str, Any]
) -> of_dlt.BasePaginator:
    """Return the paginator of a source.

    Args:
        config: the source's.
        parameters: of the request to go on with, from a checkpoint; empty at first.
    """
    paging = _paging(config)
    return _MAKE[paging["type"]](paging, parameters)


def _next_link(paging: dict[str, Any], _: Any) -> of_dlt.BasePaginator:
    return of_dlt.JSONLinkPaginator(next_url_path=paging["path"])


def _link_header(paging: dict[str, Any], _: Any) -> of_dlt.BasePaginator:
    return of_dlt.HeaderLinkPaginator(links_next_key=paging.get("rel") or "next")


def _offset(paging: dict[str, Any], parameters: Mapping[str, Any]) -> Any:
    name = paging.get("offset_parameter") or _OFFSET
    return of_dlt.OffsetPaginator(
        limit=paging["limit"],
        offset=int(parameters.get(name) or 0),
        offset_param=name,
        limit_param=paging.get("limit_parameter") or _LIMIT,
        total_path=paging.get("total"),
    )


def _page(paging: dict[str, Any], parameters: Mapping[str, Any]) -> Any:
    name, first = paging.get("parameter") or _PAGE, paging.get("first", 1)
    return of_dlt.PageNumberPaginator(
        base_page=first,
        page=int(parameters.get(name) or first),
        page_param=name,
        total_path=paging.get("total"),
    )


def _cursor(paging: dict[str, Any], _: Any) -> of_dlt.BasePaginator:
    return of_dlt.JSONResponseCursorPaginator(
        cursor_path=paging["path"], cursor_param=paging["parameter"]
    )


_MAKE: dict[str, Any] = {
    "next_link": _next_link,
    "link_header": _link_header,
    "offset": _offset,
    "page": _page,
    "cursor": _cursor,
}


def path_of(config: Mapping[str, Any]) -> str:
    """Return where the answer says how to go on, for a message."""
    paging = _paging(config)
    return paging.get("path") or paging.get("total") or paging.get("rel") or "Link"
