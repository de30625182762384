"""The dossier as a Word document in the layout of Decree 30/2020.

The template is `dossier.docx`, made by `deploy/dossier_template.py`; an office that
wants another layout edits the document and keeps its tags. Number, date and signature
stay blank: a person signs.
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

from docxtpl import DocxTemplate

import ckan.plugins.toolkit as tk
from ckanext.sonla.approval import helpers
from ckanext.sonla.shared import clock
from ckanext.sonla.shared.formats import sonla_datetime, sonla_period
from ckanext.sonla.shared.language import speaking

from . import words

TEMPLATE = Path(__file__).parent / "dossier.docx"
MIMETYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
LANGUAGE = "vi"


def made_of(dossier: dict[str, Any]) -> bytes:
    """Return the document; official documents are in Vietnamese."""
    template = DocxTemplate(TEMPLATE)
    with speaking(LANGUAGE):
        template.render(_variables(dossier), autoescape=True)
    written = io.BytesIO()
    template.save(written)
    return written.getvalue()


def file_name(dossier: dict[str, Any]) -> str:
    """Return what the file is called, with the day it was made."""
    return f"ho-so-phe-duyet-{dossier['dataset']['name']}-{clock.today()}.docx"


def _variables(dossier: dict[str, Any]) -> dict[str, Any]:
    dataset = dossier["dataset"]
    entry = " – ".join(p for p in (dataset["entry"], dataset["entry_title"]) if p)
    return {
        "superior": tk.config["sonla.portal.superior"].upper(),
        "office": tk.config["sonla.portal.office"].upper(),
        "place": tk.config["sonla.portal.place"],
        "year": clock.today().year,
        "title": dataset["title"],
        "facts": [
            (tk._("Name of the dataset"), dataset["title"]),
            (tk._("Code of the dataset"), f"{dataset['name']} ({dataset['id']})"),
            (tk._("Providing agency"), dataset["agency_title"] or ""),
            (tk._("Entry of the catalogue"), entry),
            (tk._("Domain"), ", ".join(dataset["domains"])),
            (tk._("Number of revisions"), str(len(dossier["revisions"]))),
        ],
        "regulation": tk.config["sonla.policy.regulation"],
        "persons": _appointments(dossier["persons"]),
        "revisions": [
            _revision(number, one)
            for number, one in enumerate(dossier["revisions"], start=1)
        ],
        "events": [_event(one) for one in dossier["events"]],
        "head": dossier["log"]["head"],
        "count": dossier["log"]["count"],
        "made": sonla_datetime(dossier["log"]["at"]),
        "whole": all(one["holds"] for one in dossier["events"]),
    }


def _appointments(persons: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return a line for each appointment of each person who acted."""
    lines = []
    for number, person in enumerate(persons, start=1):
        known: list[dict[str, Any]] = person["appointments"] or [{}]
        lines += [
            {
                "number": number if place == 0 else "",
                "name": person["fullname"] if place == 0 else "",
                "account": person["account"] if place == 0 else "",
                "role": words.role(one.get("role")),
                "agency": one.get("agency_title") or "",
                "decision": words.decision(one.get("decision")),
                "days": words.days(one.get("starts"), one.get("ends")),
                "at": sonla_datetime(one.get("at")),
                "event": one.get("event", ""),
            }
            for place, one in enumerate(known)
        ]
    return lines


def _revision(number: int, revision: dict[str, Any]) -> dict[str, Any]:
    kind = helpers.sonla_kind_name(revision["kind"])
    state = helpers.sonla_state_name(revision["state"])
    facts = [
        (tk._("Data period"), sonla_period(revision["data_period"])),
        (tk._("Drafted by"), ", ".join(name for name in revision["editors"] if name)),
        (
            tk._("Submitted by"),
            words.by(revision["submitted_by"], revision["submitted"]),
        ),
        (tk._("Note to the leader"), revision["note"]),
        (tk._("Decided by"), words.by(revision["decided_by"], revision["decided"])),
        (tk._("On behalf of"), revision["decided_on_behalf_of"]),
        (
            tk._("By the decision of delegation"),
            words.decision(revision["delegation_decision"]),
        ),
        (tk._("Opinion"), revision["comment"]),
        (tk._("Published at"), sonla_datetime(revision["published"])),
        (tk._("Public note"), revision["public_note"]),
        (tk._("Digest of the content"), words.broken(revision["digest"] or "")),
    ]
    return {
        "heading": f"{number}. {kind} – {state}",
        "facts": [(name, value) for name, value in facts if value],
        "findings": [
            {
                "severity": helpers.sonla_severity_name(one["severity"]),
                "sentence": one["sentence"],
                "reason": one["reason"] or "",
            }
            for one in revision["findings"]
        ],
        "comments": [
            {
                "said": sonla_datetime(one["said"]),
                "author": one["author"] or "",
                "text": "\n".join([one["text"], *(f"– {p}" for p in one["points"])]),
            }
            for one in revision["comments"]
        ],
    }


def _event(event: dict[str, Any]) -> dict[str, Any]:
    actor = event["actor"] or tk._("The portal itself")
    if event["on_behalf_of"]:
        actor = tk._("{person}, on behalf of {leader}").format(
            person=actor, leader=event["on_behalf_of"]
        )
    return {
        "seq": event["seq"],
        "at": sonla_datetime(event["at"]),
        "name": words.event(event["name"]),
        "actor": actor,
        "role": words.role(event["role"]),
        "hash": event["hash"]
        if event["holds"]
        else tk._("{hash} (wrong)").format(hash=event["hash"]),
    }
