"""Types of the coverage records: one frozen class for each kind of record in ``data/coverage``.

Fields carry the names of the JSON records; a trailing underscore keeps a Python keyword apart (``class_``, ``from_``).
A text in several languages maps ISO 639-1 codes to texts, words as printed map article ids to them. ``None`` means that
the articles do not say. The schemas in ``layers/schemas`` list what each field may hold.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from functools import lru_cache
from types import MappingProxyType, NoneType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from layers.evidence import Evidence, Reference  # noqa: TC001 -- decode reads the hints of the fields

__all__ = [
    "Alias",
    "Article",
    "Candidate",
    "CitedReference",
    "Claim",
    "Conflict",
    "CorridorRecord",
    "Incident",
    "Leg",
    "Membership",
    "Organization",
    "Part",
    "Quantity",
    "Reliability",
    "Side",
    "Threat",
    "Value",
    "Work",
    "decode",
]

Texts = Mapping[str, str]
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Article:
    """A published article: bibliographic facts and the identity of its text, never the text.

    ``length`` counts characters. Articles of one ``independence_group`` count as one source.
    """

    id: str
    title: Texts
    language: str
    languages: tuple[str, ...]
    authors: tuple[str, ...]
    affiliation: str | None
    year: int | None
    publisher: str | None
    doi: str | None
    url: str | None
    licence: str | None
    sha256: str
    length: int
    independence_group: str


@dataclass(frozen=True, slots=True)
class Alias:
    """Another name of an organization, as printed or in common use, with its language."""

    lang: str
    text: str


@dataclass(frozen=True, slots=True)
class Organization:
    """An organization that the articles speak of. ``wikidata`` is ``None`` unless the id was seen."""

    id: str
    name: Texts
    acronym: str | None
    aliases: tuple[Alias, ...]
    class_: str
    wikidata: str | None
    gloss: Texts
    evidence: tuple[Evidence, ...]
    note: Texts | None


@dataclass(frozen=True, slots=True)
class Membership:
    """A state's part in an organization: ``attested`` by articles, or ``context`` with dates and a reference.

    ``member`` is a lower-case ISO 3166-1 alpha-2 code. ``valid_from`` and ``valid_to`` are ISO 8601 dates of the
    precision that the source gives; ``valid_to`` ``None`` means: not known to have ended.
    """

    id: str
    organization: str
    member: str
    relation: str
    basis: str
    valid_from: str | None
    valid_to: str | None
    articles: tuple[str, ...]
    evidence: tuple[Evidence, ...]
    references: tuple[Reference, ...]


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number that an article gives. ``low``, ``best``, ``high`` are ``None`` where it is suspect or only words."""

    what: Texts
    as_printed: Texts
    low: float | None
    best: float | None
    high: float | None
    integrity: str | None


@dataclass(frozen=True, slots=True)
class Reliability:
    """The Admiralty code: ``source`` A to F and ``information`` 1 to 6. F6 means that neither can be judged."""

    source: str
    information: int


@dataclass(frozen=True, slots=True)
class Incident:
    """An event (``role`` event), or background that belongs to the article alone (``role`` context).

    ``date_start`` and ``date_end`` bound what is known, both inclusive. With ``date_integrity`` suspect they hold a
    reviewed reading of damaged digits and ``date_as_printed`` what stands there. ``where_prec`` is UCDP's precision
    (4 province, 5 border or fuzzy area, 6 country, 7 larger region), ``None`` where no place is stated. ``border`` is a
    border id, or a country code for "on the border of".
    """

    id: str
    title: Texts
    gloss: Texts
    category: str
    role: str
    date_start: str | None
    date_end: str | None
    date_prec: str | None
    date_as_printed: Texts
    date_integrity: str | None
    date_candidates: tuple[str, ...]
    date_note: Texts | None
    area: str | None
    area_note: Texts | None
    other_areas: tuple[str, ...]
    where_prec: int | None
    border: str | None
    organizations: tuple[str, ...]
    threat: str | None
    strategy: str | None
    level: int | None
    quantities: tuple[Quantity, ...]
    modality: str
    status: str
    reliability: Reliability
    conflicts: tuple[str, ...]
    articles: tuple[str, ...]
    evidence: tuple[Evidence, ...]
    references: tuple[Reference, ...]


@dataclass(frozen=True, slots=True)
class Value:
    """A claim's number with its unit and what is counted of what. Numbers are ``None`` where they are suspect."""

    low: float | None
    best: float | None
    high: float | None
    unit: str
    numerator: Texts
    denominator: Texts | None


@dataclass(frozen=True, slots=True)
class Candidate:
    """One way to read a damaged number, and why."""

    reading: str
    basis: Texts


@dataclass(frozen=True, slots=True)
class Claim:
    """What an article claims of a flow or a quantity. ``transit`` holds area ids and border ids."""

    id: str
    kind: str
    title: Texts
    gloss: Texts
    subject: Texts
    property: str
    as_printed: Texts
    value: Value | None
    candidates: tuple[Candidate, ...]
    integrity: str | None
    integrity_note: Texts | None
    origin: tuple[str, ...]
    transit: tuple[str, ...]
    destination: tuple[str, ...]
    origin_notes: Texts | None
    organizations: tuple[str, ...]
    modality: str
    polarity: str
    threat: str | None
    conflicts: tuple[str, ...]
    articles: tuple[str, ...]
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Side:
    """What one article prints in a conflict, and how it is read (``None``: as it stands)."""

    article: str
    as_printed: str
    reading: str | None


@dataclass(frozen=True, slots=True)
class Conflict:
    """Where articles, or two places of one, do not agree; or only seem to (``state``). ``about`` names records."""

    id: str
    title: Texts
    gloss: Texts
    state: str
    about: tuple[str, ...]
    sides: tuple[Side, ...]
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Leg:
    """One arrow of a corridor, from area to area, and the articles that state it."""

    from_: str
    to: str
    articles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """A border or an area of a corridor, by id, and the articles that state it."""

    id: str
    articles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CorridorRecord:
    """A corridor as articles state it, without geometry: ``depiction`` says how it may be drawn.

    ``flow`` is the kind of what is said to move (drugs, energy, goods, links, fighters), ``None`` where nothing is; ``substance``
    says it in words.
    """

    id: str
    title: Texts
    gloss: Texts
    flow: str | None
    attestation_class: str
    depiction: str
    legs: tuple[Leg, ...]
    borders: tuple[Part, ...]
    areas: tuple[Part, ...]
    claims: tuple[str, ...]
    incidents: tuple[str, ...]
    conflicts: tuple[str, ...]
    substance: Texts
    note: Texts | None
    single_article: bool
    status: str
    articles: tuple[str, ...]
    evidence: tuple[Evidence, ...]
    references: tuple[Reference, ...]


@dataclass(frozen=True, slots=True)
class Threat:
    """A heading under which articles place things: a threat dimension, a level of analysis or a strategy."""

    id: str
    kind: str
    name: Texts
    gloss: Texts
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class CitedReference:
    """A work that an article cites. ``year`` is ``None`` and ``year_reading`` holds a reading where digits are damaged."""

    id: str
    article: str
    kind: str
    authors: tuple[str, ...]
    year: int | None
    year_as_printed: str | None
    year_reading: str | None
    integrity: str | None
    title: str | None
    pages: str | None
    url: str | None
    resolves_to: str | None
    note: Texts | None
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Work:
    """A work on which outside knowledge rests. ``seen`` says what of it was seen."""

    id: str
    author: str | None
    title: str
    place: str | None
    date: str | None
    url: str | None
    isbn: str | None
    seen: str


def decode(cls: type[R], record: Mapping[str, Any]) -> R:
    """Make a record type out of a JSON record that has passed its schema.

    Raises
    ------
    KeyError
        A field is missing: the record was not checked.

    Examples
    --------
    >>> decode(Leg, {"from": "af", "to": "tj", "articles": ["sample"]})
    Leg(from_='af', to='tj', articles=('sample',))
    """
    made: R = _value(cls, record)
    return made


def _value(hint: Any, value: Any) -> Any:  # noqa: ANN401 -- follows the hints of any field
    if value is None:
        return None
    arguments = get_args(hint)
    if NoneType in arguments:
        return _value(next(argument for argument in arguments if argument is not NoneType), value)
    origin = get_origin(hint)
    if origin is tuple:
        return tuple(_value(arguments[0], item) for item in value)
    if origin is Mapping:
        return MappingProxyType(dict(value))
    if isinstance(hint, type) and is_dataclass(hint):
        hints = _hints(hint)
        return hint(**{f.name: _value(hints[f.name], value[f.name.removesuffix("_")]) for f in fields(hint)})
    return value


@lru_cache
def _hints(cls: type) -> Mapping[str, Any]:
    return get_type_hints(cls)
