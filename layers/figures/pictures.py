"""Pictures: what a release shows where no map can be drawn: an overview and one of each layer, in English and Persian.

They lie in the release's folder, in ``pictures/`` with a list of their sha256, but are no part of the release: its id says
nothing of them, and one built without the extra ``[figures]`` is the same release without pictures.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from typing import TYPE_CHECKING, Final

from layers.figures.figure import DRAWABLE
from layers.workspace import write_atomically

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from layers.release import Release

__all__ = ["LANGUAGES", "OVERVIEW", "picture_damage", "picture_path", "render_pictures", "wanted_pictures"]

LANGUAGES: Final = ("en", "fa")
OVERVIEW: Final = "overview"
_LIST: Final = "pictures.json"
_FOLDER: Final = "pictures"
_ASIDE: Final = ".pictures"


def wanted_pictures(release: Release) -> dict[str, dict[str, str]]:
    """Return the file name of each picture of a release and the query that draws it."""
    named = {OVERVIEW: "", **{name: name for name in DRAWABLE if name in release.catalog}}
    found = {}
    for name, layer in named.items():
        for lang in LANGUAGES:
            query = {"lang": lang}
            if layer:
                query["layers"] = "borders" if layer == "borders" else f"borders,{layer}"
            found[f"{name}-{lang}.png"] = query
    return found


def render_pictures(
    release: Release, draw: Callable[[Mapping[str, str]], bytes], *, progress: Callable[[str], None]
) -> int:
    """Draw the pictures that a release lacks, or whose bytes are not those that were drawn; return how many were made.

    They take their place all at once when the last one is drawn: who reads, checks or copies a release meanwhile sees those
    before. Two processes may not do it for one release at the same time (:meth:`layers.workspace.Workspace.publishing`).

    ``draw`` makes a PNG from a query of :class:`~layers.figures.figure.Figure`.

    Raises
    ------
    OSError
        When the release's folder cannot be written.
    """
    folder, aside = release.path / _FOLDER, release.path / _ASIDE
    wanted = wanted_pictures(release)
    told = _intact(folder, wanted)
    if told.keys() == wanted.keys():
        return 0
    aside.mkdir(exist_ok=True)
    drawn = _intact(aside, wanted)  # by a run that was broken off
    made = 0
    for name, query in wanted.items():
        if name in drawn:
            continue
        if name in told:
            content = (folder / name).read_bytes()
        else:
            progress(f"picture {name}")
            content = draw(query)
            made += 1
        write_atomically(aside / name, content)
        drawn[name] = hashlib.sha256(content).hexdigest()
        write_atomically(aside / _LIST, (json.dumps(drawn, indent=1, sort_keys=True) + "\n").encode())
    if folder.exists():
        old = release.path / f"{_ASIDE}-old"
        shutil.rmtree(old, ignore_errors=True)
        folder.rename(old)
        aside.rename(folder)
        shutil.rmtree(old, ignore_errors=True)
    else:
        aside.rename(folder)
    return made


def _intact(folder: Path, wanted: Mapping[str, object]) -> dict[str, str]:
    """Return the wanted pictures of a folder that are those that were drawn, with their sha256."""
    return {name: sha for name, sha in _listed(folder).items() if name in wanted and _sha256(folder / name) == sha}


def picture_path(release: Release, name: str, lang: str) -> Path | None:
    """Return where a picture lies, ``None`` where the release has none of that name."""
    path = release.path / "pictures" / f"{name}-{lang}.png"
    return path if f"{name}-{lang}.png" in wanted_pictures(release) and path.is_file() else None


def picture_damage(folder: Path) -> list[str]:
    """Return one line for each picture that is not the one that was drawn."""
    listed = _listed(folder)
    present = {path.name for path in folder.glob("*")} - {_LIST} if folder.is_dir() else set()
    faults = [
        f"pictures/{name} has another sha256 than its list"
        for name in sorted(listed)
        if _sha256(folder / name) != listed[name]
    ]
    return faults + [f"pictures/{name} is not in its list" for name in sorted(present - set(listed))]


def _listed(folder: Path) -> dict[str, str]:
    try:
        found = json.loads((folder / _LIST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return {str(name): str(sha) for name, sha in found.items()} if isinstance(found, dict) else {}


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
