"""Ways: from where, through what and to where a passage says that something moves, before it is known what."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from layers.articles.statements.slots import Placed, place_in_passage, place_left_over
from layers.articles.statements.sole_ways import places_on_the_way

if TYPE_CHECKING:
    from collections.abc import Sequence

    from layers.articles.documents.passages import Passage
    from layers.articles.statements.claim import SlotRole
    from layers.articles.statements.claim_context import ClaimContext, PassageHits

__all__ = ["Way", "ways_in"]

_RIGHT_TO_LEFT = frozenset({"fa"})
_VERB_LAST = frozenset({"fa", "kk", "uz", "tg"})
_SUBJECT_FIRST = frozenset({"kk", "uz"})
_EZAFE = frozenset({"fa", "tg"})
_SEMICOLONS = frozenset({";", "؛"})
_ANEW = 8
"""A second origin that stands so many words behind the first begins another way."""
_OF_PLACES = frozenset({"energy_flow", "trade_flow"})
_ROLES: tuple[SlotRole, ...] = ("origin", "transit", "destination")
_PARTING = frozenset({"origin", "transit", "destination", "product"})
_DASHES = frozenset({"-", "→", "->", "–", "—"})
_COMMODITY_AFTER = 3


@dataclass(slots=True)
class Way:
    """A way while its passage is read: the places by role, and the tokens that it spans.

    ``is_outright``: the passage says of its only place that it lies on the way.
    """

    roles: dict[str, list[Placed]] = field(default_factory=dict)
    low: int = 10**9
    high: int = -1
    penalty: float = 0.0
    is_outright: bool = False

    def add(self, placed: Placed, role: str) -> None:
        """Take a place into a role and reach out to it."""
        self.roles.setdefault(role, []).append(placed)
        self.low = min(self.low, placed.first if placed.cue is None else min(placed.cue, placed.first))
        self.high = max(self.high, placed.last)


def ways_in(context: ClaimContext, number: int) -> list[Way]:
    """Return the ways of passage ``number``; empty where it names no place or says nothing of moving."""
    passage, hits = context.passages[number], context.hits(number)
    if not context.has_place(passage) and not context.points_back(passage):
        return []
    movements = hits.of("movement")
    headings = hits.of("heading")
    gateways = hits.of("gateway")
    if not (movements or headings or gateways) and not any(hit.label.generic for hit in hits.of("commodity")):
        return []
    placed = _placed(context, number)
    placed = _with_products(placed, hits, passage.language)
    ways = _segments(context, passage, placed, hits)
    if not ways:
        ways = [Way()]
    chain = _chain(context, placed) if any(hit.label.value == "route" for hit in (*movements, *headings)) else None
    if chain:
        ways = [chain]
    if context.is_damaged and passage.language in _RIGHT_TO_LEFT:
        _borrow(context, number, ways[0])
    if len(ways) == 1:
        _fill_in(ways[0], placed, hits, passage.language)
        _fill_in_sole(context, number, ways[0], placed)
    return ways


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


def _borrow(context: ClaimContext, number: int, way: Way) -> None:
    """Take the origin of a way from the passage before, where a displaced full stop parted it from its verb."""
    if number == 0 or "origin" in way.roles or "destination" not in way.roles:
        return
    before = [each for each in _placed(context, number - 1) if each.role in _ROLES]
    if before and all(each.role == "origin" for each in before) and context.hits(number - 1).of("commodity"):
        for each in before:
            if each.group == before[-1].group:
                way.add(each, "origin")
        way.penalty += 0.1


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
        elif (
            each.role is None and not ends.isdisjoint((each.first, each.first - 1)) and not _is_within(hits, each.first)
        ):
            kept.append(replace(each, role="product"))
        else:
            kept.append(each)
    return kept


def _is_within(hits: PassageHits, token: int) -> bool:
    """Whether the word before a place says that something is there: "heroin in X" is not of X."""
    return any(hit.last == token for hit in hits.of("within"))


def _is_after_cue(hits: PassageHits, token: int) -> bool:
    return any(hit.label.kind == "cue" and hit.label.side == "after" for hit in hits.at.get(token, ()))


def _segments(context: ClaimContext, passage: Passage, placed: Sequence[Placed], hits: PassageHits) -> list[Way]:
    """Part a passage into ways.

    A semicolon begins another way, and so does a new origin behind a way or a destination, and a new destination of
    another commodity ("rubies from A to B and tea to C").
    """
    tokens = context.document.tokens
    commodities = sorted(hit.first for hit in hits.of("commodity"))
    ways: list[Way] = []
    way = Way()
    group = -1
    before = passage.first
    for each in placed:
        parted = any(tokens[at].text in _SEMICOLONS for at in range(before, each.first))
        other = any(before <= at < each.first for at in commodities)
        gap = each.first - way.high
        before = each.last
        if each.role not in _PARTING:
            continue
        role = "origin" if each.role == "product" else each.role
        new = each.group != group and role in way.roles
        starts_anew = (role == "origin" and each.group != group and bool(way.roles) and gap >= _ANEW) or (
            (role == "origin" and new and len(way.roles) > 1)
            or (new and role == "destination" and other)
            or (each.role == "product" and "destination" in way.roles)
        )
        if way.roles and (parted or starts_anew):
            ways.append(way)
            way = Way()
        group = each.group
        if each.role == "product":
            if "origin" in way.roles:
                continue
            way.penalty += 0.05
        way.add(each, role)
    if way.roles:
        ways.append(way)
    return ways


def _chain(context: ClaimContext, placed: Sequence[Placed]) -> Way | None:
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
    way = Way()
    for index, each in enumerate(best):
        way.add(each, "origin" if index == 0 else "destination" if index == len(best) - 1 else "transit")
    return way


def _fill_in(way: Way, placed: Sequence[Placed], hits: PassageHits, language: str) -> None:
    """Give a role to places that no cue names: who exports, whose heroin, "Tajikistan to Kazakhstan"."""
    free = [each for each in placed if each.role is None and not each.adjective]
    if "origin" not in way.roles and language == "en":
        for ahead in way.roles.get("destination", ())[:1]:
            for each in free:
                if ahead.cue == each.last:
                    way.add(each, "origin")
    for movement in hits.of("movement"):
        subject = movement.label.subject
        if not subject or any(each.mention is not None for each in way.roles.get(subject, ())):
            continue
        before = [each for each in free if each.mention is not None and each.last <= movement.first] or (
            [each for each in free if movement.last <= each.first <= movement.last + 1] if subject == "origin" else []
        )
        if before and way.roles.keys() - {subject}:
            way.roles.pop(subject, None)  # "these countries" give way to a place that is named
            is_ahead = language in _SUBJECT_FIRST or (language in _VERB_LAST and subject == "destination")
            chosen = before[0] if is_ahead else before[-1]
            for each in (each for each in free if each.group == chosen.group):
                way.add(each, subject)
            way.penalty += 0.1
            break
    _fill_in_owner(way, free, hits)
    _fill_in_border(way, placed, hits, ezafe=language in _EZAFE)


def _fill_in_sole(context: ClaimContext, number: int, way: Way, placed: Sequence[Placed]) -> None:
    """Take a place that the passage says to lie on the way, where it names no way and no end of one."""
    if "transit" in way.roles and len(way.roles) > 1:
        return
    for each in places_on_the_way(context, number, placed, is_open="destination" not in way.roles):
        if each not in way.roles.get("transit", ()):
            way.add(each, "transit")
        way.is_outright = True


def _fill_in_owner(way: Way, free: Sequence[Placed], hits: PassageHits) -> None:
    """Energy and goods come from the place that the passage speaks of, where it names no other."""
    types = {hit.label.type for hit in hits.of("commodity")}
    if types & _OF_PLACES and not types - _OF_PLACES and "origin" not in way.roles and "destination" in way.roles:
        ahead = [each for each in free if each.last <= way.low]
        if ahead and any(hit.label.strong for hit in hits.of("movement")):
            for each in (each for each in free if each.group == ahead[0].group):
                way.add(each, "origin")
            way.penalty += 0.2


def _fill_in_border(way: Way, placed: Sequence[Placed], hits: PassageHits, *, ezafe: bool) -> None:
    """Resolve "these common borders" by the passage's "A having common borders with B and C"."""
    ways = way.roles.get("transit", [])
    if not any(each.label is not None and each.label.place_kind == "border" for each in ways):
        return
    low, high = way.low, way.high
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
        way.roles["transit"] = [each for each in free if each.group == group]
        for each in way.roles["transit"]:
            way.low, way.high = min(way.low, each.first), max(way.high, each.last)
    if ahead and "origin" not in way.roles:
        way.add(ahead[-1], "origin")
    way.low, way.high = min(low, way.low), max(high, way.high)
