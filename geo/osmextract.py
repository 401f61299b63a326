"""OsmExtract: the ways of one kind in an OSM XML file, with their nodes, after everything wrong in the file was told.

A file is read as a stream, twice – ways first, then the nodes that they need – so a large extract takes the memory of its
main roads only. ``.osm``, ``.xml`` and, packed, ``.osm.gz`` and ``.osm.bz2`` are read.
"""

from __future__ import annotations

import bz2
import gzip
import html
import math
import os
import tempfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from xml.parsers import expat

from geo.errors import UnreadableNetwork

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from _typeshed import SupportsRead

    from geo.waykind import WayKind

__all__ = ["OsmExtract", "Way", "check_xml", "coordinate_fault"]

LonLat = tuple[float, float]

KEPT_TAGS = ("area", "highway", "junction", "oneway", "railway", "service")
"""All that decides whether a way is taken and in which direction it is open; names and the rest are not kept."""

MAX_LON, MAX_LAT = 180.0, 90.0

MOST_FAULTS = 20
"""Faults that a message lists; of a file with more, the others are counted."""

_END_OF_FILE = {
    expat.errors.codes[message]
    for message in (
        expat.errors.XML_ERROR_NO_ELEMENTS,
        expat.errors.XML_ERROR_UNCLOSED_TOKEN,
        expat.errors.XML_ERROR_PARTIAL_CHAR,
        expat.errors.XML_ERROR_UNCLOSED_CDATA_SECTION,
    )
}
"""What expat calls a file that stops before its last closing tag."""

OnStart = Callable[[str, dict[str, str]], None]
OnEnd = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Way:
    """A way: its OSM id, the ids of its nodes in order, and those of its tags that :data:`KEPT_TAGS` names."""

    id: int
    nodes: tuple[int, ...]
    tags: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class OsmExtract:
    """Ways sorted by id and the nodes that they need: id → (lon, lat) in degrees, EPSG:4326, sorted by id.

    ``as_of`` is the time up to which the data hold all edits (ISO 8601), as the file says; ``None`` where it does not.
    """

    ways: tuple[Way, ...]
    nodes: Mapping[int, LonLat]
    as_of: str | None = None

    @classmethod
    def read(cls, path: Path, kind: WayKind, classes: Iterable[str]) -> OsmExtract:
        """Read the ways of some classes of a kind; an extract without any is no error.

        Raises
        ------
        UnreadableNetwork
            The file is not there, truncated, no XML, no OSM, or its ways and nodes do not fit together. All faults that can
            be seen at once are told at once.
        """
        ways = _WayReader(kind, frozenset(classes))
        _scan(path, "osm", ways.start, ways.end)
        nodes = _NodeReader({node for way in ways.found.values() for node in way.nodes})
        _scan(path, "osm", nodes.start, lambda _: None)
        faults = [*ways.faults, *nodes.faults, *_missing(ways.found.values(), nodes)]
        if faults:
            raise UnreadableNetwork(
                str(path),
                [
                    *faults[:MOST_FAULTS],
                    *([f"and {len(faults) - MOST_FAULTS} more"] if len(faults) > MOST_FAULTS else []),
                ],
                hint="Make the extract again with complete ways (`osmium extract --strategy complete_ways`).",
            )
        return cls(
            tuple(ways.found[id_] for id_ in sorted(ways.found)),
            {id_: nodes.found[id_] for id_ in sorted(nodes.found)},
            ways.as_of,
        )

    @classmethod
    def merge(cls, extracts: Iterable[OsmExtract]) -> OsmExtract:
        """Return all ways and nodes of several extracts, each once; ``as_of`` is the oldest.

        Where two extracts hold another state of one way or node, that of the later ``as_of`` stands.

        Examples
        --------
        >>> OsmExtract.merge([])
        OsmExtract(ways=(), nodes={}, as_of=None)
        """
        ways: dict[int, Way] = {}
        nodes: dict[int, LonLat] = {}
        ages: list[str] = []
        for extract in sorted(extracts, key=_age):
            ways |= {way.id: way for way in extract.ways}
            nodes |= extract.nodes
            ages += [extract.as_of] if extract.as_of else []
        return cls(
            tuple(ways[id_] for id_ in sorted(ways)),
            {id_: nodes[id_] for id_ in sorted(nodes)},
            min(ages, default=None),
        )

    def write(self, path: Path) -> None:
        """Write the extract as OSM XML 0.6, replacing ``path`` at once. The same extract gives the same bytes.

        Raises
        ------
        OSError
            When the folder cannot be written.
        """
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
        try:
            with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
                file.writelines(self._lines())
                file.flush()
                os.fsync(file.fileno())
            Path(name).chmod(0o644)
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise

    def _lines(self) -> Iterable[str]:
        yield '<?xml version="1.0" encoding="UTF-8"?>\n'
        yield (
            '<osm version="0.6" generator="corridormap" copyright="OpenStreetMap and contributors" '
            'attribution="https://www.openstreetmap.org/copyright" '
            'license="https://opendatacommons.org/licenses/odbl/1-0/">\n'
        )
        if self.as_of:
            yield f'<meta osm_base="{html.escape(self.as_of)}"/>\n'
        for id_, (lon, lat) in self.nodes.items():
            yield f'<node id="{id_}" lat="{lat!r}" lon="{lon!r}"/>\n'
        for way in self.ways:
            yield f'<way id="{way.id}">\n'
            yield from (f'<nd ref="{node}"/>\n' for node in way.nodes)
            yield from (f'<tag k="{key}" v="{html.escape(way.tags[key])}"/>\n' for key in sorted(way.tags))
            yield "</way>\n"
        yield "</osm>\n"


def _age(extract: OsmExtract) -> tuple[str, list[tuple[int, tuple[int, ...]]]]:
    return extract.as_of or "", [(way.id, way.nodes) for way in extract.ways]


def check_xml(path: Path, root: str) -> None:
    """Check that a file is whole, well-formed XML with this root element and without a document type.

    Raises
    ------
    UnreadableNetwork
        Otherwise; says which.
    """
    _scan(path, root, lambda *_: None, lambda _: None)


def coordinate_fault(lon: float, lat: float) -> str | None:
    """Return what is wrong with a position in degrees, ``None`` where nothing is.

    >>> coordinate_fault(37.5, 127.0)
    'lies at lon 37.5, lat 127.0, outside the world; are the two swapped?'
    """
    if not (math.isfinite(lon) and math.isfinite(lat)):
        return "has a coordinate that is not a finite number"
    if abs(lon) > MAX_LON or abs(lat) > MAX_LAT:
        return f"lies at lon {lon}, lat {lat}, outside the world; are the two swapped?"
    return None


class _WayReader:
    """Gathers the wanted ways of a file, and what is wrong with them."""

    def __init__(self, kind: WayKind, classes: frozenset[str]) -> None:
        self.kind, self.classes = kind, classes
        self.found: dict[int, Way] = {}
        self.faults: list[str] = []
        self.as_of: str | None = None
        self._id: str | None = None
        self._nodes: list[str] = []
        self._tags: dict[str, str] = {}

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "way":
            self._id, self._nodes, self._tags = attributes.get("id", ""), [], {}
        elif name == "nd" and self._id is not None:
            self._nodes.append(attributes.get("ref", ""))
        elif name == "tag" and self._id is not None and attributes.get("k") in KEPT_TAGS:
            self._tags[attributes["k"]] = attributes.get("v", "")
        elif name == "meta":
            self.as_of = attributes.get("osm_base") or self.as_of
        elif name == "remark":
            # Overpass reports so that it ran out of time or memory.
            self.faults.append("the server that made it remarks that it is not complete")

    def end(self, name: str) -> None:
        if name != "way" or self._id is None:
            return
        written, self._id = self._id, None
        if self.kind.class_of(self._tags) not in self.classes:
            return
        try:
            way = Way(int(written), tuple(map(int, self._nodes)), dict(self._tags))
        except ValueError:
            self.faults.append(f"way {written or 'without an id'}: its id or a node's is not a whole number")
            return
        if len(set(way.nodes)) < 2:  # noqa: PLR2004 -- a line has two ends
            self.faults.append(f"way {way.id}: has fewer than two nodes")
        elif self.found.setdefault(way.id, way) != way:
            self.faults.append(f"way {way.id}: stands twice, and differs")


class _NodeReader:
    """Gathers the wanted nodes of a file, and what is wrong with them."""

    def __init__(self, wanted: set[int]) -> None:
        self.wanted = wanted
        self.found: dict[int, LonLat] = {}
        self.broken: set[int] = set()
        self.faults: list[str] = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name != "node":
            return
        try:
            id_ = int(attributes["id"])
        except (KeyError, ValueError):
            self.faults.append(f"node {attributes.get('id', 'without an id')}: its id is not a whole number")
            return
        if id_ not in self.wanted:
            return
        try:
            lon, lat = float(attributes["lon"]), float(attributes["lat"])
        except (KeyError, ValueError):
            fault: str | None = "has no lon and lat, or they are no numbers"
        else:
            fault = coordinate_fault(lon, lat)
            if fault is None and self.found.setdefault(id_, (lon, lat)) != (lon, lat):
                fault = "stands twice, in two places"
        if fault:
            self.broken.add(id_)
            self.faults.append(f"node {id_}: {fault}")


def _missing(ways: Iterable[Way], nodes: _NodeReader) -> Iterable[str]:
    known = nodes.found.keys() | nodes.broken
    for way in sorted(ways, key=lambda way: way.id):
        if lacking := sorted(set(way.nodes) - known):
            named = ", ".join(map(str, lacking[:3])) + (" …" if len(lacking) > 3 else "")  # noqa: PLR2004 -- enough to find them
            yield f"way {way.id}: {len(lacking)} of its nodes are not in the file ({named})"


class _NotThis(Exception):
    """The file is XML, but not what it should be."""


def _scan(path: Path, root: str, on_start: OnStart, on_end: OnEnd) -> None:
    """Run through a file, telling of each element; any fault of the file as a whole ends it."""
    depth = 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        if depth == 0 and name != root:
            raise _NotThis(f"its root element is <{name}>, not <{root}>")
        depth += 1
        on_start(name, attributes)

    def doctype(*_: object) -> None:
        # OSM files have none, and entities in one can be made to fill any memory.
        raise _NotThis("it declares a document type")

    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = start, on_end
    parser.StartDoctypeDeclHandler = doctype
    parser.buffer_text = True
    what = {"osm": "OSM XML", "graphml": "GraphML"}[root]
    try:
        with _opened(path) as file:
            parser.ParseFile(file)
    except expat.ExpatError as error:
        if error.code not in _END_OF_FILE:
            raise UnreadableNetwork(
                str(path), [f"it is not {what}: {error}"], hint=f"Give a file of {what}; a .pbf is converted by osmium."
            ) from error
        fault = "it is empty" if depth == 0 else f"it is truncated: it ends in the middle, at line {error.lineno}"
        raise UnreadableNetwork(str(path), [fault], hint="Download or copy it again.") from error
    except _NotThis as error:
        raise UnreadableNetwork(str(path), [f"it is not {what}: {error}"], hint=f"Give a file of {what}.") from error
    except EOFError as error:
        raise UnreadableNetwork(
            str(path), ["it is truncated: its packing ends in the middle"], hint="Download or copy it again."
        ) from error
    except FileNotFoundError as error:
        raise UnreadableNetwork(
            str(path),
            ["there is no such file"],
            hint="Take an OSM extract of the region, or download one with `corridormap network fetch`.",
        ) from error
    except OSError as error:
        raise UnreadableNetwork(
            str(path),
            [f"it cannot be read: {error.strerror or error}"],
            hint="Look at its permissions and its packing.",
        ) from error


def _opened(path: Path) -> AbstractContextManager[SupportsRead[bytes]]:
    if path.suffix == ".gz":
        return gzip.open(path, "rb")
    if path.suffix == ".bz2":
        return bz2.open(path, "rb")
    return path.open("rb")
