"""What the portal signs with: challenges, forms, links in mails.

One secret of the installation gives a key for each purpose, so that what was signed
for one is worth nothing for another.
"""

from __future__ import annotations

import hashlib
import hmac

import ckan.plugins.toolkit as tk

# 128 bits, as in the issue of feedback: nobody guesses them.
_TOKEN_CHARACTERS = 32


def key(purpose: str) -> str:
    """Return the key for a purpose, such as `challenge`."""
    secret = tk.config["sonla.feedback.secret"] or tk.config["SECRET_KEY"]
    return _signed(str(secret), f"sonla.feedback.{purpose}")


def token(purpose: str, *of: str) -> str:
    """Return what proves that somebody got a link of ours."""
    return _signed(key(purpose), "\n".join(of))[:_TOKEN_CHARACTERS]


def fits(given: str, purpose: str, *of: str) -> bool:
    """Tell, in the same time for every guess, whether a token is the right one."""
    return hmac.compare_digest(given.encode(), token(purpose, *of).encode())


def _signed(secret: str, text: str) -> str:
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()
