"""Who may do what in a round of review."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ckan.plugins.toolkit as tk
from ckanext.sonla.catalogue.callers import agency_of, in_agency, in_office, inside

from .model import ReviewAnswer

if TYPE_CHECKING:
    from ckan.types import AuthResult, Context, DataDict


@tk.auth_sysadmins_check
def sonla_review_round_open(context: Context, _data: DataDict) -> AuthResult:
    """Operators open rounds."""
    return in_office(context, "run")


def sonla_review_round_list(context: Context, _data: DataDict) -> AuthResult:
    """The agencies' accounts and the office read rounds."""
    return inside(context)


def sonla_review_round_show(context: Context, _data: DataDict) -> AuthResult:
    """The agencies' accounts and the office read rounds."""
    return inside(context)


@tk.auth_sysadmins_check
def sonla_review_round_close(context: Context, _data: DataDict) -> AuthResult:
    """Operators close rounds."""
    return in_office(context, "run")


@tk.auth_sysadmins_check
def sonla_review_round_remind(context: Context, _data: DataDict) -> AuthResult:
    """Operators remind."""
    return in_office(context, "run")


@tk.auth_sysadmins_check
def sonla_review_round_collect(context: Context, _data: DataDict) -> AuthResult:
    """Operators collect what was approved."""
    return in_office(context, "write")


@tk.auth_sysadmins_check
def sonla_review_round_answer(context: Context, _data: DataDict) -> AuthResult:
    """Officers answer for their agency."""
    return in_agency(context, "answer", None)


@tk.auth_sysadmins_check
def sonla_review_round_answer_approve(context: Context, data: DataDict) -> AuthResult:
    """The agency's leader approves."""
    return in_agency(context, "approve_answer", agency_of(ReviewAnswer, data))


@tk.auth_sysadmins_check
def sonla_review_round_answer_return(context: Context, data: DataDict) -> AuthResult:
    """The agency's leader returns."""
    return in_agency(context, "approve_answer", agency_of(ReviewAnswer, data))
