"""docs/digest.md: the same content always has the same digest, another has another."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from ckanext.sonla.approval import datastore, digest, exports
from ckanext.sonla.approval.storage import store
from tests.factories import approval as make

VECTORS = sorted((Path(__file__).parent / "vectors").glob("*.json"))
DOCUMENT = Path(__file__).parents[2] / "docs" / "digest.md"

PACKAGE = {
    "id": "1",
    "name": "ten",
    "title": "Tên",
    "owner_org": "so",
    "metadata_modified": "2026-01-01",
    "tags": [{"name": "b"}, {"name": "a"}],
    "groups": [{"id": "g2"}, {"id": "g1"}],
    "extras": [],
    "resources": [
        {"id": "r", "url": "http://x/dataset/1/resource/r/download/a.csv",
         "url_type": "upload", "sha256": "0" * 64, "size": 3, "last_modified": "x"},
    ],
}  # fmt: skip


def content(**changes):
    return digest.canonical(
        {**PACKAGE, **changes},
        name="ten",
        kind="publication",
        data_period="2026",
        publish_at=None,
        tables={},
        views={},
    )


@pytest.mark.parametrize("path", VECTORS, ids=lambda path: path.stem)
def test_the_vectors_hold(path):
    vector = json.loads(path.read_text(encoding="utf-8"))
    assert digest.canonical_bytes(vector["content"]).decode() == vector["canonical"]
    assert digest.digest_of(vector["content"]) == vector["digest"]


def test_the_document_names_what_is_left_out_and_the_first_vector():
    text = DOCUMENT.read_text(encoding="utf-8")
    empty = json.loads((VECTORS[0].parent / "empty.json").read_text(encoding="utf-8"))
    assert empty["digest"] in text
    named = digest.SYSTEM_DATASET_FIELDS | digest.SYSTEM_RESOURCE_FIELDS
    elsewhere = {"resources", "groups", "organization", "owner_org",
                 "relationships_as_object", "relationships_as_subject"}  # fmt: skip
    assert [name for name in named - elsewhere if f"`{name}`" not in text] == []
    assert [name for name in exports.SETTINGS if name not in text] == [
        "client_encoding"
    ]


def test_what_ckan_stamps_changes_no_digest_and_ids_are_outside_it():
    stamped = content(
        id="2",
        metadata_modified="2027-01-01",
        private=False,
        resources=[
            {**PACKAGE["resources"][0], "id": "s", "last_modified": "y",
             "url": "http://x/dataset/2/resource/s/download/a.csv"},
        ],
    )  # fmt: skip
    assert digest.digest_of(stamped) == digest.digest_of(content())


@pytest.mark.parametrize(
    "change",
    [
        {"title": "Tên khác"},
        {"owner_org": "so-khac"},
        {"tags": [{"name": "a"}]},
        {"groups": []},
        {"resources": []},
        {"resources": [{**PACKAGE["resources"][0], "sha256": "1" * 64}]},
    ],
    ids=lambda change: next(iter(change)),
)
def test_what_the_public_reads_changes_the_digest(change):
    assert digest.digest_of(content(**change)) != digest.digest_of(content())


@pytest.mark.usefixtures("with_plugins", "clean_db")
def test_a_table_is_exported_as_the_document_says():
    office = make.office()
    revision = make.draft(office)
    resource = make.show(revision["package_id"])["resources"][0]["id"]
    records = [{"ma": "", "so": None}, {"ma": 'a"b,c\nđ', "so": 7}]
    make.table(office, resource, records)
    with datastore.owning() as cursor:
        made = exports.export(cursor, resource)
    expected = 'ma,so\n"",\n"a""b,c\nđ",7\n'.encode()
    with store.reading(made.sha256) as file:
        assert file.read() == expected
    assert made == exports.Export(hashlib.sha256(expected).hexdigest(), 2)
