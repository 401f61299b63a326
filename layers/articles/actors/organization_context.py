"""What stands around a name of an organization: countries, other organizations, quotation marks, bibliographies."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, Protocol

from layers.articles.actors.organization_lexicon import OrganizationRow

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from layers.articles.actors.organization_lexicon import Name
    from layers.articles.geoparsing.country_words import CountryWord, CountryWords
    from layers.articles.wording.document import Document
    from layers.articles.wording.name_words import Words
    from layers.articles.wording.namematch import Match

__all__ = ["Beside", "Company", "CountryContext", "Parts", "meets_need"]

_BETWEEN_BEFORE = re.compile(
    r"(?:'s?|-)?\s+(?:[\"«“])?(?:(?:state|national|federal|central|государственн\w+|национальн\w+|федеральн\w+|мемлекеттік|республикасы\w*|давлат|respublikasi\w*|республикаси\w*)\s+){0,2}"
)
"""What may stand between a country and the body after it."""
_BETWEEN_AFTER = re.compile(
    r"[\"»”]?\s+(?:(?:under|при|назди)\s+(?:the\s+)?(?:government|president|правительстве|президенте|ҳукумати|президенти)\s+)?"
    r"(?:of\s+|in\s+)?(?:the\s+)?"
    r"(?:(?:islamic|kyrgyz|people's|исламской|исламского|кыргызской)?\s*"
    r"(?:republic\s+of|emirate\s+of|республики|эмирата|جمهوری اسلامی|جمهوری|کشور|ҷумҳурии)\s+)?"
)
_OF_SEVERAL = re.compile(
    r"\s+(?:of|in)\s+(?:these|those|several|some|many|both|all|other|different|various|neighbou?ring)\s+\w*\s*(?:countries|states|republics|nations)"
    r"|\s+(?:этих|тех|нескольких|многих|обеих|всех|других|разных|соседних|ряда)\s+(?:\w+\s+)?(?:стран|государств|республик)"
    r"|\s+(?:این|آن|دیگر|سایر|همه|تمام|برخی|چند)\s+(?:کشور\s*ها|دولت\s*ها|جمهوری\s*ها|کشورهای)"
    r"|\s+(?:کشورهای|دولت\s*های)\s+(?:مختلف|دیگر|همسایه|متبوع|منطقه)"
)
"""What makes a body one of each of several states: "the border police of these countries"."""
_NOT_IN = re.compile(r"\bin\s+(?:the\s+)?$")
_PLACE_BEFORE = re.compile(
    r"\b(?:in|from|to|near|at|into|outside|via|towards?|city of|в|из|под|до|около|через|в городе|городе|در|از|به|شهر|تا)\s+$"
)
_VENUE_BEFORE = re.compile(
    r"\b(?:on|via|through|over|using|his|her|its|their|в|на|через|своем|در|از طریق|صفحه)\s+[\"«“]?$"
)
_MEMBER_BEFORE = re.compile(
    r"(?:members?(?:hip)?(?: (?:states|countries))? (?:of|in)|such as|framework of|within|summit of|организаци\w+|рамках|стран[ы]?|членов|членами|"
    r"саммит\w*|عضو|اعضای|مانند|همچون|نظیر|قالب|چارچوب|اجلاس|سازمان|پیمان|گروه)\s+(?:the\s+)?$"
)
_JOINED = re.compile(
    r"\s*(?:,|،|/|\band\b|\bas well as\b|\bor\b|\bwith\b|\bи\b|\bа также\b|\bмен\b|\bжәне\b|\bва\b|\bو\b)\s*(?:the\s+)?"
)
_SUMMIT_AFTER = re.compile(r"\s+(?:members?|summit|charter|pact|group|framework|five)\b")
_QUOTES_BEFORE, _QUOTES_AFTER = frozenset("\"'«“„"), frozenset("\"'»”“")
_NEAR = 12
_REACH = 30
_REACH_AFTER = 60
_HEADING = re.compile(
    r"^\W*(?:\d+\W+)?(?:references|bibliography|works cited|sources|notes|литература|список (?:использованной )?литературы|"
    r"библиография|источники|әдебиеттер|пайдаланылған әдебиеттер|منابع|فهرست منابع|کتابنامه|مآخذ|adabiyotlar|адабиёт\w*)\W*$"
)
_MAX_HEADING = 60
_AFFILIATION = re.compile(
    r"universit|institut|academy|университет|институт|академи|دانشگاه|پوهنتون|донишгоҳ|universitet"
)
_SENTENCE_END = re.compile(r"(?:[?!]|\w{3}\.)$")
_MAX_AFFILIATION = 220
_AFFILIATIONS_END = 9000
_DATELINE = 80
_SENTENCE = 600
_DATELINE_AFTER = re.compile(r"\s*(?:[,،.(–—−:/|]|-\s)")
_SILENT = frozenset(("short", "town"))
_WEIGHT = {"town": 0.5, "name": 2, "capital": 2, "adjective": 1, "demonym": 1}
_REGION = frozenset(("AF", "TJ", "UZ", "TM", "KG", "KZ"))
_HOME = {"kk": "KZ", "uz": "UZ", "tg": "TJ"}
_AT_HOME = 5
_SUBJECT = 2
"""The states that the articles are about are twice as likely to be meant as others."""


class _Named(Protocol):
    start: int
    end: int
    entity: str | None


class Beside(NamedTuple):
    """A body with the country beside it: where both stand together, and the country's code."""

    start: int
    end: int
    code: str


@dataclass(frozen=True, slots=True, eq=False)
class CountryContext:
    """The countries that a text speaks of, and where; ``codes`` are those that it names in any way."""

    words: Words
    found: tuple[Match[CountryWord], ...]
    starts: tuple[int, ...]
    codes: frozenset[str]
    english: Mapping[str, str]
    subjects: dict[tuple[str, ...], str | None] = field(default_factory=dict)
    """Countries to choose from → the one that the text as a whole is about, as far as it was asked for."""

    @classmethod
    def of(cls, words: Words, countries: CountryWords) -> CountryContext:
        """Find the words for countries in a text."""
        found = tuple(countries.index.find(words))
        codes = frozenset(match.label.code for match in found if match.label.kind not in _SILENT)
        return cls(words, found, tuple(match.start for match in found), codes, countries.english)

    def beside(self, start: int, end: int, countries: Sequence[str], *, alone: bool) -> Beside | None:
        """Return the country that belongs to a body at ``[start:end]``: right before it, else right after it.

        A capital after it ("the Foreign Ministry in Dushanbe") says whose it is only of a body that is named ``alone``:
        an embassy in Dushanbe is another country's.
        """
        text = self.words.document.text.folded
        after = None
        for match in self._between(end, end + _REACH_AFTER):
            gap = _BETWEEN_AFTER.fullmatch(text, end, match.start)
            if not gap or (countries and match.label.code not in countries) or "\n\n" in gap[0]:
                continue
            if match.label.kind == "capital" or _NOT_IN.search(gap[0]):
                after = after or (Beside(start, end, match.label.code) if alone else None)
            elif match.label.kind in {"name", "short"} or (
                match.label.kind == "adjective" and not text[end:].isascii()
            ):
                after = Beside(start, match.end, match.label.code)
                break
        before = None
        for match in reversed(self._between(start - 2 * _REACH, start)):
            if match.end > start or match.label.kind in {"demonym", "town"}:
                continue
            if countries and match.label.code not in countries:
                continue
            if _BETWEEN_BEFORE.fullmatch(text, match.end, start) and "\n\n" not in text[match.end : start]:
                before = Beside(match.start, end, match.label.code)
                break
        if before and "\u0600" <= text[start] <= "\u06ff":
            before = None  # in Persian the country follows
        return before or after

    def is_of_several(self, end: int) -> bool:
        """Whether the words behind a body say that each of several states has one: then none is meant."""
        return _OF_SEVERAL.match(self.words.document.text.folded, end) is not None

    def at(self, index: int, countries: Sequence[str], other: str | None, language: str) -> str | None:
        """Return the country that a body at ``index`` belongs to by the text around it, of ``countries`` if any.

        ``language`` is that of the body's name: what is written in Kazakh speaks of Kazakhstan rather than of others.

        A capital in the same sentence counts first, then ``other`` (the same body's country elsewhere), then the
        dateline, then the country that the text names most.
        """
        sentence = self.words.document.sentence_at(index)
        if sentence:
            near = [
                match
                for match in self._between(max(sentence.start, index - _SENTENCE), min(sentence.end, index + _SENTENCE))
                if match.label.kind == "capital" and (not countries or match.label.code in countries)
            ]
            if near:
                return min(near, key=lambda match: (match.start > index, abs(match.start - index))).label.code
        if other and (not countries or other in countries):
            return other
        home = _HOME.get(language, "")
        asked = home, *countries
        if asked not in self.subjects:
            self.subjects[asked] = self._subject(tuple(countries), home)
        return self.subjects[asked]

    def _subject(self, countries: tuple[str, ...], home: str) -> str | None:
        """Return the country of the dateline, else the one that the text names most; ``None`` where it names none.

        A country that something happens in or comes from ("near Hairatan in Afghanistan") weighs less than one that acts.
        """
        folded = self.words.document.text.folded
        weights: defaultdict[str, float] = defaultdict(float)
        if home and (not countries or home in countries):
            weights[home] = _AT_HOME
        for match in self.found:
            code, kind = match.label
            if kind == "short" or (countries and code not in countries):
                continue
            if kind in {"capital", "town"} and match.start <= _DATELINE and self._is_dateline(match):
                return code
            weight = _WEIGHT[kind] * (_SUBJECT if code in _REGION else 1)
            is_scene = kind == "name" and _PLACE_BEFORE.search(folded, max(match.start - _REACH, 0), match.start)
            weights[code] += weight / 2 if is_scene else weight
        if weights:
            return max(weights, key=lambda code: weights[code])  # of equals the first that is named
        return countries[0] if len(countries) == 1 else None

    def _is_dateline(self, match: Match[CountryWord]) -> bool:
        """Whether a town stands first in its line, with a comma, a bracket, a dash or a stop after it, or in capitals."""
        reading = self.words.document.text.reading
        line = reading.rfind("\n", 0, match.start) + 1
        if match.label.kind == "capital":
            return True
        return not reading[line : match.start].strip(' *«"#-') and _DATELINE_AFTER.match(reading, match.end) is not None

    def _between(self, first: int, last: int) -> tuple[Match[CountryWord], ...]:
        return self.found[bisect_left(self.starts, max(first, 0)) : bisect_right(self.starts, last)]


@dataclass(frozen=True, slots=True, eq=False)
class Company:
    """The names that a text has for sure, by start: what a risky name may stand beside."""

    names: tuple[_Named, ...]
    starts: tuple[int, ...]
    entities: frozenset[str | None]

    @classmethod
    def of(cls, names: Sequence[_Named]) -> Company:
        """Gather names that are in order of their starts."""
        return cls(tuple(names), tuple(name.start for name in names), frozenset(name.entity for name in names))

    def around(self, start: int) -> tuple[_Named, ...]:
        """Return the name before ``start`` and the one after it."""
        at = bisect_left(self.starts, start)
        return self.names[max(at - 1, 0) : at + 2]


def meets_need(name: Name, start: int, end: int, words: Words, company: Company, context: CountryContext) -> bool:
    """Whether what stands around a risky name at ``[start:end]`` bears it out."""
    folded = words.document.text.folded
    owner = name.owner
    whole = owner.part_of if isinstance(owner, OrganizationRow) else None
    is_named = owner.id in company.entities or (whole is not None and whole in company.entities)
    lead = folded[max(0, start - _REACH) : start]
    match name.needs:
        case "quotes":
            is_met = folded[max(start - 1, 0) : start] in _QUOTES_BEFORE and folded[end : end + 1] in _QUOTES_AFTER
        case "definition":
            is_met = is_named
        case "language":
            sentence = words.document.sentence_at(start)
            is_met = sentence is not None and sentence.language == name.language
        case "actor":
            is_met = _VENUE_BEFORE.search(lead) is None
        case "country":
            own = {owner.country} if isinstance(owner, OrganizationRow) else set()
            is_met = bool(context.codes & {*name.countries, *own})
        case _:
            is_met = _MEMBER_BEFORE.search(lead) is not None or _SUMMIT_AFTER.match(folded, end) is not None
            if folded.startswith("'s", end):  # a member of Shanghai's council is in Shanghai
                is_met = False
            elif not is_met and not _PLACE_BEFORE.search(lead):
                is_met = is_named or any(_are_joined(folded, start, end, other) for other in company.around(start))
    return is_met


def _are_joined(folded: str, start: int, end: int, other: _Named) -> bool:
    """Whether a name at ``[start:end]`` stands beside another one, with a comma or an "and" between."""
    if 0 <= start - other.end <= _NEAR:
        return _JOINED.fullmatch(folded, other.end, start) is not None
    return 0 <= other.start - end <= _NEAR and _JOINED.fullmatch(folded, end, other.start) is not None


@dataclass(frozen=True, slots=True, eq=False)
class Parts:
    """Which parts of a document are about the publication itself: where its authors work, what it refers to."""

    document: Document
    references: int | None
    """Where the references begin under a heading of their own; ``None`` without one."""

    @classmethod
    def of(cls, document: Document) -> Parts:
        """Look for the last heading of references."""
        folded = document.text.folded
        for paragraph in reversed(document.paragraphs):
            if paragraph.end - paragraph.start <= _MAX_HEADING and _HEADING.match(
                folded[paragraph.start : paragraph.end].strip()
            ):
                return cls(document, paragraph.start)
        return cls(document, None)

    def is_metadata(self, index: int) -> bool:
        """Whether a letter stands in the references, or in a line that says where an author works."""
        if self.references is not None and index >= self.references:
            return True
        if index >= _AFFILIATIONS_END:
            return False
        paragraphs = self.document.paragraphs
        at = bisect_right(paragraphs, index, key=lambda paragraph: paragraph.start) - 1
        if at < 0 or paragraphs[at].end - paragraphs[at].start > _MAX_AFFILIATION:
            return False
        line = self.document.text.folded[paragraphs[at].start : paragraphs[at].end].rstrip()
        return "," in line and _SENTENCE_END.search(line) is None and _AFFILIATION.search(line) is not None
