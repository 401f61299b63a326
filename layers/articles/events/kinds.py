"""Kinds: which category of event the words of a passage name, where they name several."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from layers.articles.events.incident import Category
    from layers.articles.events.incident_lexicon import Mark
    from layers.articles.events.unit import Unit
    from layers.articles.wording.phrases import Hit

__all__ = ["strongest"]

_VERB, _NOUN, _MORE = 1.0, 0.65, 0.25
"""How strongly a verb tells of an event, how strongly a noun, and what each further word of the kind adds."""
_ORDER: tuple[Category, ...] = (
    "operation", "armed_clash", "attack", "seizure", "arrest", "destruction", "smuggling_attempt", "diplomatic_event",
    "policy_statement", "other_political_violence",
)  # fmt: skip


def strongest(
    unit: Unit, triggers: Sequence[Hit[Mark]], *, has_haul: bool, first: int, last: int
) -> tuple[Hit[Mark], Category, float]:
    """Return the trigger that names the event, its category, and how strongly the words tell of one."""
    weights: dict[Category, float] = {}
    leading: dict[Category, Hit[Mark]] = {}
    for hit in triggers:
        category: Category = hit.label.name  # type: ignore[assignment]
        weight = _VERB if hit.label.group == "verb" else _NOUN
        known = weights.get(category, 0.0)
        weights[category] = max(known, weight) + (_MORE if known else 0.0)
        before = leading.get(category)
        if before is None or (before.label.group == "noun" and hit.label.group == "verb"):
            leading[category] = hit
    if unit.cues("happened", first, last):
        weights = {category: max(weight, _VERB) for category, weight in weights.items()}
    strength = min(max(weights.values()), _VERB + _MORE)
    _weigh_rivals(unit, weights, leading, has_haul=has_haul, first=first, last=last)
    best = max(weights, key=lambda each: (weights[each], -_ORDER.index(each)))
    return leading[best], best, strength


def _weigh_rivals(
    unit: Unit,
    weights: dict[Category, float],
    leading: dict[Category, Hit[Mark]],
    *,
    has_haul: bool,
    first: int,
    last: int,
) -> None:
    """Tell apart categories that the same words may be of: who was killed in an operation, what was burnt for good."""
    if "attack" in weights:
        attack = leading["attack"]
        killed = bool(unit.cues("killing", attack.first, attack.last))
        if "arrest" in weights and killed:
            # Some killed, some held: the work of forces, whatever the words.
            weights["operation"] = max(weights.get("operation", 0.0), weights["attack"], weights["arrest"]) + 0.1
            leading.setdefault("operation", leading["arrest"])
        if (
            "operation" in weights
            and "armed_clash" not in weights
            and killed
            and unit.has_class({"armed"}, first, last)
        ):
            weights["operation"] = max(weights["operation"], weights["attack"] + 0.1)
        if "destruction" in weights and has_haul:
            weights["destruction"] = weights["attack"] + 0.1
        if "armed_clash" in weights and attack.label.group == "verb":
            weights["armed_clash"] += 0.1
        if "armed_clash" in weights and killed:
            weights["armed_clash"] = max(weights["armed_clash"], weights["attack"] + 0.1)
    if has_haul and "seizure" in weights:
        weights["seizure"] += 0.5
    if "destruction" in weights and not has_haul and not unit.has_class({"laboratory", "goods"}, first, last):
        weights["destruction"] -= 0.5
