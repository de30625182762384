"""The page of faults says what the tests hold the portal to, and nothing else."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import pytest

import ckanext.sonla
from ckanext.sonla.harvesting import problems
from ckanext.sonla.harvesting.runs import ending
from ckanext.sonla.harvesting.runs import problems as of_runs
from ckanext.sonla.harvesting.standing import deciding
from deploy.local.folders import ROOT

from .fault import PAGES, Fault

PAGE = ROOT / "docs" / "harvesting-faults.md"
HERE = Path(__file__).parent
CODE = Path(ckanext.sonla.__file__).parent
SENTENCES = {**deciding.SENTENCES, **of_runs.SENTENCES, **problems.SENTENCES}
COLUMNS = 5


def rows() -> dict[str, list[str]]:
    """Return the page's rows: fault → where, code, sentence, what is kept."""
    found: dict[str, list[str]] = {}
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) != COLUMNS or cells[0] in {"Fault", "---"}:
            continue
        assert cells[0] not in found, cells[0]
        found[cells[0]] = cells[1:]
    return found


def tested() -> dict[str, Fault]:
    """Return the faults of all modules of this folder."""
    found: dict[str, Fault] = {}
    for path in sorted(HERE.glob("test_*.py")):
        module: Any = importlib.import_module(f"{__package__}.{path.stem}")
        faults = getattr(module, "FAULTS", {})
        assert not set(found) & set(faults), path
        found |= faults
    return found


def test_every_fault_of_the_page_has_a_test_and_every_test_its_line():
    assert set(rows()) == set(tested())


@pytest.mark.parametrize("name", tested())
def test_a_line_says_what_is_so(name: str):
    where, code, sentence, kept = rows()[name]
    fault = tested()[name]
    assert code == (f"`{fault.code}`" if fault.code else "")
    assert sentence == SENTENCES.get(fault.code, sentence)
    assert kept.lower() == fault.kept
    file = CODE / where.strip("`")
    assert file.is_file(), where
    if fault.code in problems.SENTENCES:
        assert (fault.kept == PAGES) is (fault.code in ending.OUTAGES)
        assert f'"{fault.code}"' in file.read_text(encoding="utf-8")
