"""docs/operate/nginx.conf with the real nginx before two real services: caching, ranges, a service that goes, request ids."""

from __future__ import annotations

import gzip
import json
import os
import re
import shutil
import subprocess
import urllib.error
import urllib.request
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
import yaml  # type: ignore[import-untyped]  # it has no types of its own
from click.testing import CliRunner

from server.cli import main
from server.config import SETTINGS, Config
from tests.live import CHECKOUT, PATIENCE_S, LiveServer, free_port, start, start_server, stop, stop_server, wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import Message
    from pathlib import Path

    from layers.release import Release
    from layers.workspace import Workspace

OPERATE = CHECKOUT / "docs" / "operate"


@dataclass(frozen=True)
class Proxy:
    """nginx before two services."""

    url: str
    services: tuple[LiveServer, ...]
    log: Path
    published: Path

    def get(self, path: str, **headers: str) -> tuple[int, Message, bytes]:
        request = urllib.request.Request(
            self.url + path, headers={name.replace("_", "-"): value for name, value in headers.items()}
        )
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:
                return answer.status, answer.headers, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.headers, error.read()


def nginx() -> str:
    found = shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin")
    if found is None:
        pytest.fail("nginx is missing: install nginx-light (apt-get install nginx-light)")
    return found


@pytest.fixture(scope="module")
def proxy(workspace: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    with proxied(workspace, tmp_path_factory.mktemp("nginx")) as started:
        yield started


@contextmanager
def proxied(workspace: Workspace, folder: Path) -> Iterator[Proxy]:
    for name in ("cache", "published", "body"):
        (folder / name).mkdir()
    port = free_port()
    with ExitStack() as stack:
        services = tuple(
            start_server(
                workspace.path,
                folder / f"service{number}.txt",
                environment={"CORRIDORMAP_WORKERS": "1", "CORRIDORMAP_LOG": "requests", "CORRIDORMAP_TRUST_PROXY": "1"},
            )
            for number in range(2)
        )
        for service in services:
            stack.callback(stop_server, service)
        upstream = (OPERATE / "upstream.conf").read_text(encoding="utf-8")
        text = (OPERATE / "nginx.conf").read_text(encoding="utf-8")
        for old, new in (
            ("127.0.0.1:8000", services[0].url.removeprefix("http://")),
            ("127.0.0.1:8001", services[1].url.removeprefix("http://")),
        ):
            assert old in upstream
            upstream = upstream.replace(old, new)
        (folder / "upstream.conf").write_text(upstream, encoding="utf-8")
        for old, new in (
            ("/etc/nginx/upstream.conf", str(folder / "upstream.conf")),
            ("listen 8080", f"listen 127.0.0.1:{port}"),
            ("/run/nginx.pid", str(folder / "nginx.pid")),
            ("/dev/stdout", str(folder / "access.txt")),
            ("error_log stderr", f"error_log {folder / 'error.txt'}"),
            ("/var/cache/nginx/corridormap", str(folder / "cache")),
            ("/srv/corridormap/published/", f"{folder / 'published'}/"),
            ("worker_processes auto", "worker_processes 1"),
        ):
            assert old in text, old
            text = text.replace(old, new)
        (folder / "nginx.conf").write_text(text, encoding="utf-8")
        # The folders of a test are open to their owner alone.
        directives = f"daemon off;{' user root;' if os.getuid() == 0 else ''}"
        command = [nginx(), "-p", str(folder), "-c", str(folder / "nginx.conf"), "-g", directives]
        url = f"http://127.0.0.1:{port}"
        stack.callback(stop, start(command, f"{url}/healthz", folder / "nginx.txt"))
        yield Proxy(url, services, folder / "access.txt", folder / "published")


@pytest.fixture
def tile(release: Release) -> str:
    """As TileJSON has it: with the mark of what encodes tiles it never changes."""
    return f"/tiles/{release.id}/borders/3/5/3.mvt?v={release.tile_mark}"


@pytest.mark.slow
def test_a_tile_is_made_once_and_kept_in_two_codings(proxy: Proxy, release: Release) -> None:
    tile = f"/tiles/{release.id}/borders/4/11/6.mvt?v={release.tile_mark}"  # which nobody else asks for
    _, first, plain = proxy.get(tile)
    status, second, again = proxy.get(tile)
    assert (first["X-Cache"], second["X-Cache"], status) == ("MISS", "HIT", 200)
    assert plain == again
    codings = [
        proxy.get(tile, Accept_Encoding=asked) for asked in ("gzip, deflate, br, zstd", "gzip", "deflate, gzip;q=1")
    ]
    assert [headers["X-Cache"] for _, headers, _ in codings] == ["MISS", "HIT", "HIT"]
    assert {headers["Content-Encoding"] for _, headers, _ in codings} == {"gzip"}
    assert {gzip.decompress(body) for _, _, body in codings} == {plain}
    status, unchanged, body = proxy.get(tile, If_None_Match=second["ETag"])
    assert (status, unchanged["X-Cache"], body) == (304, "HIT", b"")


@pytest.mark.slow
def test_ranges_of_what_comes_whole_are_its_bytes(proxy: Proxy, release: Release) -> None:
    path = f"/export/borders.geojson?release={release.id}"
    _, _, whole = proxy.get(path)
    for asked, part in (("bytes=0-99", whole[:100]), ("bytes=1000-", whole[1000:]), ("bytes=-7", whole[-7:])):
        status, headers, body = proxy.get(path, Range=asked)
        assert (status, body) == (206, part), asked
        assert headers["Content-Range"].endswith(f"/{len(whole)}")
    assert proxy.get(path, Range=f"bytes={len(whole)}-")[0] == 416


@pytest.mark.slow
def test_a_published_archive_is_read_in_ranges_by_nginx_alone(proxy: Proxy) -> None:
    (proxy.published / "tiles.pmtiles").write_bytes(b"PMTiles" + bytes(range(256)) * 64)
    status, headers, body = proxy.get("/published/tiles.pmtiles", Range="bytes=0-6")
    assert (status, body, headers["Content-Type"]) == (206, b"PMTiles", "application/vnd.pmtiles")
    assert headers["Access-Control-Allow-Origin"] == "*"


@pytest.mark.slow
def test_pages_are_asked_for_again_and_metrics_are_nobodys(proxy: Proxy) -> None:
    assert "X-Cache" not in proxy.get("/")[1]
    assert proxy.get("/readyz")[0] == 200
    assert proxy.get("/metrics")[0] == 404


@pytest.mark.slow
def test_a_request_has_one_id_in_both_logs_and_in_its_answer(proxy: Proxy, tile: str) -> None:
    _, headers, _ = proxy.get("/evidence/nothing-of-the-kind?q=secret")
    request_id = headers["X-Request-ID"]
    assert re.fullmatch(r"[0-9a-f]{32}", request_id)
    ids = {proxy.get(tile)[1]["X-Request-ID"] for _ in range(3)}
    assert len(ids) == 3, "a kept answer carries no other request's id"
    wait_until(lambda: request_id in proxy.log.read_text(encoding="utf-8"), "nginx has written the request down")
    lines = [json.loads(line) for line in proxy.log.read_text(encoding="utf-8").splitlines() if request_id in line]
    (ours,) = [line for line in lines if line["request_id"] == request_id]
    assert (ours["path"], ours["status"]) == ("/evidence/nothing-of-the-kind", 404)
    assert "secret" not in proxy.log.read_text(encoding="utf-8")

    def behind() -> str:
        return "".join(service.log.read_text(encoding="utf-8") for service in proxy.services)

    wait_until(lambda: request_id in behind(), "the service has written the request down")
    assert behind().count(request_id) == 1


@pytest.mark.slow
def test_a_service_that_stops_is_passed_over_and_what_is_kept_outlives_all(
    workspace: Workspace, tile: str, tmp_path: Path
) -> None:
    with proxied(workspace, tmp_path) as proxy:
        proxy.get(tile)
        stop_server(proxy.services[0])
        assert {proxy.get(f"/evidence/nothing-{number}")[0] for number in range(20)} == {404}
        stop_server(proxy.services[1])
        assert proxy.get("/evidence/nothing")[0] == 502
        assert proxy.get(tile)[0] == 200


def test_the_compose_file_probes_readiness_and_names_what_exists() -> None:
    text = (OPERATE / "compose.yaml").read_text(encoding="utf-8")
    document = yaml.safe_load(text)
    services = document["services"]
    assert set(services) == {"build", "web", "nginx"}
    for name in ("build", "web"):
        (command,) = services[name]["command"]
        assert CliRunner().invoke(main, [command, "--help"]).exit_code == 0
    environment = services["web"]["environment"]
    assert set(environment) <= {setting.name for setting in SETTINGS}
    config = Config.from_environment(environment)
    assert "/readyz" in services["web"]["healthcheck"]["test"][-1]
    assert int(services["web"]["stop_grace_period"].removesuffix("s")) > config.shutdown_s
    assert f":{config.port}/" in services["web"]["healthcheck"]["test"][-1]
    (mount,) = services["web"]["volumes"]
    assert mount.endswith(":ro"), "the web tier writes nothing"
    mounted = dict(re.findall(r"- \./([\w.-]+):([\w./]+):ro$", text, re.MULTILINE))
    assert mounted == {"nginx.conf": "/etc/nginx/nginx.conf", "compose-upstream.conf": "/etc/nginx/upstream.conf"}
    assert f"server web:{config.port} " in (OPERATE / "compose-upstream.conf").read_text(encoding="utf-8")
    port = services["nginx"]["ports"][0].rpartition(":")[2]
    assert f"listen {port};" in (OPERATE / "nginx.conf").read_text(encoding="utf-8")
    assert f":{port}/" in services["nginx"]["healthcheck"]["test"][-1]
    assert 'ENTRYPOINT ["corridormap"]' in document["x-image"]["build"]["dockerfile_inline"]


def test_nginx_takes_the_files_that_compose_mounts(tmp_path: Path) -> None:
    upstream = (OPERATE / "compose-upstream.conf").read_text(encoding="utf-8")
    # The name of the other containers is known among them alone.
    (tmp_path / "upstream.conf").write_text(upstream.replace("server web:", "server 127.0.0.1:"), encoding="utf-8")
    text = (OPERATE / "nginx.conf").read_text(encoding="utf-8")
    for old, new in (
        ("/etc/nginx/upstream.conf", str(tmp_path / "upstream.conf")),
        ("/run/nginx.pid", str(tmp_path / "nginx.pid")),
        ("/var/cache/nginx/corridormap", str(tmp_path / "cache")),
        ("/dev/stdout", str(tmp_path / "access.txt")),
    ):
        assert old in text, old
        text = text.replace(old, new)
    (tmp_path / "nginx.conf").write_text(text, encoding="utf-8")
    command = [nginx(), "-t", "-p", str(tmp_path), "-c", str(tmp_path / "nginx.conf")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
