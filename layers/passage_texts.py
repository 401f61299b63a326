"""What a corridor's drawing lies on, in words of four languages: legs, borders in their order, states and provinces.

Made of the ``drawn_…`` properties that :mod:`geo.passage` derives. All of it is said of the drawing; a border is met along
a stretch of so many km under the band, never at a point.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from geo.vocabulary import LANGUAGES
from layers.measure import compass, measured

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

__all__ = ["areas_text", "borders_text", "legs_text", "name_areas", "transport_text"]

Record = dict[str, Any]
Texts = dict[str, str]

_AND = {"en": "; ", "fa": "؛ ", "ru": "; ", "kk": "; "}
_COMMA = {"en": ", ", "fa": "، ", "ru": ", ", "kk": ", "}
_TO = {"en": "→", "fa": "←", "ru": "→", "kk": "→"}
"""An arrow points the way the script runs."""
_OVER = {
    "en": "over the border {border}, the band covers {km} of it",
    "fa": "از روی مرز {border}، نوار {km} از آن را می‌پوشاند",
    "ru": "через границу {border}, полоса накрывает {km} её длины",
    "kk": "{border} шекарасы арқылы, жолақ оның {km} бөлігін жабады",
}
_OVER_WITHOUT = {
    "en": "over the border {border}",
    "fa": "از روی مرز {border}",
    "ru": "через границу {border}",
    "kk": "{border} шекарасы арқылы",
}


def name_areas(properties: Record, names: Mapping[str, Mapping[str, str | None]]) -> Record:
    """Return the derived properties with the names of areas and borders beside their ids, in every language.

    Parameters
    ----------
    properties
        What :meth:`geo.passage.Passage.properties` gives.
    names
        Area id → names; English stands in where one is missing, the id where there is none at all.
    """

    def named(area: str) -> Texts:
        found = names.get(area, {})
        return {lang: found.get(lang) or found.get("en") or area for lang in LANGUAGES}

    def between(sides: Sequence[Mapping[str, str]]) -> Texts:
        return {lang: " – ".join(side[lang] for side in sides) for lang in LANGUAGES}

    def border(id_: str) -> Texts:
        # The ids of disputed areas hold hyphens too: the split that gives two known areas is the one.
        parts = id_.split("-")
        halves = [("-".join(parts[:at]), "-".join(parts[at:])) for at in range(1, len(parts))]
        sides = next((pair for pair in halves if pair[0] in names and pair[1] in names), (id_,))
        return between([named(side) for side in sides])

    def listed(rows: Iterable[Mapping[str, Any]], key: str) -> list[Record]:
        return [{**row, "name": border(row["border"]) if key == "border" else named(row[key])} for row in rows]

    legs = [
        {
            **leg,
            "from_name": named(leg["from"]),
            "to_name": named(leg["to"]),
            "through": listed(leg["through"], "area"),
            "borders": listed(leg["borders"], "border"),
        }
        for leg in properties["drawn_legs"]
    ]
    return {
        **properties,
        "drawn_through": listed(properties["drawn_through"], "area"),
        "drawn_through_units": listed(properties["drawn_through_units"], "area"),
        "drawn_over_borders": listed(properties["drawn_over_borders"], "border"),
        "drawn_legs": legs,
    }


def legs_text(legs: Sequence[Mapping[str, Any]]) -> Texts | None:
    """Return one line for each leg: from where to where, length, direction, borders in the order of their crossing."""
    return _lines({lang: [_leg(leg, lang) for leg in legs] for lang in LANGUAGES})


def borders_text(borders: Sequence[Mapping[str, Any]]) -> Texts | None:
    """Return one line for each border with the km of it that the drawing lies on."""
    return _lines(
        {lang: [f"{b['name'][lang]}: {measured(b['band_km'], 'km')[lang]}" for b in borders] for lang in LANGUAGES}
    )


def areas_text(areas: Sequence[Mapping[str, Any]]) -> Texts | None:
    """Return the areas under the line with the km in each, the longest first; those that only the band reaches left out."""
    under = sorted((area for area in areas if area["axis_km"]), key=lambda area: (-area["axis_km"], area["area"]))
    if not under:
        return None
    return {
        lang: _AND[lang].join(f"{area['name'][lang]} {measured(area['axis_km'], 'km')[lang]}" for area in under)
        for lang in LANGUAGES
    }


def transport_text(found: Sequence[Mapping[str, Any]], titles: Mapping[str, Mapping[str, str]]) -> Texts | None:
    """Return the transport corridors that have places in the same countries, by title."""
    if not found:
        return None
    return {
        lang: _AND[lang].join(
            titles.get(item["corridor"], {}).get(lang) or titles.get(item["corridor"], {}).get("en") or item["corridor"]
            for item in found
        )
        for lang in LANGUAGES
    }


def _leg(leg: Mapping[str, Any], lang: str) -> str:
    where = f"{leg['from_name'][lang]} {_TO[lang]} {leg['to_name'][lang]}"
    parts = [f"{where}: {measured(leg['length_km'], 'km')[lang]}{_COMMA[lang]}{compass(leg['direction_deg'])[lang]}"]
    for border in leg["borders"]:
        text = _OVER if border["stretch_km"] else _OVER_WITHOUT
        parts.append(text[lang].format(border=border["name"][lang], km=measured(border["stretch_km"], "km")[lang]))
    return _AND[lang].join(parts)


def _lines(texts: Mapping[str, Sequence[str]]) -> Texts | None:
    joined = {lang: "\n".join(lines) for lang, lines in texts.items()}
    return joined if any(joined.values()) else None
