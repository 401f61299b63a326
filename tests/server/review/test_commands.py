"""The commands `corridormap review export | import`: files for git, told so that a person or a script can act on it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from layers.store.coverage_store import CoverageStore
from layers.store.decisions import Decision
from layers.workspace import Workspace
from server.cli import main
from tests.layers.store import readings as made

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result


def filled(folder: Path, *verdicts: str, who: str = "Zahra") -> Workspace:
    """A workspace with the invented article in its store, and decisions on its first records."""
    workspace = Workspace(folder)
    workspace.prepare()
    with CoverageStore.open(workspace.store_url) as store:
        store.keep(made.article(), made.WHOLE, extractor="reader 1", published=None)
        for number, (found, verdict) in enumerate(zip(store.found(), verdicts, strict=False)):
            store.decide(Decision(found.id, verdict, who, f"2026-11-25T12:00:{number:02d}+00:00"))  # type: ignore[arg-type]
    return workspace


def run(workspace: Workspace, *arguments: str, given: bytes = b"") -> Result:
    return CliRunner().invoke(main, ["review", *arguments, "--workspace", str(workspace.path)], input=given)


def test_a_file_there_and_back(tmp_path: Path) -> None:
    first, second = filled(tmp_path / "first", "accept", "reject"), filled(tmp_path / "second")
    file = tmp_path / "decisions.jsonl"
    told = run(first, "export", str(file))
    assert (told.exit_code, told.output) == (0, f"decisions: 2, records: 2, in {file}\n")
    assert run(first, "export").stdout_bytes == file.read_bytes()
    assert run(second, "import", str(file)).output == "decisions: 2 new, 0 known\n"
    assert run(second, "import", str(file)).output == "decisions: 0 new, 2 known\n"
    assert run(second, "export", "-").stdout_bytes == file.read_bytes()
    again = run(second, "import", "-", "--json", given=file.read_bytes())
    assert json.loads(again.output) == {"added": 0, "known": 2, "conflicts": [], "waiting": []}


def test_conflicts_are_listed_and_make_the_exit_code_one(tmp_path: Path) -> None:
    first, second = filled(tmp_path / "first", "accept"), filled(tmp_path / "second", "reject", who="Umed")
    file = tmp_path / "decisions.jsonl"
    run(first, "export", str(file))
    told = run(second, "import", str(file))
    assert told.exit_code == 1
    assert "here Umed decided reject" in told.output
    assert "in the file Zahra decided accept" in told.output
    (conflict,) = json.loads(run(second, "import", str(file), "--json").output)["conflicts"]
    assert (conflict["here"]["reviewer"], conflict["file"]["verdict"], conflict["line"]) == ("Umed", "accept", 1)
    assert run(second, "import", str(file), "--prefer-file").exit_code == 0


def test_decisions_on_what_is_not_there_wait(tmp_path: Path) -> None:
    first = filled(tmp_path / "first", "accept")
    empty = Workspace(tmp_path / "empty")
    empty.prepare()
    file = tmp_path / "decisions.jsonl"
    run(first, "export", str(file))
    told = run(empty, "import", str(file))
    assert told.exit_code == 1
    assert f"1 decisions wait for articles that have not been ingested: {made.SHA[:12]}" in told.output
    by_hand = {
        "article": made.SHA, "candidate": "0" * 16, "verdict": "reject", "reviewer": "Umed",
        "decided_at": "2026-11-25T12:00:00Z",
    }  # fmt: skip
    file.write_text(json.dumps(by_hand), "utf-8")
    told = run(first, "import", str(file))
    assert told.exit_code == 1
    assert f"candidates that no reading of their articles has found (mend their ids): {'0' * 16}" in told.output
    assert "ingested" not in told.output


@pytest.mark.parametrize(
    ("content", "told"),
    [(b"{\n", "Line 1: it is no decision"), (b'\n\n{"verdict": "bless"}\n', "Line 3: verdict 'bless' is unknown")],
)
def test_a_bad_line_is_named_and_nothing_is_imported(tmp_path: Path, content: bytes, told: str) -> None:
    workspace = filled(tmp_path / "ws")
    file = tmp_path / "decisions.jsonl"
    file.write_bytes(content)
    result = run(workspace, "import", str(file))
    assert result.exit_code == 1
    assert told in result.output + result.stderr
    assert run(workspace, "export").stdout_bytes == b""


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    result = run(filled(tmp_path / "ws"), "import", str(tmp_path / "none.jsonl"))
    assert result.exit_code == 1
    assert "none.jsonl cannot be read" in result.output + result.stderr
