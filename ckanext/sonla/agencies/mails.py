"""Mails about accounts."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.sonla.shared import preferences
from ckanext.sonla.shared.formats import sonla_datetime
from ckanext.sonla.shared.language import speaking
from ckanext.sonla.shared.mail import Mail

from .capacities import title

if TYPE_CHECKING:
    from .model import HandOver


def invitation(
    account: model.User, role: str | None = None, agency: model.Group | None = None
) -> Mail:
    """Tell the holder of a new account how to choose its password."""
    language = tk.config["ckan.locale_default"]
    link = tk.h.url_for(
        "user.perform_reset", id=account.id, key=account.reset_key, qualified=True
    )
    with speaking(language):
        subject = tk._("Your account on {site}").format(
            site=tk.config["ckan.site_title"]
        )
        appointed = (
            tk._("{agency} has appointed you on {site}: {role}.").format(
                agency=agency.title or agency.name,
                site=tk.config["ckan.site_title"],
                role=title(role),
            )
            if role and agency
            else tk._("An account on {site} has been made for you.").format(
                site=tk.config["ckan.site_title"]
            )
        )
        text = tk._(
            "Dear {name},\n\n"
            "{appointed}\n"
            "Your account is {account}. Choose its password here:\n\n{link}\n"
        ).format(
            name=account.display_name,
            appointed=appointed,
            account=account.name,
            link=link,
        )
    once = hashlib.sha256((account.reset_key or "").encode()).hexdigest()[:16]
    return Mail(
        key=f"account.invited:{account.id}:{once}",
        subject=subject,
        text=text,
        address=account.email,
        language=language,
    )


def handed_over(
    row: HandOver, predecessor: model.User, successor: model.User, agency: model.Group
) -> list[Mail]:
    """Tell both persons who follows whom, and until when both hold the role."""
    return [
        _handed_over(row, account, predecessor, successor, agency)
        for account in (predecessor, successor)
    ]


def _handed_over(
    row: HandOver,
    receiver: model.User,
    predecessor: model.User,
    successor: model.User,
    agency: model.Group,
) -> Mail:
    language = preferences.language_of(receiver.id)
    with speaking(language):
        subject = tk._("Hand-over of the account: {role}").format(role=title(row.role))
        text = tk._(
            "{agency} hands the role over: {role}.\n"
            "Until now: {predecessor}. From now on: {successor}.\n"
            "Both accounts work until {ends}; then the former one's role ends by "
            "itself.\nDecision: {decision}\n"
        ).format(
            agency=agency.title or agency.name,
            role=title(row.role),
            predecessor=predecessor.display_name,
            successor=successor.display_name,
            ends=sonla_datetime(row.ends),
            decision=_decision(row.decision),
        )
    return Mail(
        key=f"account.handed_over:{row.id}:{receiver.id}",
        subject=subject,
        text=text,
        user_id=receiver.id,
        language=language,
        gather=True,
    )


def hand_over_ended(row: HandOver, agency: model.Group | None) -> Mail:
    """Tell a predecessor that the role has ended."""
    language = preferences.language_of(row.predecessor)
    with speaking(language):
        subject = tk._("Your role has ended: {role}").format(role=title(row.role))
        text = tk._(
            "Your account's role in {agency} has ended with the hand-over to your "
            "successor. Programs that used your account's tokens no longer get in.\n"
        ).format(agency=agency.title or agency.name if agency else "")
    return Mail(
        key=f"account.hand_over_ended:{row.id}",
        subject=subject,
        text=text,
        user_id=row.predecessor,
        language=language,
        gather=True,
    )


def _decision(decision: str | dict[str, str]) -> str:
    if isinstance(decision, str):
        return decision
    return " ".join(part for part in (decision["number"], decision.get("date")) if part)
