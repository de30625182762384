"""Everybody reads the portal, in Vietnamese and English (article 11.2)."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from babel.messages.pofile import read_po
from bs4 import BeautifulSoup

import ckanext.sonla
from tests.factories.portal import Town, log_in

LANGUAGES = ("vi", "en")
STRINGS = Path(ckanext.sonla.__file__).parent / "i18n" / "vi" / "LC_MESSAGES"
SHORTEST = 8


def _addresses(town: Town) -> list[str]:
    dataset = f"/dataset/{town.published['dataset_id']}"
    return [
        "/",
        "/about",
        "/dataset",
        "/dataset?q=tiểu+học",
        "/dataset?q=khong-co-gi",
        "/organization",
        f"/organization/{town.office.name}",
        "/group",
        f"/group/{town.domain}",
        dataset,
        f"{dataset}/history",
        f"{dataset}/history/1",
        f"{dataset}/resource/{town.resource}",
        f"{dataset}/resource/{town.resource}?offset=25",
        f"{dataset}/resource/{town.resource}?offset=nonsense",
        f"/revision/{town.published['id']}",
    ]


def _text(page: str) -> str:
    soup = BeautifulSoup(page, "html.parser")
    for part in soup(["script", "style", "code", "pre"]):
        part.decompose()
    return re.sub(r"\s+", " ", soup.get_text(" "))


def _ours() -> list[str]:
    """Return our English strings that a Vietnamese page must not show."""
    found = []
    for feature in ("portal", "approval", "shared"):
        with (STRINGS / f"sonla-{feature}.po").open("rb") as po:
            for message in read_po(po):
                texts = [message.id] if isinstance(message.id, str) else message.id
                found += [t for t in texts if len(t) >= SHORTEST and "{" not in t]
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_open_in_both_languages(site: Any, town: Town, language: str):
    for address in _addresses(town):
        answer = site.get(f"/{language}{address}")
        assert answer.status_code == 200, address
        assert f'<html lang="{language}"' in answer.text, address


def test_vietnamese_pages_show_none_of_our_english(site: Any, town: Town):
    ours = _ours()
    for address in _addresses(town):
        text = _text(site.get(f"/vi{address}").text)
        left = [words for words in ours if re.search(rf"\b{re.escape(words)}\b", text)]
        assert left == [], address


def test_work_pages_show_none_of_our_english(site: Any, town: Town):
    ours = _ours()
    for name in (town.office.officer, town.office.leader):
        for address in ("/inbox", f"/revision/{town.draft['id']}"):
            page = site.get(f"/vi{address}", headers=log_in(name)).text
            text = _text(page)
            left = [
                words for words in ours if re.search(rf"\b{re.escape(words)}\b", text)
            ]
            assert left == [], (name, address)


def test_a_dataset_page_says_who_answers_and_what_was_approved(site: Any, town: Town):
    """Articles 8.1 and 8.3."""
    text = _text(site.get(f"/vi/dataset/{town.published['dataset_id']}").text)
    assert "Sở Giáo dục và Đào tạo" in text
    assert "Lãnh đạo Sở Giáo dục và Đào tạo" in text
    assert "Quý III năm 2026" in text
    assert "Điều khoản sử dụng" in text
    assert "Cách trích dẫn" in text


def test_a_table_shows_at_once_with_its_dictionary(site: Any, town: Town):
    page = site.get(f"/vi/dataset/{town.published['dataset_id']}").text
    text = _text(page)
    assert "Tiểu học số 8" in text
    assert "Từ điển dữ liệu" in text
    assert "trên tổng số 60" in text


def test_a_table_can_be_paged_without_a_script(site: Any, town: Town):
    address = f"/vi/dataset/{town.published['dataset_id']}/resource/{town.resource}"
    assert "Tiểu học số 26" not in _text(site.get(address).text)
    assert "Tiểu học số 26" in _text(site.get(f"{address}?offset=25").text)


def test_strangers_do_not_learn_of_drafts(site: Any, town: Town):
    assert (
        site.get(f"/revision/{town.draft['id']}", expect_errors=True).status_code == 403
    )
    assert "Trường mầm non" not in site.get("/dataset").text
    assert (
        "Mở bản cập nhật"
        not in site.get(f"/vi/dataset/{town.published['dataset_id']}").text
    )


def test_every_page_can_be_skipped_to_its_content(site: Any, town: Town):
    """WCAG 2.2, 2.4.1, and one heading of the first level on every page."""
    for address in _addresses(town):
        soup = BeautifulSoup(site.get(address).text, "html.parser")
        skip = soup.select_one("a.skip-link")
        assert skip is not None, address
        assert soup.select_one(str(skip["href"])) is not None, address
        assert len(soup.select("h1")) == 1, address


def test_pages_load_nothing_from_elsewhere(site: Any, town: Town):
    """No foreign script, style, font or picture learns who reads."""
    for address in _addresses(town):
        soup = BeautifulSoup(site.get(address).text, "html.parser")
        for part in soup.select(
            "script[src], link[rel=stylesheet], img[src], iframe[src]"
        ):
            source = str(part.get("src") or part.get("href"))
            assert source.startswith(("/", "http://test.ckan.net/")), (address, source)
