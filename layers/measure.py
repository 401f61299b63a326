"""Measure: numbers with their units, as each of the four languages writes them."""

from __future__ import annotations

from geo.vocabulary import LANGUAGES

__all__ = ["compass", "measured"]

_THOUSANDS = {"en": ",", "fa": "٬", "ru": "\u00a0", "kk": "\u00a0"}
_PERSIAN_DIGITS = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")
_UNITS = {
    "km": {"en": "km", "fa": "کیلومتر", "ru": "км", "kk": "км"},
    "m": {"en": "m", "fa": "متر", "ru": "м", "kk": "м"},
}
_WINDS = {
    "en": ("north", "north-east", "east", "south-east", "south", "south-west", "west", "north-west"),
    "fa": ("شمال", "شمال شرقی", "شرق", "جنوب شرقی", "جنوب", "جنوب غربی", "غرب", "شمال غربی"),
    "ru": ("север", "северо-восток", "восток", "юго-восток", "юг", "юго-запад", "запад", "северо-запад"),
    "kk": (
        "солтүстік", "солтүстік-шығыс", "шығыс", "оңтүстік-шығыс", "оңтүстік", "оңтүстік-батыс", "батыс",
        "солтүстік-батыс",
    ),
}  # fmt: skip
_SECTOR_DEG = 45.0


def measured(number: float, unit: str) -> dict[str, str]:
    """Return a whole number with its unit (``km`` or ``m``), as each language writes them.

    >>> measured(1170.2, "km")["en"], measured(1170.2, "km")["fa"]
    ('1,170 km', '۱٬۱۷۰ کیلومتر')
    """
    whole = {lang: f"{number:,.0f}".replace(",", _THOUSANDS[lang]) for lang in LANGUAGES}
    whole["fa"] = whole["fa"].translate(_PERSIAN_DIGITS)
    return {lang: f"{whole[lang]} {_UNITS[unit][lang]}" for lang in LANGUAGES}


def compass(bearing_deg: float) -> dict[str, str]:
    """Return the nearest of the eight winds to a bearing in degrees clockwise from north.

    A drawing from country to country has no direction to the degree.

    >>> compass(310)["en"], compass(350)["en"], compass(203)["fa"]
    ('north-west', 'north', 'جنوب غربی')
    """
    sector = round(bearing_deg / _SECTOR_DEG) % 8
    return {lang: _WINDS[lang][sector] for lang in LANGUAGES}
