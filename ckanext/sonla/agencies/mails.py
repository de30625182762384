"""Mails about accounts."""

from __future__ import annotations

import hashlib

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.sonla.shared.language import speaking
from ckanext.sonla.shared.mail import Mail

from .capacities import title


def invitation(account: model.User, role: str, agency: model.Group) -> Mail:
    """Tell the holder of a new account how to choose its password."""
    language = tk.config["ckan.locale_default"]
    link = tk.h.url_for(
        "user.perform_reset", id=account.id, key=account.reset_key, qualified=True
    )
    with speaking(language):
        subject = tk._("Your account on {site}").format(
            site=tk.config["ckan.site_title"]
        )
        text = tk._(
            "Dear {name},\n\n"
            "{agency} has appointed you on {site}: {role}.\n"
            "Your account is {account}. Choose its password here:\n\n{link}\n"
        ).format(
            name=account.display_name,
            agency=agency.title or agency.name,
            site=tk.config["ckan.site_title"],
            role=title(role),
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
