"""`corridormap import` as a person or a script calls it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner, Result

from server.cli import main
from tests.imported import write_acled, write_ged

if TYPE_CHECKING:
    from pathlib import Path


def run(*words: object) -> Result:
    result = CliRunner().invoke(main, ["import", *map(str, words)])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def test_a_dry_run_says_what_would_change_and_makes_nothing(tmp_path: Path) -> None:
    file = write_ged(tmp_path / "ged.csv")
    result = run("ucdp-ged", file, "--version", "25.1", "--dry-run", "--workspace", tmp_path / "workspace")
    assert result.exit_code == 0
    assert "3 would be new" in result.stdout
    assert not (tmp_path / "workspace").exists()


def test_the_same_file_twice_changes_nothing(tmp_path: Path) -> None:
    words = ("ucdp-ged", write_ged(tmp_path / "ged.csv"), "--version", "25.1", "--workspace", tmp_path / "w", "--json")
    first, second = (json.loads(run(*words).stdout) for _ in range(2))
    assert (first["new"], first["same"], first["licence"]) == (3, 0, "CC-BY-4.0")
    assert (second["new"], second["changed"], second["same"]) == (0, 0, 3)
    (listed,) = json.loads(run("list", "--json", "--workspace", tmp_path / "w").stdout)
    assert (listed["id"], listed["records"], listed["redistribution"]) == ("ucdp-ged", 3, "attribution")
    assert list(listed["files"]) == ["ged.csv"]


def test_all_faults_are_one_report_and_nothing_is_stored(tmp_path: Path) -> None:
    file = write_ged(tmp_path / "ged.csv", {"36.728": "95.5", "2020-04-01": "someday"})
    words = ("ucdp-ged", file, "--version", "25.1", "--workspace", tmp_path / "w")
    result = run(*words)
    assert result.exit_code == 1
    assert "95.5 lies on no map" in result.stderr
    assert "'someday 00:00:00.000' is no date" in result.stderr
    assert "Nothing was stored" in result.stderr
    assert not (tmp_path / "w").exists()
    told = json.loads(run(*words, "--json").stdout)
    assert len(told["faults"]) == 2
    skipped = run(*words, "--skip-faulty")
    assert skipped.exit_code == 0
    assert "left out: 2 rows with faults" in skipped.stdout
    assert "1 are new" in skipped.stdout


def test_acled_says_that_it_must_not_be_passed_on_and_can_be_removed(tmp_path: Path) -> None:
    words = ("acled", write_acled(tmp_path / "acled.csv"), "--version", "1", "--workspace", tmp_path / "w")
    result = run(*words)
    assert "never exported or published" in result.stdout
    assert "Protests is no kind of event of this map" in result.stdout
    assert "2 records removed" in run("remove", "acled", "--workspace", tmp_path / "w").stdout
    assert run("list", "--workspace", tmp_path / "w").stdout == ""
    again = run("remove", "acled", "--workspace", tmp_path / "w")
    assert again.exit_code == 1
    assert "no data set 'acled'" in again.stderr


def test_the_example_mapping_works_as_it_is_printed(tmp_path: Path) -> None:
    (tmp_path / "my.toml").write_text(run("mapping", "example").stdout, encoding="utf-8")
    (tmp_path / "my.csv").write_text(
        "id,date,lon,lat,precision,kind,town,kg\n1,2019-05-12,68.8,37.8,district,heroin,Kulob,12.5\n", encoding="utf-8"
    )
    words = ("csv", tmp_path / "my.csv", "--mapping", tmp_path / "my.toml", "--workspace", tmp_path / "w")
    assert run(*words).exit_code == 2  # no version
    result = run(*words, "--version", "1")
    assert result.exit_code == 0, result.stderr
    assert "my-seizures 1: 1 records" in result.stdout


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("ucdp-ged", "nowhere.csv", "--version", "1"), 1, "cannot be read: No such file"),
        (("csv", "x.csv"), 2, "--mapping"),
        (("csv", "x.csv", "--mapping", "nowhere.toml", "--version", "1"), 1, "nowhere.toml: cannot be read"),
        (("ucdp-ged", "x.csv", "--version", "1", "--bbox", "1,2"), 2, "is no box"),
        (("remove", "x", "--workspace", "nowhere"), 1, "no coverage store yet"),
    ],
)
def test_what_cannot_be_done_is_told(words: tuple[str, ...], code: int, says: str) -> None:
    result = run(*words)
    assert result.exit_code == code
    assert says in result.stderr
