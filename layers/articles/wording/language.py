"""Which language a passage is written in: by its script and letters, then its commonest words, then a trained model.

Script and letters settle Persian, Russian, Kazakh, Tajik, Uzbek and the neighbours that they must not be taken for
(Arabic, Pashto, Urdu; Kyrgyz, Ukrainian, Belarusian); words such as *the* and *va* settle English and Uzbek. Only for a
long passage in Latin letters with neither is py3langid loaded, once, which takes 80 MB and a second or two.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from py3langid.langid import LanguageIdentifier

__all__ = ["LANGUAGES", "common_words_share", "language_of"]

LANGUAGES = ("en", "fa", "ru", "kk", "uz", "tg")
"""ISO 639-1 codes of the languages that are read."""

_LETTERS = re.compile(
    r"([\u0620-\u064A\u066E-\u06D3\uFB50-\uFDFF\uFE70-\uFEFC]+)|([\u0400-\u052F]+)|([A-Za-z\u00C0-\u024F]+)"
)
_ARABIC, _CYRILLIC, _LATIN = 1, 2, 3
_DEFAULTS = {
    _ARABIC: ("fa", "ar", "ps", "ur"),
    _CYRILLIC: ("ru", "kk", "tg", "uz", "ky", "uk", "be"),
    _LATIN: ("en", "uz"),
}

_LOOKED_AT = 3_000
"""Letters of a passage that are looked at: more of it tells no more."""

_SHARE = 0.02
"""From this share of the letters on, letters that Russian lacks are not those of a foreign name."""

_SHORT = 60
"""Letters below which words tell little, and a passage is taken to go on in the language around it."""


def _words(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


_COMMON = {
    "en": _words("the of and to in a is was for that on with by at from as are were it has have be this an said not its or"),
    "uz": _words("va bilan uchun ham bu yil bir edi esa emas haqida keyin kishi da deb uni uning bo'yicha kerak shu qilingan"),
    "ru": _words("и в на не что с по из для от о к за как был его это или при до также был были"),
    "ar": _words("في على إلى التي الذي هذا هذه كان عن مع لم قال الى علی فی الی التی الذی کان"),
    "fa": _words("از به در که را است این با برای می و شد های بر آن تا یک بود هم"),
}  # fmt: skip
_COMMON_SHARE = 0.15
_ARTICLE_SHARE = 0.25
"""So many words of Arabic begin with its article."""

_MODEL_LANGUAGES = [
    "az", "ca", "cs", "da", "de", "en", "es", "fi", "fr", "hu", "id", "it", "lt", "nl", "pl", "pt", "ro", "sv", "tk", "tr", "uz",
]  # fmt: skip
_SURE = 0.7


def language_of(text: str, default: str = "en") -> str:
    """Return the ISO 639-1 code of the language of a passage; ``default`` where it is too short to tell or has no letter.

    Languages that are not read, such as Pashto or German, have their own codes; ``und`` stands for a long passage in
    Latin letters that is in none that is known.

    >>> language_of("Ауғанстан мен Тәжікстан"), language_of("Афганистан"), language_of("")
    ('kk', 'ru', 'en')
    >>> language_of("د افغانستان ولسمشر په کابل کې وویل چې ښځې به کار وکړي"), language_of("Yuk chegara orqali o‘tgan va bu haqida xabar")
    ('ps', 'uz')
    """
    words: dict[int, list[str]] = {_ARABIC: [], _CYRILLIC: [], _LATIN: []}
    if text.isascii():
        words[_LATIN] = _LATIN_WORDS.findall(text, 0, _LOOKED_AT)
    else:
        for match in _LETTERS.finditer(text, 0, _LOOKED_AT):
            words[match.lastindex or _LATIN].append(match[0])
    counts = {script: sum(map(len, found)) for script, found in words.items()}
    script = max(counts, key=lambda each: counts[each])
    if not counts[script]:
        return default
    around = default if default in _DEFAULTS[script] else _DEFAULTS[script][0]
    tell = {_ARABIC: _of_arabic, _CYRILLIC: _of_cyrillic, _LATIN: _of_latin}[script]
    return tell([word.lower() for word in words[script]], counts[script], around)


_LATIN_WORDS = re.compile("[A-Za-z]+")


def common_words_share(words: Sequence[str], code: str) -> float:
    """Return the share of some lower-case words that are among the commonest of a language (en, uz, ru, fa, ar)."""
    known = _COMMON[code]
    return sum(word in known for word in words) / len(words)


def _any(letters: set[str], these: str) -> bool:
    return not letters.isdisjoint(these)


def _of_arabic(words: list[str], count: int, around: str) -> str:
    letters = set().union(*words)
    if _any(letters, "ټډړږښڼېۍ") and not _any(letters, "ٹڈڑےں"):
        return "ps"
    if _any(letters, "ٹڈڑےںہھ"):
        return "ur"
    if _any(letters, "پچژگ") and around == "fa":
        return "fa"
    arabic, persian = common_words_share(words, "ar"), common_words_share(words, "fa")
    article = sum(word.startswith("ال") for word in words) / len(words)
    if arabic > persian or (article > _ARTICLE_SHARE and not persian):
        return "ar" if count >= _SHORT or around == "ar" else around
    return "fa" if persian or _any(letters, "پچژگ") else around


def _of_cyrillic(words: list[str], count: int, around: str) -> str:
    text = "".join(words)
    special = {letter: text.count(letter) for letter in "әғқңөұүһіҷӣӯҳўїєґ" if letter in text}
    if sum(special.values()) < _SHARE * count:
        short = count < _SHORT and around != "ru" and not common_words_share(words, "ru")
        return around if short else "ru"
    letters = set(special)
    if max(special.get(letter, 0) for letter in "ҷӣӯ") >= special.get("ў", 1):
        return "tg"
    turkic = _any(letters, "қғңөү")
    rules = (
        ("ў" in letters, "be" if "і" in letters and not _any(letters, "қғҳ") else "uz"),
        (_any(letters, "әұ") or (_any(letters, "іһ") and turkic), "kk"),
        (_any(letters, "їєґі") and not turkic and "ы" not in text, "uk"),
        (_any(letters, "ңөү") and not _any(letters, "қғҳі"), "ky"),
        ("ҳ" in letters, around if around in {"tg", "uz"} else "tg"),
    )
    return next((code for holds, code in rules if holds), around if around in {"kk", "tg", "uz"} else "kk")


def _of_latin(words: list[str], count: int, around: str) -> str:
    english, uzbek = common_words_share(words, "en"), common_words_share(words, "uz")
    if max(english, uzbek) >= _COMMON_SHARE:
        return "en" if english >= uzbek else "uz"
    if count < _SHORT:
        return around
    code, probability = _model().classify(" ".join(words))
    return str(code) if probability >= _SURE else around if english or uzbek else "und"


@lru_cache(maxsize=1)
def _model() -> LanguageIdentifier:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # noqa: PLC0415 -- seconds that few texts need

    model = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    model.set_languages(_MODEL_LANGUAGES)
    return model
