"""Coverage records against their JSON schemas: what is wrong with a record's form, said so that a person can mend it."""

from __future__ import annotations

import importlib.resources
import json
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from jsonschema import Draft202012Validator
from referencing import Registry, Resource

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jsonschema.exceptions import ValidationError

__all__ = ["country_codes", "form_faults", "named_faults"]

_SHOWN_CHARACTERS = 60


def form_faults(kind: str, record: object) -> list[tuple[str, str]]:
    """Return what is wrong with one record's form, as (field, message), sorted by field.

    ``field`` is a path such as ``evidence[0].sha256``, empty for the record as a whole; no fault is an empty list.

    Parameters
    ----------
    kind
        Name of a schema in ``layers/schemas``: a kind of record such as ``incidents`` or ``context_corridors``, or a whole
        document (``context_works``, ``context_areas``, ``context_places``).
    record
        The record, or document, as read from its file.

    Examples
    --------
    >>> form_faults("threats", {"kind": "level", "name": 1, "gloss": {"en": "a", "fa": "b"}, "evidence": []})
    [('id', 'is missing'), ('name', '1 is not allowed (allowed: object)')]
    """
    errors = _validator(kind).iter_errors(record)
    return sorted({(field, message) for error in errors for field, message in _said(error)})


def named_faults(kind: str, document: object) -> list[str]:
    """Return what is wrong with the form of a whole document, one line a fault, with records by id where they have one.

    Examples
    --------
    >>> named_faults("context_works", {"works": [{"id": "x", "author": None, "title": "T", "place": None, "date": None,
    ...                                           "url": None, "isbn": None}]})
    ['x: seen: is missing']
    """
    return [f"{_by_id(field, document) or 'the file'}: {message}" for field, message in form_faults(kind, document)]


def _by_id(field: str, document: object) -> str:
    """Turn ``works[3].seen`` into ``unodc-2018: seen``."""
    found = re.match(r"(\w+)\[(\d+)\]\.?", field)
    if not found or not isinstance(document, Mapping):
        return field
    record = document[found[1]][int(found[2])]
    id_ = record.get("id") if isinstance(record, Mapping) else None
    return ": ".join(filter(None, [id_ if isinstance(id_, str) else found[0].removesuffix("."), field[found.end() :]]))


def country_codes() -> frozenset[str]:
    """Return the lower-case ISO 3166-1 alpha-2 codes that records may name.

    Examples
    --------
    >>> "tj" in country_codes(), "zz" in country_codes(), len(country_codes())
    (True, False, 249)
    """
    return frozenset(_schema("common")["$defs"]["country"]["enum"])


def _said(error: ValidationError) -> Iterator[tuple[str, str]]:
    path = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in error.absolute_path).removeprefix(
        "."
    )
    schema: Mapping[str, Any] = error.schema if isinstance(error.schema, Mapping) else {}
    rule: Any = error.validator_value
    instance: Any = error.instance
    if error.validator == "required":
        for name in rule:
            if name not in instance:
                yield f"{path}.{name}".removeprefix("."), "is missing"
    elif error.validator == "additionalProperties" and isinstance(instance, Mapping):
        known = schema.get("properties", {})
        for name in sorted(set(instance) - set(known)):
            yield (
                f"{path}.{name}".removeprefix("."),
                f"is no field of this record (allowed: {', '.join(sorted(known))})",
            )
    elif error.validator == "uniqueItems":
        yield path, "holds the same item twice (allowed: each once)"
    else:
        yield path, f"{_shown(instance)} is not allowed (allowed: {_allowed(error, schema)})"


def _allowed(error: ValidationError, schema: Mapping[str, Any]) -> str:
    rule: Any = error.validator_value
    if "description" in schema:
        return str(schema["description"])
    if error.validator == "enum":
        return ", ".join("null" if value is None else str(value) for value in rule)
    if error.validator == "type":
        return rule if isinstance(rule, str) else " or ".join(rule)
    if error.validator in {"minLength", "minItems", "minProperties"}:
        return "not empty"
    return f"{error.validator} {_shown(rule)}"


def _shown(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _SHOWN_CHARACTERS else text[:_SHOWN_CHARACTERS] + "…"


@lru_cache
def _schema(kind: str) -> dict[str, Any]:
    file = importlib.resources.files("layers").joinpath(f"schemas/{kind}.schema.json")
    schema: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return schema


@lru_cache
def _validator(kind: str) -> Draft202012Validator:
    common = _schema("common")
    registry: Registry[Any] = Registry().with_resource(common["$id"], Resource.from_contents(common))
    return Draft202012Validator(_schema(kind), registry=registry)
