"""`ckan sonla obligations`: looking, and freezing while the scheduler stands still."""

from __future__ import annotations

import pytest

from tests.factories import obligations as make
from tests.obligations.test_freezing import frozen
from tests.seal.commands import whole

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db")


def test_a_quarter_is_frozen_by_hand_once_and_never_before_its_end(app, cli):
    office = make.office(agency_kind="department")

    def run(*arguments):
        return cli.invoke(whole(app.flask_app), ["sonla", "obligations", *arguments])

    with make.at("2026-05-20 09:00"):
        make.entry(office)
    with make.at("2026-12-31 23:59"):
        early = run("freeze", "2026-Q4")
        assert early.exit_code == 1
        assert "not ended" in early.output
        for wrong in ("2026", "2026-Q5", "quý này"):
            refused = run("freeze", wrong)
            assert refused.exit_code == 2
            assert "2026-Q4" in refused.output
        assert frozen() == {}
    with make.at("2027-01-02 09:00"):
        assert "2026-Q4: frozen" in run("freeze", "2026-Q4").output
        assert "was frozen before" in run("freeze", "2026-Q4").output
        assert frozen() == {"2026-Q3": "missing"}
        told = run("show").output.splitlines()
    assert {"missing: 1", "due: 1", "not_yet_due: 1"} < set(told)
    assert "frozen 2026-Q4: as of 2026-12-31T17:00:00Z" in told
