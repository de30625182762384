"""What the actions take that end, suspend or confirm what is published."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ckan.logic.schema import validator_args

from . import validators

if TYPE_CHECKING:
    from ckan.types import Schema, Validator


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
