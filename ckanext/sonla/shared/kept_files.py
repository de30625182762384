"""Files that a feature keeps beside what resources and versions name.

The feature that stores files registers how one is opened; those that need old bytes
register which addresses must stay. Neither knows the other.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from contextlib import AbstractContextManager
    from pathlib import Path

# Returns the addresses (SHA-256) of files that must stay.
Keeper = Callable[[], "set[str]"]
# Gives the path of an address's file; raises FileNotFoundError where it is gone.
Opener = Callable[[str], "AbstractContextManager[Path]"]
# Forgets what is kept of packages, by their ids.
Eraser = Callable[[list[str]], None]
_keepers: list[Keeper] = []
_openers: list[Opener] = []
_erasers: list[Eraser] = []


def keeper(function: Keeper) -> Keeper:
    """Register a function that names files which retention leaves alone."""
    _keepers.append(function)
    return function


def opener(function: Opener) -> Opener:
    """Register the function that opens stored files."""
    _openers.append(function)
    return function


def eraser(function: Eraser) -> Eraser:
    """Register a function that forgets its files when personal data is erased.

    It is called in the transaction of the erasure and gets the ids of the dataset and
    of its working packages. The bytes go by retention, as nobody names them any more.
    """
    _erasers.append(function)
    return function


def erase(package_ids: list[str]) -> None:
    """Have every feature forget what it keeps of a dataset's files."""
    for function in _erasers:
        function(package_ids)


def addresses() -> set[str]:
    """Return the addresses that some feature still needs."""
    return {address for function in _keepers for address in function()}


def opened(address: str) -> AbstractContextManager[Path]:
    """Give the path of a stored file.

    Raises:
        FileNotFoundError: where nothing stores files, or the file is gone.
    """
    for function in _openers:
        return function(address)
    raise FileNotFoundError(address)
