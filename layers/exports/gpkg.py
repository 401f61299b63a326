"""GeoPackage: what a person sees who opens one – a style that reads well, and what each field means.

GDAL writes features and terms; the descriptions of fields (extension gpkg_schema) and QGIS's table ``layer_styles`` are added here.
"""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, Final
from xml.sax.saxutils import escape

from layers.codebook import entry_of

if TYPE_CHECKING:
    from pathlib import Path

    from layers.exports.export import Export

__all__ = ["finish"]

_TABLES: Final = """
CREATE TABLE IF NOT EXISTS gpkg_extensions (table_name TEXT, column_name TEXT, extension_name TEXT NOT NULL,
  definition TEXT NOT NULL, scope TEXT NOT NULL, CONSTRAINT ge_tce UNIQUE (table_name, column_name, extension_name));
CREATE TABLE IF NOT EXISTS gpkg_data_columns (table_name TEXT NOT NULL, column_name TEXT NOT NULL, name TEXT, title TEXT,
  description TEXT, mime_type TEXT, constraint_name TEXT, CONSTRAINT pk_gdc PRIMARY KEY (table_name, column_name),
  CONSTRAINT gdc_tn UNIQUE (table_name, name));
CREATE TABLE IF NOT EXISTS gpkg_data_column_constraints (constraint_name TEXT NOT NULL, constraint_type TEXT NOT NULL,
  value TEXT, min NUMERIC, min_is_inclusive BOOLEAN, max NUMERIC, max_is_inclusive BOOLEAN, description TEXT,
  CONSTRAINT gdcc_ntv UNIQUE (constraint_name, constraint_type, value));
CREATE TABLE layer_styles (id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, f_table_catalog TEXT(256), f_table_schema TEXT(256),
  f_table_name TEXT(256), f_geometry_column TEXT(256), styleName TEXT(30), styleQML TEXT, styleSLD TEXT, useAsDefault BOOLEAN,
  description TEXT, owner TEXT(30), ui TEXT(30), update_time DATETIME DEFAULT CURRENT_TIMESTAMP);
"""

_SYMBOLS: Final = {
    "point": '<symbol type="marker" name="0" alpha="1"><layer class="SimpleMarker" enabled="1">'
    '<Option type="Map"><Option type="QString" name="color" value="163,66,41,255"/><Option type="QString" name="name" value="circle"/>'
    '<Option type="QString" name="outline_color" value="255,255,255,255"/><Option type="QString" name="outline_width" value="0.4"/>'
    '<Option type="QString" name="size" value="3"/><Option type="QString" name="size_unit" value="MM"/></Option></layer></symbol>',
    "line": '<symbol type="line" name="0" alpha="1"><layer class="SimpleLine" enabled="1">'
    '<Option type="Map"><Option type="QString" name="line_color" value="74,74,74,255"/><Option type="QString" name="line_width" value="0.5"/>'
    '<Option type="QString" name="line_width_unit" value="MM"/><Option type="QString" name="capstyle" value="round"/>'
    '<Option type="QString" name="joinstyle" value="round"/></Option></layer></symbol>',
    "area": '<symbol type="fill" name="0" alpha="1"><layer class="SimpleFill" enabled="1">'
    '<Option type="Map"><Option type="QString" name="color" value="200,196,188,90"/><Option type="QString" name="style" value="solid"/>'
    '<Option type="QString" name="outline_color" value="110,110,110,255"/><Option type="QString" name="outline_width" value="0.26"/>'
    '<Option type="QString" name="outline_width_unit" value="MM"/></Option></layer></symbol>',
}  # fmt: skip
_SOMEWHERE: Final = (
    '<symbol type="marker" name="1" alpha="1"><layer class="SimpleMarker" enabled="1"><Option type="Map">'
    '<Option type="QString" name="color" value="163,66,41,0"/><Option type="QString" name="name" value="square"/>'
    '<Option type="QString" name="outline_color" value="163,66,41,255"/><Option type="QString" name="outline_style" value="dash"/>'
    '<Option type="QString" name="outline_width" value="0.4"/><Option type="QString" name="size" value="7"/>'
    '<Option type="QString" name="size_unit" value="MM"/></Option></layer></symbol>'
)
"""What stands for a whole area: a dashed, empty square, never a pin."""
_ARROW: Final = (
    '<symbol type="line" name="1" alpha="1"><layer class="SimpleLine" enabled="1"><Option type="Map">'
    '<Option type="QString" name="line_color" value="163,66,41,255"/><Option type="QString" name="line_width" value="0.6"/>'
    '<Option type="QString" name="line_width_unit" value="MM"/></Option></layer>'
    '<layer class="MarkerLine" enabled="1"><Option type="Map"><Option type="QString" name="placement" value="lastvertex"/>'
    '<Option type="QString" name="rotate" value="1"/></Option>'
    '<symbol type="marker" name="@1@1" alpha="1"><layer class="SimpleMarker" enabled="1"><Option type="Map">'
    '<Option type="QString" name="color" value="163,66,41,255"/><Option type="QString" name="name" value="filled_arrowhead"/>'
    '<Option type="QString" name="outline_style" value="no"/><Option type="QString" name="size" value="3.5"/>'
    '<Option type="QString" name="size_unit" value="MM"/></Option></layer></symbol></layer></symbol>'
)
"""What goes from country to country, with a head: which way is what it says."""
_GEOMETRY: Final = {"point": 0, "line": 1, "area": 2}


def finish(export: Export, path: Path) -> None:
    """Add descriptions of the fields and a default style to a GeoPackage that GDAL has written."""
    table, date = export.layer.id, f"{export.release.receipt['date']}T00:00:00.000Z"
    with sqlite3.connect(path) as file:
        file.executescript(_TABLES)
        for name in ("gpkg_data_columns", "gpkg_data_column_constraints"):
            file.execute(
                "INSERT OR IGNORE INTO gpkg_extensions VALUES (?, NULL, 'gpkg_schema', "
                "'http://www.geopackage.org/spec/#extension_schema', 'read-write')",
                (name,),
            )
        for name, kind in (("id", "text"), *export.features.kinds.items()):
            entry = entry_of(table, name, kind)
            codes = "; ".join(f"{code} = {meaning}" for code, meaning in entry.codes.items())
            parts = [
                entry.meaning,
                entry.unit and f"Unit: {entry.unit}.",
                codes and f"Codes: {codes}.",
                f"Null: {entry.null}.",
            ]
            file.execute(
                "INSERT OR REPLACE INTO gpkg_data_columns (table_name, column_name, name, description) VALUES (?, ?, ?, ?)",
                (table, name, name, " ".join(filter(None, parts))),
            )
        shape = _shape(export)
        if shape is not None:
            file.execute(
                "INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, f_geometry_column, styleName, styleQML, "
                "styleSLD, useAsDefault, description, owner, update_time) VALUES ('', '', ?, 'geometry', ?, ?, '', 1, ?, '', ?)",
                (table, table, _qml(export, shape), f"{export.layer.title['en']}, as corridormap draws it", date),
            )
        file.execute(
            "INSERT OR REPLACE INTO gpkg_contents (table_name, data_type, identifier, description, last_change) "
            "VALUES ('layer_styles', 'attributes', 'layer_styles', 'Styles that QGIS reads', ?)",
            (date,),
        )
    file.close()


def _shape(export: Export) -> str | None:
    """The kind of geometry that the style is for: QGIS opens each kind as a layer of its own, and reads one style.

    Of several lines come first, which need one most; ``None`` where nothing has a geometry.
    """
    if export.features.has_points:
        return "point"
    kinds = export.features.shape_kinds
    return next((shape for kind, shape in ((2, "line"), (3, "area"), (1, "point")) if kind in kinds), None)


def _renderer(export: Export, shape: str) -> str:
    if shape == "line" and "depiction" in export.features.kinds:
        return (
            '<renderer-v2 type="categorizedSymbol" attr="depiction" forceraster="0"><categories>'
            '<category value="arrow" symbol="1" label="from country to country, no path known" render="true"/>'
            '<category value="" symbol="0" label="along a border or a path" render="true"/></categories>'
            f"<symbols>{_SYMBOLS[shape]}{_ARROW}</symbols></renderer-v2>"
        )
    if "geometry_role" not in export.features.kinds:
        return f'<renderer-v2 type="singleSymbol" forceraster="0"><symbols>{_SYMBOLS[shape]}</symbols></renderer-v2>'
    return (
        '<renderer-v2 type="categorizedSymbol" attr="geometry_role" forceraster="0"><categories>'
        '<category value="representative" symbol="1" label="somewhere in the area" render="true"/>'
        '<category value="" symbol="0" label="at the place" render="true"/></categories>'
        f"<symbols>{_SYMBOLS[shape]}{_SOMEWHERE}</symbols></renderer-v2>"
    )


def _qml(export: Export, shape: str) -> str:
    names = [name for name in ("title_en", "name_en") if name in export.features.kinds]
    label = (
        f'<labeling type="simple"><settings><text-style fieldName="{escape(names[0])}" fontSize="8" textColor="40,40,40,255">'
        '<text-buffer bufferDraw="1" bufferSize="0.8" bufferColor="255,255,255,220"/></text-style>'
        '<rendering scaleVisibility="1" scaleMax="1" scaleMin="20000000"/></settings></labeling>'
        if names
        else ""
    )
    tip = f'<mapTip>&lt;b&gt;[% "{names[0]}" %]&lt;/b&gt;</mapTip>' if names else ""
    return (
        "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
        f'<qgis version="3.22.0" styleCategories="Symbology|Labeling|MapTips" labelsEnabled="{int(bool(names))}">'
        f"{_renderer(export, shape)}"
        f"{label}{tip}<layerGeometryType>{_GEOMETRY[shape]}</layerGeometryType></qgis>"
    )
