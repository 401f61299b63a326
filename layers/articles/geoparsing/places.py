"""PlaceFinder: the places that an article names, resolved to the gazetteer's."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from geo.gazetteer_cache import open_index
from layers.articles.geoparsing.place_models import SpacyRecognizer
from layers.articles.geoparsing.place_roles import PlaceRoles
from layers.articles.geoparsing.place_words import PlaceWords
from layers.articles.geoparsing.resolution import Resolution, Resolver
from layers.articles.geoparsing.toponyms import GazetteerRecognizer, PlaceRecognizer
from layers.articles.mention import Candidate, Mention, PlaceKind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from geo.gazetteer_index import GazetteerIndex, IndexedPlace
    from layers.articles.geoparsing.toponym import Toponym
    from layers.articles.mention import Role
    from layers.articles.wording.document import Document
    from layers.articles.wording.text import Span

__all__ = ["PlaceFinder"]


class PlaceFinder:
    """Finds places in documents; made once and used for many.

    Examples
    --------
    >>> from layers.articles.wording.document import Document
    >>> finder = PlaceFinder.open()
    >>> document = Document.of("Trucks left Termez in Uzbekistan.")
    >>> [(m.surface, m.entity) for m in finder.find(document, ())]
    [('Termez', 'geonames:1215957'), ('Uzbekistan', 'uz')]
    """

    def __init__(self, index: GazetteerIndex, words: PlaceWords, recognizer: PlaceRecognizer | None = None) -> None:
        self.index = index
        self._words = words
        self._names = GazetteerRecognizer(index, words)
        self._recognizer = recognizer or self._names
        self._resolver = Resolver(index)

    @classmethod
    def open(
        cls,
        cache: Path | None = None,
        root: Path | None = None,
        progress: Callable[[str], None] | None = None,
        pipeline: str | None = None,
    ) -> PlaceFinder:
        """Open the gazetteer index, building it first where there is none yet, and read the lexicons.

        Parameters
        ----------
        cache, root, progress
            As for :func:`geo.gazetteer_cache.open_index`.
        pipeline
            The name of an installed spaCy pipeline that recognizes names instead of our own rules; needs the extra
            ``models``.

        Raises
        ------
        MissingData, DamagedData, UnrecordedSource, InvalidRecords
            An input is missing or damaged, or the pipeline is not installed.
        """
        index, words = open_index(cache, root, progress), PlaceWords.read(root)
        recognizer = SpacyRecognizer.load(pipeline, GazetteerRecognizer(index, words)) if pipeline else None
        return cls(index, words, recognizer)

    def find(self, document: Document, organizations: Iterable[Mention] = ()) -> tuple[Mention, ...]:
        """Return the places in the order of the text; none is looked for inside the names of organizations."""
        taken = [mention.reading for mention in organizations]
        toponyms = list(self._recognizer.toponyms(document, taken))
        resolutions = self._resolver.resolve(document.text.reading, toponyms)
        roles = PlaceRoles(document, self._words)
        return tuple(
            _mention(document, toponym, resolution, roles.role(toponym, resolution.place))
            for toponym, resolution in zip(toponyms, resolutions, strict=True)
        )

    def resolve(self, document: Document, spans: Sequence[Span]) -> list[tuple[Mention, tuple[IndexedPlace, ...]]]:
        """Return what the names at given spans of the reading stand for, each with all places that it may stand for.

        The spans may come from anywhere: a person, a model. An unknown name gives a mention without entity.
        """
        toponyms = [self._names.toponym_at(document, span) for span in spans]
        order = sorted(range(len(spans)), key=lambda number: spans[number])
        resolutions = self._resolver.resolve(document.text.reading, [toponyms[number] for number in order])
        found = dict(zip(order, resolutions, strict=True))
        return [
            (_mention(document, toponym, found[number], toponym.role), tuple(map(self.index.place, toponym.rows)))
            for number, toponym in enumerate(toponyms)
        ]

    def mention_of(self, document: Document, span: Span, place: IndexedPlace) -> Mention:
        """Return the mention of a place that is known to be meant at a span of the reading."""
        return _mention(document, self._names.toponym_at(document, span), Resolution(place, 1.0, ()), "literal")


def _mention(document: Document, toponym: Toponym, resolution: Resolution, role: Role) -> Mention:
    spans = document.spans(*toponym.span)
    source = document.text.source
    place = resolution.place
    sentence = document.sentence_at(toponym.span.start)
    return Mention(
        kind="place",
        start=spans[0].start,
        end=spans[0].end,
        surface=source[spans[0].start : spans[0].end],
        reading=toponym.span,
        name=place.name if place else document.text.reading[toponym.span.start : toponym.span.end],
        fragments=spans,
        entity=place.id if place else None,
        place_kind=cast("PlaceKind", place.kind) if place else None,
        lon=place.lon if place else None,
        lat=place.lat if place else None,
        geonames_id=place.geonames_id if place else None,
        country=(place.country or None) if place else None,
        where_prec=place.where_prec if place else None,
        confidence=resolution.confidence,
        role=role,
        method=toponym.method,
        language=sentence.language if sentence else document.language,
        alternatives=tuple(_candidate(other, score) for other, score in resolution.alternatives),
    )


def _candidate(place: IndexedPlace, score: float) -> Candidate:
    return Candidate(
        entity=place.id,
        name=place.name,
        score=score,
        place_kind=cast("PlaceKind", place.kind),
        lon=place.lon,
        lat=place.lat,
        geonames_id=place.geonames_id,
        country=place.country or None,
    )
