"""Story: the happenings of a text put together – one for each event, with its day and its place."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Literal

from layers.articles.events.incident_places import is_specific

if TYPE_CHECKING:
    from collections.abc import Sequence

    from layers.articles.amounts.quantities import Quantity
    from layers.articles.dating.dates import DateMention
    from layers.articles.events.happenings import Happening
    from layers.articles.events.incident import IncidentPlace
    from layers.articles.events.incident_places import Tie
    from layers.articles.mention import Mention

__all__ = [
    "MOST_TOLD",
    "Event",
    "When",
    "are_one",
    "goes_on",
    "is_same_place",
    "joined",
    "share_a_group",
]

_GROUPS = (
    frozenset(["attack", "armed_clash", "operation", "other_political_violence", "arrest"]),
    frozenset(["seizure", "arrest", "smuggling_attempt", "operation", "destruction"]),
)
_NEAR_DEG = 0.05
"""About 5 km: two names of one spot."""
_COARSE_DAYS = 27
_REACH_DEG = {"admin1": 1.5, "admin2": 0.35}
"""How far from its point a province and a district may reach."""
_VIOLENT = frozenset(["attack", "armed_clash", "operation", "other_political_violence"])
_UNREAL = frozenset(["denied", "planned"])
MOST_TOLD = 40
"""So many passages that tell of one event are kept."""
_MOST_COMPARED = 60
"""So many events before are compared with a new one."""
_RETOLD_DAYS = 3
_TELLING = 2
_HEADED = 2
"""So many blocks of text below a heading tell what it names."""


@dataclass(frozen=True, slots=True)
class When:
    """An interval of days, both inclusive, with precision and where it is from."""

    start: date | None
    end: date | None
    prec: str
    basis: Literal["stated", "relative", "context", "reported"] | None
    mention: DateMention | None = None

    @classmethod
    def of(cls, mention: DateMention, *, from_context: bool = False) -> When:
        """Return when a date of the text is."""
        basis: Literal["stated", "relative", "context"] = "relative" if mention.basis == "relative" else "stated"
        if mention.date_start is None:
            return cls(None, None, "unknown", None, mention)
        return cls(
            mention.date_start, mention.date_end, mention.date_prec, "context" if from_context else basis, mention
        )

    @classmethod
    def reported(cls, day: date, days: int) -> When:
        """Return the days up to a report that gives none."""
        return cls(day - timedelta(days=days), day, "month", "reported")

    def overlaps(self, other: When) -> bool:
        """Whether two intervals share a day; an unknown one shares none."""
        if self.start is None or self.end is None or other.start is None or other.end is None:
            return False
        return self.start <= other.end and other.start <= self.end

    @property
    def is_told(self) -> bool:
        """Whether the text itself gives it, be it before the event."""
        return self.start is not None and self.basis != "reported"

    @property
    def days(self) -> int:
        """How many days it spans, minus one; a great number where unknown."""
        return (self.end - self.start).days if self.start is not None and self.end is not None else 10_000


@dataclass(slots=True, eq=False)
class Event:
    """One event of a text: its first happening leads, the rest tell more of it."""

    lead: Happening
    when: When | None
    tie: Tie | None
    place: IncidentPlace | None = None
    more: list[Happening] = field(default_factory=list)
    _counted: tuple[int, list[Quantity]] = field(default=(-1, []), repr=False)
    """The quantities and how many happenings they were counted in: a text may tell of thousands of events."""

    @property
    def told(self) -> list[Happening]:
        """Every happening that tells of it."""
        return [self.lead, *self.more]

    @property
    def quantities(self) -> list[Quantity]:
        """What the passages that tell of it give in numbers, once each."""
        if self._counted[0] == len(self.more):
            return self._counted[1]
        seen: set[tuple[object, ...]] = set()
        found: list[Quantity] = []
        for each in (quantity for happening in self.told[:MOST_TOLD] for quantity in happening.quantities):
            key = (each.dimension, each.unit, each.best, each.substance, each.outcome)
            if each.dimension not in {"length", "share"} and (key not in seen or each.best is None):
                seen.add(key)
                found.append(each)
        self._counted = (len(self.more), found)
        return found

    def figure(self, outcome: str) -> float | None:
        """Return the first number of killed or injured that is told."""
        return next((each.best for each in self.quantities if each.outcome == outcome and each.best is not None), None)


def share_a_group(first: str, second: str) -> bool:
    """Whether two categories may be two sides of one event."""
    return first == second or any(first in group and second in group for group in _GROUPS)


def goes_on(event: Event, happening: Happening) -> bool:
    """Whether a happening that follows in the same paragraph only tells more of the event before.

    It does where it has neither a day nor a place of its own, or the same ones.
    """
    before = event.told[-1]
    is_close = happening.unit.block == before.unit.block or happening.is_anaphoric
    is_new_item = happening.unit.is_item and not happening.unit.cues("same_place")
    if not is_close or is_new_item or len(event.more) >= MOST_TOLD or _is_apart(event, happening):
        return False
    if _was_stopped(event, happening):
        return True
    if {event.lead.modality, happening.modality} & _UNREAL:
        return False
    return _agrees_on_day(event, happening) and _agrees_on_place(event, happening)


def _is_apart(event: Event, happening: Happening) -> bool:
    """Whether a happening is of another kind, a total, or said to be another event."""
    return (
        (happening.is_statistic and not event.lead.is_statistic)
        or (happening.is_another and happening.trigger.label.group == "verb")
        or not (share_a_group(event.lead.category, happening.category) or _is_told_of(event, happening))
        or happening.is_war != event.lead.is_war
    )


def _is_told_of(event: Event, happening: Happening) -> bool:
    """Whether a passage without day and place tells more of what else the one before told: a clash beside the seizure."""
    if happening.date is not None or (happening.tie is not None and is_specific(happening.tie.mention)):
        return False
    kinds = {hit.label.name for hit in event.told[-1].unit.triggers()}
    return happening.unit.number - event.told[-1].unit.number <= 1 and any(
        share_a_group(kind, happening.category) for kind in kinds & _VIOLENT
    )


def _was_stopped(event: Event, happening: Happening) -> bool:
    """Whether a plan is that of the goods or people caught just before: "He meant to take them to …"."""
    return (
        happening.category == "smuggling_attempt"
        and happening.modality == "planned"
        and event.lead.category in {"seizure", "arrest"}
        and event.lead.modality not in _UNREAL
        and happening.date is None
        and not any(each.dimension in {"mass", "count"} for each in happening.quantities)
    )


def _agrees_on_day(event: Event, happening: Happening) -> bool:
    if happening.date is None:
        return True
    own = When.of(happening.date)
    if event.when is None and event.lead.date is None and event.lead.trigger.label.group == "noun":
        return happening.unit.number - event.told[-1].unit.number <= 1  # "the killing of …. On Saturday he was …"
    if event.when is None or not own.overlaps(event.when) or _tolls_differ(event, happening):
        return False
    return own.prec != "day" or event.when.days <= _COARSE_DAYS


def _agrees_on_place(event: Event, happening: Happening) -> bool:
    if happening.tie is None or not is_specific(happening.tie.mention):
        return True
    if _tolls_differ(event, happening):
        return False
    if event.tie is None or not is_specific(event.tie.mention):
        follows = happening.unit.number - event.told[-1].unit.number <= 1
        return follows and (happening.is_anaphoric or _is_only_named(event) or _only_counts(event, happening))
    has_haul = any(each.dimension in {"mass", "count"} for each in happening.quantities)
    if has_haul and happening.tie.mention.name != event.tie.mention.name:
        return False
    return is_same_place(event.tie.mention, happening.tie.mention)


def _is_only_named(event: Event) -> bool:
    """Whether an event has been called by its name alone: "The cause was the death of …. On Saturday, near Osh, he …"."""
    return event.lead.date is None and event.lead.trigger.label.group == "noun" and not event.more


def _only_counts(event: Event, happening: Happening) -> bool:
    """Whether a passage without a day gives the toll of an event that has none yet, and with it the place."""
    tolls = [each for each in happening.quantities if each.outcome in {"killed", "injured"}]
    return bool(tolls) and happening.date is None and event.figure("killed") is None and event.figure("injured") is None


def _tolls_differ(event: Event, happening: Happening) -> bool:
    return any(
        (told := event.figure(each.outcome)) is not None and each.best is not None and told != each.best
        for each in happening.quantities
        if each.outcome in {"killed", "injured"}
    )


def is_same_place(first: Mention, second: Mention) -> bool:
    """Whether two mentions are one place, neighbours, or one within the other as far as can be told."""
    if first.country is not None and second.country is not None and first.country != second.country:
        return False
    if (first.entity is not None and first.entity == second.entity) or first.name == second.name:
        return True
    kinds = {first.place_kind, second.place_kind}
    is_mixed = len(kinds) > 1
    if "country" in kinds and is_mixed:
        return True
    if first.lon is None or first.lat is None or second.lon is None or second.lat is None:
        return False
    distance = max(abs(first.lon - second.lon), abs(first.lat - second.lat))
    return distance <= max((_REACH_DEG.get(kind or "", 0.0) for kind in kinds if is_mixed), default=0.0) + _NEAR_DEG


def are_one(first: Event, second: Event) -> bool:
    """Whether two events of a text are one that is told twice: same kind, days that overlap, places that agree."""
    if first.lead.is_war and second.lead.is_war:
        return _trigger_words(first) == _trigger_words(second)
    modalities = {first.lead.modality, second.lead.modality}
    if not share_a_group(first.lead.category, second.lead.category) or (len(modalities) > 1 and modalities & _UNREAL):
        return False
    if _is_summary(first, second) or _is_summary(second, first) or _is_retold(first, second):
        return True
    is_sure = _same_figures(first, second)
    is_apart = second.lead.is_another or (first.lead.unit is second.lead.unit and first.lead.first != second.lead.first)
    if is_apart and not is_sure:
        return False
    return _is_headline(first, second) or (
        (first.lead.category == second.lead.category or is_sure or _same_day_and_place(first, second))
        and not _figures_differ(first, second)
        and _meet(first, second, is_sure=is_sure)
    )


def _meet(first: Event, second: Event, *, is_sure: bool) -> bool:
    """Whether days and places agree; unless the figures are the same too, both days must be told, and closely."""
    known = [each.when for each in (first, second) if each.when is not None and each.when.is_told]
    both = len(known) > 1
    if both and not known[0].overlaps(known[1]):
        return False
    if first.tie is None or second.tie is None:
        return is_sure or (both and max(each.days for each in known) <= 1)
    if not is_same_place(first.tie.mention, second.tie.mention):
        return False
    return is_sure or (both and min(each.days for each in known) <= _COARSE_DAYS)


def _same_day_and_place(first: Event, second: Event) -> bool:
    """Whether both are dated to the same day by their own words, at the same place finer than a country."""
    if first.when is None or second.when is None or first.tie is None or second.tie is None:
        return False
    return (
        first.lead.date is not None
        and second.lead.date is not None
        and first.when.overlaps(second.when)
        and max(first.when.days, second.when.days) <= 1
        and is_specific(first.tie.mention)
        and is_same_place(first.tie.mention, second.tie.mention)
    )


def _is_headline(first: Event, second: Event) -> bool:
    """Whether the first stands in the heading of a text and the second, soon after, tells it."""
    gap = second.lead.unit.block - first.lead.unit.block
    if first.lead.unit.number > 0 or first.lead.trigger.label.group != "noun" or not 0 < gap <= _HEADED:
        return False
    if first.lead.category != second.lead.category or _figures_differ(first, second):
        return False
    tolls = [(first.figure(outcome), second.figure(outcome)) for outcome in ("killed", "injured")]
    if any(None not in pair and pair[0] != pair[1] for pair in tolls):
        return False
    if first.tie is not None and second.tie is not None and first.tie.mention.country != second.tie.mention.country:
        return False
    if first.when is None or second.when is None or not second.when.is_told:
        return True
    return first.when.overlaps(second.when)


def _is_summary(first: Event, second: Event) -> bool:
    """Whether the first only sums up: "the raids of 1999", with the second inside its time and its land."""
    if first.when is None or second.when is None or second.when.start is None or first.when.basis != "stated":
        return False
    if first.lead.trigger.label.group != "noun" or first.when.days <= _COARSE_DAYS or second.when.days > _COARSE_DAYS:
        return False
    if first.tie is not None and first.tie.mention.place_kind not in {"admin1", "country", "region"}:
        return False
    is_inside = first.tie is None or second.tie is None or is_same_place(first.tie.mention, second.tie.mention)
    return first.when.overlaps(second.when) and is_inside


def _is_retold(first: Event, second: Event) -> bool:
    """Whether the same toll, of two or more, is reported for a day soon after: one event, told by another voice."""
    toll = first.figure("killed")
    if toll is None or toll < _TELLING or toll != second.figure("killed") or first.when is None or second.when is None:
        return False
    if first.when.start is None or second.when.start is None:
        return False
    is_near = abs((first.when.start - second.when.start).days) <= _RETOLD_DAYS
    if not is_near or first.tie is None or second.tie is None:
        return is_near
    if abs(first.lead.unit.block - second.lead.unit.block) <= 1:
        return first.tie.mention.country == second.tie.mention.country
    return is_same_place(first.tie.mention, second.tie.mention)


def _trigger_words(event: Event) -> str:
    hit = event.lead.trigger
    return " ".join(token.folded for token in event.lead.unit.tokens[hit.first : hit.last])


def _haul(event: Event) -> set[tuple[str | None, float]]:
    return {
        (each.unit, each.best)
        for each in event.quantities
        if each.best is not None and each.dimension in {"mass", "count"}
    }


def _figures_differ(first: Event, second: Event) -> bool:
    hauls = _haul(first), _haul(second)
    return bool(hauls[0] and hauls[1] and not hauls[0] & hauls[1])


def _same_figures(first: Event, second: Event) -> bool:
    if _haul(first) & _haul(second):
        return True
    return any(
        first.figure(outcome) is not None and first.figure(outcome) == second.figure(outcome)
        for outcome in ("killed", "injured")
    )


def joined(events: Sequence[Event]) -> list[Event]:
    """Return the events with those that are one put together; the better dated and placed leads."""
    kept: list[Event] = []
    for event in events:
        twin = next((each for each in kept[-_MOST_COMPARED:] if are_one(each, event)), None)
        if twin is None:
            kept.append(event)
            continue
        if _is_summary(twin, event):
            kept[kept.index(twin)] = event
            event.more += twin.told
            continue
        twin.more = [*twin.more, *event.told][:MOST_TOLD]
        if event.when is not None and (twin.when is None or event.when.days < twin.when.days):
            twin.when = event.when
        if event.tie is not None and (twin.tie is None or event.tie.rank > twin.tie.rank):
            twin.tie, twin.place = event.tie, event.place
    return kept
