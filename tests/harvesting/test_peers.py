"""Agencies' real programs: Datasette, json-server, and SQLite with all flights."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from ckanext.sonla.harvesting import rest

from . import peers
from .conftest import OWNED
from .reading import PATIENT, read, rows_of

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.usefixtures("at_home")
SOME = 50_000


# Over HTTP


def test_datasette_gives_its_flights_by_its_next_page(flights: Path, folder: Path):
    config = {
        **OWNED,
        "records": "rows",
        "parameters": {"_size": "max", "_shape": "objects", "id__lte": SOME},
        "paging": {"type": "next_link", "path": "next_url"},
        "key": ["id"],
    }
    with peers.datasette(flights, folder) as address:
        limits = replace(PATIENT, page_bytes=20_000_000)
        url = f"{address}/flights/flights.json"
        seen, checkpoints = 0, []
        for page in rest.pull(url, config, {}, None, limits):
            assert page.rows[0]["id"] == seen + 1
            seen += len(page.rows)
            checkpoints.append(page.checkpoint)
        assert seen == SOME
        # Broken off behind the last page but two, it goes on with exactly what is left.
        again = rest.pull(url, config, {}, checkpoints[-3], limits)
        ids = [row["id"] for page in again for row in page.rows]
        assert ids == list(range(len(checkpoints[:-2]) * 10_000 + 1, seen + 1))


def test_json_server_gives_every_plane_by_its_link_header(folder: Path):
    config = {
        **OWNED,
        "parameters": {"_page": 1, "_limit": 500},
        "paging": {"type": "link_header"},
    }
    with peers.json_server(folder) as address:
        pages = list(rest.pull(f"{address}/planes", config, {}, None, PATIENT))
        assert [row["tailnum"] for row in rows_of(pages)] == [
            plane["tailnum"] for plane in peers.planes()
        ]
        assert len(pages) == 7
        # One table, one answer, and asked again whether it changed: one request.
        (page,) = rest.pull(f"{address}/planes", OWNED, {}, None, PATIENT)
        (same,) = rest.pull(f"{address}/planes", OWNED, {}, page.checkpoint, PATIENT)
        assert (same.unchanged, same.requests, same.rows) == (True, 1, [])


# Databases


def test_sqlite_gives_every_flight_and_goes_on_behind_any_page(files: None):
    url = "sqlite:///flights.db"
    pages = read(url, **{"from": "flights"}, key=["id"])
    assert sum(len(page.rows) for page in pages) == peers.FLIGHTS
    assert max(len(page.rows) for page in pages) == 20_000
    checkpoint = json.loads(json.dumps(pages[14].checkpoint))
    again = read(url, checkpoint, **{"from": "flights"}, key=["id"])
    assert rows_of(again) == rows_of(pages[15:])
