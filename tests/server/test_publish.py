"""Publishing: a folder that any static host can serve, whole and the same for the same release."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

import bibtexparser.entrypoint
import pytest
from click.testing import CliRunner

from server.cli import main

if TYPE_CHECKING:
    from pathlib import Path

    from layers.release import Release
    from layers.workspace import Workspace

ADDRESS = "https://maps.example.org/corridors"


@pytest.mark.slow
def test_the_folder_is_whole(
    workspace: Workspace, release: Release, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    command = ["publish", str(tmp_path / "public"), "--workspace", str(workspace.path), "--no-figures"]
    refused = CliRunner().invoke(main, command)
    assert refused.exit_code == 1
    assert "CORRIDORMAP_PUBLIC_URL" in refused.output
    monkeypatch.setenv("CORRIDORMAP_PUBLIC_URL", ADDRESS)
    made = CliRunner().invoke(main, command)
    assert made.exit_code == 0, made.output
    folder = tmp_path / "public"
    sums = dict(line.split("  ")[::-1] for line in (folder / "SHA256SUMS").read_text(encoding="utf-8").splitlines())
    present = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert set(sums) == present - {"SHA256SUMS"}
    assert all(hashlib.sha256((folder / name).read_bytes()).hexdigest() == sha for name, sha in sums.items())
    layers = {layer.id for layer in release.catalog.exported}
    assert {path.stem for path in (folder / "data").iterdir()} == layers
    assert {"index.html", "index-fa.html", f"m/{release.id}/index.html"} <= present
    library = bibtexparser.entrypoint.parse_string((folder / "citations" / "release.bib").read_text(encoding="utf-8"))
    assert library.entries[0]["url"] == f"{ADDRESS}/m/{release.id}"
    record = json.loads((folder / "datacite.json").read_text(encoding="utf-8"))
    assert record["version"] == release.id
    assert "localhost" not in (folder / "index.html").read_text(encoding="utf-8")
    assert CliRunner().invoke(main, command).exit_code == 1, "a folder that holds something is left alone"
