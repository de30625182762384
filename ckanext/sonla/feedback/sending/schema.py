"""What the actions of sending take."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import ckan.plugins.toolkit as tk
from ckanext.sonla.feedback.vocabulary import KINDS
from ckanext.sonla.shared import policy
from ckanext.sonla.shared.msgid import N_
from ckanext.sonla.shared.schema import paging

from . import texts

if TYPE_CHECKING:
    from collections.abc import Callable

    from ckan.types import Schema, Validator

_TOO_LONG = N_("Write at most {most} characters; there are {count}.")
_NO_TEXT = N_("Write a text")
_NOTHING = N_("There is nothing to read in it.")
_BREAK = N_("Write it on one line")
_NO_MAILBOX = N_("This is no e-mail address that mail can be sent to.")
_OURS = N_("This is an address of the portal itself.")
_NO_ROW = N_("Write the number of the row")
LONGEST = {"name": 100, "column": 200, "word": 200}
_LONGEST_MAILBOX = 254
_LONGEST_LOCAL = 64
_MOST_ROWS = 2**62
# RFC 5321 allows more, which nobody's mailbox has and many a trick needs.
_MAILBOX = re.compile(
    r"[A-Za-z0-9](?:[A-Za-z0-9._%+-]*[A-Za-z0-9_%+-])?"
    r"@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}"
)


def is_text(value: Any) -> str:
    """Take a text, and nothing that would have to be made one."""
    if not isinstance(value, str):
        raise tk.Invalid(tk._(_NO_TEXT))
    return value


def _most(of: Callable[[], int], value: str) -> str:
    # Before anything reads it: cleaning five megabytes takes a while.
    if len(value) > of():
        raise tk.Invalid(tk._(_TOO_LONG).format(most=of(), count=len(value)))
    return value


def one_line(of: Callable[[], int]) -> Validator:
    """Return a validator of a text on one line, of so many characters at most."""

    def validator(value: Any) -> str:
        text = _most(of, is_text(value))
        if texts.breaks(text.strip()):
            raise tk.Invalid(tk._(_BREAK))
        return texts.one_line(text)

    return validator


def several_lines(of: Callable[[], int]) -> Validator:
    """Return a validator of a text of so many characters at most."""

    def validator(value: Any) -> str:
        return texts.lines(_most(of, is_text(value)))

    return validator


def _said(validator: Any) -> Any:
    """Return a validator for which a text without a letter or digit says nothing."""

    def said(value: Any) -> str:
        told = validator(value)
        if not any(one.isalnum() for one in told):
            raise tk.Invalid(tk._(_NOTHING))
        return told

    return said


def mailbox(value: Any) -> str | None:
    """Take an e-mail address of somebody else than the portal."""
    text = is_text(value).strip()
    if not text:
        return None
    local = text.partition("@")[0]
    if (
        len(text) > _LONGEST_MAILBOX
        or len(local) > _LONGEST_LOCAL
        or ".." in text
        or not _MAILBOX.fullmatch(text)
    ):
        raise tk.Invalid(tk._(_NO_MAILBOX))
    # A mail to ourselves would be answered by ourselves, and so on.
    if _plain(text) in _own_mailboxes():
        raise tk.Invalid(tk._(_OURS))
    return text


def _own_mailboxes() -> set[str]:
    options = ("smtp.mail_from", "smtp.reply_to", "email_to", "error_email_from")
    return {_plain(str(tk.config.get(one) or "")) for one in options} - {""}


def _plain(mailbox: str) -> str:
    """Return an address without what a mailbox adds to tell its mails apart."""
    local, at, domain = mailbox.strip().casefold().partition("@")
    return f"{local.partition('+')[0]}{at}{domain}"


def row_number(value: Any) -> int:
    """Take the number of a row of a table."""
    try:
        number = int(value) if not isinstance(value, bool) else 0
    except (TypeError, ValueError, OverflowError):
        number = 0
    if not 0 < number < _MOST_ROWS:
        raise tk.Invalid(tk._(_NO_ROW))
    return number


def a_file(value: Any) -> Any:
    """Take a file that came in a form."""
    if not hasattr(value, "stream") or not hasattr(value, "filename"):
        raise tk.Invalid(tk._(N_("Send the file in a form (multipart/form-data)")))
    return value if value.filename else None


def _limit(name: str) -> Callable[[], int]:
    return lambda: policy.number(name)


def _fixed(name: str) -> Callable[[], int]:
    return lambda: LONGEST[name]


def _code() -> list[Any]:
    return [tk.get_validator("not_empty"), one_line(_fixed("word"))]


def feedback_create() -> Schema:
    """What `sonla_feedback_create` takes."""
    one_of: Any = tk.get_validator("one_of")
    default: Any = tk.get_validator("default")
    required, ignore = tk.get_validator("not_empty"), tk.get_validator("ignore_empty")
    name: Any = [ignore, one_line(_fixed("word"))]
    subject = _said(one_line(_limit("feedback_subject_characters")))
    text = _said(several_lines(_limit("feedback_text_characters")))
    return {
        "kind": [required, one_of(list(KINDS))],
        "subject": [required, subject],
        "text": [required, text],
        "dataset_id": name,
        "entry": name,
        "agency": name,
        "resource_id": name,
        "row": [ignore, row_number],
        "column": [ignore, one_line(_fixed("column"))],
        "name": [ignore, one_line(_fixed("name"))],
        "email": [ignore, mailbox],
        "attachment": [ignore, a_file],
        "publish_text": [default(True), tk.get_validator("boolean_validator")],
        "altcha": [ignore, is_text],
    }


def feedback_confirm() -> Schema:
    """What confirming an e-mail address takes."""
    return {"code": _code(), "token": _code()}


def feedback_support() -> Schema:
    """What `sonla_feedback_support` takes."""
    ignore = tk.get_validator("ignore_empty")
    return {
        "code": _code(),
        "email": [ignore, mailbox],
        "altcha": [ignore, is_text],
    }


def feedback_support_confirm() -> Schema:
    """What confirming a supporter's e-mail address takes."""
    return {"id": _code(), "token": _code()}


def feedback_track() -> Schema:
    """What `sonla_feedback_track` takes."""
    ignore = tk.get_validator("ignore_empty")
    return {"code": _code(), "secret": [ignore, one_line(_fixed("word"))]}


def feedback_text_withdraw() -> Schema:
    """What `sonla_feedback_text_withdraw` takes."""
    return {"code": _code(), "secret": _code()}


def feedback_erase() -> Schema:
    """What `sonla_feedback_erase` takes."""
    one_of: Any = tk.get_validator("one_of")
    default: Any = tk.get_validator("default")
    ignore = tk.get_validator("ignore_empty")
    return {
        "code": _code(),
        "secret": [ignore, one_line(_fixed("word"))],
        "decision": [ignore, one_line(_fixed("word"))],
        "what": [default("sender"), one_of(["sender", "all"])],
    }


def feedback_moderate() -> Schema:
    """What `sonla_feedback_moderate` takes."""
    one_of: Any = tk.get_validator("one_of")
    ignore = tk.get_validator("ignore_empty")
    return {
        "code": _code(),
        "decision": [tk.get_validator("not_empty"), one_of(["accept", "refuse"])],
        "reason": [ignore, several_lines(_limit("feedback_text_characters"))],
        "alike": [ignore, tk.get_validator("boolean_validator")],
    }


def feedback_held_list() -> Schema:
    """What `sonla_feedback_held_list` takes."""
    return paging()


def feedback_similar_list() -> Schema:
    """What `sonla_feedback_similar_list` takes."""
    one_of: Any = tk.get_validator("one_of")
    ignore = tk.get_validator("ignore_empty")
    name: Any = [ignore, one_line(_fixed("word"))]
    return {
        "kind": [ignore, one_of(list(KINDS))],
        "dataset_id": name,
        "entry": name,
        "subject": [ignore, one_line(_limit("feedback_subject_characters"))],
        **paging(5),
    }
