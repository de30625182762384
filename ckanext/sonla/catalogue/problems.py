"""A fault of what somebody wrote, as a sentence that is translated when it is shown."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Problem:
    """Something wrong, as an English msgid with its values."""

    message: str
    params: dict[str, Any] = field(default_factory=dict)
