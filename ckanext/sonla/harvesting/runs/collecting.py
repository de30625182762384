"""Python's garbage, while a million rows pass: seldom looked for.

A page is tens of thousands of small lists, none of which is garbage while the page is
worked on; looking for some among them takes longer than reading them did.
"""

from __future__ import annotations

import gc
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

EVERY = 20


@contextmanager
def seldom() -> Iterator[Callable[[], None]]:
    """Give what is called behind each page; every so many it looks for garbage."""
    was_enabled = gc.isenabled()
    pages = 0

    def page_is_done() -> None:
        nonlocal pages
        pages += 1
        if pages % EVERY == 0:
            gc.collect()

    gc.disable()
    # What was there before is none: CKAN's own objects, by the hundred thousand.
    gc.freeze()
    try:
        yield page_is_done
    finally:
        gc.unfreeze()
        if was_enabled:
            gc.enable()
