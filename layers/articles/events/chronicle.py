"""Chronicle: the passages of one text read in order, each happening made an event of its own or a part of one before.

What a passage leaves unsaid – the day, the place, whose toll it gives – holds from the passages before it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from layers.articles.events.happenings import CONTEXT_THRESHOLD, THRESHOLD, Happening, happenings_in
from layers.articles.events.incident import REGION, ReadIncident
from layers.articles.events.incident_places import is_specific, ties_of, unknown_place
from layers.articles.events.incident_record import is_anchored, record_of
from layers.articles.events.modality import denial_of_before
from layers.articles.events.scene import WORDS, Scene, dateline_of, is_silent, points_elsewhere
from layers.articles.events.story import MOST_TOLD, Event, When, goes_on, joined, share_a_group

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from layers.articles.amounts.quantities import Quantity
    from layers.articles.dating.dates import DateMention
    from layers.articles.events.incident_lexicon import IncidentLexicon
    from layers.articles.events.incident_places import Tie
    from layers.articles.events.unit import Unit
    from layers.articles.mention import Mention
    from layers.articles.wording.document import Document
    from layers.articles.wording.text import Span

__all__ = ["Chronicle"]

_CONTEXT_BONUS = 0.15
_REPORT_DAYS = 31
_VIOLENT = frozenset(["attack", "armed_clash", "operation", "other_political_violence"])
_HEADING_TOKENS = 12
_RECALL = 12
"""So many passages back "the attack" may have been told of."""
_REACH_BACK = 4
"""So many passages back a place may have been named that still holds."""
_LEAD = 2
"""So many passages at the head of a text may date what it tells of."""
_AFTER = 2
"""So many passages after an event may give the place that its own passage does not."""


class Chronicle:
    """Reads the passages of one document in order."""

    def __init__(
        self,
        document: Document,
        places: list[Mention],
        dates: Sequence[DateMention],
        lexicon: IncidentLexicon,
        published: date | None,
        jurisdictions: Mapping[Span, Mention],
    ) -> None:
        self.document = document
        self.lexicon = lexicon
        self.places = places
        self.events: list[Event] = []
        self._before: Unit | None = None
        self._date: DateMention | None = None
        self._tie: Tie | None = None
        self._unit_tie: tuple[int, Tie] | None = None
        self._block = -1
        self._last_tie: tuple[Tie, int] | None = None
        self._lead_date: DateMention | None = None
        self._leads_list = False
        self._threat: str | None = None
        self._waiting: list[tuple[Event, int]] = []
        self.dateline_end, dateline = dateline_of(document, places, dates)
        self._scene = Scene(places, lexicon.countries, REGION, dateline, jurisdictions)
        day = published
        if self.dateline_end and dates[0].date_prec == "day" and dates[0].date_end is not None:
            day = min(dates[0].date_end, published or dates[0].date_end)
        is_news = self.dateline_end > 0 or any(each.basis in {"relative", "published_year"} for each in dates)
        self._reported = When.reported(day, _REPORT_DAYS) if day is not None and is_news else None
        self._threats: dict[int, str | None] = {}

    def read(self, unit: Unit) -> None:
        """Read the next passage."""
        if unit.block != self._block:
            if not (self._before is not None and unit.cues("same_place")):
                self._date, self._tie = None, None
            self._block = unit.block
        self._note_heading(unit)
        self._scene.note(unit)
        found = happenings_in(
            unit,
            is_placed=self._tie is not None and is_specific(self._tie.mention),
            is_dated=self._date is not None and self._date.date_start is not None,
        )
        if not found:
            self._read_more(unit)
        for happening in found:
            self._place(happening)
        dates = [each for each in unit.dates if not each.is_citation]
        if dates:
            self._date = dates[-1]
            if (
                unit.number < _LEAD
                and self._lead_date is None
                and dates[0].date_prec == "day"
                and dates[0].basis == "stated"
            ):
                self._lead_date, self._leads_list = dates[0], unit.in_list
        self._note_places(unit, found)
        self._before = unit

    def _note_heading(self, unit: Unit) -> None:
        marks = {hit.label.name for hit in unit.marks if hit.label.group == "threat"}
        if marks and unit.passage.last - unit.passage.first <= _HEADING_TOKENS:
            dimension = next((each for each in ("political", "economic", "social", "security") if each in marks), None)
            if "end" in marks and "heading" not in marks:
                self._threat = None
            elif "heading" in marks and dimension is not None:
                self._threat = dimension

    def _read_more(self, unit: Unit) -> None:
        """Read a passage without a trigger: it may deny the event before, or give its toll."""
        if not self.events or self._before is None:
            return
        event = self.events[-1]
        last = event.told[-1]
        if (
            last.unit is self._before
            and last.modality in {"asserted", "alleged"}
            and denial_of_before(unit, self._before)
        ):
            last.modality = "denied"
        elif (
            unit.block == last.unit.block
            and unit.number - last.unit.number <= _AFTER
            and event.lead.category in _VIOLENT
            and not unit.is_item
            and any(each.outcome in {"killed", "injured"} for each in unit.quantities)
            and not unit.cues("denied")
        ):
            tolls = tuple(each for each in unit.quantities if each.outcome is not None)
            event.more.append(_follow_up(unit, last, tolls))

    def _note_places(self, unit: Unit, found: Sequence[Happening]) -> None:
        if not unit.places:
            return
        ties = [
            tie
            for tie in (found[0].ties if found else ties_of(unit))
            if tie.can_be_where and tie.mention.country in REGION  # a land elsewhere is no place to inherit
        ]
        specific = [tie for tie in ties if is_specific(tie.mention)]
        for event, number in self._waiting:
            if (
                specific
                and event.tie is None
                and 0 < unit.number - max(number, event.told[-1].unit.number) <= _AFTER
                and not found
            ):
                event.tie = specific[0]
        self._waiting = [(event, number) for event, number in self._waiting if event.tie is None]
        if specific:
            # The next passage goes on at the best of them.
            self._tie = max(specific, key=lambda tie: (tie.kind == "at", tie.rank))
            self._last_tie = (self._tie, unit.number)
        elif ties and self._tie is None and ties[0].rank > 0:
            self._tie = ties[0]

    def _place(self, happening: Happening) -> None:
        """Make a happening an event of its own, or a part of one before."""
        before = self.events[-1] if self.events else None
        if before is not None and not self._has_moved_on(before, happening) and goes_on(before, happening):
            _tell_more(before, happening)
            return
        if before is not None and _is_only_toll(before, happening):
            before.more.append(happening)
            return
        score = happening.score
        when = When.of(happening.date) if happening.date is not None else None
        if when is None and self._date is not None:
            when = When.of(self._date, from_context=True)
            score += _CONTEXT_BONUS
        tie, bonus = self._where(happening)
        score += bonus
        if happening.tie is not None and happening.tie.can_be_where and is_specific(happening.tie.mention):
            self._unit_tie = (happening.unit.number, happening.tie)
        if self._is_twin_of_before(happening):
            return
        if score < (CONTEXT_THRESHOLD if happening.is_war else THRESHOLD):
            return
        event = Event(happening, when, tie)
        self._threats[id(event)] = self._threat
        self.events.append(event)
        if tie is None and not unknown_place(happening.unit, happening.start, happening.end):
            self._waiting.append((event, happening.unit.number))

    def _has_moved_on(self, event: Event, happening: Happening) -> bool:
        """Whether a line since then gives another day: "16 July. Rasht." before "Four militants were killed."."""
        if self._date is None or happening.date is not None or event.when is None or event.when.start is None:
            return False
        is_since = self._date.reading.start >= event.told[-1].end
        return is_since and not event.when.overlaps(When.of(self._date))

    def _where(self, happening: Happening) -> tuple[Tie | None, float]:
        """Return where something happened: what its passage says, else what holds from before, and what that adds to the score."""
        tie = happening.tie
        if tie is not None and is_specific(tie.mention):
            return tie, 0.0
        if self._unit_tie is not None and self._unit_tie[0] == happening.unit.number:
            return self._unit_tie[1], 0.0
        held = self._tie
        is_elsewhere = held is not None and points_elsewhere(happening, held.mention.country)
        if happening.unit.is_item or is_elsewhere or not is_silent(happening):
            return tie, 0.0
        if held is not None and (
            tie is None or (is_specific(held.mention) and held.mention.country == tie.mention.country)
        ):
            return held, _CONTEXT_BONUS
        if tie is None or tie.kind == "none":
            tie = self._scene.jurisdiction_of(happening) or self._from_before(happening) or tie
        return tie, 0.0

    def _from_before(self, happening: Happening) -> Tie | None:
        """Return the place named a few passages back, where it still holds."""
        if self._last_tie is None or _is_on_the_way(happening) or not self._may_inherit(happening):
            return None
        last, number = self._last_tie
        return last if 0 < happening.unit.number - number <= _REACH_BACK else None

    @staticmethod
    def _may_inherit(happening: Happening) -> bool:
        return not happening.unit.in_list and happening.category not in WORDS

    def _is_twin_of_before(self, happening: Happening) -> bool:
        """Whether "the attack", without a day or place of its own, is one that the text has told of already."""
        if happening.modality in {"denied", "planned"}:
            return False
        if not happening.is_retold and (
            not happening.is_anaphoric or (happening.tie is not None and is_specific(happening.tie.mention))
        ):
            return False
        actors = {each.name for each in happening.organizations}
        for event in reversed(self.events):
            if happening.unit.number - event.told[-1].unit.number > _RECALL or happening.is_war:
                return False
            known = {each.name for told in event.told for each in told.organizations}
            is_named = happening.is_anaphoric and any(
                hit.label.name == happening.category for hit in event.told[-1].unit.triggers()
            )
            if (is_named or share_a_group(event.lead.category, happening.category)) and (
                not actors or not known or actors & known
            ):
                if len(event.more) < MOST_TOLD:
                    event.more.append(happening)
                return True
        return False

    def incidents(self) -> tuple[ReadIncident, ...]:
        """Return what was read."""
        for at, event in enumerate(self.events):
            self._fill(at, event)
        told = [event for event in joined(self.events) if is_anchored(event)]
        return tuple(record_of(self.document, event, self._threats.get(id(event))) for event in told)

    def _fill(self, at: int, event: Event) -> None:
        if event.when is None and event.lead.date is None:
            lead = self._lead_date if not (event.lead.unit.in_list and self._leads_list) else None
            event.when = When.of(lead, from_context=True) if lead is not None else self._reported
        self._scene.settle(event, self.events[at - 1] if at else None)


def _tell_more(event: Event, happening: Happening) -> None:
    """Add a happening to the event that it tells more of; a day and a finer place of its own complete the event."""
    event.more.append(happening)
    if event.when is None and happening.date is not None:
        event.when = When.of(happening.date)
    tie = happening.tie
    if tie is None or (event.tie is not None and tie.rank <= event.tie.rank):
        return
    if is_specific(tie.mention) or all(each.mention.country == tie.mention.country for each in event.lead.ties):
        event.tie = tie


def _is_only_toll(event: Event, happening: Happening) -> bool:
    """Whether a passage only counts the dead of the event told just before it: "One officer died."."""
    last = event.told[-1]
    return (
        not happening.unit.triggers()
        and happening.category in _VIOLENT
        and happening.tie is None
        and happening.date is None
        and not happening.unit.in_list
        and happening.unit.block == last.unit.block
        and happening.unit.number - last.unit.number <= 1
        and len(event.more) < MOST_TOLD
    )


def _is_on_the_way(happening: Happening) -> bool:
    """Whether an act of force is told with the land that somebody came from or went to: not where it was before."""
    moves_goods = happening.category in {"seizure", "arrest", "smuggling_attempt"}
    return not moves_goods and any(tie.kind in {"from", "to"} for tie in happening.ties)


def _follow_up(unit: Unit, last: Happening, tolls: tuple[Quantity, ...]) -> Happening:
    return Happening(
        unit=unit, first=unit.passage.first, last=unit.passage.last, trigger=last.trigger, category=last.category,
        modality=last.modality, score=0.0, is_attempt=False, is_statistic=False, is_war=False, is_anaphoric=True,
        is_retold=False, is_another=False,
        date=None, tie=None, ties=(), quantities=tolls, organizations=unit.organizations,
    )  # fmt: skip
