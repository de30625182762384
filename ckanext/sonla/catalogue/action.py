"""The catalogue's actions, gathered for the plugin."""

from __future__ import annotations

from .edition_action import (
    sonla_edition_approve,
    sonla_edition_compare,
    sonla_edition_create,
    sonla_edition_list,
    sonla_edition_rebase,
    sonla_edition_reject,
    sonla_edition_show,
    sonla_edition_submit,
)
from .entry_action import (
    sonla_entry_create,
    sonla_entry_list,
    sonla_entry_retire,
    sonla_entry_show,
    sonla_entry_update,
)
from .import_action import (
    sonla_edition_import,
    sonla_edition_import_confirm,
    sonla_edition_import_show,
)
from .inspections.action import (
    sonla_inspection_answer,
    sonla_inspection_create,
    sonla_inspection_list,
)
from .joined.action import sonla_entry_delivery_list, sonla_entry_table_show
from .office.action import (
    sonla_task_close,
    sonla_task_list,
)
from .requests.action import (
    sonla_entry_request_accept,
    sonla_entry_request_create,
    sonla_entry_request_decline,
    sonla_entry_request_list,
    sonla_entry_request_show,
    sonla_entry_request_submit,
    sonla_entry_request_update,
)
from .rounds.action import (
    sonla_review_round_answer,
    sonla_review_round_answer_approve,
    sonla_review_round_answer_return,
    sonla_review_round_close,
    sonla_review_round_collect,
    sonla_review_round_list,
    sonla_review_round_open,
    sonla_review_round_remind,
    sonla_review_round_show,
)
from .table_schemas.action import (
    sonla_edition_impact,
    sonla_nonconforming_list,
    sonla_table_version_list,
)

# The blanket registers what stands here; without it, silently nothing.
__all__ = [
    "sonla_edition_approve",
    "sonla_edition_compare",
    "sonla_edition_create",
    "sonla_edition_impact",
    "sonla_edition_import",
    "sonla_edition_import_confirm",
    "sonla_edition_import_show",
    "sonla_edition_list",
    "sonla_edition_rebase",
    "sonla_edition_reject",
    "sonla_edition_show",
    "sonla_edition_submit",
    "sonla_entry_create",
    "sonla_entry_delivery_list",
    "sonla_entry_list",
    "sonla_entry_request_accept",
    "sonla_entry_request_create",
    "sonla_entry_request_decline",
    "sonla_entry_request_list",
    "sonla_entry_request_show",
    "sonla_entry_request_submit",
    "sonla_entry_request_update",
    "sonla_entry_retire",
    "sonla_entry_show",
    "sonla_entry_table_show",
    "sonla_entry_update",
    "sonla_inspection_answer",
    "sonla_inspection_create",
    "sonla_inspection_list",
    "sonla_nonconforming_list",
    "sonla_review_round_answer",
    "sonla_review_round_answer_approve",
    "sonla_review_round_answer_return",
    "sonla_review_round_close",
    "sonla_review_round_collect",
    "sonla_review_round_list",
    "sonla_review_round_open",
    "sonla_review_round_remind",
    "sonla_review_round_show",
    "sonla_table_version_list",
    "sonla_task_close",
    "sonla_task_list",
]
