"""ClaimContext: one document as the finders of claims look at it: passages, phrases, and what stands where."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from layers.articles.documents.passages import passages_of
from layers.articles.statements.claim import Slot
from layers.articles.statements.clauses import clauses_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy.typing as npt

    from layers.articles.documents.passages import Passage
    from layers.articles.mention import Mention
    from layers.articles.statements.claim import DatedSpan, Number, SlotRole
    from layers.articles.statements.flow_lexicon import FlowLexicon, Label
    from layers.articles.statements.slots import Placed
    from layers.articles.wording.document import Document
    from layers.articles.wording.phrases import Hit
    from layers.articles.wording.text import Span

__all__ = ["ClaimContext", "PassageHits"]

_LOOK_BACK = 3
"""A passage may speak of what so many passages before it name."""
_LOOK_AHEAD = 2
_IN_PASSING = 4
"""A region named so many times less often than another is named in passing."""
_STANDS_FOR = {"region": ("region", "admin1", "feature"), "border": ("region",), "country": ("country",)}
"""What "this region" may stand for, likeliest first."""
_RELATIVE_LETTERS = 2500
"""So far back "this region" may point."""


@dataclass(slots=True)
class PassageHits:
    """The phrases of one passage: by first token, and by kind in the order of the text."""

    at: dict[int, list[Hit[Label]]]
    kinds: dict[str, list[Hit[Label]]]

    def of(self, kind: str) -> list[Hit[Label]]:
        """Return the phrases of one kind, in order."""
        return self.kinds.get(kind, [])


@dataclass(slots=True)
class ClaimContext:
    """A document with its mentions, numbers and dates, indexed by token and passage."""

    document: Document
    lexicon: FlowLexicon
    numerals: Sequence[Number]
    dates: Sequence[DatedSpan]
    passages: tuple[Passage, ...] = ()
    places: dict[int, Mention] = field(default_factory=dict)
    organizations: dict[int, Mention] = field(default_factory=dict)
    _place_tokens: list[int] = field(default_factory=list)
    _ordered: list[Mention] = field(default_factory=list)
    _ordered_starts: list[int] = field(default_factory=list)
    _numeral_starts: list[int] = field(default_factory=list)
    _date_starts: list[int] = field(default_factory=list)
    _counts: Counter[str] = field(default_factory=Counter)
    _hits: dict[int, PassageHits] = field(default_factory=dict)
    _phrases: dict[Passage, list[Hit[Label]]] = field(default_factory=dict)
    _triggered: dict[Passage, bool] = field(default_factory=dict)
    _displaced: npt.NDArray[np.bool_] = field(default_factory=lambda: np.zeros(0, dtype=np.bool_))

    @classmethod
    def of(
        cls,
        document: Document,
        mentions: Sequence[Mention],
        numerals: Sequence[Number],
        dates: Sequence[DatedSpan],
        lexicon: FlowLexicon,
    ) -> ClaimContext:
        """Index a document; everything is sorted by where it stands."""
        made = cls(
            document,
            lexicon,
            sorted(numerals, key=lambda numeral: numeral.reading),
            sorted(dates, key=lambda date: date.reading),
            passages_of(document),
        )
        starts = [token.start for token in document.tokens]
        made._ordered = sorted(mentions, key=lambda mention: (mention.reading.start, -mention.reading.end))
        made._ordered_starts = [mention.reading.start for mention in made._ordered]
        made._numeral_starts = [numeral.reading.start for numeral in made.numerals]
        made._date_starts = [date.reading.start for date in made.dates]
        covered = -1
        for mention in made._ordered:
            if mention.reading.start < covered:  # a place inside an organization's name
                continue
            token = bisect_right(starts, mention.reading.start) - 1
            if token < 0 or made._is_small_word(mention, token):
                continue
            is_place = mention.kind == "place" or mention.name in lexicon.territorial
            (made.places if is_place else made.organizations).setdefault(token, mention)
            covered = mention.reading.end
        made._counts = Counter(map(_key, made._ordered))
        made._place_tokens = sorted(made.places)
        if document.text.offsets is not None:
            made._displaced = np.diff(document.text.offsets) < 0
        made.passages = tuple(clause for passage in made.passages for clause in made._clauses(passage))
        return made

    def _is_small_word(self, mention: Mention, token: int) -> bool:
        """Whether a place is a word like "in", which a gazetteer may hold as a name."""
        word = self.document.tokens[token]
        index = self.lexicon.words.get(mention.language or self.document.language)
        if index is None or mention.reading.end > word.end:
            return False
        return any(label.kind == "word" and label.value in {"stop", "glue"} for label in index.labels(word.folded))

    def has_trigger(self, passage: Passage) -> bool:
        """Whether a passage has a word without which it holds no claim."""
        if passage not in self._triggered:
            index = self.lexicon.triggers.get(passage.language)
            self._triggered[passage] = index is not None and bool(
                index.find(self.document.tokens, passage.first, passage.last)
            )
        return self._triggered[passage]

    def has_mention(self, passage: Passage) -> bool:
        """Whether a passage names a place or an organization."""
        at = bisect_left(self._ordered_starts, passage.start)
        return at < len(self._ordered_starts) and self._ordered_starts[at] < passage.end

    def has_place(self, passage: Passage) -> bool:
        """Whether a passage names a place."""
        at = bisect_left(self._place_tokens, passage.first)
        return at < len(self._place_tokens) and self._place_tokens[at] < passage.last

    def points_back(self, passage: Passage) -> bool:
        """Whether a passage speaks of a place by words that stand for one: "this region"."""
        pointing = self.lexicon.pointing.get(passage.language)
        found = pointing.search(self.document.text.folded, passage.start, passage.end) if pointing else None
        return found is not None

    @property
    def is_damaged(self) -> bool:
        """Whether letters of the text stand in another order in the source: then a PDF gave them back so."""
        return bool(self._displaced.any())

    def is_displaced(self, passage: Passage) -> bool:
        """Whether the letters of a passage stand in another order in the source."""
        return bool(self._displaced[passage.start : passage.end].any())

    def _clauses(self, passage: Passage) -> list[Passage]:
        if not self.has_place(passage) or not self.has_trigger(passage) or self.is_displaced(passage):
            return [passage]
        return clauses_of(self.document.tokens, passage, self.places, self._found(passage))

    def _found(self, passage: Passage) -> list[Hit[Label]]:
        if passage not in self._phrases:
            index = self.lexicon.words.get(passage.language)
            self._phrases[passage] = index.find(self.document.tokens, passage.first, passage.last) if index else []
        return self._phrases[passage]

    def hits(self, number: int) -> PassageHits:
        """Return the phrases of passage ``number``; looked up once."""
        if number not in self._hits:
            at: dict[int, list[Hit[Label]]] = {}
            kinds: dict[str, list[Hit[Label]]] = {}
            found = self._found(self.passages[number])
            agents = {hit.first for hit in found if hit.label.kind == "agent"}
            for hit in found:
                if hit.first in agents and hit.label.kind == "movement":
                    continue
                at.setdefault(hit.first, []).append(hit)
                kinds.setdefault(hit.label.kind, []).append(hit)
            self._hits[number] = PassageHits(at, kinds)
        return self._hits[number]

    def commodity_near(self, number: int) -> Hit[Label] | None:
        """Return what the passages before one, or just behind it, name as moving; generic words left out."""
        for before in range(number - 1, max(-1, number - 1 - _LOOK_BACK), -1):
            named = [hit for hit in self.hits(before).of("commodity") if not hit.label.generic]
            if named:
                return named[-1]
        for behind in range(number + 1, min(len(self.passages), number + 1 + _LOOK_AHEAD)):
            named = [hit for hit in self.hits(behind).of("commodity") if not hit.label.generic]
            if named:
                return named[0]
        return None

    def numerals_in(self, passage: Passage) -> Sequence[Number]:
        """Return the numbers of a passage, in order."""
        low = bisect_left(self._numeral_starts, passage.start)
        return self.numerals[low : bisect_left(self._numeral_starts, passage.end)]

    def organizations_in(self, passage: Passage) -> list[tuple[int, Mention]]:
        """Return the organizations of a passage with their first tokens, in order."""
        low = bisect_left(self._ordered_starts, passage.start)
        high = bisect_left(self._ordered_starts, passage.end)
        starts = [token.start for token in self.document.tokens[passage.first : passage.last]]
        found = []
        for mention in self._ordered[low:high]:
            if mention.kind == "organization":
                token = passage.first + bisect_right(starts, mention.reading.start) - 1
                if self.organizations.get(token) is mention:
                    found.append((token, mention))
        return found

    def period(self, passage: Passage) -> tuple[str | None, str | None, str] | None:
        """Return the one date of a passage as (ISO start, ISO end, precision); ``None`` for none or several."""
        low = bisect_left(self._date_starts, passage.start)
        high = bisect_left(self._date_starts, passage.end)
        if high - low != 1:
            return None
        date = self.dates[low]
        start, end = (None if edge is None else str(edge) for edge in (date.date_start, date.date_end))
        return (start, end, str(date.date_prec))

    def last_place(self, token: int, kind: str, avoid: frozenset[str] = frozenset()) -> Mention | None:
        """Return the place of a kind that "this region" before a token may stand for, none of those to avoid.

        It is the last one named, but no place that the text names in passing while it speaks of another all the time.
        """

        def fits(mention: Mention) -> bool:
            return mention.kind == "place" and mention.place_kind == kind and _key(mention) not in avoid

        near = self._before(token, fits)
        often = max((self._counts[_key(mention)] for mention in near), default=0)
        return next((each for each in near if _IN_PASSING * self._counts[_key(each)] >= often), None)

    def last_organization(self, token: int) -> Mention | None:
        """Return the organization that the text named last before a token."""
        return next(iter(self._before(token, lambda mention: mention.kind == "organization")), None)

    def _before(self, token: int, fits: Callable[[Mention], bool]) -> list[Mention]:
        """Return the mentions of a kind in the letters before a token, the last first."""
        letter = self.document.tokens[token].start
        high = bisect_left(self._ordered_starts, letter)
        low = bisect_left(self._ordered_starts, letter - _RELATIVE_LETTERS)
        return [mention for mention in reversed(self._ordered[low:high]) if fits(mention)]

    def slot(self, placed: Placed, role: SlotRole, avoid: frozenset[str] = frozenset()) -> Slot | None:
        """Return a place of a passage as a claim's slot; ``None`` where its words point at nothing.

        "This region" never points at one of the places to ``avoid``: those that the claim names in other roles.
        """
        if placed.mention is not None:
            return self.named(placed.mention, role)
        label = placed.label
        if label is None:
            return None
        span = self.source(placed.first, placed.last)
        if not label.place_kind:
            return Slot(role, label.value, None, span.start, span.end, relative=True)
        kinds = _STANDS_FOR[label.place_kind]
        found = (self.last_place(placed.first, kind, avoid) for kind in kinds)
        mention = next((each for each in found if each is not None), None)
        if mention is None:
            return None
        return Slot(
            role, mention.name, mention.entity, span.start, span.end, relative=True, place_kind=mention.place_kind
        )

    @staticmethod
    def named(mention: Mention, role: SlotRole) -> Slot:
        """Return a mention as a claim's slot."""
        return Slot(role, mention.name, mention.entity, mention.start, mention.end, place_kind=mention.place_kind)

    def source(self, first: int, last: int) -> Span:
        """Return where the first fragment of the tokens ``[first:last]`` stands in the source."""
        return self.spans(first, last)[0]

    def spans(self, first: int, last: int) -> tuple[Span, ...]:
        """Return where the tokens ``[first:last]`` stand in the source, in reading order."""
        tokens = self.document.tokens
        return self.document.spans(tokens[first].start, tokens[last - 1].end)


def _key(mention: Mention) -> str:
    return mention.entity or mention.name.casefold()
