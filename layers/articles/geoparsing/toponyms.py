"""Toponyms: where a text names a place, by the gazetteer, the letters' case and the words around.

:class:`PlaceRecognizer` is the one thing that a recognizer must do; :class:`GazetteerRecognizer` is ours. A learned
model stands behind the same protocol, see :mod:`layers.articles.geoparsing.place_models`.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import TYPE_CHECKING, Protocol

from layers.articles.geoparsing.persian_context import PersianContext
from layers.articles.geoparsing.place_context import MAJOR, Evidence, PlaceContext
from layers.articles.geoparsing.place_names import LONGEST, NameMatch, NameMatcher, PlaceText, is_arabic, is_cyrillic
from layers.articles.geoparsing.settling import Settler
from layers.articles.geoparsing.toponym import ACCEPTED, FoundName, Toponym
from layers.articles.geoparsing.unknown_places import UnknownPlaces
from layers.articles.wording.inflection import adjective_stem, dictionary_forms
from layers.articles.wording.text import Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from geo.gazetteer_index import GazetteerIndex
    from layers.articles.geoparsing.place_words import PlaceAdjective, PlaceWords
    from layers.articles.mention import Role
    from layers.articles.wording.document import Document

__all__ = ["GazetteerRecognizer", "PlaceRecognizer"]

_SPACES = str.maketrans("\n\t\r", "   ")


class PlaceRecognizer(Protocol):
    """Finds where places are named; which places they are is the resolver's affair."""

    def toponyms(self, document: Document, taken: Sequence[Span]) -> Iterable[Toponym]:
        """Return the names of places in the order of the text, none overlapping another.

        ``taken`` are spans of the reading (of organizations) in which no place is looked for.
        """
        ...


class GazetteerRecognizer:
    """Names of the gazetteer in a context that speaks for a place, and unknown names that are said to be one."""

    def __init__(self, index: GazetteerIndex, words: PlaceWords) -> None:
        self._index = index
        self._words = words
        self._matcher = NameMatcher(index)
        self._context = PlaceContext(index, words)
        self._cues = self._context.cues
        self._persian = PersianContext(index, self._cues)
        self._unknown_places = UnknownPlaces(self._cues, self._persian)
        self._settler = Settler(index, self._context)

    def toponyms(self, document: Document, taken: Sequence[Span] = ()) -> list[Toponym]:
        """Return the names of places in the order of the text; see :class:`PlaceRecognizer`."""
        text = PlaceText(document, self._index)
        spans = sorted(taken)
        starts = [start for start, _ in spans]
        found: list[FoundName] = []
        for first, last, language in text.sentences:
            at = first
            while at < last:
                word = text.words[at]
                if word.folded[:1].isascii() and not word.text[:1].isupper():
                    at += 1  # names in Latin letters begin with a capital
                    continue
                if (
                    word.folded[:1].isalpha()
                    and len(word.folded) <= LONGEST
                    and not _is_taken(word.start, word.end, spans, starts)
                ):
                    hit = self._at(text, at, first, last, language)
                    if hit is not None and not _is_taken(*hit.match.span, spans, starts):
                        found.append(hit)
                        at = hit.match.stop
                        continue
                at += 1
        return self._settler.settled(text, found)

    def toponym_at(self, document: Document, span: Span) -> Toponym:
        """Return the name at a span of the reading with all places that it may stand for; without rows if there is none."""
        piece = document.text.folded[span[0] : span[1]].translate(_SPACES)
        name = " ".join(piece.split())
        sentence = document.sentence_at(span[0])
        language = sentence.language if sentence else document.language
        cue = self._cue_at(document, span)
        for form in _variants(name, language):
            if entry := self._words.adjectives.get(form):
                row = self._index.row(entry.entity)
                if row is not None:
                    return Toponym(Span(*span), form, (row,), entry.role)
            if rows := self._index.rows_of(form):
                return Toponym(Span(*span), form, rows, cue=cue)
        return Toponym(Span(*span), name, ())

    def _cue_at(self, document: Document, span: Span) -> str:
        sentence = document.sentence_at(span[0])
        if sentence is None:
            return ""
        tokens = document.tokens[sentence.first_token : sentence.last_token]
        before = [token for token in tokens if token.end <= span[0]][-2:]
        after = [token for token in tokens if token.start >= span[1]][:1]
        return self._cues.cue_among(before, after)

    def _at(self, text: PlaceText, at: int, first: int, last: int, language: str) -> FoundName | None:
        word = text.words[at]
        if is_arabic(word.folded[0]):
            return self._arabic(text, at, first, last)
        adjective = self._adjective(text, at, last, language)
        if not word.text[0].isupper():
            return adjective
        match = self._matcher.longest(text, at, last, language)
        if adjective is None and (unit := self._unit(text, match, at, first, last, language)):
            return unit
        if adjective is not None and (match is None or match.stop <= adjective.match.stop):
            return adjective
        if match is None or self._is_part(text, match, last, language):
            return self._unknown(text, at, first, last, language)
        is_before_area = (
            match.stop + 1 < last
            and text.words[match.stop].text == ","
            and self._is_area(text, match.stop + 1, last, language)
        )
        evidence = self._context.cased(text, match, at, first, last, language, is_before_area=is_before_area)
        role: Role = "adjectival" if match.is_inflected and _BELONGING.search(word.folded) else "literal"
        return FoundName(at, match, evidence, role)

    def _unit(
        self, text: PlaceText, match: NameMatch | None, at: int, first: int, last: int, language: str
    ) -> FoundName | None:
        """Return a Russian unit of an adjective, or an English district of two words that no gazetteer has."""
        word = text.words[at]
        if language == "ru" and is_cyrillic(word.folded[0]):
            unit = self._matcher.unit(text, at, last)
            if unit is not None:
                cue = self._cues.kind_of_unit(text, unit, last)
                method = "gazetteer" if unit.rows else "cue"
                return FoundName(at, unit, Evidence(2.0, is_local=True, cue=cue), method=method)
        elif language == "en" and match is not None and self._context.is_pair(text, match, at, first, last):
            span = Span(word.start, text.words[at + 1].end)
            name = NameMatch(span, at + 2, text.folded[span.start : span.end], ())
            return FoundName(at, name, Evidence(ACCEPTED, is_local=True, cue="district"), method="cue")
        return None

    def _is_part(self, text: PlaceText, match: NameMatch, last: int, language: str) -> bool:
        """Whether a hyphen ties a name to a word that is no place: "Kok" of "Kok-Tash", which no gazetteer has."""
        if match.stop >= last or text.reading[match.span.end : text.words[match.stop].start] != "-":
            return False
        word = text.words[match.stop]
        if not word.text[0].isupper() or word.text.isupper() or "-" in match.name:
            return False
        return (
            self._matcher.longest(text, match.stop, last, language) is None
            and self._adjective(text, match.stop, last, language) is None
            and not self._context.is_word(word.folded)
            and self._context.importance(match) < MAJOR
        )

    def _is_area(self, text: PlaceText, at: int, last: int, language: str) -> bool:
        """Whether a country or a first-level unit is named at a word."""
        if not text.words[at].text[0].isupper():
            return False
        match = self._matcher.longest(text, at, last, language)
        return match is not None and any(self._index.place(row).kind in {"country", "admin1"} for row in match.rows[:4])

    def _unknown(self, text: PlaceText, at: int, first: int, last: int, language: str) -> FoundName | None:
        word = text.words[at]
        is_in_area = (
            at > first
            and self._context.is_strongly_located(text, at, language)
            and at + 2 < last
            and text.words[at + 1].text == ","
            and word.text.istitle()
            and not self._context.is_word(word.folded)
            and self._is_area(text, at + 2, last, language)
        )
        if not is_in_area and not self._unknown_places.is_place(text, at, first, last, language):
            return None
        if word.folded in self._words.never.get(language, ()):
            return None
        stop = self._unknown_places.end(text, at, first, last, language)
        span = Span(word.start, text.words[stop - 1].end)
        match = NameMatch(span, stop, text.folded[span.start : span.end], ())
        cue = self._cues.cue(text, at, stop, first, last)
        return FoundName(at, match, Evidence(ACCEPTED, is_local=True, cue=cue), method="cue")

    def _adjective(self, text: PlaceText, at: int, last: int, language: str) -> FoundName | None:
        words = text.words
        word = words[at]
        if word.folded[0].isascii() and not word.text[0].isupper():
            return None
        entry: PlaceAdjective | None = None
        stop = at + 1
        if stop < last and words[stop].folded[0].isalpha():
            entry = self._words.adjectives.get(f"{word.folded} {words[stop].folded}")
            stop += 1
        if entry is None:
            stop = at + 1
            entry = self._words.adjectives.get(word.folded)
            if entry is None and is_cyrillic(word.folded[0]):
                if stem := adjective_stem(word.folded) or (word.folded[:-1] if _JOINED.search(word.folded) else ""):
                    entry = self._words.adjective_stems.get(stem)
                if entry is None and language != "ru":
                    forms = dictionary_forms(word.folded, language)[1:]
                    entry = next(
                        (self._words.adjectives[form] for form in forms if form in self._words.adjectives), None
                    )
        if entry is None:
            return None
        row = self._index.row(entry.entity)
        if row is None:
            return None
        match = NameMatch(Span(word.start, words[stop - 1].end), stop, word.folded, (row,))
        return FoundName(at, match, Evidence(3.0), entry.role, "adjective")

    def _arabic(self, text: PlaceText, at: int, first: int, last: int) -> FoundName | None:
        for match in self._matcher.printed(text, at, last, is_cased=False):
            evidence = self._persian.weigh(text, match, at, first, last)
            if evidence.score >= ACCEPTED:
                return FoundName(at, match, evidence)
        word = text.words[at]
        entry = self._words.adjectives.get(word.folded)
        row = self._index.row(entry.entity) if entry is not None else None
        if entry is not None and row is not None:
            match = NameMatch(Span(word.start, word.end), at + 1, word.folded, (row,))
            return FoundName(at, match, Evidence(3.0), entry.role, "adjective")
        if self._unknown_places.is_place(text, at, first, last, "fa"):
            stop = self._unknown_places.end_of_persian(text, at, first, last)
            if stop == at + 1 and word.folded in self._words.never["fa"]:
                return None
            span = Span(word.start, text.words[stop - 1].end)
            match = NameMatch(span, stop, text.folded[span.start : span.end], ())
            if stop > at + 1 or self._unknown_places.is_persian_name(text, at, first):
                return FoundName(at, match, Evidence(ACCEPTED, is_local=True), method="cue")
        return None


def _is_taken(start: int, end: int, spans: list[Span], starts: list[int]) -> bool:
    at = bisect_right(starts, start) - 1
    if at >= 0 and spans[at][1] > start:
        return True
    return at + 1 < len(spans) and spans[at + 1][0] < end


def _variants(name: str, language: str) -> Iterable[str]:
    """Yield a name and what it may be without an article, a generic word or an ending."""
    yield name
    name = name.strip("\"'«»“”„.,;:()[] ")
    yield name
    name = name.removesuffix("'s").removesuffix("'")
    yield name
    yield f"{name}."
    for bare in (_BEFORE.sub("", name), _AFTER.sub("", name), _AFTER.sub("", _BEFORE.sub("", name))):
        if bare != name:
            yield bare
    for short, long in (("st", "saint"), ("mt", "mount"), ("ft", "fort")):
        for begin in (f"{short} ", f"{short}. ", f"{long} "):
            if name.startswith(begin):
                rest = name[len(begin) :]
                yield from (f"{short}. {rest}", f"{long} {rest}", f"{short} {rest}")
    if " " not in name:
        yield from dictionary_forms(name, language)[1:]
        yield name.removesuffix("s")
    yield name.replace("-", " ")
    yield name.replace(" ", "-")
    yield name.replace(" ", "")


_BELONGING = re.compile(r"(?:лық|лік|дық|дік|тық|тік|лик|lik)$")
"""Kazakh and Uzbek endings that make an adjective or a people of a place: "қазақстандық"."""

_JOINED = re.compile(r"[сц]ко$")
"""The first half of a joined adjective: «таджикско-афганский»."""

_BEFORE = re.compile(
    r"^(?:the|greater|downtown|central|northern|southern|eastern|western|northeast|northwest|southeast|southwest|north|"
    r"south|east|west|city of|town of|village of|state of|province of|republic of|port of|lake|mount|county of|upstate|"
    r"upper|lower|old|new) "
)
_AFTER = re.compile(
    r" (?:city|town|province|state|region|county|district|area|valley|governorate|oblast|prefecture|republic|township|"
    r"municipality|metropolitan area|border|coast|peninsula|island|islands|strip|co\.?|parish|metro|bay|beach)$"
)
