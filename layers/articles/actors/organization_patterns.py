"""Organizations that stand in no list, recognised by a noun that says what they are ("Kabul Bank", "Ошский университет").

What a name looks like around its noun depends on the language; see ``organization_nouns_*``. A noun alone ("the
committee") is no name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from layers.articles.actors.organization_nouns_east import persian_name, tajik_name, turkic_name
from layers.articles.actors.organization_nouns_en import english_name
from layers.articles.actors.organization_nouns_ru import russian_name
from layers.articles.wording.name_shapes import LIKELY, PAIRS, NounName, closing_mark

if TYPE_CHECKING:
    from collections.abc import Callable

    from layers.articles.actors.organization_lexicon import Heads, OrganizationLexicon
    from layers.articles.actors.organization_rows import OrganizationClass
    from layers.articles.wording.name_words import Words

__all__ = ["Pattern", "find_patterns"]

_MAX_TO_NAME = 3
_CALLING = ("называ", "именующ", "именуем", "известн", "calling", "called", "known", "styling", "dubbed")
"""Beginnings of words that say what a group is called."""

_BY_LANGUAGE: dict[str, Callable[[Words, int, Heads], NounName | None]] = {
    "en": english_name,
    "ru": russian_name,
    "kk": turkic_name,
    "uz": turkic_name,
    "tg": tajik_name,
    "fa": persian_name,
}


class Pattern(NamedTuple):
    """A name found by its noun: indexes of the reading, the class that the noun speaks for, and how sure it is.

    ``is_called``: a group that the text calls by a name in quotation marks; the marks are outside.
    """

    start: int
    end: int
    class_: OrganizationClass
    confidence: float
    is_called: bool = False


def find_patterns(words: Words, lexicon: OrganizationLexicon) -> list[Pattern]:
    """Return the names that their nouns give away, by start; they may overlap."""
    found: list[Pattern] = []
    heads = lexicon.all_heads
    for at, keys in enumerate(words.keys):
        for key in keys:
            if key not in heads:
                continue
            language, class_, beginning = heads[key]
            if not words.folded[at].startswith(beginning) or (language == "ru" and _is_kazakh(words, at)):
                continue
            table = lexicon.heads[language]
            is_group = class_ == "armed_group"
            span = _called(words, at) if is_group else _BY_LANGUAGE[language](words, at, table)
            if span and not _is_never(words, span, table):
                found.append(
                    Pattern(words.starts[span.first], words.ends[span.last], class_, span.confidence, is_group)
                )
    return found


def _is_kazakh(words: Words, at: int) -> bool:
    sentence = words.document.sentence_at(words.starts[at])
    return sentence is not None and sentence.language == "kk"


def _called(words: Words, at: int) -> NounName | None:
    """A group with its name in quotation marks, at most four words on: "a group calling itself «Dawn»"."""
    after = at + 1
    if after + 1 < len(words) and words.texts[after] == "," and words.folded[after + 1].startswith(_CALLING):
        after += 1  # «группировка, называющая себя …»
    for opening in range(after, min(after + 1 + _MAX_TO_NAME, len(words))):
        if words.texts[opening] in PAIRS:
            closing = closing_mark(words, opening)
            return NounName(opening + 1, closing - 1, LIKELY) if closing else None
        if not words.texts[opening][0].isalnum():  # a number may be the mark of a footnote
            return None
    return None


def _is_never(words: Words, span: NounName, heads: Heads) -> bool:
    """Whether a name is one of those that only look like an organization's ("Soviet Union")."""
    stems = tuple(words.keys[here][0] for here in range(span.first, span.last + 1) if words.keys[here])
    return any(stems[: len(never)] == never for never in heads.never)
