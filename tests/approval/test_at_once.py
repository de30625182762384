"""Two at once: one decision wins, and no reader sees a mixture."""

from __future__ import annotations

import threading
from contextvars import copy_context
from typing import TYPE_CHECKING

import pytest

import ckan.plugins.toolkit as tk
from ckan import model
from tests.factories import approval as make

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db")


def at_once(*calls: Callable[[], object]) -> list[str]:
    """Make calls in threads of their own, with connections of their own."""
    model.Session.remove()
    gate = threading.Barrier(len(calls))
    outcomes: list[str] = ["?"] * len(calls)

    def run(number: int) -> None:
        gate.wait()
        try:
            calls[number]()
            outcomes[number] = "200"
        except tk.ValidationError:
            outcomes[number] = "409"
        except tk.NotAuthorized:
            outcomes[number] = "403"
        finally:
            model.Session.remove()

    threads = [
        # With the configuration of here, which a new thread doesn't know.
        threading.Thread(target=copy_context().run, args=[run, number])
        for number in range(len(calls))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(outcomes)


def test_approving_twice_at_once_wins_once():
    office = make.office()
    revision = make.submit(office, make.draft(office))
    approve = lambda: make.approve(office, revision)  # noqa: E731
    assert at_once(approve, approve) == ["200", "409"]
    shown = make.act(None, "sonla_revision_show", id=revision["id"])
    assert shown["state"] == "published"


def test_withdrawing_and_approving_at_once_has_one_winner():
    office = make.office()
    revision = make.submit(office, make.draft(office))
    outcomes = at_once(
        lambda: make.approve(office, revision),
        lambda: make.act(office.officer, "sonla_revision_withdraw", id=revision["id"]),
    )
    assert outcomes == ["200", "409"]
    state = make.act(office.officer, "sonla_revision_show", id=revision["id"])["state"]
    public = not make.show(revision["dataset_id"])["private"]
    assert (state, public) in (("published", True), ("withdrawn", False))


def test_opening_twice_at_once_opens_one():
    office = make.office()
    dataset_id = make.published(office)["dataset_id"]
    open_it = lambda: make.act(  # noqa: E731
        office.officer, "sonla_revision_open", dataset_id=dataset_id
    )
    assert at_once(open_it, open_it) == ["200", "409"]


def test_a_reader_who_polls_sees_the_old_rows_or_the_new_never_a_mixture():
    office = make.office()
    revision = make.draft(office)
    resource = make.show(revision["package_id"])["resources"][0]["id"]
    make.table(office, resource, [{"ma": str(n), "so": 1} for n in range(50)])
    dataset_id = make.approve(office, make.submit(office, revision))["dataset_id"]
    update = make.act(office.officer, "sonla_revision_open", dataset_id=dataset_id)
    working = make.show(update["package_id"])["resources"][0]["id"]
    make.upload(office, update["package_id"], b"%PDF-1.4 moi", id=working)
    make.table(office, working, [{"ma": str(n), "so": 2} for n in range(70)])
    update = make.submit(office, update)
    seen: set[tuple[int, int, int]] = set()
    done = threading.Event()

    def poll() -> None:
        while not done.is_set():
            found = make.act(None, "datastore_search", resource_id=resource, limit=100)
            values = {row["so"] for row in found["records"]}
            assert len(values) == 1
            seen.add((found["total"], len(found["records"]), values.pop()))

    def approve() -> None:
        try:
            make.approve(office, update)
        finally:
            # A look at the new state, too.
            threading.Event().wait(0.5)
            done.set()

    assert at_once(poll, approve) == ["200", "200"]
    assert seen == {(50, 50, 1), (70, 70, 2)}
