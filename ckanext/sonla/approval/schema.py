"""What the actions on revisions take."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ckan.logic.schema import validator_args
from ckanext.sonla.shared import table_updates
from ckanext.sonla.shared.schema import paging

from . import states, validators
from .comparison.rows import CHANGES

if TYPE_CHECKING:
    from ckan.types import Schema, Validator, ValidatorFactory


@validator_args
def revision_open(not_empty: Validator, unicode_safe: Validator) -> Schema:
    return {"dataset_id": [not_empty, unicode_safe]}


@validator_args
def revision_id(not_empty: Validator, unicode_safe: Validator) -> Schema:
    return {"id": [not_empty, unicode_safe]}


@validator_args
def revision_check(
    not_empty: Validator,
    unicode_safe: Validator,
    default: ValidatorFactory,
    boolean_validator: Validator,
) -> Schema:
    return {
        "id": [not_empty, unicode_safe],
        "outside": [default(True), boolean_validator],
    }


@validator_args
def revision_list(
    ignore_empty: Validator,
    unicode_safe: Validator,
) -> Schema:
    return {
        "dataset_id": [ignore_empty, unicode_safe],
        "agency": [ignore_empty, unicode_safe],
        "state": [ignore_empty, validators.listed(states.STATES)],
        **paging(20),
    }


@validator_args
def revision_diff(
    not_empty: Validator,
    ignore_empty: Validator,
    unicode_safe: Validator,
    one_of: ValidatorFactory,
) -> Schema:
    return {
        "id": [not_empty, unicode_safe],
        "resource_id": [ignore_empty, unicode_safe],
        **paging(20),
        "change": [ignore_empty, one_of(list(CHANGES))],
        "column": [ignore_empty, unicode_safe],
    }


@validator_args
def revision_submit(
    not_empty: Validator, ignore_empty: Validator, unicode_safe: Validator
) -> Schema:
    return {
        "id": [not_empty, unicode_safe],
        "note": [ignore_empty, unicode_safe],
        "data_period": [ignore_empty, validators.period],
        "publish_at": [ignore_empty, validators.instant_to_come],
        "public_note": [ignore_empty, unicode_safe],
        "reasons": [ignore_empty, validators.reasons],
    }


@validator_args
def revision_approve(
    not_empty: Validator, ignore_empty: Validator, unicode_safe: Validator
) -> Schema:
    return {
        "id": [not_empty, unicode_safe],
        "digest": [not_empty, unicode_safe],
        "comment": [ignore_empty, unicode_safe],
    }


@validator_args
def revision_approve_standing(not_empty: Validator, unicode_safe: Validator) -> Schema:
    return {"id": [not_empty, unicode_safe], "digest": [not_empty, unicode_safe]}


@validator_args
def revision_return(
    not_empty: Validator, ignore_empty: Validator, unicode_safe: Validator
) -> Schema:
    return {
        "id": [not_empty, unicode_safe],
        "comment": [not_empty, unicode_safe],
        "points": [ignore_empty, validators.points],
    }


@validator_args
def revision_comment(
    not_empty: Validator, ignore_empty: Validator, unicode_safe: Validator
) -> Schema:
    return {
        "id": [not_empty, unicode_safe],
        "text": [not_empty, unicode_safe],
        "points": [ignore_empty, validators.points],
        "reply_to": [ignore_empty, unicode_safe],
    }


@validator_args
def revision_mark_read(not_empty: Validator, unicode_safe: Validator) -> Schema:
    return {"id": [not_empty, unicode_safe], "digest": [not_empty, unicode_safe]}


@validator_args
def revision_approve_several(not_empty: Validator) -> Schema:
    return {"revisions": [not_empty, validators.revisions]}


@validator_args
def revision_table_set(
    not_empty: Validator,
    ignore_empty: Validator,
    unicode_safe: Validator,
    one_of: ValidatorFactory,
) -> Schema:
    return {
        "id": [not_empty, unicode_safe],
        "resource_id": [not_empty, unicode_safe],
        "mode": [not_empty, one_of(list(table_updates.MODES))],
        "period": [ignore_empty, validators.period],
        "note": [ignore_empty, unicode_safe],
    }
