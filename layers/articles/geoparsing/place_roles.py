"""What a name of a place does in a text: names the place, its government ("Moscow denied"), or where a work appeared."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from geo.gazetteer_index import IndexedPlace
    from layers.articles.geoparsing.place_words import PlaceWords
    from layers.articles.geoparsing.toponym import Toponym
    from layers.articles.mention import Role
    from layers.articles.wording.document import Document

__all__ = ["PlaceRoles"]

_REFERENCES = re.compile(
    r"^[ \t#*\d.]*(?:references|bibliography|works cited|литература|список литературы|библиография|әдебиеттер(?: тізімі)?|"
    r"منابع|فهرست منابع|منابع و مآخذ)[ \t*:]*$",
    re.IGNORECASE | re.MULTILINE,
)
_AFFILIATION = re.compile(
    r"@|\b(?:university|institute|faculty|academy|department of)\b|университет|институт|кафедра|факультет|университеті|"
    r"دانشگاه|دانشکده|پژوهشکده",
    re.IGNORECASE,
)
_ABSTRACT = re.compile(r"^[ \t#*]*(?:abstract|аннотация|аңдатпа|резюме|چکیده)\b", re.IGNORECASE | re.MULTILINE)
_HEAD = 3_000
_LONGEST_LINE = 250
_NEXT_WORD = re.compile(r"\s*(\w+)")
_PUBLISHER = re.compile(r"(?:, [A-Z.]{2,5})?: ?\S")


class PlaceRoles:
    """Tells the role of names in one document."""

    def __init__(self, document: Document, words: PlaceWords) -> None:
        self._reading = document.text.reading
        self._folded = document.text.folded
        self._words = words
        references = list(_REFERENCES.finditer(self._reading))
        self._references_at = references[-1].end() if references else len(self._reading)
        abstract = _ABSTRACT.search(self._reading, 0, _HEAD)
        self._head = abstract.start() if abstract else 0

    def role(self, toponym: Toponym, place: IndexedPlace | None) -> Role:
        """Return the role of a name that stands for a place; that of an adjective or a people is known already."""
        if toponym.role != "literal":
            return toponym.role
        start, end = toponym.span
        if start >= self._references_at and _PUBLISHER.match(self._reading, end):
            return "metadata"
        if start < self._head and self._is_affiliation(start, end):
            return "metadata"
        if place is not None and place.is_capital:
            following = _NEXT_WORD.match(self._folded, end)
            if following and any(following[1] in words for words in self._words.saying.values()):
                return "metonym"
        return "literal"

    def _is_affiliation(self, start: int, end: int) -> bool:
        """Whether a name stands in a short line that tells where an author works."""
        first = self._reading.rfind("\n", 0, start) + 1
        last = self._reading.find("\n", end)
        last = last if last >= 0 else len(self._reading)
        return last - first <= _LONGEST_LINE and _AFFILIATION.search(self._reading, first, last) is not None
