"""All agencies from one CSV file: read, looked over line by line, all made or none."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import ckan.plugins.toolkit as tk
from ckanext.sonla.shared import roles

from . import lines, provisioning

if TYPE_CHECKING:
    from ckan.types import Context

COLUMNS = (
    "agency_name",
    "agency_title",
    "agency_title_en",
    "agency_kind",
    "agency_code",
    "officer_name",
    "officer_email",
    "officer_fullname",
    "leader_name",
    "leader_email",
    "leader_fullname",
    "decision",
)
LARGEST_FILE = 2_000_000
MOST_LINES = 2_000


@dataclass
class Line:
    """A line of the file: its number in the file, what it says, what is wrong."""

    number: int
    values: dict[str, str]
    findings: list[str] = field(default_factory=list)

    @property
    def data(self) -> dict[str, Any]:
        """What `sonla_agency_provision` takes for this line."""
        agency = _part(self.values, "agency")
        if "title_en" in agency and not agency["title_en"]:
            del agency["title_en"]
        told: dict[str, Any] = {"agency": agency, "decision": self.values["decision"]}
        for role in (roles.OFFICER, roles.LEADER):
            if self.values[f"{role}_name"]:
                told[role] = _part(self.values, role)
        return told

    def as_dict(self) -> dict[str, Any]:
        """Return the line as the preview shows it."""
        return {"line": self.number, **self.data, "findings": self.findings}


@dataclass
class Preview:
    """What a file would make."""

    text: str
    lines: list[Line] = field(default_factory=list)
    findings: list[str] = field(default_factory=list)

    @property
    def valid(self) -> bool:
        """Whether the whole file can be made."""
        return not self.findings and not any(line.findings for line in self.lines)

    def as_dict(self) -> dict[str, Any]:
        """Return the preview as the API and the page show it."""
        return {
            "valid": self.valid,
            "findings": self.findings,
            "lines": [line.as_dict() for line in self.lines],
            "text": self.text,
        }


def _part(values: dict[str, str], prefix: str) -> dict[str, str]:
    start = f"{prefix}_"
    return {
        name.removeprefix(start): value
        for name, value in values.items()
        if name.startswith(start) and value
    }


def template() -> str:
    """Return an empty file: a byte order mark, so that Excel reads it, and a header."""
    return "\ufeff" + ",".join(COLUMNS) + "\r\n"


def text_of(data_dict: dict[str, Any]) -> str:
    """Return the text of an upload, or the one given.

    Raises:
        tk.ValidationError: if there is none, it is too large, or it isn't UTF-8.
    """
    upload = data_dict.get("upload")
    if not upload or isinstance(upload, str):
        text = upload or data_dict.get("text")
        if not text:
            raise tk.ValidationError({"upload": [tk._("Choose a file")]})
        return text
    stream = getattr(upload, "stream", upload)
    if not hasattr(stream, "read"):
        raise tk.ValidationError({"upload": [tk._("Choose a file")]})
    content = stream.read(LARGEST_FILE + 1)
    if len(content) > LARGEST_FILE:
        raise tk.ValidationError({"upload": [tk._("The file is too large")]})
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise tk.ValidationError(
            {"upload": [tk._("The file is not UTF-8 text; save it as CSV UTF-8")]}
        ) from error


def preview(text: str) -> Preview:
    """Read a file and look over its lines."""
    found = Preview(text.removeprefix("\ufeff").replace("\0", ""))
    if len(text) > LARGEST_FILE:
        found.findings.append(tk._("The file is too large"))
        return found
    rows = _rows(found)
    if found.findings:
        return found
    found.lines = [
        Line(number, dict(zip(COLUMNS, values, strict=True))) for number, values in rows
    ]
    if not found.lines:
        found.findings.append(tk._("The file has no lines below its header"))
    lines.look_over(found.lines)
    return found


def _rows(found: Preview) -> list[tuple[int, list[str]]]:
    """Return the cells of each line, in the order of COLUMNS, with its number."""
    first = found.text.split("\n", 1)[0]
    delimiter = ";" if first.count(";") > first.count(",") else ","
    reader = csv.reader(io.StringIO(found.text, newline=""), delimiter=delimiter)
    rows: list[tuple[int, list[str]]] = []
    try:
        header = [cell.strip().lower() for cell in next(reader, [])]
        if not _header_fits(header, found):
            return []
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) != len(header):
                found.findings.append(
                    tk._("Line {line} has {count} cells instead of {needed}").format(
                        line=reader.line_num, count=len(cells), needed=len(header)
                    )
                )
                continue
            named = dict(zip(header, cells, strict=True))
            rows.append(
                (reader.line_num, [named.get(name, "").strip() for name in COLUMNS])
            )
            if len(rows) > MOST_LINES:
                found.findings.append(tk._("The file has too many lines"))
                return []
    except csv.Error as error:
        found.findings.append(
            tk._("Line {line} can't be read: {error}").format(
                line=reader.line_num, error=error
            )
        )
    return rows


def _header_fits(header: list[str], found: Preview) -> bool:
    needed = [name for name in COLUMNS if name != "agency_title_en"]
    missing = [name for name in needed if name not in header]
    unknown = [name for name in header if name not in COLUMNS]
    if missing:
        found.findings.append(
            tk._("Columns are missing: {names}").format(names=", ".join(missing))
        )
    if unknown:
        found.findings.append(
            tk._("Columns are unknown: {names}").format(names=", ".join(unknown))
        )
    if len(set(header)) != len(header):
        found.findings.append(tk._("A column appears twice"))
    return not found.findings


def make(context: Context, text: str) -> list[dict[str, Any]]:
    """Provision every line of a file; the caller commits.

    Raises:
        tk.ValidationError: if any line can't be made; then nothing is.
    """
    found = preview(text)
    if not found.valid:
        raise tk.ValidationError({"text": _all_findings(found)})
    actor, results = provisioning.actor_of(context), []
    for line in found.lines:
        tk.check_access("sonla_agency_provision", {"user": actor}, line.data)
        try:
            results.append(provisioning.provision(actor, line.data))
        except tk.ValidationError as error:
            raise tk.ValidationError(
                {"text": [_at(line.number, reason) for reason in reasons(error)]}
            ) from error
    return results


def reasons(error: tk.ValidationError) -> list[str]:
    """Return the messages of a validation error, without their fields."""
    told: dict[str, Any] = dict(error.error_dict)
    return [str(message) for messages in told.values() for message in messages]


def _all_findings(found: Preview) -> list[str]:
    return found.findings + [
        _at(line.number, finding) for line in found.lines for finding in line.findings
    ]


def _at(number: int, finding: str) -> str:
    return tk._("Line {line}: {finding}").format(line=number, finding=finding)
