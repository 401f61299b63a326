"""What `--scheduler` may name, and what is said when nobody is there."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from geo.errors import InvalidSetting, UnusableCluster
from layers.cluster.connection import check_scheduler, connected
from layers.workers import HERE
from server.cli import main
from tests.live import CHECKOUT, free_port

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("name", ["", "tcp://", "localhost:8786", "tcp://a b:1", "http://a:1", "tcp://a:1/b", "LOCAL"])
def test_what_names_no_scheduler_is_refused(name: str) -> None:
    with pytest.raises(InvalidSetting, match="names no scheduler"):
        check_scheduler(name)


@pytest.mark.parametrize("command", ["ingest", "read", "build"])
def test_a_misspelt_scheduler_ends_a_command_with_2(command: str, tmp_path: Path) -> None:
    words = [command, "--scheduler", "somewhere", *([str(tmp_path)] if command != "build" else [])]
    result = CliRunner().invoke(main, words)
    assert result.exit_code == 2
    assert "tcp://" in result.stderr


@pytest.mark.long
def test_without_a_scheduler_this_process_does_it_and_dask_stays_away() -> None:
    with connected("none", tell=pytest.fail) as workers:
        assert workers is HERE
    code = (
        "import sys, server.reading_commands, server.scheduling, layers.ingestion, layers.build\n"
        "from layers.cluster.connection import connected\n"
        "with connected('none', tell=print): pass\n"
        "sys.exit(any(name in sys.modules for name in ('dask', 'distributed')))"
    )
    subprocess.run([sys.executable, "-c", code], cwd=CHECKOUT, check=True)


def test_here_parts_are_done_in_order_when_they_are_asked_for() -> None:
    taken: list[int] = []

    def parts() -> list[int]:
        taken.append(len(taken))
        return taken

    results = HERE.map(lambda given, part: given + len(part), 10, (parts() for _ in range(3)))
    assert next(results) == 11
    assert len(taken) == 1
    assert list(results) == [12, 13]


@pytest.mark.long
def test_a_scheduler_that_does_not_answer_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("layers.cluster.connection.WAIT_S", 1)
    with (
        pytest.raises(UnusableCluster, match=r"No scheduler answers at tcp://127\.0\.0\.1"),
        connected(f"tcp://127.0.0.1:{free_port()}", tell=pytest.fail),
    ):
        pytest.fail("nobody is there")
