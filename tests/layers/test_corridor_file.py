from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.datasets import data_root
from geo.errors import DamagedData
from layers.corridor_file import FILE, SCHEMAS, canonical, dumps, main, parse
from layers.coverage_schema import form_faults

if TYPE_CHECKING:
    from pathlib import Path

SHIPPED = (data_root() / FILE).read_text(encoding="utf-8")

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
IDS = st.from_regex(r"[a-z0-9]{1,4}(-[a-z0-9]{1,3})?", fullmatch=True)
LANGUAGES = st.fixed_dictionaries({"en": TEXTS, "fa": TEXTS})
PARTS = st.lists(st.fixed_dictionaries({"id": IDS, "articles": st.lists(IDS, max_size=3)}), max_size=3)
EVIDENCE = st.fixed_dictionaries(
    {
        "article": IDS,
        "start": st.integers(0, 9**9),
        "locator": st.fixed_dictionaries(
            {"section": st.none() | TEXTS, "paragraph": st.none() | st.integers(1, 99), "anchor": TEXTS}
        ),
    }
)
ATTESTED = st.fixed_dictionaries(
    {"id": IDS, "title": LANGUAGES, "areas": PARTS, "evidence": st.lists(EVIDENCE, max_size=2)},
    optional={"flow": st.sampled_from(["drugs", "energy"]), "note": LANGUAGES, "claims": st.lists(IDS, max_size=40)},
)


def test_the_shipped_file_is_in_its_canonical_form() -> None:
    assert canonical(SHIPPED) == SHIPPED
    assert SHIPPED.startswith("# Every corridor on the map")


def test_every_record_of_the_shipped_file_keeps_its_schema() -> None:
    found = parse(SHIPPED)
    assert found.keys() == SCHEMAS.keys()
    assert {table: len(records) for table, records in found.items()} == {"attested": 13, "context": 6, "transport": 5}
    for table, schema in SCHEMAS.items():
        for record in found[table]:
            assert form_faults(schema, record) == [], record["id"]


def test_articles_are_counted_from_the_parts() -> None:
    by_id = {record["id"]: record for record in parse(SHIPPED)["attested"]}
    assert by_id["a3"]["articles"] == ["jpir-narcoterrorism", "kaznu-drugs"]
    assert (by_id["a7"]["articles"], by_id["a7"]["single_article"]) == (["jpir-narcoterrorism"], True)
    assert "single_article" not in SHIPPED


@settings(max_examples=60)
@given(st.lists(ATTESTED, max_size=4, unique_by=lambda record: str(record["id"])), st.randoms())
def test_what_is_written_is_read_again_whatever_the_order(records: list[dict[str, Any]], random: Any) -> None:
    text = dumps({"attested": records})
    read = parse(text)["attested"]
    assert [record["id"] for record in read] == sorted(record["id"] for record in records)
    by_id = {record["id"]: record for record in records}
    for record in read:
        for field, value in by_id[record["id"]].items():
            assert record[field] == value
    assert canonical(text) == text
    random.shuffle(records)
    assert dumps({"attested": records}) == text


def test_a_comment_below_the_first_record_is_not_lost_in_silence() -> None:
    inside = '# Kept.\n[[context]]\nid = "a"  # not kept\n'
    with pytest.raises(DamagedData, match="comment below its first record"):
        canonical(inside)
    assert canonical('[[context]]\nid = "a"\ngloss.en = "No 1 # of all"\n').count("#") == 1


def test_a_misspelt_array_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / FILE
    file.write_text('[[attestd]]\nid = "a"\n', encoding="utf-8")
    assert main([str(file)]) == 2
    assert "attestd" in capsys.readouterr().err


@pytest.mark.parametrize("text", ['[[attested]\nid = "a"', "id = "])
def test_what_is_no_toml_is_told_and_left_as_it_is(
    text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / FILE
    file.write_text(text, encoding="utf-8")
    assert main([str(file)]) == 2
    assert "(at " in capsys.readouterr().err
    assert file.read_text(encoding="utf-8") == text
    with pytest.raises(tomllib.TOMLDecodeError):
        parse(text)


def test_the_command_checks_and_then_puts_in_order(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / FILE
    file.write_text('# Head.\n[[transport]]\nid="b"\n[[attested]]\nstatus="reviewed"\nid="a"\n', encoding="utf-8")
    assert main(["--check", str(file)]) == 1
    assert "not in its canonical form" in capsys.readouterr().err
    assert main([str(file)]) == 0
    assert file.read_text(encoding="utf-8") == (
        '# Head.\n\n[[attested]]\nid = "a"\nstatus = "reviewed"\n\n[[transport]]\nid = "b"\n'
    )
    assert main(["--check", str(file)]) == 0
