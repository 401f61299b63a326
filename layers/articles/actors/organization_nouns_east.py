"""Names of organizations around their noun: it ends them in Kazakh and Uzbek, and begins them in Tajik and Persian."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from layers.articles.wording.name_shapes import (
    CLOSING,
    FEW,
    LIKELY,
    MAX_WORDS,
    PAIRS,
    POOR,
    SHORT,
    SURE,
    NounName,
    adjoin,
    begins_sentence,
    is_capital,
    quoted_until,
)

if TYPE_CHECKING:
    from layers.articles.actors.organization_lexicon import Heads
    from layers.articles.wording.name_words import Words

__all__ = ["persian_name", "tajik_name", "turkic_name"]

_CASES = re.compile(
    r"(?:дағы|дегі|тағы|тегі|да|де|та|те|дан|ден|тан|тен|нан|нен|ып|іп|ды|ді|ты|ті|ған|ген|қан|кен|үшін|бойынша|dagi|da|dan|"
    r"даги|да|дан|gan|ган)$"
)
"""Endings and words of Turkic languages that stand before a name, not in it."""
_POINTING = frozenset(("این", "آن", "ان", "هر", "هیچ", "یک", "همین"))
_PERSIAN_SURE = {
    "وزارت": 2,
    "دانشگاه": 2,
    "پوهنتون": 2,
    "هنگ": 1,
    "خبرگزاری": 1,
    "روزنامه": 1,
    "قوماندانی": 1,
    "فرماندهی": 1,
    "پژوهشکده": 2,
    "پژوهشگاه": 2,
    "اندیشکده": 2,
    "انستیتو": 2,
}
"""Nouns that are followed by a name, and by how many words of it."""
_PERSIAN_STUDIES = frozenset(("مطالعات", "مطالعه", "پژوهش", "پژوهشهای", "پژوهش های", "تحقیقات", "بررسی"))
"""Words by which a centre or an institute of learning is told: "مرکز مطالعات …"."""
_PERSIAN_KINDS = frozenset(("مرزی", "امنیه", "انتظامی"))


def turkic_name(words: Words, at: int, heads: Heads) -> NounName | None:
    """A name that its noun ends and a capital begins: "Денсаулық сақтау министрлігі"."""
    first, capital = at, None
    while first and at - first < MAX_WORDS:
        before = first - 1
        if words.texts[before] in CLOSING:
            span = range(before - 1, max(before - MAX_WORDS, -1), -1)
            opening = next((here for here in span if words.texts[here] in PAIRS), None)
            return NounName(opening, at, SURE) if opening is not None else None
        if not adjoin(words, before) or not words.texts[before][0].isalnum():
            break
        if words.folded[before] in heads.stop and words.folded[before] not in heads.joins:
            break
        if _CASES.search(words.folded[before]) and not words.folded[before].endswith("стан"):
            break
        first = before
        if is_capital(words.texts[first]):
            capital = first
        elif capital is not None:
            break
    if capital is None or (
        begins_sentence(words, capital) and at - capital < FEW and len(words.folded[capital]) <= SHORT
    ):
        return None
    return NounName(capital, at, LIKELY)


def tajik_name(words: Words, at: int, heads: Heads) -> NounName | None:
    """A noun with the words that its izofat links to it: "Бонки Амонат"."""
    if not words.folded[at].endswith(("и", "ӣ")):
        return None
    if quoted := quoted_until(words, at + 1):
        return NounName(at, quoted, SURE)
    last = at
    while last + 1 < len(words) and last - at < MAX_WORDS and adjoin(words, last):
        word = words.folded[last + 1]
        if word in heads.stop or not word[0].isalpha():
            break
        last += 1
        if not word.endswith(("и", "ҳои")) and word not in heads.joins:
            break
    named = is_capital(words.texts[at]) and not begins_sentence(words, at)
    if last > at and (named or any(is_capital(word) for word in words.texts[at : last + 1])):
        return NounName(at, last, LIKELY)
    return None


def persian_name(words: Words, at: int, heads: Heads) -> NounName | None:
    """A noun with the one or two words that follow it; Persian has no capitals, so little is sure."""
    if at and words.folded[at - 1] in _POINTING:
        return None
    if quoted := quoted_until(words, at + 1):
        return NounName(at, quoted, LIKELY)
    if at + 1 < len(words) and words.folded[at + 1] in heads.places and adjoin(words, at):
        return NounName(at, at + 1, LIKELY)
    return _persian_studies(words, at, heads) or _persian_after(words, at, heads)


def _persian_after(words: Words, at: int, heads: Heads) -> NounName | None:
    """A noun that a name always follows, with the words of it that are known to be few."""
    if words.folded[at] not in _PERSIAN_SURE:
        return None
    last, most = at, _PERSIAN_SURE[words.folded[at]]
    while last + 1 < len(words) and last - at < most and adjoin(words, last):
        word = words.folded[last + 1]
        if word in heads.stop or not word[0].isalpha() or len(word) < SHORT:
            break
        if words.folded[at] in {"روزنامه", "خبرگزاری"} and word.startswith("نگار"):
            return None  # journalists
        most += word in _PERSIAN_KINDS or word in {"خراسان", "صدای"}
        last += 1
    return NounName(at, last, POOR) if last > at else None


def _persian_studies(words: Words, at: int, heads: Heads) -> NounName | None:
    """A centre, institute or think tank with what it studies: "موسسه مطالعات ایران و اوراسیا"."""
    last = at + 1
    if last >= len(words) or words.folded[last] not in _PERSIAN_STUDIES or not adjoin(words, at):
        return None
    if last + 1 < len(words) and words.folded[last + 1] == "های":
        last += 1
    subject = _persian_subject(words, last + 1, heads)
    if subject is None:
        return None
    if subject + 1 < len(words) and words.folded[subject + 1] in heads.joins:
        another = _persian_subject(words, subject + 2, heads)
        subject = another if another is not None else subject
    return NounName(at, subject, LIKELY)


def _persian_subject(words: Words, at: int, heads: Heads) -> int | None:
    """The last word of a subject that begins at ``at``: one word, or two where the first bears an izafa ("آسیای مرکزی")."""
    if at >= len(words) or not adjoin(words, at - 1) or _is_no_name(words, at, heads):
        return None
    has_izafa = words.folded[at].endswith("ای") and at + 1 < len(words) and adjoin(words, at)
    return at + 1 if has_izafa and not _is_no_name(words, at + 1, heads) else at


def _is_no_name(words: Words, at: int, heads: Heads) -> bool:
    word = words.folded[at]
    return (
        word in heads.stop
        or not word[0].isalpha()
        or len(word) < SHORT
        or any(key in heads.heads for key in words.keys[at])
    )
