"""One file: an image or a table, known by its content, seen by handlers only."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest
import sqlalchemy as sa
from PIL import Image
from werkzeug.datastructures import FileStorage

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.tests.helpers import call_action
from ckanext.sonla.feedback.model import Attachment
from ckanext.sonla.feedback.sending import attachments, forgetting, store
from ckanext.sonla.shared import malware
from tests.factories import portal
from tests.factories import sending as make

if TYPE_CHECKING:
    from tests.factories.approval import Office

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db", "center")
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
CSV = "Xã,Số hộ\nChiềng Sơn,120\n".encode()


def upload(content: bytes, name: str = "bang.csv") -> FileStorage:
    return FileStorage(io.BytesIO(content), name, "attachment")


def picture(kind: str = "JPEG", **options: Any) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "green").save(out, kind, **options)
    return out.getvalue()


def with_place() -> bytes:
    """Return a photograph that says where it was taken."""
    exif = Image.Exif()
    exif.get_ifd(0x8825)[1] = "N"
    exif[0x010F] = "Máy ảnh của Hoa"
    return picture(exif=exif.tobytes())


def workbook(extra: str = "") -> bytes:
    out = io.BytesIO()
    openpyxl.Workbook().save(out)
    if extra:
        with zipfile.ZipFile(out, "a") as packed:
            packed.writestr(extra, b"x")
    return out.getvalue()


def refused(content: bytes, name: str = "bang.csv") -> str:
    with pytest.raises(tk.ValidationError) as error:
        attachments.checked(upload(content, name))
    (sentence,) = error.value.error_dict["attachment"]  # type: ignore[misc]
    return str(sentence)


def test_of_an_image_only_the_picture_is_kept():
    given = with_place()
    assert b"Hoa" in given.replace(b"\0", b"")
    told = attachments.checked(upload(given, "anh.jpg"))
    kept = Image.open(io.BytesIO(told.content))
    assert (told.mimetype, kept.size) == ("image/jpeg", (40, 30))
    assert not kept.getexif()
    assert b"Exif" not in told.content
    assert b"Hoa" not in told.content.replace(b"\0", b"")


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_images_are_known_by_their_content_and_not_by_their_name(kind: str):
    behind = picture(kind) + b"<script>alert(1)</script>"
    told = attachments.checked(upload(behind, "anh.csv"))
    assert told.name == f"anh.{kind.lower().replace('jpeg', 'jpg')}"
    assert b"script" not in told.content, "nothing behind the picture stays"


def test_tables_are_kept_as_they_are():
    for content, name in ((CSV, "bang.csv"), (workbook(), "bang.xlsx")):
        told = attachments.checked(upload(content, name))
        assert (told.content, told.name) == (content, name)


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (SVG, "anh.svg"),
        (b"\xef\xbb\xbf  \n" + SVG, "anh.csv"),
        (b"<?xml version='1.0'?>" + SVG, "bang.csv"),
        (b"<html>,</html>", "bang.csv"),
        (b"%PDF-1.4, x", "bang.csv"),
        (b"MZ\x90\x00,", "bang.csv"),
        (b"a,b\x00c\n", "bang.csv"),
        (b"GIF89a;;;", "anh.gif"),
        (workbook("xl/vbaProject.bin"), "bang.xlsx"),
        (b"PK\x03\x04 broken", "bang.xlsx"),
        (b"", "bang.csv"),
        (b"x,y\n" * 2_000_000, "bang.csv"),
    ],
)  # fmt: skip
def test_what_is_no_image_and_no_table_is_refused(content: bytes, name: str):
    assert refused(content, name)


def test_a_small_file_of_many_pixels_is_refused():
    out = io.BytesIO()
    Image.new("1", (12_000, 12_000)).save(out, "PNG")
    assert refused(out.getvalue(), "anh.png")


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd", "passwd.csv"),
        ("..\\..\\x.csv", "x.csv"),
        ("....", "attachment.csv"),
        ("bảng\r\nX-Evil: 1.csv", "bảng X-Evil- 1.csv"),
        ('a"b;c.html', "a-b-c.csv"),
        ("x" * 500 + ".csv", "x" * 80 + ".csv"),
    ],
)
def test_a_name_leads_nowhere(given: str, kept: str):
    assert attachments.checked(upload(CSV, given)).name == kept


def test_a_file_with_malware_is_refused(monkeypatch: pytest.MonkeyPatch):
    """The scanner itself is tried in the tests of the approval."""
    from tests.approval.test_malware import EICAR

    def found(stream: Any) -> str | None:
        return "Eicar" if EICAR in stream.read() else None

    monkeypatch.setattr(malware, "_scanners", [found])
    assert refused(EICAR + b"\n,") == "The file has malware in it."
    assert attachments.checked(upload(CSV)).scanned


def test_a_scanner_without_a_verdict_lets_nothing_pass(
    monkeypatch: pytest.MonkeyPatch,
):
    def away(_stream: Any) -> str | None:
        raise malware.Unscanned("away")

    monkeypatch.setattr(malware, "_scanners", [away])
    assert "without it" in refused(CSV)


def test_handlers_get_it_to_save_and_nobody_else_at_all(app: Any, office: Office):
    code = make.send(agency=office.name, attachment=upload(CSV))["code"]
    for user in (office.officer, office.leader):
        answer = app.get(f"/feedback/attachment/{code}", headers=portal.log_in(user))
        assert answer.body.encode() == CSV
        assert answer.headers["Content-Disposition"].startswith("attachment;")
        assert answer.headers["Content-Type"] == "application/octet-stream"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Content-Security-Policy"].startswith("sandbox")
        assert "no-store" in answer.headers["Cache-Control"]
    app.get(f"/feedback/attachment/{code}", status=404)
    app.get("/feedback/attachment/PH-2222-2222-2222", status=404)


def test_another_agency_does_not_get_it(app: Any, office: Office):
    from tests.factories import approval

    other = approval.office()
    code = make.send(agency=office.name, attachment=upload(CSV))["code"]
    headers = portal.log_in(other.officer)
    app.get(f"/feedback/attachment/{code}", headers=headers, status=404)


def test_it_goes_with_its_sender(office: Office):
    told = make.send(attachment=upload(CSV), name="Hoa", email="hoa@thu.example")
    (file,) = model.Session.scalars(sa.select(Attachment))
    assert store.read(file.file) == CSV
    name = file.file
    call_action(
        "sonla_feedback_erase",
        {"user": "", "ignore_auth": False},
        code=told["code"],
        secret=told["secret"],
    )
    with pytest.raises(FileNotFoundError):
        store.read(name)
    assert forgetting.forget_due() == 0


def test_a_text_is_no_file():
    with pytest.raises(tk.ValidationError) as error:
        make.send(attachment="../../x")
    assert "attachment" in error.value.error_dict
