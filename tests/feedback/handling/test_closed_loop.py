"""Data that was mended ends the feedback about it, and names the version."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.sonla.feedback.model import Answer
from ckanext.sonla.shared import tick
from ckanext.sonla.shared.mail import OutboxMail
from tests.factories import approval
from tests.factories import feedback as make
from tests.obligations.callers import page

if TYPE_CHECKING:
    from .conftest import People


def offered() -> list[str]:
    """Return the texts of the notices that data was published."""
    query = sa.select(OutboxMail.text).where(OutboxMail.event == "feedback.offered")
    return list(model.Session.scalars(query))


def test_publishing_offers_what_it_may_resolve_and_the_answer_names_it(
    app: Any, people: People
) -> None:
    of = people.health
    office = approval.Office(of["id"], of["name"], people.officer, people.leader)
    assert tick.run("feedback.follow") == "done"
    revision = approval.published(office)
    dataset, name = revision["dataset_id"], revision["id"]
    code = make.received(of["id"], dataset_id=dataset).code
    foreign = make.received(of["id"], dataset_id="khac").code
    elsewhere = make.received(people.home["id"], dataset_id=dataset).code
    for _ in range(2):
        assert tick.run("feedback.follow") == "done"
    assert sorted(code in text for text in offered()) == [False, True]
    assert not any(foreign in text for text in offered())

    reviewed = page(app, people.officer, f"/revision/{name}")
    way = reviewed.select_one(f'a[href*="/feedback/{code}/handle?revision={name}"]')
    assert way is not None
    asked = page(app, people.officer, way["href"])
    assert asked.select_one(f'option[value="{name}"][selected]')
    shown = page(app, people.officer, f"/dataset/{dataset}")
    assert shown.find(id="head-feedback-open")
    assert code in str(shown)
    assert elsewhere not in str(shown)
    for who in (None, people.stranger):
        assert code not in str(page(app, who, f"/dataset/{dataset}"))

    with pytest.raises(tk.ValidationError, match="another dataset"):
        people.do("officer", "answer_submit", foreign, text="Sửa", revision=name)
    with pytest.raises(tk.ValidationError, match="no such published"):
        people.do("officer", "answer_submit", code, text="Sửa", revision="khong-co")
    people.do("officer", "answer_submit", code, text="Đã sửa", revision=name)
    people.do("leader", "answer_approve", code)
    [cited] = model.Session.scalars(sa.select(Answer.revision_id))
    assert cited == name
