"""Codebook: what each property of each exported layer means, with type, unit, codes and what an absent value says.

Meanings stand in ``layers/codebook.toml``; types come from the layers themselves and the properties from the release, so the
book cannot list what is not there. ``python -m layers.codebook RELEASE_FOLDER`` prints ``docs/codebook.md``.
"""

from __future__ import annotations

import importlib.resources
import sys
import tomllib
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from layers.release import Release

__all__ = ["Entry", "as_markdown", "codebook", "entry_of"]

_JSON_TYPES = {
    "text": "text",
    "integer": "whole number",
    "number": "number",
    "boolean": "true or false",
    "json": "JSON (a list or an object)",
    "geometry": "geometry",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One property of one layer. ``codes`` maps each code to its meaning; empty where there is no list of them."""

    name: str
    type: str
    meaning: str
    null: str
    unit: str
    source: str
    codes: Mapping[str, str]


@cache
def _meanings() -> dict[str, Any]:
    return tomllib.loads(importlib.resources.files("layers").joinpath("codebook.toml").read_text(encoding="utf-8"))


def entry_of(layer_id: str, name: str, kind: str) -> Entry:
    """Return what a property of a layer means.

    Raises
    ------
    KeyError
        When the codebook lacks it; a test holds that it lacks none.

    >>> entry_of("incidents", "where_prec", "integer").codes["6"]
    'a country'
    """
    meanings = _meanings()
    found = meanings.get(f"{layer_id}.{name}") or meanings[name]
    return Entry(
        name=name,
        type=_JSON_TYPES[kind],
        meaning=found["meaning"],
        null=found["null"],
        unit=found.get("unit", ""),
        source=found.get("source", ""),
        codes=dict(found.get("codes", {})),
    )


def codebook(release: Release) -> dict[str, list[dict[str, Any]]]:
    """Return the entries of every exported layer as JSON, by layer, each layer's in the order of its exports."""

    def make() -> dict[str, list[dict[str, Any]]]:
        return {
            layer.id: [
                asdict(entry_of(layer.id, name, kind))
                for name, kind in (
                    ("id", "text"),
                    *release.features(layer.id).kinds.items(),
                    ("geometry", "geometry"),
                )
            ]
            for layer in release.catalog.exported
        }

    return release.derived("codebook", make)


def as_markdown(release: Release) -> str:
    """Return the codebook as one document."""
    parts = [
        "# Codebook",
        "",
        "What each property of each exported layer means. Made by `python -m layers.codebook` from the release and",
        "`layers/codebook.toml`; a test holds that it is up to date. The same is served at `/codebook`, and GeoPackage exports",
        "carry it as descriptions of their fields.",
    ]
    for layer_id, entries in codebook(release).items():
        layer = release.catalog[layer_id]
        parts += ["", f"## {layer_id}", "", f"{layer.title['en']}. {layer.description['en']}", ""]
        parts += ["| property | type | meaning | unit | codes | when absent |", "|---|---|---|---|---|---|"]
        for entry in entries:
            codes = "; ".join(f"`{code}` {meaning}" for code, meaning in entry["codes"].items())
            listed = f"{codes}{' ' if codes else ''}{'(' + entry['source'] + ')' if entry['source'] else ''}"
            cells = [f"`{entry['name']}`", entry["type"], entry["meaning"], entry["unit"], listed, entry["null"]]
            parts.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(parts) + "\n"


def main(arguments: list[str]) -> None:
    """Print the codebook of the release in a folder."""
    from layers.release import Release  # noqa: PLC0415 -- releases need no codebook

    sys.stdout.write(as_markdown(Release.open(Path(arguments[0]))))


if __name__ == "__main__":
    main(sys.argv[1:])
