"""Our templates change CKAN's by blocks, so that its next version still fits."""

from __future__ import annotations

from pathlib import Path

import pytest

import ckan
import ckanext.sonla

CKANS = Path(ckan.__file__).parent / "templates"
OURS = Path(ckanext.sonla.__file__).parent / "templates"
FEATURES = ("portal", "approval")


def _templates() -> list[tuple[Path, Path]]:
    return [
        (root, path.relative_to(root))
        for root in (OURS / feature for feature in FEATURES)
        for path in sorted(root.rglob("*.html"))
    ]


@pytest.mark.parametrize(
    ("root", "name"), _templates(), ids=lambda part: str(part)[-60:]
)
def test_a_template_begins_with_what_it_is(root: Path, name: Path):
    assert (root / name).read_text(encoding="utf-8").startswith("{#")


@pytest.mark.parametrize(
    ("root", "name"),
    [pair for pair in _templates() if (CKANS / pair[1]).exists()],
    ids=lambda part: str(part)[-60:],
)
def test_a_template_of_ckan_is_extended_never_copied(root: Path, name: Path):
    assert "{% ckan_extends %}" in (root / name).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("root", "name"), _templates(), ids=lambda part: str(part)[-60:]
)
def test_words_on_screen_can_be_translated(root: Path, name: Path):
    """A text with Vietnamese marks in a template would stay on English pages."""
    text = (root / name).read_text(encoding="utf-8")
    seen = text.split("#}", 1)[1].replace("Tiếng Việt", "")
    assert not any(
        letter in "ăâđêôơưạảấầẩậắằẳặẹẻẽếềểệịỉọỏốồổộớờởợụủứừửựỳỵỷỹ" for letter in seen
    )
