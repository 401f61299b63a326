"""The documents keep step with the code: what exists is described, and what is described exists."""

from __future__ import annotations

import ast
import inspect
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import click
import pytest

from geo import datasets, errors
from layers.catalog import default_catalog
from layers.filter import PARAMETERS
from server import cli, config, pages, problems

if TYPE_CHECKING:
    from flask import Flask

CHECKOUT = Path(__file__).resolve().parents[1]
DOCUMENTS = sorted(
    [*CHECKOUT.glob("*.md"), *(CHECKOUT / "docs").rglob("*.md"), *(CHECKOUT / "benchmarks").glob("*.md")]
)
NAMES = [path.relative_to(CHECKOUT).as_posix() for path in DOCUMENTS]
TEXT = {name: path.read_text(encoding="utf-8") for name, path in zip(NAMES, DOCUMENTS, strict=True)}
REFERENCE = TEXT["docs/reference.md"]
MAKEFILE = (CHECKOUT / "Makefile").read_text(encoding="utf-8")

FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)\s]+)\)")
NAMED_FILE = re.compile(r"`([\w.*-]+(?:/[\w.*-]+)*\.(?:py|md|json|toml|cff|txt|mjs|css|html|geojson|yaml))`")
FOLDERS = ("", "data", "data/coverage", "server/static/i18n")
"""Where a file that a document names without its folder may lie."""
MADE = {"backup.json", "corrections.json", "release.json", "coverage.json", "sources.json", "manifest.json"}
"""Files that a build or `make` writes."""
INVENTED = {"server/static/i18n/tg.json", "server/static/i18n/review/tg.json"}
"""Files that CONTRIBUTING.md tells its reader to make."""

OF_THE_TESTS = "CORRIDORMAP_PACKAGES"
"""A variable that only a test of the maintainers reads."""


def rows(text: str) -> list[list[str]]:
    """The rows of all tables of a document as cells without their code marks."""
    lines = [line.strip() for line in text.splitlines() if line.startswith("|") and not re.fullmatch(r"[|\s:-]+", line)]
    return [[cell.strip().replace("`", "") for cell in line.strip("|").split("|")] for line in lines]


def row_of(first: str, *, text: str = REFERENCE) -> list[str]:
    """The one table row that begins with a cell."""
    matching = [cells for cells in rows(text) if cells[0] == first]
    assert len(matching) == 1, f"{first} stands in {len(matching)} rows of docs/reference.md"
    return matching[0]


def section_of(heading: str) -> str:
    """The text below one heading of the reference, up to the next of the same or a higher level."""
    level = len(heading) - len(heading.lstrip("#"))
    parts = re.split(rf"^{re.escape(heading)}$", REFERENCE, flags=re.MULTILINE)
    assert len(parts) == 2, f"docs/reference.md has {len(parts) - 1} headings {heading!r}"
    return re.split(rf"^#{{1,{level}}} ", parts[1], flags=re.MULTILINE)[0]


def slug(heading: str) -> str:
    """The anchor that a heading gets on the page."""
    return re.sub(r"[^\w\s-]", "", heading.lower()).strip().replace(" ", "-")


def leaves(group: click.Group, before: str = "") -> dict[str, click.Command]:
    """The commands of a group and of the groups in it, by the words that call them."""
    found: dict[str, click.Command] = {}
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None, name
        found |= leaves(command, f"{before}{name} ") if isinstance(command, click.Group) else {before + name: command}
    return found


COMMANDS = leaves(cli.main)


def make_targets() -> set[str]:
    return set(re.findall(r"^([a-z][a-z-]*):", MAKEFILE, re.MULTILINE))


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_and_option_is_documented(name: str) -> None:
    text = section_of(f"### corridormap {name}")
    for parameter in COMMANDS[name].params:
        if isinstance(parameter, click.Argument):
            assert f"`{parameter.human_readable_name.rstrip('.')}" in text, parameter.name
            continue
        for option in (*parameter.opts, *parameter.secondary_opts):
            assert re.search(rf"`{re.escape(option)}[ `]", text), f"corridormap {name} {option}"
    assert f"```sh\ncorridormap {name}" in text, "an example"


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_no_option_is_documented_that_there_is_not(name: str) -> None:
    text = section_of(f"### corridormap {name}")
    known = {option for parameter in COMMANDS[name].params for option in parameter.opts}
    assert set(re.findall(r"(?<![\w-])--?[a-z][a-z-]*", " ".join(re.findall(r"`[^`\n]+`", text)))) <= known


def test_every_command_documented_exists() -> None:
    documented = re.findall(r"^### corridormap ([\w -]+)$", REFERENCE, re.MULTILINE)
    assert sorted(documented) == sorted(COMMANDS)


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_the_help_of_every_command_ends_with_an_example(name: str) -> None:
    assert "Example: corridormap " in (COMMANDS[name].help or "")


@pytest.mark.parametrize("setting", config.SETTINGS, ids=lambda setting: setting.name)
def test_every_setting_is_documented_with_its_default(setting: config.Setting) -> None:
    _, default, meaning = row_of(setting.name)
    assert meaning
    assert setting.default in default
    assert default


def test_no_setting_is_documented_that_there_is_not() -> None:
    known = {setting.name for setting in config.SETTINGS} | {OF_THE_TESTS}
    for name, text in TEXT.items():
        assert set(re.findall(r"CORRIDORMAP_[A-Z_]*[A-Z]", text)) <= known, name


def test_every_address_is_documented_and_no_other(app: Flask) -> None:
    routes = {re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule) for rule in app.url_map.iter_rules()}
    documented = {cells[0] for cells in rows(section_of("## Addresses").split("###")[0]) if cells[0] != "address"}
    assert documented == routes


def test_every_query_name_is_documented_and_no_other() -> None:
    documented = [cells[0] for cells in rows(section_of("## Query names"))[1:]]
    assert sorted(documented) == sorted(PARAMETERS)


def test_every_view_parameter_is_documented_and_no_other() -> None:
    documented = {name for cells in rows(section_of("### View parameters"))[1:] for name in cells[0].split(", ")}
    assert documented == set(pages.VIEW_PARAMETERS)


def test_every_layer_is_documented_in_drawing_order() -> None:
    documented = [cells[:3] for cells in rows(section_of("## Layers"))[1:]]
    assert documented == [[layer.id, layer.role, layer.title["en"]] for layer in default_catalog().values()]


def test_every_error_is_documented_with_its_status_and_slug() -> None:
    known = [
        kind
        for module in (errors, config)
        for _, kind in inspect.getmembers(module, inspect.isclass)
        if issubclass(kind, errors.CorridorMapError) and kind.__module__ == module.__name__
    ]
    for kind in known:
        status = next((problems.STATUS[parent] for parent in kind.__mro__ if parent in problems.STATUS), 500)
        dashed = re.sub(r"(?<!^)(?=[A-Z])", "-", kind.__name__).lower()
        assert row_of(kind.__name__)[1:3] == [str(status), dashed]
    documented = {cells[0] for cells in rows(section_of("## Errors"))[1:]}
    assert documented == {kind.__name__ for kind in known}


@pytest.mark.parametrize("name", NAMES)
def test_every_link_leads_somewhere(name: str) -> None:
    for target in LINK.findall(FENCE.sub("", TEXT[name])):
        if target.startswith(("https://", "http://")):
            continue
        path, _, anchor = target.partition("#")
        file = (CHECKOUT / name).parent / path if path else CHECKOUT / name
        assert file.exists(), f"{name} links to {target}"
        if anchor:
            headings = re.findall(r"^#+ (.+)$", file.read_text(encoding="utf-8"), re.MULTILINE)
            assert anchor in map(slug, headings), f"{name} links to {target}"


@pytest.mark.parametrize("name", NAMES)
def test_every_file_that_a_document_names_exists(name: str) -> None:
    missing = []
    for file in NAMED_FILE.findall(FENCE.sub("", TEXT[name])):
        if file in MADE | INVENTED or "example" in file:
            continue
        here = [CHECKOUT / folder for folder in FOLDERS] + [(CHECKOUT / name).parent]
        if not any(any(folder.glob(file)) for folder in here):
            missing.append(file)
    assert missing == []


@pytest.mark.parametrize("name", NAMES)
def test_every_make_target_that_a_document_names_exists(name: str) -> None:
    code = [content for _, content in FENCE.findall(TEXT[name])] + re.findall(r"`([^`\n]+)`", FENCE.sub("", TEXT[name]))
    named = {target for text in code for target in re.findall(r"(?:^|[$`\s])make ([a-z][a-z-]*)", text)}
    assert named <= make_targets()


@pytest.mark.parametrize("name", NAMES)
def test_every_corridormap_command_in_a_document_exists(name: str) -> None:
    code = [content for _, content in FENCE.findall(TEXT[name])] + re.findall(r"`([^`\n]+)`", FENCE.sub("", TEXT[name]))
    used = {
        command for text in code for command in re.findall(r"(?:^|/|&& )corridormap (\w[\w-]*)", text, re.MULTILINE)
    }
    assert used <= {name.split()[0] for name in COMMANDS}


@pytest.mark.parametrize("name", NAMES)
def test_no_document_names_a_machine_or_the_host_of_a_registry(name: str) -> None:
    text = TEXT[name]
    assert not re.search(r"(?<![\w.])/(?:work|tmp|root|home|Users|opt)/", text)
    assert not re.search(r"(?i)\b(?:pypi|pythonhosted|npmjs|debian|anaconda|crates)\.(?:org|com|io)\b", text)


def test_the_first_screen_of_the_readme_says_what_it_is_and_how_it_starts() -> None:
    lines = TEXT["README.md"].splitlines()[:40]
    screen = "\n".join(lines)
    assert lines[0] == "# corridormap"
    assert lines[2].endswith("every object opens the sentence that it rests on.")
    picture = re.search(r"!\[([^\]]+)\]\(([^)]+)\)", screen)
    assert picture is not None
    assert len(picture[1].split()) > 8, "the alternative text says what the picture shows"
    assert (CHECKOUT / picture[2]).is_file()
    commands = [line.split("#")[0].strip() for line in FENCE.findall(screen)[0][1].splitlines()]
    assert commands == ["make serve", "make test"]
    for words in ("In the box", "Licences", "public domain", "CC BY 4.0", "Unicode-3.0", "Apache-2.0", "OFL-1.1"):
        assert words in screen, words
    assert "CITATION.cff" in "\n".join(TEXT["README.md"].splitlines()[:50])


def test_the_picture_of_the_readme_is_a_picture() -> None:
    content = (CHECKOUT / "docs" / "images" / "map.png").read_bytes()
    assert content.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = (int.from_bytes(content[at : at + 4]) for at in (16, 20))
    assert width >= 800
    assert height >= 400


def test_architecture_names_every_module_and_every_module_says_what_it_is() -> None:
    modules = {
        path.relative_to(CHECKOUT).as_posix(): path
        for floor in ("geo", "layers", "server")
        for path in (CHECKOUT / floor).rglob("*.py")
        if "node_modules" not in path.parts
    }
    silent = [name for name, path in modules.items() if not ast.get_docstring(ast.parse(path.read_text("utf-8")))]
    assert silent == []
    named = set(re.findall(r"`((?:geo|layers|server)/[\w/]+\.py)`", TEXT["ARCHITECTURE.md"]))
    assert {name for name in modules if not name.endswith("__init__.py")} - named == set(), "add a row for each"
    assert named - set(modules) == set(), "these modules are gone"


@pytest.mark.parametrize("name", NAMES)
def test_every_module_that_a_document_runs_exists(name: str) -> None:
    """`python -m x.y` in a document runs a module that is there."""
    for module in re.findall(r"python -m ((?:geo|layers|server)[\w.]*)", TEXT[name]):
        path = CHECKOUT / module.replace(".", "/")
        assert path.with_suffix(".py").is_file() or (path / "__main__.py").is_file(), module


def test_the_readme_names_the_licence_of_every_data_set_and_front_end_package() -> None:
    said = {"LicenseRef-Public-Domain": "public domain", "CC-BY-4.0": "CC BY 4.0"}
    table = " ".join(cells[1] for cells in rows(TEXT["README.md"].split("**Licences**")[1].split("**To cite**")[0])[1:])
    for source in datasets.read_sources():
        assert said.get(source.licence, source.licence) in table, source.id
    lock = json.loads((CHECKOUT / "server" / "assets" / "package-lock.json").read_text(encoding="utf-8"))
    for path, package in lock["packages"].items():
        if path and not package.get("dev"):
            families = {name.split("-")[0] for name in re.findall(r"[\w.-]+", package["license"]) if name != "OR"}
            assert any(family in table for family in families), path


def test_the_citation_file_says_what_is_needed() -> None:
    lines = (CHECKOUT / "CITATION.cff").read_text(encoding="utf-8").splitlines()
    keys = {line.split(":")[0] for line in lines if re.match(r"[a-z]", line)}
    assert keys >= {"cff-version", "message", "type", "title", "version", "date-released", "license", "authors"}
    assert "license: Apache-2.0" in lines


def test_the_licence_is_the_whole_text() -> None:
    text = (CHECKOUT / "LICENSE").read_text(encoding="utf-8")
    assert "Apache License" in text
    assert "Version 2.0, January 2004" in text
    assert "END OF TERMS AND CONDITIONS" in text


def test_continuous_integration_runs_the_command_of_the_readme() -> None:
    lines = (CHECKOUT / ".ci" / "run").read_text(encoding="utf-8").splitlines()
    assert "make test" in lines
    assert lines.index("fetched make dist") < lines.index("make test-slow"), "a slow test installs what make dist makes"
    assert "set -euo pipefail" in lines
    assert (CHECKOUT / ".ci" / "run").stat().st_mode & 0o111


def test_make_says_what_there_is_to_make() -> None:
    said = dict(re.findall(r"^([a-z][a-z-]*):.*?## (.+)$", MAKEFILE, re.MULTILINE))
    assert {"serve", "test", "check", "test-all", "dist", "data", "assets", "release"} <= set(said)


def test_the_lengths_in_the_document_are_those_of_the_data() -> None:
    """Each length within 1 % of the recorded one, and -22 to +5 % of the published figure beside it."""
    table = [
        cells
        for cells in rows((CHECKOUT / "docs/borders.md").read_text(encoding="utf-8"))
        if len(cells) == 8 and cells[0] != "id"
    ]
    lengths_m = datasets.read_features(datasets.data_root(), "naturalearth/borders").set_index("id")["length_m"]
    assert len(table) >= 15
    for pair, _, ours_km, published_km, *_ in table:
        apart = ["af-gilgit-baltistan"] if pair == "af-pk" else []
        recorded_km = lengths_m[[pair, *apart]].sum() / 1000
        ours, published = (float(text.replace(",", "")) for text in (ours_km, published_km))
        assert ours == pytest.approx(recorded_km, rel=0.01), pair
        assert 0.78 < ours / published < 1.05, pair
