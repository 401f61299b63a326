"""What an answer shows, read by others' readers."""

from __future__ import annotations

import json
import urllib.request

import mapbox_vector_tile

__all__ = ["count_shown", "get"]


def count_shown(content: bytes) -> int:
    """Return how many incidents GeoJSON or a tile shows, of a tile without its buffer; a cell stands for those that it counts."""
    if content.startswith(b"{"):
        return len(json.loads(content)["features"])
    layers = mapbox_vector_tile.decode(content, default_options={"y_coord_down": True}) if content else {}
    return sum(
        feature["properties"].get("count", 1)
        for layer in layers.values()
        for feature in layer["features"]
        if all(0 <= value < layer["extent"] for value in feature["geometry"]["coordinates"])
    )


def get(url: str) -> bytes:
    """Return what an address answers; raises OSError, urllib.error.HTTPError among them, when that is no success."""
    with urllib.request.urlopen(url, timeout=60) as answer:  # noqa: S310 -- on 127.0.0.1
        content: bytes = answer.read()
        return content
