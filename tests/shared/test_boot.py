from __future__ import annotations

import pytest

import ckan.plugins.toolkit as tk


@pytest.mark.usefixtures("with_plugins", "clean_db")
def test_the_portal_answers_its_status():
    assert tk.get_action("status_show")({}, {})["ckan_version"].startswith("2.12")
