"""Encrypts secrets with a key that lies in a file, never in the database."""

from __future__ import annotations

from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

import ckan.plugins.toolkit as tk

from .problems import SourceProblem

# One key a line; the first encrypts, all decrypt, so that a new one can be put first.
OPTION = "sonla.harvesting.key_file"


class NoKey(Exception):  # noqa: N818 - says what there is
    """The portal has no key to encrypt secrets with."""


def seal(secret: str) -> str:
    """Encrypt a secret.

    Raises:
        NoKey: there is no key, or none that can be read.
    """
    return _keys().encrypt(secret.encode()).decode()


def unseal(sealed: str) -> str:
    """Decrypt a secret.

    Raises:
        SourceProblem: no key of the file fits.
    """
    try:
        return _keys().decrypt(sealed.encode()).decode()
    except (InvalidToken, NoKey) as error:
        raise SourceProblem("secret_unreadable", reason="key") from error


def resealed(sealed: str) -> str:
    """Encrypt with the first key what any of the keys had encrypted."""
    return _keys().rotate(sealed.encode()).decode()


def _keys() -> MultiFernet:
    path = tk.config[OPTION]
    if not path:
        raise NoKey
    try:
        lines = Path(path).read_text(encoding="ascii").split()
        return MultiFernet([Fernet(line) for line in lines])
    except (OSError, ValueError) as error:
        raise NoKey from error
