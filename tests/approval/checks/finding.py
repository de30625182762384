"""What the checks find in a file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.factories import approval as make

if TYPE_CHECKING:
    from tests.factories.approval import Office


def upload(office: Office, package_id: str, text: str | bytes, **values: Any) -> dict:
    """Upload a CSV file, and load it as the worker does."""
    content = text.encode() if isinstance(text, str) else text
    return make.upload(
        office,
        package_id,
        content,
        **{"name": "Bảng", "format": "CSV", "filename": "bang.csv", **values},
    )


def findings(office: Office, revision: dict[str, Any], rule: str = "") -> list[dict]:
    """Return what the checks find now, of rules that begin so."""
    answer = make.act(office.officer, "sonla_revision_check", id=revision["id"])
    return [one for one in answer["findings"] if one["rule"].startswith(rule)]


def found(text: str, rule: str) -> list[dict]:
    """Return what is found of a new dataset with this CSV file."""
    office = make.office()
    revision = make.draft(office, file=None)
    upload(office, revision["package_id"], text)
    return findings(office, revision, rule)


def table_of(header: str, *lines: str) -> str:
    return "\n".join([header, *lines]) + "\n"
