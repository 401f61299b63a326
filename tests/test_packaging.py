"""The package: a wheel that holds everything, works alone, from any folder and without a network."""

from __future__ import annotations

import email.parser
import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tomllib
import urllib.request
import zipfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.live import PATIENCE_S, answers, free_port, stop, wait_until
from tests.missing import missing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from layers.release import Release

CHECKOUT = Path(__file__).resolve().parents[1]
VERSION = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
WHEELS = CHECKOUT / "dist" / "wheels"
LEFT_OUT = shutil.ignore_patterns(
    ".venv", ".git", "node_modules", "__pycache__", "dist", "build", "workspace", ".hypothesis", ".*_cache"
)


def environment(**more: str) -> dict[str, str]:
    """The environment of a user who has nothing set: no path of the checkout, no settings, no package index."""
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "CORRIDORMAP_", "PIP_"))
    }
    return kept | {"PIP_CONFIG_FILE": os.devnull, "PIP_NO_INDEX": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1"} | more


def run(*command: str | Path, cwd: Path = Path("/")) -> str:
    """Run a command to its end and return what it prints; its stderr is the failure's message."""
    done = subprocess.run(
        [str(word) for word in command],
        cwd=cwd,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    assert done.returncode == 0, f"{' '.join(map(str, command))}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@dataclass(frozen=True)
class Installed:
    """An installed corridormap and a workspace for it."""

    python: Path
    workspace: Path

    def corridormap(self, *words: str | Path) -> str:
        return run(self.python.with_name("corridormap"), *words)

    @contextmanager
    def serving(self) -> Iterator[str]:
        """Serve on a free port; give the address."""
        url = f"http://127.0.0.1:{(port := free_port())}"
        log = self.workspace / "serve.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                [self.python.with_name("corridormap"), "serve", "--port", str(port), "--workspace", self.workspace],
                cwd="/",
                env=environment(),
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        try:
            wait_until(lambda: process.poll() is not None or answers(f"{url}/healthz"), "it answers")
            assert process.poll() is None, log.read_text(encoding="utf-8", errors="replace")
            yield url
        finally:
            stop(process)


def fetch(url: str) -> tuple[str, bytes]:
    """Read an address; return its media type and body."""
    with urllib.request.urlopen(url, timeout=PATIENCE_S) as answer:
        return answer.headers["Content-Type"], answer.read()


def new_environment(folder: Path) -> Path:
    """Make an empty virtual environment and return its interpreter. It needs no pip: the running one installs into it."""
    run(sys.executable, "-m", "venv", "--without-pip", folder)
    return folder / "bin" / "python"


def check_that_it_works(installed: Installed, release_id: str, *options_of_build: str) -> None:
    """Build, list, export, verify and serve, from `/`; the release is the checkout's."""
    workspace = ("--workspace", installed.workspace)
    built = installed.corridormap("build", "--json", *options_of_build, *workspace)
    assert json.loads(built)["release"] == release_id
    assert {layer["id"] for layer in json.loads(installed.corridormap("layers", "--json"))} >= {"borders", "incidents"}
    exported = installed.workspace / "borders.geojson"
    installed.corridormap("export", "borders", "--format", "geojson", "-o", exported, *workspace)
    borders = json.loads(exported.read_text(encoding="utf-8"))
    assert "af-tj" in {feature["id"] for feature in borders["features"]}
    assert borders["release"] == release_id
    assert release_id in installed.corridormap("verify", *workspace)
    with installed.serving() as url:
        assert json.loads(fetch(f"{url}/healthz")[1]) == {"status": "ok"}
        assert json.loads(fetch(f"{url}/readyz")[1])["release"] == release_id
        kind, page = fetch(f"{url}/")
        assert kind.startswith("text/html")
        addresses = set(re.findall(r'(?:src|href)="(/static/[^"]+)"', page.decode()))
        assert any("/vendor/" in address for address in addresses)
        for address in addresses:
            assert fetch(url + address)[1], address
        tile = fetch(f"{url}/tiles/{release_id}/borders,corridors,incidents/5/22/12.mvt")
        assert tile[0] == "application/vnd.mapbox-vector-tile"
        assert tile[1]


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from a copy of the checkout without an index: the assets are vendored already."""
    if not (CHECKOUT / "server" / "static" / "vendor" / "manifest.json").is_file():
        pytest.fail("the front-end assets are missing: run `make assets`")
    copy = tmp_path_factory.mktemp("packaging") / "checkout"
    shutil.copytree(CHECKOUT, copy, ignore=LEFT_OUT)
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", copy / "dist", copy, cwd=copy)
    (made,) = (copy / "dist").glob("*.whl")
    return made


@pytest.fixture(scope="session")
def names(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def files_below(folder: str) -> set[str]:
    """Every file of the checkout below a folder, relative to it, without what Python and npm leave behind."""
    root = CHECKOUT / folder
    return {
        path.relative_to(root).as_posix()
        for path in root.rglob("*")
        if path.is_file() and not {"__pycache__", "node_modules"} & set(path.parts)
    }


def test_the_wheel_has_the_name_and_version_of_the_project(wheel: Path) -> None:
    assert wheel.name == f"corridormap-{VERSION}-py3-none-any.whl"


def test_the_wheel_holds_every_data_file_unchanged(wheel: Path, names: set[str]) -> None:
    expected = files_below("data")
    assert {name.removeprefix("geo/_data/") for name in names if name.startswith("geo/_data/")} == expected
    with zipfile.ZipFile(wheel) as archive:
        for name in expected:
            assert archive.read(f"geo/_data/{name}") == (CHECKOUT / "data" / name).read_bytes(), name


@pytest.mark.parametrize("folder", ["geo", "layers", "server"])
def test_the_wheel_holds_every_file_of_each_floor(names: set[str], folder: str) -> None:
    lacking = {f"{folder}/{name}" for name in files_below(folder)} - names
    assert lacking == set()
    for part in {"layers": ["schemas/incidents.schema.json", "tokens.json"], "server": ["templates/map.html"]}.get(
        folder, []
    ):
        assert f"{folder}/{part}" in names


def test_the_wheel_holds_the_assets_with_the_licence_text_of_every_package(wheel: Path, names: set[str]) -> None:
    vendor = "server/static/vendor"
    with zipfile.ZipFile(wheel) as archive:
        manifest = json.loads(archive.read(f"{vendor}/manifest.json"))
        for package, facts in manifest["packages"].items():
            assert len(archive.read(f"{vendor}/{facts['text']}")) > 200, package
    assert {f"{vendor}/{name}" for name in manifest["files"]} <= names
    assert {"maplibre-gl", "@fontsource/noto-sans", "@fontsource/vazirmatn"} <= set(manifest["packages"])
    assert {f"server/static/i18n/{language}.json" for language in ("en", "fa", "kk", "ru")} <= names


def test_the_wheel_holds_nothing_else(names: set[str]) -> None:
    folders = {name.split("/")[0] for name in names}
    assert folders == {"geo", "layers", "server", f"corridormap-{VERSION}.dist-info"}
    stray = [name for name in names if "node_modules" in name or "__pycache__" in name or name.endswith(".pyc")]
    assert stray == []


def test_the_wheel_says_what_it_is(wheel: Path, names: set[str]) -> None:
    folder = f"corridormap-{VERSION}.dist-info"
    assert f"{folder}/licenses/LICENSE" in names
    with zipfile.ZipFile(wheel) as archive:
        metadata = email.parser.BytesParser().parsebytes(archive.read(f"{folder}/METADATA"))
        entry_points = archive.read(f"{folder}/entry_points.txt").decode()
    assert metadata["License-Expression"] == "Apache-2.0"
    assert "Private :: Do Not Upload" in metadata.get_all("Classifier", [])
    assert "corridormap = server.cli:main" in entry_points


@pytest.mark.slow
def test_the_wheel_alone_works_from_the_root_folder(wheel: Path, tmp_path: Path, release: Release) -> None:
    """An empty environment borrows the dependencies that are installed, and nothing of the checkout."""
    python = new_environment(tmp_path / "venv")
    run(sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--no-deps", "--no-index", wheel)
    purelib = Path(run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))").strip())
    # A folder named in a .pth file is searched after the environment's own, and its own .pth files, through which an
    # editable install reaches the checkout, are not read.
    borrowed = dict.fromkeys([sysconfig.get_path("purelib"), sysconfig.get_path("platlib")])
    (purelib / "borrowed.pth").write_text("".join(f"{folder}\n" for folder in borrowed), encoding="utf-8")
    code = (
        "import geo, layers, server, sys; print(geo.__file__, layers.__file__, server.__file__, *sys.path, sep='\\n')"
    )
    places = [Path(line) for line in run(python, "-c", code).splitlines() if line]
    assert all(place.is_relative_to(purelib) for place in places[:3])
    assert CHECKOUT not in places
    check_that_it_works(Installed(python, tmp_path / "workspace"), release.id, "--no-pictures")


@pytest.mark.slow
def test_the_wheel_folder_installs_into_an_empty_environment_and_works(tmp_path: Path, release: Release) -> None:
    """As on a machine without a network, from what `make dist` made."""
    made = sorted(WHEELS.glob("corridormap-*.whl"))
    if not made:
        missing("dist/wheels is not there: run `make dist`, which brings the wheels of the dependencies")
    with zipfile.ZipFile(made[-1]) as archive:
        sources = [name for name in archive.namelist() if name.startswith(("layers/", "server/"))]
        changed = [name for name in sources if archive.read(name) != (CHECKOUT / name).read_bytes()]
    assert changed == [], "dist is older than the checkout: run `make dist`"
    python = new_environment(tmp_path / "venv")
    words = ("install", "--quiet", "--no-index", "--find-links", WHEELS, "corridormap")
    run(sys.executable, "-m", "pip", "--python", python, *words)
    outside = run(python, "-c", "import sys; print(*sys.path, sep='\\n')").splitlines()
    assert sysconfig.get_path("purelib") not in outside
    run(sys.executable, "-m", "pip", "--python", python, "check")
    installed = Installed(python, tmp_path / "workspace")
    check_that_it_works(installed, release.id)
    assert release.id in installed.corridormap("verify", "--rebuild", "--workspace", installed.workspace)
