"""What everybody reads of feedback: what was written, masked, once it is answered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import masking
from .vocabulary import ANSWERED

if TYPE_CHECKING:
    from .model import Feedback


def write(feedback: Feedback) -> None:
    """Write what is public of an answered feedback's words.

    Nothing is, if the sender declined, or as long as moderation has not cleared them:
    whoever clears them calls this again. What has been public stays as it was.
    """
    shown = feedback.publish_text and feedback.moderation == "clear"
    if not shown or feedback.state not in ANSWERED or feedback.forgotten:
        return
    if feedback.public_text is None:
        feedback.public_subject = masking.masked(feedback.subject)
        feedback.public_text = masking.masked(feedback.text)
