# A test that meets None instead of an object fails by itself.
# pyright: reportOptionalMemberAccess=false, reportArgumentType=false
# pyright: reportOperatorIssue=false, reportGeneralTypeIssues=false
"""What somebody can try on the walk's dataset: each step is a method of its name."""

from __future__ import annotations

import datetime as dt
from typing import Any

from freezegun import freeze_time

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.sonla.approval import datastore
from ckanext.sonla.approval.model import Revision, published_of
from ckanext.sonla.approval.publishing import recovery
from ckanext.sonla.shared import clock
from tests.factories import approval as make

SOON = dt.timedelta(hours=1)
# Content that bears a number everywhere: title, file and table.
Mark = int | None

_APPROVED = ("approve", "schedule")
# The transitions of the states' table that a step asks for.
MAKES = {
    "submit": ("submit",),
    "submit_for_later": ("submit",),
    "withdraw": ("withdraw",),
    "discard": ("discard",),
    "give_back": ("return",),
    "approve": _APPROVED,
    "approve_what_was_read": _APPROVED,
    "approve_in_the_way": _APPROVED,
}
_OFFICER, _LEADER, _OPERATOR = ("officer",), ("leader", "delegate"), ("operator",)
# Who may make a step, the usual one first; everybody else is refused it.
MAY = {
    **dict.fromkeys(
        ("edit", "open", "submit", "submit_for_later", "withdraw", "discard"), _OFFICER
    ),
    **dict.fromkeys(("want_alias", "no_change", "retire"), _OFFICER),
    **dict.fromkeys(("give_back", *(s for s, t in MAKES.items() if t == _APPROVED)),
                    _LEADER),
    **dict.fromkeys(("take_down", "restore"), _OPERATOR),
}  # fmt: skip
# Reading, and the tick: whoever comes.
ANYBODY = ("look", "wait")


class Steps:
    """The steps; each takes the account's name and the newest revision."""

    office: make.Office
    dataset_id: str
    number: int
    said: dict[str, Mark]
    drafted: dict[str, Mark]
    read: str | None

    def begin(self) -> None:
        """Draft a dataset."""
        revision = make.draft(self.office, "yearly", file=b"%PDF-1.4 0", title="So 0")
        self.dataset_id = revision["dataset_id"]
        self._table(revision["package_id"], 0)
        self.drafted[revision["package_id"]] = 0
        self.events = 0

    def edit(self, user: str, revision: Revision) -> None:
        """Give title, file and table a new number, all three."""
        self.number += 1
        package_id = revision.package_id
        make.act(user, "package_patch", id=package_id, title=f"So {self.number}")
        resource = make.show(package_id)["resources"][0]
        person = make.Office(self.office.id, self.office.name, user, "")
        content = b"%%PDF-1.4 %d" % self.number
        make.upload(person, package_id, content, id=resource["id"])
        self._table(package_id, self.number, person)
        self.drafted[package_id] = self.number

    def open(self, user: str, revision: Revision) -> None:  # noqa: ARG002 - all take both
        """Open an update, or begin anew where the dataset is gone."""
        package = model.Package.get(self.dataset_id)
        if package is None or package.state != "active":
            self.begin()
            return
        answer = make.act(user, "sonla_revision_open", dataset_id=self.dataset_id)
        public = published_of(self.dataset_id)
        self.drafted.setdefault(
            answer["package_id"], self.said[public.digest] if public else None
        )

    def submit(self, user: str, revision: Revision) -> None:
        """Submit, to be published at once."""
        self._submit(user, revision)

    def submit_for_later(self, user: str, revision: Revision) -> None:
        """Submit with an embargo."""
        self._submit(user, revision, publish_at=clock.iso_z(clock.now() + SOON))

    def _submit(self, user: str, revision: Revision, **more: Any) -> None:
        if revision.data_period is None:
            more["data_period"] = "2026"
        # What needs a reason gets one: the checks are not what is tried here.
        reasons = {}
        for _ in range(2):
            try:
                make.act(
                    user,
                    "sonla_revision_submit",
                    id=revision.id,
                    reasons=reasons,
                    **more,
                )
                break
            except tk.ValidationError as error:
                missing = error.error_dict.get("missing")
                if reasons or not missing:
                    raise
                model.Session.rollback()
                reasons = {one["key"]: "Đúng như vậy" for one in missing}
        self._learn(revision)

    def _learn(self, revision: Revision) -> None:
        """Remember what the digest stands for that a submit made."""
        now = model.Session.get(Revision, revision.id, populate_existing=True)
        if now.digest and now.digest not in self.said:
            self.said[now.digest] = self.drafted.get(now.package_id)

    def look(self, user: str, revision: Revision) -> None:
        """Read, in a window that may stay open while others go on."""
        shown = make.act(user, "sonla_revision_show", id=revision.id)
        self.read = shown["digest"]

    def approve(self, user: str, revision: Revision) -> None:
        """Approve what stands there now."""
        self._approve(user, revision, revision.digest)

    def want_alias(self, user: str, revision: Revision) -> None:
        """Let the draft's table have another name beside its own."""
        resource = make.show(revision.package_id)["resources"][0]["id"]
        make.act(
            user,
            "datastore_create",
            resource_id=resource,
            aliases=[self._alias()],
            force=True,
        )

    def approve_in_the_way(self, user: str, revision: Revision) -> None:
        """Approve while somebody with the database's administration is in the way."""
        name = f'public."{self._alias()}"'
        with datastore.owning() as cursor:
            cursor.execute(f"CREATE TABLE {name} ()")
        try:
            self._approve(user, revision, revision.digest)
        finally:
            with datastore.owning() as cursor:
                cursor.execute(f"DROP TABLE {name}")

    def _alias(self) -> str:
        return f"ten-{self.dataset_id[:8]}-{self.number}"

    def approve_what_was_read(self, user: str, revision: Revision) -> None:
        """Approve in the window that was opened earlier."""
        self._approve(user, revision, self.read)
        assert self.read == revision.digest

    def _approve(self, user: str, revision: Revision, name: str | None) -> None:
        make.act(user, "sonla_revision_approve", id=revision.id, digest=name or "0")

    def _step(self, name: str, user: str, revision: Revision, **more: Any) -> None:
        make.act(user, f"sonla_revision_{name}", id=revision.id, **more)

    def withdraw(self, user: str, revision: Revision) -> None:
        """Take it back."""
        self._step("withdraw", user, revision)

    def give_back(self, user: str, revision: Revision) -> None:
        """Return it with directions."""
        self._step("return", user, revision, comment="Bổ sung")

    def discard(self, user: str, revision: Revision) -> None:
        """Give it up."""
        self._step("discard", user, revision)

    def no_change(self, user: str, revision: Revision) -> None:  # noqa: ARG002 - all take both
        """Declare that the data still holds."""
        public = published_of(self.dataset_id)
        self.number += 1
        answer = make.act(
            user, "sonla_no_change_confirm", dataset_id=self.dataset_id,
            data_period=str(2030 + self.number),
        )  # fmt: skip
        self.said[answer["digest"]] = self.said[public.digest]
        self.drafted[answer["package_id"]] = self.said[public.digest]

    def retire(self, user: str, revision: Revision) -> None:  # noqa: ARG002 - all take both
        """Declare that the agency no longer provides the data."""
        answer = make.act(
            user, "sonla_dataset_retire", dataset_id=self.dataset_id, reason="Hết nguồn"
        )
        self.said[answer["digest"]] = None

    def take_down(self, user: str, revision: Revision) -> None:  # noqa: ARG002 - all take both
        """Take the dataset down."""
        make.act(
            user, "sonla_dataset_take_down", dataset_id=self.dataset_id, reason="Lộ số"
        )

    def restore(self, user: str, revision: Revision) -> None:  # noqa: ARG002 - all take both
        """Give the public back what was approved."""
        make.act(
            user, "sonla_dataset_restore", dataset_id=self.dataset_id, reason="Đã xem"
        )

    def wait(self, user: str, revision: Revision) -> None:  # noqa: ARG002 - all take both
        """Let the embargo's time come, and the tick."""
        with freeze_time(clock.now() + 2 * SOON):
            recovery.publish_scheduled()
        recovery.resolve_leftovers()

    def _table(
        self, package_id: str, number: int, person: make.Office | None = None
    ) -> None:
        resource = make.show(package_id)["resources"][0]["id"]
        rows = [{"ma": key, "so": number} for key in "AB"]
        make.table(person or self.office, resource, rows)
