"""No input makes an action fail: what makes no sense is refused in words."""

from __future__ import annotations

import re
import traceback
from typing import TYPE_CHECKING, Any

import pytest

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.lib.navl.dictization_functions import DataError
from ckan.logic import _actions

if TYPE_CHECKING:
    from ckan.types import Context

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db")

JUNK: tuple[Any, ...] = (
    None, "", [], {}, [1, {}], {"a": "b"}, ["a"], -1, 10**30, 1.5, True,
    "x" * 70_000, "😀\u202e", "../../etc/passwd", "%", "' OR 1=1 --",
    "2026-13-45", "9999-12-31", "0001-01-01", "2026-Q5", "10000-Q1",
)  # fmt: skip
# The last one is CKAN's own, for a list that is none: the API answers it with 400.
REFUSALS = (tk.ValidationError, tk.ObjectNotFound, tk.NotAuthorized, DataError)


def ours() -> dict[str, list[str]]:
    """Return the parameters that each of our actions documents."""
    tk.get_action("status_show")
    return {
        name: re.findall(r":param (\w+)", action.__doc__ or "")
        for name, action in _actions.items()
        if name.startswith("sonla_")
    }


def together(parameters: list[str]) -> list[dict[str, Any]]:
    """Return junk in all parameters at once."""
    return [{}, *(dict.fromkeys(parameters, junk) for junk in JUNK)]


def one_by_one(parameters: list[str]) -> list[dict[str, Any]]:
    """Return junk in one parameter after the other."""
    return [{name: junk} for name in parameters for junk in JUNK]


def failure(name: str, context: Context, given: dict[str, Any]) -> str | None:
    """Call an action with junk; return the last line of what it failed with."""
    try:
        tk.get_action(name)(context.copy(), dict(given))
    except REFUSALS:
        return None
    except Exception:
        return traceback.format_exc().strip().splitlines()[-1]
    finally:
        model.Session.rollback()
    return None


@pytest.mark.parametrize(
    ("ignore_auth", "attempts"),
    [(False, together), (True, together), (True, one_by_one)],
)
def test_no_input_makes_an_action_of_ours_fail(agency_staff, ignore_auth, attempts):
    context: Context = {"user": agency_staff["operator"], "ignore_auth": ignore_auth}
    failed = {}
    for name, parameters in sorted(ours().items()):
        for given in attempts(parameters):
            found = failure(name, context, given)
            if found:
                field = next(iter(given), "")
                failed[f"{name} {field}: {found[:120]}"] = repr(given)[:120]
    assert not failed, "\n".join(f"{key} <- {one}" for key, one in failed.items())
