"""What each stage of comparing and of building costs in a workspace with many articles: CPU seconds and resident memory.

    python benchmarks/stages.py WORKSPACE --compare --build

The workspace has to be filled by `corridormap ingest --workspace WORKSPACE` (benchmarks/scale.py writes articles by the
thousand); its articles are compared anew, or a release is built into it. ``largest`` is the most that the process has held
so far. Nothing here is asserted by a test.
"""

from __future__ import annotations

import argparse
import resource
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

from geo.datasets import data_root
from layers.articles.reader import Reader
from layers.build import build_release
from layers.catalog import default_catalog
from layers.ingestion import Ingestion
from layers.store.coverage_store import machine_reading
from layers.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Sequence

PAGE_BYTES: Final = resource.getpagesize()


def tell(stage: str) -> None:
    """Print what has been used when a stage begins."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    largest_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
    resident_mb = pages * PAGE_BYTES / 1e6
    sys.stdout.write(
        f"{time.process_time():9.1f} s of CPU {resident_mb:8.1f} MB, largest {largest_mb:8.1f} MB: {stage}\n"
    )
    sys.stdout.flush()


def compare(workspace: Workspace, url: str) -> None:
    tell("opening the reader")
    with Ingestion.open(workspace, url, Reader.open()) as ingestion:
        tell("reading again and comparing")
        compared = ingestion.compare()
    tell(f"{compared.articles:,} articles are {compared.groups:,} sources, with {compared.conflicts:,} conflicts")


def build(workspace: Workspace, url: str) -> None:
    tell("what was read")
    machine = machine_reading(url)
    release, is_new = build_release(workspace, data_root(), default_catalog(), machine=machine, progress=tell)
    tell(f"release {release.id}, {'new' if is_new else 'there already'}")


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("workspace", type=Path)
    parser.add_argument("--compare", action="store_true", help="compare its articles anew")
    parser.add_argument("--build", action="store_true", help="build a release of it")
    options = parser.parse_args(arguments)
    workspace = Workspace(options.workspace)
    url = f"sqlite:///{options.workspace / 'coverage.sqlite'}"
    for is_wanted, measure in ((options.compare, compare), (options.build, build)):
        if is_wanted:
            measure(workspace, url)
    return 0


if __name__ == "__main__":
    sys.exit(main())
