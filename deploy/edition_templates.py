"""Makes the Word templates of an edition: submission, decision, annex.

    python deploy/edition_templates.py

The layout is that of Decree 30/2020, annex I, as in `dossier_template.py`; the annex
lies on its side. Number, date and signature stay blank. The tags are docxtpl's.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from docx import Document
from docx.enum.section import WD_ORIENT
from docx.oxml import OxmlElement
from docx.shared import Mm, Pt

from deploy.dossier_template import (
    CENTRE,
    JUSTIFIED,
    fill,
    heading,
    lines,
    page,
    rule,
    tag,
    widths,
    write,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from docx.document import Document as Doc

ROOT = Path(__file__).resolve().parent.parent
TEMPLATES = ROOT / "ckanext" / "sonla" / "catalogue" / "documents" / "templates"


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


def title(document: Doc, kind: str, about: str) -> None:
    """Write what the document is and what it is about."""
    first = write(document.add_paragraph(), kind, size=14, bold=True, align=CENTRE)
    first.paragraph_format.space_before = Pt(14)
    write(document.add_paragraph(), about, size=14, bold=True, align=CENTRE)
    rule(document.add_paragraph(), 60)


def text(document: Doc, words: str, **style: Any) -> None:
    """Add a paragraph of the body."""
    style = {"align": JUSTIFIED, "after": 6, **style}
    paragraph = write(document.add_paragraph(), words, size=14, **style)
    paragraph.paragraph_format.first_line_indent = Mm(10)


def bases(document: Doc) -> None:
    """Add the texts that the document rests on, each a paragraph."""
    tag(document, "for base in bases")
    text(document, "Căn cứ {{ base }};", italic=True)
    tag(document, "endfor")


def signature(document: Doc, receivers: Sequence[str], signer: Sequence[str]) -> None:
    """Leave room for whoever signs, and say who gets it."""
    document.add_paragraph()
    table = document.add_table(rows=1, cols=2)
    table.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
    widths(table, (80, 85))
    left, right = table.rows[0].cells
    fill(left, "Nơi nhận:", size=12, bold=True, italic=True)
    for receiver in receivers:
        write(left.add_paragraph(), f"- {receiver}", size=11)
    fill(right, signer[0], size=13, bold=True, align=CENTRE)
    for line in signer[1:]:
        write(right.add_paragraph(), line, size=13, bold=True, align=CENTRE)


def submission() -> Doc:
    """Return the template of the submission (tờ trình)."""
    document = Document()
    page(document)
    letterhead(document, "{{ superior }}", "{{ office }}", "TTr-")
    title(document, "TỜ TRÌNH", "Về việc {{ about }}")
    to = "Kính gửi: Chủ tịch {{ superior_plain }}"
    write(document.add_paragraph(), to, size=14, align=CENTRE, after=8)
    bases(document)
    text(
        document,
        "Thực hiện khoản 1, khoản 2 Điều 7 của Quy chế ban hành kèm theo "
        "{{ regulation }}, {{ office_plain }} đã phối hợp với các cơ quan, đơn vị rà "
        "soát danh mục dữ liệu mở{% if round %} (lấy ý kiến đến ngày {{ round.due }}; "
        "{{ round.approved }} trên {{ round.asked }} cơ quan, đơn vị đã trả lời)"
        "{% endif %} và kính trình Chủ tịch {{ superior_plain }} xem xét, {{ about }} "
        "với các nội dung chính như sau:",
    )
    heading(document, "1. Kết quả rà soát, tổng hợp")
    text(
        document,
        "{% if amends %}So với danh mục hiện hành{% if base %} ({{ base }})"
        "{% endif %}: bổ sung {{ counts.added }} mục, sửa đổi {{ counts.changed }} "
        "mục, đưa ra khỏi danh mục {{ counts.retired }} mục; giữ nguyên "
        "{{ counts.unchanged }} mục."
        "{% else %}Danh mục thay thế toàn bộ danh mục trước đây{% if base %} "
        "({{ base }}){% endif %}, gồm {{ total }} mục{% if base %}; trong đó bổ sung "
        "{{ counts.added }} mục, sửa đổi {{ counts.changed }} mục, giữ nguyên "
        "{{ counts.unchanged }} mục và không còn {{ counts.retired }} mục so với danh "
        "mục trước{% endif %}.{% endif %}",
    )
    tag(document, "if domains")
    lines(
        document,
        "one in domains",
        (
            ("STT", "{{ one.number }}", 15),
            ("Lĩnh vực", "{{ one.title }}", 110),
            ("Số mục", "{{ one.count }}", 40),
        ),
    )
    tag(document, "endif")
    heading(document, "2. Kiến nghị")
    text(
        document,
        "Trình Chủ tịch {{ superior_plain }} xem xét, ký ban hành Quyết định "
        "{{ about }} (có dự thảo Quyết định và Phụ lục kèm theo)./.",
    )
    receivers = ("Như trên;", "Các cơ quan, đơn vị liên quan;", "Lưu: VT.")
    signature(document, receivers, ("{{ office_head }}",))
    return document


def decision() -> Doc:
    """Return the template of the decision (quyết định)."""
    document = Document()
    page(document)
    letterhead(document, "", "{{ superior }}", "QĐ-UBND")
    title(document, "QUYẾT ĐỊNH", "Về việc {{ about }}")
    chairman = "CHỦ TỊCH {{ superior }}"
    write(document.add_paragraph(), chairman, size=14, bold=True, align=CENTRE, after=8)
    bases(document)
    text(document, "Căn cứ {{ regulation }};", italic=True)
    proposal = (
        "Theo đề nghị của {{ office_head_plain }} tại Tờ trình số      /TTr-     "
    )
    text(document, f"{proposal} ngày      tháng      năm {{{{ year }}}}.", italic=True)
    write(
        document.add_paragraph(), "QUYẾT ĐỊNH:", size=14, bold=True, align=CENTRE,
        after=6,
    )  # fmt: skip
    text(
        document,
        "Điều 1. {% if amends %}Phê duyệt, công bố việc cập nhật Danh mục dữ liệu mở "
        "của các cơ quan nhà nước{{ of_province }}: bổ sung {{ counts.added }} mục, "
        "sửa đổi {{ counts.changed }} mục, đưa ra khỏi danh mục {{ counts.retired }} "
        "mục{% else %}Phê duyệt, công bố Danh mục dữ liệu mở của các cơ quan nhà nước"
        "{{ of_province }} gồm {{ total }} mục{% endif %} (chi tiết tại Phụ lục kèm "
        "theo).",
    )
    text(
        document,
        "Điều 2. Tổ chức thực hiện. {{ office_plain }} công bố danh mục trên Cổng dữ "
        "liệu mở, kiểm soát việc cập nhật dữ liệu theo danh mục. Các cơ quan, đơn vị "
        "có tên trong danh mục cập nhật dữ liệu đúng kỳ, đúng định dạng, chịu trách "
        "nhiệm về nội dung dữ liệu của mình.",
    )
    text(
        document,
        "Điều 3. Quyết định này có hiệu lực kể từ ngày {{ effective or 'ký' }}"
        "{% if base %}{% if amends %}, sửa đổi, bổ sung{% else %}, thay thế{% endif %} "
        "{{ base }}{% endif %}.",
    )
    text(
        document,
        "Chánh Văn phòng {{ superior_plain }}, {{ office_head_plain }}, Thủ trưởng "
        "các cơ quan, đơn vị và các tổ chức, cá nhân có liên quan chịu trách nhiệm thi "
        "hành Quyết định này./.",
    )
    receivers = (
        "Như Điều 3;",
        "Chủ tịch, các Phó Chủ tịch;",
        "{{ office_plain }};",
        "Lưu: VT.",
    )
    signature(document, receivers, ("CHỦ TỊCH",))
    return document


ANNEX = (
    ("STT", "{{ one.number }}", 13),
    ("Mã", "{{ one.code }}", 21),
    ("Tên bộ dữ liệu", "{{ one.title }}", 45),
    ("Lĩnh vực", "{{ one.domain }}", 26),
    ("Cơ quan chủ trì", "{{ one.lead }}", 34),
    ("Cơ quan cung cấp", "{{ one.providers }}", 34),
    ("Kỳ cập nhật", "{{ one.cycle }}", 22),
    ("Định dạng", "{{ one.formats }}", 20),
    ("Hình thức chia sẻ", "{{ one.sharing }}", 20),
    ("Thời hạn công bố", "{{ one.publish_by }}", 22),
)


def annex() -> Doc:
    """Return the template of the annex (phụ lục)."""
    document = Document()
    page(document)
    section = document.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = Mm(297), Mm(210)
    section.left_margin, section.right_margin = Mm(20), Mm(20)
    write(document.add_paragraph(), "PHỤ LỤC", size=14, bold=True, align=CENTRE)
    name = "{{ annex_title }}"
    write(document.add_paragraph(), name, size=14, bold=True, align=CENTRE)
    with_decision = (
        "(Kèm theo Quyết định số {{ decision_number or '        /QĐ-UBND' }} ngày "
        "{{ decision_date or '     tháng     năm ' ~ year }} của Chủ tịch "
        "{{ superior_plain }})"
    )
    write(
        document.add_paragraph(), with_decision, size=13, italic=True, align=CENTRE,
        after=8,
    )  # fmt: skip
    tag(document, "for part in parts")
    tag(document, "if part.heading")
    heading(document, "{{ part.heading }}")
    tag(document, "endif")
    lines(document, "one in part.lines", ANNEX)
    tag(document, "if part.changes")
    note = "Nội dung sửa đổi"
    write(document.add_paragraph(), note, italic=True, after=2)
    lines(
        document,
        "one in part.changes",
        (
            ("Mã", "{{ one.code }}", 25),
            ("Nội dung", "{{ one.field }}", 42),
            ("Trước", "{{ one.before }}", 95),
            ("Sau", "{{ one.after }}", 95),
        ),
    )
    tag(document, "endif")
    tag(document, "endfor")
    return document


MAKERS = {"to-trinh": submission, "quyet-dinh": decision, "phu-luc": annex}


if __name__ == "__main__":
    for stem, make in MAKERS.items():
        make().save(str(TEMPLATES / f"{stem}.docx"))
