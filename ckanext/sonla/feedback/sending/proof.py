"""The proof of work that stands for "not a machine": ALTCHA, asked of nobody outside.

The browser looks for a number; the portal knows from its own signature that it asked
for it, and until when by its own clock. Each proof serves once. No cookie, no picture
to decipher, no other company (docs/feedback-sending.md).
"""

from __future__ import annotations

import math
import secrets
import time
from dataclasses import dataclass
from typing import Any

import altcha

from ckanext.sonla.shared import policy

from . import keys, short_memory

ALGORITHM = "PBKDF2/SHA-256"
MOST_CHARACTERS = 4000
# How long a used proof is remembered after its end: clocks of two servers differ.
_SLACK_SECONDS = 120
FORGED, EXPIRED, USED = "forged", "expired", "used"


class Refused(Exception):  # noqa: N818 - says what was done to the proof
    """A proof that proves nothing; `why` is one of the words above."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True)
class Proof:
    """A proof that is right and in time; whether it was used is another question."""

    signature: str
    expires_at: int


def challenge() -> dict[str, Any]:
    """Return a challenge for ALTCHA's solver: `{parameters, signature}`."""
    most = policy.number("feedback_proof_numbers")
    made = altcha.create_challenge(
        ALGORITHM,
        policy.number("feedback_proof_cost"),
        # Nobody is lucky: the number lies in the upper half of what is searched.
        counter=most // 2 + secrets.randbelow(most // 2 + 1),
        expires_at=int(time.time()) + policy.number("feedback_proof_minutes") * 60,
        hmac_secret=keys.key("challenge"),
        hmac_key_secret=keys.key("challenge key"),
    )
    return made.to_dict()


def checked(given: str) -> Proof:
    """Return a proof that is right and in time.

    Args:
        given: what ALTCHA's solver makes: JSON of challenge and solution, in base64.

    Raises:
        Refused: it is forged, or its time is over.
    """
    if len(given) > MOST_CHARACTERS:
        raise Refused(FORGED)
    try:
        payload = altcha.Payload.from_base64(given)
        result = altcha.verify_solution(
            payload,
            keys.key("challenge"),
            hmac_key_secret=keys.key("challenge key"),
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise Refused(FORGED) from None
    if result.expired:
        raise Refused(EXPIRED)
    if not result.verified:
        raise Refused(FORGED)
    ends = payload.challenge.parameters.expires_at
    return Proof(str(payload.challenge.signature), math.ceil(ends or 0))


def use(proof: Proof) -> None:
    """Use a proof, this once.

    Raises:
        Refused: it was used before.
        Away: Redis is away, so nobody knows.
    """
    left = proof.expires_at - int(time.time()) + _SLACK_SECONDS
    if not short_memory.first_time(f"proof:{proof.signature}", left):
        raise Refused(USED)
