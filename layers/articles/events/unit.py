"""Unit: one passage of a text with all that was found in it, ready to be asked what happened there."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from typing import TYPE_CHECKING

from layers.articles.documents.passages import Passage, passages_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from layers.articles.amounts.quantities import Quantity
    from layers.articles.dating.dates import DateMention
    from layers.articles.events.incident_lexicon import IncidentLexicon, IncidentWords, Mark
    from layers.articles.mention import Mention
    from layers.articles.wording.document import Document, Token
    from layers.articles.wording.phrases import Hit

__all__ = ["Unit", "units_of"]

_LONGEST = 400
"""Words; a longer run without a full stop is no sentence."""
_BULLETS = frozenset("-–—•*·▪►")
_EVENTFUL = frozenset(["verb", "noun"])


@dataclass(frozen=True, slots=True, eq=False)
class Unit:
    """A passage with its marks, mentions, dates and quantities, each in order.

    ``paragraph`` counts from 0, and so does ``block``: paragraphs and the items of lists. ``in_list``: the block is an
    item of a list, of which the passage may be the second sentence.
    """

    number: int
    paragraph: int
    block: int
    passage: Passage
    tokens: Sequence[Token]
    words: IncidentWords
    marks: tuple[Hit[Mark], ...]
    places: tuple[Mention, ...]
    organizations: tuple[Mention, ...]
    dates: tuple[DateMention, ...]
    quantities: tuple[Quantity, ...]
    in_list: bool = False

    @property
    def is_item(self) -> bool:
        """Whether the passage is a line of a list or table: what it tells stands alone."""
        return self.tokens[self.passage.first].text in _BULLETS if self.passage.first < self.passage.last else False

    def triggers(self) -> list[Hit[Mark]]:
        """Return what may tell of an event; the longest of triggers that overlap, none inside a phrase that is none."""
        barred = [hit for hit in self.marks if hit.label.group == "not"]
        found = [hit for hit in self.marks if hit.label.group in _EVENTFUL]
        return [hit for hit in found if not any(_bars(each, hit) for each in barred)]

    def cues(self, name: str, first: int | None = None, last: int | None = None) -> list[Hit[Mark]]:
        """Return the cues of a name among the tokens ``[first:last]`` of the document."""
        start = self.passage.first if first is None else first
        end = self.passage.last if last is None else last
        return [hit for hit in self.marks if hit.label == ("cue", name) and start <= hit.first and hit.last <= end]

    def has_class(self, names: frozenset[str] | set[str], first: int, last: int) -> bool:
        """Whether a word of one of the classes stands among the tokens ``[first:last]``; drugs are goods."""
        wanted = names | {"drugs"} if "goods" in names else names
        return any(
            hit.label.group == "class" and hit.label.name in wanted and first <= hit.first < last for hit in self.marks
        )


def _bars(phrase: Hit[Mark], hit: Hit[Mark]) -> bool:
    """Whether a phrase that is no event of one kind covers a trigger; the same words may be one of another kind."""
    is_inside = phrase.first <= hit.first and hit.last <= phrase.last
    is_whole = (phrase.first, phrase.last) == (hit.first, hit.last)
    return is_inside and (not is_whole or phrase.label.name == hit.label.name)


def units_of(
    document: Document,
    mentions: Sequence[Mention],
    dates: Sequence[DateMention],
    quantities: Sequence[Quantity],
    lexicon: IncidentLexicon,
) -> Iterator[Unit]:
    """Yield the passages of a document with what stands in each."""
    places = sorted((each for each in mentions if each.kind == "place"), key=lambda each: each.reading.start)
    bodies = sorted((each for each in mentions if each.kind == "organization"), key=lambda each: each.reading.start)
    keys = [[each.reading.start for each in group] for group in (places, bodies, dates, quantities)]
    paragraphs = document.paragraphs
    at = block = 0
    in_list = False
    for number, passage in enumerate(_pieces(document)):
        while at + 1 < len(paragraphs) and paragraphs[at + 1].start <= passage.start:
            at += 1
            block += 1
            in_list = False
        if passage.first < passage.last and document.tokens[passage.first].text in _BULLETS:
            block += 1
            in_list = True
        words = lexicon.languages.get(passage.language) or lexicon.languages["en"]
        spans = [(bisect_left(key, passage.start), bisect_left(key, passage.end)) for key in keys]
        yield Unit(
            number,
            at,
            block,
            passage,
            document.tokens,
            words,
            tuple(words.index.find(document.tokens, passage.first, passage.last)),
            tuple(places[slice(*spans[0])]),
            tuple(bodies[slice(*spans[1])]),
            tuple(dates[slice(*spans[2])]),
            tuple(quantities[slice(*spans[3])]),
            in_list,
        )


def _pieces(document: Document) -> Iterator[Passage]:
    """Yield the passages of a document, those that are too long for a sentence in pieces."""
    for passage in passages_of(document):
        for first in range(passage.first, passage.last, _LONGEST):
            last = min(first + _LONGEST, passage.last)
            if (first, last) == (passage.first, passage.last):
                yield passage
            else:
                start, end = document.tokens[first].start, document.tokens[last - 1].end
                yield Passage(start, end, first, last, passage.language)
