"""The contract for scripts: the schema, the document and the reader say the same."""

from __future__ import annotations

import json
import re
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator

from layers.articles.mention import Candidate, Mention
from layers.articles.wording.text import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from layers.articles.reader import Reader

DOCUMENT = (Path(__file__).parents[3] / "docs" / "reading.md").read_text(encoding="utf-8")
CONTRACT = {
    "mentions": (
        "kind start end surface name aliases entity place_kind lon lat geonames_id country where_prec confidence role "
        "alternatives"
    ),
    "incidents": "category role modality date_start date_end date_prec place organizations quantities evidence",
    "claims": "type origin transit destination commodity value evidence",
    "numerals": "start end as_printed candidates integrity",
    "conflicts": "state claims",
}
"""The keys that scripts were promised, in their order."""


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(files("layers").joinpath("schemas/reading.schema.json").read_text("utf-8"))
    return found


@pytest.fixture(scope="module")
def example(reader: Reader) -> dict[str, Any]:
    return reader.compared([reader.read(blocks("text")[0].strip(), id="quiet-days")])[0].to_json()


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", DOCUMENT, re.MULTILINE | re.DOTALL)


def without_figures(value: Any) -> Any:
    """Leave out how sure the reader is: that may change with every word that it learns."""
    if isinstance(value, dict):
        return {key: without_figures(item) for key, item in value.items() if key not in {"confidence", "score"}}
    return [without_figures(item) for item in value] if isinstance(value, list) else value


def objects(schema: Any) -> Iterator[dict[str, Any]]:
    if isinstance(schema, dict):
        if schema.get("type") == "object":
            yield schema
        for each in schema.values():
            yield from objects(each)
    elif isinstance(schema, list):
        for each in schema:
            yield from objects(each)


def test_the_schema_is_one_and_leaves_nothing_open(schema: dict[str, Any]) -> None:
    Draft202012Validator.check_schema(schema)
    for each in objects(schema):
        assert each["additionalProperties"] is False
        assert sorted(each["required"]) == sorted(each["properties"]), "no key is ever left out"


def test_the_example_in_the_document_is_what_the_reader_says(example: dict[str, Any]) -> None:
    assert without_figures(example) == without_figures(json.loads(blocks("json")[0]))


def test_the_example_keeps_the_schema(example: dict[str, Any], schema: dict[str, Any]) -> None:
    assert list(Draft202012Validator(schema).iter_errors(json.loads(json.dumps(example)))) == []
    assert example["incidents"]
    assert example["claims"]


def test_keys_stand_in_the_order_of_the_contract(example: dict[str, Any]) -> None:
    assert list(example) == ["id", "language", "independence_group", *CONTRACT]
    for name, keys in CONTRACT.items():
        for record in example[name]:
            assert list(record)[: len(keys.split())] == keys.split(), name


def test_every_field_is_documented(schema: dict[str, Any]) -> None:
    tables = {
        heading: set(re.findall(r"`(\w+)`", " ".join(re.findall(r"^\| (`.*?) \|", text, re.MULTILINE))))
        for heading, text in re.findall(r"^###? (\w+)$(.*?)(?=^##|\Z)", DOCUMENT, re.MULTILINE | re.DOTALL)
    }
    for name in CONTRACT:
        assert tables[name] == set(schema["$defs"][name.removesuffix("s")]["properties"]), name
    assert tables["Fields"] | set(CONTRACT) == set(schema["properties"])


def test_a_district_is_a_region_to_scripts(reader: Reader, schema: dict[str, Any]) -> None:
    from dataclasses import replace

    reading = reader.read("Kulob", id="a")
    district = Mention(
        "place", 0, 5, "Kulob", Span(0, 5), "Kulob", (Span(0, 5),), entity="x", place_kind="admin2",
        alternatives=(Candidate("y", "Kulob", 0.1, "admin2"),),
    )  # fmt: skip
    (mention,) = replace(reading, mentions=(district,)).to_json()["mentions"]
    assert (mention["place_kind"], mention["alternatives"][0]["place_kind"]) == ("region", "region")
    assert "admin2" not in json.dumps(schema)
