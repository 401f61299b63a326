"""The pictures of a release: all of them at once, whoever looks at the release while they are drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from layers.backup import make_backup
from layers.figures.pictures import render_pictures, wanted_pictures
from layers.release import Release

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from layers.workspace import Workspace


@pytest.fixture
def release(own_small_workspace: Workspace) -> Release:
    return Release.open(own_small_workspace.release_path(own_small_workspace.latest()))


def quiet(_: str) -> None:
    """Say nothing."""


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir() if "pictures" in path.name}


def test_who_checks_or_copies_a_release_sees_all_of_its_pictures_or_none(
    release: Release, own_small_workspace: Workspace, tmp_path: Path
) -> None:
    drawn: list[str] = []

    def draw(query: Mapping[str, str]) -> bytes:
        """Draw, and meanwhile have the release checked and copied."""
        assert release.damage() == []
        assert not (release.path / "pictures").exists()
        drawn.append(str(query))
        if len(drawn) == 2:
            make_backup(own_small_workspace, own_small_workspace.store_url, tmp_path / "backup", made_at="", version="")
            copied = Release.open(tmp_path / "backup" / "releases" / release.id)
            assert copied.damage() == []
            assert names(copied.path) == set()
        return str(query).encode()

    assert render_pictures(release, draw, progress=quiet) == len(wanted_pictures(release)) == len(drawn)
    assert release.damage() == []
    assert names(release.path) == {"pictures"}


def test_a_run_that_was_broken_off_is_taken_up_again(release: Release) -> None:
    drawn: list[str] = []

    def draw(query: Mapping[str, str]) -> bytes:
        if len(drawn) == 1:
            raise OSError(28, "No space left on device")
        drawn.append(str(query))
        return b"picture"

    with pytest.raises(OSError, match="No space left"):
        render_pictures(release, draw, progress=quiet)
    assert not (release.path / "pictures").exists()
    assert render_pictures(release, lambda _: b"picture", progress=quiet) == len(wanted_pictures(release)) - 1
    assert release.damage() == []


def test_a_damaged_picture_is_drawn_again_and_the_others_stay(release: Release) -> None:
    render_pictures(release, lambda query: str(query).encode(), progress=quiet)
    before = {path.name: path.read_bytes() for path in (release.path / "pictures").iterdir()}
    (release.path / "pictures" / "overview-en.png").write_bytes(b"damaged")
    assert release.damage() == ["pictures/overview-en.png has another sha256 than its list"]
    (release.path / ".pictures-old").mkdir()  # left by a run that was broken off
    assert render_pictures(release, lambda query: str(query).encode(), progress=quiet) == 1
    assert {path.name: path.read_bytes() for path in (release.path / "pictures").iterdir()} == before
    assert names(release.path) == {"pictures"}
    assert render_pictures(release, lambda query: str(query).encode(), progress=quiet) == 0
