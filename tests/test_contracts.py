"""The house's rules, checked by reading the house itself."""

from __future__ import annotations

import ast
import inspect
import re
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import ckanext.sonla
from ckan import authz, logic
from ckan.common import config_declaration
from ckanext.sonla.approval import states
from deploy import i18n

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(ckanext.sonla.__file__).parent
TESTS = Path(__file__).parent
PACKAGE = "ckanext.sonla"
FEATURES = (
    "agencies",
    "approval",
    "catalogue",
    "feedback",
    "harvesting",
    "intake",
    "obligations",
    "portal",
    "search",
)
# Beside the features: the demonstration talks to them as any client does.
GUESTS = ("demo",)


def _modules(folder: str) -> list[Path]:
    return sorted((ROOT / folder).rglob("*.py"))


def _imports(path: Path) -> Iterator[str]:
    """Yield the full names of what a module imports, relative imports resolved."""
    own = path.relative_to(ROOT.parent.parent).with_suffix("").parts
    package = own[:-1]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            module = ".".join([*base, *([node.module] if node.module else [])])
            yield module
            yield from (f"{module}.{alias.name}" for alias in node.names)


def _features_of(names: Iterator[str]) -> set[str]:
    found = set()
    for name in names:
        parts = name.split(".")
        if name.startswith(f"{PACKAGE}.") and parts[2] in FEATURES:
            found.add(parts[2])
    return found


@pytest.mark.parametrize("feature", FEATURES)
def test_a_feature_imports_no_other_feature(feature: str):
    for path in _modules(feature):
        others = _features_of(_imports(path)) - {feature}
        assert not others, f"{path.relative_to(ROOT)} imports {sorted(others)}"


@pytest.mark.parametrize("folder", ["shared", *GUESTS])
def test_what_all_share_and_the_demonstration_import_no_feature(folder: str):
    for path in _modules(folder):
        found = _features_of(_imports(path))
        assert not found, f"{path.relative_to(ROOT)} imports {sorted(found)}"


def _own_actions() -> dict[str, Any]:
    logic.get_action("status_show")  # Fills CKAN's registry of actions.
    return {
        name: action
        for name, action in logic._actions.items()
        if name.startswith("sonla_")
    }


def _innermost(action: Any) -> Any:
    """Return the function of ours that a registered action ends in.

    CKAN hands an action that another one chains on as the first argument of a partial.
    """
    while True:
        action = inspect.unwrap(action)
        if not isinstance(action, partial):
            return action
        action = action.args[0] if action.args else action.func


@pytest.mark.usefixtures("with_plugins")
def test_every_action_says_who_may_call_it():
    known = set(authz.auth_functions_list())
    assert [name for name in _own_actions() if name not in known] == []


@pytest.mark.usefixtures("with_plugins")
def test_every_action_says_what_it_does():
    silent = [name for name, action in _own_actions().items() if not action.__doc__]
    assert silent == []


@pytest.mark.usefixtures("with_plugins")
def test_every_action_validates_what_it_gets():
    def validates(action: Any) -> bool:
        source = inspect.getsource(_innermost(action))
        return bool(re.search(r"@(\w+\.)?valid\w*\(", source))

    assert [n for n, action in _own_actions().items() if not validates(action)] == []


@pytest.mark.usefixtures("with_plugins")
def test_every_action_is_named_by_a_test():
    said = "\n".join(
        path.read_text(encoding="utf-8")
        for path in TESTS.rglob("*.py")
        if path != Path(__file__)
    )
    words = set(re.findall(r"\w+", said))
    # `helpers.call_action` and our own short names end in the same word.
    assert [name for name in _own_actions() if name not in words] == []


@pytest.mark.usefixtures("with_plugins")
def test_equal_names_in_action_and_auth():
    """An auth function of ours that no action bears the name of guards nothing."""
    actions = set(_own_actions())
    lonely = [
        name
        for name in authz.auth_functions_list()
        if name.startswith("sonla_") and name not in actions
    ]
    said = "\n".join(path.read_text(encoding="utf-8") for path in ROOT.rglob("*.py"))
    used = [name for name in lonely if f'check_access("{name}"' in said]
    assert [name for name in lonely if name not in used] == []


READS_OPTION = re.compile(
    r"""config(?:\.get\(|\[)\s*["'](sonla\.[\w.]+)["']""",
)
READS_POLICY = re.compile(r"""\bpolicy\.(?:number|switch|text)\(\s*["'](\w+)["']""")


def _options_in_use() -> set[str]:
    found: set[str] = set()
    for path in ROOT.rglob("*.py"):
        source = path.read_text(encoding="utf-8")
        found.update(READS_OPTION.findall(source))
        found.update(f"sonla.policy.{name}" for name in READS_POLICY.findall(source))
    return found


def _declared() -> dict[str, Any]:
    return {
        str(key): config_declaration[key]
        for key in config_declaration.iter_options()
        if str(key).startswith("sonla.")
    }


@pytest.mark.usefixtures("with_plugins")
def test_every_option_in_use_is_declared():
    assert _options_in_use() - set(_declared()) == set()


@pytest.mark.usefixtures("with_plugins")
def test_every_declared_option_is_described():
    bare = [key for key, option in _declared().items() if not option.description]
    assert bare == []


@pytest.mark.parametrize("feature", i18n.FEATURES)
def test_every_string_on_screen_has_vietnamese(feature: str):
    assert list(i18n.problems(feature)) == []


def test_every_state_of_a_revision_can_be_reached():
    reached = {states.DRAFT}
    while True:
        more = {
            step.target for step in states.TRANSITIONS if reached & set(step.sources)
        } - reached
        if not more:
            break
        reached |= more
    assert reached == set(states.STATES)


def test_every_template_begins_with_what_it_is():
    bare = [
        path.relative_to(ROOT).as_posix()
        for path in sorted((ROOT / "templates").rglob("*.html"))
        if not path.read_text(encoding="utf-8").lstrip().startswith("{#")
    ]
    assert bare == []
