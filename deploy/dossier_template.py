"""Makes the Word template of the approval dossier.

    python deploy/dossier_template.py

The layout is that of Decree 30/2020, annex I: A4; margins 20 mm above and below, 30 mm
left, 15 mm right; Times New Roman; page number in the middle of the top margin, none on
the first page; number, date and signature blank. The tags are docxtpl's.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from docx import Document
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

ROOT = Path(__file__).resolve().parent.parent
TEMPLATE = ROOT / "ckanext" / "sonla" / "approval" / "dossier" / "dossier.docx"
FONT = "Times New Roman"
CENTRE, LEFT = WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.LEFT
JUSTIFIED = WD_ALIGN_PARAGRAPH.JUSTIFY
SMALL, PLAIN = 11, 13


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


def letterhead(document: Doc) -> None:
    """Write who issues it, and the state's name and motto beside it."""
    table = document.add_table(rows=2, cols=2)
    widths(table, (72, 93))
    left, right = table.rows[0].cells
    fill(left, "{{ superior }}", size=12, align=CENTRE)
    write(left.add_paragraph(), "{{ office }}", size=12, bold=True, align=CENTRE)
    rule(left.add_paragraph(), 20)
    fill(
        right,
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        size=12,
        bold=True,
        align=CENTRE,
    )
    write(
        right.add_paragraph(),
        "Độc lập - Tự do - Hạnh phúc",
        size=13,
        bold=True,
        align=CENTRE,
    )
    rule(right.add_paragraph(), 21)
    below_left, below_right = table.rows[1].cells
    fill(below_left, "Số:          /HS-", size=13, align=CENTRE)
    fill(
        below_right,
        "{{ place }}, ngày      tháng      năm {{ year }}",
        size=13,
        italic=True,
        align=CENTRE,
    )


def title(document: Doc) -> None:
    """Write what the document is and what it is about."""
    first = write(
        document.add_paragraph(), "HỒ SƠ PHÊ DUYỆT", size=14, bold=True, align=CENTRE
    )
    first.paragraph_format.space_before = Pt(18)
    write(
        document.add_paragraph(),
        "Bộ dữ liệu mở “{{ title }}”",
        size=14,
        bold=True,
        align=CENTRE,
    )
    rule(document.add_paragraph(), 60)
    basis = write(
        document.add_paragraph(),
        "Căn cứ {{ regulation }}, hồ sơ này ghi lại ai được giao nhiệm vụ, ai soạn "
        "thảo, ai phê duyệt bộ dữ liệu và theo quyết định nào. Nội dung được kết xuất "
        "từ nhật ký của Cổng dữ liệu mở lúc {{ made }}.",
        align=JUSTIFIED,
        after=4,
    )
    basis.paragraph_format.first_line_indent = Mm(10)
    basis.paragraph_format.space_before = Pt(8)


def revisions(document: Doc) -> None:
    """Write a part for each revision."""
    heading(document, "III. CÁC BẢN CẬP NHẬT")
    tag(document, "for revision in revisions")
    heading(document, "{{ revision.heading }}")
    facts(document, "name, value in revision.facts")
    tag(document, "if revision.findings")
    note = write(
        document.add_paragraph(), "Kết quả kiểm tra khi gửi duyệt", italic=True, after=2
    )
    note.paragraph_format.space_before = Pt(4)
    note.paragraph_format.keep_with_next = True
    lines(
        document,
        "one in revision.findings",
        (
            ("Mức độ", "{{ one.severity }}", 30),
            ("Nội dung", "{{ one.sentence }}", 80),
            ("Giải trình", "{{ one.reason }}", 55),
        ),
    )
    tag(document, "endif")
    tag(document, "if revision.comments")
    note = write(document.add_paragraph(), "Trao đổi", italic=True, after=2)
    note.paragraph_format.space_before = Pt(4)
    note.paragraph_format.keep_with_next = True
    lines(
        document,
        "one in revision.comments",
        (
            ("Thời điểm", "{{ one.said }}", 35),
            ("Người", "{{ one.author }}", 45),
            ("Nội dung", "{{ one.text }}", 85),
        ),
    )
    tag(document, "endif")
    tag(document, "endfor")


def proof(document: Doc) -> None:
    """Write how the log's record is checked, and leave room for a signature."""
    heading(document, "V. KIỂM CHỨNG")
    chain = (
        "Mỗi sự kiện mang mã băm SHA-256 tính trên nội dung của nó và mã băm của sự "
        "kiện liền trước, nên sửa bất kỳ sự kiện nào đều bị phát hiện. "
        "{% if whole %}Mã băm của mọi sự kiện trong hồ sơ này đã được tính lại và đúng."
        "{% else %}CÓ SỰ KIỆN TRONG HỒ SƠ NÀY KHÔNG ĐÚNG VỚI MÃ BĂM.{% endif %}"
    )
    end = (
        "Khi kết xuất, nhật ký có {{ count }} sự kiện. Đối chiếu cả nhật ký, kể cả "
        "phần cuối, với số và mã băm của sự kiện cuối cùng bằng lệnh dưới đây./."
    )
    for text in (chain, end):
        paragraph = write(document.add_paragraph(), text, align=JUSTIFIED, after=4)
        paragraph.paragraph_format.first_line_indent = Mm(10)
    command = "ckan sonla audit verify --head {{ head }}"
    write(document.add_paragraph(), command, size=9.5, after=12)
    table = document.add_table(rows=1, cols=2)
    table.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
    widths(table, (80, 85))
    left, right = table.rows[0].cells
    fill(left, "Nơi nhận:", size=12, bold=True, italic=True)
    for receiver in (
        "- Cơ quan kiểm tra;",
        "- Cơ quan cung cấp dữ liệu;",
        "- Lưu: VT.",
    ):
        write(left.add_paragraph(), receiver, size=11)
    fill(right, "NGƯỜI LẬP HỒ SƠ", size=13, bold=True, align=CENTRE)
    write(right.add_paragraph(), "(Ký, ghi rõ họ tên)", italic=True, align=CENTRE)


def make() -> Doc:
    """Return the template."""
    document = Document()
    page(document)
    letterhead(document)
    title(document)
    heading(document, "I. THÔNG TIN CHUNG")
    facts(document, "name, value in facts")
    heading(document, "II. NGƯỜI THỰC HIỆN VÀ QUYẾT ĐỊNH GIAO NHIỆM VỤ")
    lines(
        document,
        "one in persons",
        (
            ("STT", "{{ one.number }}", 12),
            ("Họ tên, tài khoản", "{{ one.name }}\n{{ one.account }}", 43),
            ("Vai trò, cơ quan", "{{ one.role }}\n{{ one.agency }}", 45),
            ("Quyết định, thời hạn", "{{ one.decision }}\n{{ one.days }}", 40),
            ("Ghi nhận", "{{ one.at }}\nsự kiện {{ one.event }}", 25),
        ),
    )
    revisions(document)
    heading(document, "IV. SỰ KIỆN TRONG NHẬT KÝ")
    lines(
        document,
        "one in events",
        (
            ("Số", "{{ one.seq }}", 15),
            ("Thời điểm", "{{ one.at }}", 35),
            ("Sự kiện", "{{ one.name }}", 50),
            ("Người thực hiện", "{{ one.actor }}\n{{ one.role }}", 65),
        ),
        below="Mã băm: {{ one.hash }}",
    )
    proof(document)
    return document


if __name__ == "__main__":
    make().save(str(TEMPLATE))
