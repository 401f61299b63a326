"""Reading ahead: what the desk needs is read before processes that serve part from the one that starts them."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from server import reviewing, serving
from server.config import Config
from server.review import desk as desks
from tests.live import CHECKOUT, free_port

if TYPE_CHECKING:
    from pathlib import Path

    from layers.workspace import Workspace
    from tests.server.people.browsers import Browser


def test_after_it_a_page_reads_nothing_of_the_data(
    config: Config, reviewer: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The same data under another name, which no test has read before.
    again = tmp_path / "data"
    again.symlink_to(config.root)
    reviewing.read_ahead(replace(config, root=again))
    store = reviewer.client.application.extensions[desks.KEY].store
    monkeypatch.setitem(reviewer.client.application.extensions, desks.KEY, desks.Desk(store, again))
    read = [each.cache_info().misses for each in (desks._ground, desks._names)]
    assert reviewer.get("/review?type=incident&lang=fa").status_code == 200
    assert [each.cache_info().misses for each in (desks._ground, desks._names)] == read


def test_data_that_is_missing_stops_no_service(config: Config, tmp_path: Path) -> None:
    (tmp_path / "nothing").mkdir()
    reviewing.read_ahead(replace(config, root=tmp_path / "nothing"))


@pytest.mark.parametrize("review", [True, False])
def test_only_a_service_with_a_desk_reads_ahead_and_before_any_process_starts(
    own_small_workspace: Workspace, root: Path, monkeypatch: pytest.MonkeyPatch, review: bool
) -> None:
    done: list[str] = []

    class Server:
        def __init__(self, *_: object, **__: object) -> None:
            pass

        def serve(self) -> None:
            done.append("serves")

    for name in ("CORRIDORMAP_WORKSPACE", "CORRIDORMAP_ENGINE"):
        monkeypatch.setenv(name, "")
    monkeypatch.setattr(serving, "Server", Server)
    monkeypatch.setattr(reviewing, "read_ahead", lambda _: done.append("reads"))
    config = Config(workspace=own_small_workspace.path, root=root, review=review, port=free_port())
    serving.run(config, announce=lambda _: done.append("announces"))
    assert done == (["reads"] if review else []) + ["announces", "serves"]


def test_it_loads_no_tables() -> None:
    """The desk needs neither pandas nor geopandas: processes that serve it stay small."""
    code = (
        "import sys; from server.review.desk import read_ahead; from geo.datasets import data_root; "
        "read_ahead(data_root()); print(sorted({'pandas', 'geopandas', 'pyarrow'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=CHECKOUT, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
