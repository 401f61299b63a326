"""Corridor file: ``data/corridors.toml``, the one place where every corridor is recorded, as a person writes it.

Three arrays of tables: ``[[attested]]`` (what articles state, with evidence), ``[[context]]`` (routes that other works
name) and ``[[transport]]`` (public transport corridors), the last two with references. A field that has nothing to say is
left out; :func:`parse` fills it in, so that programs meet the same fields in every record.

The written form is canonical: within an array records stand by id, fields in one order, one leg or piece of evidence a
line or table. A build does not ask for it; this command writes it, and keeps the comment above the first record::

    python -m layers.corridor_file [--check] [FILE]
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import tomllib
from collections.abc import Mapping, Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any

from geo.datasets import data_root
from geo.errors import CorridorMapError, DamagedData

__all__ = ["FILE", "SCHEMAS", "canonical", "dumps", "parse"]

Record = dict[str, Any]

FILE = "corridors.toml"
"""Its name below the data folder."""

SCHEMAS: Mapping[str, str] = {
    "attested": "corridors",
    "context": "context_corridors",
    "transport": "context_transport_corridors",
}
"""Array of the file → schema in ``layers/schemas`` that each of its records keeps."""

_UNSAID: Mapping[str, Mapping[str, Any]] = {
    "attested": {
        "flow": None, "note": None, "legs": [], "borders": [], "areas": [], "claims": [], "incidents": [],
        "conflicts": [], "evidence": [], "references": [],
    },
    "context": {"references": []},
    "transport": {"place_modes": {}, "expansion": None, "gaps": None, "references": []},
}  # fmt: skip
"""Array → field that may be left out → what that means."""

_ORDER = (
    "id", "flow", "attestation_class", "depiction", "status", "title", "gloss", "substance", "note", "modes", "legs",
    "borders", "areas", "places", "place_modes", "expansion", "gaps", "order_checked", "claims", "incidents", "conflicts",
)  # fmt: skip
"""Order of fields in a record; others follow by name, then the tables of evidence and references."""

_ITEM_ORDER = (
    "article", "sha256", "start", "end", "locator", "section", "paragraph", "anchor", "id", "from", "to", "articles",
    "corridor", "source_says", "why", "work", "says", "en",
)  # fmt: skip
_TABLES = ("evidence", "references")
_LINE_CHARACTERS = 110
_PARTS = ("legs", "borders", "areas")
_STRINGS = re.compile(r'"""(?:\\.|[^\\])*?"""|\'\'\'.*?\'\'\'|"(?:\\.|[^"\\\n])*"|\'[^\'\n]*\'', re.DOTALL)


def parse(text: str) -> dict[str, list[Any]]:
    r"""Return the records of each array, in the order of the file, with every field that may be left out filled in.

    What an attested record rests on is counted, not typed: ``articles`` are those of its legs, borders and areas, and
    ``single_article`` tells whether that is one. Nothing is checked here but the syntax: a record may lack fields, and be
    no table at all; :mod:`layers.coverage_check` and :mod:`layers.ingredients` tell that.

    Raises
    ------
    tomllib.TOMLDecodeError
        The text is no TOML; the message names line and column.

    Examples
    --------
    >>> found = parse('[[attested]]\nid = "x1"\nlegs = [{ from = "tj", to = "uz", articles = ["sample"] }]')
    >>> found["attested"][0]["articles"], found["attested"][0]["claims"], found["context"]
    (['sample'], [], [])
    """
    document = tomllib.loads(text)
    found: dict[str, list[Any]] = {}
    for table in SCHEMAS:
        written = document.pop(table, [])
        records = written if isinstance(written, list) else [written]
        found[table] = [_filled(table, one) if isinstance(one, dict) else one for one in records]
    # Anything else in the file is a misspelt array: it must not be passed over.
    return found | {name: [value] for name, value in document.items()}


def canonical(text: str) -> str:
    r"""Return the file in its written form: comment above the first record, then each array by id.

    Raises
    ------
    tomllib.TOMLDecodeError
        The text is no TOML.
    DamagedData
        A comment stands below the first record, where it would be lost, or the file holds another array.

    Examples
    --------
    >>> print(canonical('# Kept.\n[[context]]\nlegs=[{to="uz",from="tj"}]\nid="b"\n[[context]]\nid="a"'))
    # Kept.
    <BLANKLINE>
    [[context]]
    id = "a"
    <BLANKLINE>
    [[context]]
    id = "b"
    legs = [
      { from = "tj", to = "uz" },
    ]
    <BLANKLINE>
    """
    head, body = _parted(text)
    document = tomllib.loads(text)
    if strange := sorted(document.keys() - SCHEMAS.keys()):
        raise DamagedData(
            f"data/{FILE} holds {', '.join(strange)}.", hint=f"Its arrays are {', '.join(f'[[{t}]]' for t in SCHEMAS)}."
        )
    if "#" in _STRINGS.sub("", body):
        raise DamagedData(
            f"data/{FILE} holds a comment below its first record, where this command would lose it.",
            hint="Say it above the first record, or for readers in the record's note.",
        )
    return dumps(document, head)


def dumps(arrays: Mapping[str, Sequence[Record]], head: str = "") -> str:
    """Write records in the canonical form; ``parse`` gives them back, sorted by id.

    Parameters
    ----------
    arrays
        Records by array; what :func:`parse` fills in may be there or not.
    head
        Comment to stand above the first record.

    Examples
    --------
    >>> record = {"id": "x", "title": {"en": "By sea"}, "legs": [{"from": "tj", "to": "cn"}], "references": []}
    >>> parse(dumps({"context": [record]}))["context"] == [record]
    True
    """
    parts = [head.rstrip("\n") + "\n"] if head.strip() else []
    for table in SCHEMAS:
        records = sorted(arrays.get(table, ()), key=lambda record: str(record.get("id", "")))
        parts += ["\n".join(_written(table, _said(table, record))) + "\n" for record in records]
    return "\n".join(parts)


def _filled(table: str, record: Record) -> Record:
    full = {**deepcopy(dict(_UNSAID[table])), **record}
    if table == "attested":
        stated = _stated(full)
        full.setdefault("articles", stated)
        full.setdefault("single_article", len(stated) == 1)
        for item in full["evidence"] if isinstance(full["evidence"], list) else ():
            if isinstance(item, dict) and isinstance(item.get("locator"), dict):
                item["locator"] = {"section": None, "paragraph": None, **item["locator"]}
    return full


def _stated(record: Mapping[str, Any]) -> list[str]:
    parts = [part for field in _PARTS if isinstance(record[field], list) for part in record[field]]
    named = [part.get("articles") for part in parts if isinstance(part, dict)]
    return sorted({id_ for ids in named if isinstance(ids, list) for id_ in ids if isinstance(id_, str)})


def _parted(text: str) -> tuple[str, str]:
    """Part a file before the line of its first record."""
    first = re.search(r"^\[\[", text, re.MULTILINE)
    at = first.start() if first else len(text)
    return text[:at], text[at:]


def _said(table: str, record: Record) -> Record:
    """Leave out what :func:`parse` would fill in just so."""
    bare = dict(_UNSAID[table])
    if table == "attested":
        stated = _stated({**bare, **record})
        bare |= {"articles": stated, "single_article": len(stated) == 1}
    return {name: value for name, value in record.items() if name not in bare or value != bare[name]}


def _written(table: str, record: Record) -> list[str]:
    lines = [f"[[{table}]]", *_fields({name: value for name, value in record.items() if name not in _TABLES})]
    for name in _TABLES:
        for item in record.get(name, []):
            lines += [
                "",
                f"[[{table}.{name}]]",
                *(f"{key} = {_inline(item[key])}" for key in _sorted(item, _ITEM_ORDER)),
            ]
    return lines


def _fields(record: Mapping[str, Any]) -> list[str]:
    lines: list[str] = []
    for name in _sorted(record, _ORDER):
        value = record[name]
        if name in {"title", "gloss", "substance", "note"} and isinstance(value, Mapping):
            lines += [f"{name}.{lang} = {_inline(value[lang])}" for lang in _sorted(value, _ITEM_ORDER)]
            continue
        line = f"{name} = {_inline(value)}"
        is_list = isinstance(value, list)
        if is_list and value and (isinstance(value[0], Mapping) or len(line) > _LINE_CHARACTERS):
            lines += [f"{name} = [", *(f"  {_inline(item)}," for item in value), "]"]
        else:
            lines.append(line)
    return lines


def _sorted(record: Mapping[str, Any], order: Sequence[str]) -> list[str]:
    return sorted(record, key=lambda name: (order.index(name) if name in order else len(order), name))


def _inline(value: object) -> str:
    """Write a value in one line. JSON's strings, numbers and booleans are TOML's too."""
    if isinstance(value, Mapping):
        kept = [key for key in _sorted(value, _ITEM_ORDER) if value[key] is not None]
        inner = ", ".join(f"{_key(key)} = {_inline(value[key])}" for key in kept)
        return f"{{ {inner} }}" if inner else "{}"
    if isinstance(value, list):
        return f"[{', '.join(map(_inline, value))}]"
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _key(name: str) -> str:
    return name if re.fullmatch("[A-Za-z0-9_-]+", name) else json.dumps(name)


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the file in its canonical form and return the exit code: 0 it is, 1 ``--check`` says no, 2 no use."""
    parser = argparse.ArgumentParser(
        prog="python -m layers.corridor_file",
        description="Write data/corridors.toml in its canonical form: records by id, fields in one order.",
        epilog="example: python -m layers.corridor_file --check",
    )
    parser.add_argument("file", type=Path, nargs="?", default=None, metavar="FILE", help="default: data/corridors.toml")
    parser.add_argument("--check", action="store_true", help="change nothing; exit with 1 when it is in another form")
    options = parser.parse_args(arguments)
    try:
        path = options.file or data_root() / FILE
        text = path.read_text(encoding="utf-8")
        written = canonical(text)
    except (CorridorMapError, OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        sys.stderr.write(f"{options.file or FILE}: {error}\n")
        return 2
    if text == written:
        return 0
    if options.check:
        sys.stderr.write(f"{path} is not in its canonical form; run `python -m layers.corridor_file {path}`.\n")
        return 1
    path.write_text(written, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
