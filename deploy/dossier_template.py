"""Makes the Word template of the approval dossier.

    python deploy/dossier_template.py

The layout is in `official_paper.py`. The tags are docxtpl's.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from docx import Document
from docx.shared import Pt

from deploy.official_paper import (
    PLAIN,
    facts,
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
TEMPLATE = ROOT / "ckanext" / "sonla" / "approval" / "dossier" / "dossier.docx"


def basis(document: Doc) -> None:
    """Write what the dossier rests on and where it comes from."""
    first = text(
        document,
        "Căn cứ {{ regulation }}, hồ sơ này ghi lại ai được giao nhiệm vụ, ai soạn "
        "thảo, ai phê duyệt bộ dữ liệu và theo quyết định nào. Nội dung được kết xuất "
        "từ nhật ký của Cổng dữ liệu mở lúc {{ made }}.",
        size=PLAIN,
        after=4,
    )
    first.paragraph_format.space_before = Pt(8)


def remark(document: Doc, words: str) -> None:
    """Write the line above a table, which stays with it."""
    paragraph = write(document.add_paragraph(), words, italic=True, after=2)
    paragraph.paragraph_format.space_before = Pt(4)
    paragraph.paragraph_format.keep_with_next = True


def revisions(document: Doc) -> None:
    """Write a part for each revision."""
    heading(document, "III. CÁC BẢN CẬP NHẬT")
    tag(document, "for revision in revisions")
    heading(document, "{{ revision.heading }}")
    facts(document, "name, value in revision.facts")
    tag(document, "if revision.findings")
    remark(document, "Kết quả kiểm tra khi gửi duyệt")
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
    remark(document, "Trao đổi")
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
    for words in (chain, end):
        text(document, words, size=PLAIN, after=4)
    command = "ckan sonla audit verify --head {{ head }}"
    write(document.add_paragraph(), command, size=9.5, after=12)
    receivers = ("Cơ quan kiểm tra;", "Cơ quan cung cấp dữ liệu;", "Lưu: VT.")
    signature(document, receivers, "NGƯỜI LẬP HỒ SƠ", "(Ký, ghi rõ họ tên)")


def make() -> Doc:
    """Return the template."""
    document = Document()
    page(document)
    letterhead(document, "{{ superior }}", "{{ office }}", "HS-")
    title(document, "HỒ SƠ PHÊ DUYỆT", "Bộ dữ liệu mở “{{ title }}”", before=18)
    basis(document)
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
