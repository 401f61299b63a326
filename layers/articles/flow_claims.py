"""Flow claims: what a passage says to move, from where, through what, to where.

A flow needs a word that it moves, a commodity (in the passage, or named just before), and two of origin, transit and
destination; one of them does where the passage states a share, or says outright that it is carried through a place.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

from layers.articles.claim import ReadClaim, Slot
from layers.articles.flow_lexicon import Label
from layers.articles.slots import Placed, place_in_passage, place_left_over

if TYPE_CHECKING:
    from collections.abc import Sequence

    from layers.articles.claim import ClaimType, ClaimValue, Modality, SlotRole
    from layers.articles.claim_context import ClaimContext, PassageHits
    from layers.articles.passages import Passage
    from layers.articles.phrases import Hit

__all__ = ["flows_in", "saying"]

_RANKED = ("drug_flow", "arms_flow", "energy_flow", "migration_flow", "fighter_flow", "trade_flow")
"""Where a passage names several things that move, the first of these is what it is about."""
_RIGHT_TO_LEFT = frozenset({"fa"})
_VERB_LAST = frozenset({"fa", "kk", "uz", "tg"})
_EZAFE = frozenset({"fa", "tg"})
_SEMICOLONS = frozenset({";", "؛"})
_ANEW = 8
"""A second origin that stands so many words behind the first begins another flow."""
_SHARE_BEHIND = 2
"""A share that stands further behind a flow is not its own."""
_TRIGGER_WITHIN = 16
"""A movement so many words away from the places is not theirs."""
_FAR_OFF = 12
"""A commodity so many words away is not shown as evidence of the flow itself."""
_OF_PLACES = frozenset({"energy_flow", "trade_flow"})
_ROLES: tuple[SlotRole, ...] = ("origin", "transit", "destination")
_PARTING = frozenset({"origin", "transit", "destination", "product"})
_NEAR = 7
_NEGATED_WITHIN = 3
_DASHES = frozenset({"-", "→", "->", "–", "—"})
_COMMODITY_AFTER = 3
_CERTAIN = 0.85
_FIGHTERS = Label("commodity", "fighters", type="fighter_flow")


@dataclass(slots=True)
class _Flow:
    """A flow while its passage is read: the places by role, and the tokens that it spans."""

    roles: dict[str, list[Placed]] = field(default_factory=dict)
    low: int = 10**9
    high: int = -1
    penalty: float = 0.0

    def add(self, placed: Placed, role: str) -> None:
        self.roles.setdefault(role, []).append(placed)
        self.low = min(self.low, placed.first if placed.cue is None else min(placed.cue, placed.first))
        self.high = max(self.high, placed.last)


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
    passage, hits = context.passages[number], context.hits(number)
    if not context.has_place(passage):
        return []
    movements = hits.of("movement")
    headings = hits.of("heading")
    if not movements and not headings and not any(hit.label.generic for hit in hits.of("commodity")):
        return []
    placed = _placed(context, number)
    placed = _with_products(placed, hits, passage.language)
    flows = _segments(context, passage, placed, hits)
    if not flows:
        flows = [_Flow()]
    chain = _chain(context, placed) if any(hit.label.value == "route" for hit in (*movements, *headings)) else None
    if chain:
        flows = [chain]
    if context.is_damaged and passage.language in _RIGHT_TO_LEFT:
        _borrow(context, number, flows[0])
    claims = []
    for flow in flows:
        if len(flows) == 1:
            _fill_in(flow, placed, hits, passage.language)
        owns = value_tokens is not None and flow is _owner(flows, value_tokens)
        claim = _claim(context, number, flow, value, value_tokens if owns else None)
        if claim is not None:
            claims.append(claim)
    return claims


def _placed(context: ClaimContext, number: int) -> list[Placed]:
    """Return the places of a passage with their roles."""
    passage, hits = context.passages[number], context.hits(number)
    movements: dict[str, list[int]] = {}
    for hit in hits.of("movement"):
        movements.setdefault(hit.label.value, []).append(hit.first)
    tokens = context.document.tokens
    placed = place_in_passage(tokens, passage, context.places, hits.at, context.lexicon, movements)
    if passage.language in _RIGHT_TO_LEFT and context.is_damaged:
        placed = place_left_over(tokens, passage, hits.at, placed, context.document.text.reading)
    return placed


def _borrow(context: ClaimContext, number: int, flow: _Flow) -> None:
    """Take the origin of a flow from the passage before, where a displaced full stop parted it from its verb."""
    if number == 0 or "origin" in flow.roles or "destination" not in flow.roles:
        return
    before = [each for each in _placed(context, number - 1) if each.role in _ROLES]
    if before and all(each.role == "origin" for each in before) and context.hits(number - 1).of("commodity"):
        for each in before:
            if each.group == before[-1].group:
                flow.add(each, "origin")
        flow.penalty += 0.1


def _owner(flows: Sequence[_Flow], value_tokens: tuple[int, int]) -> _Flow:
    """Return the flow that a share belongs to: the first behind it or around it, else the last."""
    return next((flow for flow in flows if flow.high > value_tokens[0]), flows[-1])


def _with_products(placed: Sequence[Placed], hits: PassageHits, language: str) -> list[Placed]:
    """Take "Afghan heroin" (in Persian and Tajik "heroin-e X") to come from there; drop other bare adjectives."""
    begins = {hit.first for hit in hits.of("commodity")}
    ends = {hit.last for hit in hits.of("commodity")} if language in _EZAFE else set()
    kept = []
    for each in placed:
        if each.adjective:
            if each.role == "destination" and _is_after_cue(hits, each.last):
                kept.append(each)
            elif not begins.isdisjoint(range(each.last, each.last + _COMMODITY_AFTER)):
                kept.append(replace(each, role="product", cue=None))
        elif each.role is None and not ends.isdisjoint((each.first, each.first - 1)):
            kept.append(replace(each, role="product"))
        else:
            kept.append(each)
    return kept


def _is_after_cue(hits: PassageHits, token: int) -> bool:
    return any(hit.label.kind == "cue" and hit.label.side == "after" for hit in hits.at.get(token, ()))


def _segments(context: ClaimContext, passage: Passage, placed: Sequence[Placed], hits: PassageHits) -> list[_Flow]:
    """Part a passage into flows.

    A semicolon begins another flow, and so does a new origin behind a way or a destination, and a new destination of
    another commodity ("rubies from A to B and tea to C").
    """
    tokens = context.document.tokens
    commodities = sorted(hit.first for hit in hits.of("commodity"))
    flows: list[_Flow] = []
    flow = _Flow()
    group = -1
    before = passage.first
    for each in placed:
        parted = any(tokens[at].text in _SEMICOLONS for at in range(before, each.first))
        other = any(before <= at < each.first for at in commodities)
        gap = each.first - before
        before = each.last
        if each.role not in _PARTING:
            continue
        role = "origin" if each.role == "product" else each.role
        new = each.group != group and role in flow.roles
        starts_anew = (role == "origin" and each.group != group and bool(flow.roles) and gap >= _ANEW) or (
            (role == "origin" and new and len(flow.roles) > 1)
            or (new and role == "destination" and other)
            or (each.role == "product" and "destination" in flow.roles)
        )
        if flow.roles and (parted or starts_anew):
            flows.append(flow)
            flow = _Flow()
        group = each.group
        if each.role == "product":
            if "origin" in flow.roles:
                continue
            flow.penalty += 0.05
        flow.add(each, role)
    if flow.roles:
        flows.append(flow)
    return flows


def _chain(context: ClaimContext, placed: Sequence[Placed]) -> _Flow | None:
    """Read "Kostanay - Chelyabinsk", "A → B → C" as a way from the first to the last."""
    tokens, reading = context.document.tokens, context.document.text.reading
    links: list[Placed] = []
    best: list[Placed] = []
    for each in placed:
        if links:
            gap = reading[tokens[links[-1].last - 1].end : tokens[each.first].start].strip()
            if gap not in _DASHES:
                links = []
        links.append(each)
        if len(links) > len(best):
            best = list(links)
    if len(best) <= 1:
        return None
    flow = _Flow()
    for index, each in enumerate(best):
        flow.add(each, "origin" if index == 0 else "destination" if index == len(best) - 1 else "transit")
    return flow


def _fill_in(flow: _Flow, placed: Sequence[Placed], hits: PassageHits, language: str) -> None:
    """Give a role to places that no cue names: who exports, whose heroin, "Tajikistan to Kazakhstan"."""
    free = [each for each in placed if each.role is None and not each.adjective]
    if "origin" not in flow.roles and language == "en":
        for ahead in flow.roles.get("destination", ())[:1]:
            for each in free:
                if ahead.cue == each.last:
                    flow.add(each, "origin")
    for movement in hits.of("movement"):
        subject = movement.label.subject
        if not subject or any(each.mention is not None for each in flow.roles.get(subject, ())):
            continue
        before = [each for each in free if each.last <= movement.first] or (
            [each for each in free if movement.last <= each.first <= movement.last + 1] if subject == "origin" else []
        )
        if before and flow.roles.keys() - {subject}:
            flow.roles.pop(subject, None)  # "these countries" give way to a place that is named
            chosen = before[0] if language in _VERB_LAST and subject == "destination" else before[-1]
            for each in (each for each in free if each.group == chosen.group):
                flow.add(each, subject)
            flow.penalty += 0.1
            break
    _fill_in_owner(flow, free, hits)
    _fill_in_border(flow, placed, hits, ezafe=language in _EZAFE)


def _fill_in_owner(flow: _Flow, free: Sequence[Placed], hits: PassageHits) -> None:
    """Energy and goods come from the place that the passage speaks of, where it names no other."""
    types = {hit.label.type for hit in hits.of("commodity")}
    if types & _OF_PLACES and not types - _OF_PLACES and "origin" not in flow.roles and "destination" in flow.roles:
        ahead = [each for each in free if each.last <= flow.low]
        if ahead and any(hit.label.strong for hit in hits.of("movement")):
            for each in (each for each in free if each.group == ahead[0].group):
                flow.add(each, "origin")
            flow.penalty += 0.2


def _fill_in_border(flow: _Flow, placed: Sequence[Placed], hits: PassageHits, *, ezafe: bool) -> None:
    """Resolve "these common borders" by the passage's "A having common borders with B and C"."""
    ways = flow.roles.get("transit", [])
    if not any(each.label is not None and each.label.place_kind == "border" for each in ways):
        return
    low, high = flow.low, flow.high
    sides = hits.of("border")
    if not sides:
        return
    free = [each for each in placed if each.role in {None, "border"}]
    side = sides[0]
    behind = [each for each in free if each.first >= side.last]
    ahead = [each for each in free if each.last <= side.first]
    if behind:
        group = behind[0].group
        if (ezafe or not ahead) and len(behind) > 1 and behind[1].group != group:  # "مرزهای مشترک A با B"
            ahead, group = [behind[0]], behind[1].group
        flow.roles["transit"] = [each for each in free if each.group == group]
        for each in flow.roles["transit"]:
            flow.low, flow.high = min(flow.low, each.first), max(flow.high, each.last)
    if ahead and "origin" not in flow.roles:
        flow.add(ahead[-1], "origin")
    flow.low, flow.high = min(low, flow.low), max(high, flow.high)


def _commodity(hits: PassageHits, flow: _Flow) -> Hit[Label] | None:
    """Return the commodity that a flow is about: of those beside it the weightiest kind, else of the whole passage."""
    named = [hit for hit in hits.of("commodity") if not hit.label.generic]
    if not named:
        return None

    def rank(hit: Hit[Label]) -> tuple[bool, int, int, int]:
        away = max(flow.low - hit.last, hit.first - flow.high, 0)
        return (away > _NEAR, _RANKED.index(hit.label.type), away, hit.first)

    return min(named, key=rank)


class _Core(NamedTuple):
    """What a flow is about: the word that it moves, the commodity, and whether the passage itself names that."""

    trigger: Hit[Label]
    commodity: Hit[Label]
    strong: bool
    stated: bool


def _core(context: ClaimContext, number: int, flow: _Flow, roles: set[SlotRole]) -> _Core | None:
    passage, hits = context.passages[number], context.hits(number)
    goods = [hit for hit in hits.of("commodity") if hit.label.generic]
    movements = hits.of("movement") or hits.of("heading") or (goods if {"origin", "destination"} <= roles else [])
    if not movements:
        return None
    away = {hit: max(flow.low - hit.last, hit.first - flow.high, 0) for hit in movements}
    trigger = min(movements, key=lambda hit: (away[hit] > _TRIGGER_WITHIN, not hit.label.strong, away[hit], hit.first))
    if away[trigger] > _TRIGGER_WITHIN:
        return None
    strong = trigger.label.strong or trigger.label.kind != "movement"
    commodity = _commodity(hits, flow)
    if commodity is not None:
        return _Core(trigger, commodity, strong, stated=True)
    if trigger.label.value == "infiltrate" and context.organizations_in(passage):
        return _Core(trigger, trigger._replace(label=_FIGHTERS), strong, stated=False)
    if strong or goods:
        commodity = context.commodity_near(number) or next(iter(goods), None)
    return None if commodity is None else _Core(trigger, commodity, strong, stated=False)


def _claim(
    context: ClaimContext, number: int, flow: _Flow, value: ClaimValue | None, value_tokens: tuple[int, int] | None
) -> ReadClaim | None:
    passage, hits = context.passages[number], context.hits(number)
    slots = _slots(context, flow)
    roles = {slot.role for slot in slots}
    core = _core(context, number, flow, roles) if roles and not _same_everywhere(slots) else None
    if core is None:
        return None
    if value_tokens is not None and value_tokens[0] > flow.high + _SHARE_BEHIND:
        value_tokens = None
    share = value if value_tokens is not None else None
    is_sole = len(roles) == 1 and share is None
    if is_sole and not _is_outright(flow, roles, hits, core.stated):
        return None
    low, high = _extent(hits, flow, core, value_tokens)
    modality, negative = saying(hits, core.trigger.first)
    confidence = _CERTAIN - flow.penalty - (0 if core.strong else 0.15) - (0 if core.stated else 0.2)
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


def _extent(hits: PassageHits, flow: _Flow, core: _Core, value_tokens: tuple[int, int] | None) -> tuple[int, int]:
    """Return the tokens that a flow rests on: its places, its movement, its share, and its commodity where near."""
    low, high = min(flow.low, core.trigger.first), max(flow.high, core.trigger.last)
    goods = [hit for hit in hits.of("commodity") if hit.label.generic]
    shown = core.commodity if core.stated else next(iter(goods), None)
    if shown is not None and max(low - shown.last, shown.first - high) <= _FAR_OFF:
        low, high = min(low, shown.first), max(high, shown.last)
    if value_tokens is not None:
        low, high = min(low, value_tokens[0]), max(high, value_tokens[1])
    return low, high


def _slots(context: ClaimContext, flow: _Flow) -> tuple[Slot, ...]:
    """Return the slots of a flow, each place once in each role, in the order of role and text."""
    named = {
        role: frozenset(
            context.named(placed.mention, role).key for placed in flow.roles.get(role, ()) if placed.mention is not None
        )
        for role in _ROLES
    }
    slots: list[Slot] = []
    for role in _ROLES:
        others = frozenset().union(*(keys for other, keys in named.items() if other != role))
        seen: set[str] = set()
        for placed in sorted(flow.roles.get(role, ()), key=lambda each: each.first):
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


def _is_outright(flow: _Flow, roles: set[SlotRole], hits: PassageHits, stated: bool) -> bool:
    """Whether a passage says outright that a thing is carried through a place, and names no more."""
    if roles != {"transit"} or not stated:
        return False
    cued = [each for each in flow.roles["transit"] if each.far <= 1]
    goods = [hit for hit in hits.of("commodity") if hit.label.type in {"drug_flow", "arms_flow", "energy_flow"}]
    return bool(cued) and any(
        movement.label.strong
        and any(abs(movement.first - good.first) <= _NEAR for good in goods)
        and any(min(abs(movement.first - each.first), abs(movement.first - each.last)) <= 2 * _NEAR for each in cued)
        for movement in hits.of("movement")
    )
