"""Dictionary forms that an inflected name may have: cases of Russian, Kazakh, Uzbek and Tajik names of places.

The forms are guesses by ending alone; a gazetteer says which of them is a name.
"""

from __future__ import annotations

from functools import lru_cache

__all__ = ["adjective_bases", "adjective_stem", "dictionary_forms"]


def _endings(listed: str) -> tuple[str, ...]:
    """Return endings, the longest first, so that none hides a longer one."""
    return tuple(sorted(dict.fromkeys(listed.split()), key=len, reverse=True))


_RU_NOUN: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("ией", ("ия",)),
    ("иях", ("ии",)),
    ("ями", ("и", "я")),
    ("ами", ("ы", "и", "а", "")),
    ("ого", ("ое", "ый", "ий", "ой")),
    ("ому", ("ое", "ый", "ий", "ой")),
    ("его", ("ее", "ий")),
    ("ему", ("ее", "ий")),
    ("ной", ("ная", "ный")),
    ("ии", ("ия", "ий")),
    ("ию", ("ия",)),
    ("ой", ("а", "ая", "ой")),
    ("ою", ("а",)),
    ("ую", ("ая",)),
    ("ей", ("я", "ь", "ея")),
    ("ом", ("", "о", "ое", "ой", "ый", "ий")),
    ("ем", ("ь", "е", "й", "ее")),
    ("ым", ("ый", "ое", "ым", "")),
    ("им", ("ий", "ое", "ее")),
    ("ах", ("ы", "и", "а", "")),
    ("ях", ("и", "я")),
    ("ам", ("ы", "и", "а", "")),
    ("ям", ("и", "я")),
    ("ых", ("ые", "ы")),
    ("их", ("ие",)),
    ("ье", ("ья",)),
    ("ью", ("ь", "ья")),
    ("ов", ("ы", "и", "")),
    ("а", ("", "о", "ы")),
    ("я", ("ь", "й", "е")),
    ("у", ("", "а", "о")),
    ("ю", ("ь", "й", "я", "е")),
    ("е", ("", "а", "о", "ь", "я", "й")),
    ("ы", ("а", "")),
    ("и", ("а", "я", "ь", "й", "ы")),
)

_KK = _endings(
    "ның нің дың дің тың тің ға ге қа ке на не да де та те нда нде дан ден тан тен нан нен ды ді ты "
    "ті ны ні н мен бен пен дағы дегі тағы тегі ндағы ндегі лық лік дық дік тық тік лар лер дар дер "
    "тар тер лықтар ға дейін"
)
_UZ = _endings(
    "ning ni ga ka qa da dan dagi gacha lik liklar cha нинг ни га ка қа да дан даги гача лик ликлар "
    "ча dagilar sidan sida siga sining idan ida iga ining ini idagi сидан сида сига сининг идан ида "
    "ига ининг ини идаги"
)
_TG = _endings("ро и ҳо ҳои ву у ю ӣ ию рову аш")

_MIN_STEM = 2

_ADJECTIVE = _endings("ого ому ыми ими ая яя ое ее ый ий ой ую юю ые ие ых их ым им ом ем ей ою")


@lru_cache(maxsize=5_000)
def dictionary_forms(word: str, language: str) -> tuple[str, ...]:
    """Return the forms that a folded word may have in a dictionary, itself first, the likelier ones before others.

    >>> dictionary_forms("ташкентом", "ru")[:2], dictionary_forms("киргизии", "ru")[1]
    (('ташкентом', 'ташкент'), 'киргизия')
    >>> dictionary_forms("қазақстанның", "kk")
    ('қазақстанның', 'қазақстан')
    """
    forms = [word]
    if language == "ru":
        for ending, others in _RU_NOUN:
            if word.endswith(ending) and len(word) - len(ending) >= _MIN_STEM:
                stem = word[: -len(ending)]
                forms += [stem + other for other in others]
    else:
        for ending in {"kk": _KK, "uz": _UZ, "tg": _TG}.get(language, ()):
            if word.endswith(ending) and len(word) - len(ending) >= _MIN_STEM:
                forms.append(word[: -len(ending)])
        if language == "tg" and word.endswith("ии"):
            forms.append(word[:-1])
    return tuple(dict.fromkeys(forms))


@lru_cache(maxsize=5_000)
def adjective_stem(word: str) -> str:
    """Return a Russian adjective without its ending, the empty string where it has none.

    >>> adjective_stem("афганскими"), adjective_stem("афганский"), adjective_stem("кабул")
    ('афганск', 'афганск', '')
    """
    for ending in _ADJECTIVE:
        if word.endswith(ending) and len(word) - len(ending) > _MIN_STEM:
            return word[: -len(ending)]
    return ""


@lru_cache(maxsize=2_000)
def adjective_bases(stem: str) -> tuple[str, ...]:
    """Return the names that a Russian adjective in -ский may be made of, from its stem; the likelier ones first.

    Empty for adjectives of other kinds.

    >>> adjective_bases("кулябск")[0], "исфара" in adjective_bases("исфаринск"), adjective_bases("нов")
    ('куляб', True, ())
    """
    if not stem.endswith(("ск", "цк")):
        return ()
    base = stem[:-2]
    forms = [base + end for end in ("", "а", "ь", "о", "и", "ы", "е", "я", "у")]
    if stem.endswith("цк"):
        forms += [f"{base}{end}" for end in ("ц", "к", "т")]
    if base.endswith(("ин", "ен")):  # «Исфаринский», «Душанбинский»
        forms += [base[:-2] + end for end in ("а", "е", "о", "ы", "и", "я", "")]
    if base.endswith("ьин"):  # «Сурхандарьинская»
        forms.append(base[:-2] + "я")
    if base.endswith("й"):
        forms.append(base[:-1] + "я")
    return tuple(dict.fromkeys(form for form in forms if len(form) >= _MIN_STEM))
