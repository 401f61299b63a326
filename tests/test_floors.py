"""The house: geo ← layers ← server, nothing upward; one module each for the heavy libraries."""

from __future__ import annotations

import ast
import tomllib
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

CHECKOUT = Path(__file__).resolve().parents[1]
FLOORS = ("geo", "layers", "server")
ALLOWED = {
    "geo": {"geo"},
    "layers": {"geo", "layers"},
    "server": {"geo", "layers", "server"},
}
ONE_MODULE_EACH = ("osmnx", "folium", "matplotlib", "cartopy", "granian", "morecantile", "pmtiles")
TOP_LEVEL = {
    "pyproject.toml", "geo", "server", "layers", "data", "tests", "README.md", "ARCHITECTURE.md", "CONTRIBUTING.md",
    "CHANGELOG.md", "LICENSE", "CITATION.cff", "Makefile", "constraints.txt", "docs", "benchmarks", ".ci", ".gitignore",
}  # fmt: skip


def modules(floor: str) -> Iterator[Path]:
    for path in sorted((CHECKOUT / floor).rglob("*.py")):
        if "node_modules" not in path.parts:
            yield path


@cache
def imports(path: Path) -> tuple[str, ...]:
    """What a module imports; read once for all rules."""
    return tuple(_imports(path))


def _imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative imports hide the floor"
            yield node.module or ""


@pytest.mark.parametrize("floor", FLOORS)
def test_nothing_imports_upward(floor: str) -> None:
    upward = [
        f"{path.relative_to(CHECKOUT)} imports {name}"
        for path in modules(floor)
        for name in imports(path)
        if name.split(".")[0] in FLOORS and name.split(".")[0] not in ALLOWED[floor]
    ]
    assert upward == []


def test_the_rooms_of_the_reader_know_each_other_in_one_direction() -> None:
    """From letters to statements: a package under layers/articles never imports one that builds on it."""
    articles = CHECKOUT / "layers/articles"
    names = {path.name for path in articles.iterdir() if (path / "__init__.py").exists()}
    known = {
        name: {
            each.split(".")[2]
            for path in (articles / name).glob("*.py")
            for each in imports(path)
            if each.startswith("layers.articles.")
        }
        & (names - {name})
        for name in names
    }
    assert len(names) > 5
    TopologicalSorter(known).prepare()  # raises CycleError


@pytest.mark.parametrize("library", ONE_MODULE_EACH)
def test_a_heavy_library_is_imported_in_one_module_only(library: str) -> None:
    importers = [
        str(path.relative_to(CHECKOUT))
        for floor in FLOORS
        for path in modules(floor)
        if any(name.split(".")[0] == library for name in imports(path))
    ]
    assert len(importers) <= 1, importers


@pytest.mark.parametrize("library", ["sqlalchemy", "alembic"])
def test_only_the_store_knows_its_database(library: str) -> None:
    importers = {
        path.relative_to(CHECKOUT).parts[:2]
        for floor in FLOORS
        for path in modules(floor)
        if any(name.split(".")[0] == library for name in imports(path))
    }
    assert importers == {("layers", "store")}


@pytest.mark.parametrize("library", ["psycopg", "psycopg_pool"])
def test_only_the_postgis_engine_knows_its_driver(library: str) -> None:
    importers = {
        path.relative_to(CHECKOUT).parts[:3]
        for floor in FLOORS
        for path in modules(floor)
        if any(name.split(".")[0] == library for name in imports(path))
    }
    assert importers == {("layers", "engines", "postgis")}


@pytest.mark.parametrize("library", ["dask", "distributed"])
def test_only_the_cluster_knows_its_scheduler(library: str) -> None:
    importers = {
        path.relative_to(CHECKOUT).parts[:2]
        for floor in FLOORS
        for path in modules(floor)
        if any(name.split(".")[0] == library for name in imports(path))
    }
    assert importers <= {("layers", "cluster")}


@pytest.mark.parametrize("library", ["flask", "werkzeug", "granian", "click"])
def test_only_the_top_floor_knows_http_and_the_shell(library: str) -> None:
    importers = [
        str(path.relative_to(CHECKOUT))
        for floor in ("geo", "layers")
        for path in modules(floor)
        if any(name.split(".")[0] == library for name in imports(path))
    ]
    assert importers == []


def test_every_package_states_its_rule() -> None:
    for floor in FLOORS:
        for path in (CHECKOUT / floor).rglob("__init__.py"):
            if "node_modules" in path.parts:
                continue
            docstring = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
            assert docstring, path
            assert len(docstring.split()) > 10, path


def test_no_module_reads_the_environment_or_a_file_when_imported() -> None:
    """Calls at module level are few and harmless; reading is not among them."""
    forbidden = {"open", "read_text", "read_bytes", "getenv", "read_json", "read_features", "read_sources"}
    found = []
    for floor in FLOORS:
        for path in modules(floor):
            for node in ast.parse(path.read_text(encoding="utf-8")).body:
                if isinstance(node, (ast.FunctionDef, ast.ClassDef, ast.If)):
                    continue
                for call in ast.walk(node):
                    if isinstance(call, ast.Call):
                        name = getattr(call.func, "attr", getattr(call.func, "id", ""))
                        if name in forbidden:
                            found.append(f"{path.relative_to(CHECKOUT)}:{call.lineno} {name}")
                    if isinstance(call, ast.Attribute) and call.attr == "environ":
                        found.append(f"{path.relative_to(CHECKOUT)}:{call.lineno} environ")
    assert found == []


def test_modules_stay_small_and_no_room_is_called_utils() -> None:
    for floor in FLOORS:
        for path in modules(floor):
            assert path.stem not in {"utils", "helpers", "misc", "common"}, path
            lines = len(path.read_text(encoding="utf-8").splitlines())
            assert lines <= 450, f"{path} has {lines} lines: would it split into two clear names?"


def test_the_top_level_holds_what_it_may_and_nothing_else() -> None:
    ignored = {
        line.strip("/\n") for line in (CHECKOUT / ".gitignore").read_text(encoding="utf-8").splitlines() if line.strip()
    }
    found = {path.name for path in CHECKOUT.iterdir()} - ignored - {".git"}
    assert {name for name in found if not name.endswith(".egg-info")} <= TOP_LEVEL


def test_data_holds_no_code() -> None:
    assert [path for path in (CHECKOUT / "data").rglob("*") if path.suffix in {".py", ".sh", ".js"}] == []


def test_one_configuration_file_and_one_version() -> None:
    for name in ("setup.cfg", "setup.py", "tox.ini", "pytest.ini", "ruff.toml", "mypy.ini", ".flake8"):
        assert not (CHECKOUT / name).exists()
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert f"## {project['version']}" in (CHECKOUT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert f"version: {project['version']}" in (CHECKOUT / "CITATION.cff").read_text(encoding="utf-8")
