"""``read``, ``ingest`` and ``store`` as a person or a script calls them; where processes matter, in real ones, also killed."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

from server.cli import main
from tests.live import CHECKOUT, PATIENCE_S

if TYPE_CHECKING:
    from collections.abc import Sequence

TEXT = (
    "Border guards seized 3 kg of heroin near Kulob, Tajikistan, on 12 May 2019.\n\n"
    "Opium from Afghanistan passes through Tajikistan to Russia."
)
PLACES = ("Kulob", "Khorog", "Panj", "Osh", "Termez", "Kunduz")


def command(*words: object) -> list[str]:
    return [sys.executable, "-m", "server", *map(str, words)]


def run(*words: object, given: bytes | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
    """Call the command in this process, which has read the lexicons already."""
    result = CliRunner().invoke(main, [*map(str, words)], input=given, env=environment)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return subprocess.CompletedProcess(command(*words), result.exit_code, result.stdout, result.stderr)


def objects(lines: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in lines.splitlines()]


def write(path: Path, text: str = TEXT) -> Path:
    path.write_bytes(text.encode("utf-8"))
    return path


def folder_of(path: Path, count: int) -> list[Path]:
    """So many small articles, no two alike, with long names."""
    path.mkdir()
    return [
        write(
            path / f"article{number:04d}-{'long-' * 30}.txt",
            f"Guards seized {number + 1} kg of opium near {PLACES[number % len(PLACES)]} on {number % 27 + 1} May 2019.",
        )
        for number in range(count)
    ]


def held(workspace: Path) -> dict[str, list[tuple[Any, ...]]]:
    """All that a store holds of articles and candidates, by table."""
    with closing(sqlite3.connect(workspace / "coverage.sqlite")) as connection:
        return {
            table: sorted(connection.execute(f"SELECT * FROM {table}").fetchall(), key=repr)  # noqa: S608 -- names of our own
            for table in ("articles", "readings", "candidates", "incidents", "claims", "mentions", "numerals")
        }


@pytest.mark.parametrize("words", [("read",), ("ingest",), ("store", "status"), ("store", "compare")])
def test_every_command_has_help_with_an_example(words: Sequence[str]) -> None:
    result = run(*words, "--help")
    assert result.returncode == 0
    assert f"Example: corridormap {' '.join(words)}" in result.stdout


def test_read_prints_json_and_writes_nothing(tmp_path: Path) -> None:
    file = write(tmp_path / "article.txt")
    workspace = tmp_path / "workspace"
    result = run("read", file, "--json", CORRIDORMAP_WORKSPACE=str(workspace))
    assert (result.returncode, result.stderr) == (0, "")
    (reading,) = objects(result.stdout)
    assert reading["id"] == str(file)
    assert [incident["category"] for incident in reading["incidents"]] == ["seizure"]
    for mention in reading["mentions"]:
        assert TEXT[mention["start"] : mention["end"]] == mention["surface"]
    assert not workspace.exists()
    assert [path.name for path in tmp_path.iterdir()] == ["article.txt"]


def test_read_shows_a_person_what_was_found_and_where(tmp_path: Path) -> None:
    result = run("read", write(tmp_path / "article.txt"))
    assert result.returncode == 0
    for words in ("Kulob", "seizure", "2019-05-12", "Border guards seized 3 kg", "Afghanistan → Tajikistan → Russia"):
        assert words in result.stdout


def test_read_takes_folders_and_goes_on_after_a_bad_file(tmp_path: Path) -> None:
    folder = tmp_path / "articles"
    (folder / "deeper").mkdir(parents=True)
    write(folder / "b.txt")
    write(folder / "deeper" / "a.md", "# Calm\n\nNothing happened in Osh.")
    write(folder / "notes.log", "of a kind that is passed over")
    (folder / "empty.txt").touch()
    result = run("read", folder, tmp_path / "missing.txt", "--json")
    assert result.returncode == 1
    assert [Path(reading["id"]).name for reading in objects(result.stdout)] == ["b.txt", "a.md"]
    assert "empty.txt is empty" in result.stderr
    assert "missing.txt cannot be read" in result.stderr
    assert len(result.stderr.strip().splitlines()) == 2


def test_read_takes_standard_input() -> None:
    (reading,) = objects(run("read", "-", "--json", given=TEXT.encode()).stdout)
    assert reading["id"] == "-"
    assert run("read", "-", given=b"\xff\xfe\x00").returncode == 1


def test_lines_are_answered_in_their_order_and_bad_ones_named(tmp_path: Path) -> None:
    lines = [
        '{"id": "z", "text": "Nothing happened in Osh."}', "", "no json", '{"id": "a"}', '["a"]', '{"id": 7, "text": "x"}',
        '{"id": "z", "text": "again"}', json.dumps({"id": "b", "text": TEXT, "more": 1}), '{"id": null, "text": "x"}',
        '{"id": "c", "text": "\\ud800 in Osh", "published": "2019-05-13"}', '{"id": "d", "text": "x", "published": "May"}',
    ]  # fmt: skip
    source = write(tmp_path / "in.jsonl", "\ufeff" + "\n".join(lines))
    source.write_bytes(source.read_bytes() + b'\n{"id": "e", "text": "\xff"}\n')
    out = tmp_path / "out.jsonl"
    result = run("read", "--jsonl", source, "--out", out)
    assert result.returncode == 1
    assert result.stdout == ""
    readings = objects(out.read_text(encoding="utf-8"))
    assert [reading["id"] for reading in readings] == ["z", "7", "b", "c"]
    told = result.stderr.strip().splitlines()
    assert [line.split(":")[1].split()[-1] for line in told] == ["3", "4", "5", "7", "9", "11", "12"]
    for words in (
        "is no JSON",
        "has no text",
        "is no JSON object",
        "stands in line 1",
        "has no id",
        "'May'",
        "not UTF-8",
    ):
        assert any(words in line for line in told), words


def test_lines_go_through_pipes_and_the_batch_is_compared() -> None:
    text = (
        TEXT
        + " Said an official of 1,234 trucks, 5,678 men and 9,876 houses in Kulob, Khorog, Panj, Osh and Termez." * 3
    )
    lines = "\n".join(json.dumps({"id": id_, "text": text}) for id_ in ("second", "first")).encode()
    result = run("read", "--jsonl", "-", given=lines)
    assert result.returncode == 0
    assert [(r["id"], r["independence_group"]) for r in objects(result.stdout)] == [
        ("second", "first"), ("first", "first"),
    ]  # fmt: skip
    words = command("read", "--jsonl", "-", "--out", "-")
    piped = subprocess.run(words, cwd=CHECKOUT, input=lines, capture_output=True, timeout=PATIENCE_S, check=True)
    assert piped.stdout.decode() == result.stdout, "the same bytes from another process"


def test_relative_dates_count_from_the_day_that_is_given(tmp_path: Path) -> None:
    file = write(tmp_path / "a.txt", "Border guards seized 3 kg of heroin near Kulob, Tajikistan, yesterday.")
    (reading,) = objects(run("read", file, "--json", "--published", "2019-05-13").stdout)
    assert reading["incidents"][0]["date_start"] == "2019-05-12"


@pytest.mark.parametrize(
    "words",
    [("read",), ("read", "a.txt", "--jsonl", "b.jsonl"), ("read", "a.txt", "--published", "May"), ("ingest",)],
)
def test_a_misspelt_call_ends_with_2(words: Sequence[str]) -> None:
    assert run(*words).returncode == 2


def test_a_missing_file_of_lines_is_one_line(tmp_path: Path) -> None:
    result = run("read", "--jsonl", tmp_path / "missing.jsonl")
    assert result.returncode == 1
    assert len(result.stderr.strip().splitlines()) == 1
    assert "cannot be read" in result.stderr


def test_ingest_files_and_reads_and_a_second_run_changes_nothing(tmp_path: Path) -> None:
    file, workspace = write(tmp_path / "Quiet days.txt"), tmp_path / "workspace"
    first = run("ingest", file, "--json", "--workspace", workspace)
    assert (first.returncode, first.stderr) == (0, "")
    (row,) = objects(first.stdout)
    assert (row["new"], row["article"], row["characters"]) == (True, "quiet-days", len(TEXT))
    assert row["candidates"]["new"] >= 2
    assert (workspace / "articles" / f"{row['sha256']}.txt").read_bytes() == file.read_bytes()
    before = held(workspace)
    (again,) = objects(run("ingest", file, "--json", "--workspace", workspace).stdout)
    assert (again["new"], again["candidates"]) == (False, None)
    assert held(workspace) == before
    status = json.loads(run("store", "status", "--json", "--workspace", workspace).stdout)
    # Names and doubtful numbers wait for review too; the line of a file counts incidents and claims.
    assert (status["articles"], status["candidates_candidate"]) == (1, len(before["candidates"]))
    assert len(before["incidents"]) + len(before["claims"]) == row["candidates"]["new"]


def test_ingest_keeps_the_bytes_of_a_text_and_the_text_of_anything_else(tmp_path: Path) -> None:
    marked = tmp_path / "mark.txt"
    marked.write_bytes(b"\xef\xbb\xbf" + TEXT.encode() + b"\r\n")
    russian = tmp_path / "russian.txt"
    russian.write_bytes(
        ("На границе Таджикистана изъяли три килограмма героина, и это было не всё, что он нёс с собой. " * 4).encode(
            "cp1251"
        )
    )
    page = write(
        tmp_path / "page.html",
        f"<html><head><title>Calm</title></head><body><article><p>{TEXT}</p></article></body></html>",
    )
    workspace = tmp_path / "workspace"
    result = run("ingest", marked, russian, page, "--json", "--workspace", workspace)
    rows = {Path(row["file"]).name: row for row in objects(result.stdout)}
    assert set(rows) == {"mark.txt", "russian.txt", "page.html"}, result.stderr
    filed = {name: (workspace / "articles" / f"{row['sha256']}.txt").read_bytes() for name, row in rows.items()}
    assert filed["mark.txt"] == marked.read_bytes()
    assert filed["russian.txt"].decode().startswith("На границе")
    assert "<p>" not in filed["page.html"].decode()


def test_a_file_whose_name_is_no_utf_8_is_read_and_named_as_well_as_can_be(tmp_path: Path) -> None:
    named = tmp_path / os.fsdecode(b"stat\xff.txt")
    named.write_text(TEXT, encoding="utf-8")
    for words in (("ingest", named, "--workspace", tmp_path / "ws", "--json"), ("read", named, "--json")):
        done = run(*words)
        assert done.returncode == 0, done.stderr
        assert "stat\ufffd.txt" in done.stdout


def test_a_store_that_is_no_database_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "coverage.sqlite").write_bytes(b"not a database, surely " * 50)
    result = run("ingest", write(tmp_path / "a.txt"), "--workspace", tmp_path)
    assert result.returncode == 1
    assert len(result.stderr.strip().splitlines()) == 1
    assert "coverage.sqlite cannot be used" in result.stderr
    setting = run("store", "status", CORRIDORMAP_STORE="nonsense")
    assert setting.returncode == 1
    assert "CORRIDORMAP_STORE" in setting.stderr


def test_another_store_may_be_named(tmp_path: Path) -> None:
    other = tmp_path / "other.sqlite"
    result = run(
        "ingest", write(tmp_path / "a.txt"), "--workspace", tmp_path / "w", CORRIDORMAP_STORE=f"sqlite:///{other}"
    )
    assert result.returncode == 0, result.stderr
    assert other.is_file()
    assert not (tmp_path / "w" / "coverage.sqlite").exists()


def killed_again_and_again(folder: Path, workspace: Path, kills: int) -> None:
    """Start ingesting, kill the process -9 each time some more articles are stored; then let it end."""
    words = command("ingest", folder, "--workspace", workspace)
    stored = 0
    for _ in range(kills):
        # What is told of all articles is longer than such a pipe: unread, it holds the process up before its end.
        told, telling = os.pipe()
        fcntl.fcntl(telling, fcntl.F_SETPIPE_SZ, 4096)
        with (
            os.fdopen(told, "rb", buffering=0) as lines,
            subprocess.Popen(words, cwd=CHECKOUT, stdout=telling, stderr=subprocess.DEVNULL) as process,
        ):
            os.close(telling)
            for _ in range(stored + 3):
                assert lines.readline()
            time.sleep(0.003)
            process.send_signal(signal.SIGKILL)
        assert process.returncode == -signal.SIGKILL
        stored = len(held(workspace)["articles"])
        assert stored > 0
    done = subprocess.run(words, cwd=CHECKOUT, capture_output=True, timeout=1200, check=False)
    assert done.returncode == 0, done.stderr


def nothing_lost_and_nothing_twice(tmp_path: Path, count: int, kills: int) -> None:
    files = folder_of(tmp_path / "articles", count)
    killed_again_and_again(tmp_path / "articles", tmp_path / "killed", kills)
    assert run("ingest", tmp_path / "articles", "--workspace", tmp_path / "whole").returncode == 0
    killed, whole = held(tmp_path / "killed"), held(tmp_path / "whole")
    assert len(killed["articles"]) == len(killed["readings"]) == len(files)
    assert killed["candidates"]
    assert killed == whole
    shelves = [
        sorted(path.name for path in (tmp_path / name / "articles").glob("*.txt")) for name in ("killed", "whole")
    ]
    assert shelves[0] == shelves[1]
    assert len(shelves[0]) == len(files)


@pytest.mark.long
def test_a_killed_ingest_loses_nothing_and_does_nothing_twice(tmp_path: Path) -> None:
    nothing_lost_and_nothing_twice(tmp_path, 24, kills=1)


@pytest.mark.slow
def test_a_thousand_files_and_many_kills(tmp_path: Path) -> None:
    nothing_lost_and_nothing_twice(tmp_path, 1000, kills=6)


@pytest.mark.long
def test_two_at_once_store_each_article_once(tmp_path: Path) -> None:
    files = folder_of(tmp_path / "articles", 16)
    words = command("ingest", tmp_path / "articles", "--workspace", tmp_path / "workspace")
    both = [subprocess.Popen(words, cwd=CHECKOUT, stdout=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(2)]
    ends = [process.communicate(timeout=PATIENCE_S) for process in both]
    assert [process.returncode for process in both] == [0, 0], ends
    found = held(tmp_path / "workspace")
    assert len(found["articles"]) == len(files)
    assert len({row[1] for row in found["articles"]}) == len(files)
    assert all(row[-1] is not None for row in found["articles"]), "all are compared"


@pytest.mark.long
def test_progress_shows_on_a_terminal_and_only_there(tmp_path: Path) -> None:
    folder_of(tmp_path / "articles", 3)
    leader, follower = pty.openpty()
    words = command("ingest", tmp_path / "articles", "--workspace", tmp_path / "workspace")
    with subprocess.Popen(words, cwd=CHECKOUT, stdout=subprocess.DEVNULL, stderr=follower) as process:
        os.close(follower)
        shown = b""
        try:
            while part := os.read(leader, 4096):
                shown += part
        except OSError:
            pass
        os.close(leader)
    assert process.returncode == 0
    assert b"ingesting" in shown
    quiet = run("ingest", tmp_path / "articles", "--workspace", tmp_path / "workspace")
    assert quiet.stderr == ""


def test_the_serving_process_imports_neither_store_nor_reader() -> None:
    code = (
        "import sys, server.cli, server.app, server.wsgi\n"
        "print(sorted(name for name in sys.modules if name.split('.')[0] in {'sqlalchemy', 'alembic'}"
        " or name.startswith('layers.store') or name == 'layers.articles.reader'))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=CHECKOUT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
