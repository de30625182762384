"""What the official papers are made of: lines, tables, letterhead, signature.

The layout is that of Decree 30/2020, annex I: A4; margins 20 mm above and below, 30 mm
left, 15 mm right; Times New Roman; page number in the middle of the top margin, none on
the first page; number, date and signature blank. The tags are docxtpl's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

if TYPE_CHECKING:
    from collections.abc import Sequence

    from docx.document import Document as Doc
    from docx.table import Table, _Cell
    from docx.text.paragraph import Paragraph

FONT = "Times New Roman"
CENTRE, LEFT = WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.LEFT
JUSTIFIED = WD_ALIGN_PARAGRAPH.JUSTIFY
SMALL, PLAIN, BODY = 11, 13, 14


def write(  # noqa: PLR0913 - what a line of an official document has, each named
    paragraph: Paragraph,
    text: str,
    *,
    size: float = PLAIN,
    bold: bool = False,
    italic: bool = False,
    align: Any = LEFT,
    after: float = 0,
) -> Paragraph:
    """Write a text into a paragraph."""
    run = paragraph.add_run(text)
    run.font.size, run.bold, run.italic = Pt(size), bold, italic
    paragraph.alignment = align
    paragraph.paragraph_format.space_after = Pt(after)
    paragraph.paragraph_format.space_before = Pt(0)
    return paragraph


def rule(paragraph: Paragraph, indent: float) -> None:
    """Draw the line that stands under a name or a motto."""
    borders = OxmlElement("w:pBdr")
    line = OxmlElement("w:bottom")
    for name, value in (("val", "single"), ("sz", "6"), ("space", "1")):
        line.set(qn(f"w:{name}"), value)
    line.set(qn("w:color"), "000000")
    borders.append(line)
    paragraph._p.get_or_add_pPr().append(borders)
    paragraph.paragraph_format.left_indent = Mm(indent)
    paragraph.paragraph_format.right_indent = Mm(indent)
    paragraph.paragraph_format.line_spacing = Pt(4)
    paragraph.paragraph_format.space_after = Pt(4)


def widths(table: Table, millimetres: Sequence[float]) -> None:
    """Fix the widths of a table's columns."""
    table.autofit = False
    # The grid too: LibreOffice believes it rather than the cells.
    for column, width in zip(table.columns, millimetres, strict=False):
        column.width = Mm(width)
    for row in table.rows:
        for cell, width in zip(row.cells, millimetres, strict=False):
            cell.width = Mm(width)


def fill(cell: _Cell, text: str, **style: Any) -> None:
    """Write a text into a cell's first paragraph."""
    write(cell.paragraphs[0], text, **{"size": SMALL, **style})


def repeat(row: Any) -> None:
    """Let a row head the table on every page."""
    mark = OxmlElement("w:tblHeader")
    mark.set(qn("w:val"), "true")
    row._tr.get_or_add_trPr().append(mark)


def keep_whole(row: Any) -> None:
    """Keep a row on one page."""
    row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))


def lines(
    document: Doc,
    loop: str,
    columns: Sequence[tuple[str, str, float]],
    below: str | None = None,
) -> None:
    """Add a table with a head and a row for each item of a loop.

    Args:
        document: the template.
        loop: what docxtpl repeats the row for, such as `one in events`.
        columns: heading, tag and width in millimetres of each.
        below: the tag of a second row of small print over the whole width.
    """
    table = document.add_table(rows=3, cols=len(columns), style="Table Grid")
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    head, first, row = table.rows
    repeat(head)
    for cell, (heading, _, _) in zip(head.cells, columns, strict=True):
        fill(cell, heading, bold=True, align=CENTRE)
    fill(first.cells[0], f"{{%tr for {loop} %}}")
    for cell, (_, tag, _) in zip(row.cells, columns, strict=True):
        fill(cell, tag)
    keep_whole(row)
    if below:
        extra = table.add_row()
        cell = extra.cells[0].merge(extra.cells[-1])
        fill(cell, below, size=8.5)
        keep_whole(extra)
    fill(table.add_row().cells[0], "{%tr endfor %}")
    widths(table, [width for _, _, width in columns])


def facts(document: Doc, loop: str) -> None:
    """Add a table of names and values."""
    table = document.add_table(rows=3, cols=2, style="Table Grid")
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    first, row, last = table.rows
    fill(first.cells[0], f"{{%tr for {loop} %}}")
    fill(row.cells[0], "{{ name }}", bold=True)
    fill(row.cells[1], "{{ value }}")
    keep_whole(row)
    fill(last.cells[0], "{%tr endfor %}")
    widths(table, (50, 115))


def heading(document: Doc, text: str) -> None:
    """Add the heading of a section, which stays with what follows."""
    paragraph = write(document.add_paragraph(), text, bold=True, after=4)
    paragraph.paragraph_format.space_before = Pt(10)
    paragraph.paragraph_format.keep_with_next = True


def tag(document: Doc, text: str) -> None:
    """Add a paragraph that docxtpl takes away: a loop's or a condition's end."""
    write(document.add_paragraph(), f"{{%p {text} %}}", size=2)


def page(document: Doc) -> None:
    """Set the paper, the font and the page numbers."""
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin = section.bottom_margin = Mm(20)
    section.left_margin, section.right_margin = Mm(30), Mm(15)
    section.header_distance = Mm(10)
    section.different_first_page_header_footer = True
    style: Any = document.styles["Normal"]
    style.font.name, style.font.size = FONT, Pt(PLAIN)
    style.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), FONT)
    style.paragraph_format.space_after = Pt(0)
    number = section.header.paragraphs[0]
    number.alignment = CENTRE
    for kind, text in (("begin", ""), ("", "PAGE"), ("end", "")):
        run = number.add_run()
        run.font.size = Pt(PLAIN)
        if kind:
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), kind)
        else:
            mark = OxmlElement("w:instrText")
            mark.text = text
        run._r.append(mark)


def letterhead(document: Doc, above: str, issuer: str, symbol: str) -> None:
    """Write who issues it, and the state's name and motto beside it."""
    table = document.add_table(rows=2, cols=2)
    widths(table, (72, 93))
    left, right = table.rows[0].cells
    if above:
        fill(left, above, size=12, align=CENTRE)
        write(left.add_paragraph(), issuer, size=12, bold=True, align=CENTRE)
    else:
        fill(left, issuer, size=12, bold=True, align=CENTRE)
    rule(left.add_paragraph(), 20)
    motto = "Độc lập - Tự do - Hạnh phúc"
    state = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
    fill(right, state, size=12, bold=True, align=CENTRE)
    write(right.add_paragraph(), motto, size=13, bold=True, align=CENTRE)
    rule(right.add_paragraph(), 21)
    below_left, below_right = table.rows[1].cells
    fill(below_left, f"Số:          /{symbol}", size=13, align=CENTRE)
    date = "{{ place }}, ngày      tháng      năm {{ year }}"
    fill(below_right, date, size=13, italic=True, align=CENTRE)


def title(document: Doc, kind: str, about: str, *, before: float = 14) -> None:
    """Write what the document is and what it is about."""
    first = write(document.add_paragraph(), kind, size=14, bold=True, align=CENTRE)
    first.paragraph_format.space_before = Pt(before)
    write(document.add_paragraph(), about, size=14, bold=True, align=CENTRE)
    rule(document.add_paragraph(), 60)


def text(document: Doc, words: str, **style: Any) -> Paragraph:
    """Add a paragraph of the body."""
    style = {"size": BODY, "align": JUSTIFIED, "after": 6, **style}
    paragraph = write(document.add_paragraph(), words, **style)
    paragraph.paragraph_format.first_line_indent = Mm(10)
    return paragraph


def signature(
    document: Doc, receivers: Sequence[str], signer: str, below: str = ""
) -> None:
    """Leave room for whoever signs, and say who gets it."""
    table = document.add_table(rows=1, cols=2)
    keep_whole(table.rows[0])
    widths(table, (80, 85))
    left, right = table.rows[0].cells
    fill(left, "Nơi nhận:", size=12, bold=True, italic=True)
    for receiver in receivers:
        write(left.add_paragraph(), f"- {receiver}", size=11)
    fill(right, signer, size=13, bold=True, align=CENTRE)
    if below:
        write(right.add_paragraph(), below, italic=True, align=CENTRE)
