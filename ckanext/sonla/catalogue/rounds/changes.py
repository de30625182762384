"""What an agency proposes for its part: lines added, changed, taken out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ckan.plugins.toolkit as tk
from ckanext.sonla.catalogue import register
from ckanext.sonla.catalogue.directory import Directory
from ckanext.sonla.catalogue.editions import words
from ckanext.sonla.catalogue.entry_fields import FIELDS, read

if TYPE_CHECKING:
    from ckanext.sonla.catalogue.model import Entry

    from .model import ReviewRound

KINDS = ("added", "changed", "retired")
MOST = 500
# A new line gets its code from the operator, who knows the other agencies' codes.
_STAND_IN = "new-line"


def read_changes(
    proposed: Any, review_round: ReviewRound, agency_id: str
) -> list[dict[str, Any]]:
    """Return the changes as they are kept.

    Args:
        proposed: a list of `{"change", "code", "fields", "reason"}`.
        review_round: names the edition that the codes are of.
        agency_id: only lines that this agency leads may change.

    Raises:
        ValidationError: `changes`, each sentence with the number of its line.
    """
    if not isinstance(proposed, list) or len(proposed) > MOST:
        raise tk.ValidationError(
            {"changes": [tk._("Write the changes as a list, at most {most}.").format(
                most=MOST
            )]}
        )  # fmt: skip
    directory = Directory.read()
    faults: list[str] = []
    kept: list[dict[str, Any]] = []
    for number, one in enumerate(proposed, start=1):
        change, problems = _read_one(one, review_round, agency_id, directory)
        if any(change["code"] and change["code"] == other["code"] for other in kept):
            problems.append(tk._("Two changes of one line."))
        faults += [
            tk._("Change {number}: {fault}").format(number=number, fault=fault)
            for fault in problems
        ]
        kept.append(change)
    if faults:
        raise tk.ValidationError({"changes": faults})
    return kept


def _read_one(
    one: Any, review_round: ReviewRound, agency_id: str, directory: Directory
) -> tuple[dict[str, Any], list[str]]:
    one = one if isinstance(one, dict) else {}
    kind, fields = one.get("change"), one.get("fields") or {}
    change = {
        "change": kind,
        "code": str(one.get("code") or "").replace("\0", "").strip(),
        "fields": fields,
        "reason": str(one.get("reason") or "").replace("\0", "").strip(),
    }
    if kind not in KINDS or not isinstance(fields, dict):
        return change, [tk._("A change is added, changed or retired, with its fields.")]
    unknown = [str(name)[:50] for name in fields if name not in FIELDS]
    if unknown:
        told = tk._("Unknown field {name}").format(name=", ".join(unknown))
        return change, [told]
    if kind == "added":
        return change, _new(change, agency_id, directory)
    return change, _of_entry(change, review_round, agency_id, directory)


def _new(change: dict[str, Any], agency_id: str, directory: Directory) -> list[str]:
    fields = change["fields"]
    fields.setdefault("lead_agency", directory.agency_name(agency_id))
    fields["code"] = change["code"] or _STAND_IN
    reading = read(fields, directory, whole=True)
    fields.pop("code")
    return [f"{name}: {words(problem)}" for name, problem in reading.problems]


def _of_entry(
    change: dict[str, Any],
    review_round: ReviewRound,
    agency_id: str,
    directory: Directory,
) -> list[str]:
    entry = part_of(review_round, agency_id).get(change["code"])
    if entry is None:
        return [
            tk._("Your agency is not in charge of an entry {code}.").format(
                code=change["code"][:64]
            )
        ]
    if change["change"] == "retired":
        change["fields"] = {}
        told = tk._("Say why entry {code} is to be taken out.")
        return [] if change["reason"] else [told.format(code=entry.code)]
    change["fields"].pop("code", None)
    if not change["fields"]:
        return [tk._("Nothing of entry {code} changes.").format(code=entry.code)]
    reading = read(change["fields"], directory, whole=False)
    return [f"{name}: {words(problem)}" for name, problem in reading.problems]


def part_of(review_round: ReviewRound, agency_id: str) -> dict[str, Entry]:
    """Return the lines of the round's edition that an agency is in charge of."""
    if review_round.base_id is None:
        return {}
    found = register.entries_of(review_round.base_id, lead_agency_id=agency_id)
    return {entry.code: entry for entry in found}
