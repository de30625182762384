"""Names of agencies as annexes write them, brought to one form to compare by.

`UBND xã Chiềng Mai`, `Xã Chiềng Mai` and `Ủy ban nhân dân xã Chiềng Mai, tỉnh Sơn La`
are one agency; so are `Sở GD&ĐT` and `Sở Giáo dục và Đào tạo`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import yaml

import ckan.plugins.toolkit as tk

from .folding import fold

_FORMER = Path(__file__).parent / "data" / "former_agencies.yaml"
_COMMITTEE = re.compile(r"^ubnd (?=xa |phuong |thi tran )")
_NUMBERED = re.compile(r"^\d+ ")
# What is left of the name of a class when the words for "all of them" are taken out.
_PLURAL = ("cac", "tat", "ca", "toan", "bo", "cap")
_FILLING = {
    *_PLURAL, "ubnd", "uy", "ban", "nhan", "dan", "va", "tren", "dia", "tinh", "cua",
    "thuoc", "truc", "moi", "tung", "son", "la",
}  # fmt: skip
_COMMUNES = {"xa", "phuong", "thi", "tran"}
_DISTRICTS = {"huyen", "thanh", "pho"}
_UNITS = {"don", "vi", "su", "nghiep", "cong", "lap"}
_OFFICES = {"so", "nganh", "co", "quan", "chuyen", "mon"}


@dataclass(frozen=True)
class Former:
    """an agency of before: its name, and who follows it."""

    name: str
    successors: tuple[str, ...]


@dataclass(frozen=True)
class Words:
    """What the table of former names and short forms says."""

    former: tuple[Former, ...]
    short_forms: dict[str, str]


@lru_cache(maxsize=4)
def _words(path: str) -> Words:
    documents = [yaml.safe_load(_FORMER.read_text(encoding="utf-8"))]
    if path:
        documents.insert(0, yaml.safe_load(Path(path).read_text(encoding="utf-8")))
    former: list[Former] = []
    short: dict[str, str] = {}
    for document in reversed(documents):
        short |= {k: fold(v) for k, v in (document.get("short_forms") or {}).items()}
    for document in documents:
        former += [
            Former(str(line["former"]), tuple(map(str, line["successors"])))
            for line in document.get("agencies") or []
        ]
    return Words(tuple(former), short)


def words() -> Words:
    """Return the portal's table of former names, the site's own lines first."""
    return _words(tk.config["sonla.catalogue.former_agencies"] or "")


@lru_cache(maxsize=20_000)
def agency_key(text: str, province: str = "") -> str:
    """Return the form of an agency's name by which names are compared.

    Args:
        text: the name as somebody writes it.
        province: the province's name, which many write behind an agency's.
    """
    folded = fold(text).replace("uy ban nhan dan", "ubnd")
    folded = _COMMITTEE.sub("", folded)
    for tail in (f" tinh {province}", f" {province}", " tinh"):
        if province and folded.endswith(tail) and len(folded) > len(tail):
            folded = folded.removesuffix(tail)
            break
    # "Sở Giáo dục & Đào tạo" has no "và".
    kind, *rest = [one for one in folded.split() if one != "va"] or [""]
    if kind in ("so", "ban") and rest:
        full = words().short_forms.get("".join(rest), "").split()
        rest = [one for one in full if one != "va"] or rest
    return " ".join([kind, *rest])


def class_of(text: str) -> tuple[str, bool] | None:
    """Return the class of agencies that a text means, and whether it still exists.

    Districts ended on 1-7-2025; their communes follow them.
    """
    folded = _NUMBERED.sub("cac ", fold(text))
    said = folded.split()
    left = {one for one in said if one not in _FILLING}
    several = any(one in _PLURAL for one in said)
    if not left or (not several and not {"xa", "phuong"} <= left):
        return None
    if left <= _COMMUNES | _DISTRICTS and left & {"xa", "phuong", "huyen"}:
        return "commune", not left & _DISTRICTS
    if left <= _OFFICES and left & {"so", "nganh"}:
        return "department", True
    if left <= _UNITS and {"don", "vi", "nghiep"} <= left:
        return "public_unit", True
    return None
