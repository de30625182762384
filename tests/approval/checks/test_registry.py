"""Every check says its name, and a check that fails blocks."""

from __future__ import annotations

from typing import ClassVar

import pytest
import sqlalchemy as sa

import ckan.plugins.toolkit as tk
from ckanext.sonla.shared import checks
from ckanext.sonla.shared.language import speaking
from tests.factories import approval as make

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db")


@pytest.mark.usefixtures("with_request_context")
def test_every_check_says_its_name_and_its_sentences_in_both_languages():
    for check in checks.registered():
        for name, rule in check.rules.items():
            assert rule.severity in checks.SEVERITIES
            with speaking("vi"):
                assert tk._(check.title) != check.title
                if rule.plural:
                    said = tk.ungettext(rule.message, rule.plural, 2)
                else:
                    said = tk._(rule.message)
            assert said not in (rule.message, rule.plural), name


def test_sentences_have_their_plural():
    rule = {"rule": "r", "message": "{count} row", "plural": "{count} rows"}
    assert checks.sentence({**rule, "count": 1}) == "1 row"
    assert checks.sentence({**rule, "count": 2}) == "2 rows"


class Crashing(checks.Check):
    """Fails as a bug would: in SQL, in the caller's transaction."""

    name = "tests.crash"
    title = "Crashing"
    rules: ClassVar[dict[str, checks.Rule]] = {}

    def run(self, package):  # noqa: ARG002 - as every check's
        from ckan import model

        model.Session.execute(sa.text("SELECT 1 / 0"))
        return []


def test_a_check_that_fails_blocks_and_is_no_error_of_the_page(monkeypatch):
    monkeypatch.setitem(checks._checks, Crashing.name, Crashing())
    office = make.office()
    revision = make.draft(office)
    refused = make.refusal(office.officer, "sonla_revision_submit", id=revision["id"])
    (failed,) = [one for one in refused["findings"] if one["severity"] == "blocks"]
    assert failed["rule"] == checks.NOT_RUN
    assert "Crashing" in failed["sentence"]
    again = make.act(office.officer, "sonla_revision_show", id=revision["id"])
    assert again["state"] == "draft"
