"""Codes that people read out on the telephone, and secrets that nobody guesses."""

from __future__ import annotations

import hashlib
import hmac
import secrets

# Without the letters and digits that are taken for one another.
_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
_GROUPS, _LENGTH = 3, 4
_SECRET_BYTES = 24


def new_code() -> str:
    """Return a code such as `PH-7K3Q-X9MD-2BVT`: 58 random bits, in no order."""
    groups = (
        "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))
        for _ in range(_GROUPS)
    )
    return "-".join(["PH", *groups])


def new_secret() -> str:
    """Return a secret of 192 random bits, as it stands in an address."""
    return secrets.token_urlsafe(_SECRET_BYTES)


def hash_of(secret: str) -> str:
    """Return what is kept of a secret; its randomness needs no salt."""
    return hashlib.sha256(secret.encode()).hexdigest()


def opens(secret: str, kept: str) -> bool:
    """Tell, in the same time for every guess, whether a secret is the right one."""
    return hmac.compare_digest(hash_of(secret), kept)
