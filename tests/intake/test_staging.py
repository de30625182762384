"""Rows of plain text are staged the quick way, which says what the long one says."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from ckanext.sonla.intake.header import Layout
from ckanext.sonla.intake.limits import Limits
from ckanext.sonla.intake.problems import Findings
from ckanext.sonla.intake.staging import _Stream

FIELDS = [
    {"name": "ma", "type": "string"},
    {"name": "so", "type": "integer"},
    {"name": "ten", "type": "string"},
]
LIMITS = Limits(
    bytes=1000, unpacked=1000, line=1000, cell=12, columns=10, rows=10, findings=10
)
cells = st.one_of(
    st.text(st.sampled_from("aạ \t\n\r\\\x00-1\u2003\ud800"), max_size=14),
    st.sampled_from(["", "-", "Mường La", " ", None]),
)


def stream(sources: list[int]) -> _Stream:
    layout = Layout(["ma", "so", "ten"], FIELDS, sources, 3)
    return _Stream(
        layout,
        missing=frozenset(("", "-")),
        limits=LIMITS,
        findings=Findings(10),
        progress=lambda _: None,
    )


@given(st.lists(cells, min_size=3, max_size=3), st.permutations([0, 1, 2]))
@settings(max_examples=400, deadline=None)
def test_the_quick_way_writes_what_the_long_way_writes(row, sources):
    staged = stream(sources)
    quick = staged._plain_way()
    assert quick is not None
    line = quick(7, row)
    if line is not None:
        pairs = list(zip(sources, FIELDS, strict=True))
        assert line == staged._line(7, row, pairs)


def test_a_row_of_plain_text_goes_the_quick_way():
    quick = stream([0, 1, 2])._plain_way()
    assert quick is not None
    assert quick(7, ["a", "-", "Mường La"]) == "7\ta\t\\N\tMường La\n".encode()
    assert quick(7, ["a", "1"]) is None
