"""Shared fixtures: one real release, built once; the service over it; a real process; a real browser."""

from __future__ import annotations

import dataclasses
import fcntl
import gc
import hashlib
import importlib.metadata
import os
import shutil
import sys
import time
from collections.abc import Callable
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, settings
from jinja2 import FileSystemBytecodeCache

from geo import datasets
from layers.build import build_release
from layers.catalog import Catalog, default_catalog
from layers.ingredients import Ingredients, check_recorded, read_context
from layers.records import read_coverage
from layers.release import Release
from layers.workspace import Workspace
from server.app import create_app
from server.config import Config
from tests.live import LiveServer, start_server, stop_server

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from flask.testing import FlaskClient

    from geo.gazetteer import Gazetteer


BuiltOnce = Callable[[str, Callable[[Workspace], object]], Workspace]
CHECKOUT = Path(__file__).resolve().parents[1]
SMALL = ("borders", "border_segments")
STALE_S = 7200.0

# A loaded machine is no fault of the code: only what a test asserts decides it. Continuous integration tries the same
# examples each time: what it says of a change must not hang on luck. Who runs the tests elsewhere tries new ones.
settings.register_profile(
    "corridormap", deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=bool(os.environ.get("CI"))
)
# `make check` asks for it by --hypothesis-profile: a first look, which `make test` follows with all examples.
settings.register_profile("check", settings.get_profile("corridormap"), max_examples=20)
settings.load_profile("corridormap")


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """All that is imported and collected stays to the end: Python's collector need not search it time and again."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Under the profile ``check`` no test looks at more examples than the profile says, whatever it asks for itself."""
    most = settings.get_profile("check").max_examples
    if settings().max_examples != most:
        return
    for item in items:
        test = getattr(item, "obj", None)
        test = getattr(test, "__func__", test)
        asked = getattr(test, "_hypothesis_internal_use_settings", None)
        if isinstance(asked, settings) and asked.max_examples > most:
            test._hypothesis_internal_use_settings = settings(asked, max_examples=most)  # type: ignore[union-attr]  # it has one


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """A developer's own CORRIDORMAP_… variables must not decide a test."""
    for name in [name for name in os.environ if name.startswith("CORRIDORMAP_")]:
        if name != "CORRIDORMAP_PACKAGES":
            monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def root() -> Path:
    return datasets.data_root()


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    return default_catalog()


@pytest.fixture(scope="session")
def ingredients(root: Path) -> Ingredients:
    """What layers are made of, read once; frames of Natural Earth stay with it. Do not change what it gives."""
    return Ingredients.read(root)


@contextmanager
def _reading_once(root: Path, ingredients: Ingredients) -> Iterator[None]:
    read = Ingredients.read
    context = ingredients.gazetteer, ingredients.context

    def with_frames(path: Path, *more: Any, **named: Any) -> Ingredients:
        made = read(path, *more, **named)
        return dataclasses.replace(made, _frames=ingredients._frames) if path == root else made

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Ingredients, "read", with_frames)
        for name, at_root, anew in (
            ("layers.ingredients.read_context", context, read_context),
            ("layers.ingredients.read_coverage", ingredients.coverage, read_coverage),
            ("layers.build.check_recorded", None, check_recorded),
        ):
            patch.setattr(name, lambda path, held=at_root, anew=anew: held if path == root else anew(path))
        yield


@pytest.fixture
def read_once(root: Path, ingredients: Ingredients) -> Iterator[None]:
    """What the recorded data folder holds is read and checked once for the tests that are about other things."""
    with _reading_once(root, ingredients):
        yield


@pytest.fixture(scope="module")
def read_once_in_module(root: Path, ingredients: Ingredients) -> Iterator[None]:
    """The same for all tests of a module, with what they build for all."""
    with _reading_once(root, ingredients):
        yield


@pytest.fixture(scope="session")
def gazetteer(ingredients: Ingredients) -> Gazetteer:
    return ingredients.gazetteer


@pytest.fixture(scope="session")
def workspace(built_once: BuiltOnce, root: Path, catalog: Catalog) -> Workspace:
    """A workspace that holds one release made of the real data. Read it only: all processes of the run share it."""
    return built_once("workspace", lambda made: build_release(made, root, catalog))


@pytest.fixture(scope="session", autouse=True)
def _opened_once(pytestconfig: pytest.Config) -> Iterator[None]:
    """Let all services of the tests share what they derive of a release that no test may change; templates are compiled once."""
    opened, anew, shared = dict[Path, Release](), Release.open, _shared_folder(pytestconfig)

    def open_(path: Path, **more: Any) -> Release:
        if more or not path.is_relative_to(shared):
            return anew(path, **more)
        if path not in opened:
            opened[path] = anew(path)
        return opened[path]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Release, "open", staticmethod(open_))
        patch.setitem(Flask.jinja_options, "bytecode_cache", _bytecode_cache(shared.with_name("templates")))
        yield


def _bytecode_cache(folder: Path) -> FileSystemBytecodeCache:
    folder.mkdir(parents=True, exist_ok=True)
    return FileSystemBytecodeCache(str(folder))


@pytest.fixture(scope="session")
def small_catalog(catalog: Catalog) -> Catalog:
    """Two layers of the real ones that are built in no time: for how builds go, whatever is in them."""
    return Catalog.of(*(catalog[id_] for id_ in SMALL))


@pytest.fixture(scope="session")
def small_workspace(built_once: BuiltOnce, root: Path, small_catalog: Catalog) -> Workspace:
    """A workspace that holds one release of the small catalog. Read it only."""
    return built_once("small", lambda made: build_release(made, root, small_catalog))


@pytest.fixture
def own_small_workspace(small_workspace: Workspace, tmp_path: Path) -> Workspace:
    """A copy of the small workspace that a test may damage."""
    shutil.copytree(small_workspace.path, tmp_path / "own")
    return Workspace(tmp_path / "own")


@pytest.fixture(scope="session")
def built_once(pytestconfig: pytest.Config, root: Path) -> BuiltOnce:
    """Give the workspace of a name, built where it is not there; read it only.

    It lies in pytest's cache folder, under a hash of all that a build depends on. The first of the processes of pytest-xdist
    builds it, and the next run finds it where neither code, data nor packages changed. Tests of the build itself build anew.
    """
    return lambda name, build: _built_once(_shared_folder(pytestconfig), name, root, build)


def _built_once(folder: Path, name: str, root: Path, build: Callable[[Workspace], object]) -> Workspace:
    made = Workspace(folder / f"{name}-{_decided_by(root)}")
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = made.path.with_suffix(".built")
        if not done.exists():
            for old in folder.glob(f"{name}-*.built"):
                if time.time() - old.stat().st_mtime > STALE_S:  # another run may still read a younger one
                    shutil.rmtree(old.with_suffix(""), ignore_errors=True)
                    old.unlink()
            shutil.rmtree(made.path, ignore_errors=True)  # what a run that was broken off has left
            build(made)
        done.touch()  # what is used is not old
    return made


def _shared_folder(config: pytest.Config) -> Path:
    """Return the folder of what all processes of a run, and the next run, share."""
    return config.rootpath / ".pytest_cache" / "d" / "workspaces"


@cache
def _decided_by(root: Path) -> str:
    """Return a hash of code, data and installed packages: all that decides the bytes of a release."""
    sha = hashlib.sha256()
    floors = [
        file
        for floor in ("geo", "layers", "benchmarks")
        for file in (CHECKOUT / floor).rglob("*")
        if file.suffix != ".pyc"
    ]
    for file in sorted((*floors, CHECKOUT / "benchmarks" / "synthetic.py", *root.rglob("*"))):
        if file.is_file():
            sha.update(f"{file}\0".encode() + hashlib.sha256(file.read_bytes()).digest())
    packages = {f"{each.name} {each.version}" for each in importlib.metadata.distributions()}
    sha.update("\n".join((sys.version, *sorted(packages))).encode())
    return sha.hexdigest()[:16]


@pytest.fixture(scope="session")
def release(workspace: Workspace) -> Release:
    return Release.open(workspace.release_path(workspace.latest()))


@pytest.fixture
def own_workspace(workspace: Workspace, tmp_path: Path) -> Workspace:
    """A copy of the workspace that a test may damage."""
    shutil.copytree(workspace.path, tmp_path / "own")
    return Workspace(tmp_path / "own")


@pytest.fixture(scope="session")
def app(workspace: Workspace, root: Path) -> Flask:
    return create_app(Config(workspace=workspace.path, root=root))


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture(scope="session")
def live_server(workspace: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    server = start_server(workspace.path, tmp_path_factory.mktemp("server") / "log.txt")
    yield server
    stop_server(server)
