"""Text of a file: which encoding it has, and its lines in NFC."""

from __future__ import annotations

import codecs
import io
import re
import unicodedata
from typing import IO, TYPE_CHECKING

from ckanext.sonla.intake.problems import Unreadable
from ckanext.sonla.shared.findings import INFORMS, Finding
from ckanext.sonla.shared.msgid import N_

from . import legacy

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ckanext.sonla.intake.limits import Limits

SAMPLE = 65536
BLOCK = 1 << 20
BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Text has none of these control characters.
CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
# CP1258 writes a tone as a mark after its vowel: elsewhere it is no Vietnamese.
STRAY_MARK = re.compile(r"(?<![^\W\d_])[\u0300\u0301\u0303\u0309\u0323]")
VIETNAMESE = re.compile(r"[\u0300\u0301\u0303\u0309\u0323ăâđêôơưĂÂĐÊÔƠƯàáèéìíòóùúý]")
# The vowels of TCVN3 (ABC) fonts, as CP1258 shows them inside words.
TCVN3 = re.compile(r"(?<=[^\W\d_])[µ¶·¸¹¨©ª«¬®¦§¾¼½Æ]")  # noqa: RUF001 - on purpose


def encoding_of(path: Path, chosen: str | None = None) -> str:
    """Return the encoding of a text file.

    What was chosen holds for what its bytes don't tell. Else a byte order mark decides;
    then UTF-16 by its zero bytes, UTF-8 if every byte agrees, else CP1258, the one-byte
    encoding of Vietnamese Windows, or `tcvn3` or `vni`, whose letters are those of
    Western fonts.

    Raises:
        Unreadable: for bytes that are no text in any of them.
    """
    with path.open("rb") as file:
        sample = file.read(SAMPLE)
    for mark, name in BOMS:
        if sample.startswith(mark):
            return name
    if b"\x00" in sample:
        return _utf16(sample)
    if _decodes(path, "utf-8"):
        return "utf-8"
    western = sample.decode("latin-1")
    if chosen in legacy.CONVERTERS:
        if _ahead_of_windows(sample, chosen, western) >= 0:
            return chosen
    elif chosen is None:
        name = legacy.detected([western], legacy.ENOUGH_BYTES)
        if name and _ahead_of_windows(sample, name, western) > 0:
            return name
    if _decodes(path, "cp1258") and _is_vietnamese(sample.decode("cp1258", "replace")):
        return "cp1258"
    raise _unknown()


def _ahead_of_windows(sample: bytes, name: str, western: str) -> float:
    """Return by how much bytes are rather TCVN3 or VNI than CP1258."""
    older = legacy.fitness([legacy.CONVERTERS[name](western)])[0]
    windows = normalized(sample.decode("cp1258", "replace"))
    return older - legacy.fitness([windows])[0]


def _unknown() -> Unreadable:
    return Unreadable(
        "encoding",
        N_(
            "The file's characters can't be read. Save it as UTF-8 and upload it again."
        ),
    )


def _utf16(sample: bytes) -> str:
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    for name, many, few in (("utf-16-le", odd, even), ("utf-16-be", even, odd)):
        if many > 2 * few:
            text = sample[: len(sample) // 2 * 2].decode(name, "replace")
            if not CONTROL.search(text):
                return name
    raise Unreadable("not_a_table", N_("The file is not text, so it is no table."))


def _decodes(path: Path, name: str) -> bool:
    decoder = codecs.getincrementaldecoder(name)()
    with path.open("rb") as file:
        try:
            while block := file.read(BLOCK):
                decoder.decode(block)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return True


def _is_vietnamese(text: str) -> bool:
    if CONTROL.search(text) or STRAY_MARK.search(text):
        return False
    return len(TCVN3.findall(text)) <= len(VIETNAMESE.findall(text))


def open_text(path: Path, encoding: str) -> IO[str]:
    """Open a text file as the csv module wants it: with its own line ends."""
    return io.TextIOWrapper(path.open("rb"), encoding=codec_of(encoding), newline="")


def codec_of(encoding: str) -> str:
    """Return Python's name of an encoding; an old one is converted cell by cell."""
    return "latin-1" if encoding in legacy.CONVERTERS else encoding


def converted(encoding: str) -> list[Finding]:
    """Return what to say of a file in another encoding than UTF-8."""
    if encoding in ("utf-8", "utf-8-sig", *legacy.CONVERTERS):
        return []
    return [
        Finding(
            "encoding",
            INFORMS,
            N_("The table was converted from {encoding} to UTF-8."),
            {"encoding": encoding.upper()},
        )
    ]


def _composed() -> Finding:
    return Finding(
        "encoding.composed",
        INFORMS,
        N_("Letters and their marks stood apart; they were joined (Unicode NFC)."),
    )


def lines(
    file: IO[str], limits: Limits, notes: list[Finding] | None = None
) -> Iterator[str]:
    """Yield the lines of a file in NFC; the first that wasn't is noted.

    Raises:
        Unreadable: for a line longer than the policy allows, characters that are not
            of the file's encoding, or control characters.
    """
    for number in range(1, limits.rows * 2 + limits.line):
        try:
            line = file.readline(limits.line + 1)
        except UnicodeDecodeError as error:
            raise _unknown() from error
        if not line:
            return
        if len(line) > limits.line:
            raise Unreadable(
                "line_length",
                N_("Line {line} is longer than {limit} characters."),
                params={"line": number, "limit": limits.line},
            )
        if CONTROL.search(line):
            raise Unreadable(
                "not_a_table",
                N_("Line {line} has control characters: the file is not text."),
                params={"line": number},
            )
        whole = normalized(line)
        if notes is not None and whole is not line:
            notes.append(_composed())
            notes = None
        yield whole


def normalized(text: str) -> str:
    """Return text in NFC, so that the same word is the same characters."""
    if text.isascii() or unicodedata.is_normalized("NFC", text):
        return text
    return unicodedata.normalize("NFC", text)
