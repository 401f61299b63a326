"""Settling: how the names of one document help or hinder one another, until those that are places remain.

A name that a preposition has shown to be a place is believed elsewhere too; one that a person bears is not; a cue of a
plural ("Almaty and Turkistan regions") holds for the whole list.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from layers.articles.geoparsing.place_context import Evidence, PlaceContext
from layers.articles.geoparsing.place_names import NameMatch, PlaceText, is_arabic
from layers.articles.geoparsing.toponym import ACCEPTED, FoundName, Toponym
from layers.articles.wording.text import Span, fold

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geo.gazetteer_index import GazetteerIndex

__all__ = ["Settler"]

_SURE = 1.0
_OFTEN = 3
_SMALL_COUNTRY = 4_000
"""Countries with fewer places than this in the gazetteer: a word that looks like one of them hardly does by chance."""
_PLURAL = re.compile(r"(?:[a-z]s|[лдт][ае]р|облыстар\w*|ولایات|ولایتهای|استانهای)$")
_ANDS = frozenset(["and", "и", "va", "ва", "және"])
_BETWEEN = 3
_FIRST = 12
_LISTED = re.compile(r"\s*(?:,|،)?\s*(?:and|и|و|және|мен|va|ва)?\s*")


class Settler:
    """Settles names; made once, used for many texts."""

    def __init__(self, index: GazetteerIndex, context: PlaceContext) -> None:
        self._index = index
        self._context = context

    def settled(self, text: PlaceText, found: list[FoundName]) -> list[Toponym]:
        """Let the names of a document help or hinder one another, and keep those that are places."""
        best: dict[str, float] = {}
        persons: set[str] = set()
        countries: dict[str, float] = defaultdict(float)
        seen: Counter[str] = Counter(hit.match.name for hit in found)
        for hit in found:
            name = hit.match.name
            if hit.evidence.is_person:
                persons.add(name)
            if hit.evidence.is_local:
                best[name] = max(best.get(name, 0.0), hit.evidence.score)
            if hit.evidence.score >= ACCEPTED + _SURE and hit.match.rows and hit.role != "demonym":
                countries[self._index.place(hit.match.rows[0]).country] += 1.0
        never_placed = {name for name, count in seen.items() if count >= _OFTEN and name not in best}
        focus = frozenset(country for country in countries if self._index.places_in(country) < _SMALL_COUNTRY)
        kept = [
            (hit, score) for hit in found if (score := self._final(hit, best, persons, focus, never_placed)) >= ACCEPTED
        ]
        kept = self._with_listed(text, kept, persons)
        cues = self._shared_cues(text, [hit for hit, _ in kept])
        return [
            Toponym(
                hit.match.span, hit.match.name, self._with_units(hit.match.rows, cue), hit.role, score, cue, hit.method
            )
            for (hit, score), cue in zip(kept, cues, strict=True)
        ]

    def _with_units(self, rows: tuple[int, ...], cue: str) -> tuple[int, ...]:
        """Add the province named after a town where a word says "province" but the name in the text's script is the town's."""
        if cue != "province" or not rows or any(self._index.place(row).kind == "admin1" for row in rows[:_FIRST]):
            return rows
        town = self._index.place(rows[0])
        units = (row for row in self._index.rows_of(fold(town.name)) if self._index.place(row).kind == "admin1")
        return (*rows, *(row for row in units if self._index.place(row).country == town.country and row not in rows))

    def _with_listed(
        self, text: PlaceText, kept: list[tuple[FoundName, float]], persons: set[str]
    ) -> list[tuple[FoundName, float]]:
        """Add unknown names that stand in a list between two places: "Khwahan, Shekay, Nusay"."""
        result: list[tuple[FoundName, float]] = []
        for number, (hit, score) in enumerate(kept):
            result.append((hit, score))
            following = kept[number + 1][0] if number + 1 < len(kept) else None
            if following is None or following.at - hit.match.stop != _BETWEEN or hit.role != "literal":
                continue
            before, word, after = text.words[hit.match.stop : following.at]
            is_listed = before.text == "," and (after.text == "," or after.folded in _ANDS)
            is_name = word.text[0].isupper() and word.text.isalpha() and not word.text.isupper()
            if is_listed and is_name and word.folded not in persons and not self._context.is_word(word.folded):
                match = NameMatch(Span(word.start, word.end), hit.match.stop + 2, word.folded, ())
                result.append((FoundName(hit.match.stop + 1, match, Evidence(ACCEPTED), method="list"), ACCEPTED))
        return result

    def _shared_cues(self, text: PlaceText, kept: Sequence[FoundName]) -> list[str]:
        """Return the cues, that of a plural spread over the names before it: "Almaty and Turkistan regions"."""
        cues = [hit.evidence.cue for hit in kept]
        for number in range(len(kept) - 1, 0, -1):
            match = kept[number].match
            if not cues[number] or match.stop >= len(text.words) or not _PLURAL.search(text.words[match.stop].folded):
                continue
            at = number
            while at and _LISTED.fullmatch(text.reading[kept[at - 1].match.span.end : kept[at].match.span.start]):
                at -= 1
                cues[at] = cues[at] or cues[number]
        return cues

    def _final(
        self, hit: FoundName, best: dict[str, float], persons: set[str], focus: frozenset[str], never_placed: set[str]
    ) -> float:
        score = hit.evidence.score
        name = hit.match.name
        if best.get(name, 0.0) >= ACCEPTED + _SURE:
            score += 1.0
        if name in persons and not hit.evidence.is_local:
            score -= 2.0
        if name in never_placed and hit.role == "literal" and not is_arabic(name[0]):
            score -= 0.8  # named again and again, and never "in" or "from" it: a person or a brand
        if score < ACCEPTED and focus and any(self._index.place(row).country in focus for row in hit.match.rows[:12]):
            score += 1.0
        return score
