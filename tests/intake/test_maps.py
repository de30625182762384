"""Maps become tables: VN-2000 is told and converted, what isn't said is asked."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path  # noqa: TC003 - a fixture
from typing import Any

import numpy as np
import pyogrio.raw
import pytest
import shapely
from pyproj import CRS, Transformer

from ckanext.sonla.intake.choice import Choice

# The stations of two communes, in degrees.
PLACES = {"T01": (103.9188, 21.3256), "T02": (104.6512, 20.8473)}
SCHEMA = {
    "primaryKey": "ma",
    "fields": [
        {"name": "ma", "title": "Mã trạm"},
        {"name": "giuong", "type": "integer"},
        {"name": "vi_tri", "type": "geojson"},
    ],
}
# As a province's office writes it: no datum by a name that anybody knows.
PRJ = (
    'PROJCS["Son La 104",GEOGCS["GCS_Local",DATUM["D_Local",SPHEROID["WGS_1984",'
    '6378137.0,298.257223563]],PRIMEM["Greenwich",0.0],UNIT["Degree",'
    '0.0174532925199433]],PROJECTION["Transverse_Mercator"],'
    'PARAMETER["False_Easting",500000.0],PARAMETER["False_Northing",0.0],'
    'PARAMETER["Central_Meridian",104.0],PARAMETER["Scale_Factor",0.9999],'
    'PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]'
)


def written(path: Path, crs: str | None, **options: Any) -> None:
    """Write the stations in a system, by GDAL."""
    points = [shapely.Point(*place) for place in PLACES.values()]
    if crs:
        change = Transformer.from_crs("EPSG:4326", crs, always_xy=True)
        points = [shapely.Point(*change.transform(one.x, one.y)) for one in points]
    pyogrio.raw.write(
        str(path),
        np.array([shapely.to_wkb(one) for one in points], dtype=object),
        [np.array(list(PLACES), dtype=object), np.array([5, 7])],
        ["ma", "giuong"],
        geometry_type="Point",
        crs=crs or "EPSG:4326",
        **options,
    )


def zipped(folder: Path, *, prj: str | None = "keep") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as container:
        for part in sorted(folder.glob("tram.*")):
            if part.suffix != ".prj" or prj == "keep":
                container.write(part, part.name)
        if prj not in (None, "keep"):
            container.writestr("tram.prj", str(prj))
    return out.getvalue()


def places(read):
    found = [json.loads(row["vi_tri"])["coordinates"] for row in read]
    assert [row["giuong"] for row in read] == [5, 7]
    return found


def near(found) -> bool:
    # Twenty centimetres: as good as the shift itself.
    return all(
        abs(one - other) < 2e-6
        for place, told in zip(PLACES.values(), found, strict=True)
        for one, other in zip(place, told, strict=True)
    )


@pytest.mark.parametrize("crs", [None, "EPSG:3405", "EPSG:9206", "EPSG:32648"])
def test_a_geopackage_is_read_in_degrees(load, rows, tmp_path, crs):
    written(tmp_path / "tram.gpkg", crs)
    result = load(tmp_path / "tram.gpkg", "GPKG", SCHEMA)
    assert near(places(rows(result)))
    told = [one for one in result.findings.kept if one.rule == "map.converted"]
    assert len(told) == (crs is not None)
    if crs in ("EPSG:3405", "EPSG:9206"):
        assert "VN-2000" in told[0].params["crs"]
        kept = load(
            tmp_path / "tram.gpkg", "GPKG", SCHEMA, choice=Choice(convert=False)
        )
        assert places(rows(kept))[0][0] > 180


def test_a_shapefile_of_a_provinces_own_zone_is_told_to_be_vn_2000(
    load, rows, tmp_path
):
    written(tmp_path / "tram.shp", "EPSG:9206")
    result = load(zipped(tmp_path, prj=PRJ), "SHP", SCHEMA)
    assert near(places(rows(result)))
    told = [one for one in result.findings.kept if one.rule == "map.converted"]
    assert told[0].params["crs"] == "VN-2000 / TM-3 104°"


def test_metres_without_a_word_are_refused_until_the_system_is_chosen(
    load, rows, tmp_path
):
    written(tmp_path / "tram.shp", "EPSG:9206")
    content = zipped(tmp_path, prj=None)
    result = load(content, "SHP", SCHEMA)
    assert [one.rule for one in result.findings.kept] == ["map.crs"]
    chosen = load(content, "SHP", SCHEMA, choice=Choice(crs="EPSG:9206"))
    assert near(places(rows(chosen)))
    wrong = load(content, "SHP", SCHEMA, choice=Choice(crs="EPSG:999999"))
    assert [one.rule for one in wrong.findings.kept] == ["map.crs.unknown"]


def test_a_geojson_file_is_read_and_one_in_metres_refused(load, rows, tmp_path):
    written(tmp_path / "tram.geojson", None)
    result = load(tmp_path / "tram.geojson", "GEOJSON", SCHEMA)
    assert near(places(rows(result)))
    text = (tmp_path / "tram.geojson").read_text()
    feature = json.loads(text)["features"][0]
    feature["geometry"]["coordinates"] = [500123.0, 2351234.0]
    metres = json.dumps({"type": "FeatureCollection", "features": [feature]})
    refused = load(metres.encode(), "GEOJSON", SCHEMA)
    assert [one.rule for one in refused.findings.kept] == ["map.crs"]


@pytest.mark.parametrize(
    ("content", "kind", "rule"),
    [
        (b"{}", "GEOJSON", "broken"),
        (b"PK\x03\x04 no zip", "SHP", "broken"),
        (b"SQLite format 3\0" + b"\0" * 200, "GPKG", "broken"),
        (b"ma,ten\n1,2\n", "GPKG", "format"),
        (b'{"type": "FeatureCollection", "features": [', "GEOJSON", "broken"),
    ],
)
def test_what_is_no_map_says_so(load, content, kind, rule):
    result = load(content, kind, SCHEMA)
    assert [one.rule for one in result.findings.kept] == [rule]


def test_the_shift_is_that_of_the_register():
    ours = Transformer.from_crs(
        CRS.from_proj4(
            "+proj=longlat +ellps=WGS84 +towgs84=-191.90441429,-39.30318279,"
            "-111.45032835,0.00928836,-0.01975479,0.00427372,0.252906278 +no_defs"
        ),
        "EPSG:4326",
        always_xy=True,
    )
    theirs = Transformer.from_crs("EPSG:4756", "EPSG:4326", always_xy=True)
    for place in PLACES.values():
        assert ours.transform(*place) == pytest.approx(theirs.transform(*place), 1e-8)
