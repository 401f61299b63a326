"""Happenings: what one passage tells of, before the passages of a text are compared with each other."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import TYPE_CHECKING

from layers.articles.events.incident_lexicon import Mark
from layers.articles.events.incident_places import best_place, is_specific, ties_of
from layers.articles.events.kinds import strongest
from layers.articles.events.modality import is_negated, modality_of
from layers.articles.wording.phrases import Hit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from layers.articles.amounts.quantities import Quantity
    from layers.articles.dating.dates import DateMention
    from layers.articles.events.incident import Category, Modality
    from layers.articles.events.incident_places import Tie
    from layers.articles.events.unit import Unit
    from layers.articles.mention import Mention

__all__ = ["Happening", "happenings_in"]

THRESHOLD = 1.14
CONTEXT_THRESHOLD = 0.6
"""A war or the end of a state is background: it is kept, as context, on fewer words."""
_SILENT = 0.8
_DAY, _MONTH, _YEAR = 0.45, 0.4, 0.25
_PLACE, _COUNTRY, _FIGURE, _ACTOR = 0.4, 0.15, 0.35, 0.15
_PARTIES = 0.35
"""Two named sides of a clash."""
_GENERIC, _QUESTION, _STATISTIC, _INFINITIVE = 0.45, 0.8, 0.5, 0.6
_WORDS = frozenset(["diplomatic_event", "policy_statement"])
_GOODS = frozenset(["mass", "volume", "count"])
_FAR, _COMMA = 200, 30
"""Letters that a full stop or a comma between a date and an event counts for."""
_HOLDS = frozenset(["arrest", "seizure"])
_OBJECT_REACH = 3
_SUBJECT_REACH = 14
"""So many words before a verb its subject may begin."""
_LONG_DAYS = 62
_LONGEST_ITEM = 45
"""A line of a list with more words is prose."""


@dataclass(slots=True)
class Happening:
    """What a passage, or a part of it, tells of. ``first`` and ``last`` are tokens; ``score`` says how surely.

    ``is_anaphoric``: it is called by a name that the text has given it before, "the attack". ``is_retold``: the passage
    says that this is what was told before. ``is_another``: it says that this is not.
    """

    unit: Unit
    first: int
    last: int
    trigger: Hit[Mark]
    category: Category
    modality: Modality
    score: float
    is_attempt: bool
    is_statistic: bool
    is_war: bool
    is_anaphoric: bool
    is_retold: bool
    is_another: bool
    date: DateMention | None
    tie: Tie | None
    ties: tuple[Tie, ...]
    quantities: tuple[Quantity, ...]
    organizations: tuple[Mention, ...]
    more: list[Happening] = field(default_factory=list)

    @property
    def start(self) -> int:
        """The first letter of its words in the reading."""
        return self.unit.tokens[self.first].start

    @property
    def end(self) -> int:
        """The letter of the reading after its last."""
        return self.unit.tokens[self.last - 1].end


def happenings_in(unit: Unit, *, is_placed: bool, is_dated: bool) -> list[Happening]:
    """Return what a passage tells of, in order; mostly nothing.

    ``is_placed`` and ``is_dated``: the words before, in the same item or paragraph, have named a place and a day.
    """
    triggers = unit.triggers()
    silent = _silent_category(unit, is_placed=is_placed, is_dated=is_dated)
    if not triggers and silent is None:
        return []
    ties = ties_of(unit)
    found: list[Happening] = []
    for first, last in _segments(unit, triggers, ties):
        happening = _happening(unit, [hit for hit in triggers if first <= hit.first < last], ties, first, last, silent)
        if happening is not None:
            found.append(happening)
            if (second := _second(happening, triggers)) is not None:
                found.append(second)
    return found


def _segments(unit: Unit, triggers: Sequence[Hit[Mark]], ties: Sequence[Tie]) -> list[tuple[int, int]]:
    """Cut a passage where one event ends and another begins: each part has a trigger, and a place or a day of its own."""
    first, last = unit.passage.first, unit.passage.last
    if not triggers[1:]:
        return [(first, last)]
    joins = {hit.first for hit in unit.cues("joins")}
    triggers = [hit for hit in triggers if not is_negated(unit, hit)]
    cuts: list[int] = []
    start = first
    for at in range(first + 1, last - 1):
        text = unit.tokens[at].text
        if not (text in ";." or at in joins or (text in ",،" and at + 1 in joins)):
            continue
        if at in joins and not (_has_place(unit, ties, start, at) and _has_place(unit, ties, at, last)):
            continue
        if _stands_alone(unit, triggers, ties, start, at) and _stands_alone(unit, triggers, ties, at, last):
            cuts.append(at)
            start = at
    bounds = [first, *cuts, last]
    return list(pairwise(bounds))


def _has_place(unit: Unit, ties: Sequence[Tie], first: int, last: int) -> bool:
    start, end = unit.tokens[first].start, unit.tokens[last - 1].end
    return any(start <= tie.mention.reading.start < end and is_specific(tie.mention) for tie in ties)


def _stands_alone(unit: Unit, triggers: Sequence[Hit[Mark]], ties: Sequence[Tie], first: int, last: int) -> bool:
    if not any(first <= hit.first < last and hit.label.group == "verb" for hit in triggers):
        return False
    start, end = unit.tokens[first].start, unit.tokens[last - 1].end
    return (
        any(start <= tie.mention.reading.start < end and is_specific(tie.mention) for tie in ties)
        or any(start <= date.reading.start < end and not date.is_citation for date in unit.dates)
        or any(start <= each.reading.start < end and each.outcome in {"killed", "injured"} for each in unit.quantities)
    )


def _silent_category(unit: Unit, *, is_placed: bool, is_dated: bool) -> Category | None:
    """Return what a line without a verb tells of, as lists and headlines have them: "Heroin: 25 kg.", "two killed".

    An amount of drugs with a place, or a toll with a place and a day; here or in the words before.
    """
    if unit.passage.last - unit.passage.first > _LONGEST_ITEM or unit.cues("production") or unit.cues("generic"):
        return None
    placed = is_placed or any(is_specific(place) for place in unit.places)
    dated = is_dated or any(date.date_start is not None and not date.is_citation for date in unit.dates)
    has_amount = any(each.dimension in _GOODS and (each.best or each.integrity != "intact") for each in unit.quantities)
    if has_amount and unit.has_class({"goods"}, unit.passage.first, unit.passage.last) and (placed or dated):
        return "seizure" if placed or (dated and unit.places) else None
    if placed and dated and any(each.outcome in {"killed", "injured"} for each in unit.quantities):
        return "armed_clash" if unit.has_class({"armed"}, unit.passage.first, unit.passage.last) else "attack"
    return None


def _second(happening: Happening, triggers: Sequence[Hit[Mark]]) -> Happening | None:
    """Return the order or the treaty that a sentence tells of besides an act of force."""
    if happening.category in _WORDS or happening.modality != "asserted":
        return None
    unit = happening.unit
    for hit in triggers:
        is_inside = hit.label.group == "verb" and happening.first <= hit.first < happening.last
        if hit.label.name in _WORDS and is_inside and not is_negated(unit, hit):
            date = happening.date if happening.date is not None and _same_clause(unit, hit, happening.date) else None
            category: Category = hit.label.name  # type: ignore[assignment]
            return replace(
                happening, trigger=hit, category=category, date=date, quantities=(), is_attempt=False, more=[],
                score=happening.score - (_DAY if date is None else 0.0),
            )  # fmt: skip
    return None


def _same_clause(unit: Unit, hit: Hit[Mark], date: DateMention) -> bool:
    """Whether no comma stands between a trigger and a date."""
    low, high = sorted((unit.tokens[hit.first].start, date.reading.start))
    tokens = unit.tokens
    return not any(
        tokens[at].text in ",،;"
        and low < tokens[at].start < high
        and not (tokens[at - 1].text[-1:].isdigit() and tokens[at].start == tokens[at - 1].end)
        for at in range(unit.passage.first + 1, unit.passage.last)
    )


def _happening(
    unit: Unit, triggers: list[Hit[Mark]], ties: tuple[Tie, ...], first: int, last: int, silent: Category | None
) -> Happening | None:
    tokens = unit.tokens
    start, end = tokens[first].start, tokens[last - 1].end
    quantities = tuple(each for each in unit.quantities if start <= each.reading.start < end)
    quantities = _with_dead(unit, quantities, first, last)
    has_goods = unit.has_class({"goods"}, first, last)
    has_haul = has_goods and any(each.dimension in _GOODS for each in quantities)
    has_toll = any(each.outcome is not None for each in quantities)
    kept = _borne_out(unit, triggers, first, last)
    if not kept:
        if triggers or silent is None or not quantities:
            return None
        best, category, strength = _figure_trigger(unit, quantities, silent), silent, _SILENT
    else:
        best, category, strength = strongest(unit, kept, has_haul=has_haul, first=first, last=last)
    if category in _HOLDS and _takes_a_place(unit, best, ties):
        category = "attack"
    dates = [date for date in unit.dates if not date.is_citation and start <= date.reading.start < end]
    if not dates and kept and (first, last) != (unit.passage.first, unit.passage.last):
        dates = [date for date in unit.dates if not date.is_citation and date.reading.start < start][-1:]
    date = _nearest(unit, dates, tokens[best.first].start)
    if category in _WORDS:
        date = next((each for each in dates if _same_clause(unit, best, each)), None)
    tie = best_place(ties, tokens[best.first].start, start, end, is_target=category in {"attack", "armed_clash"})
    modality = modality_of(unit, best, first, last, has_figure=has_haul or has_toll)
    organizations = tuple(each for each in unit.organizations if start <= each.reading.start < end)
    score = strength + _anchors(
        date,
        tie,
        has_figure=has_haul or has_toll,
        has_actor=bool(organizations) or unit.has_class({"armed"}, first, last),
    )
    if category == "armed_clash" and len({each.name for each in organizations}) > 1:
        score += _PARTIES
    score -= _doubts(unit, best, first, last, _strong_anchors(date, tie, has_figure=has_haul or has_toll))
    statistics = bool(unit.cues("statistics", first, last))
    is_statistic = (
        statistics
        and (date is None or date.date_prec in {"year", "decade", "unknown"} or _is_long(date))
        and not (tie is not None and is_specific(tie.mention))
    )
    return Happening(
        unit=unit, first=first, last=last, trigger=best, category=category, modality=modality, score=score,
        is_attempt=bool(unit.cues("attempted", max(first, best.first - 3), best.last)),
        is_statistic=is_statistic,
        is_war=bool(unit.cues("war", first, last)) and category in {"armed_clash", "attack", "other_political_violence"},
        is_anaphoric=date is None and _is_known(unit, best, first, has_haul=has_haul),
        is_retold=bool(unit.cues("retold", first, last)),
        is_another=bool(unit.cues("another", first, last)),
        date=date, tie=tie, ties=ties, quantities=quantities, organizations=organizations,
    )  # fmt: skip


def _is_long(date: DateMention) -> bool:
    """Whether a date is a span of months, over which things are summed up."""
    return (
        date.date_start is not None
        and date.date_end is not None
        and (date.date_end - date.date_start).days > _LONG_DAYS
    )


def _borne_out(unit: Unit, triggers: Sequence[Hit[Mark]], first: int, last: int) -> list[Hit[Mark]]:
    """Return the triggers that the words around bear out: what they need is there, and nothing says that it is not so.

    What would or could have been is none, unless a day is given on which something was.
    """
    if unit.cues("hypothetical", first, last) and not any(date.date_prec == "day" for date in unit.dates):
        return []
    kept = []
    for hit in triggers:
        needs = unit.words.needs.get(hit.label.name)
        if (
            needs
            and not unit.has_class(needs, first, last)
            and not unit.has_class(needs, unit.passage.first, unit.passage.last)
        ):
            continue
        kept.append(hit)
    if unit.cues("denied", first, last):
        return kept
    return [hit for hit in kept if not is_negated(unit, hit)]


def _is_known(unit: Unit, trigger: Hit[Mark], first: int, *, has_haul: bool) -> bool:
    """Whether words say that what is told of is known: "the attack", "the consignment was found"."""
    if trigger.label.group == "noun":
        return bool(unit.cues("anaphoric", max(first, trigger.first - 2), trigger.first))
    return not has_haul and bool(unit.cues("already", max(first, trigger.first - _SUBJECT_REACH), trigger.first))


def _takes_a_place(unit: Unit, trigger: Hit[Mark], ties: Sequence[Tie]) -> bool:
    """Whether what is captured is a town or a province: "captured Kunduz", "захватили город Кундуз"."""
    if trigger.label.group != "verb" or trigger.last >= unit.passage.last:
        return False
    start = unit.tokens[trigger.last].start
    end = unit.tokens[min(trigger.last + _OBJECT_REACH, unit.passage.last) - 1].end
    return any(
        tie.kind == "none" and is_specific(tie.mention) and start <= tie.mention.reading.start < end for tie in ties
    )


def _with_dead(unit: Unit, quantities: tuple[Quantity, ...], first: int, last: int) -> tuple[Quantity, ...]:
    """Take people counted right behind a word of killing for the dead, and the only people of a passage, however far."""
    people = [each for each in quantities if each.dimension == "persons" and each.outcome is None]
    killing = unit.cues("killing", first, last) if people else []
    if not killing:
        return quantities
    ends = {unit.tokens[hit.last - 1].end for hit in killing}
    dead = [each for each in people if any(0 < each.reading.start - end <= 1 for end in ends)]
    if not dead and len(people) == 1 and sum(each.dimension == "persons" for each in quantities) == 1:
        dead = people
    return tuple(replace(each, outcome="killed") if each in dead else each for each in quantities)


def _figure_trigger(unit: Unit, quantities: Sequence[Quantity], category: Category) -> Hit[Mark]:
    """Make the figure itself the trigger of a line that has no other."""
    telling = [each for each in quantities if each.dimension in _GOODS or each.outcome is not None] or list(quantities)
    token = next(
        index
        for index in range(unit.passage.first, unit.passage.last)
        if unit.tokens[index].end > telling[0].reading.start
    )
    return Hit(token, token + 1, Mark("noun", category))


def _nearest(unit: Unit, dates: Sequence[DateMention], at: int) -> DateMention | None:
    """Return the date nearest to a letter; one behind a semicolon counts as far, a bare year goes last."""
    known = [date for date in dates if date.date_prec in {"day", "week", "month", "season", "year"}]
    if not known:
        return dates[0] if dates else None
    tokens = unit.tokens[unit.passage.first : unit.passage.last]
    stops = [each.start for each in tokens if each.text in ";.؛"]
    commas = [each.start for each in tokens if each.text in ",،"]

    def distance(date: DateMention) -> tuple[bool, float]:
        low, high = sorted((date.reading.start, at))
        gap = (high - low) * (1.5 if date.reading.start > at else 1.0)
        gap += _FAR * sum(low < stop < high for stop in stops) + _COMMA * sum(low < comma < high for comma in commas)
        return date.date_prec == "year", gap

    return min(known, key=distance)


def _anchors(date: DateMention | None, tie: Tie | None, *, has_figure: bool, has_actor: bool) -> float:
    score = _FIGURE if has_figure else 0.0
    score += _ACTOR if has_actor else 0.0
    if date is not None:
        score += {"day": _DAY, "week": _MONTH, "month": _MONTH, "season": _MONTH, "year": _YEAR}.get(
            date.date_prec, 0.0
        )
    if tie is not None:
        score += _PLACE if is_specific(tie.mention) else _COUNTRY
    return score


def _strong_anchors(date: DateMention | None, tie: Tie | None, *, has_figure: bool) -> int:
    is_dated = date is not None and date.date_prec in {"day", "week", "month", "season"} and date.date_start is not None
    return is_dated + (tie is not None and is_specific(tie.mention)) + has_figure


def _doubts(unit: Unit, best: Hit[Mark], first: int, last: int, anchors: int) -> float:
    """Return how much the words speak against one event: habits, aims, questions, totals. Anchors outweigh habits."""
    doubts = min(len(unit.cues("generic", first, last)), 3) * _GENERIC
    doubts = min(doubts, (3 * _GENERIC, _GENERIC, 0.1, 0.0)[anchors])
    if any(unit.tokens[at].text in "?؟" for at in range(best.last, unit.passage.last)):
        doubts += _QUESTION
    if unit.cues("statistics", first, last):
        doubts += _STATISTIC * 0.5
    if best.first > unit.passage.first and unit.tokens[best.first - 1].folded == "to" and best.label.group == "verb":
        doubts += _INFINITIVE
    return doubts
