"""Maps as tables: GeoPackage, GeoJSON and zipped shapefiles, read by GDAL.

Each feature is a row: its attributes, and its geometry as GeoJSON in WGS 84 (RFC 7946).
Viet Nam's offices draw in VN-2000, whose coordinates are converted; a file that doesn't
say what its coordinates are in is refused until somebody does.
"""

from __future__ import annotations

import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ckanext.sonla.intake.names import folded
from ckanext.sonla.intake.problems import Unreadable
from ckanext.sonla.shared.msgid import N_

from . import package
from .coordinates import converted, system_of
from .table import Cell, RawTable, Row

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ckanext.sonla.intake.limits import Limits

    from .asked import Asked

GEOMETRY = "geometry"
PORTION = 2000


def read(path: Path, kind: str, limits: Limits, asked: Asked) -> RawTable:
    """Read one layer of a map; the layers are what sheets are of a workbook.

    Args:
        kind: `GPKG`, `GEOJSON` or `SHP` (a ZIP with a shapefile's parts).

    Raises:
        Unreadable: for a damaged or too large file, and where only the officer can say
            which layer it is, or what its coordinates are in.
    """
    if kind == "SHP":
        package.check_size(path, limits)
    with _named(path, kind) as source:
        layers = _layers(source)
        layer = _chosen(layers, asked)
        info = _info(source, layer)
    system = system_of(info, asked)
    fields = [str(name) for name in info["fields"]]
    wanted = asked.wanted.fields if asked.wanted else []
    shape = next((one for one in wanted if one.get("type") in _WRITERS), {})
    writer = _WRITERS[str(shape.get("type") or "geojson")]
    table = RawTable(iter(()), typed=True, sheet=layer, sheets=layers, crs=system.name)
    change = system.change if asked.convert else None
    if system.change is not None:
        table.notes.append(converted(system.name, done=asked.convert))
    header: Row = [*fields, str(shape.get("name") or GEOMETRY)]
    table.rows = _rows(path, kind, layer, header, change, writer)
    return table


@contextmanager
def _named(path: Path, kind: str) -> Iterator[str]:
    """Give a name by which GDAL knows the format; stored files have none."""
    with tempfile.TemporaryDirectory(prefix="sonla-map-") as folder:
        ending = "zip" if kind == "SHP" else kind.lower()
        link = Path(folder, f"map.{ending}")
        link.symlink_to(path.resolve())
        yield f"/vsizip/{link}" if kind == "SHP" else str(link)


def _layers(source: str) -> list[str]:
    import pyogrio  # noqa: PLC0415 - large, and only maps need it

    try:
        found = pyogrio.list_layers(source)
    except Exception as error:
        raise _broken() from error
    return [str(name) for name, _kind in found]


def _info(source: str, layer: str) -> dict[str, Any]:
    import pyogrio  # noqa: PLC0415 - as above

    try:
        info = pyogrio.read_info(source, layer=layer, force_total_bounds=True)
    except Exception as error:
        raise _broken() from error
    if info["geometry_type"] is None:
        info["total_bounds"] = None
    return info


def _broken() -> Unreadable:
    return Unreadable(
        "broken",
        N_(
            "The file is no map, or a damaged one. A shapefile is uploaded as one ZIP "
            "with its .shp, .shx, .dbf and .prj."
        ),
    )


def _chosen(layers: list[str], asked: Asked) -> str:
    if not layers:
        raise _broken()
    if asked.sheet is not None:
        found = [name for name in layers if folded(name) == folded(asked.sheet)]
        if found:
            return found[0]
        raise Unreadable(
            "sheet.missing",
            N_("There is no sheet {sheet}. Choose one of these: {others}."),
            params={"sheet": asked.sheet, "others": ", ".join(layers)},
            known={"sheets": layers},
        )
    called = {folded(name) for name in asked.names}
    named = [name for name in layers if folded(name) in called]
    if len(layers) > 1 and not named:
        raise Unreadable(
            "sheet.several",
            N_("Several sheets fit the table: {sheets}. Choose the one to be read."),
            params={"sheets": ", ".join(layers)},
            known={"sheets": layers},
        )
    return (named or layers)[0]


def _rows(  # noqa: PLR0913, PLR0917 - one value each
    path: Path, kind: str, layer: str, header: Row, change: Any, writer: Any
) -> Iterator[Row]:
    import pyogrio.raw  # noqa: PLC0415 - as above

    yield header
    skipped = 0
    with _named(path, kind) as source:
        encoding = _encoding(path, kind)
        while True:
            try:
                _meta, _ids, shapes, columns = pyogrio.raw.read(
                    source,
                    layer=layer,
                    skip_features=skipped,
                    max_features=PORTION,
                    encoding=encoding,
                )
            except UnicodeDecodeError:
                encoding = "ISO-8859-1"
                continue
            except Exception as error:
                raise _broken() from error
            count = len(columns[0]) if columns else len(shapes)
            if not count:
                return
            skipped += count
            texts = _texts(shapes, change, writer) if shapes is not None else []
            values = [column.tolist() for column in columns]
            for at in range(count):
                row: Row = [_cell(column[at]) for column in values]
                row.append(texts[at] if texts else None)
                yield row


def _encoding(path: Path, kind: str) -> str | None:
    """Return the encoding to try; a shapefile may come without saying it."""
    if kind == "SHP" and not package.has_part(path, ".cpg"):
        return "UTF-8"
    return None


def _cell(value: Any) -> Cell:
    if isinstance(value, float):
        if value != value:  # noqa: PLR0124 - NaN is what GDAL has for nothing
            return None
        return int(value) if value.is_integer() and abs(value) < 1e15 else value  # noqa: PLR2004 - as in spreadsheets
    if isinstance(value, bytes):
        return value.hex()
    return value


def _texts(shapes: Any, change: Any, writer: Any) -> list[str | None]:
    import shapely  # noqa: PLC0415 - as above

    found = shapely.force_2d(shapely.from_wkb(shapes, on_invalid="ignore"))
    if change is not None:
        found = shapely.transform(found, _changer(change))
    return [None if one is None else writer(shapely, one) for one in found]


def _changer(change: Any) -> Any:
    import numpy  # noqa: ICN001, PLC0415 - as above

    def changed(points: Any) -> Any:
        pair = change.transform(points[:, 0], points[:, 1])
        # A ten-millionth of a degree is a centimetre.
        return numpy.round(numpy.column_stack(pair), 7)

    return changed


def _point(shapely: Any, shape: Any) -> str:
    middle = shape if shape.geom_type == "Point" else shapely.point_on_surface(shape)
    return f"{middle.x:.7f}, {middle.y:.7f}"


_WRITERS = {
    "geojson": lambda shapely, shape: shapely.to_geojson(shape),
    "geopoint": _point,
}
