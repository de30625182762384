"""How personal data looks in Vietnamese tables: numbers, and what columns are called.

A citizen's number (CCCD) is built by Decree 137/2015/NĐ-CP, article 13: three digits of
the province or country of birth, one of century and sex, two of the year, six random.
Columns are compared without accents and case: `Ngày sinh` is `ngay sinh`.
"""

from __future__ import annotations

import re
import unicodedata

# The provinces' codes of Circular 59/2021/TT-BCA, still those of everybody born before
# the mergers of 2025.
PROVINCES = (  # noqa: SIM905 - a list of digits reads worse
    "001 002 004 006 008 010 011 012 014 015 017 019 020 022 024 025 026 027 030 031 "
    "033 034 035 036 037 038 040 042 044 045 046 048 049 051 052 054 056 058 060 062 "
    "064 066 067 068 070 072 074 075 077 079 080 082 083 084 086 087 089 091 092 093 "
    "094 095 096"
).split()
MOBILE = r"(?:\+?84|0)(?:3[2-9]|5[25689]|7[06-9]|8[1-9]|9[0-9])[0-9]{7}"
# Mailboxes of persons; an office writes from its own domain.
MAILBOX = (
    r"[A-Za-z0-9._%+-]+@(?:gmail|yahoo|hotmail|outlook|live|icloud|proton|zoho)"
    r"\.[A-Za-z.]{2,10}"
)
OLD_CARD = r"[0-9]{9}"
# An old card begins with the code of the province that gave it, 01 to 38.
CARD = r"(?:0[1-9]|[12][0-9]|3[0-8])[0-9]{7}"
# A person's tax code begins with 8; a company's doesn't.
PERSONS_TAX = r"8[0-9]{9}(?:-?[0-9]{3})?"
ACCOUNT = r"[0-9]{6,19}"
ACCOUNT_IN_TEXT = (
    r"(?:stk|số tk|số tài khoản|tài khoản số|tài khoản ngân hàng)"
    r"[^0-9]{0,20}[0-9]{8,19}(?![0-9])"
)
# In running text a number counts only beside a word for it.
IN_TEXT = (
    r"(?:cmnd|cmtnd|cccd|căn cước|chứng minh nhân dân|định danh cá nhân)"
    r"[^0-9]{0,30}(?:[0-9]{12}|[0-9]{9})(?![0-9])"
)


def citizens_number(year: int) -> str:
    """Return the pattern of a citizen's number issued until a year.

    Args:
        year: nobody is born after it.
    """
    young = "|".join(f"{short:02d}" for short in range(year % 100 + 1))
    return (
        f"(?:{'|'.join(PROVINCES)})"
        # 0 and 1 are the 1900s, 2 and 3 the 2000s.
        f"(?:[01](?:[2-9][0-9])|[23](?:{young}))[0-9]{{6}}"
    )


# What a column is called → what it holds. The first that fits is taken.
_COLUMNS = (
    (
        "birth",
        r"ngay (thang nam )?sinh|nam sinh|date of birth|birth ?(date|day|year)|dob",
    ),
    (
        "identity",
        (
            r"cccd|cmnd|cmtnd|can cuoc|chung minh (nhan dan|thu)|so dinh danh"
            r"|dinh danh ca nhan|ho chieu|passport|id card"
        ),
    ),
    ("account", r"so tai khoan|tai khoan ngan hang|stk|bank account|iban"),
    ("tax", r"ma so thue|mst|tax (code|id)"),
    ("phone", r"dien thoai|sdt|so dt|di dong|phone|mobile|zalo"),
    (
        "name",
        (
            r"ho (va )?ten|ho dem|ten (chu ho|hoc sinh|hoc vien|sinh vien|benh nhan"
            r"|khach hang|can bo|nhan vien|nguoi \w+)|chu ho|nguoi (dai dien|dung ten"
            r"|nop|lien he|su dung dat)|full ?name|first ?name|last ?name"
        ),
    ),
)
_KINDS = [(kind, re.compile(rf"\b(?:{words})\b")) for kind, words in _COLUMNS]


def kind_of(*names: str) -> str | None:
    """Return what a column holds by its name or title; None if they don't say."""
    for name in names:
        plain = _folded(name)
        for kind, words in _KINDS:
            if words.search(plain):
                return kind
    return None


def _folded(name: str) -> str:
    apart = unicodedata.normalize("NFD", name.lower().replace("đ", "d"))
    letters = "".join(one for one in apart if not unicodedata.combining(one))
    return re.sub(r"[^a-z0-9]+", " ", letters).strip()


def masked(value: str) -> str:
    """Return a value that shows what kind it is, and not whose."""
    if "@" in value:
        name, _, place = value.partition("@")
        return f"{name[:1]}***@{place}"[:60]
    shown = value[:60]
    hidden = re.sub(r"\w", "*", shown[3:-2])
    return shown[:3] + hidden + shown[-2:]
