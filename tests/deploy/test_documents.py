"""The documents speak of what is there."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from deploy.local.folders import ROOT

if TYPE_CHECKING:
    from pathlib import Path

DOCUMENTS = [*sorted((ROOT / "docs").glob("*.md")), ROOT / "README.md"]


def _names(file: str) -> list[str]:
    lines = (ROOT / file).read_text(encoding="utf-8").splitlines()
    found = [re.match(r"[A-Za-z][\w-]*", line) for line in lines]
    return [match[0] for match in found if match]


@pytest.mark.parametrize(
    "name", _names("requirements.in") + _names("dev-requirements.in")
)
def test_every_direct_dependency_has_its_reason(name: str):
    page = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    assert re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", page), name


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_no_link_leads_nowhere(document: Path):
    text = document.read_text(encoding="utf-8")
    for target in re.findall(r"\]\((?!https?:|#)([^)#]+)[^)]*\)", text):
        assert (document.parent / target).exists(), target


def test_every_command_of_the_makefile_is_explained():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    phony = re.search(r"^\.PHONY: ((?:.*\\\n)*.*)$", makefile, re.MULTILINE)
    assert phony is not None
    commands = phony[1].replace("\\", " ").split()
    explained = re.findall(r"^([a-z0-9-]+):.*## .", makefile, re.MULTILINE)
    assert sorted(commands) == sorted(explained)
