"""The one file that feedback may have: an image or a table, known by its content.

Images are drawn anew, so that nothing but the picture is kept: no place where it was
taken, no name of who took it, nothing behind it. Of a table the bytes stay, and nobody
is ever served them but as a file to save (docs/feedback-sending.md).
"""

from __future__ import annotations

import io
import re
import unicodedata
import zipfile
from dataclasses import dataclass
from pathlib import PurePosixPath, PureWindowsPath
from typing import Any

from PIL import Image, ImageOps

import ckan.plugins.toolkit as tk
from ckanext.sonla.shared import malware, policy

from . import texts

MEGABYTE = 1024 * 1024
MOST_PIXELS = 50_000_000
MOST_UNPACKED = 100 * MEGABYTE
MOST_PARTS = 2000
LONGEST_NAME = 80

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# Pillow's name: MIME type, ending, how it is written.
IMAGES: dict[str, tuple[str, str, dict[str, Any]]] = {
    "PNG": ("image/png", ".png", {"optimize": False}),
    "JPEG": ("image/jpeg", ".jpg", {"quality": 88}),
    "WEBP": ("image/webp", ".webp", {"quality": 88}),
}
_UNSAFE = re.compile(r'[\\/:*?"<>|;%&$`\'\x00-\x1f]+')
_MARKUP = re.compile(rb"\s*(?:\xef\xbb\xbf)?\s*<")
_CODINGS = ("utf-8-sig", "utf-16", "cp1258")


@dataclass(frozen=True)
class Checked:
    """A file that may be kept."""

    content: bytes
    name: str
    mimetype: str
    scanned: bool


def checked(upload: Any) -> Checked:
    """Return an uploaded file as it is kept.

    Args:
        upload: what Werkzeug makes of a file in a form: `filename`, `stream`.

    Raises:
        ValidationError: it is too big, no image and no table, or has malware in it.
    """
    most = policy.number("feedback_attachment_megabytes") * MEGABYTE
    content = upload.stream.read(most + 1)
    if not content:
        raise _refused(tk._("The file is empty."))
    if len(content) > most:
        raise _refused(
            tk._("The file is larger than {most} MB.").format(most=most // MEGABYTE)
        )
    scanned = _scanned(content)
    told = _image(content) or _workbook(content) or _table(content)
    if told is None:
        raise _refused(
            tk._("Attach an image (PNG, JPEG, WebP) or a table (CSV, XLSX).")
        )
    made, mimetype, ending = told
    return Checked(made, _name(upload.filename or "", ending), mimetype, scanned)


def _scanned(content: bytes) -> bool:
    """Tell whether a scanner found a file clean; False where the portal has none."""
    try:
        found = malware.scan(io.BytesIO(content))
    except malware.NoScanner:
        return False
    except malware.Unscanned:
        if policy.switch("scan_required"):
            raise _refused(
                tk._(
                    "The file could not be checked for malware just now. Send without "
                    "it, or try again later."
                )
            ) from None
        return False
    if found is not None:
        raise _refused(tk._("The file has malware in it."))
    return True


def _image(content: bytes) -> tuple[bytes, str, str] | None:
    """Return a picture drawn anew, without anything that it carried beside."""
    try:
        with Image.open(io.BytesIO(content), formats=list(IMAGES)) as opened:
            if opened.width * opened.height > MOST_PIXELS:
                raise _refused(tk._("The image has too many pixels."))
            kind = str(opened.format)
            upright = ImageOps.exif_transpose(opened)
            plain = upright.convert("RGBA" if _see_through(upright) else "RGB")
    except tk.ValidationError:
        raise
    # What Pillow meets in a broken file is of many kinds.
    except Exception:
        return None
    mimetype, ending, how = IMAGES[kind]
    if kind == "JPEG":
        plain = plain.convert("RGB")
    # A new picture of the same dots: `info` of the old one stays behind.
    drawn = Image.new(plain.mode, plain.size)
    drawn.paste(plain)
    out = io.BytesIO()
    drawn.save(out, kind, **how)
    return out.getvalue(), mimetype, ending


def _see_through(image: Image.Image) -> bool:
    return image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info


def _workbook(content: bytes) -> tuple[bytes, str, str] | None:
    """Return a workbook without macros that unpacks to no more than it should."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            parts = packed.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        return None
    names = {part.filename for part in parts}
    if not {"[Content_Types].xml", "xl/workbook.xml"} <= names:
        return None
    if any("vbaproject" in name.lower() or "activex" in name.lower() for name in names):
        raise _refused(tk._("The workbook has macros in it; save it without them."))
    unpacked = sum(part.file_size for part in parts)
    if len(parts) > MOST_PARTS or unpacked > MOST_UNPACKED:
        raise _refused(tk._("The workbook unpacks to too much."))
    return content, XLSX, ".xlsx"


def _table(content: bytes) -> tuple[bytes, str, str] | None:
    """Return a text that may be a table; what begins as HTML or SVG is none."""
    if _MARKUP.match(content):
        return None
    if content.startswith((b"%PDF", b"{\\rtf", b"#!", b"MZ", b"GIF8")):
        return None
    for coding in _CODINGS:
        if coding == "utf-16" and not content.startswith((b"\xff\xfe", b"\xfe\xff")):
            continue
        try:
            text = content.decode(coding)
        except UnicodeDecodeError:
            continue
        if _reads(text):
            return content, "text/csv", ".csv"
        return None
    return None


def _reads(text: str) -> bool:
    """Tell whether a text has rows of cells and nothing that no text has."""
    if any(unicodedata.category(one) == "Cc" and one not in "\t\r\n" for one in text):
        return False
    first = text.lstrip().split("\n", 1)[0]
    return not first.lstrip().startswith("<") and any(one in first for one in ",;\t|")


def _name(given: str, ending: str) -> str:
    """Return a file's name without folders, and with the ending of its content."""
    base = PureWindowsPath(PurePosixPath(given).name).name
    stem = _UNSAFE.sub("-", texts.one_line(base).replace("\n", " "))
    stem = stem.rsplit(".", 1)[0].strip(" .-")[:LONGEST_NAME]
    return f"{stem or tk._('attachment')}{ending}"


def _refused(sentence: str) -> tk.ValidationError:
    return tk.ValidationError({"attachment": [sentence]})
