"""The form: what it is filled with, what it is about, and what it shows again."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.sonla.feedback.vocabulary import KINDS
from ckanext.sonla.shared import language, policy
from ckanext.sonla.shared.asking import sonla_ask
from ckanext.sonla.shared.titles import sonla_title

from . import objects, tokens

# Name in the form and in addresses: name in the action.
OBJECT = {
    "dataset": "dataset_id",
    "resource": "resource_id",
    "row": "row",
    "column": "column",
    "entry": "entry",
    "agency": "agency",
}
TYPED = ("kind", "subject", "text", "name", "email")
LONGEST = 300
ELSEWHERE = ("complaints", "denunciations", "information")


def empty(args: Any) -> dict[str, Any]:
    """Return what the form holds when it is opened by an address."""
    values: dict[str, Any] = dict.fromkeys((*OBJECT, *TYPED), "")
    values |= {name: args[name].strip()[:LONGEST] for name in OBJECT if args.get(name)}
    if args.get("kind") in KINDS:
        values["kind"] = args["kind"]
    if args.get("q"):
        # A search that found nothing (article 7.3).
        values["kind"], values["subject"] = (
            "publish_request",
            args["q"].strip()[:LONGEST],
        )
    return {**values, "publish_text": True, "seen": ""}


def typed(form: Any) -> dict[str, Any]:
    """Return what somebody typed, as she typed it."""
    values = {name: form.get(name, "") for name in (*OBJECT, *TYPED)}
    return {
        **values,
        "publish_text": form.get("publish_text") == "yes",
        "seen": form.get("seen", ""),
    }


def asked(values: dict[str, Any], form: Any, files: Any) -> dict[str, Any]:
    """Return what the action is asked."""
    told = {OBJECT.get(name, name): values[name] for name in (*OBJECT, *TYPED)}
    file = files.get("attachment")
    return {
        **{name: value for name, value in told.items() if value},
        "publish_text": values["publish_text"],
        "altcha": form.get("altcha", ""),
        **({"attachment": file} if file and file.filename else {}),
    }


def about(values: dict[str, Any]) -> dict[str, Any]:
    """Return what the form is about, as a stranger knows it; empty for what she can't.

    Returns:
        `dataset` with `name`, `title`, `resources`; `resource`; `entry` with `code`,
        `title`; `agency` with `name`, `title`.
    """
    told: dict[str, Any] = {}
    package = objects.public(values["dataset"]) if values["dataset"] else None
    if values["resource"] and package is None:
        found = model.Session.get(model.Resource, values["resource"])
        package = objects.public(found.package_id or "") if found else None
    if package is not None:
        told["dataset"] = {
            "name": package.name,
            "title": sonla_title({"title": package.title, **(package.extras or {})}),
            "resources": [
                {"id": one.id, "name": one.name or one.id}
                for one in package.resources
                if one.state == "active"
            ],
        }
        return told
    if values["entry"]:
        entry = sonla_ask("sonla_entry_show", code=values["entry"])
        if entry:
            told["entry"] = {"code": entry["code"], "title": sonla_title(entry)}
    if values["agency"]:
        agency = model.Group.get(values["agency"])
        if agency is not None and agency.is_organization and agency.state == "active":
            told["agency"] = {"name": agency.name, "title": agency.title}
    return told


def page(values: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Return what the template of the form needs."""
    return {
        "values": values,
        "about": about(values),
        "kinds": [(name, tk._(label), hint(name)) for name, label in KINDS.items()],
        "token": tokens.made(),
        "errors": {},
        "similar": [],
        "days": policy.number("feedback_days"),
        "most": {
            "subject": policy.number("feedback_subject_characters"),
            "text": policy.number("feedback_text_characters"),
            "file": policy.number("feedback_attachment_megabytes"),
        },
        "elsewhere": [elsewhere(one) for one in ELSEWHERE],
        **more,
    }


def hint(kind: str) -> str:
    """Return what a kind is for, in a few words."""
    hints = {
        "publish_request": tk._("Data that you need and do not find here"),
        "quality": tk._("Wrong, missing or outdated figures"),
        "availability": tk._("A file or table that does not open or load"),
        "format": tk._("A format that can't be used"),
        "lawfulness": tk._("Personal data or secrets that should not be public"),
        "regulation_proposal": tk._("How the portal is run, or the regulation itself"),
        "other": tk._("Anything else about open data"),
    }
    return hints[kind]


def elsewhere(what: str) -> str:
    """Return where something goes that is no feedback."""
    english = language.current().startswith("en")
    name = f"feedback_{what}"
    return (english and policy.text(f"{name}_en")) or policy.text(name)


def by_input(errors: dict[str, Any]) -> dict[str, list[str]]:
    """Return what is wrong by the name of the form's input."""
    names = {action: name for name, action in OBJECT.items()}
    return {
        names.get(field, field): [str(one) for one in told]
        if isinstance(told, list)
        else [str(told)]
        for field, told in errors.items()
    }


def in_one(errors: dict[str, Any]) -> str:
    """Return what is wrong as one text."""
    return " ".join(one for told in by_input(errors).values() for one in told)
