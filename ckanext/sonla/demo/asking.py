"""Feedback of the demonstration: sent as by a stranger's browser, then handled."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import altcha
import flask

import ckan.plugins.toolkit as tk

from .accounts import call
from .datasets import DatasetPath
from .history import Step, days_ago

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .facts import Entry

# Days from sending to each step of those who handle it.
_AFTER = {
    "assign": 0.2,
    "resume": 1,
    "pause": 2,
    "coordinate": 2,
    "answer_submit": 3,
    "reject": 3,
    "answer_approve": 4,
}


class AskedPath:
    """What somebody asks about an entry's dataset, and how far it was handled.

    Args:
        entry: what it is about.
        told: of the story: `kind`, `subject`, `text`, `days_ago`, `way`, and for some
            `answer`, `reason` or `agency`.
    """

    def __init__(self, entry: Entry, told: dict[str, Any]) -> None:
        self.dataset = DatasetPath(entry)
        self.told = told
        self.code: str | None = None

    def stages(self) -> Iterator[Step]:
        """Yield how it was sent and handled, as far as the story says."""
        sent = days_ago(self.told["days_ago"])
        name = f"{self.dataset.entry.code} feedback"
        yield Step(sent, f"{name} sent", self.send)
        for action, account, data in self._steps():
            yield Step(
                sent + timedelta(days=_AFTER[action]),
                f"{name} {action}",
                lambda action=action, account=account, data=data: self._go(
                    action, account, data
                ),
            )

    def send(self) -> None:
        """Send it as a stranger's browser does, unless it is there already."""
        known = call("sonla_feedback_list", self.dataset.officer, **self._about())
        if any(one.get("subject") == self.told["subject"] for one in known["results"]):
            return
        sent = {name: self.told[name] for name in ("kind", "subject", "text")}
        made = tk.get_action("sonla_feedback_create")(
            {"user": ""}, {**sent, **self._about(), "altcha": _proof()}
        )
        self.code = made["code"]

    def _go(self, action: str, account: str, data: dict[str, Any]) -> None:
        """Take a step of what this load has sent."""
        if self.code:
            call(f"sonla_feedback_{action}", account, code=self.code, **data)

    def _about(self) -> dict[str, Any]:
        if self.told.get("of_entry"):
            return {"entry": self.dataset.entry.code}
        return {"dataset_id": self.dataset.name}

    def _steps(self) -> list[tuple[str, str, dict[str, Any]]]:
        """Return the steps that lead where the story says, each by its account."""
        told, officer, leader = self.told, self.dataset.officer, self.dataset.leader
        begun: list[tuple[str, str, dict[str, Any]]] = [
            ("assign", officer, {}),
            ("resume", officer, {}),
        ]
        proposed = ("answer_submit", officer, {"text": told.get("answer", "")})
        declined = ("reject", officer, {"reason": told.get("reason")})
        asked = {"agency": told.get("agency"), "text": told.get("answer", "")}
        return {
            "received": [],
            "assigned": begun[:1],
            "in_progress": begun,
            "paused": [*begun, ("pause", officer, {"reason": told.get("answer", "")})],
            "coordinating": [*begun, ("coordinate", officer, asked)],
            "submitted": [*begun, proposed],
            "answered": [*begun, proposed, ("answer_approve", leader, {})],
            "rejected": [*begun, declined, ("answer_approve", leader, {})],
        }[told["way"]]


def _proof() -> str:
    """Return the proof of work that a browser makes before it sends."""
    client = flask.current_app.test_client()
    asked = altcha.Challenge.from_dict(client.get("/feedback/challenge").get_json())
    found = altcha.solve_challenge(asked)
    if found is None:
        raise RuntimeError("The challenge of the proof of work was not solved in time.")
    return altcha.Payload(asked, found).to_base64()
