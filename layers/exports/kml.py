"""KML: an export as KML 2.2 (OGC 12-007r2), written piece by piece, so that a million features take no more memory than one.

Each feature is a Placemark, its id that of the element, with its properties as ``SchemaData``, which GDAL and Google Earth read by name and type, and with a
``TimeSpan`` where it has a day, which moves Google Earth's timeline. GDAL's own writer keeps the whole document.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final
from xml.sax.saxutils import escape, quoteattr

from layers.filter import INTERVALS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from layers.exports.export import Export

__all__ = ["Placemarks", "kml_chunks"]

_TYPES: Final = {"integer": "int", "number": "double", "boolean": "bool"}
_NO_XML: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_DAY: Final = re.compile(r"\d{4}(-\d\d(-\d\d)?)?")
_NAMES: Final = ("title_en", "name_en")
"""Properties that name a feature."""


def kml_chunks(export: Export) -> Iterator[bytes]:
    """Yield KML, sorted by id; a feature without a place is a Placemark without geometry."""
    kinds = export.features.kinds
    said = "\n".join(f"{name}: {value}" for name, value in export.terms.items())
    fields = "".join(
        f'<SimpleField name={_quoted(name)} type="{_TYPES.get(kind, "string")}"/>' for name, kind in kinds.items()
    )
    name = _text(export.layer.id)
    yield (
        '<?xml version="1.0" encoding="UTF-8"?>\n<kml xmlns="http://www.opengis.net/kml/2.2">\n<Document id="root_doc">\n'
        f"<name>{_text(export.metadata['title'])}</name><open>1</open>\n<description>{_text(said)}</description>\n"
        f'<Schema name="{name}" id="{name}">{fields}</Schema>\n<Folder><name>{name}</name>\n'
    ).encode()
    write = Placemarks(name, list(kinds)).write
    for batch in export.chosen.batches():
        yield "".join(write(feature) for feature in map(json.loads, batch)).encode()
    yield b"</Folder>\n</Document>\n</kml>\n"


class Placemarks:
    """Writes the features of a layer with these properties."""

    def __init__(self, schema: str, names: list[str]) -> None:
        self._open = f'<ExtendedData><SchemaData schemaUrl="#{schema}">'
        self._cells = {name: f"<SimpleData name={_quoted(name)}>" for name in names}
        self._named_by = next((name for name in _NAMES if name in names), None)
        self._pair = next((pair for pair in INTERVALS if set(pair) <= set(names)), None)

    def write(self, feature: dict[str, Any]) -> str:
        """Return a feature as a line."""
        said = feature["properties"]
        cells = "".join(
            f"{opened}{_text(_cell(said[name]))}</SimpleData>"
            for name, opened in self._cells.items()
            if said[name] is not None
        )
        name = _text(str((self._named_by and said[self._named_by]) or feature["id"]))
        shape = "" if feature["geometry"] is None else _geometry(feature["geometry"])
        return (
            f"<Placemark id={_quoted(feature['id'])}><name>{name}</name>{self._span(said)}{self._open}{cells}</SchemaData></ExtendedData>{shape}"
            "</Placemark>\n"
        )

    def _span(self, said: dict[str, Any]) -> str:
        if self._pair is None:
            return ""
        ends = zip(("begin", "end"), (said[name] for name in self._pair), strict=True)
        known = "".join(f"<{end}>{day}</{end}>" for end, day in ends if day is not None and _DAY.fullmatch(str(day)))
        return f"<TimeSpan>{known}</TimeSpan>" if known else ""


def _text(value: str) -> str:
    """Return a text as XML has it; what XML has no letter for is shown as a letter that is not known."""
    return escape(_NO_XML.sub("\ufffd", value))


def _quoted(value: str) -> str:
    return quoteattr(_NO_XML.sub("\ufffd", value))


def _cell(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _geometry(geometry: dict[str, Any]) -> str:
    """Return a geometry of GeoJSON as KML; both are in degrees, longitude first, with outer rings to the left.

    >>> _geometry({"type": "MultiPoint", "coordinates": [[69, 38.5], [70, 38]]})
    '<MultiGeometry><Point><coordinates>69,38.5</coordinates></Point><Point><coordinates>70,38</coordinates></Point></MultiGeometry>'
    """
    kind = geometry["type"]
    if kind == "GeometryCollection":
        return f"<MultiGeometry>{''.join(map(_geometry, geometry['geometries']))}</MultiGeometry>"
    coordinates = geometry["coordinates"]
    if kind == "Point":
        return f"<Point>{_places([coordinates])}</Point>"
    if kind == "LineString":
        return f"<LineString>{_places(coordinates)}</LineString>"
    if kind == "Polygon":
        outer, *inner = (f"<LinearRing>{_places(ring)}</LinearRing>" for ring in coordinates)
        holes = "".join(f"<innerBoundaryIs>{ring}</innerBoundaryIs>" for ring in inner)
        return f"<Polygon><outerBoundaryIs>{outer}</outerBoundaryIs>{holes}</Polygon>"
    parts = ({"type": kind.removeprefix("Multi"), "coordinates": part} for part in coordinates)
    return f"<MultiGeometry>{''.join(map(_geometry, parts))}</MultiGeometry>"


def _places(places: list[list[float]]) -> str:
    return f"<coordinates>{' '.join(f'{_number(lon)},{_number(lat)}' for lon, lat, *_ in places)}</coordinates>"


def _number(degrees: float) -> str:
    """Return a number without an exponent, of at most seven decimals.

    >>> _number(38.0), _number(-0.00001), _number(69.1234567)
    ('38', '-0.00001', '69.1234567')
    """
    return f"{degrees:.7f}".rstrip("0").rstrip(".")
