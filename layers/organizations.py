"""Organizations: who the articles speak of, and whose members which states are – as stated, and as known with dates.

Two kinds of features: ``organization`` (no geometry: an organization is not where its members are) and ``membership``
(the member state's territory without disputed areas). What an article states has ``basis`` attested and no date that the
article does not give; dated memberships from other works have ``basis`` context and a reference.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from geo.gazetteer import LANGUAGES
from layers.layer import Layer
from layers.table import frame_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd

    from layers.ingredients import Ingredients

__all__ = ["LAYERS"]


def _organization(record: Mapping[str, Any], ingredients: Ingredients) -> dict[str, Any]:
    articles = sorted({item["article"] for item in record["evidence"]})
    return {
        "id": record["id"],
        "kind": "organization",
        "basis": "attested",
        "organization": record["id"],
        "organizations": [record["id"]],
        **{f"title_{lang}": record["name"].get(lang) for lang in LANGUAGES},
        **{f"gloss_{lang}": record["gloss"].get(lang) for lang in LANGUAGES[:2]},
        "acronym": record["acronym"],
        "aliases": record["aliases"],
        "class": record["class"],
        "wikidata": record["wikidata"],
        "note": record["note"],
        "articles": articles,
        "languages": ingredients.coverage.languages_of(articles),
        "single_article": len(articles) == 1,
        "evidence": record["evidence"],
        "references": [],
        "geometry": None,
    }


def _membership(record: Mapping[str, Any], organization: Mapping[str, Any], ingredients: Ingredients) -> dict[str, Any]:
    member = ingredients.gazetteer.area(record["member"])
    names = {lang: (organization["name"].get(lang), member.name.get(lang)) for lang in LANGUAGES}
    return {
        "id": record["id"],
        "kind": "membership",
        "basis": record["basis"],
        "organization": record["organization"],
        "organizations": [record["organization"]],
        **{f"title_{lang}": f"{whole}: {part}" for lang, (whole, part) in names.items() if whole and part},
        "acronym": organization["acronym"],
        "class": organization["class"],
        "member": record["member"],
        **{f"member_name_{lang}": member.name.get(lang) for lang in LANGUAGES},
        "relation": record["relation"],
        "valid_from": record["valid_from"],
        "valid_to": record["valid_to"],
        "articles": record["articles"],
        "languages": ingredients.coverage.languages_of(record["articles"]),
        "single_article": len(record["articles"]) == 1,
        "evidence": record["evidence"],
        "references": record["references"],
        "geometry": member.geometry,
    }


def _build(ingredients: Ingredients) -> gpd.GeoDataFrame:
    organizations = {record["id"]: record for record in ingredients.coverage.records("organizations")}
    rows = [_organization(record, ingredients) for record in organizations.values()]
    rows += [
        _membership(record, organizations[record["organization"]], ingredients)
        for record in ingredients.coverage.records("memberships")
    ]
    return frame_of(rows, LAYERS[0].columns)


LAYERS = (
    Layer(
        id="organizations",
        title={"en": "Organizations", "fa": "سازمان‌ها", "ru": "Организации", "kk": "Ұйымдар"},
        description={
            "en": "Organizations that the articles speak of, and the states that belong to them: as stated there, or "
            "dated from other works (context).",
            "fa": "سازمان‌هایی که مقاله‌ها از آن‌ها سخن می‌گویند و کشورهای عضوشان: چنان‌که آنجا آمده، یا با تاریخ از "
            "آثار دیگر (زمینه).",
            "ru": "Организации, о которых говорят статьи, и входящие в них государства: как указано в статьях или с "
            "датами из других работ (контекст).",
            "kk": "Мақалаларда аталған ұйымдар және оларға кіретін мемлекеттер: мақалада айтылғандай немесе басқа "
            "еңбектерден алынған күндерімен (контекст).",
        },
        role="attested",
        build=_build,
        has_views=True,
        sources=("corridormap-records", "natural-earth-admin1"),
        tile_properties=(
            "kind", "organization", "acronym", "member", "basis", "relation", "valid_from", "valid_to",
            *(f"title_{lang}" for lang in LANGUAGES),
        ),
        json_properties=("organizations", "aliases", "note", "articles", "languages", "evidence", "references"),
    ),
)  # fmt: skip
