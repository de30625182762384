"""Rows of XML: each element at a path is one, its children are its fields."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING, Any

from lxml import etree  # pyright: ignore[reportAttributeAccessIssue]

from ckanext.sonla.harvesting.problems import SourceProblem

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ckanext.sonla.harvesting.page import Row


def rows(body: IO[bytes], config: Mapping[str, Any]) -> Iterator[Row]:
    """Yield the elements at `records`, such as `table.row`; names without namespaces.

    Attributes are fields too, as `@name`. An answer with a DOCTYPE is refused: data
    needs none, and attacks do (entities that grow, or read the portal's own files).
    """
    path: list[str] = str(config.get("records") or "").split(".")
    above: list[str] = []
    count = 0
    try:
        events = etree.iterparse(
            body,
            events=("start", "end"),
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            huge_tree=False,
        )
        for event, element in events:
            if event == "start":
                if not above and element.getroottree().docinfo.doctype:
                    raise SourceProblem("not_readable", format="XML", place="DOCTYPE")
                above.append(_name(element.tag))
                continue
            if above == path:
                count += 1
                yield _row(element)
                _forget(element)
            above.pop()
    except etree.XMLSyntaxError as error:
        place = ":".join(map(str, error.position or (1, 1)))
        raise SourceProblem("not_readable", format="XML", place=place) from error
    if not count:
        _refuse_without_parent(body, path)


def _refuse_without_parent(body: IO[bytes], path: list[str]) -> None:
    """An element without rows is an empty list; a missing one is a mistake."""
    body.seek(0)
    above: list[str] = []
    for event, element in etree.iterparse(
        body, events=("start", "end"), resolve_entities=False, no_network=True
    ):
        if event == "end":
            above.pop()
            continue
        above.append(_name(element.tag))
        if above == path[:-1]:
            return
    raise SourceProblem("no_records", path=".".join(path))


def _name(tag: Any) -> str:
    return str(tag).rpartition("}")[2]


def _row(element: Any) -> Row:
    row: Row = {f"@{_name(name)}": value for name, value in element.attrib.items()}
    for child in element.iterchildren(tag=etree.Element):
        _add(row, _name(child.tag), _value(child))
    return row


def _value(element: Any) -> Any:
    if len(element) or element.attrib:
        inner = _row(element)
        text = (element.text or "").strip()
        return {**inner, "#text": text} if text else inner
    return element.text


def _add(row: Row, name: str, value: Any) -> None:
    """Add a field; one that comes again makes a list."""
    if name not in row:
        row[name] = value
    elif isinstance(row[name], list):
        row[name].append(value)
    else:
        row[name] = [row[name], value]


def _forget(element: Any) -> None:
    """Let go of a row that was read, and of what stood before it."""
    element.clear()
    while element.getprevious() is not None:
        del element.getparent()[0]
