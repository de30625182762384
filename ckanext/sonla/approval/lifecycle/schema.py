"""What the actions take that end, suspend or confirm what is published."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ckan.logic.schema import validator_args
from ckanext.sonla.approval import validators
from ckanext.sonla.approval.erasure import asked
from ckanext.sonla.shared.schema import paging

from . import taking_down

if TYPE_CHECKING:
    from ckan.types import Schema, Validator, ValidatorFactory


@validator_args
def no_change_confirm(not_empty: Validator, unicode_safe: Validator) -> Schema:
    return {
        "dataset_id": [not_empty, unicode_safe],
        "data_period": [not_empty, validators.period],
    }


@validator_args
def with_reason(not_empty: Validator, unicode_safe: Validator) -> Schema:
    return {
        "dataset_id": [not_empty, unicode_safe],
        "reason": [not_empty, unicode_safe],
    }


@validator_args
def take_down_answer(
    not_empty: Validator, unicode_safe: Validator, one_of: ValidatorFactory
) -> Schema:
    return {
        "dataset_id": [not_empty, unicode_safe],
        "answer": [not_empty, one_of(list(taking_down.ANSWERS))],
        "text": [not_empty, unicode_safe],
    }


@validator_args
def take_down_list(
    ignore_empty: Validator,
    unicode_safe: Validator,
    boolean_validator: Validator,
) -> Schema:
    return {
        "dataset_id": [ignore_empty, unicode_safe],
        "standing": [ignore_empty, boolean_validator],
        **paging(20),
    }


@validator_args
def revision_erase(not_empty: Validator, unicode_safe: Validator) -> Schema:
    return {
        "id": [not_empty, unicode_safe],
        "what": [not_empty, validators.from_json, asked.what],
        "decision": [not_empty, validators.from_json, asked.decision],
    }
