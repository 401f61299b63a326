"""Network: the roads or railways of OpenStreetMap, read from a file or asked of Overpass.

The only module that imports osmnx, and only inside functions: it takes a second to load and nothing else needs it. osmnx
reads files (``graph_from_xml``, GraphML) and asks Overpass. It keeps its settings in a global module and replaces
``socket.getaddrinfo`` when it downloads; both are put back here after every use, which is not safe among threads.
"""

from __future__ import annotations

import json
import socket
import tempfile
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pyproj import CRS

from geo.errors import FailedDownload, UnreadableNetwork
from geo.osmextract import OsmExtract, check_xml, coordinate_fault
from geo.waygraph import Segment, WayGraph
from geo.waykind import way_kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from geo.waykind import WayKind

__all__ = ["query_overpass", "read_network"]

LonLat = tuple[float, float]

REQUEST_TIMEOUT_S = 180
"""How long Overpass may work at one cell, and how long we wait for its answer."""

ONE_REQUEST_M2 = 1e15
"""More than any cell: osmnx is to ask for a cell in one request."""


def read_network(path: Path, *, kind: str, classes: Iterable[str] | None = None) -> WayGraph:
    """Read a network from a local file.

    Parameters
    ----------
    path
        OSM XML (``.osm``, ``.xml``, also with ``.gz`` or ``.bz2``) or GraphML as osmnx saves it (``.graphml``).
    kind, classes
        Which ways, see :mod:`geo.waykind`; ``None`` takes the kind's main classes.

    Raises
    ------
    UnreadableNetwork
        The file is not there, truncated, of another format, broken, or holds no such way. All faults at once.
    UnknownNetworkKind
        There is no such kind, or it has no such class.
    """
    way = way_kind(kind)
    chosen = way.choose(classes)
    if path.suffix == ".pbf":
        raise UnreadableNetwork(
            str(path), ["PBF is not read"], hint=f"Convert it: `osmium cat {path.name} -o {path.stem}`."
        )
    as_of = None
    if path.suffix == ".graphml":
        nodes, segments = _read_graphml(path, way)
    else:
        extract = OsmExtract.read(path, way, chosen)
        as_of = extract.as_of
        nodes, segments = _read_extract(extract, way) if extract.ways else ({}, [])
    network = WayGraph.of(
        nodes, [each for each in segments if each.way_class in chosen], kind=kind, classes=chosen, as_of=as_of
    )
    if not len(network.node_ids):
        raise UnreadableNetwork(
            str(path),
            [f"it holds no way with {way.tag}={' or '.join(chosen)}"],
            hint="Take an extract of the right region and kind, or choose other classes with --class.",
        )
    return network


def query_overpass(
    bbox: tuple[float, float, float, float], way_filter: str, *, endpoint: str, identity: str
) -> Mapping[str, Any]:
    """Ask Overpass for all ways that meet a filter and a box, whole, with their nodes.

    osmnx does it: it asks the server's status first and waits until a request is welcome, and after an answer of 429 or
    504 it waits 55 s and asks again.

    Parameters
    ----------
    bbox
        west, south, east, north in degrees; does not cross ±180.
    way_filter
        Overpass QL that follows the word ``way``.
    endpoint
        Address of an Overpass API, without ``/interpreter``.
    identity
        Who asks, as HTTP's ``User-Agent``.

    Returns
    -------
    Mapping
        Overpass JSON. ``elements`` is empty where there are no such ways.

    Raises
    ------
    FailedDownload
        No answer, or none that is complete.
    """
    with tempfile.TemporaryDirectory(prefix="corridormap-") as folder:
        # In this mode osmnx files each answer and then raises InterruptedError: we want whole ways, not cut ones.
        with _osmnx(
            cache_folder=folder,
            cache_only_mode=True,
            # Without this it would ask a public DNS server when a name cannot be resolved.
            doh_url_template=None,
            http_referer=identity,
            http_user_agent=identity,
            max_query_area_size=ONE_REQUEST_M2,
            overpass_rate_limit=True,
            overpass_url=endpoint,
            requests_timeout=REQUEST_TIMEOUT_S,
            use_cache=True,
        ) as ox:
            try:
                ox.graph_from_bbox(bbox, custom_filter=way_filter, simplify=False, retain_all=True)
            except InterruptedError:
                pass
            except (OSError, ValueError) as error:
                said = " ".join(str(error).split())[:200]
                raise FailedDownload(f"{endpoint} gave no usable answer: {said}.") from error
        answers = sorted(Path(folder).glob("*.json"))
        if len(answers) != 1:
            # osmnx does not file an answer with a remark: the server ran out of time or memory.
            raise FailedDownload(f"{endpoint} gave an incomplete answer.")
        answer = json.loads(answers[0].read_text(encoding="utf-8"))
    if not isinstance(answer, dict) or not isinstance(answer.get("elements"), list):
        raise FailedDownload(f"{endpoint} answered something else than OSM data.")
    return answer


@contextmanager
def _osmnx(**settings: object) -> Iterator[Any]:
    """Lend osmnx with some of its settings changed, and put everything that it changes back."""
    import osmnx  # noqa: PLC0415 -- see the module's docstring

    before = {name: getattr(osmnx.settings, name) for name in settings}
    getaddrinfo = socket.getaddrinfo
    try:
        for name, value in settings.items():
            setattr(osmnx.settings, name, value)
        yield osmnx
    finally:
        for name, value in before.items():
            setattr(osmnx.settings, name, value)
        socket.getaddrinfo = getaddrinfo


def _read_extract(extract: OsmExtract, way: WayKind) -> tuple[dict[int, LonLat], list[Segment]]:
    """Let osmnx make a graph of the extract: it knows what one-way tags and roundabouts mean."""
    with tempfile.TemporaryDirectory(prefix="corridormap-") as folder:
        path = Path(folder) / "extract.osm"
        extract.write(path)
        # osmnx reads every way of a file; here only the wanted ones are left, and railway is no tag that it keeps.
        with _osmnx(useful_tags_way=[way.tag, "junction", "oneway"], all_oneway=False, cache_only_mode=False) as ox:
            graph = ox.graph_from_xml(path, bidirectional=not way.has_one_ways, simplify=False, retain_all=True)
    nodes = {int(id_): (float(data["x"]), float(data["y"])) for id_, data in graph.nodes(data=True)}
    return nodes, [Segment(tail, head, str(way.class_of(data))) for tail, head, data in graph.edges(data=True)]


def _read_graphml(path: Path, way: WayKind) -> tuple[dict[int, LonLat], list[Segment]]:
    check_xml(path, "graphml")
    with _osmnx() as ox:
        try:
            graph = ox.load_graphml(path)
            crs = CRS.from_user_input(graph.graph["crs"])
            nodes = {int(id_): (float(data["x"]), float(data["y"])) for id_, data in graph.nodes(data=True)}
        except Exception as error:
            # networkx and osmnx raise whatever their code stumbles over.
            raise UnreadableNetwork(
                str(path),
                [f"it is not GraphML as osmnx saves it: {type(error).__name__}: {error}"],
                hint="Save it with osmnx.save_graphml, or give the OSM extract itself.",
            ) from error
    if not crs.equals(CRS.from_epsg(4326), ignore_axis_order=True):
        raise UnreadableNetwork(
            str(path),
            [f"its nodes are in {crs.to_string()}, not in EPSG:4326"],
            hint="Save the graph before projecting it.",
        )
    faults = [
        f"node {id_}: {fault}"
        for id_, lonlat in sorted(nodes.items())
        if (fault := coordinate_fault(*lonlat)) is not None
    ]
    if faults:
        raise UnreadableNetwork(str(path), faults, hint="Mend them, or save the graph again.")
    return _unfolded(graph, nodes, way)


def _unfolded(graph: Any, nodes: dict[int, LonLat], way: WayKind) -> tuple[dict[int, LonLat], list[Segment]]:  # noqa: ANN401 -- networkx has no types
    """Return a graph's segments, and its nodes with those that a simplified edge passes over.

    The latter get ids below all others, in the order of their edge and position; both directions of an edge share them.
    """
    edges = []
    for tail, head, data in graph.edges(data=True):
        found = data.get(way.tag, "")
        kinds = [way.class_of({**data, way.tag: value}) for value in (found if isinstance(found, list) else [found])]
        known = [each for each in kinds if each is not None]
        if len(known) == len(kinds):
            # A simplified edge may run over ways of several classes; it is as minor as its most minor one.
            way_class = max(known, key=way.classes.index)
            between = [] if "geometry" not in data else list(data["geometry"].coords)[1:-1]
            low, high = sorted((int(tail), int(head)))
            passed = [(low, high, round(float(lon), 7), round(float(lat), 7)) for lon, lat, *_ in between]
            edges.append((int(tail), passed, int(head), way_class))
    lowest = min([0, *nodes])
    keys = sorted({key for _, passed, _, _ in edges for key in passed})
    ids = {key: lowest - 1 - row for row, key in enumerate(keys)}
    return nodes | {ids[key]: key[2:] for key in keys}, [
        Segment(a, b, way_class)
        for tail, passed, head, way_class in edges
        for a, b in pairwise([tail, *(ids[key] for key in passed), head])
    ]
