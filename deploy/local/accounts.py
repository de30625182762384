"""The technical account and xloader's token, made inside CKAN at the first start.

Reads the account's password from standard input, writes the token to standard output.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.cli import CKANConfigLoader
from ckan.config.middleware import make_app

SYSADMIN = "quan-tri-ky-thuat"
LABEL = "xloader"


def main() -> None:
    """Create what is missing and print `{"name": …, "xloader_token": …}`."""
    password = sys.stdin.readline().strip()
    app: Any = make_app(CKANConfigLoader(os.environ["CKAN_INI"]).get_config())
    with app._wsgi_app.test_request_context():
        site_user = tk.get_action("get_site_user")({"ignore_auth": True}, {})
        context: Any = {"ignore_auth": True, "user": site_user["name"]}
        if model.User.get(SYSADMIN) is None:
            tk.get_action("user_create")(
                context,
                {
                    "name": SYSADMIN,
                    "email": f"{SYSADMIN}@sonla.example",
                    "fullname": "Quản trị kỹ thuật",
                    "password": password,
                },
            )
        model.Session.query(model.User).filter_by(name=SYSADMIN).update(
            {"sysadmin": True}
        )
        model.Session.commit()
        for token in tk.get_action("api_token_list")(context, {"user": SYSADMIN}):
            if token["name"] == LABEL:
                tk.get_action("api_token_revoke")(context, {"jti": token["id"]})
        made = tk.get_action("api_token_create")(
            context, {"user": SYSADMIN, "name": LABEL}
        )
    sys.stdout.write(
        "\n" + json.dumps({"name": SYSADMIN, "xloader_token": made["token"]}) + "\n"
    )


if __name__ == "__main__":
    main()
