"""Learned recognizers of places behind the protocol of :mod:`layers.articles.geoparsing.toponyms`; they need the extra ``models``."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

import numpy as np

from geo.errors import MissingData
from layers.articles.wording.text import Span

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from layers.articles.geoparsing.toponym import Toponym
    from layers.articles.geoparsing.toponyms import GazetteerRecognizer
    from layers.articles.wording.document import Document

__all__ = ["SpacyRecognizer"]

LABELS = frozenset(["GPE", "LOC", "FAC", "LOCATION"])
"""What spaCy's pipelines call a place; ``LOC`` in those that know no ``GPE``."""

HINT = "Install both: pip install 'corridormap[models]' and the pipeline, for example python -m spacy download {name}."


class SpacyRecognizer:
    """Names that a spaCy pipeline calls a place; which place they are is looked up in the gazetteer."""

    def __init__(self, pipeline: Callable[[str], Any], names: GazetteerRecognizer) -> None:
        """Take a loaded pipeline: called with a text it returns an object with ``ents``."""
        self._pipeline = pipeline
        self._names = names

    @classmethod
    def load(cls, name: str, names: GazetteerRecognizer) -> SpacyRecognizer:
        """Load an installed pipeline by name.

        Raises
        ------
        MissingData
            spaCy or the pipeline is not installed.
        """
        try:
            spacy = importlib.import_module("spacy")
            return cls(spacy.load(name), names)
        except (ImportError, OSError) as error:
            raise MissingData(
                f"The spaCy pipeline {name!r} cannot be loaded: {error}", hint=HINT.format(name=name)
            ) from error

    def toponyms(self, document: Document, taken: Sequence[Span] = ()) -> Iterator[Toponym]:
        """Yield the names of places in the order of the text; see :class:`layers.articles.geoparsing.toponyms.PlaceRecognizer`."""
        covered = np.zeros(len(document.text.reading) + 1, dtype=np.bool_)
        for start, end in taken:
            covered[start:end] = True
        for entity in self._pipeline(document.text.reading).ents:
            start, end = entity.start_char, entity.end_char
            if entity.label_ in LABELS and not covered[start:end].any():
                covered[start:end] = True
                yield self._names.toponym_at(document, Span(start, end))
