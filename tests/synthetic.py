"""Releases of many invented incidents, as the benchmarks make them."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

from tests.live import CHECKOUT

if TYPE_CHECKING:
    from layers.workspace import Workspace


def synthetic_release(workspace: Workspace, count: int, seed: int | None = None) -> str:
    """Build a release of so many incidents in a workspace; return its id."""
    command = [sys.executable, "benchmarks/synthetic.py", "--count", str(count), "--workspace", str(workspace.path)]
    seeded = [] if seed is None else ["--seed", str(seed)]
    done = subprocess.run([*command, *seeded], cwd=CHECKOUT, check=True, capture_output=True)
    return done.stdout.decode().strip()
