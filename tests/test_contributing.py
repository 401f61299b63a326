"""CONTRIBUTING.md is followed to the letter: its commands are run in a copy of the checkout, its answers compared."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from geo import datasets
from layers.corridor_file import parse
from server.app import create_app
from server.config import Config

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask.testing import FlaskClient

CHECKOUT = Path(__file__).resolve().parents[1]
DOCUMENT = (CHECKOUT / "CONTRIBUTING.md").read_text(encoding="utf-8")
SAMPLE = CHECKOUT / "docs" / "contribute" / "sample"
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def section(start: str, end: str | None = None) -> str:
    """The part of the document between two markers."""
    assert DOCUMENT.count(start) == 1, start
    text = DOCUMENT.split(start)[1]
    if end is not None:
        assert text.count(end) == 1, end
        text = text.split(end)[0]
    return text


def blocks(text: str) -> list[tuple[str, str]]:
    """Fenced blocks as (language, content), in order."""
    return [(match[1], match[2]) for match in BLOCK.finditer(text)]


STEPS = blocks(section("<!-- tested: from here -->", "<!-- tested: to here -->"))
QUOTED_ERROR = next(content for language, content in blocks(section("<!-- tested: fault -->")) if language == "text")


@dataclass(frozen=True)
class Copy:
    """A copy of the checkout in which the commands of the document can be run."""

    path: Path
    environment: dict[str, str]

    def run(self, commands: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["bash", "-eu", "-c", commands],
            cwd=self.path,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=1200,
            check=False,
        )


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Copy:
    path = tmp_path_factory.mktemp("contributing") / "checkout"
    without = shutil.ignore_patterns("node_modules", "vendor", "__pycache__")
    for folder in ("geo", "layers", "server", "data", "docs/contribute"):
        shutil.copytree(CHECKOUT / folder, path / folder, ignore=without)
    commands = path.parent / "bin"
    commands.mkdir()
    for name, words in (("python", ""), ("corridormap", " -m server")):
        # `-m` puts the working folder first on the path: the copy's code runs, not the checkout's.
        (commands / name).write_text(f'#!/bin/sh\nexec "{sys.executable}"{words} "$@"\n', encoding="utf-8")
        (commands / name).chmod(0o755)
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("CORRIDORMAP_", "PYTHON"))}
    return Copy(path, kept | {"PATH": f"{commands}:{os.environ['PATH']}"})


@pytest.fixture(scope="module")
def followed(copy: Copy) -> list[tuple[str, str]]:
    """Every step in order: the answer that the document shows and the one that came."""
    answers: list[tuple[str, str]] = []
    said = ""
    for language, content in STEPS:
        if language == "sh":
            done = copy.run(content)
            assert done.returncode == 0, f"{content}\n{done.stderr}"
            said = done.stdout
        elif language == "text":
            answers.append((content, said))
    return answers


@pytest.fixture(scope="module")
def reader(copy: Copy, followed: list[tuple[str, str]]) -> Iterator[FlaskClient]:
    assert followed
    config = Config(workspace=copy.path / "workspace", root=copy.path / "data")
    with create_app(config).test_client() as client:
        yield client


def records(kind: str) -> list[dict[str, Any]]:
    if kind == "corridors":
        return parse((SAMPLE / "corridors.toml").read_text(encoding="utf-8"))["attested"]
    found: list[dict[str, Any]] = json.loads((SAMPLE / f"{kind}.json").read_text(encoding="utf-8"))
    return found


def test_the_document_shows_steps_and_their_answers() -> None:
    languages = [language for language, _ in STEPS]
    assert languages.count("sh") >= 5
    assert languages.count("text") >= 4
    assert set(languages) == {"sh", "text", "json"}


@pytest.mark.slow
def test_every_answer_in_the_document_is_the_one_that_comes(followed: list[tuple[str, str]]) -> None:
    missing = [line for shown, came in followed for line in shown.splitlines() if line not in came]
    assert missing == []


def test_the_json_in_the_document_is_part_of_the_sample() -> None:
    shown = [json.loads(content) for language, content in STEPS if language == "json"]
    evidence = [item for kind in ("incidents", "corridors") for record in records(kind) for item in record["evidence"]]
    assert shown
    assert all(item in evidence for item in shown)


def test_the_sample_is_marked_as_invented() -> None:
    assert "invented" in (SAMPLE / "article.txt").read_text(encoding="utf-8").splitlines()[0]
    kinds = [path.stem for path in SAMPLE.iterdir() if path.suffix in {".json", ".toml"}]
    assert len(kinds) == 4
    assert all(record["id"].startswith("sample-") for kind in kinds for record in records(kind))


def test_the_sample_records_point_at_what_they_say() -> None:
    content = (SAMPLE / "article.txt").read_bytes()
    text = content.decode("utf-8")
    article = records("articles")[0]
    assert (article["sha256"], article["length"]) == (hashlib.sha256(content).hexdigest(), len(text))
    for kind in ("organizations", "incidents", "corridors"):
        for record in records(kind):
            for item in record["evidence"]:
                where = item["locator"]
                part = text.split(f"\n{where['section']}\n")[1]
                paragraphs = [line for line in part.splitlines() if line.strip()]
                assert text[item["start"] : item["end"]] in paragraphs[where["paragraph"] - 1]
                assert where["anchor"] in text


@pytest.mark.slow
def test_the_incident_and_the_corridor_are_in_the_release_with_their_evidence(reader: FlaskClient) -> None:
    for kind, feature_id in (("incidents", "sample-meeting"), ("corridors", "sample-seedlings")):
        features = reader.get(f"/export/{kind}.geojson?article=sample-orchards").get_json()["features"]
        assert [feature["id"] for feature in features] == [feature_id]
        expected = next(record for record in records(kind) if record["id"] == feature_id)
        assert features[0]["properties"]["evidence"] == expected["evidence"]
    # The meeting stands for its country, the corridor is an arrow of two legs.
    meeting = reader.get("/export/incidents.geojson?article=sample-orchards").get_json()["features"][0]
    assert meeting["geometry"]["type"] == "Point"
    assert meeting["properties"]["geometry_role"] == "representative"
    corridor = reader.get("/export/corridors.geojson?article=sample-orchards").get_json()["features"][0]
    assert len(corridor["properties"]["legs"]) == 2


@pytest.mark.slow
@pytest.mark.parametrize("feature_id", ["sample-meeting", "sample-seedlings"])
def test_the_panel_shows_the_sentence_after_ingest(reader: FlaskClient, feature_id: str) -> None:
    text = (SAMPLE / "article.txt").read_text(encoding="utf-8")
    document = reader.get(f"/evidence/{feature_id}").get_json()
    assert len(document["evidence"]) == 1
    item = document["evidence"][0]
    assert item["context"]["text"] == text[item["start"] : item["end"]]
    assert item["context"]["text"].endswith(".")
    assert document["articles"]["sample-orchards"]["title"] == {"en": "Apricot seedlings on the move"}


@pytest.mark.slow
def test_a_wrong_record_gives_the_error_that_the_document_quotes(
    copy: Copy, followed: list[tuple[str, str]], reader: FlaskClient
) -> None:
    assert followed
    before = reader.get("/readyz").get_json()["release"]
    path = copy.path / "data" / "coverage" / "incidents.json"
    kept = path.read_bytes()
    incidents = json.loads(kept)
    wrong = next(record for record in incidents if record["id"] == "sample-meeting")
    wrong["area"] = "tadjikistan"
    wrong["evidence"][0]["end"] = 3590
    try:
        path.write_text(json.dumps(incidents, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
        unstamped = copy.run("corridormap build")
        assert copy.run("python -m geo.datasets stamp").returncode == 0
        faulty = copy.run("corridormap build")
    finally:
        path.write_bytes(kept)
        assert copy.run("python -m geo.datasets stamp").returncode == 0
    assert unstamped.returncode == 1
    assert datasets.STAMP_HINT in unstamped.stderr
    assert datasets.STAMP_HINT in DOCUMENT
    assert faulty.returncode == 1
    assert faulty.stderr == QUOTED_ERROR
    assert reader.get("/readyz").get_json()["release"] == before


def test_every_language_has_the_same_words() -> None:
    words = {
        path.stem: json.loads(path.read_text(encoding="utf-8"))
        for path in (CHECKOUT / "server" / "static" / "i18n").glob("*.json")
    }
    assert len(words) >= 4
    for language, entries in words.items():
        assert entries.keys() == words["en"].keys(), language
        assert all(isinstance(text, str) and text.strip() for text in entries.values()), language


def test_the_document_names_every_file_that_a_new_language_touches() -> None:
    """Kazakh is the last of the four: what names it names the languages one by one."""
    listed = section("## Add a language of the interface", "## Add a language that is read")
    touched = [
        path.relative_to(CHECKOUT).as_posix()
        for floor in ("geo", "layers", "server")
        for suffix in ("py", "mjs", "html", "css", "json")
        for path in sorted((CHECKOUT / floor).rglob(f"*.{suffix}"))
        if not {"node_modules", "vendor", "i18n", "articles"} & set(path.parts)  # articles: languages that are read
        and re.search(r"""["']kk["']""", path.read_text(encoding="utf-8"))
    ]
    assert touched
    unnamed = [
        name
        for name in touched
        if name not in listed and not (name.startswith("layers/schemas/context_") and "context_*.schema.json" in listed)
    ]
    assert unnamed == []
