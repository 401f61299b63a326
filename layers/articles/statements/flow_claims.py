"""Flow claims: what a passage says to move, from where, through what, to where.

A flow needs a word that it moves, a commodity (in the passage, or named just before), and two of origin, transit and
destination; one of them does where the passage states a share, or says outright that it is carried through a place.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from layers.articles.statements.claim import ReadClaim, Slot
from layers.articles.statements.flow_lexicon import Label
from layers.articles.statements.flow_ways import ways_in
from layers.articles.statements.sole_ways import CARRIED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from layers.articles.statements.claim import ClaimType, ClaimValue, Modality, SlotRole
    from layers.articles.statements.claim_context import ClaimContext, PassageHits
    from layers.articles.statements.flow_ways import Way
    from layers.articles.wording.phrases import Hit

__all__ = ["flows_in", "saying"]

_RANKED = ("drug_flow", "arms_flow", "energy_flow", "migration_flow", "fighter_flow", "trade_flow")
"""Where a passage names several things that move, the first of these is what it is about."""
_SHARE_BEHIND = 2
"""A share that stands further behind a flow is not its own."""
_TRIGGER_WITHIN = 16
"""A movement so many words away from the places is not theirs."""
_FAR_OFF = 12
"""A commodity so many words away is not shown as evidence of the flow itself."""
_ROLES: tuple[SlotRole, ...] = ("origin", "transit", "destination")
_NEAR = 7
_NEGATED_WITHIN = 3
_CERTAIN = 0.85
_FIGHTERS = Label("commodity", "fighters", type="fighter_flow")


def saying(hits: PassageHits, trigger: int) -> tuple[Modality, bool]:
    """Return how a passage says something, and whether it negates the word at token ``trigger``.

    Hedges count in the whole passage, a negation only close to its word.
    """
    found = {hit.label.value for hit in hits.of("modality") if hit.label.value != "negative"}
    negative = any(
        hit.label.value == "negative" and abs(hit.first - trigger) <= _NEGATED_WITHIN for hit in hits.of("modality")
    )
    modality: Modality = "asserted"
    if "denied" in found:
        modality = "denied"
    elif "planned" in found:
        modality = "planned"
    elif "alleged" in found:
        modality = "alleged"
    return modality, negative


def flows_in(
    context: ClaimContext, number: int, value: ClaimValue | None, value_tokens: tuple[int, int] | None
) -> list[ReadClaim]:
    """Return the flows of passage ``number``; ``value`` is the share that it states, at ``value_tokens``."""
    ways = ways_in(context, number)
    claims = []
    for way in ways:
        owns = value_tokens is not None and way is _owner(ways, value_tokens)
        claim = _claim(context, number, way, value, value_tokens if owns else None)
        if claim is not None:
            claims.append(claim)
    return claims


def _owner(ways: Sequence[Way], value_tokens: tuple[int, int]) -> Way:
    """Return the way that a share belongs to: the first behind it or around it, else the last."""
    return next((way for way in ways if way.high > value_tokens[0]), ways[-1])


def _commodity(hits: PassageHits, way: Way) -> Hit[Label] | None:
    """Return the commodity that a flow is about: of those beside it the weightiest kind, else of the whole passage."""
    named = [hit for hit in hits.of("commodity") if not hit.label.generic]
    if way.is_outright:
        named = [hit for hit in named if hit.label.type in CARRIED] or named
    if not named:
        return None

    def rank(hit: Hit[Label]) -> tuple[bool, int, int, int]:
        away = max(way.low - hit.last, hit.first - way.high, 0)
        return (away > _NEAR, _RANKED.index(hit.label.type), away, hit.first)

    return min(named, key=rank)


class _Core(NamedTuple):
    """What a flow is about: the word that it moves, the commodity, and whether the passage itself names that."""

    trigger: Hit[Label]
    commodity: Hit[Label]
    strong: bool
    stated: bool


def _core(context: ClaimContext, number: int, way: Way, roles: set[SlotRole]) -> _Core | None:
    passage, hits = context.passages[number], context.hits(number)
    goods = [hit for hit in hits.of("commodity") if hit.label.generic]
    movements = (
        hits.of("movement")
        or hits.of("heading")
        or hits.of("gateway")
        or (goods if {"origin", "destination"} <= roles else [])
    )
    if not movements:
        return None
    away = {hit: max(way.low - hit.last, hit.first - way.high, 0) for hit in movements}
    trigger = min(movements, key=lambda hit: (away[hit] > _TRIGGER_WITHIN, not hit.label.strong, away[hit], hit.first))
    if away[trigger] > _TRIGGER_WITHIN:
        return None
    strong = trigger.label.strong or trigger.label.kind != "movement"
    commodity = _commodity(hits, way)
    if commodity is not None:
        return _Core(trigger, commodity, strong, stated=True)
    if trigger.label.value == "infiltrate" and context.organizations_in(passage):
        return _Core(trigger, trigger._replace(label=_FIGHTERS), strong, stated=False)
    if strong or goods:
        commodity = context.commodity_near(number) or next(iter(goods), None)
    return None if commodity is None else _Core(trigger, commodity, strong, stated=False)


def _claim(
    context: ClaimContext, number: int, way: Way, value: ClaimValue | None, value_tokens: tuple[int, int] | None
) -> ReadClaim | None:
    passage, hits = context.passages[number], context.hits(number)
    slots = _slots(context, way)
    roles = {slot.role for slot in slots}
    core = _core(context, number, way, roles) if roles and not _same_everywhere(slots) else None
    if core is None:
        return None
    if value_tokens is not None and value_tokens[0] > way.high + _SHARE_BEHIND:
        value_tokens = None
    share = value if value_tokens is not None else None
    is_sole = len(roles) == 1 and share is None
    if is_sole and not _is_outright(way, roles, hits, core.stated):
        return None
    low, high = _extent(hits, way, core, value_tokens)
    modality, negative = saying(hits, core.trigger.first)
    confidence = _CERTAIN - way.penalty - (0 if core.strong else 0.15) - (0 if core.stated else 0.2)
    confidence -= 0.15 if context.is_displaced(passage) else 0
    confidence -= (0.25 if is_sole else 0) + (0.1 if any(slot.relative for slot in slots) else 0)
    organizations = tuple(context.named(mention, "organization") for _, mention in context.organizations_in(passage))
    kind: ClaimType = core.commodity.label.type  # type: ignore[assignment]  # the lexicon's reader holds it to these types
    return ReadClaim(
        type=kind,
        slots=(*slots, *organizations),
        commodity=core.commodity.label.value,
        value=share,
        trigger=context.source(core.trigger.first, core.trigger.last),
        evidence=context.spans(low, high),
        modality=modality,
        polarity="negative" if negative else "positive",
        period=context.period(passage),
        confidence=max(0.1, round(confidence, 3)),
        language=passage.language,
        order=context.document.tokens[low].start,
    )


def _extent(hits: PassageHits, way: Way, core: _Core, value_tokens: tuple[int, int] | None) -> tuple[int, int]:
    """Return the tokens that a flow rests on: its places, its movement, its share, and its commodity where near."""
    low, high = min(way.low, core.trigger.first), max(way.high, core.trigger.last)
    goods = [hit for hit in hits.of("commodity") if hit.label.generic]
    shown = core.commodity if core.stated else next(iter(goods), None)
    if shown is not None and max(low - shown.last, shown.first - high) <= _FAR_OFF:
        low, high = min(low, shown.first), max(high, shown.last)
    if value_tokens is not None:
        low, high = min(low, value_tokens[0]), max(high, value_tokens[1])
    return low, high


def _slots(context: ClaimContext, way: Way) -> tuple[Slot, ...]:
    """Return the slots of a way, each place once in each role, in the order of role and text."""
    named = {
        role: frozenset(
            context.named(placed.mention, role).key for placed in way.roles.get(role, ()) if placed.mention is not None
        )
        for role in _ROLES
    }
    slots: list[Slot] = []
    for role in _ROLES:
        others = frozenset().union(*(keys for other, keys in named.items() if other != role))
        seen: set[str] = set()
        for placed in sorted(way.roles.get(role, ()), key=lambda each: each.first):
            if placed.mention is None and named[role] and placed.label is not None and placed.label.place_kind:
                continue  # "A and B … to these areas"
            slot = context.slot(placed, role, others)
            if slot is not None and slot.key not in seen:
                seen.add(slot.key)
                slots.append(slot)
    return tuple(slots)


def _same_everywhere(slots: Sequence[Slot]) -> bool:
    """Whether origin and destination are one and the same place: then nothing is said to move."""
    origin = {slot.key for slot in slots if slot.role == "origin"}
    destination = {slot.key for slot in slots if slot.role == "destination"}
    return bool(origin) and origin == destination


def _is_outright(way: Way, roles: set[SlotRole], hits: PassageHits, stated: bool) -> bool:
    """Whether a passage says outright that a thing is carried through a place, and names no more."""
    if roles != {"transit"} or not stated:
        return False
    if way.is_outright:
        return True
    cued = [each for each in way.roles["transit"] if each.far <= 1]
    goods = [hit for hit in hits.of("commodity") if hit.label.type in {"drug_flow", "arms_flow", "energy_flow"}]
    return bool(cued) and any(
        movement.label.strong
        and any(abs(movement.first - good.first) <= _NEAR for good in goods)
        and any(min(abs(movement.first - each.first), abs(movement.first - each.last)) <= 2 * _NEAR for each in cued)
        for movement in hits.of("movement")
    )
