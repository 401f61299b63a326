"""Reader: from the text of an article to all that it reports, and the comparison of articles with each other.

::

    document → numerals → organizations → places → dates, quantities → incidents, claims
    all articles together → numbers that leaked from one into another → independence groups → conflicts

Made once (lexicons and the index of the world's place names), then used for any number of texts. What it finds depends on
the text, the date of publication and :attr:`Reader.version` alone.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import importlib.resources
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Self

from geo.datasets import data_root
from layers.articles.actors.jurisdictions import find_jurisdictions
from layers.articles.actors.organization_lexicon import OrganizationLexicon
from layers.articles.actors.organizations import find_organizations
from layers.articles.amounts.quantities import find_quantities
from layers.articles.amounts.quantity_lexicon import QuantityLexicon
from layers.articles.comparison import Comparison, Corrected
from layers.articles.dating.date_lexicon import DateLexicon
from layers.articles.dating.dates import find_dates
from layers.articles.events.incident_lexicon import IncidentLexicon
from layers.articles.events.incidents import find_incidents
from layers.articles.geoparsing.places import PlaceFinder
from layers.articles.numbers.leaks import leaked_numerals
from layers.articles.numbers.numerals import find_numerals
from layers.articles.reading import Reading
from layers.articles.statements.benchmarks import Benchmark, read_benchmarks
from layers.articles.statements.claims import find_claims
from layers.articles.statements.conflicts import find_conflicts
from layers.articles.statements.flow_lexicon import FlowLexicon
from layers.articles.versions.independence import independence_groups
from layers.articles.wording.document import Document
from layers.pickled import Pickled

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import date
    from pathlib import Path

    from layers.articles.mention import Mention
    from layers.articles.numbers.numeral import Numeral
    from layers.articles.statements.conflict import ReadConflict
    from layers.articles.wording.text import Span

__all__ = ["Reader"]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Reader:
    """The whole reader. Make it with :meth:`open`; it holds no state of any text."""

    organizations: OrganizationLexicon
    places: PlaceFinder
    dates: DateLexicon
    quantities: QuantityLexicon
    incidents: IncidentLexicon
    flows: FlowLexicon
    benchmarks: tuple[Benchmark, ...]
    version: str
    """Names the code and the lexicons: what another version found may be found otherwise."""

    @classmethod
    def open(
        cls, root: Path | None = None, *, cache: Path | None = None, progress: Callable[[str], None] | None = None
    ) -> Self:
        """Read the lexicons and open the index of place names.

        Parameters
        ----------
        root
            The data folder; ``None`` means :func:`geo.datasets.data_root`.
        cache, progress
            Where the index is kept, and who is told when it has to be built first: see
            :func:`geo.gazetteer_cache.open_index`.

        Raises
        ------
        DataError
            A lexicon is missing or faulty (all faults of a lexicon at once), or the index cannot be built.
        """
        root = root or data_root()
        places = PlaceFinder.open(cache, root, progress)
        return cls(
            organizations=OrganizationLexicon.read(root),
            places=places,
            dates=DateLexicon.read(root),
            quantities=QuantityLexicon.read(root),
            incidents=IncidentLexicon.read(root),
            flows=FlowLexicon.read(root),
            benchmarks=tuple(read_benchmarks(root)),
            version=_version(root),
        )

    def read(self, source: str, *, id: str, published: date | None = None) -> Reading:  # noqa: A002 -- the record's own word
        """Read one article by itself.

        Parameters
        ----------
        source
            Its text: any Unicode string, also an empty one.
        id
            What to call it in the reading.
        published
            The day on which it appeared: relative dates ("on Monday") count from it and are unknown without it.

        Examples
        --------
        >>> reader = Reader.open()
        >>> reading = reader.read("On 12 May 2019 border guards seized 3 kg of heroin near Kulob, Tajikistan.", id="a")
        >>> [(each.category, each.date_start, each.place.name) for each in reading.incidents]
        [('seizure', '2019-05-12', 'Kulob')]
        """
        document = Document.of(source, id=id)
        organizations = find_organizations(document, self.organizations)
        places = self.places.find(document, organizations)
        mentions = tuple(sorted((*organizations, *places), key=lambda mention: (mention.reading, mention.kind)))
        return self._finished(document, mentions, find_numerals(document), published)

    def compare(self, readings: Sequence[Reading]) -> Comparison:
        """Compare articles with each other and tell what comes of it.

        Readings are asked for one by one, so that they may lie on disk (:class:`layers.pickled.Pickled`) and be light
        (:meth:`Reading.to_compare`). Numbers that are another article's scrambled digits are marked suspect, and what
        rests on them is read again; articles that are versions of one text get one group. The readings' ids must differ.
        """
        reread = Pickled[Reading]()
        place_of = {}
        leaked = leaked_numerals(readings)
        for place, reading in enumerate(readings if leaked else ()):
            if reading.id in leaked:
                place_of[place] = reread.add(self._with_numerals(reading, leaked[reading.id]))
        corrected = Corrected(readings, reread, place_of)
        groups = independence_groups(reading.fingerprint or reading for reading in corrected)
        grouped = replace(corrected, groups=groups)
        return Comparison(grouped, groups, find_conflicts(grouped, self.benchmarks))

    def compared(self, readings: Sequence[Reading]) -> tuple[Reading, ...]:
        """Return the same readings, in the same order, with what a comparison of all of them tells (:meth:`compare`).

        Each conflict stands in every reading that it touches.

        Examples
        --------
        >>> reader = Reader.open()
        >>> reader.compared([reader.read("Nothing happened.", id="a")])[0].independence_group
        'a'
        """
        comparison = self.compare(readings)
        of_article: dict[str, list[ReadConflict]] = {}
        for conflict in comparison.conflicts:
            for article in conflict.articles:
                of_article.setdefault(article, []).append(conflict)
        return tuple(
            replace(reading, conflicts=tuple(of_article.get(reading.id, ()))) for reading in comparison.readings
        )

    def _with_numerals(self, reading: Reading, suspect: Iterable[Numeral]) -> Reading:
        instead = {numeral.start: numeral for numeral in suspect}
        numerals = tuple(instead.get(numeral.start, numeral) for numeral in reading.numerals)
        # A reading that waits for others has let go of its words.
        document = Document.of(reading.document.text.source, id=reading.id)
        return replace(
            self._finished(document, reading.mentions, numerals, reading.published), fingerprint=reading.fingerprint
        )

    def _jurisdictions(self, document: Document, mentions: Sequence[Mention]) -> Mapping[Span, Mention]:
        bodies = [each for each in mentions if each.kind == "organization"]
        return find_jurisdictions(document, bodies, [each for each in mentions if each.kind == "place"], self.places)

    def _finished(
        self,
        document: Document,
        mentions: tuple[Mention, ...],
        numerals: tuple[Numeral, ...],
        published: date | None,
    ) -> Reading:
        dates = find_dates(document, numerals, published, self.dates)
        quantities = find_quantities(document, numerals, self.quantities, dates)
        return Reading(
            document=document,
            published=published,
            mentions=mentions,
            numerals=numerals,
            dates=dates,
            quantities=quantities,
            incidents=find_incidents(
                document,
                mentions,
                dates,
                quantities,
                self.incidents,
                published,
                self._jurisdictions(document, mentions),
            ),
            claims=find_claims(document, mentions, numerals, self.flows, dates=dates),
            independence_group=document.id,
        )


def _version(root: Path) -> str:
    """Return the package's version and eight hex digits that change with the reader's code and its lexicons."""
    sha = hashlib.sha256()
    code = importlib.resources.files("layers.articles")
    rooms = (code, *(room for room in code.iterdir() if room.is_dir()))
    lexicons = root / "lexicons"
    files = (*(file for room in rooms for file in room.iterdir()), *(lexicons.iterdir() if lexicons.is_dir() else ()))
    for file in sorted(files, key=lambda each: each.name):
        if file.name.endswith((".py", ".toml", ".txt", ".tsv")):
            sha.update(file.name.encode() + b"\0" + file.read_bytes())
    try:
        package = importlib.metadata.version("corridormap")
    except importlib.metadata.PackageNotFoundError:
        package = "0"
    return f"{package}+{sha.hexdigest()[:8]}"
