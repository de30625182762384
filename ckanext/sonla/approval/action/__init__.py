"""The actions on revisions, and CKAN's own actions that revisions wrap."""

from __future__ import annotations

from .datasets import package_create, package_show, package_update
from .decisions import (
    sonla_revision_approve,
    sonla_revision_approve_several,
    sonla_revision_approve_standing,
    sonla_revision_discard,
    sonla_revision_mark_read,
    sonla_revision_return,
    sonla_revision_submit,
    sonla_revision_withdraw,
)
from .delegations import (
    sonla_delegation_create,
    sonla_delegation_list,
    sonla_delegation_revoke,
)
from .dossiers import sonla_dossier_show
from .lifecycle import (
    sonla_dataset_restore,
    sonla_dataset_retire,
    sonla_dataset_take_down,
    sonla_no_change_confirm,
    sonla_revision_erase,
    sonla_take_down_answer,
    sonla_take_down_list,
)
from .previews import (
    resource_view_create,
    resource_view_delete,
    resource_view_reorder,
    resource_view_update,
)
from .revisions import (
    sonla_revision_check,
    sonla_revision_comment,
    sonla_revision_diff,
    sonla_revision_list,
    sonla_revision_open,
    sonla_revision_show,
)
from .table_updates import resource_create, resource_update, sonla_revision_table_set
from .tables import (
    datastore_create,
    datastore_delete,
    datastore_info,
    datastore_records_delete,
    datastore_search,
    datastore_upsert,
)

__all__ = [
    "datastore_create",
    "datastore_delete",
    "datastore_info",
    "datastore_records_delete",
    "datastore_search",
    "datastore_upsert",
    "package_create",
    "package_show",
    "package_update",
    "resource_create",
    "resource_update",
    "resource_view_create",
    "resource_view_delete",
    "resource_view_reorder",
    "resource_view_update",
    "sonla_dataset_restore",
    "sonla_dataset_retire",
    "sonla_dataset_take_down",
    "sonla_delegation_create",
    "sonla_delegation_list",
    "sonla_delegation_revoke",
    "sonla_dossier_show",
    "sonla_no_change_confirm",
    "sonla_revision_approve",
    "sonla_revision_approve_several",
    "sonla_revision_approve_standing",
    "sonla_revision_check",
    "sonla_revision_comment",
    "sonla_revision_diff",
    "sonla_revision_discard",
    "sonla_revision_erase",
    "sonla_revision_list",
    "sonla_revision_mark_read",
    "sonla_revision_open",
    "sonla_revision_return",
    "sonla_revision_show",
    "sonla_revision_submit",
    "sonla_revision_table_set",
    "sonla_revision_withdraw",
    "sonla_take_down_answer",
    "sonla_take_down_list",
]
