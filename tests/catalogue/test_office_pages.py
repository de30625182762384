"""The operating office puts an annex in force through its pages, without a script."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import pytest

from ckan.tests import factories
from ckanext.sonla.shared import clock
from tests.catalogue.test_imports import HEADER, ROW, workbook

if TYPE_CHECKING:
    from tests.catalogue.conftest import People


def _token(name: str) -> dict[str, str]:
    return {"Authorization": factories.APIToken(user=name)["token"]}


@pytest.fixture
def tokens(people: People) -> dict[str, dict[str, str]]:
    """Headers that say who calls."""
    return {
        who: _token(getattr(people, who)) for who in ("operator", "leader", "officer")
    }


def test_an_annex_goes_from_a_file_into_force(app: Any, tokens: dict[str, Any]) -> None:
    operator, leader = {"headers": tokens["operator"]}, {"headers": tokens["leader"]}
    begun = app.post(
        "/catalogue/editions", data={"kind": "replacing"}, follow_redirects=False,
        **operator,
    )  # fmt: skip
    edition = begun.headers["Location"]
    assert "Begin an edition" in app.get("/catalogue/editions", **operator).body
    upload = (io.BytesIO(workbook([HEADER, ROW])), "phu-luc.xlsx")
    read = app.post(
        f"{edition}/import", data={"upload": upload}, follow_redirects=False, **operator
    )
    preview = app.get(read.headers["Location"], **operator)
    assert "YT-01" in preview.body
    confirmed = app.post(read.headers["Location"], **operator)
    assert "YT-01" in confirmed.body
    assert app.get("/catalogue/YT-01").status_code == 404
    app.post(f"{edition}/submit", **operator)
    assert "Number of the decision" in app.get(edition, **leader).body
    decision = {
        "decision_number": "782/QĐ-UBND",
        "decision_date": clock.today().isoformat(),
    }
    assert app.post(f"{edition}/approve", data=decision, **operator).status_code == 403
    app.post(f"{edition}/approve", data=decision, **leader)
    assert "Trạm y tế xã" in app.get("/catalogue/YT-01").body
    assert "782/QĐ-UBND" in app.get("/catalogue/editions").body


def test_others_are_kept_out_and_faults_are_told(
    app: Any, people: People, edition: dict[str, Any], tokens: dict[str, Any]
) -> None:
    page = f"/catalogue/edition/{edition['id']}"
    officer, operator = {"headers": tokens["officer"]}, {"headers": tokens["operator"]}
    assert app.get(page, **officer).status_code == 403
    assert app.post(f"{page}/submit", **officer).status_code == 403
    assert app.get("/catalogue/edition/none").status_code == 404
    assert app.get("/catalogue/import/none", **operator).status_code == 404
    assert app.post(f"{page}/import", **operator).status_code == 200
    empty = app.post(f"{page}/submit", **operator)
    assert "The edition changes nothing" in empty.body
    wrong = (io.BytesIO(workbook([HEADER, ROW[:5]])), "phu-luc.xlsx")
    told = app.post(f"{page}/import", data={"upload": wrong}, **operator)
    assert "Cơ quan chủ trì" in told.body
    assert "Bring into the edition" not in told.body
