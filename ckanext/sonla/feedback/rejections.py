"""Why feedback may be declined: the policy's list, with what everybody reads of it.

Complaints, denunciations and requests for access to information have laws of their
own, so their texts say where to go.
"""

from __future__ import annotations

from dataclasses import dataclass

import ckan.plugins.toolkit as tk
from ckanext.sonla.shared import language, policy


@dataclass(frozen=True)
class Reason:
    """A reason.

    Args:
        code: as actions and tables write it.
        vi: what the public reads, in Vietnamese.
        en: the same in English.
    """

    code: str
    vi: str
    en: str

    def text(self, spoken: str | None = None) -> str:
        """Return the text in a language, by default the reader's."""
        return self.vi if (spoken or language.current()).startswith("vi") else self.en


def reasons() -> dict[str, Reason]:
    """Return the policy's reasons by their codes.

    Raises:
        ValueError: a line is no reason.
    """
    found: dict[str, Reason] = {}
    for line in policy.text("feedback_rejections").splitlines():
        parts = [part.strip() for part in line.split("|")]
        if parts == [""]:
            continue
        try:
            code, vi, en = parts
        except ValueError as error:
            raise ValueError(
                f"sonla.policy.feedback_rejections: not `code | vi | en`: {line}"
            ) from error
        found[code] = Reason(code, vi, en)
    return found


def text_of(code: str, spoken: str | None = None) -> str:
    """Return what the public reads of a reason; its code, if policy dropped it."""
    found = reasons().get(code)
    return found.text(spoken) if found else code


def read(code: str) -> Reason:
    """Return a reason that was chosen.

    Raises:
        ValidationError: it isn't one of the policy's.
    """
    known = reasons()
    if code not in known:
        told = tk._("Choose one of the reasons: {reasons}").format(
            reasons=", ".join(known)
        )
        raise tk.ValidationError({"reason": [told]})
    return known[code]
