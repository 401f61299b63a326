"""Alternative text: what a map shows, where, how much of it and when, in words; made from the release, never by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from geo.errors import MalformedFilter
from geo.vocabulary import NEUTRAL
from layers.filter import Filter

if TYPE_CHECKING:
    from collections.abc import Iterable

    from layers.engines.engine import Features
    from layers.release import Release

__all__ = ["alt_text", "digits"]

_NOUNS: Final = {
    "en": {
        "map": "Map",
        "corridors": "corridors that the articles state",
        "context_corridors": "context routes",
        "transport_corridors": "public transport corridors",
        "incidents": "incidents",
        "unplaced": "without a stated place",
        "where": "where",
        "dates": "dates",
        "as_of": "borders as of",
        "release": "release",
    },
    "fa": {
        "map": "نقشه",
        "corridors": "کریدورهایی که مقاله‌ها بیان می‌کنند",
        "context_corridors": "مسیرهای زمینه",
        "transport_corridors": "کریدورهای حمل‌ونقل عمومی",
        "incidents": "رویدادها",
        "unplaced": "بی‌جای معین",
        "where": "کجا",
        "dates": "تاریخ‌ها",
        "as_of": "مرزها مربوط به سال",
        "release": "نسخهٔ",
    },
    "ru": {
        "map": "Карта",
        "corridors": "коридоры, о которых говорят статьи",
        "context_corridors": "маршруты из внешних источников",
        "transport_corridors": "государственные транспортные коридоры",
        "incidents": "происшествия",
        "unplaced": "без указанного места",
        "where": "где",
        "dates": "даты",
        "as_of": "границы на",
        "release": "выпуск",
    },
    "kk": {
        "map": "Карта",
        "corridors": "мақалалар айтатын дәліздер",
        "context_corridors": "сыртқы дереккөздердегі бағыттар",
        "transport_corridors": "мемлекеттік көлік дәліздері",
        "incidents": "оқиғалар",
        "unplaced": "орны айтылмаған",
        "where": "қайда",
        "dates": "күндер",
        "as_of": "шекаралар жағдайы",
        "release": "шығарылым",
    },
}
_COUNTED: Final = ("corridors", "context_corridors", "transport_corridors", "incidents")
_COUNTRY_OR_NEARER: Final = ("1", "2", "3", "4", "5", "6")
"""UCDP precisions; what is known to a region alone lies in each of its countries, and says nothing of one."""
_STATES: Final = 5
"""So many states are named."""


def digits(text: object, lang: str) -> str:
    """Return a number or text with the digits of a language.

    >>> digits(1389, "fa"), digits(1389, "ru")
    ('۱۳۸۹', '1389')
    """
    return str(text).translate(str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")) if lang == "fa" else str(text)


def alt_text(
    release: Release,
    lang: str,
    *,
    layers: Iterable[str] = _COUNTED,
    wanted: Filter | None = None,
    point_of_view: str = NEUTRAL,
    title: str = "",
) -> str:
    """Return what a map of these layers and this filter shows, in en, fa, ru or kk: what, how many, where and when.

    The states are those in which most of the incidents lie. A layer that cannot obey the filter is counted whole, as the map draws it.
    """
    words = _NOUNS[lang]
    wanted = wanted or Filter()
    parts = []
    years: set[str] = set()
    states: list[str] = []
    for name in _COUNTED:
        if name not in set(layers) or name not in release.catalog:
            continue
        features = release.features(name, point_of_view)
        try:
            wanted.check(name, features.kinds)
            totals = features.counts(wanted)
        except MalformedFilter:
            totals = features.counts(Filter())
        part = f"{words[name]}: {digits(totals['total'], lang)}"
        if name == "incidents":
            unplaced = totals["unplaced"]
            part += f" ({words['unplaced']}: {digits(unplaced, lang)})" if unplaced else ""
            years = set(totals.get("year", {}))
            states = _states(release, features, wanted, lang)
        parts.append(part)
    if states:
        parts.append(f"{words['where']}: {('، ' if lang == 'fa' else ', ').join(states)}")
    if years:
        parts.append(f"{words['dates']}: {digits('–'.join(sorted({min(years), max(years)})), lang)}")
    parts.append(f"{words['as_of']} {digits(release.receipt['borders_as_of'], lang)}")
    heading = title or release.receipt["title"].get(lang) or release.receipt["title"]["en"]
    joined = ("؛ " if lang == "fa" else "; ").join(parts)
    return f"{words['map']}: {heading}. {_begin(joined)}. {_begin(words['release'])} {release.id}."


def _begin(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]


def _states(release: Release, features: Features, wanted: Filter, lang: str) -> list[str]:
    """Return the names of the states in which most of the incidents lie, the most first."""
    known = tuple(value for value in wanted.where_prec or _COUNTRY_OR_NEARER if value in _COUNTRY_OR_NEARER)
    if not known or "basemap" not in release.layer_ids:
        return []
    counted = features.counts(replace(wanted, where_prec=known)).get("area", {})
    ground = release.features("basemap")
    names: list[str] = []
    for area in sorted(counted, key=lambda area: (-counted[area], area)):
        if len(names) < _STATES and (label := ground.find(f"country_label/{area}")):
            names.append(str(label["properties"].get(f"name_{lang}") or label["properties"]["name_en"]))
    return names
