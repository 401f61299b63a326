"""Alternative text: what a map shows, where, how much of it and when, in words; made from the release, never by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from geo.errors import MalformedFilter
from geo.vocabulary import NEUTRAL
from layers.filter import Filter

if TYPE_CHECKING:
    from collections.abc import Iterable

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
        "dates": "күндер",
        "as_of": "шекаралар жағдайы",
        "release": "шығарылым",
    },
}
_COUNTED: Final = ("corridors", "context_corridors", "transport_corridors", "incidents")


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
    """Return one sentence on what a map of these layers and this filter shows, in en, fa, ru or kk.

    A layer that cannot obey the filter is counted whole, as the map draws it.
    """
    words = _NOUNS[lang]
    wanted = wanted or Filter()
    parts = []
    years: set[str] = set()
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
        parts.append(part)
    if years:
        parts.append(f"{words['dates']}: {digits('–'.join(sorted({min(years), max(years)})), lang)}")
    parts.append(f"{words['as_of']} {digits(release.receipt['borders_as_of'], lang)}")
    heading = title or release.receipt["title"].get(lang) or release.receipt["title"]["en"]
    joined = ("؛ " if lang == "fa" else "; ").join(parts)
    return f"{words['map']}: {heading}. {joined}. {words['release']} {release.id}."
