"""Borders: the line that two territories share, one feature per pair, and the lines of claims.

The geometry is Natural Earth's, cut from the polygons so that a shared edge exists once; it rests on that data set (a
reference), carries its accuracy, its as-of date and the point of view it is drawn from, and never an article's name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from geo.datasets import read_json
from geo.gazetteer import LANGUAGES
from layers.layer import Layer
from layers.table import frame_of, plain

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd

    from layers.ingredients import Ingredients

__all__ = ["LAYERS"]

_CLAIM = {"en": "claim line", "fa": "خط ادعا", "ru": "линия притязаний", "kk": "талап ету сызығы"}


def _reference(source: str, says: str) -> list[dict[str, str]]:
    """A data set's passport stands as the work that says where a line runs."""
    return [{"work": source, "says": says}]


def _claimants(codes: set[str], names: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Both forms of who claims: codes for programs, names in each language for readers."""
    ordered = sorted(codes)
    listed = {
        lang: ", ".join(str(names[code][f"name_{lang}"]) for code in ordered if code in names) for lang in LANGUAGES
    }
    return {"claimants": ordered, "claimant_names": listed if ordered else None}


_CEASEFIRE_NOTE = {
    "en": "Natural Earth holds it as a ceasefire line; what changed later is not in the data.",
    "fa": "نچرال ارث آن را خط آتش‌بس می‌داند؛ آنچه پس از آن دگرگون شده در داده‌ها نیست.",
    "ru": "В данных Natural Earth это линия прекращения огня; позднейших изменений в них нет.",
    "kk": "Natural Earth деректерінде бұл – атысты тоқтату сызығы; кейінгі өзгерістер деректерде жоқ.",
}


def _border(
    row: Mapping[str, Any],
    names: Mapping[str, Mapping[str, Any]],
    wet_km: float,
    works: list[dict[str, str]],
    point_of_view: str,
) -> dict[str, Any]:
    left, right = names.get(row["left"], {}), names.get(row["right"], {})
    both = {lang: (left.get(f"name_{lang}"), right.get(f"name_{lang}")) for lang in LANGUAGES}
    accuracy = plain(row["accuracy_m"])
    return {
        "id": row["id"],
        "kind": "border",
        **{f"title_{lang}": f"{first} – {second}" for lang, (first, second) in both.items() if first and second},
        "type": "river" if wet_km * 2000 > row["length_m"] else "land",
        "status": row["status"],
        "left": row["left"],
        "right": row["right"],
        "focus": bool(row["focus"]),
        "length_m": round(float(row["length_m"]), 1),
        "accuracy_m": accuracy,
        "rivers": plain(row["rivers"]) or {},
        **_claimants({claimant for end in (left, right) for claimant in plain(end.get("claimants")) or []}, names),
        "note": plain(row["note"]),
        "as_of": row["as_of"],
        "point_of_view": point_of_view,
        "basis": "boundary",
        "articles": [],
        "evidence": [],
        "references": _reference("natural-earth-admin1", "The edge that both territories' polygons share.") + works,
        "geometry": row["geometry"],
    }


def _claim(row: Mapping[str, Any], names: Mapping[str, Mapping[str, Any]], point_of_view: str) -> dict[str, Any]:
    claimant = names.get(plain(row["claimant"]) or "", {})
    titles = {lang: f"{claimant[f'name_{lang}']}: {_CLAIM[lang]}" for lang in LANGUAGES if claimant.get(f"name_{lang}")}
    return {
        "id": row["id"],
        "kind": row["kind"],
        **{f"title_{lang}": text for lang, text in ({"en": row["name"]} | titles).items()},
        "status": "line_of_control" if row["kind"] == "ceasefire" else "claim",
        "focus": False,
        "note": _CEASEFIRE_NOTE if row["kind"] == "ceasefire" else None,
        **_claimants({claimed_by} if (claimed_by := plain(row["claimant"])) else set(), names),
        "as_of": "2022",
        "point_of_view": point_of_view,
        "basis": "boundary",
        "articles": [],
        "evidence": [],
        "references": _reference("natural-earth-disputed-lines", f"A line named “{row['name']}”."),
        "geometry": row["geometry"],
    }


def _build(ingredients: Ingredients) -> gpd.GeoDataFrame:
    view = ingredients.point_of_view
    territories = ingredients.frame("naturalearth/countries").drop(columns="geometry")
    names = {row["id"]: row for row in territories.to_dict("records")}
    wet_km = ingredients.frame("naturalearth/border_rivers").groupby("border")["length_km"].sum().to_dict()
    notes = read_json("border_notes.json", ingredients.root)
    works = {note["id"]: note["references"] for note in notes if note.get("references")}
    rows = [
        _border(row, names, wet_km.get(row["id"], 0), works.get(row["id"], []), view)
        for row in ingredients.frame("naturalearth/borders").to_dict("records")
    ]
    rows += [_claim(row, names, view) for row in ingredients.frame("naturalearth/disputed_lines").to_dict("records")]
    return frame_of(rows, LAYERS[0].columns)


LAYERS = (
    Layer(
        id="borders",
        title={"en": "Borders", "fa": "مرزها", "ru": "Границы", "kk": "Шекаралар"},
        description={
            "en": "The lines that two territories share, with their status, and the lines of claims.",
            "fa": "خط‌های مشترک میان دو سرزمین با وضعیت آن‌ها، و خط‌های ادعا.",
            "ru": "Общие линии двух территорий с их статусом и линии притязаний.",
            "kk": "Екі аумақтың ортақ сызықтары мен олардың мәртебесі және талап ету сызықтары.",
        },
        role="boundary",
        build=_build,
        has_views=True,
        sources=("natural-earth-admin1", "natural-earth-disputed-lines", "corridormap-rules", "unicode-cldr"),
        tile_properties=("kind", "status", "focus", *(f"title_{lang}" for lang in LANGUAGES)),
        types={"focus": "boolean"},
        json_properties=(
            "accuracy_m",
            "rivers",
            "note",
            "claimants",
            "claimant_names",
            "articles",
            "evidence",
            "references",
        ),
    ),
)
