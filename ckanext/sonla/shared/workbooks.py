"""Workbooks to download: the same content in the same bytes, and no formula in it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import xlsxwriter

# A workbook tells when it was made. Were that now, the same download would be other
# bytes each second, and no reader could tell whether anything changed.
_MADE = datetime(2000, 1, 1)  # noqa: DTZ001 - the format knows no zones


def workbook(target: Any, **options: Any) -> xlsxwriter.Workbook:
    """Return a new workbook.

    Args:
        target: a path or a binary file.
        options: as `xlsxwriter.Workbook` takes them.
    """
    book = xlsxwriter.Workbook(target, {"strings_to_formulas": False, **options})
    book.set_properties({"created": _MADE})
    return book
