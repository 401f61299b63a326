"""Stems: what the inflected forms of a word have in common, for names in Russian, Kazakh, Uzbek, Tajik and English.

A name of the lexicon and a word of a text are the same word where their stems are equal. The stemmers are light: they
take off endings of declension and leave derivation alone, and what they make need not be a word. A key is the stem with
the language whose endings came off in front of it (``"ru:комитет"``), so that a word is only compared with names of the
language whose grammar it follows. Words arrive folded (:func:`layers.articles.wording.text.fold`).
"""

from __future__ import annotations

import re
from functools import lru_cache

__all__ = ["name_key", "word_keys"]

MAX_LETTERS = 40
"""A longer run of letters is no word of a name."""

_MIN_STEM = 3
_MIN_STRUNG = 4
"""Where endings are strung, more must be left: else "Рейтер" and "Рейне" are both "рей"."""

_CYRILLIC = re.compile(r"[\u0400-\u04FF]")
_ARABIC = re.compile(r"[\u0600-\u06FF]")


def _longest_first(endings: str) -> tuple[str, ...]:
    return tuple(sorted(endings.split(), key=lambda ending: (-len(ending), ending)))


_RU = _longest_first(
    "иями ями ами иях ях ах ием ией иею ьей ью ей ой ою ею ий ый ого его ому ему ыми ими ым им ом ем ов ев ую юю ая яя "
    "ое ее ые ие ых их ям ам иям ию ия ии и ы а я о е у ю ь й"
)
_KK = _longest_first(
    "ның нің дың дің тың тің ға ге қа ке на не ды ді ты ті ны ні да де та те нда нде дан ден тан тен нан нен мен бен пен "
    "лар лер дар дер тар тер ы і сы сі ын ін сын сін ымыз іміз мыз міз дағы дегі тағы тегі ндағы ндегі"
)
_UZ = _longest_first("lar ning ni ga ka qa da dan si i dagi lari imiz лар нинг ни га ка қа да дан си и даги лари имиз")
_TG = _longest_first("ро ҳои ҳо ии и ӣ е ву у")

_KK_HARD = {"ғ": "қ", "г": "к", "б": "п"}
_UZ_HARD = {"g": "k", "г": "к", "ғ": "қ"}
_EN_SPELLING = {
    "defence": "defense", "centre": "center", "centres": "center", "labour": "labor", "programme": "program",
    "centers": "center", "daish": "daesh", "guards": "guard", "forces": "force", "troops": "troop",
    "services": "service", "affairs": "affair", "drugs": "drug", "narcotics": "narcotic",
    "nations": "nation", "states": "state", "republics": "republic", "peoples'": "people", "people's": "people",
    "customs": "custom", "universities": "university", "organisations": "organization",
}  # fmt: skip
"""Spellings and plurals that make no difference in a name."""


def _strip_once(word: str, endings: tuple[str, ...], shortest: int = _MIN_STEM) -> str:
    for ending in endings:
        if word.endswith(ending) and len(word) - len(ending) >= shortest:
            return word[: -len(ending)]
    return word


def _strip_all(word: str, endings: tuple[str, ...], harder: dict[str, str]) -> str:
    """Take off every ending of a language that strings them, and make a last letter that they softened hard again."""
    while (shorter := _strip_once(word, endings, _MIN_STRUNG)) != word:
        word = shorter
        if word[-1] in harder:
            word = word[:-1] + harder[word[-1]]
    return word


def _english(word: str) -> str:
    word = word.removesuffix("'s").rstrip("'")
    if "isation" in word:
        word = word.replace("isation", "ization")
    return _EN_SPELLING.get(word, word)


def name_key(word: str, language: str) -> str:
    """Return the key of a word of a name; ``language`` is the one whose grammar its inflected forms follow.

    >>> name_key("организация", "ru") == name_key("организацией", "ru")
    True
    >>> name_key("министрлігі", "kk") == name_key("министрлігінің", "kk")
    True
    """
    if language == "ru":
        return f"ru:{_strip_once(word, _RU)}"
    if language == "kk":
        return f"kk:{_strip_all(word, _KK, _KK_HARD)}"
    if language == "uz":
        return f"uz:{_strip_all(word, _UZ, _UZ_HARD)}"
    if language == "tg":
        return f"tg:{_strip_once(word, _TG)}"
    if language == "fa":
        return f"fa:{word}"
    return f"en:{_english(word)}"


@lru_cache(maxsize=65_536)
def word_keys(word: str) -> tuple[str, ...]:
    """Return the keys of a word of a text, one for each language that it may be a word of; none for a run too long.

    >>> word_keys("defence")
    ('en:defense', 'uz:defence')
    """
    if len(word) > MAX_LETTERS:
        return ()
    if _CYRILLIC.search(word):
        languages: tuple[str, ...] = ("ru", "kk", "uz", "tg")
    else:
        languages = ("fa",) if _ARABIC.search(word) else ("en", "uz")
    return tuple(name_key(word, language) for language in languages)
