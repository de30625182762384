"""What an approval dossier holds: who acted by which appointment, and what they did.

Persons' names are in it (article 8.2), so it is for auditors and operators. It says
nothing that the log and the revisions don't: the document only lays it out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.sonla.approval.delegation.capacity import Delegation
from ckanext.sonla.approval.drafting import opening
from ckanext.sonla.approval.model import Revision, RevisionComment
from ckanext.sonla.shared import auditing, checks, clock, events
from ckanext.sonla.shared.asking import sonla_ask

if TYPE_CHECKING:
    from collections.abc import Iterable

# By these somebody came to act in an agency.
APPOINTING = (
    "agency.provisioned",
    "account.appointed",
    "account.handed_over",
    "delegation.created",
)


def gather(dataset_id: str) -> dict[str, Any]:
    """Return everything about a dataset's approvals.

    Returns:
        `dataset`, `persons` (each with `appointments`), `revisions` (with findings and
        comments), `events`, and `log` (`count`, `head`) at this moment.
    """
    package = opening.dataset_or_404(dataset_id)
    revisions = model.Session.scalars(
        sa.select(Revision)
        .where(Revision.dataset_id == package.id)
        .order_by(Revision.opened)
    ).all()
    told = model.Session.scalars(
        sa.select(events.Event)
        .where(
            events.Event.object_type == "dataset", events.Event.object_id == package.id
        )
        .order_by(events.Event.seq)
    ).all()
    head = auditing.head()
    return {
        "dataset": _dataset(package),
        "persons": _persons(package.owner_org or "", revisions, told),
        "revisions": [_revision(one) for one in revisions],
        "events": [_event(one) for one in told],
        "log": {"count": head.seq, "head": str(head), "at": clock.iso_z(clock.now())},
    }


def _dataset(package: model.Package) -> dict[str, Any]:
    agency = model.Group.get(package.owner_org)
    code = package.extras.get("catalogue_entry")
    entry = sonla_ask("sonla_entry_show", code=code) if code else None
    return {
        "id": package.id,
        "name": package.name,
        "title": package.title or package.name,
        "agency": agency.name if agency else None,
        "agency_title": agency.title if agency else None,
        "entry": code,
        "entry_title": entry["title"] if entry else None,
        "domains": [group.title or group.name for group in package.get_groups("group")],
    }


def _revision(revision: Revision) -> dict[str, Any]:
    delegation = (
        model.Session.get(Delegation, revision.delegation_id)
        if revision.delegation_id
        else None
    )
    said = model.Session.scalars(
        sa.select(RevisionComment)
        .where(RevisionComment.revision_id == revision.id)
        .order_by(RevisionComment.said, RevisionComment.id)
    )
    plain = ("id", "kind", "state", "digest", "digest_version", "data_period")
    texts = ("note", "public_note", "comment")
    instants = ("opened", "submitted", "publish_at", "decided", "published")
    persons = ("opened_by", "submitted_by", "decided_by", "decided_on_behalf_of")
    return {
        **{name: getattr(revision, name) for name in (*plain, *texts)},
        **{name: clock.iso_z(getattr(revision, name)) for name in instants},
        **{name: _name(getattr(revision, name)) for name in persons},
        "editors": [_name(editor) for editor in revision.editors],
        "delegation_decision": delegation.decision if delegation else None,
        "findings": [
            {
                "severity": finding.get("severity"),
                "sentence": checks.sentence(finding),
                "reason": finding.get("reason"),
            }
            for finding in revision.findings or []
        ],
        "comments": [
            {
                "author": _name(comment.author),
                "said": clock.iso_z(comment.said),
                "text": comment.text,
                "points": [point["text"] for point in comment.points or []],
            }
            for comment in said
        ],
    }


def _event(event: events.Event) -> dict[str, Any]:
    return {
        "seq": event.seq,
        "at": clock.iso_z(event.at),
        "name": event.name,
        "role": event.role,
        "agency_title": event.agency_title,
        "actor": _name(event.actor),
        "on_behalf_of": _name(event.persons.get("on_behalf_of")),
        "hash": event.hash,
        "holds": events.hash_of(event.content()) == event.hash,
    }


def _persons(
    agency_id: str, revisions: Iterable[Revision], told: Iterable[events.Event]
) -> list[dict[str, Any]]:
    """Return who acted, each with the events that appointed her."""
    acted: dict[str, None] = {}
    for revision in revisions:
        for user_id in (
            revision.opened_by,
            *revision.editors,
            revision.submitted_by,
            revision.decided_by,
            revision.decided_on_behalf_of,
        ):
            acted |= {user_id: None} if user_id else {}
    acted |= {event.actor: None for event in told if event.actor}
    appointing = model.Session.scalars(
        sa.select(events.Event)
        .where(
            events.Event.name.in_(APPOINTING),
            events.Event.object_type == "agency",
        )
        .order_by(events.Event.seq)
    ).all()
    people = []
    for user_id in acted:
        account = model.User.get(user_id)
        if account is None or account.name == tk.config["ckan.site_id"]:
            continue
        people.append(
            {
                "account": account.name,
                "fullname": account.fullname or account.name,
                "appointments": [
                    _appointment(event, account.name, agency_id)
                    for event in appointing
                    if account.name in event.persons.values()
                    and not _left_by(event, account.name)
                ],
            }
        )
    return people


def _left_by(event: events.Event, account: str) -> bool:
    return event.persons.get("predecessor") == account or (
        event.name == "delegation.created" and event.persons.get("leader") == account
    )


def _appointment(event: events.Event, account: str, agency_id: str) -> dict[str, Any]:
    role = event.data.get("account_role") or next(
        (part for part, name in event.persons.items() if name == account), None
    )
    agency = model.Group.get(event.object_id)
    return {
        "event": event.seq,
        "name": event.name,
        "role": role,
        "agency_title": agency.title if agency else None,
        "of_this_agency": event.object_id == agency_id,
        "decision": event.data.get("decision"),
        "at": clock.iso_z(event.at),
        "starts": event.data.get("starts"),
        "ends": event.data.get("ends"),
    }


def _name(id_: str | None) -> str | None:
    """Return a person's name with the account, or an agency's title."""
    if not id_:
        return None
    account = model.User.get(id_)
    if account is not None:
        full = account.fullname
        return f"{full} ({account.name})" if full else account.name
    agency = model.Group.get(id_)
    return agency.title or agency.name if agency else id_
