"""Examples of the help texts: each runs as it is printed, in a folder that holds what it names.

Folders below ``/srv`` are the operator's: there the test's own folder stands in. What needs another server or the Internet,
and what never ends, is named with the test that runs it elsewhere.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shlex
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import click
import pytest
from click.testing import CliRunner

from layers.articles.documents.shelf import file_content
from layers.store.coverage_store import CoverageStore
from layers.store.decisions import Decision
from layers.workspace import Workspace
from server.cli import main
from tests.imported import write_acled, write_ged
from tests.layers.store import readings as made
from tests.live import CHECKOUT
from tests.server.people.browsers import WORDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ELSEWHERE = {
    "load-release": "PostgreSQL: tests/postgres",
    "network fetch": "the Internet: tests/server/test_network_commands.py, from a server of the tests",
    "serve": "never ends: tests/live.py starts it for many tests",
    "store copy": "PostgreSQL: tests/postgres",
}
WHOLE = {"build", "export", "export-map", "figure", "publish", "verify"}
"""They need a release of all layers, and no articles beside it."""
SLOW = {"build", "export-map", "figure", "publish", "verify"}
"""They draw pictures, or build all layers."""

ARTICLE = "Border guards seized 12 kilograms of opium near Kunduz on 3 May 2014. Two men were arrested at the post.\n"
SEIZURES = "id,date,lon,lat,precision,kind,town,kg\na1,2019-05-12,69.78,37.91,town,heroin,Kulob,3\n"
POINT = {
    "type": "Feature",
    "geometry": {"type": "Point", "coordinates": [69.78, 37.91]},
    "properties": {"id": "a1", "date": "2019-05-12", "precision": "town", "kind": "heroin", "town": "Kulob", "kg": 3},
}


def _helps(command: click.Command, words: tuple[str, ...] = ()) -> Iterator[tuple[str, str]]:
    """Each command that does something, by its name, with its help."""
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            assert inner is not None
            yield from _helps(inner, (*words, name))
    else:
        yield " ".join(words), command.help or ""


HELPS = dict(_helps(main))
EXAMPLES = {name: re.findall(r"^\s*Example: (corridormap .+)$", text, re.MULTILINE)[-1] for name, text in HELPS.items()}


def _run(line: str, here: Path) -> str:
    """Run a line as a shell would in the current folder: patterns, and where its output goes; return what it printed."""
    words, _, target = line.partition(" > ")
    program, *given = shlex.split(words.replace("/srv/", f"{here}/srv/"))
    assert program == "corridormap"
    expanded = [each for word in given for each in (sorted(map(str, Path().glob(word))) if "*" in word else [word])]
    secret = f"{WORDS}\n" * 2
    result = CliRunner().invoke(main, expanded, input=secret)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == 0, result.output
    if target:
        (here / target).write_text(result.stdout, encoding="utf-8")
    return result.stdout


def _linked(source: str, target: str) -> None:
    """Copy a file; of a release, which nothing changes, the very file under another name."""
    if "/releases/" in source and not source.endswith(("latest", ".json")):
        with contextlib.suppress(OSError):
            os.link(source, target)
            return
    shutil.copy2(source, target)


@pytest.fixture
def here(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that the examples run in."""
    for name in list(os.environ):
        if name.startswith("CORRIDORMAP_"):
            monkeypatch.delenv(name)
    # In a checkout the workspace is that of the checkout, wherever a command is called.
    monkeypatch.setenv("CORRIDORMAP_WORKSPACE", str(tmp_path / "workspace"))
    monkeypatch.chdir(tmp_path)
    held = request.getfixturevalue("workspace" if request.node.callspec.params["name"] in WHOLE else "small_workspace")
    own = Workspace(tmp_path / "workspace")
    shutil.copytree(held.path, own.path, copy_function=_linked)
    if request.node.callspec.params["name"] in WHOLE:
        return tmp_path
    shutil.copytree(own.release_path(own.latest()), own.releases / "0123456789ab", copy_function=_linked)
    with CoverageStore.open(own.store_url) as store:
        file_content(own, made.TEXT.encode(), "quiet-days.txt")
        store.keep(made.article(), made.WHOLE, extractor="reader 1", published=None)
        candidate = min(each.id for each in store.found() if each.record.get("category") == "seizure")
        store.decide(Decision(candidate, "accept", "Zahra", "2026-11-01T12:00:00+00:00"))
    (tmp_path / "srv" / "backups").mkdir(parents=True)
    return tmp_path


def _articles(here: Path) -> None:
    (here / "articles").mkdir()
    (here / "articles" / "kunduz.txt").write_text(ARTICLE, encoding="utf-8")


def _seizures(here: Path) -> None:
    _run(EXAMPLES["import mapping"], here)
    (here / "seizures.csv").write_text(SEIZURES, encoding="utf-8")


def _points(here: Path) -> None:
    mapping = _run(EXAMPLES["import mapping"], here)
    (here / "seizures.toml").write_text(mapping.replace('lon = "lon"', "").replace('lat = "lat"', ""), encoding="utf-8")
    (here / "seizures.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": [POINT]}))


def _acled(here: Path) -> None:
    write_acled(here / "acled-2026.csv")


def _of_acled(here: Path) -> None:
    _acled(here)
    _run(EXAMPLES["import acled"], here)


def _roads(here: Path) -> None:
    shutil.copy(CHECKOUT / "tests" / "fixtures" / "two_valleys.osm", here / "region.osm")


def _backup(here: Path) -> None:
    _run(EXAMPLES["backup"], here)
    shutil.rmtree(here / "workspace")


def _zahra(here: Path) -> None:
    _run(EXAMPLES["user add"], here)


PREPARED: dict[str, Callable[[Path], object]] = {
    "import acled": _acled,
    "import csv": _seizures,
    "import geojson": _points,
    "import remove": _of_acled,
    "import ucdp-ged": lambda here: write_ged(here / "GEDEvent_v25_1.csv"),
    "ingest": _articles,
    "network path": _roads,
    "network read": _roads,
    "read": _articles,
    "restore": _backup,
    "review import": lambda here: _run(EXAMPLES["review export"], here),
    "user passwd": _zahra,
    "user remove": _zahra,
    "user role": _zahra,
}
"""By command: what has to lie in the folder, or to have been done, before its example."""


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(each, marks=pytest.mark.slow if each in SLOW else pytest.mark.long)
        for each in EXAMPLES
        if each not in ELSEWHERE
    ],
)
def test_the_example_of_a_help_text_runs_as_it_is_printed(
    name: str, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for setting, value in re.findall(r"`export (\w+)=([^`]+)`", HELPS[name]):
        monkeypatch.setenv(setting, value)
    if name in PREPARED:
        PREPARED[name](here)
    _run(EXAMPLES[name], here)


def test_all_others_are_commands() -> None:
    assert ELSEWHERE.keys() | WHOLE | SLOW | PREPARED.keys() <= EXAMPLES.keys()
    assert len(EXAMPLES) > 30
