"""The kind of place that the words beside a name say it is: ``district``, ``river``, ``crossing``."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from layers.articles.geoparsing.place_names import NameMatch, PlaceText
    from layers.articles.geoparsing.place_words import PlaceWords
    from layers.articles.wording.document import Token

__all__ = ["PlaceCues"]

_QUOTES = frozenset('«“„"')
_SHORT = 3
_LATIN_ENDING = 4
_CACHED = 20_000
_LIST = 14
_COMMAS = frozenset("،,")
_PERSIAN_PLURAL = frozenset(["های"])
_PLURAL_ENDS = ("های", "هایی")


class PlaceCues:
    """Tells the kinds; made once, used for many texts. ``cue_of`` gives the kind that one folded word says, else ""."""

    def __init__(self, words: PlaceWords) -> None:
        self.words = words
        self._kinds = tuple(words.cues)
        self._starts: dict[str, list[tuple[str, int]]] = {}
        for rank, starts in enumerate(words.cues.values()):
            for start in sorted(starts):
                self._starts.setdefault(start[:2], []).append((start, rank))
        self.cue_of: Callable[[str], str] = lru_cache(maxsize=_CACHED)(self._find_cue)

    def cue(self, text: PlaceText, at: int, stop: int, first: int, last: int) -> str:
        """Return the kind of place that a word beside the name says it is: ``district``, ``river``…; empty if none does."""
        words = text.words
        before = words[at - 1] if at > first else None
        if before is not None and before.folded in {"of", "the"} and at - 1 > first:
            before = words[at - 2]
        elif before is not None and before.text in _QUOTES and at - 1 > first:
            before = words[at - 2]  # «пост «Баг»»
        after = words[stop] if stop < last else None
        for word in (after, before):
            if word is not None and (kind := self.cue_of(word.folded)):
                return kind
        return ""

    def cue_among(self, before: Sequence[Token], after: Sequence[Token]) -> str:
        """Return the kind that the word after a name says, else that before it (an "of" between them is passed over)."""
        near = before[-1:] if not before or before[-1].folded not in {"of", "the"} else before[:-1]
        for token in (*after, *near):
            if kind := self.cue_of(token.folded):
                return kind
        return ""

    def kind_of_unit(self, text: PlaceText, match: NameMatch, last: int) -> str:
        """Return the kind that the noun of a unit says, which stands at its end or some words after it."""
        for word in text.words[match.stop - 1 : min(match.stop + _LIST, last)]:
            if word.text[0].islower() and (kind := self.cue_of(word.folded)):
                return kind
        return ""

    def listed_cue(self, text: PlaceText, at: int, first: int) -> str:
        """Return the kind that a plural before a Persian list says of each of its names: «ولسوالی‌های خواهان، شکی و نسی»."""
        words, here = text.words, at - 1
        is_item = True  # the words between two commas are one or two
        while here >= max(first, at - _LIST):
            word = words[here]
            if word.folded in _PERSIAN_PLURAL and here > first:
                return self.cue_of(words[here - 1].folded)
            if kind := self.cue_of(word.folded):
                return kind if word.folded.endswith(_PLURAL_ENDS) or word.folded == "ولایات" else ""
            is_comma = word.text in _COMMAS or word.folded == "و"
            if not is_comma and not is_item:
                return ""
            is_item = is_comma or (here + 1 < at and (words[here + 1].text in _COMMAS or words[here + 1].folded == "و"))
            here -= 1
        return ""

    def _find_cue(self, folded: str) -> str:
        ranks = [rank for start, rank in self._starts.get(folded[:2], ()) if _begins(folded, start)]
        return self._kinds[min(ranks)] if ranks else ""


def _begins(folded: str, start: str) -> bool:
    """Whether a word is a cue or, of the longer ones, an inflected form of it."""
    if folded == start:
        return True
    if len(start) <= _SHORT or not folded.startswith(start):
        return False
    return not start.isascii() or len(folded) <= len(start) + _LATIN_ENDING
