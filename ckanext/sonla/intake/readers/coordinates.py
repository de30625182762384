"""In which reference system a map's coordinates are, and whether they become WGS 84."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ckanext.sonla.intake.problems import Unreadable
from ckanext.sonla.shared.findings import INFORMS, Finding
from ckanext.sonla.shared.msgid import N_

if TYPE_CHECKING:
    from .asked import Asked

# VN-2000 to WGS 84 as EPSG:6960 has it, its rotations signed as PROJ wants them.
SHIFT = (
    "+ellps=WGS84 +towgs84=-191.90441429,-39.30318279,-111.45032835,"
    "0.00928836,-0.01975479,0.00427372,0.252906278 +units=m +no_defs"
)


# Degrees of the whole earth.
WGS84 = "EPSG:4326"
LONGITUDE, LATITUDE = 180.0, 90.0
# The scale of VN-2000's zones of three degrees, and where its meridians are.
SCALE = 0.9999
MERIDIANS = (102.0, 110.0)


class System:
    """What a map's coordinates are in: its name, and what turns them into WGS 84."""

    def __init__(self, name: str, crs: Any) -> None:
        from pyproj import Transformer  # noqa: PLC0415 - large, and only maps need it

        self.name = name
        self.change = None
        if crs is not None:
            self.change = Transformer.from_crs(crs, WGS84, always_xy=True)


def system_of(info: dict[str, Any], asked: Asked) -> System:
    """Return what the coordinates of a layer are in.

    Args:
        info: of the layer, as pyogrio gives it.
        asked: what the officer chose.

    Raises:
        Unreadable: nobody knows, or the numbers can't be what is said of them.
    """
    from pyproj import CRS  # noqa: PLC0415 - as above
    from pyproj.exceptions import CRSError  # noqa: PLC0415 - as above

    given = asked.crs or info["crs"]
    bounds = info["total_bounds"]
    if (
        bounds is not None
        and not asked.crs
        and _is_beyond(bounds)
        and _is_degrees(given)
    ):
        given = None
    elif given is None:
        # Degrees without a word are GPS's.
        return System(WGS84, None)
    if given is None:
        raise Unreadable(
            "map.crs",
            N_(
                "The map doesn't say what its coordinates are in, and they are no "
                "degrees. Choose the system, such as {example} for VN-2000 with the "
                "meridian 104°00', or add the .prj file."
            ),
            params={"example": "EPSG:9206"},
            known={"suggested": {"crs": "EPSG:9206"}, "sheets": []},
        )
    try:
        crs = CRS.from_user_input(given)
    except CRSError as error:
        raise Unreadable(
            "map.crs.unknown",
            N_("There is no reference system {crs}."),
            params={"crs": str(given)[:100]},
        ) from error
    code = crs.to_epsg(min_confidence=25)
    if code == 4326 or "CRS84" in crs.name:  # noqa: PLR2004 - WGS 84's
        return System(WGS84, None)
    if code is not None:
        return System(f"{CRS.from_epsg(code).name} (EPSG:{code})", CRS.from_epsg(code))
    return _provincial(crs)


def _provincial(crs: Any) -> System:
    """Return VN-2000 for a transverse Mercator that only a province's office uses."""
    from pyproj import CRS  # noqa: PLC0415 - as above

    values = {
        one.name: one.value
        for one in (crs.coordinate_operation.params if crs.coordinate_operation else [])
    }
    meridian = values.get("Longitude of natural origin", 0.0)
    scale = values.get("Scale factor at natural origin", 1.0)
    if abs(scale - SCALE) < 1e-6 and MERIDIANS[0] <= meridian <= MERIDIANS[1]:  # noqa: PLR2004 - rounding
        easting = values.get("False easting", 500_000.0)
        text = (
            f"+proj=tmerc +lat_0=0 +lon_0={meridian} +k={scale} +x_0={easting} {SHIFT}"
        )
        return System(f"VN-2000 / TM-3 {meridian:g}°", CRS.from_proj4(text))
    return System(crs.name, crs)


def _is_beyond(bounds: Any) -> bool:
    west, south, east, north = (float(one) for one in bounds)
    return (
        min(west, east) < -LONGITUDE
        or max(west, east) > LONGITUDE
        or min(south, north) < -LATITUDE
        or max(south, north) > LATITUDE
    )


def _is_degrees(given: str | None) -> bool:
    from pyproj import CRS  # noqa: PLC0415 - as above

    return given is None or CRS.from_user_input(given).is_geographic


def converted(name: str, *, done: bool) -> Finding:
    """Return what an officer is told of coordinates in a system of their own."""
    message = (
        N_("The map's coordinates were converted from {crs} to WGS 84.")
        if done
        else N_("The map's coordinates were left in {crs}, as was chosen.")
    )
    return Finding("map.converted", INFORMS, message, {"crs": name})
