"""Headline: the title of a release, which says how many articles it rests on."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["ARTICLES", "headline"]

ARTICLES = "{articles}"
"""What a title of ``data/release.toml`` may hold: it is replaced by the number of articles, in words."""

_WORDS = {
    "en": ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
    "fa": ("یک", "دو", "سه", "چهار", "پنج", "شش", "هفت", "هشت", "نه", "ده"),
    "ru": ("одной", "двум", "трём", "четырём", "пяти", "шести", "семи", "восьми", "девяти", "десяти"),
    "kk": ("бір", "екі", "үш", "төрт", "бес", "алты", "жеті", "сегіз", "тоғыз", "он"),
}
"""One to ten; in Russian in the dative, which ``по`` asks for. Larger numbers are written in digits."""

_NOUN = {
    "en": ("article", "articles"),
    "fa": ("مقاله", "مقاله"),
    "ru": ("статье", "статьям"),
    "kk": ("мақала", "мақала"),
}
"""The noun of one and of more."""

_ALL = {"en": "articles", "fa": "مقاله‌ها", "ru": "статьям", "kk": "мақалалар"}
"""What stands there when a release rests on no article at all: a map of borders has them still to come."""


def headline(templates: Mapping[str, str], articles: int) -> dict[str, str]:
    """Return the title of a release by language, from the ``templates`` of ``data/release.toml``.

    Parameters
    ----------
    templates
        A title by ISO 639-1 code; ``{articles}`` in it becomes the number of articles with its noun. One without it stays
        as it is.
    articles
        How many articles the release rests on, not negative.

    Examples
    --------
    >>> headline({"en": "Corridors reported in {articles}", "ru": "Коридоры по {articles}"}, 2)
    {'en': 'Corridors reported in two articles', 'ru': 'Коридоры по двум статьям'}
    >>> headline({"en": "Corridors reported in {articles}", "ru": "Коридоры по {articles}"}, 21)
    {'en': 'Corridors reported in 21 articles', 'ru': 'Коридоры по 21 статье'}
    >>> headline({"en": "A map"}, 0)
    {'en': 'A map'}
    """
    said = {lang: template.replace(ARTICLES, _counted(articles, lang)) for lang, template in templates.items()}
    return {lang: text[:1].upper() + text[1:] for lang, text in said.items()}


def _counted(articles: int, lang: str) -> str:
    if articles == 0:
        return _ALL[lang]
    # In Russian 1, 21, 31 … take the singular, 11 does not.
    is_one = articles == 1 or (lang == "ru" and articles % 10 == 1 and articles % 100 != 11)  # noqa: PLR2004 -- eleven
    number = _WORDS[lang][articles - 1] if articles <= len(_WORDS[lang]) else str(articles)
    if lang == "fa":
        number = number.translate(str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹"))
    return f"{number} {_NOUN[lang][not is_one]}"
