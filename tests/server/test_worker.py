"""What a real worker loads and holds after real requests."""

from __future__ import annotations

import json
import re
import sys
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.live import CHECKOUT, PATIENCE_S, free_port, start, stop

if TYPE_CHECKING:
    from collections.abc import Iterator

    from layers.release import Release
    from layers.workspace import Workspace

HEAVY = {
    "geopandas", "pandas", "pyarrow", "pyogrio", "fiona", "sqlalchemy", "alembic", "folium", "osmnx", "matplotlib", "cartopy",
    "networkx", "pyproj", "jsonschema", "morecantile", "pydantic", "rich",
}  # fmt: skip


@pytest.fixture
def worker(workspace: Workspace, tmp_path: Path) -> Iterator[str]:
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    command = [
        sys.executable, "-m", "granian", "--interface", "wsgi", "--factory", "tests.server.modules_app:application",
        "--port", str(port), "--workers", "1",
    ]  # fmt: skip
    environment = {"CORRIDORMAP_WORKSPACE": str(workspace.path), "PYTHONPATH": str(CHECKOUT)}
    process = start(command, f"{address}/healthz", tmp_path / "log.txt", environment=environment)
    yield address
    stop(process)


@pytest.mark.long
def test_a_worker_imports_nothing_heavy_and_stays_small(worker: str, release: Release) -> None:
    everything = ",".join(release.layer_ids)
    paths = [
        "/", "/embed", "/style.json", "/data", "/readyz", f"/tiles/{everything}.json",
        f"/tiles/{release.id}/{everything}/0/0/0.mvt", f"/tiles/{release.id}/{everything}/5/22/12.mvt",
        f"/tiles/{release.id}/incidents/0/0/0.mvt?category=attack&bbox=60,30,75,45",
        *(f"/export/{layer_id}.geojson" for layer_id in release.layer_ids if release.catalog[layer_id].is_exported),
        "/export/borders.geojson?bbox=60,36,75,42&point_of_view=iso", "/counts?layer=incidents&datetime=2010/..",
        "/search?q=kabul", "/codebook", "/ogc/", "/ogc/api", "/ogc/collections", "/ogc/collections/borders/items?bbox=60,36,75,42",
        "/ogc/collections/incidents/items?filter=where_prec%3E5", "/ogc/collections/incidents/queryables", "/export/incidents.gpkg",
        "/export/borders.csv", "/evidence/inc04", "/evidence/af-tj", "/evidence/a1",
    ]  # fmt: skip
    for path in paths:
        request = urllib.request.Request(worker + path, headers={"Accept-Encoding": "gzip"})
        with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:
            assert answer.status == 200, path
            answer.read()
    with urllib.request.urlopen(f"{worker}/modules", timeout=PATIENCE_S) as answer:
        found = json.load(answer)
    assert HEAVY & set(found["modules"]) == set()
    assert {"numpy", "shapely", "flask"} <= set(found["modules"])
    rollup = Path(f"/proc/{found['pid']}/smaps_rollup")
    if rollup.exists():
        match = re.search(r"^Pss:\s+(\d+) kB", rollup.read_text(encoding="ascii"), re.MULTILINE)
        assert match is not None
        assert int(match[1]) < 130_000, "kB of one process that shares nothing"
