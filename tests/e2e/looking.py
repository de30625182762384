"""What a walk through the pages does at each: look, press, bring a file."""

from __future__ import annotations

import re
from typing import Any

from .visitor import DESKTOP, PHONE, Visitor

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# Words that no Vietnamese sentence has, and every second English one.
ENGLISH = {
    "the", "and", "of", "are", "was", "with", "not", "edition", "entry", "entries",
    "rows", "column", "agency", "save", "choose", "required", "draft", "dataset",
}  # fmt: skip


def look(visitor: Visitor, name: str, *sentences: str) -> None:
    """Look at a page on phone and desk: words, language, width; keep its picture."""
    page = visitor.page
    page.set_viewport_size(PHONE)  # type: ignore[reportArgumentType] - two numbers
    assert visitor.fits(), f"{name} scrolls sideways"
    page.set_viewport_size(DESKTOP)  # type: ignore[reportArgumentType] - two numbers
    assert page.get_attribute("html", "lang") == "vi"
    visitor.keep(name)
    text = page.inner_text("body")
    words = set(re.findall(r"\w+", re.sub(r"\S+/\S+", "", text.lower())))
    assert ENGLISH & words == set(), name
    for sentence in sentences:
        assert sentence in text, f"{name}: {sentence}"


def press(visitor: Visitor, selector: str) -> None:
    """Press a button that leads to another page."""
    with visitor.page.expect_navigation():
        visitor.page.click(selector)


def file_of(name: str, content: bytes) -> Any:
    """Return a workbook as a form of the browser takes it."""
    return {"name": name, "mimeType": XLSX, "buffer": content}
