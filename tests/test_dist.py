"""What `make dist` makes serves: the extras that operators are told to install, the image too, are among its wheels."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib

import pytest

from tests.live import CHECKOUT
from tests.missing import missing

WHEELS = CHECKOUT / "dist" / "wheels"
OPERATE = CHECKOUT / "docs" / "operate"


def brought() -> set[str]:
    """The extras whose wheels `make dist` brings."""
    match = re.search(r"^SERVING := (\S+)$", (CHECKOUT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert match
    return set(match[1].split(","))


def test_make_dist_brings_extras_that_exist() -> None:
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert brought() <= set(project["optional-dependencies"])
    recipe = (CHECKOUT / "Makefile").read_text(encoding="utf-8").partition("\ndist:")[2].partition("\n\n")[0]
    assert '--wheel-dir dist/wheels "$$(ls dist/*.whl)[$(SERVING)]"' in recipe


@pytest.mark.parametrize("name", ["README.md", "upgrade.md", "compose.yaml"])
def test_whoever_installs_from_it_installs_what_it_brings(name: str) -> None:
    text = (OPERATE / name).read_text(encoding="utf-8")
    installs = re.findall(r"--find-links \S*dist/wheels (?:--upgrade )?'corridormap\[([a-z,]+)\]'", text)
    assert [set(each.split(",")) for each in installs] == [brought()]


def test_every_extra_that_the_guides_name_is_brought() -> None:
    named = {
        extra
        for path in OPERATE.glob("*.md")
        for extras in re.findall(r"pip install [\"']corridormap\[([a-z,]+)\]", path.read_text(encoding="utf-8"))
        for extra in extras.split(",")
    }
    assert named
    assert named <= brought()


@pytest.mark.slow
def test_the_wheels_are_enough_for_all_of_it() -> None:
    """pip finds every package of every extra there, as on a machine without a network."""
    if not list(WHEELS.glob("corridormap-*.whl")):
        missing("dist/wheels is not there: run `make dist`, which brings the wheels of the dependencies")
    wanted = f"corridormap[{','.join(sorted(brought()))}]"
    command = ["install", "--dry-run", "--ignore-installed", "--no-index", "--find-links", str(WHEELS), wanted]
    done = subprocess.run([sys.executable, "-m", "pip", *command], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert re.search(r"Would install .*\bargon2-cffi-.*\bmatplotlib-.*\bpsycopg-", done.stdout), done.stdout
