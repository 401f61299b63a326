"""Modality: whether a text asserts an event, hands on a claim, announces it, or presents it as untrue."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from layers.articles.events.incident import Modality
    from layers.articles.events.incident_lexicon import Mark
    from layers.articles.events.unit import Unit
    from layers.articles.wording.phrases import Hit

__all__ = ["denial_of_before", "is_negated", "modality_of"]

_NEGATION_REACH = 3
_PLAN_REACH = 7
_PRONOUN_REACH = 4
_SHORT = 9
"""A sentence of so few words that only denies denies the one before."""


def modality_of(unit: Unit, trigger: Hit[Mark], first: int, last: int, *, has_figure: bool) -> Modality:
    """Return how the tokens ``[first:last]`` tell of the event that the trigger names.

    ``has_figure``: a haul or a toll is given; "a shipment was stopped before it crossed" then tells of a seizure that
    happened, not of a plan.
    """
    barred = unit.cues("not_denied", first, last)
    denials = [
        hit
        for hit in unit.cues("denied", first, last)
        if not any(each.first <= hit.first < each.last for each in barred)
    ]
    if denials:
        return "denied"
    if any(abs(hit.first - trigger.first) <= _PLAN_REACH for hit in unit.cues("planned", first, last)):
        return "planned"
    if not has_figure and unit.cues("prevented", first, last) and trigger.label.name in {"attack", "smuggling_attempt"}:
        return "planned"
    if unit.cues("alleged", first, last):
        return "alleged"
    return "asserted"


def is_negated(unit: Unit, trigger: Hit[Mark]) -> bool:
    """Whether the words around a trigger say that nothing of the kind happened, without denying a report of it."""
    if unit.cues("negation", max(trigger.first - _NEGATION_REACH, unit.passage.first), trigger.first):
        return True
    last = min(trigger.last + _NEGATION_REACH, unit.passage.last)
    return bool(unit.cues("negation_after", max(trigger.first, trigger.last - 1), last))


def denial_of_before(unit: Unit, before: Unit) -> bool:
    """Whether a passage denies what the one before reported: "There was not.", "The ministry rejected this"."""
    denials = unit.cues("denied")
    if not denials or any(each.first <= denials[0].first < each.last for each in unit.cues("not_denied")):
        return False
    if unit.passage.last - unit.passage.first <= _SHORT:
        return True
    if not (before.cues("said") or before.cues("alleged") or before.cues("denied")):
        return False
    return any(
        0 < hit.first - pronoun.first <= _PRONOUN_REACH or 0 < pronoun.first - hit.first <= 1
        for hit in denials
        for pronoun in unit.cues("pronouns")
    )
