"""The form of a source loses nothing: every configuration comes back as it went in."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ckanext.sonla.harvesting import configuration, keeping
from ckanext.sonla.harvesting.editor import fields as of
from ckanext.sonla.harvesting.editor import values

# What a browser sends back as it got it: no carriage return, no half character.
LINE = st.text(
    st.characters(blacklist_categories=["Cs", "Cc"]), min_size=1, max_size=12
)
NUMBERS = st.integers(0, 10**6) | st.floats(0, 10**6, allow_nan=False)


def value_of(field: of.Field) -> st.SearchStrategy[Any]:
    """Return what may stand in a field; whether the schema likes it is no matter."""
    kinds: dict[str, st.SearchStrategy[Any]] = {
        of.TEXT: LINE,
        of.AREA: st.lists(LINE, min_size=1, max_size=3).map("\n".join),
        of.SECRET: st.sampled_from([keeping.STORED, "env:SONLA_SOURCE_X", "file:/a"]),
        of.SELECT: st.sampled_from(field.schema.get("enum", ["x"])),
        of.NUMBER: NUMBERS,
        of.YES_NO: st.booleans(),
        of.LINES: st.lists(LINE, min_size=1, max_size=4),
        of.PAIRS: st.dictionaries(LINE, LINE | st.just(""), min_size=1, max_size=4),
        of.VALUES: st.dictionaries(
            LINE, LINE | st.just("") | st.booleans() | NUMBERS, min_size=1, max_size=4
        ),
        of.SCALAR: LINE | NUMBERS,
        of.JSON: st.dictionaries(LINE, LINE, min_size=1),
    }
    return kinds[field.widget]


def chosen(fields: tuple[of.Field, ...]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(
        {}, optional={one.path[-1]: value_of(one) for one in fields}
    )


def group_of(group: of.Group) -> st.SearchStrategy[dict[str, Any]]:
    if not group.branches:
        return chosen(group.fields).filter(bool)
    return st.one_of(
        *(
            chosen(fields).map(lambda found, way=way: {"type": way, **found})
            for way, fields in group.branches.items()
        )
    )


def configs(kind: str) -> st.SearchStrategy[dict[str, Any]]:
    parts = {
        part.path[-1]: value_of(part) if isinstance(part, of.Field) else group_of(part)
        for part in of.parts(kind)
    }
    return st.fixed_dictionaries({}, optional=parts)


@pytest.mark.parametrize("kind", configuration.KINDS)
@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(data=st.data())
def test_every_configuration_comes_back_from_the_form(kind: str, data: Any):
    config = data.draw(configs(kind))
    # As a browser sends it: lines end in CR LF.
    typed = {
        name: text.replace("\n", "\r\n")
        for name, text in values.texts(kind, config).items()
    }
    assert values.config_of(kind, typed, copy.deepcopy(config)) == config


@pytest.mark.parametrize("kind", configuration.KINDS)
def test_every_property_of_the_schema_has_an_input(kind: str):
    assert not [one for one in of.all_fields(kind) if one.widget == of.JSON]
    names = [one.name for one in of.all_fields(kind)]
    assert len(names) == len(set(names))


def test_no_kept_secret_is_in_an_input_and_another_way_forgets_it():
    config = {"auth": {"type": "bearer", "token": keeping.STORED}}
    typed = values.texts("sonla_rest", config)
    assert not typed.get("auth.bearer.token")
    assert values.config_of("sonla_rest", typed, config) == config
    typed["auth.type"] = "basic"
    typed["auth.basic.user"] = "u"
    found = values.config_of("sonla_rest", typed, config)
    assert found == {"auth": {"type": "basic", "user": "u"}}
    typed["auth.basic.password"] = " mật khẩu "
    found = values.config_of("sonla_rest", typed, config)
    assert found["auth"]["password"] == " mật khẩu "


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("limits.rows", "nhiều"),
        ("limits.rows", "1" * 5000),
        ("conditional", "có"),
        ("fields", "không có dấu bằng"),
        ("fields", '"chưa đóng = x'),
        ("key", '"chưa đóng'),
        ("key", '"a" b'),
    ],
)
def test_what_cannot_be_read_is_told_by_its_input(name: str, text: str):
    with pytest.raises(values.Unwritable) as caught:
        values.config_of("sonla_rest", {name: text}, {})
    assert caught.value.name == name
