"""The checks of what a revision says and holds, beside those of entry and schema."""

from __future__ import annotations

from . import change, duplicates, links, malware, personal, size

REGISTERED = (change, duplicates, links, malware, personal, size)
