"""Toponyms: where a text names a place, by the gazetteer, the letters' case and the words around.

:class:`PlaceRecognizer` is the one thing that a recognizer must do; :class:`GazetteerRecognizer` is ours. A learned
model stands behind the same protocol, see :mod:`layers.articles.place_models`.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from layers.articles.inflection import adjective_stem, dictionary_forms
from layers.articles.text import Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from geo.gazetteer_index import GazetteerIndex, IndexedPlace
    from layers.articles.document import Document, Token
    from layers.articles.mention import Role
    from layers.articles.place_words import PlaceAdjective, PlaceWords

__all__ = ["GazetteerRecognizer", "PlaceRecognizer", "Toponym"]

ACCEPTED = 1.0
"""A name with at least this much in its favour is taken for a place."""

_LONGEST = 60
_SPACES = str.maketrans("\n\t\r", "   ")
_CAPITALISED = re.compile(r"[^\W\d_]")
_SMALL = frozenset(
    "of the and de la le du da di del der den van von al el an am auf en y e i na ob upon on sur les los las do dos by-".split()
)
_PERSIAN_NEIGHBOURS = frozenset("AF IR TJ UZ TM KG KZ PK".split())
_FA_CITY = 15_000
_FA_CITY_ABROAD = 400_000


@dataclass(frozen=True, slots=True)
class Toponym:
    """A name of a place: where it stands in the reading, the places that bear it (rows of the index), how sure it is.

    ``name`` is the folded name as the gazetteer has it. ``entity`` is set where the word itself says which place it
    belongs to (an adjective). ``score`` is how much speaks for a place, :data:`ACCEPTED` or more.
    """

    span: Span
    name: str
    rows: tuple[int, ...]
    role: Role = "literal"
    score: float = 1.0
    method: str = "gazetteer"


class PlaceRecognizer(Protocol):
    """Finds names of places. ``taken`` are spans of the reading (of organizations) in which no place is looked for."""

    def toponyms(self, document: Document, taken: Sequence[Span]) -> Iterable[Toponym]:
        """Return the names of places in the order of the text, none overlapping another."""
        ...


@dataclass(slots=True)
class _Found:
    """A name that may be a place, before the document as a whole has been looked at."""

    first: int
    last: int
    span: Span
    name: str
    rows: tuple[int, ...]
    role: Role
    score: float
    is_local: bool
    method: str


class GazetteerRecognizer:
    """Names of the gazetteer in a context that speaks for a place."""

    def __init__(self, index: GazetteerIndex, words: PlaceWords) -> None:
        self._index = index
        self._words = words
        self._adjective_rows: dict[str, tuple[int, ...]] = {}

    def toponyms(self, document: Document, taken: Sequence[Span] = ()) -> list[Toponym]:
        """Return the names of places in the order of the text; see :class:`PlaceRecognizer`."""
        return _Reader(self._index, self._words, document, taken).read()


class _Reader:
    """One document being searched."""

    def __init__(self, index: GazetteerIndex, words: PlaceWords, document: Document, taken: Sequence[Span]) -> None:
        self.index = index
        self.words = words
        self.document = document
        self.reading = document.text.reading
        self.folded = document.text.folded.translate(_SPACES)
        self.tokens: Sequence[Token] = document.tokens
        self.taken = sorted(taken)
        self.taken_starts = [span[0] for span in self.taken]
        self.persons: set[str] = set()

    def read(self) -> list[Toponym]:
        found: list[_Found] = []
        for sentence in self.document.sentences:
            at = sentence.first_token
            while at < sentence.last_token:
                hit = self._at(at, sentence.first_token, sentence.last_token, sentence.language)
                if hit is None:
                    at += 1
                else:
                    found.append(hit)
                    at = max(hit.last, at) if hit.last > at else at + 1
        return self._settled(found)

    def _settled(self, found: list[_Found]) -> list[Toponym]:
        """Let the mentions of one name help or hinder one another, and keep those that are places."""
        best: dict[str, float] = {}
        for hit in found:
            if hit.is_local:
                best[hit.name] = max(best.get(hit.name, 0.0), hit.score)
        result = []
        for hit in found:
            score = hit.score
            if best.get(hit.name, 0.0) >= ACCEPTED + 1:
                score += 1.0
            if hit.name in self.persons and not hit.is_local:
                score -= 2.0
            if score >= ACCEPTED:
                result.append(Toponym(hit.span, hit.name, hit.rows, hit.role, score, hit.method))
        return result

    def _at(self, at: int, first: int, last: int, language: str) -> _Found | None:
        token = self.tokens[at]
        letter = token.folded[:1]
        if not letter.isalpha() or self._is_taken(token.start, token.end):
            return None
        if "\u0600" <= letter <= "\u06ff":
            return self._arabic(at, first, last)
        if adjective := self._adjective(at, last):
            return adjective
        if not token.text[0].isupper():
            return None
        return self._latin(at, first, last, language)

    # --- Latin and Cyrillic ----------------------------------------------------------------------------------------

    def _latin(self, at: int, first: int, last: int, language: str) -> _Found | None:
        token = self.tokens[at]
        match = self._longest(at, last)
        if language not in {"en", "fa"}:
            inflected = self._inflected(at, last, language)
            if inflected is not None and (match is None or inflected[0] > match[0]):
                match = inflected
            elif inflected is not None and match is not None and inflected[0] == match[0]:
                match = (match[0], match[1], tuple(dict.fromkeys((*match[2], *inflected[2]))))
        if match is None:
            self._note_person(at, first, last)
            return None
        end, name, rows = match
        stop = at
        while stop < last and self.tokens[stop].end <= end:
            stop += 1
        if stop == at or self.tokens[stop - 1].end < end:  # the name ends inside a token: "Kabul-based", "Osh's"
            stop += 1
        stop = min(stop, last)
        score, is_local = self._score(at, stop, end, first, last, name, rows, language)
        return _Found(at, stop, Span(token.start, end), name, rows, "literal", score, is_local, "gazetteer")

    def _longest(self, at: int, last: int) -> tuple[int, str, tuple[int, ...]] | None:
        """Return where the longest name that begins with a token ends, the name and its places."""
        start = self.tokens[at].start
        limit = self.tokens[last - 1].end
        names = self.index.names_at(self.folded[start : min(start + _LONGEST, limit)])
        for name in reversed(names):
            end = start + len(name)
            after = self.folded[end : end + 1]
            if after.isalnum() or len(name) < 2:
                continue
            if after == "-" and self.folded[end + 1 : end + 2].isalnum() and not self._may_end_at_hyphen(end):
                continue
            if not self._is_capitalised(start, end):
                continue
            return end, name, self.index.rows_of(name)
        return None

    def _may_end_at_hyphen(self, end: int) -> bool:
        """Whether what follows the hyphen is a word of its own: "Kabul-based", "Kunduz-Khorog"."""
        rest = re.match(r"\w+", self.reading[end + 1 : end + 30])
        if rest is None:
            return True
        return rest[0][0].islower() or rest[0].lower() in self.index

    def _is_capitalised(self, start: int, end: int) -> bool:
        piece = self.reading[start:end]
        if " " not in piece:
            return True
        return all(word[0].isupper() or word in _SMALL or not word[0].isalpha() for word in piece.split())

    def _inflected(self, at: int, last: int, language: str) -> tuple[int, str, tuple[int, ...]] | None:
        """Return the longest name of up to three inflected words that begins with a token."""
        token = self.tokens[at]
        if not ("Ѐ" <= token.folded[0] <= "ӿ" or language == "uz"):
            return None
        tongue = language if "Ѐ" <= token.folded[0] <= "ӿ" or language == "uz" else "ru"
        heads = dictionary_forms(token.folded, tongue)
        for length in (3, 2):
            stop = at + length
            if stop > last:
                continue
            words = self.tokens[at:stop]
            if any(not word.folded[:1].isalpha() for word in words):
                continue
            if not self._is_one_line(words):
                continue
            if length == 3 and not any(form in self._heads_of_three() for form in heads):
                continue
            found = self._combined(words, tongue)
            if found is not None:
                return words[-1].end, found, self.index.rows_of(found)
        rows: list[int] = []
        name = ""
        for form in heads[1:] if language != "ru" else heads:
            if len(form) > 1 and form in self.index:
                name = name or form
                rows += self.index.rows_of(form)
        return (token.end, name, tuple(dict.fromkeys(rows))) if name else None

    def _heads_of_three(self) -> _Anything:
        return _ANYTHING

    def _is_one_line(self, words: Sequence[Token]) -> bool:
        return all(
            self.folded[left.end : right.start].strip() == "" for left, right in zip(words, words[1:], strict=False)
        )

    def _combined(self, words: Sequence[Token], language: str) -> str | None:
        stems = [dictionary_forms(word.folded, language) for word in words]
        heads = [form for form in stems[0] if self._begins_name(form)]
        for head in heads:
            for tail in self._tails(stems[1:]):
                name = f"{head} {tail}"
                if name in self.index:
                    return name
        return None

    def _begins_name(self, form: str) -> bool:
        return self.index.has_prefix(f"{form} ")

    def _tails(self, stems: Sequence[tuple[str, ...]]) -> Iterable[str]:
        if len(stems) == 1:
            yield from stems[0]
        else:
            for head in stems[0]:
                for tail in stems[1]:
                    yield f"{head} {tail}"

    # --- context ---------------------------------------------------------------------------------------------------

    def _score(
        self, at: int, stop: int, end: int, first: int, last: int, name: str, rows: tuple[int, ...], language: str
    ) -> tuple[float, bool]:
        """Return how much speaks for a place, and whether the words around do."""
        words, tokens = self.words, self.tokens
        tongue = language if language in {"ru", "kk", "uz", "tg"} else "en"
        best = self.index.place(rows[0]) if rows else None
        top = max((self._importance(self.index.place(row)) for row in rows[:12]), default=0.0)
        score = top
        is_local = False
        length = stop - at
        if length > 1:
            score += 1.2
        if best is not None and not self.index.is_main_name(name, rows[0]):
            score -= 0.5
        previous = tokens[at - 1] if at > first else None
        following = tokens[stop] if stop < last else None
        glued = self.reading[end : end + 1]
        is_upper = tokens[at].text.isupper() and len(tokens[at].text) > 3
        before = previous.folded if previous is not None else ""
        is_major = top >= 2.3
        if length == 1:
            if name in words.never.get(tongue, ()):
                score -= 4.0
            elif name in words.common and not is_major:
                score -= 1.8
            if name in words.first_names and not is_major:
                score -= 1.2
            if name in words.last_names and not is_major:
                score -= 0.5
        if before in words.locative.get(tongue, ()):
            score += 1.6
            is_local = True
        if previous is None:
            score -= 0.4
            if is_upper or (following is not None and following.text in {"—", "–", "-", "("}):
                score += 1.2
        if previous is not None and previous.text[0].isupper() and previous.folded.isalpha():
            if before in words.titles.get(tongue, ()) or (at - 2 >= first and before == "." and False):
                score -= 2.5
                self.persons.add(name)
            elif before in words.first_names and before not in words.locative.get(tongue, ()):
                score -= 2.5
                self.persons.add(name)
            elif before not in words.locative.get(tongue, ()) and not self._is_opening(at - 1, first):
                score -= 0.8
        elif before == "." and at - 2 >= first and len(tokens[at - 2].text) == 1 and tokens[at - 2].text.isupper():
            score -= 1.5  # an initial: "J. Lancaster"
            if at - 3 >= first and tokens[at - 3].text[:1].isupper():
                self.persons.add(name)
        elif before in words.titles.get(tongue, ()):
            score -= 2.0
            self.persons.add(name)
        if following is not None and glued not in {"-", "'"}:
            after = following.folded
            if following.text == "," and stop + 1 < last:
                if self._is_area(stop + 1, last):
                    score += 2.5
                    is_local = True
            elif following.text[0].isupper() and after.isalpha():
                if after in words.facility.get("en", ()):
                    score -= 1.6
                elif name in words.first_names:
                    score -= 1.5
                else:
                    score -= 0.5
            elif after in words.after_person.get(tongue, ()) and not is_major:
                score -= 1.0
        if before == "," and at - 2 >= first and tokens[at - 2].text[0].isupper():
            score += 0.6
        return score, is_local

    def _is_opening(self, at: int, first: int) -> bool:
        """Whether a capital at a token says nothing, because a sentence begins there."""
        return at == first and self.tokens[at].folded not in self.words.first_names

    def _is_area(self, at: int, last: int) -> bool:
        """Whether a country or a first-level unit is named at a token."""
        if not self.tokens[at].text[0].isupper():
            return False
        match = self._longest(at, last)
        if match is None:
            return False
        return any(self.index.place(row).kind in {"country", "admin1"} for row in match[2][:4])

    @staticmethod
    def _importance(place: IndexedPlace) -> float:
        if place.kind in {"country", "region"}:
            return 2.8
        if place.kind == "admin1":
            return 2.4 if place.population > 300_000 else 1.4
        if place.kind == "admin2":
            return 1.2 if " " in place.name else 0.3
        if place.kind == "feature":
            return 2.0
        return 0.45 * math.log10(place.population + 100) - 0.9

    def _note_person(self, at: int, first: int, last: int) -> None:
        """Remember the last name of a person who is named in full: "George Washington"."""

    # --- adjectives ------------------------------------------------------------------------------------------------

    def _adjective(self, at: int, last: int) -> _Found | None:
        words, tokens = self.words, self.tokens
        token = tokens[at]
        entry: PlaceAdjective | None = None
        stop = at + 1
        if stop < last and tokens[stop].folded[:1].isalpha():
            entry = words.adjectives.get(f"{token.folded} {tokens[stop].folded}")
            stop += 1
        end = tokens[stop - 1].end
        if entry is None:
            stop = at + 1
            word = token.folded.removesuffix("'s")
            entry = words.adjectives.get(word)
            end = token.start + len(word)
            if entry is None and "Ѐ" <= token.folded[0] <= "ӿ" and (stem := adjective_stem(word)):
                entry = words.adjective_stems.get(stem)
            if entry is None and "-" in word:
                head = word.partition("-")[0]
                entry = words.adjectives.get(head)
                end = token.start + len(head)
        if entry is None:
            return None
        if token.folded[0].isascii() and not token.text[0].isupper():
            return None
        row = self.index.row(entry.entity)
        if row is None:
            return None
        return _Found(
            at, stop, Span(token.start, end), token.folded, (row,), entry.role, 3.0, is_local=False, method="adjective"
        )

    # --- Arabic script ---------------------------------------------------------------------------------------------

    def _arabic(self, at: int, first: int, last: int) -> _Found | None:
        token = self.tokens[at]
        start = token.start
        limit = self.tokens[last - 1].end
        names = self.index.names_at(self.folded[start : min(start + _LONGEST, limit)])
        before = self.tokens[at - 1].folded if at > first else ""
        for name in reversed(names):
            end = start + len(name)
            if self.folded[end : end + 1].isalnum() or len(name) < 2:
                continue
            rows = self.index.rows_of(name)
            score = self._arabic_score(name, rows, before)
            if score < ACCEPTED:
                continue
            stop = at
            while stop < last and self.tokens[stop].end <= end:
                stop += 1
            return _Found(
                at,
                max(stop, at + 1),
                Span(start, end),
                name,
                rows,
                "literal",
                score,
                is_local=False,
                method="gazetteer",
            )
        entry = self.words.adjectives.get(token.folded)
        if entry is not None and (row := self.index.row(entry.entity)) is not None:
            span = Span(token.start, token.end)
            return _Found(at, at + 1, span, token.folded, (row,), entry.role, 3.0, is_local=False, method="adjective")
        return None

    def _arabic_score(self, name: str, rows: tuple[int, ...], before: str) -> float:
        has_cue = before in self.words.locative["fa"]
        best = 0.0
        for row in rows[:12]:
            place = self.index.place(row)
            if place.kind != "city":
                best = max(best, 2.5)
            elif place.country in _PERSIAN_NEIGHBOURS:
                best = max(best, 2.0 if place.population >= _FA_CITY else 0.4)
            else:
                best = max(best, 1.5 if place.population >= _FA_CITY_ABROAD else 0.0)
        if " " in name:
            best += 0.6
        if has_cue:
            best += 0.7
        if name in self.words.never["fa"]:
            best -= 2.6
        return best

    def _is_taken(self, start: int, end: int) -> bool:
        at = bisect_right(self.taken_starts, start) - 1
        if at >= 0 and self.taken[at][1] > start:
            return True
        return at + 1 < len(self.taken) and self.taken[at + 1][0] < end


class _Anything:
    def __contains__(self, item: object) -> bool:
        return True


_ANYTHING = _Anything()
