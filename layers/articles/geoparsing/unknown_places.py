"""Names of places that no gazetteer has, told by the words beside them, and where such a name ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from layers.articles.wording.words import frequencies

if TYPE_CHECKING:
    from layers.articles.geoparsing.persian_context import PersianContext
    from layers.articles.geoparsing.place_cues import PlaceCues
    from layers.articles.geoparsing.place_names import PlaceText

__all__ = ["UnknownPlaces"]

_FA_ENDINGS = ("ی", "ها", "های", "ان", "ای")
_SHORT_PERSIAN = 3
_FREQUENT_PERSIAN = 1e-4
_QUOTES = frozenset("«»“”„\"'‘’")
_PERSIAN_DISTRICTS = frozenset(["ولسوالی", "ناحیه", "ناحیۀ", "شهرستان", "روستای", "قریه", "قریۀ", "دهستان"])
_LEADING = frozenset(
    ["خواجه", "ینگی", "چاه", "قلعه", "دشت", "دره", "شاه", "امام", "تنگ", "نهر", "بند", "شیخ", "میر", "حضرت"]
)
_SUFFIXES = frozenset(["ها", "های", "ای", "هایی"])


class UnknownPlaces:
    """Tells names that no gazetteer has; made once beside the cues that it asks."""

    def __init__(self, cues: PlaceCues, persian: PersianContext) -> None:
        self._cues = cues
        self._persian = persian

    def is_place(self, text: PlaceText, at: int, first: int, last: int, language: str) -> bool:
        """Whether a capitalised word that no gazetteer has is said to be a place by the word beside it."""
        words, lists = text.words, self._cues.words
        lead = at - (at - 1 > first and words[at - 1].text in _QUOTES)
        if lead > first and words[lead - 1].folded in lists.unknown_before.get(language, ()):
            return True
        if lead - 1 > first and f"{words[lead - 2].folded} {words[lead - 1].folded}" in lists.unknown_before.get(
            language, ()
        ):
            return True
        if language == "fa" and self._cues.listed_cue(text, at, first):
            return True
        after = at + 1
        while after < last and text.reading[words[after - 1].end : words[after].start] == "-":
            after += 1
        after += after < last and words[after].text in _QUOTES
        following = words[after].folded if after < last else ""
        return any(
            following == start or (language != "en" and following.startswith(start))
            for start in lists.unknown_after.get(language, ())
        )

    def end(self, text: PlaceText, at: int, first: int, last: int, language: str) -> int:
        """Return where an unknown name ends: after its parts with hyphens, in Tajik after a second capitalised word."""
        words, stop = text.words, at + 1
        while stop < last and words[stop].folded[0].isalpha():
            gap = text.reading[words[stop - 1].end : words[stop].start]
            is_second = gap == " " and stop == at + 1 and words[stop].text[0].isupper() and at > first
            is_linked = (
                language == "tg"
                and self._cues.cue_of(words[at - 1].folded)
                and not self._cues.cue_of(words[stop].folded)
            )
            if gap != "-" and not (is_second and is_linked):
                break
            stop += 1
        return stop

    def is_persian_name(self, text: PlaceText, at: int, first: int) -> bool:
        """Whether an unknown Persian word after a cue is a name: a rare word, after a district's cue also a less rare one."""
        name = text.words[at].folded
        if self._persian.is_rare(name):
            return True
        is_district = at > first and text.words[at - 1].folded in _PERSIAN_DISTRICTS
        return (
            is_district
            and not name.endswith(_FA_ENDINGS)
            and len(name) > _SHORT_PERSIAN
            and frequencies("fa").get(name, 0.0) < _FREQUENT_PERSIAN
        )

    def end_of_persian(self, text: PlaceText, at: int, first: int, last: int) -> int:
        """Return where an unknown Persian name ends: after a second word if the first leads names or a joiner ties them."""
        words = text.words
        if at + 1 >= last or not words[at + 1].folded[0].isalpha():
            return at + 1
        is_tied = text.is_tied(at)
        is_cued = at > first and words[at - 1].folded in _PERSIAN_DISTRICTS
        is_led = words[at].folded in _LEADING and words[at + 1].folded not in self._cues.words.never["fa"]
        is_suffix = words[at + 1].folded in _SUFFIXES
        return at + 2 if is_cued and not is_suffix and (is_tied or is_led) else at + 1
