"""Organizations in a text: names of the lexicon, bodies of states, acronyms that the text defines, names by pattern.

They are found before places, so that "Shanghai Cooperation Organization" is no place. Where names overlap the longest
wins. A name that may be something else counts only where its surroundings say so; a name that texts are known to
confuse keeps what is printed, is marked as doubtful and lists what it may be. Persons are no organizations.

``Mention.method`` says how a name was found: ``name``, ``acronym`` (defined in the text), ``body`` (of a state; the
country stands beside it), ``body-context`` (the country comes from the text around it), ``cut`` (PDF extraction has cut
its last word), ``pattern``, ``group`` (a group called by a quoted name); ``doubtful: …`` goes with a reason.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING

from layers.articles.actors.acronyms import find_definitions
from layers.articles.actors.organization_context import Company, CountryContext, Parts, meets_need
from layers.articles.actors.organization_lexicon import Body, Name, OrganizationLexicon, OrganizationRow, slug
from layers.articles.actors.organization_patterns import find_patterns
from layers.articles.actors.organization_rows import COUNTRY
from layers.articles.mention import Candidate, Mention
from layers.articles.wording.name_words import Words
from layers.articles.wording.text import Span, fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from layers.articles.mention import Role
    from layers.articles.wording.document import Document

__all__ = ["OrganizationLexicon", "find_organizations"]

_SURE, _NEEDED, _SWAPPED, _CONTEXT, _DEFINED, _CUT, _ABSTAINED = 0.97, 0.85, 0.9, 0.75, 0.9, 0.7, 0.4
_DOUBTFUL = 0.45
_MARKS = '«»"“”„'
_FOREIGN = 0.7
"""A body that only one state has, in a text that does not name that state: less likely than a namesake of those it names."""
_LIKELIEST, _STEP = 0.6, 0.2


@dataclass(slots=True)
class Found:
    """A name on its way to a mention; indexes of the reading."""

    start: int
    end: int
    name: str
    entity: str | None
    method: str
    confidence: float
    aliases: tuple[str, ...] = ()
    country: str | None = None
    alternatives: tuple[Candidate, ...] = ()
    source: Span | None = None
    language: str = ""
    countries: tuple[str, ...] = ()
    owner: OrganizationRow | Body | None = field(default=None, repr=False)

    @property
    def width(self) -> int:
        """How many letters it has."""
        return self.source.end - self.source.start if self.source else self.end - self.start


def find_organizations(document: Document, lexicon: OrganizationLexicon) -> tuple[Mention, ...]:
    """Return the organizations that a text names, in order; they do not overlap.

    ``Mention.name`` is the English name (of an organization that no list has: as printed), ``aliases`` its other names,
    ``entity`` an id of the lexicon, a body's id with ``-of-<country>``, ``org:`` and the folded name of an unknown one,
    or ``None`` where a doubtful name leaves nothing else to say. A text without any gives an empty tuple.

    Examples
    --------
    >>> from layers.articles.wording.document import Document
    >>> document = Document.of("The Tajik interior ministry and UNODC met in Vienna.")
    >>> [(each.surface, each.entity) for each in find_organizations(document, OrganizationLexicon.read())]
    [('Tajik interior ministry', 'ministry-of-internal-affairs-of-tajikistan'), ('UNODC', 'unodc')]
    """
    words = Words(document)
    matches = lexicon.index.find(words)
    context = CountryContext.of(words, lexicon.countries)
    sure: list[Found] = []
    open_: list[tuple[Found, Name]] = []
    for match in matches:
        name = match.label
        found = (
            _of_organization(match.start, match.end, name.owner, swapped=match.swapped)
            if isinstance(name.owner, OrganizationRow)
            else _of_body(match.start, match.end, name, name.owner, context)
        )
        if found is None:
            continue
        found.source, found.language, found.countries = match.source, name.language, name.countries
        if match.is_cut:
            found.confidence, found.method = _CUT, "cut"
        if name.needs:
            open_.append((found, name))
        else:
            sure.append(found)
    patterns = [
        Found(each.start, each.end, "", None, "group" if each.is_called else "pattern", each.confidence)
        for each in find_patterns(words, lexicon)
    ]
    firm = _longest([*sure, *_beside_names(patterns, sure, document)])
    company = Company.of(firm)
    for found, name in open_:
        if meets_need(name, found.start, found.end, words, company, context):
            found.confidence = _NEEDED
            sure.append(found)
    firm = _longest([*sure, *_beside_names(patterns, sure, document)])
    _name_unknown(firm, words)
    if defined := find_definitions(words, firm):
        firm = _longest([*_without_rivals(firm, defined, words), *_acronyms(defined, firm, words)])
    for each in firm:
        _doubt(each, lexicon, document)
    _settle_countries(firm, context)
    parts = Parts.of(document)
    return tuple(_mention(each, document, parts) for each in firm)


def _of_organization(start: int, end: int, owner: OrganizationRow, *, swapped: bool) -> Found:
    return Found(
        start,
        end,
        owner.name,
        owner.id,
        "name",
        _SWAPPED if swapped else _SURE,
        owner.names,
        owner.country,
        owner=owner,
    )


def _of_body(start: int, end: int, name: Name, body: Body, context: CountryContext) -> Found | None:
    """Join a body with the country beside it; ``None`` for a word that is no name without one."""
    if context.is_of_several(end):
        return None
    beside = context.beside(start, end, name.countries, alone=body.alone)
    if beside is None and name.countries and not body.countries:
        beside = context.beside(start, end, (), alone=False)  # Iran's word for another state's ministry
    if beside:
        return _composed(beside.start, beside.end, body, beside.code, context, "body", _SURE)
    if not body.alone:
        return None
    code = name.countries[0] if len(name.countries) == 1 else None
    is_foreign = code is not None and bool(context.codes) and code not in context.codes
    confidence = _FOREIGN if is_foreign else _SURE if code else _CONTEXT
    return _composed(start, end, body, code, context, "body" if code else "body-context", confidence)


def _composed(
    start: int, end: int, body: Body, code: str | None, context: CountryContext, method: str, confidence: float
) -> Found:
    found = Found(start, end, "", None, method, confidence, body.names, code, owner=body)
    _give_country(found, body, code, context)
    return found


def _give_country(found: Found, body: Body, code: str | None, context: CountryContext) -> None:
    """Name a body after its country; without one by its kind alone."""
    if code is None:
        found.name = body.name.replace(f" of {COUNTRY}", "").replace(COUNTRY, "").strip()
        found.entity, found.country = body.id, None
    else:
        found.name = body.name.replace(COUNTRY, context.english[code])
        found.entity, found.country = slug(found.name), code
        found.aliases = tuple(dict.fromkeys([found.name, *body.names]))


def _settle_countries(firm: Iterable[Found], context: CountryContext) -> None:
    """Give bodies without a country beside them one: that of the same body elsewhere in the text, else the text's."""
    by_body: dict[str, str] = {}
    waiting = []
    for each in firm:
        if isinstance(each.owner, Body):
            if each.country:
                by_body.setdefault(each.owner.id, each.country)
            else:
                waiting.append((each, each.owner))
    for each, body in waiting:
        code = context.at(each.start, each.countries or body.countries, by_body.get(body.id), each.language)
        if code:
            by_body.setdefault(body.id, code)
            _give_country(each, body, code, context)


class _Taken:
    """Ranges of a text that do not overlap, by start."""

    def __init__(self, ranges: Iterable[Found] = ()) -> None:
        self._ranges = sorted(ranges, key=lambda each: each.start)
        self._starts = [each.start for each in self._ranges]

    def __iter__(self) -> Iterator[Found]:
        return iter(self._ranges)

    def within(self, start: int, end: int) -> list[Found]:
        """Return those that overlap ``[start:end]``."""
        first = bisect_right(self._starts, start)
        first -= bool(first and self._ranges[first - 1].end > start)
        return self._ranges[first : bisect_left(self._starts, end)]

    def add(self, found: Found) -> None:
        at = bisect_left(self._starts, found.start)
        self._ranges.insert(at, found)
        self._starts.insert(at, found.start)


def _beside_names(patterns: Sequence[Found], sure: Sequence[Found], document: Document) -> list[Found]:
    """Drop what patterns make of known names: "управления ГКНБ" is ГКНБ, but "UN Committee against Torture" stands."""
    reading = document.text.reading
    known = _Taken(_longest(sure))
    kept = []
    for each in patterns:
        inside = known.within(each.start, each.end)
        short = all(
            each.start <= other.start and other.end <= each.end and " " not in reading[other.start : other.end]
            for other in inside
        )
        if not inside or (short and len(inside) == 1 and reading[each.start].isupper()):
            kept.append(each)
    return kept


def _rank(found: Found) -> tuple[int, float, bool, int, str]:
    """The longest first, of equally long names the surest, of equally sure ones those that have a row of their own."""
    return -found.width, -found.confidence, not isinstance(found.owner, OrganizationRow), found.start, found.name


def _longest(candidates: Iterable[Found]) -> list[Found]:
    """Keep of names that overlap the first by rank; in order."""
    kept = _Taken()
    for each in sorted(candidates, key=_rank):
        if not kept.within(each.start, each.end):
            kept.add(each)
    return list(kept)


def _without_rivals(firm: Sequence[Found], defined: dict[str, Found], words: Words) -> list[Found]:
    """Drop names that the text has defined as something else."""
    reading = words.document.text.reading
    return [
        each
        for each in firm
        if (meant := defined.get(reading[each.start : each.end])) is None or meant.entity == each.entity
    ]


def _acronyms(defined: dict[str, Found], firm: Sequence[Found], words: Words) -> list[Found]:
    taken = {(each.start, each.end) for each in firm}
    return [
        Found(
            start, end, meant.name, meant.entity, "acronym", _DEFINED, meant.aliases, meant.country, owner=meant.owner
        )
        for start, end, text in zip(words.starts, words.ends, words.texts, strict=True)
        if (meant := defined.get(text)) and (start, end) not in taken
    ]


def _name_unknown(firm: Sequence[Found], words: Words) -> None:
    """Give an organization of no list the name that it has where it stands first; its inflected forms are the same."""
    first: dict[tuple[str, ...], Found] = {}
    for each in firm:
        if each.entity is not None or each.owner is not None:
            continue
        surface = " ".join(words.document.text.reading[each.start : each.end].split())
        if surface[0] in _MARKS:  # not the last mark of: погранотряд «Мургаб»
            surface = surface.strip(_MARKS)
        key = tuple(words.stems_in(each.start, each.end)) or (fold(surface),)
        known = first.setdefault(key, each)
        if known is each:
            each.name, each.entity = surface, f"org:{fold(surface)}"
        else:
            each.name, each.entity = known.name, known.entity
        each.aliases = tuple(dict.fromkeys([each.name, surface]))


def _doubt(found: Found, lexicon: OrganizationLexicon, document: Document) -> None:
    """Mark a name that texts print for another organization, where its surroundings make that likely."""
    printed = fold(document.text.reading[found.start : found.end])
    confusion = lexicon.confusions.get(printed) or lexicon.confusions.get(printed.replace(" ", ""))
    if confusion is None:
        return
    sentence = document.sentence_at(found.start)
    near = document.text.folded[sentence.start : sentence.end] if sentence else ""
    scope = document.text.folded if confusion.entity is None else near
    if confusion.near and not any(word in scope for word in confusion.near):
        return
    if any(word in scope for word in confusion.unless):
        return
    found.method = f"doubtful: {confusion.reason}"
    found.confidence = _DOUBTFUL if confusion.entity else _ABSTAINED
    found.alternatives = tuple(
        Candidate(id_, lexicon.organizations[id_].name, max(_LIKELIEST - _STEP * rank, _STEP))
        for rank, id_ in enumerate(confusion.may_be)
    )
    if confusion.entity is None:
        found.entity = found.country = None


def _joined(fragments: tuple[Span, ...]) -> tuple[Span, ...]:
    """Make one of fragments that side by side fill a range of the source, in whatever order they are read."""
    ordered = sorted(fragments)
    side_by_side = all(left.end == right.start for left, right in pairwise(ordered))
    return (Span(ordered[0].start, ordered[-1].end),) if side_by_side else fragments


def _mention(found: Found, document: Document, parts: Parts) -> Mention:
    fragments = (found.source,) if found.source else _joined(document.spans(found.start, found.end))
    first = fragments[0]
    role: Role = "metadata" if parts.is_metadata(found.start) else "literal"
    sentence = document.sentence_at(found.start)
    return Mention(
        kind="organization",
        start=first.start,
        end=first.end,
        surface=document.text.source[first.start : first.end],
        reading=Span(found.start, found.end),
        name=found.name,
        fragments=fragments,
        aliases=found.aliases,
        entity=found.entity,
        country=found.country,
        confidence=found.confidence,
        role=role,
        method=found.method,
        language=sentence.language if sentence else document.language,
        alternatives=found.alternatives,
    )
