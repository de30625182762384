"""Encrypts secrets with a key that lies in a file, never in the database."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

import ckan.plugins.toolkit as tk

from .problems import SourceProblem

if TYPE_CHECKING:
    from collections.abc import Sequence

# One key a line; the first encrypts, all decrypt, so that a new one can be put first.
OPTION = "sonla.harvesting.key_file"
_WRONG = "not a readable file with a key on each line"


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


def opening(lines: Sequence[str]) -> MultiFernet:
    """Return what seals with the first of some keys and opens with all of them.

    Raises:
        ValueError: a line is no key.
    """
    return MultiFernet([Fernet(line) for line in lines])


def lines_of(path: Path) -> list[str]:
    """Return the keys of a file.

    Raises:
        NoKey: it can't be read, has none, or a line that is none; says which file.
    """
    try:
        lines = path.read_text(encoding="ascii").split()
        opening(lines)
    except (OSError, ValueError) as error:
        raise NoKey(f"{path}: {_WRONG}") from error
    return lines


def _keys() -> MultiFernet:
    path = tk.config[OPTION]
    if not path:
        raise NoKey
    return opening(lines_of(Path(path)))
