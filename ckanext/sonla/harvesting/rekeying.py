"""Sealing every kept secret anew, with another key, while the portal runs.

Which key a secret was sealed with nobody has to know: whoever opens one tries all keys
of the file. So a file first has both, then everything is sealed with the new one in one
transaction, and only then the old one goes. Killed anywhere, the portal opens every
secret, and the same command goes on.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import sqlalchemy as sa
from cryptography.fernet import InvalidToken, MultiFernet

from ckan import model
from ckanext.sonla.shared.faults import declare, fault

from . import sealing
from .model import HarvestSecret

if TYPE_CHECKING:
    from pathlib import Path

declare("rekey", "both_keys", "sealed_anew", "new_key_kept", "new_key_alone")

# Who keeps a secret writes to the table before sealing, and so waits for this, or is
# waited for. Reading goes on.
_ALONE = sa.text("LOCK TABLE sonla_harvest_secret IN SHARE ROW EXCLUSIVE MODE")


class Unopened(Exception):  # noqa: N818 - says what there is
    """Secrets that no key opens; nothing was changed.

    Args:
        found: source and name of each.
    """

    def __init__(self, found: list[tuple[str, str]]) -> None:
        super().__init__(found)
        self.found = found


def rekey(old: Path, new: Path | None = None) -> int:
    """Seal every kept secret with a new key.

    Args:
        old: the portal's key file.
        new: a file with the keys that are to take its place: its content becomes the
            portal's key file's. Without one, the first key of the portal's file seals,
            and nothing is done to the file: whoever has put it first takes the old
            ones out, on every machine.

    Returns:
        How many secrets were sealed anew; those that were already are none of them.

    Raises:
        NoKey: a file is missing, or has a line that is no key.
        Unopened: no key opens a secret.
        OSError: the portal's key file can't be written; both keys still open all.
    """
    present = sealing.lines_of(old)
    wanted = sealing.lines_of(new) if new else present
    both = list(dict.fromkeys([*wanted, *present]))
    with model.ensure_engine().begin() as connection:
        connection.execute(_ALONE)
        sealed = _sealed(connection, both, wanted[0])
        if new and both != present:
            _write(old, both)
        fault("both_keys")
        for (source_id, name), token in sealed.items():
            connection.execute(
                sa.update(HarvestSecret)
                .where(HarvestSecret.source_id == source_id, HarvestSecret.name == name)
                .values(sealed=token)
            )
        fault("sealed_anew")
    fault("new_key_kept")
    if new:
        _write(old, wanted)
    fault("new_key_alone")
    return len(sealed)


def _sealed(
    connection: sa.Connection, keys: list[str], first: str
) -> dict[tuple[str, str], str]:
    """Return what is to be written: secrets that the first key did not seal."""
    every, one = sealing.opening(keys), sealing.opening([first])
    found: dict[tuple[str, str], str] = {}
    unopened = []
    rows = connection.execute(
        sa.select(HarvestSecret.source_id, HarvestSecret.name, HarvestSecret.sealed)
    )
    for source_id, name, sealed in rows:
        if _opens(one, sealed):
            continue
        try:
            found[source_id, name] = every.rotate(sealed.encode()).decode()
        except InvalidToken:
            unopened.append((source_id, name))
    if unopened:
        raise Unopened(unopened)
    return found


def _opens(keys: MultiFernet, sealed: str) -> bool:
    try:
        keys.decrypt(sealed.encode())
    except InvalidToken:
        return False
    return True


def _write(path: Path, lines: list[str]) -> None:
    """Put another content in a file's place, whole, with its owner and its rights."""
    path = path.resolve()
    stood = path.stat()
    # One name: what a killed one left behind is written over, and lies nowhere else.
    beside = path.with_name(f"{path.name}.new")
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW
    with os.fdopen(os.open(beside, flags, 0o600), "w") as file:
        os.fchmod(file.fileno(), stood.st_mode & 0o777)
        if (stood.st_uid, stood.st_gid) != (os.geteuid(), os.getegid()):
            os.fchown(file.fileno(), stood.st_uid, stood.st_gid)
        file.writelines(f"{line}\n" for line in lines)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
