"""A process that has freed what lay between other things gives it back."""

from __future__ import annotations

import platform
import subprocess
import sys

import pytest

FREES_BETWEEN = """
import os
from layers.memory import give_back, keep_little

def resident():
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")

keep_little()
bodies = [os.urandom(60_000) for _ in range(600)]
del bodies[::2]
before = resident()
give_back()
print(before - resident(), len(bodies))
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="the GNU C library alone can be asked")
def test_what_was_freed_between_other_things_is_given_back() -> None:
    run = subprocess.run([sys.executable, "-c", FREES_BETWEEN], capture_output=True, text=True, check=True)
    given_bytes, kept = map(int, run.stdout.split())
    assert kept == 300
    # Of the 300 bodies that are gone each leaves 13 whole pages at least between its neighbours.
    assert given_bytes > 300 * 13 * 4096 - 2 * (1 << 20)
