"""Opening, reading, checking and discussing revisions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.logic import validate
from ckanext.sonla.approval import checking, schema, signals, steps, viewing
from ckanext.sonla.approval.callers import revision_or_404, sees
from ckanext.sonla.approval.comparison import diff
from ckanext.sonla.approval.comparison.tabling import Asked
from ckanext.sonla.approval.conversation import mails as notices
from ckanext.sonla.approval.conversation import points as conversation
from ckanext.sonla.approval.drafting import opening
from ckanext.sonla.approval.history import pages as history_pages
from ckanext.sonla.approval.model import Revision

if TYPE_CHECKING:
    from ckan.types import Context, DataDict


def user_id_of(context: Context) -> str | None:
    """Return the id of the account that calls."""
    user = model.User.get(context.get("user") or None)
    return user.id if user else None


@validate(schema.revision_open)
def sonla_revision_open(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Open a revision of a dataset: an update of a published one, as a rule.

    The officer then edits the package `package_id` with CKAN's own actions.

    :param dataset_id: the dataset's id or name
    :returns: the revision
    :raises ValidationError: one is open already; its id is in `revision`
    """
    tk.check_access("sonla_revision_open", context, data_dict)
    package = opening.dataset_or_404(data_dict["dataset_id"])
    revision = opening.open_for(package, user_id_of(context))
    model.Session.commit()
    signals.opened.send(revision.id)
    return viewing.shown(context, revision)


@tk.side_effect_free
@validate(schema.revision_id)
def sonla_revision_show(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Show a revision: whole to its agency, with offices for persons to strangers.

    :param id: the revision's id
    :returns: the revision; of a published one also its `number` among the dataset's
        versions, the `url` to cite, `changes` (a sentence), `files_kept_until`, and
        `files` with `kind` (file or table), `sha256`, `size`, `url` while it is kept
    """
    tk.check_access("sonla_revision_show", context, data_dict)
    revision = revision_or_404(data_dict["id"])
    insider = sees(context, revision)
    return viewing.shown(context, revision) | history_pages.told(
        revision, insider=insider
    )


@tk.side_effect_free
@validate(schema.revision_list)
def sonla_revision_list(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """List the revisions that the caller may see, the newest first.

    :param dataset_id: only those of this dataset, by id or name
    :param agency: only those of this agency, by id or name
    :param state: only those in this state, or in one of several
    :returns: `count` and `results`
    """
    tk.check_access("sonla_revision_list", context, data_dict)
    query = sa.select(Revision).where(viewing.visible_to(context))
    if "dataset_id" in data_dict:
        package = model.Package.get(data_dict["dataset_id"])
        query = query.where(
            Revision.dataset_id
            == (opening.dataset_of(package.id) if package else data_dict["dataset_id"])
        )
    if "agency" in data_dict:
        agency = model.Group.get(data_dict["agency"])
        query = query.where(
            Revision.agency_id == (agency.id if agency else data_dict["agency"])
        )
    if "state" in data_dict:
        query = query.where(Revision.state.in_(data_dict["state"]))
    count = model.Session.scalar(
        sa.select(sa.func.count()).select_from(query.subquery())
    )
    page = query.order_by(Revision.opened.desc(), Revision.id)
    page = page.limit(data_dict["limit"]).offset(data_dict["offset"])
    results = [viewing.shown(context, row) for row in model.Session.scalars(page)]
    return {"count": count, "results": results}


@tk.side_effect_free
@validate(schema.revision_check)
def sonla_revision_check(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Run every check on a revision as it stands, and change nothing.

    :param id: the revision's id
    :param outside: also run the checks that ask other machines; true by default
    :returns: `passes`, and `findings` with `key`, `sentence` and `link` each
    """
    tk.check_access("sonla_revision_check", context, data_dict)
    return checking.answer(
        revision_or_404(data_dict["id"]), outside=data_dict["outside"]
    )


@tk.side_effect_free
@validate(schema.revision_diff)
def sonla_revision_diff(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Compare a revision with what the public saw before it.

    :param id: the revision's id
    :param resource_id: list the rows of this resource's table that differ
    :param limit: how many rows, at most 1000
    :param offset: after how many rows
    :param change: only rows that are `added`, `removed` or `changed`
    :param column: only changed rows with another value in this column
    :returns: `dataset` (fields with `before` and `after`, raw and in words),
        `resources` (each with `change`, `fields`, `file`, `views`, `dictionary`,
        `columns`, and `table`: rows before and after, `counts` of added, removed and
        changed or None where they aren't known, `summary` by column), and with
        `resource_id` also `rows`: `count`, `key`, and `results` of `{change, key,
        before, after, columns}`, and of a draft `contents`: `features` of a map, `text`
        of a document
    """
    tk.check_access("sonla_revision_diff", context, data_dict)
    return diff.of(
        revision_or_404(data_dict["id"]),
        data_dict.get("resource_id"),
        Asked(
            data_dict["limit"],
            data_dict["offset"],
            data_dict.get("change"),
            data_dict.get("column"),
        ),
    )


@validate(schema.revision_comment)
def sonla_revision_comment(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Say something about a revision, for its agency's eyes.

    :param id: the revision's id
    :param text: what to say
    :param points: sentences, or `{text, resource_id?, table?, field?, row?, column?}`
    :param reply_to: the id of the comment or the point that this answers
    :returns: the comment
    """
    tk.check_access("sonla_revision_comment", context, data_dict)
    revision = steps.lock(data_dict["id"])
    author = user_id_of(context)
    comment = conversation.say(
        revision,
        author,
        data_dict["text"],
        data_dict.get("points"),
        data_dict.get("reply_to"),
    )
    for mail in notices.remark(revision, comment):
        notices.outbox.put(mail)
    steps.record(revision, "commented", author, comment=comment.id)
    model.Session.commit()
    signals.commented.send(revision.id)
    return conversation.one_shown(comment, revision, viewing.package_of(revision))
