"""The demonstration's accounts, and calls in their names."""

from __future__ import annotations

import json
import secrets
from typing import TYPE_CHECKING, Any

import ckan.plugins.toolkit as tk

if TYPE_CHECKING:
    from pathlib import Path


def call(action: str, account: str | None, /, **data: Any) -> Any:
    """Call an action as an account; without one, as the technical account."""
    if account:
        return tk.get_action(action)({"user": account}, data)
    site_user = tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]
    return tk.get_action(action)({"ignore_auth": True, "user": site_user}, data)


class Accounts:
    """Names, passwords and tokens, kept in a file that only its owner reads.

    The file is written before the account is made, so that a load that was broken off
    goes on with the same passwords.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.known: dict[str, dict[str, Any]] = {}
        if path.exists():
            told = json.loads(path.read_text(encoding="utf-8"))
            self.known = {account["name"]: account for account in told}

    def make(self, role: str, agency: str | None, name: str, title: str) -> dict:
        """Return what an account is created from: name, e-mail, title, password."""
        if name not in self.known:
            self.known[name] = {
                "role": role,
                "agency": agency,
                "name": name,
                "password": secrets.token_urlsafe(12),
                "api_token": None,
            }
            self.write()
        return {
            "name": name,
            "email": f"{name}@demo.invalid",
            "fullname": title,
            "password": self.known[name]["password"],
        }

    def give_tokens(self) -> None:
        """Give every account that has none an API token."""
        for account in self.known.values():
            if account["api_token"] is None:
                account["api_token"] = call(
                    "api_token_create", None, user=account["name"], name="demo"
                )["token"]
        self.write()

    def write(self) -> None:
        """Write the file anew, mode 600 from its first byte."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        draft = self.path.with_suffix(".new")
        draft.unlink(missing_ok=True)
        draft.touch(mode=0o600)
        draft.write_text(
            json.dumps(list(self.known.values()), ensure_ascii=False, indent=1),
            encoding="utf-8",
        )
        draft.replace(self.path)
