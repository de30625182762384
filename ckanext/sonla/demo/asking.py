"""Feedback of the demonstration: sent as by a stranger's browser, then handled."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import altcha
import flask

import ckan.plugins.toolkit as tk

from .accounts import call
from .datasets import DatasetPath

if TYPE_CHECKING:
    from .facts import Entry


class AskedPath:
    """What somebody asks about an entry's dataset, and how far it was handled.

    Args:
        entry: what it is about.
        told: of the story: `kind`, `subject`, `text`, `way`, and for some `answer`,
            `reason` or `agency`.
    """

    def __init__(self, entry: Entry, told: dict[str, Any]) -> None:
        self.dataset = DatasetPath(entry)
        self.told = told

    def walk(self) -> None:
        """Send it, and bring it as far as the story says; twice does no harm."""
        known = call("sonla_feedback_list", self.dataset.officer, **self._about())
        if any(one.get("subject") == self.told["subject"] for one in known["results"]):
            return
        sent = {name: self.told[name] for name in ("kind", "subject", "text")}
        made = tk.get_action("sonla_feedback_create")(
            {"user": ""}, {**sent, **self._about(), "altcha": _proof()}
        )
        for action, account, data in self._steps():
            call(f"sonla_feedback_{action}", account, code=made["code"], **data)

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
