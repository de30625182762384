"""The write actions that are left alone, each with the reason.

They change no dataset content, or only reference data and derived values (names and
texts of agencies and domains, accounts, site texts, counters, followers), or they are
the way that the regulation gives.
"""

from __future__ import annotations

ACCOUNTS = "accounts and their tokens, not content"
FOLLOWERS = "followers may change"
REFERENCE = "names and texts of agencies and domains may change"
SITE = "site texts and settings, of which none is content"
DIARY = "CKAN's diary of people's doings; decisions are in the portal's own log"
QUEUE = "jobs and their queue; what a job writes meets the seal"
TRIES = "asks a source and keeps nothing"
HARVEST = "where a source is and its jobs; what a harvester writes meets the seal"
MAIL = "sends a mail or returns its text"
READS = "reads, although it isn't marked so"
WAY = "the way that article 8.3 gives"
OFFICE = "the operator's own, which the database asks for; public in the log"
SAYS = "says what the agency will do, and does nothing"
CATALOGUE = "the catalogue, by its own decisions"
RECORDS = "the operating office's records of what it found and did"
AGENCIES = "agencies and accounts, by their own decisions"
FEEDBACK = "what people sent in and what they are answered, no content of a dataset"
OWED = "what is owed and by when, which changes no content"
CALENDAR = "holidays, which move deadlines and no content"
ANOTHER = "makes another dataset, which stays private until it is approved"
UNUSED = "what no dataset uses yet"
NO_ACTION = (
    "an auth function, which ckanext-harvest offers as an action when loaded twice"
)

ALLOWED: dict[str, str] = {
    "InactiveSource": READS,
    "activity_create": DIARY,
    "activity_delete": DIARY,
    "activity_delete_all": DIARY,
    "activity_delete_counts": DIARY,
    "api_token_create": ACCOUNTS,
    "api_token_revoke": ACCOUNTS,
    "auth_allow_anonymous_access": NO_ACTION,
    "config_option_update": SITE,
    "dashboard_mark_activities_old": DIARY,
    "dcat_dataset_show": READS,
    "follow_dataset": FOLLOWERS,
    "follow_group": FOLLOWERS,
    "follow_user": FOLLOWERS,
    "get_mail_extra_vars": READS,
    "group_member_create": ACCOUNTS,
    "group_member_delete": ACCOUNTS,
    "harvest_abort_failed_jobs": HARVEST,
    "harvest_get_notifications_recipients": READS,
    "harvest_job_abort": HARVEST,
    "harvest_job_create": HARVEST,
    "harvest_job_create_all": HARVEST,
    "harvest_jobs_run": HARVEST,
    "harvest_objects_import": HARVEST,
    "harvest_send_job_to_gather_queue": HARVEST,
    "harvest_object_create": "makes no current object; only the current one is shown",
    "harvest_source_create": HARVEST,
    "harvest_source_delete": HARVEST,
    "harvest_source_patch": HARVEST,
    "harvest_source_update": HARVEST,
    "harvest_sources_clear": NO_ACTION,
    "harvest_sources_job_history_clear": HARVEST,
    "job_cancel": QUEUE,
    "job_clear": QUEUE,
    "organization_create": REFERENCE,
    "organization_member_create": ACCOUNTS,
    "organization_member_delete": ACCOUNTS,
    "organization_patch": REFERENCE,
    "organization_update": REFERENCE,
    "package_create": ANOTHER,
    "prepare_error_mail": MAIL,
    "prepare_summary_mail": MAIL,
    "send_email_notifications": MAIL,
    "send_error_email": MAIL,
    "send_mail": MAIL,
    "send_summary_email": MAIL,
    "sonla_harvest_approve": WAY,
    "sonla_harvest_preview": TRIES,
    "sonla_harvest_revoke": WAY,
    "sonla_harvest_test": TRIES,
    "sonla_table_infer": READS,
    "sonla_table_try": READS,
    "tag_create": UNUSED,
    "term_translation_update": SITE,
    "term_translation_update_many": SITE,
    "unfollow_dataset": FOLLOWERS,
    "unfollow_group": FOLLOWERS,
    "unfollow_user": FOLLOWERS,
    "user_create": ACCOUNTS,
    "user_delete": ACCOUNTS,
    "user_invite": ACCOUNTS,
    "user_patch": ACCOUNTS,
    "user_update": ACCOUNTS,
    "vocabulary_create": UNUSED,
    "vocabulary_delete": "CKAN's foreign key refuses while it has any tag",
    "sonla_intake_spread": "adds files by `resource_create`, which meets the seal",
    "sonla_account_hand_over": AGENCIES,
    "sonla_account_invite": AGENCIES,
    "sonla_account_restore": AGENCIES,
    "sonla_account_suspend": AGENCIES,
    "sonla_agency_import": AGENCIES,
    "sonla_agency_import_confirm": AGENCIES,
    "sonla_agency_provision": AGENCIES,
    "sonla_calendar_set": CALENDAR,
    "sonla_calendar_unset": CALENDAR,
    "sonla_change_declare": OWED,
    "sonla_delegation_create": AGENCIES,
    "sonla_delegation_revoke": AGENCIES,
    "sonla_edition_approve": CATALOGUE,
    "sonla_edition_create": CATALOGUE,
    "sonla_edition_import": CATALOGUE,
    "sonla_edition_import_confirm": CATALOGUE,
    "sonla_edition_rebase": CATALOGUE,
    "sonla_edition_reject": CATALOGUE,
    "sonla_edition_submit": CATALOGUE,
    "sonla_entry_create": CATALOGUE,
    "sonla_entry_request_accept": CATALOGUE,
    "sonla_entry_request_create": CATALOGUE,
    "sonla_entry_request_decline": CATALOGUE,
    "sonla_entry_request_submit": CATALOGUE,
    "sonla_entry_request_update": CATALOGUE,
    "sonla_entry_retire": CATALOGUE,
    "sonla_entry_update": CATALOGUE,
    "sonla_feedback_answer_approve": FEEDBACK,
    "sonla_feedback_answer_return": FEEDBACK,
    "sonla_feedback_answer_submit": FEEDBACK,
    "sonla_feedback_assign": FEEDBACK,
    "sonla_feedback_confirm": FEEDBACK,
    "sonla_feedback_contribute": FEEDBACK,
    "sonla_feedback_coordinate": FEEDBACK,
    "sonla_feedback_create": FEEDBACK,
    "sonla_feedback_erase": FEEDBACK,
    "sonla_feedback_forward": FEEDBACK,
    "sonla_feedback_moderate": FEEDBACK,
    "sonla_feedback_note": FEEDBACK,
    "sonla_feedback_pause": FEEDBACK,
    "sonla_feedback_reject": FEEDBACK,
    "sonla_feedback_reopen": FEEDBACK,
    "sonla_feedback_resume": FEEDBACK,
    "sonla_feedback_support": FEEDBACK,
    "sonla_feedback_support_confirm": FEEDBACK,
    "sonla_feedback_text_withdraw": FEEDBACK,
    "sonla_feedback_saved_answer_create": FEEDBACK,
    "sonla_feedback_saved_answer_delete": FEEDBACK,
    "sonla_inspection_answer": RECORDS,
    "sonla_inspection_create": RECORDS,
    "sonla_task_close": RECORDS,
    "sonla_deadline_feed_end": ACCOUNTS,
    "sonla_deadline_feed_renew": ACCOUNTS,
    "sonla_dataset_restore": OFFICE,
    "sonla_dataset_retire": WAY,
    "sonla_dataset_take_down": OFFICE,
    "sonla_no_change_confirm": WAY,
    "sonla_notice_preference_update": ACCOUNTS,
    "sonla_obligation_excuse": OWED,
    "sonla_obligation_excuse_withdraw": OWED,
    "sonla_obligation_remind": MAIL,
    "sonla_outbox_resend": MAIL,
    "sonla_review_round_answer": CATALOGUE,
    "sonla_review_round_answer_approve": CATALOGUE,
    "sonla_review_round_answer_return": CATALOGUE,
    "sonla_review_round_close": CATALOGUE,
    "sonla_review_round_collect": CATALOGUE,
    "sonla_review_round_open": CATALOGUE,
    "sonla_review_round_remind": CATALOGUE,
    "sonla_revision_approve": WAY,
    "sonla_revision_approve_several": WAY,
    "sonla_revision_approve_standing": WAY,
    "sonla_revision_comment": WAY,
    "sonla_revision_discard": WAY,
    "sonla_revision_erase": OFFICE,
    "sonla_revision_mark_read": "notes who opened a review, no content",
    "sonla_revision_open": WAY,
    "sonla_revision_return": WAY,
    "sonla_revision_submit": WAY,
    "sonla_revision_table_set": WAY,
    "sonla_revision_withdraw": WAY,
    "sonla_take_down_answer": SAYS,
}
