"""How much the words around a name in Arabic letters speak for a place: cues, the places that bear it, rarity of the word."""

from __future__ import annotations

from typing import TYPE_CHECKING

from layers.articles.geoparsing.place_context import Evidence
from layers.articles.wording.words import frequencies

if TYPE_CHECKING:
    from geo.gazetteer_index import GazetteerIndex
    from layers.articles.geoparsing.place_cues import PlaceCues
    from layers.articles.geoparsing.place_names import NameMatch, PlaceText

__all__ = ["PersianContext"]

_LOOKED_AT = 12
_COMMON_PERSIAN = 8e-6
_FREQUENT_PERSIAN = 1e-4
_NEIGHBOURS = frozenset(["AF", "IR", "TJ", "UZ", "TM", "KG", "KZ", "PK"])
_FA_TOWN = 8_000
_FA_CITY = 250_000
_FA_SURE = 2.0
_FA_CITY_ABROAD = 400_000
_SHORT_PERSIAN = 3
_FA_FOREIGN = 4
"""Names of foreign units with no more letters than this are too like common words."""
_FA_ENDINGS = ("ی", "ها", "های", "ان", "ای")
_BORDER = "مرزی"
_AREAS = frozenset(["منطقه", "مناطق", "نوار", "نقطه", "ناحیه"])
_MONDAY = "دوشنبه"
_DAY_PARTS = frozenset(["روز", "شب", "صبح", "عصر", "ظهر", "بامداد", "شامگاه", "غروب", "هفته", "گذشته", "اینده"])
_COMMAS = frozenset("،,")


class PersianContext:
    """Weighs names of Persian and Dari, which have no capitals; made once, used for many texts."""

    def __init__(self, index: GazetteerIndex, cues: PlaceCues) -> None:
        self._index = index
        self._cues = cues

    def weigh(self, text: PlaceText, match: NameMatch, at: int, first: int, last: int) -> Evidence:
        """Weigh a name in Arabic letters, which have no capitals."""
        lists = self._cues.words
        before = text.words[at - 1].folded if at > first else ""
        cue = self._cues.cue(text, at, match.stop, first, last) or self._cues.listed_cue(text, at, first)
        cue = cue or self._border_cue(text, at, first)
        best = 0.0
        for row in match.rows[:_LOOKED_AT]:
            place = self._index.place(row)
            if place.kind != "city":
                is_far = place.kind not in {"country", "region"} and place.country not in _NEIGHBOURS | {""}
                value = 2.6 if not is_far else 1.2 if len(match.name) > _FA_FOREIGN else 0.4
                value = value if place.kind != "admin2" or place.country in _NEIGHBOURS else 0.2
            elif place.country in _NEIGHBOURS:
                value = 2.0 if place.population >= _FA_CITY else 1.6 if place.population >= _FA_TOWN else 0.5
            else:
                value = 1.5 if place.population >= _FA_CITY_ABROAD else -0.5
            best = max(best, value)
        score = best
        if match.stop - at > 1:
            score += 0.6
        else:
            share = frequencies("fa").get(match.name, 0.0)
            is_area = any(self._index.place(row).kind in {"country", "region"} for row in match.rows[:_LOOKED_AT])
            if best < _FA_SURE and not is_area:
                score -= 2.2 if share > _FREQUENT_PERSIAN else 1.2 if share > _COMMON_PERSIAN else 0.0
            if len(match.name) < _SHORT_PERSIAN and not is_area:
                score -= 3.0
        if cue:
            score += 1.5
        elif before in lists.locative["fa"]:
            score += 0.5
        if match.name in lists.never["fa"] or self._is_monday(text, match, at, first, last):
            score -= 5.0 if match.name == _MONDAY else 3.0
        return Evidence(score, is_local=bool(cue), cue=cue)

    def _border_cue(self, text: PlaceText, at: int, first: int) -> str:
        """Return what a noun with "of the border" before a name says of it: «منطقه مرزی سراوان»."""
        if at - 1 <= first or text.words[at - 1].folded != _BORDER:
            return ""
        area = text.words[at - 2].folded
        return "district" if area in _AREAS else self._cues.cue_of(area)

    def is_rare(self, name: str) -> bool:
        """Whether a Persian word is too rare to be anything but a name."""
        known = frequencies("fa")
        return not any(
            ending and name.endswith(ending) and name.removesuffix(ending) in known for ending in _FA_ENDINGS
        ) and (known.get(name, 0.0) < _COMMON_PERSIAN)

    @staticmethod
    def _is_monday(text: PlaceText, match: NameMatch, at: int, first: int, last: int) -> bool:
        """Whether «دوشنبه» is the day and not Dushanbe: "on the day", "night", or a date stands beside it."""
        if match.name != _MONDAY:
            return False
        after = [word.folded for word in text.words[match.stop : min(match.stop + 2, last)] if word.text not in _COMMAS]
        before = text.words[at - 1].folded if at > first else ""
        return before in _DAY_PARTS or bool(after and (after[0] in _DAY_PARTS or after[0].isdigit()))
