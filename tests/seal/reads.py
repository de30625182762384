"""Every action that declares that it only reads, and what a stranger asks it.

An action for which nothing is written here fails the test.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlencode

import ckan.logic
import ckan.plugins.toolkit as tk

from .drafts import MARK
from .shown import TABLE, Shown

Question = Callable[[Shown], dict[str, Any]]

LEFT: dict[str, str] = {
    "status_show": "of the program, not of content",
}
# Nothing is there for any dataset: the refusal of what is asked must stay.
ABSENT: dict[str, str] = {
    f"action {name}": reason
    for name, reason in {
        "api_token_list": "names no account",
        "datastore_info": "CKAN's list of tables is not for strangers",
        "datastore_search": "CKAN's list of tables is not for strangers",
        "datastore_search_sql": "CKAN's list of tables is not for strangers",
        "file_owner_scan": "CKAN's file manager holds no file of a dataset",
        "harvest_source_show_status": "a dataset is no source",
        "harvest_sources_reindex": "ckanext-harvest fails before it answers",
        "sonla_calendar_list": "names no year",
        "tag_show": "a draft's tag",
        "task_status_show": "no task of a stranger's",
        "job_show": "no job of a stranger's",
        "sonla_edition_import_show": "an import is an operator's",
        "sonla_entry_request_show": "nobody has asked",
        "sonla_feedback_inbox_show": "nobody has sent anything",
        "sonla_feedback_show": "nobody has sent feedback",
        "sonla_feedback_track": "nobody has sent anything",
        "sonla_rejected_show": "no file was rejected",
        "sonla_review_round_show": "no round is open",
    }.items()
}


def _with(**values: Any) -> Question:
    return lambda _: values


def _same(question: Question, *names: str) -> dict[str, tuple[Question, ...]]:
    return dict.fromkeys(names, (question,))


_nothing = _with()


def _dataset(s: Shown) -> dict[str, Any]:
    return {"id": s.dataset}


def _resource(s: Shown) -> dict[str, Any]:
    return {"id": s.resource}


def _group(s: Shown) -> dict[str, Any]:
    return {"id": s.domain}


def _agency(s: Shown) -> dict[str, Any]:
    return {"id": s.agency}


def _person(s: Shown) -> dict[str, Any]:
    return {"id": s.office.officer}


def _everything(question: Question) -> Question:
    return lambda s: {**question(s), "include_datasets": True, "include_users": True}


def _query(text: str, key: str = "q") -> Question:
    return lambda _: {key: text}


def _sql(query: str) -> Question:
    return lambda s: {"sql": query.format(resource=s.resource)}


QUESTIONS: dict[str, tuple[Question, ...]] = {
    **_same(
        _nothing,
        "api_token_list",
        "config_option_list",
        "current_package_list_with_resources",
        "dashboard_activity_list",
        "dashboard_new_activities_count",
        "dcat_catalog_search",
        "dcat_catalog_show",
        "dcat_datasets_list",
        "get_site_user",
        "group_list_authz",
        "harvest_log_list",
        "harvest_object_list",
        "harvest_source_list",
        "harvesters_info_show",
        "harvest_sources_reindex",
        "job_list",
        "license_list",
        "member_roles_list",
        "organization_list_for_user",
        "package_list",
        "recently_changed_packages_activity_list",
        "scheming_dataset_schema_list",
        "scheming_group_schema_list",
        "scheming_organization_schema_list",
        "sonla_calendar_list",
        "sonla_delegation_list",
        "sonla_edition_list",
        "sonla_notice_preference_show",
        "sonla_outbox_show",
        "sonla_take_down_list",
        "user_list",
    ),
    **_same(
        _dataset,
        "am_following_dataset",
        "dataset_follower_count",
        "dataset_follower_list",
        "harvest_source_show_status",
        "package_activity_list",
        "package_collaborator_list",
        "package_relationships_list",
        "package_show",
    ),
    **_same(_resource, "resource_show", "resource_view_list"),
    **_same(
        _group,
        "am_following_group",
        "group_activity_list",
        "group_follower_count",
        "group_follower_list",
        "group_package_show",
    ),
    **_same(
        _agency,
        "organization_activity_list",
        "organization_follower_count",
        "organization_follower_list",
    ),
    **_same(
        _person,
        "am_following_user",
        "dataset_followee_count",
        "dataset_followee_list",
        "followee_count",
        "followee_list",
        "group_followee_count",
        "group_followee_list",
        "organization_followee_count",
        "organization_followee_list",
        "package_collaborator_list_for_user",
        "user_activity_list",
        "user_followee_count",
        "user_followee_list",
        "user_follower_count",
        "user_follower_list",
    ),
    **_same(lambda s: {"id": s.activity}, "activity_data_show", "activity_show"),
    **_same(
        lambda s: {"id": s.revision}, "sonla_revision_check", "sonla_revision_show"
    ),
    **_same(
        lambda s: {"dataset_id": s.dataset}, "sonla_dossier_show", "sonla_event_list"
    ),
    **_same(lambda s: {"resource_id": s.resource}, "sonla_load_show", "xloader_status"),
    **_same(
        lambda s: {"source_id": s.source},
        "sonla_harvest_dataset_list",
        "sonla_harvest_run_list",
        "sonla_quarantine_export",
        "sonla_quarantine_list",
    ),
    **_same(lambda s: {"id": s.harvest_job}, "harvest_job_report", "harvest_job_show"),
    "activity_diff": (
        lambda s: {"id": s.activity, "object_type": "package", "diff_type": "html"},
    ),
    "config_option_show": (_with(key="ckan.site_title"),),
    "datastore_info": (_resource, _with(id="_table_metadata")),
    "datastore_search": (
        lambda s: {"resource_id": s.resource},
        lambda s: {"resource_id": s.alias},
        _with(resource_id="_table_metadata"),
    ),
    "datastore_search_sql": (
        _sql('SELECT * FROM "{resource}" ORDER BY _id'),
        _sql('SELECT * FROM "_table_metadata"'),
        _sql("SELECT * FROM pg_class"),
        _sql("SELECT * FROM information_schema.tables"),
    ),
    "file_owner_scan": (_nothing, lambda s: {"owner_type": "package", **_dataset(s)}),
    "file_show": (_resource,),
    "format_autocomplete": (_query("c"), _query(MARK)),
    "group_autocomplete": (_query("linh"),),
    "group_list": (_nothing, _with(all_fields=True, include_dataset_count=True)),
    "group_show": (_everything(_group),),
    "harvest_job_list": (lambda s: {"source_id": s.source},),
    "harvest_object_show": (
        lambda s: {"id": s.harvest_object},
        lambda s: {"dataset_id": s.dataset},
    ),
    "harvest_source_reindex": (lambda s: {"id": s.source}, _dataset),
    "harvest_source_show": (lambda s: {"id": s.source},),
    "help_show": (_with(name="package_show"),),
    "job_show": (_with(id="khong-co"),),
    "member_list": (
        lambda s: {"id": s.agency, "object_type": "package"},
        lambda s: {"id": s.domain, "object_type": "package"},
        _agency,
    ),
    "organization_autocomplete": (_query("s"),),
    "organization_list": (_nothing, _with(all_fields=True, include_dataset_count=True)),
    "organization_show": (_everything(_agency),),
    "package_autocomplete": (_query("truong"), _query(MARK)),
    "package_search": (
        _with(rows=100, **{"facet.field": '["tags","groups","res_format"]'}),
        _with(q="*:*", rows=100, include_private=True, include_drafts=True),
        _query(MARK),
        lambda s: {"fq": f"owner_org:{s.agency}", "include_private": True},
    ),
    "resource_search": (
        _query("name:", "query"),
        _query("format:CSV", "query"),
        _query(f"name:{MARK}", "query"),
    ),
    "resource_view_show": (lambda s: {"id": s.view},),
    "scheming_dataset_schema_show": (_with(type="dataset"),),
    "scheming_group_schema_show": (_with(type="group"),),
    "scheming_organization_schema_show": (_with(type="organization"),),
    "sonla_account_list": (lambda s: {"agency": s.office.name}, _nothing),
    "sonla_deadline_explain": (_with(kind="feedback", start="2026-11-02"),),
    "sonla_edition_compare": (lambda s: {"id": s.edition},),
    "sonla_edition_impact": (lambda s: {"id": s.edition},),
    "sonla_edition_import_show": (_with(id="khong-co"),),
    "sonla_entry_delivery_list": (lambda s: {"code": s.entry},),
    "sonla_entry_request_list": (_nothing,),
    "sonla_entry_request_show": (_with(id="khong-co"),),
    "sonla_entry_table_show": (lambda s: {"code": s.entry},),
    "sonla_feedback_held_list": (_nothing,),
    "sonla_feedback_inbox_list": (_nothing,),
    "sonla_feedback_inbox_show": (_with(code="PH-2222-2222-2222"),),
    "sonla_feedback_list": (
        _nothing,
        _query("truong"),
        lambda s: {"dataset_id": s.dataset},
        lambda s: {"agency": s.agency},
    ),
    "sonla_feedback_show": (_with(code="PH-2222-2222-2222"),),
    "sonla_feedback_similar_list": (
        lambda s: {"dataset_id": s.dataset},
        lambda s: {"entry": s.entry, "subject": f"{MARK} truong tieu hoc"},
    ),
    "sonla_feedback_track": (_with(code="PH-2222-2222-2222"),),
    "sonla_feedback_saved_answer_list": (_nothing,),
    "sonla_inspection_list": (_nothing,),
    "sonla_nonconforming_list": (_nothing,),
    "sonla_obligation_list": (_nothing, lambda s: {"dataset_id": s.dataset}),
    "sonla_rejected_list": (lambda s: {"package_id": s.dataset},),
    "sonla_rejected_show": (_with(id="khong-co"),),
    "sonla_table_version_list": (lambda s: {"code": s.entry, "table": TABLE},),
    "sonla_task_list": (_nothing,),
    "sonla_edition_show": (lambda s: {"id": s.edition},),
    "sonla_entry_list": (_nothing, lambda s: {"edition": s.edition}),
    "sonla_entry_show": (lambda s: {"code": s.entry},),
    "sonla_intake_show": (lambda s: {"resource_id": s.resource},),
    "sonla_load_list": (lambda s: {"package_id": s.dataset},),
    "sonla_review_round_list": (_nothing,),
    "sonla_review_round_show": (_with(id="khong-co"),),
    "sonla_revision_diff": (lambda s: {"id": s.revision, "resource_id": s.resource},),
    "sonla_revision_list": (lambda s: {"dataset_id": s.dataset}, _nothing),
    "tag_autocomplete": (_query("t"), _query(MARK)),
    "tag_list": (_nothing, _with(all_fields=True), _query(MARK, "query")),
    "tag_search": (_query("t", "query"), _query(MARK, "query")),
    "tag_show": (
        lambda s: {"id": s.tag, "include_datasets": True},
        _with(id=f"{MARK} the"),
    ),
    "task_status_show": (
        lambda s: {"entity_id": s.resource, "task_type": "xloader", "key": "xloader"},
    ),
    "term_translation_show": (_with(terms="x"),),
    "user_autocomplete": (_query("a"),),
    "user_show": (
        lambda s: {"id": s.office.officer, "include_datasets": True},
        lambda s: {"id": s.office.leader, "include_num_followers": True},
    ),
    "vocabulary_list": (_nothing,),
    "vocabulary_show": (lambda s: {"id": s.vocabulary},),
}


def read_actions() -> set[str]:
    """Return the names of all actions that declare that they only read."""
    tk.get_action("package_show")
    return {
        name
        for name, action in ckan.logic._actions.items()
        if getattr(action, "side_effect_free", False) and name not in LEFT
    }


def addresses(name: str, shown: Shown) -> Iterator[str]:
    """Yield where a stranger asks an action about a dataset."""
    for question in QUESTIONS[name]:
        yield f"/api/3/action/{name}?{urlencode(question(shown))}"
