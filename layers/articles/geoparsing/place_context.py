"""How much the words around a name speak for a place: prepositions, titles, personal names, streets, cues.

All figures are weights set by hand; none is learned from a corpus.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_right
from typing import TYPE_CHECKING, NamedTuple

from layers.articles.geoparsing.place_cues import PlaceCues
from layers.articles.wording.inflection import dictionary_forms
from layers.articles.wording.words import frequencies

if TYPE_CHECKING:
    from geo.gazetteer_index import GazetteerIndex, IndexedPlace
    from layers.articles.geoparsing.place_names import NameMatch, PlaceText, Word
    from layers.articles.geoparsing.place_words import PlaceWords

__all__ = ["Evidence", "PlaceContext"]

_AREA = 2.5
"""Countries and regions are at least so well known."""

_INFLECTED = {"kk": 0.8, "uz": 0.8, "tg": 0.4, "ru": 0.3}
_HOMES = {
    "kk": frozenset(["KZ"]),
    "uz": frozenset(["UZ", "AF"]),
    "tg": frozenset(["TJ", "AF"]),
    "ru": frozenset(["RU", "TJ", "KG", "KZ", "UZ"]),
}
"""Where a language is at home: a word that looks like a place there hardly does by chance."""

_SURNAMED = frozenset(["ru", "kk", "tg", "uz"])
_SURNAME = re.compile(
    r"(?:[оеё]в|[иы]н)(?:а|у|ым|е|ой|ых|ы|ның|нің|ды|ді)?$|(?:ск|цк)(?:ий|ого|ому|им|ом)$|енко$|(?:ov|ev)(?:a|ni|ning|ga)?$"
)
"""Endings of Russian and russified last names."""

_WEAK = frozenset(["of", "to", "off", "over", "along", "at", "к", "по", "на", "от", "до"])
"""Prepositions that stand before persons and things as often as before places."""

_YEAR = re.compile(r"(?:1[89]|20)\d\d[a-c]?$")

MAJOR = 1.75
"""A name of at least this importance is a place unless much speaks against it."""

_KINDS = {"country": 2.8, "region": 2.6, "feature": 2.0}
_LARGE_UNIT = 300_000
_LOOKED_AT = 12
_COMMON_RUSSIAN = 3e-5
_QUOTES = frozenset('«“„"')
_SHORT = 3
_FAR = 2**62
_ADJECTIVE = re.compile(r"(?:[аояеы][яей]|[иы]й)\Z")
_DISTRICTS = frozenset(["district", "village", "raion", "checkpoint"])
_WELL_KNOWN = frozenset(["us", "uk", "рф", "ош"])


class Evidence(NamedTuple):
    """What speaks for a place: a score, whether the words around do, the cue beside it, whether a person bears the name."""

    score: float
    is_local: bool = False
    cue: str = ""
    is_person: bool = False


class PlaceContext:
    """Weighs the context of names; made once, used for many texts."""

    def __init__(self, index: GazetteerIndex, words: PlaceWords) -> None:
        self._index = index
        self.words = words
        self.cues = PlaceCues(words)

    def importance(self, match: NameMatch) -> float:
        """Return how well known the best known place of a name is, about 0 (a village) to 3 (a country)."""
        best = 0.0
        for row in match.rows[:_LOOKED_AT]:
            value = importance(self._index.place(row))
            if match.name.isascii() and value > best and not self._index.is_main_name(match.name, row):
                value = min(value - 0.3, 0.4) if self._index.place(row).kind == "admin2" else value - 0.3
            best = max(best, value)
        return best

    def is_word(self, name: str) -> bool:
        """Whether a name is a common word, or a personal name, rather than that of an unknown place."""
        lists = self.words
        return (
            name in lists.common
            or name in lists.first_names
            or name in lists.last_names
            or any(name in words for words in lists.never.values())
        )

    def is_strongly_located(self, text: PlaceText, at: int, language: str) -> bool:
        """Whether a preposition of place stands before a word: "in", «в», not one that persons have too."""
        before = text.words[at - 1].folded
        tongue = language if language in _HOMES else "en"
        return before in self.words.locative.get(tongue, ()) and before not in _WEAK

    def is_pair(self, text: PlaceText, match: NameMatch, at: int, first: int, last: int) -> bool:
        """Whether a small place's name is half of the name of a district that no gazetteer has: "Khwaja Zahir district"."""
        words = text.words
        if match.stop != at + 1 or at + 2 >= last or at == first or words[at + 2].folded not in _DISTRICTS:
            return False
        second = words[at + 1]
        is_name = second.text.istitle() and second.text.isalpha() and words[at].text.istitle()
        return (
            is_name
            and text.reading[words[at].end : second.start] == " "
            and not self.is_word(second.folded)
            and words[at].folded not in self.words.common
            and self.importance(match) < MAJOR
        )

    def cased(
        self, text: PlaceText, match: NameMatch, at: int, first: int, last: int, language: str, *, is_before_area: bool
    ) -> Evidence:
        """Weigh a name in Latin or Cyrillic letters; ``is_before_area`` says that ", Country" follows."""
        tongue = language if language in _HOMES else "en"
        top = self.importance(match)
        is_major = top >= MAJOR
        cue = self.cues.cue(text, at, match.stop, first, last)
        is_located = at > first and text.words[at - 1].folded in self.words.locative.get(tongue, ())
        score = top + self._own(text, match, at, first, tongue, is_major=is_major)
        score += 1.2 if cue else 0.0
        if is_located:
            score += 0.9 if text.words[at - 1].folded in _WEAK else 1.6
        score += 2.5 if is_before_area else 0.0
        is_person = False
        if at == first:
            is_dateline = text.words[at].text.isupper() and len(text.words[at].text) > _SHORT
            score += 1.2 if is_dateline else -0.3  # "DUSHANBE, July 5"
            if not is_major and self._is_adjective_before(text, match, last):
                score -= 3.0
        elif not is_located:
            penalty, is_person = self._before(text, at, first, tongue)
            if is_person and top >= _AREA and match.name not in self.words.last_names:
                is_person, penalty = False, 0.0  # "the president of France" in languages without an "of"
            score -= penalty if is_person or not is_major else 0.0
        if (
            not is_located
            and top < (_AREA if self._is_in_citation(text, match) else MAJOR)
            and self._is_cited(text, match, last)
        ):
            score, is_person = score - 2.5, True
        elif match.stop < last:
            score -= self._after(text, match, text.words[match.stop], tongue, is_major=is_major, is_cued=bool(cue))
            if (
                tongue == "en"
                and not (is_located or is_before_area)
                and self._is_full_name(text, match, is_area=top >= _AREA)
            ):
                score -= 3.0
        if self._is_called_after(text, match, at, first, last, tongue):
            score -= 4.0
        return Evidence(score, is_located or is_before_area, cue, is_person)

    def _is_called_after(self, text: PlaceText, match: NameMatch, at: int, first: int, last: int, tongue: str) -> bool:
        """Whether a street, a hotel or a team bears the name: «улица Ташкентская», «гостиница «Москва»», «Абай көшесі»."""
        lists, words = self.words, text.words
        lead = at - 1 - (at - 1 > first and words[at - 1].text in _QUOTES)
        if lead >= first and words[lead].folded in lists.street.get(tongue, ()):
            return True
        if first <= lead < at - 1 and tongue != "en":
            return words[lead].folded.startswith(tuple(lists.facility.get(tongue, ())))
        return match.stop < last and words[match.stop].folded in lists.street_after.get(tongue, ())

    def _is_full_name(self, text: PlaceText, match: NameMatch, *, is_area: bool) -> bool:
        """Whether a first name with a last name behind it stands there: "Mary Johnson", "Jordan Henderson"."""
        others = self.words.common if is_area else self.words.facility["en"]  # "Jordan Law" is of the country
        following = text.words[match.stop]
        return (
            match.name in self.words.first_names
            and following.text.istitle()
            and text.reading[match.span.end : following.start] == " "
            and following.folded in self.words.last_names
            and following.folded not in others
        )

    @staticmethod
    def _is_adjective_before(text: PlaceText, match: NameMatch, last: int) -> bool:
        """Whether a Russian adjective that begins a sentence stands before its noun: «Высокая прибыль»."""
        following = text.words[match.stop] if match.stop < last else None
        return (
            following is not None
            and following.text[0].islower()
            and len(following.text) > 1
            and _ADJECTIVE.search(text.folded, match.span.start, match.span.end) is not None
        )

    def _own(self, text: PlaceText, match: NameMatch, at: int, first: int, tongue: str, *, is_major: bool) -> float:
        """Return what the name itself says: its length, its ending, how common a word it is."""
        word = text.words[at]
        if match.stop - at > 1 or "-" in match.name:
            score = -4.0 if match.name in self.words.never.get(tongue, ()) else 1.2
        elif len(word.text) < _SHORT and match.name not in _WELL_KNOWN:
            score = self._abbreviation(text, at, first)
        else:
            score = self._single(match.name, word, tongue, is_major=is_major)
        if not is_major and self._is_shouted(text, at, match.stop):
            score -= 1.2
        if match.is_inflected:
            score += _INFLECTED.get(tongue, 0.0)
        if tongue in _HOMES and (at > first or match.is_inflected) and self._is_at_home(match, tongue):
            score += 0.7
        return score

    def _single(self, name: str, word: Word, tongue: str, *, is_major: bool) -> float:
        """Return what the single word itself says."""
        lists = self.words
        score = 0.0
        if not lists.never.get(tongue, frozenset()).isdisjoint((name, word.folded)):
            score -= 4.0
        elif tongue == "en" and name in lists.common and not is_major:
            score -= 1.8
        elif tongue == "ru" and not is_major and frequencies("ru").get(word.folded, 0.0) > _COMMON_RUSSIAN:
            score -= 1.5
        if not is_major:
            if name in lists.first_names:
                score -= 2.0
            elif name in lists.last_names:
                score -= 0.4
            elif tongue in _SURNAMED and _SURNAME.search(word.folded):
                score -= 1.3
        return score

    @staticmethod
    def _is_shouted(text: PlaceText, at: int, stop: int) -> bool:
        """Whether a name stands in a line of capitals, as in running heads, where case says nothing."""
        if not text.words[at].text.isupper():
            return False
        around = text.words[max(0, at - 1) : at] + text.words[stop : stop + 1]
        return any(word.text.isupper() and len(word.text) > 1 and word.text.isalpha() for word in around)

    def _abbreviation(self, text: PlaceText, at: int, first: int) -> float:
        """Return what a code of two letters says: a state after a comma ("Louisville, KY"), nothing anywhere else."""
        words = text.words
        if not words[at].text.isupper():
            return -1.5 if len(words[at].text) > 1 and not words[at].text.isascii() else -5.0
        follows_name = at - 1 > first and words[at - 1].text == "," and words[at - 2].text[0].isupper()
        return 0.5 if follows_name else -5.0

    def _is_at_home(self, match: NameMatch, tongue: str) -> bool:
        """Whether a place of the name lies where the language is at home."""
        return any(self._index.place(row).country in _HOMES[tongue] for row in match.rows[:_LOOKED_AT])

    def _is_in_citation(self, text: PlaceText, match: NameMatch) -> bool:
        """Whether a name stands in brackets where works are cited: "(Halden, 2021: 4)"."""
        at = bisect_right(text.citations, (match.span.start, _FAR)) - 1
        return at >= 0 and text.citations[at][1] > match.span.start

    def _is_cited(self, text: PlaceText, match: NameMatch, last: int) -> bool:
        """Whether a name stands where an author does: in a citation, or before a year: "Halden (2021)", "Halden et al."."""
        if self._is_in_citation(text, match):
            return True
        words = text.words[match.stop : min(match.stop + 2, last)]
        if len(words) < 2:  # noqa: PLR2004 -- a mark and a year
            return False
        if words[0].folded == "et" and words[1].folded == "al":
            return True
        return words[0].text == "(" and _YEAR.match(words[1].folded) is not None

    def _before(self, text: PlaceText, at: int, first: int, tongue: str) -> tuple[float, bool]:
        """Return what a word before that is no preposition takes away, and whether it makes a person of the name."""
        words, titles = text.words, self.words.titles.get(tongue, frozenset())
        previous = words[at - 1]
        if previous.folded in titles:
            return 2.5, True
        if previous.text == ".":
            initial = words[at - 2] if at - 1 > first else previous
            is_initial = len(initial.text) == 1 and initial.text.isupper()
            return (2.0, True) if is_initial or initial.folded in titles else (0.0, False)
        is_glued = text.reading[previous.end : words[at].start] == "-"
        if is_glued or not (previous.text[0].isupper() and previous.folded.isalpha()):
            return 0.0, False
        if any(form in self.words.first_names for form in dictionary_forms(previous.folded, tongue)):
            return 2.5, True
        return (0.2 if at - 1 == first else 0.8), False

    def _after(
        self, text: PlaceText, match: NameMatch, following: Word, tongue: str, *, is_major: bool, is_cued: bool
    ) -> float:
        """Return what the word after the name takes away."""
        lists = self.words
        if is_cued or text.reading[match.span.end : match.span.end + 1] in {"-", "'"}:
            return 0.0
        if following.folded in lists.after_person.get(tongue, ()):
            return 0.0 if is_major else 1.0
        if not (following.text[0].isupper() and following.folded.isalpha()):
            return 0.0
        if following.folded in lists.facility.get("en", ()):
            return 0.5 if is_major else 1.6
        if is_major:
            return 0.0
        return 1.5 if match.name in lists.first_names else 0.6


def importance(place: IndexedPlace) -> float:
    """Return how well known a place is, about 0 (a village) to 2.8 (a country)."""
    if place.kind in _KINDS:
        return _KINDS[place.kind]
    if place.kind == "admin1":
        return 2.4 if place.population > _LARGE_UNIT else 1.6
    if place.kind == "admin2":
        return 1.6 if place.id[:7] != "admin2:" or place.name.endswith((" County", " Parish")) else 0.3
    return 0.45 * math.log10(place.population + 100) - 0.8
