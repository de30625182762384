"""The operating office, and proofs that a test solves in a moment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from ckan import model
from ckanext.sonla.feedback.sending import short_memory
from ckanext.sonla.shared import policy
from tests.factories import approval, catalogue

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.factories.approval import Office


@pytest.fixture(autouse=True)
def cheap_proofs(ckan_config: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a proof cost a machine milliseconds instead of seconds."""
    monkeypatch.setitem(ckan_config, "sonla.policy.feedback_proof_cost", 1)
    monkeypatch.setitem(ckan_config, "sonla.policy.feedback_proof_numbers", 20)


@pytest.fixture(autouse=True)
def nothing_remembered() -> Iterator[None]:
    """What other tests sent today is not counted, and no refusal is left over."""
    short_memory._redis().flushdb()
    yield
    model.Session.rollback()


@pytest.fixture
def center() -> dict[str, Any]:
    """The operating office."""
    return catalogue.agency(name=policy.text("operating_office"))


@pytest.fixture
def operator(center: dict[str, Any]) -> str:
    """The name of an operator's account."""
    return approval.appoint(center["id"], "operator")


@pytest.fixture
def office() -> Office:
    """An agency with its two accounts."""
    return approval.office()
