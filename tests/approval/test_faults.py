"""The code lists by itself where a process can be made to die."""

from __future__ import annotations

import ast
import importlib
from pathlib import Path

import pytest

import ckanext.sonla
from ckanext.sonla.approval import faults
from tests.approval import crashes

pytestmark = pytest.mark.usefixtures("with_plugins")

SOURCE = Path(ckanext.sonla.__file__).parent


def called(name: str) -> dict[str, list[tuple[str, list[str]]]]:
    """Return the texts that a function is called with, by the file."""
    found: dict[str, list[tuple[str, list[str]]]] = {}
    for path in SOURCE.rglob("*.py"):
        if "faults" not in (text := path.read_text()):
            continue
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in (
                name,
                f"faults.{name}",
            ):
                texts = [ast.literal_eval(one) for one in node.args]
                found.setdefault(str(path), []).append((texts[0], texts[1:]))
    return found


def test_every_place_is_declared_in_the_module_that_comes_to_it_and_once_only():
    declared = {
        file: {place for _, places in calls for place in places}
        for file, calls in called("declare").items()
    }
    used = {
        file: [place for place, _ in calls] for file, calls in called("fault").items()
    }
    assert {file: set(places) for file, places in used.items()} == declared
    everywhere = [place for places in used.values() for place in places]
    assert len(everywhere) == len(set(everywhere))
    for file in declared:
        # What is seldom needed is loaded when it is.
        path = Path(file).relative_to(SOURCE).with_suffix("")
        importlib.import_module(".".join(["ckanext.sonla", *path.parts]))
    listed = {place for places in faults.declared().values() for place in places}
    assert listed == set(everywhere)


def test_a_place_that_nobody_declared_is_refused():
    with pytest.raises(LookupError):
        faults.fault("nowhere")


def test_a_name_belongs_to_one_operation():
    place = faults.declared()["submit"][0]
    with pytest.raises(ValueError, match=place):
        faults.declare("switch", place)


def test_a_process_survives_a_place_that_is_not_its_own():
    assert not crashes.killed_at("frozen", lambda: faults.fault("held"))
    assert crashes.killed_at("held", lambda: faults.fault("held"))
