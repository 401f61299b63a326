"""The peers that the service is measured beside, each started as its own documentation says, with two processes."""

from __future__ import annotations

import os
import shutil
import subprocess
from contextlib import contextmanager
from typing import TYPE_CHECKING

import psutil
from processes import Server, free_port, start, wait_for

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from postgis import Database

__all__ = ["WORKERS", "corridormap", "nginx", "pygeoapi", "tipg"]

WORKERS = 2
TIPG_TILE = "/collections/public.incidents/tiles/WebMercatorQuad/{z}/{x}/{y}"

_PYGEOAPI = """
server:
  bind: {{host: 127.0.0.1, port: {port}}}
  url: http://127.0.0.1:{port}
  mimetype: application/json; charset=UTF-8
  encoding: utf-8
  languages: [en-US]
  pretty_print: false
  limits: {{default_items: 100, max_items: 10000, on_exceed: throttle}}
  map: {{url: "http://127.0.0.1/{{z}}/{{x}}/{{y}}.png", attribution: none}}
logging: {{level: ERROR}}
metadata:
  identification:
    title: peer
    description: peer
    keywords: [peer]
    keywords_type: theme
    terms_of_service: none
    url: http://127.0.0.1
  license: {{name: none, url: http://127.0.0.1}}
  provider: {{name: none, url: http://127.0.0.1}}
  contact: {{name: none, url: http://127.0.0.1}}
resources:
  incidents:
    type: collection
    title: incidents
    description: incidents
    keywords: [incidents]
    links: []
    extents:
      spatial: {{bbox: [-180, -90, 180, 90], crs: http://www.opengis.net/def/crs/OGC/1.3/CRS84}}
    providers:
      - type: feature
        name: PostgreSQL
        data:
          host: 127.0.0.1
          port: {database_port}
          dbname: postgres
          user: postgres
          password: postgres
          search_path: [public]
        id_field: id
        table: incidents
        geom_field: geom
        time_field: date_start
"""

_NGINX = """
worker_processes {workers};
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 256; }}
http {{
  access_log off;
  client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2; fastcgi_temp_path {folder}/t3;
  uwsgi_temp_path {folder}/t4; scgi_temp_path {folder}/t5;
  gzip_static on;
  sendfile on;
  keepalive_requests 1000000;
  types {{ application/vnd.mapbox-vector-tile mvt; }}
  server {{ listen 127.0.0.1:{port}; root {folder}/www; }}
}}
"""


@contextmanager
def corridormap(executable: Path, workspace: Path, log: Path) -> Iterator[Server]:
    """Our own service over a workspace that holds a release."""
    port = free_port()
    command = [executable, "serve", "--port", str(port), "--workers", str(WORKERS), "--workspace", workspace]
    with start(command, log) as process:
        base = f"http://127.0.0.1:{port}"
        wait_for(f"{base}/readyz", process, log)
        yield Server("corridormap", base, psutil.Process(process.pid))


@contextmanager
def tipg(folder: Path, database: Database, log: Path) -> Iterator[Server]:
    """Run tipg on uvicorn; the database's work counts as its own."""
    port = free_port()
    env = {
        **os.environ,
        "DATABASE_URL": database.url,
        "DB_MAX_CONN_SIZE": "2",
        "TIPG_DATETIME_EXTENT": "false",
        "TIPG_SPATIAL_EXTENT": "false",
        "TIPG_MAX_FEATURES_PER_TILE": "1000000",
    }
    command = [
        folder / "uvicorn",
        "tipg.main:app",
        "--port",
        str(port),
        "--workers",
        str(WORKERS),
        "--log-level",
        "warning",
    ]
    with start(command, log, env=env) as process:
        base = f"http://127.0.0.1:{port}"
        wait_for(f"{base}/collections/public.incidents", process, log)
        yield Server("tipg + PostGIS", base, psutil.Process(process.pid), database.process)


@contextmanager
def pygeoapi(folder: Path, database: Database, log: Path) -> Iterator[Server]:
    """Run pygeoapi on granian; the database's work counts as its own."""
    port = free_port()
    config, openapi = log.with_suffix(".yml"), log.with_suffix(".openapi.yml")
    config.write_text(_PYGEOAPI.format(port=port, database_port=database.url.rsplit(":", 1)[1].split("/")[0]))
    env = {**os.environ, "PYGEOAPI_CONFIG": str(config), "PYGEOAPI_OPENAPI": str(openapi)}
    generate = [folder / "pygeoapi", "openapi", "generate", config, "--output-file", openapi]
    made = subprocess.run(generate, env=env, check=False, capture_output=True, text=True)
    if made.returncode:
        raise RuntimeError(f"pygeoapi cannot describe itself:\n{made.stdout[-1500:]}{made.stderr[-1500:]}")
    command = [
        folder / "granian", "--interface", "wsgi", "pygeoapi.flask_app:APP", "--port", str(port), "--workers", str(WORKERS),
    ]  # fmt: skip
    with start(command, log, env=env) as process:
        base = f"http://127.0.0.1:{port}"
        wait_for(f"{base}/collections/incidents?f=json", process, log)
        yield Server("pygeoapi + PostGIS", base, psutil.Process(process.pid), database.process)


@contextmanager
def nginx(folder: Path, tile_gz: bytes, log: Path) -> Iterator[Server]:
    """Run nginx with one gzipped tile as a file, the ceiling of what can be served."""
    binary = shutil.which("nginx") or "/usr/sbin/nginx"
    port = free_port()
    (folder / "www").mkdir(parents=True)
    (folder / "www/tile.mvt.gz").write_bytes(tile_gz)
    (folder / "www/tile.mvt").write_bytes(b"")
    for path in (folder, folder / "www"):
        path.chmod(0o755)  # nginx's workers are another user
    config = folder / "nginx.conf"
    config.write_text(_NGINX.format(workers=WORKERS, folder=folder, port=port))
    with start([binary, "-c", config, "-p", folder], log) as process:
        base = f"http://127.0.0.1:{port}"
        wait_for(f"{base}/tile.mvt", process, log)
        yield Server("nginx, static file", base, psutil.Process(process.pid))
