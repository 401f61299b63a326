"""GeoJSON by the letter of RFC 7946, written as bytes and, where there is much of it, piece by piece.

Geometry goes out valid, in EPSG:4326 (lon, lat), cut at the antimeridian, wound to the right, with at most 7 decimals
(about a centimetre) and no third coordinate. Text is UTF-8 without a byte order mark and without spaces. The same input
gives the same bytes.
"""

from __future__ import annotations

import datetime as dt
import json
import math
import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final, TypeGuard

import numpy as np
import shapely

from geo.antimeridian import bbox_rfc7946, normalize
from geo.shapes import round_coordinates
from layers.properties import is_missing

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    import geopandas as gpd
    import numpy.typing as npt
    from shapely.geometry.base import BaseGeometry

__all__ = [
    "collection_head",
    "feature_texts",
    "iter_feature_collection",
    "iter_features",
    "json_text",
    "to_feature",
    "to_feature_collection",
    "written_shapes",
]

DECIMALS: Final = 7
"""Most decimals of a coordinate."""

CHUNK_FEATURES: Final = 1000
"""Features that are written together."""

RESERVED: Final = frozenset({"type", "features", "bbox", "geometry", "properties", "coordinates", "geometries", "crs"})
"""Members that RFC 7946 defines, or forbids, and that no foreign member may be called."""

_TURN_DEG: Final = 180.0

WHOLE = re.compile(r"\.0(?=[,\]])")
"""The end of a number without a fraction."""


def to_feature(
    id: str,  # noqa: A002 - the member is called id
    geometry: BaseGeometry | None,
    properties: Mapping[str, object],
    *,
    members: Mapping[str, object] | None = None,
) -> bytes:
    """Return one Feature.

    Parameters
    ----------
    id
        The feature's id.
    geometry
        EPSG:4326. ``None`` and empty geometries are written as ``null``: the feature is said to be nowhere.
    properties
        In the order that they are to have. Lists and dicts are kept; NaN, infinity, NaT and ``pandas.NA`` become ``null``;
        dates become ISO 8601.
    members
        Foreign members, such as attribution and licence.

    Returns
    -------
    bytes
        A GeoJSON text. ``bbox`` is given for what is not a single point.

    Raises
    ------
    InvalidGeometry
        When a coordinate is not a finite number.
    TypeError
        When JSON has no place for a property.
    ValueError
        When a foreign member has a name that RFC 7946 gives a meaning.

    Examples
    --------
    >>> to_feature("dushanbe", shapely.Point(68.774, 38), {"name": "Душанбе", "people": float("nan")}).decode()
    '{"type":"Feature","id":"dushanbe","geometry":{"type":"Point","coordinates":[68.774,38]},"properties":{"name":"Душанбе","people":null}}'
    """
    (written,) = feature_texts([id], np.array([geometry], dtype=object), [properties], _foreign(members))
    return written.encode("utf-8")


def to_feature_collection(frame: gpd.GeoDataFrame, *, members: Mapping[str, object] | None = None) -> bytes:
    """Return a FeatureCollection: :func:`iter_feature_collection` in one piece."""
    return b"".join(iter_feature_collection(frame, members=members))


def iter_feature_collection(
    frames: gpd.GeoDataFrame | Iterable[gpd.GeoDataFrame],
    *,
    members: Mapping[str, object] | None = None,
    bbox: tuple[float, float, float, float] | None = None,
) -> Iterator[bytes]:
    """Yield a FeatureCollection, some thousand features at a time.

    Parameters
    ----------
    frames
        One frame, or several one after the other, so that what does not fit into memory can be written too. EPSG:4326, a
        string column ``id``, an active geometry column; every other column is a property, see :func:`to_feature`.
        Features keep the frame's order. No frame, or an empty one, gives a collection without features.
    members
        Foreign members (title, attribution, licence …), written before the features, in the order given.
    bbox
        ``west, south, east, north`` in degrees. Left out, it is reckoned when one frame is given; of several it cannot be
        known before they are read, and the member is left out.

    Raises
    ------
    InvalidGeometry, TypeError
        As :func:`to_feature`. What was yielded until then stands.
    ValueError
        When a foreign member has a name that RFC 7946 gives a meaning, or a frame has another CRS or no ``id``; of the
        first frame before anything is yielded.

    Examples
    --------
    >>> import geopandas as gpd
    >>> frame = gpd.GeoDataFrame({"id": ["a"]}, geometry=[shapely.Point(60, 30)], crs="EPSG:4326")
    >>> b"".join(iter_feature_collection(frame, members={"license": "CC0-1.0"})).decode().splitlines()[0]
    '{"type":"FeatureCollection","license":"CC0-1.0","bbox":[60,30,60,30],"features":['
    """
    if _is_frame(frames):
        _check(frames)
        bbox = bbox or bbox_rfc7946(frames.geometry.array)
        frames = [frames]
    lead = collection_head(members, bbox)
    for frame in frames:
        for chunk in _iter_chunks(frame):
            yield (lead + ",\n".join(chunk)).encode("utf-8")
            lead = ",\n"
    yield b"\n]}\n" if lead == ",\n" else (lead + "]}\n").encode("utf-8")


def collection_head(members: Mapping[str, object] | None, bbox: tuple[float, float, float, float] | None) -> str:
    """Return a FeatureCollection up to its first feature; what follows it are features with commas between, and ``]}``.

    Parameters and errors are those of :func:`iter_feature_collection`.
    """
    box = f'"bbox":{_numbers(bbox)},' if bbox else ""
    return '{"type":"FeatureCollection",' + _foreign(members) + box + '"features":[\n'


def iter_features(frame: gpd.GeoDataFrame) -> Iterator[bytes]:
    r"""Yield each row of a frame as a Feature without line breaks: a line of newline-delimited GeoJSON.

    Parameters and errors are those of :func:`iter_feature_collection`. An empty frame yields nothing.

    Examples
    --------
    >>> import geopandas as gpd
    >>> frame = gpd.GeoDataFrame({"id": ["a", "b"]}, geometry=[shapely.Point(60, 30), None], crs="EPSG:4326")
    >>> print(b"\n".join(iter_features(frame)).decode())
    {"type":"Feature","id":"a","geometry":{"type":"Point","coordinates":[60,30]},"properties":{}}
    {"type":"Feature","id":"b","geometry":null,"properties":{}}
    """
    for chunk in _iter_chunks(frame):
        yield from (written.encode("utf-8") for written in chunk)


def _is_frame(frames: object) -> TypeGuard[gpd.GeoDataFrame]:
    """Tell one frame from several, without importing geopandas, which serving does without."""
    return hasattr(frames, "columns")


def _check(frame: gpd.GeoDataFrame) -> None:
    if "id" not in frame.columns:
        raise ValueError("The frame has no column id, and a feature without an id cannot be cited.")
    if frame.crs is not None and not frame.crs.equals("EPSG:4326"):
        raise ValueError(f"The frame is in {frame.crs.to_string()}; GeoJSON is written in EPSG:4326.")


def _foreign(members: Mapping[str, object] | None) -> str:
    """Return foreign members as text that other members can follow."""
    if members is None:
        return ""
    if taken := sorted(RESERVED & members.keys()):
        raise ValueError(f"GeoJSON gives the member {', '.join(taken)} a meaning of its own; call it something else.")
    return "".join(
        _member(name, value) if isinstance(value, str) else f"{json_text(name)}:{json_text(value)},"
        for name, value in members.items()
    )


@lru_cache(maxsize=256)
def _member(name: str, value: str) -> str:
    """Return a foreign member that is a text: most are the same in every collection."""
    return f"{json_text(name)}:{json_text(value)},"


def _iter_chunks(frame: gpd.GeoDataFrame) -> Iterator[list[str]]:
    _check(frame)
    names = [name for name in frame.columns if name not in {"id", frame.geometry.name}]
    for start in range(0, len(frame), CHUNK_FEATURES):
        chunk = frame.iloc[start : start + CHUNK_FEATURES]
        columns = [chunk[name].tolist() for name in names]
        properties = [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)] or [{}] * len(chunk)
        yield feature_texts(chunk["id"].tolist(), np.asarray(chunk.geometry.array, dtype=object), properties)


def feature_texts(
    ids: list[str],
    geometries: npt.NDArray[np.object_],
    properties: list[Mapping[str, object]] | list[dict[str, object]],
    foreign: str = "",
) -> list[str]:
    """Return features as texts without line breaks; see :func:`to_feature` for what they may hold and what is raised.

    ``geometries`` has shape (n,), with one id and one dict of properties for each; ``foreign`` is written into each.
    """
    shapes = written_shapes(geometries)
    is_drawn = ~shapely.is_missing(shapes) & ~shapely.is_empty(shapes)
    bounds = shapely.bounds(shapes).reshape(-1, 4)
    has_bbox = is_drawn & (shapely.get_type_id(shapes) != shapely.GeometryType.POINT)
    # Only what reaches ±180 from both sides may cross it.
    crosses = has_bbox & (bounds[:, 0] <= -_TURN_DEG) & (bounds[:, 2] >= _TURN_DEG)
    texts = _geometry_texts(shapes, is_drawn)
    features = []
    for i, id_ in enumerate(ids):
        box = bbox_rfc7946(shapes[i]) or () if crosses[i] else bounds[i].tolist()
        bbox = f'"bbox":{_numbers(box)},' if has_bbox[i] else ""
        features.append(
            f'{{"type":"Feature","id":{json_text(str(id_))},{foreign}{bbox}'
            f'"geometry":{texts[i]},"properties":{json_text(properties[i])}}}'
        )
    return features


def written_shapes(geometries: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
    """Return the shapes as they are to be written: valid, cut, rounded and wound."""
    shapes = normalize(geometries)
    rounded = shapely.transform(shapes, lambda lonlat: np.round(lonlat, DECIMALS) + 0.0)
    # Rounding breaks few shapes; those are mended one by one.
    for i in np.flatnonzero(~shapely.is_valid(rounded) & ~shapely.is_missing(rounded)):
        rounded[i] = round_coordinates(shapes[i], DECIMALS)
    return shapely.orient_polygons(rounded)


def _numbers(values: Iterable[float]) -> str:
    return f"[{','.join(map(_number, values))}]"


def _number(value: float) -> str:
    rounded = round(value, DECIMALS) + 0.0
    return str(int(rounded)) if rounded.is_integer() else repr(rounded)


def _geometry_texts(shapes: npt.NDArray[np.object_], is_drawn: npt.NDArray[np.bool_]) -> list[str]:
    """Return the texts of shapes, ``null`` for what is not drawn. Many features may share one shape: it is written once."""
    written: dict[bytes, str] = {}
    texts = []
    for shape, key, drawn in zip(shapes, shapely.to_wkb(shapes), is_drawn.tolist(), strict=True):
        if drawn and key not in written:
            written[key] = _geometry(shapely.to_geojson(shape))
        texts.append(written[key] if drawn else "null")
    return texts


@lru_cache(maxsize=1024)
def _geometry(text: str) -> str:
    """Return a geometry of GEOS's text, which may have 17 digits to a number, in as few as it takes."""
    return WHOLE.sub("", json.dumps(json.loads(text), separators=(",", ":")))


def json_text(value: object) -> str:
    """Return the JSON of a value, without spaces; see :func:`to_feature` for what it may be.

    >>> json_text({"name": "Ош", "people": float("nan")})
    '{"name":"Ош","people":null}'
    """
    return json.dumps(_plain(value), ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def _plain(value: object) -> object:
    """Return a value made only of what JSON has."""
    if is_missing(value) or (isinstance(value, float) and not math.isfinite(value)):
        return None
    match value:
        case str() | bool() | int() | float():
            return value
        case dict():
            return {str(key): _plain(each) for key, each in value.items()}
        case list() | tuple():
            return [_plain(each) for each in value]
        case np.generic() | np.ndarray():
            return _plain(value.tolist())
        case dt.date():
            return value.isoformat()
    raise TypeError(f"JSON has no place for a {type(value).__name__}: {value!r}.")
