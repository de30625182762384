"""What the templates of an edition's papers are filled with."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.sonla.catalogue import comparison, forms, register, vocabulary
from ckanext.sonla.catalogue.answers import entry_dicts
from ckanext.sonla.catalogue.directory import Directory
from ckanext.sonla.catalogue.rounds.answers import round_dict
from ckanext.sonla.catalogue.rounds.model import ReviewAnswer, ReviewRound
from ckanext.sonla.shared import clock
from ckanext.sonla.shared.formats import sonla_date

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ckanext.sonla.catalogue.model import Edition


def of(edition: Edition) -> dict[str, Any]:
    """Return everything that any of the three templates may name."""
    compared = comparison.compare(edition)
    entries = entry_dicts(register.entries_of(edition.id))
    amends = edition.kind == "amending"
    return {
        **_offices(),
        "about": tk._("approving and announcing updates of the open data catalogue")
        if amends
        else tk._("approving and announcing the open data catalogue"),
        "annex_title": ("CẬP NHẬT " if amends else "") + "DANH MỤC DỮ LIỆU MỞ",
        "amends": amends,
        "base": _decision(comparison.followed_by(edition)),
        "counts": compared["counts"],
        "total": len(entries),
        "domains": _by_domain(entries),
        "parts": _changes(compared["results"]) if amends else _whole(entries),
        "round": _round(edition),
        "decision_number": edition.decision_number,
        "decision_date": sonla_date(edition.decision_date),
        "effective": sonla_date(edition.effective_date),
        "year": clock.today().year,
    }


def _offices() -> dict[str, Any]:
    superior, office = (
        str(tk.config[f"sonla.portal.{name}"]) for name in ("superior", "office")
    )
    head = str(tk.config["sonla.catalogue.office_head"])
    place = str(tk.config["sonla.portal.place"])
    return {
        "superior": superior.upper(),
        "superior_plain": superior,
        "office": office.upper(),
        "office_plain": office,
        "office_head": head.upper(),
        "office_head_plain": f"{head} {office}",
        "place": place,
        "of_province": f" tỉnh {place}",
        "regulation": tk.config["sonla.policy.regulation"],
        "bases": [
            line.strip().rstrip(";.")
            for line in str(tk.config["sonla.catalogue.legal_bases"]).split("|")
            if line.strip()
        ],
    }


def _decision(edition: Edition | None) -> str:
    if edition is None or not edition.decision_number:
        return ""
    return f"Quyết định số {edition.decision_number} ngày " + sonla_date(
        edition.decision_date
    )


def _by_domain(entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    counts: dict[str, int] = {}
    for one in entries:
        counts[one["domain_title"]] = counts.get(one["domain_title"], 0) + 1
    return [
        {"number": number, "title": title, "count": count}
        for number, (title, count) in enumerate(sorted(counts.items()), start=1)
    ]


def _whole(entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the lines of an edition that replaces all, under their domains."""
    ordered = sorted(entries, key=lambda one: (one["domain_title"], one["position"]))
    return [
        {"heading": title.upper(), "lines": _lines(group), "changes": []}
        for title, group in groupby(ordered, key=lambda one: one["domain_title"])
    ]


def _changes(results: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return what an amending edition adds, changes and takes out, a part each."""
    directory = Directory.read()
    headings = (
        ("added", "BỔ SUNG VÀO DANH MỤC"),
        ("changed", "SỬA ĐỔI TRONG DANH MỤC"),
        ("retired", "ĐƯA RA KHỎI DANH MỤC"),
    )
    parts = []
    for change, heading in headings:
        found = [one for one in results if one["change"] == change]
        if not found:
            continue
        number = ("I", "II", "III")[len(parts)]
        parts.append(
            {
                "heading": f"{number}. {heading}",
                "lines": _lines(one["entry"] or one["before"] for one in found),
                "changes": [
                    {
                        "code": one["code"],
                        "field": forms.field_title(field["field"]),
                        **{
                            side: forms.value_text(
                                field["field"], field[side], directory
                            )
                            for side in ("before", "after")
                        },
                    }
                    for one in found
                    for field in one["fields"]
                ],
            }
        )
    return parts


def _lines(entries: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {
            "number": number,
            "code": one["code"],
            "title": one["title"],
            "domain": one["domain_title"],
            "lead": one["lead_agency_title"],
            "providers": vocabulary.label("agency_kind", one["providers"]["class"])
            if one["providers"]["kind"] == "class"
            else "; ".join(one["provider_titles"]),
            "cycle": vocabulary.label("update_cycle", one["update_cycle"]),
            "formats": ", ".join(one["formats"]),
            "sharing": ", ".join(
                vocabulary.label("sharing", way) for way in one["sharing"]
            ),
            "publish_by": sonla_date(one["publish_by"]),
        }
        for number, one in enumerate(entries, start=1)
    ]


def _round(edition: Edition) -> dict[str, Any] | None:
    """Return the round whose answers are in the edition."""
    found = model.Session.scalars(
        sa.select(ReviewRound)
        .join(ReviewAnswer, ReviewAnswer.round_id == ReviewRound.id)
        .where(ReviewAnswer.edition_id == edition.id)
        .order_by(ReviewRound.opened.desc())
    ).first()
    if found is None:
        return None
    counts = round_dict(found)["counts"]
    return {
        "due": sonla_date(found.due),
        "asked": sum(counts.values()),
        "approved": counts["approved"],
    }
