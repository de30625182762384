"""A correction of a past period says why, in public."""

from __future__ import annotations

import pytest

from tests.factories import approval as make

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db")


def test_a_correction_of_a_past_period_needs_a_public_note(draft):
    draft.set("period", period="2026-08")
    draft.put("2026-08,A,33\n2026-08,B,4\n")
    refused = make.refusal(
        draft.office.officer, "sonla_revision_submit", id=draft.revision["id"]
    )
    assert (next(iter(refused)), refused["periods"]) == ("public_note", ["2026-08"])
    published = draft.publish(public_note="Đính chính số liệu tháng 8")
    stranger = make.act(None, "sonla_revision_show", id=published["id"])
    assert stranger["public_note"] == "Đính chính số liệu tháng 8"
    assert stranger["updates"] == [
        {
            "resource_id": draft.public,
            "mode": "period",
            "period": "2026-08",
            "note": None,
        }
    ]


def test_an_earlier_data_period_is_a_correction_and_a_later_one_is_not(draft):
    draft.put("2026-07,A,1\n")
    refused = make.refusal(
        draft.office.officer,
        "sonla_revision_submit",
        id=draft.revision["id"],
        data_period="2026-08",
    )
    assert refused["periods"] == ["2026-08"]
    draft.set("period", period="2026-10")
    draft.put("2026-10,A,6\n")
    assert draft.publish(data_period="2026-10")["public_note"] is None


def test_the_note_that_was_said_of_the_table_is_enough(draft):
    draft.set("period", period="2026-07", note="Nhập nhầm huyện B")
    draft.put("2026-07,A,1\n")
    assert draft.publish()["public_note"] == "Nhập nhầm huyện B"
