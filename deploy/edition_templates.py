"""Makes the Word templates of an edition: submission, decision, annex.

    python deploy/edition_templates.py

The layout is in `official_paper.py`; the annex lies on its side. The tags are of
docxtpl.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from docx import Document
from docx.enum.section import WD_ORIENT
from docx.shared import Mm

from deploy.official_paper import (
    CENTRE,
    heading,
    letterhead,
    lines,
    page,
    signature,
    tag,
    text,
    title,
    write,
)

if TYPE_CHECKING:
    from docx.document import Document as Doc

ROOT = Path(__file__).resolve().parent.parent
TEMPLATES = ROOT / "ckanext" / "sonla" / "catalogue" / "documents" / "templates"


def bases(document: Doc) -> None:
    """Add the texts that the document rests on, each a paragraph."""
    tag(document, "for base in bases")
    text(document, "Căn cứ {{ base }};", italic=True)
    tag(document, "endfor")


def submission() -> Doc:
    """Return the template of the submission (tờ trình)."""
    document = Document()
    page(document)
    letterhead(document, "{{ superior }}", "{{ office }}", "TTr-")
    title(document, "TỜ TRÌNH", "Về việc {{ about }}")
    to = "Kính gửi: Chủ tịch {{ superior_plain }}"
    write(document.add_paragraph(), to, size=14, align=CENTRE, after=8)
    bases(document)
    reviewed(document)
    heading(document, "2. Kiến nghị")
    text(
        document,
        "Trình Chủ tịch {{ superior_plain }} xem xét, ký ban hành Quyết định "
        "{{ about }} (có dự thảo Quyết định và Phụ lục kèm theo)./.",
    )
    receivers = ("Như trên;", "Các cơ quan, đơn vị liên quan;", "Lưu: VT.")
    document.add_paragraph()
    signature(document, receivers, "{{ office_head }}")
    return document


def reviewed(document: Doc) -> None:
    """Write what the review came to: how many entries, of which domains."""
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
    articles(document)
    receivers = (
        "Như Điều 3;",
        "Chủ tịch, các Phó Chủ tịch;",
        "{{ office_plain }};",
        "Lưu: VT.",
    )
    document.add_paragraph()
    signature(document, receivers, "CHỦ TỊCH")
    return document


def articles(document: Doc) -> None:
    """Write what is decided: the catalogue, who carries it out, from when."""
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
