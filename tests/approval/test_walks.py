"""Random walks of two agencies through the approval never leave its table."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.sonla.approval import states
from tests.factories import approval as make

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db")

STEPS = ("submit", "withdraw", "return", "approve", "discard", "open", "edit")
MOVE = st.tuples(
    st.sampled_from(STEPS),
    st.sampled_from((0, 1)),
    st.sampled_from(("officer", "leader")),
)


class Walk:
    """Two agencies, a dataset of each, and what must hold after every move."""

    def __init__(self) -> None:
        self.offices = [make.office(), make.office()]
        self.revisions = [make.draft(office) for office in self.offices]
        self.public: dict[str, str] = {}

    def move(self, step: str, whose: int, office: int, role: str) -> None:
        """Let somebody try a step on a dataset, and check what came of it."""
        before = self._now(whose)
        user = getattr(self.offices[office], role)
        try:
            self._try(step, user, before)
        except tk.NotAuthorized:
            model.Session.rollback()
            outcome = "403"
        except tk.ValidationError:
            model.Session.rollback()
            outcome = "409"
        else:
            outcome = "200"
        after = self._now(whose)
        self._check((step, office == whose, role, outcome), before, after)

    def _try(self, step: str, user: str, revision) -> None:
        if step == "open":
            make.act(user, "sonla_revision_open", dataset_id=revision["dataset_id"])
        elif step == "edit":
            title = f"{revision['version']}"
            make.act(user, "package_patch", id=revision["package_id"], title=title)
        else:
            more = {
                "return": {"comment": "Bổ sung"},
                "approve": {"digest": revision["digest"] or "0"},
            }
            make.act(
                user, f"sonla_revision_{step}", id=revision["id"], **more.get(step, {})
            )

    def _now(self, whose: int):
        dataset_id = self.revisions[whose]["dataset_id"]
        return make.act(
            self.offices[whose].officer, "sonla_revision_list", dataset_id=dataset_id
        )["results"][0]

    def _check(self, tried, before, after) -> None:
        step, own, role, outcome = tried
        told = (*tried, before["state"], after["state"])
        if outcome != "200":
            assert (after["id"], after["state"]) == (before["id"], before["state"]), (
                told
            )
        elif step in states.BY_NAME:
            transition = states.BY_NAME[step]
            assert own, told
            assert transition.role == role, told
            assert transition.starts_at(before["state"]), told
        else:
            assert own, told
            assert role == "officer", told
        published = [
            one
            for one in make.act(
                None, "sonla_revision_list", dataset_id=before["dataset_id"]
            )["results"]
            if one["state"] == "published"
        ]
        package = make.show(before["dataset_id"])
        assert package["private"] is (not published), told
        assert len(published) <= 1, told
        if published:
            self._stands_still(published[0], package["title"], told)

    def _stands_still(self, published, title: str, told) -> None:
        """What the public sees changes with the published revision only."""
        assert self.public.setdefault(published["id"], title) == title, told


@settings(
    max_examples=3,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(
    moves=st.lists(st.tuples(MOVE, st.sampled_from((0, 1))), min_size=8, max_size=14)
)
def test_every_walk_keeps_the_rules(moves):
    """Eight moves that end in an update, after any others."""
    walk = Walk()
    for (step, office, role), whose in moves:
        walk.move(step, whose, office, role)
    # A path that every walk takes, so that random refusals aren't all there is.
    path = (("edit", "officer"), ("submit", "officer"), ("approve", "leader"),
            ("edit", "officer"), ("open", "officer"), ("edit", "officer"),
            ("submit", "officer"), ("approve", "leader"))  # fmt: skip
    for step, role in path:
        walk.move(step, 0, 0, role)
