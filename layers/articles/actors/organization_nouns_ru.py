"""Russian names of organizations around their noun: adjectives before it, genitives or a quoted name after it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from layers.articles.wording.name_shapes import (
    COMPANY,
    LIKELY,
    MAX_LEFT,
    MAX_WORDS,
    SHORT,
    SURE,
    NounName,
    adjoin,
    begins_sentence,
    company,
    is_capital,
    quoted_until,
)

if TYPE_CHECKING:
    from layers.articles.actors.organization_lexicon import Heads
    from layers.articles.wording.name_words import Words

__all__ = ["russian_name"]

_ADJECTIVE = re.compile(r"(?:ый|ий|ой|ая|яя|ое|ее|ого|его|ому|ему|ым|им|ом|ем|ую|юю|ей|ые|ие|ых|их|ыми|ими)$")
_GENITIVE = re.compile(r"(?:ов|ев|ей|ий|ого|его|ой|ых|их|ы|и|а|я|ств|нств|тва|нок|ан)$")
_VERB = re.compile(r"(?:[аеиуыяё]л[аио]?|[шг]л[аио]|ет|ит|ют|ят|ут|ся|сь|ть|ена|ано|ено|ены|аны|ана)$")
_NOUNS = frozenset(("дел", "дела", "сил", "силы", "школ", "школы", "школа", "прав", "войск", "людей", "земли", "детей"))
"""Genitives that look like verbs or like nothing."""
_PLURAL = re.compile(r"(?:ов|ами|ями|ах|ях|ний|ций|фирм|служб|партий|компаний|институты|центры|банки|суды)$")
_ORDINALS = frozenset(("й", "я", "го", "ой", "му", "м", "ю", "ая", "ый", "ой"))
_QUOTED_ONLY = ("журнал", "издани", "канал", "портал", "клуб", "завод", "фирм", "блок")
_LOWER_UNITS = re.compile(r"погран|отряд|дивизи|бригад|полк|батальон|баз")


def russian_name(words: Words, at: int, heads: Heads) -> NounName | None:
    """Return the name that the noun at a word gives away, ``None`` where it stands alone."""
    texts, folded = words.texts, words.folded
    if folded[at] in COMPANY:
        return company(words, at) if texts[at].isupper() else None
    if quoted := quoted_until(words, at + 1):
        return NounName(at, quoted, SURE)
    if _is_numbered(words, at):
        return NounName(at - SHORT, at, LIKELY)
    if folded[at].startswith(_QUOTED_ONLY) or (not is_capital(texts[at]) and _PLURAL.search(folded[at])):
        return None
    first = at
    while first and at - first < MAX_LEFT and adjoin(words, first - 1) and _ADJECTIVE.search(folded[first - 1]):
        if folded[first - 1] in heads.stop:
            break
        first -= 1
    while first < at and not is_capital(texts[first]):
        first += 1
    last = _russian_after(words, at, heads)
    named = first < at and not (begins_sentence(words, first) and last == at)
    if not named:
        is_loose = not is_capital(texts[at]) and heads.heads[words.keys[at][0]][0] == "other"  # "центр хлопководства"
        if is_loose or last == at or not any(is_capital(text) for text in texts[at : last + 1]):
            return None
    return NounName(first, last, SURE if named else LIKELY)


def _is_numbered(words: Words, at: int) -> bool:
    """Whether a unit's number stands before it: "201-я дивизия"."""
    return (
        at >= SHORT
        and _LOWER_UNITS.search(words.folded[at]) is not None
        and words.folded[at - 1] in _ORDINALS
        and words.texts[at - 2] == "-"
        and words.texts[at - SHORT].isdigit()
    )


def _russian_after(words: Words, at: int, heads: Heads) -> int:
    """Return the last of the genitives that follow a noun: "защиты журналистов", "по делам беженцев ООН"."""
    last = here = at
    while here + 1 < len(words) and here - at < MAX_WORDS and adjoin(words, here):
        here += 1
        word = words.folded[here]
        if word in heads.joins:
            if here == at + 1 and word in {"в", "на"}:
                break  # "Суд в Оше" is a court in Osh
            continue
        if words.keys[here] and words.keys[here][0] in heads.heads and words.folded[here - 1] in heads.joins:
            break  # "УВД области и УМВД города" are two
        of_area = is_capital(words.texts[here - 1]) and _ADJECTIVE.search(words.folded[here - 1]) is not None
        if (word in heads.stop and not (of_area and here - 1 > at)) or not word[0].isalpha():
            break
        is_name = is_capital(words.texts[here])
        if words.texts[here].isupper() or word.isascii() or _is_genitive(word):
            if last != here - 1 and words.folded[here - 1] in {"в", "на", "с", "за"} and not is_name:
                break
            last = here
        else:
            break
    if quoted := quoted_until(words, last + 1):
        return quoted
    return last


def _is_genitive(word: str) -> bool:
    return word in _NOUNS or (_GENITIVE.search(word) is not None and _VERB.search(word) is None)
