"""One thing that is not as it was approved."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Finding:
    """One thing that is not as it was approved.

    Args:
        problem: what kind of difference.
        dataset: the dataset's name; None of the log.
        resource: the name of the file or table, if it is about one.
        field: what of it differs.
        expected: what the digest, the log or the rule says.
        found: what is there.
    """

    problem: str
    dataset: str | None = None
    resource: str | None = None
    field: str | None = None
    expected: Any = None
    found: Any = None

    def as_dict(self) -> dict[str, Any]:
        """Return the finding for a machine."""
        return asdict(self)

    def __str__(self) -> str:
        place = " / ".join(
            part for part in (self.dataset, self.resource, self.field) if part
        )
        values = ""
        if self.expected is not None or self.found is not None:
            values = f": {_short(self.found)}, expected {_short(self.expected)}"
        return f"{place or 'log'}: {self.problem}{values}"


def _short(value: Any, length: int = 80) -> str:
    text = value if isinstance(value, str) else repr(value)
    return text if len(text) <= length else f"{text[:length]}…"
