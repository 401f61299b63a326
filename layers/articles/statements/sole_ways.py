"""Ways of one place: what a passage says to lie on the way of something, without an end of the way.

"Tajikistan is a transit country for Afghan opiates", "this border is a gateway for narcotics", "drug trafficking in
Central Asia has grown". Who was caught or tried for trafficking somewhere states no flow.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from layers.articles.documents.passages import Passage
    from layers.articles.statements.claim_context import ClaimContext, PassageHits
    from layers.articles.statements.flow_lexicon import Label
    from layers.articles.statements.slots import Placed
    from layers.articles.wording.phrases import Hit

__all__ = ["CARRIED", "places_on_the_way"]

_BESIDE = 2
"""A thing and its movement, so many words apart, are one term: "smuggling of weapons"."""
_GATEWAY_NEAR = 8
"""The thing stands so many words from the word for a gateway at most, and so does the place."""
_AREAS = frozenset({"country", "region", "admin1"})
CARRIED = frozenset({"drug_flow", "arms_flow"})
"""Flows that are claimed of one place alone."""
_TO_BE = {"kk": ("да", "де", "та", "те", "дағы", "дегі"), "uz": ("da", "да", "dagi", "даги")}
"""Endings of a place where something is."""


def places_on_the_way(context: ClaimContext, number: int, placed: Sequence[Placed], *, is_open: bool) -> list[Placed]:
    """Return the places of passage ``number`` through which it says outright that drugs or arms are carried.

    ``is_open``: it names no destination.
    """
    hits, passage = context.hits(number), context.passages[number]
    goods = [hit for hit in hits.of("commodity") if hit.label.type in CARRIED and not hit.label.generic]
    if not goods:
        return []
    gateways = _called_gateway(hits, placed, goods)
    return gateways or (_where_carried(context, passage, hits, placed, goods) if is_open else [])


def _called_gateway(hits: PassageHits, placed: Sequence[Placed], goods: Sequence[Hit[Label]]) -> list[Placed]:
    """Return who is called a gateway: the last place named before the word."""
    for gateway in hits.of("gateway"):
        if all(abs(good.first - gateway.last) > _GATEWAY_NEAR for good in goods):
            continue
        before = [each for each in placed if each.role is None and not each.adjective and each.last <= gateway.first]
        if before and gateway.first - before[-1].last <= _GATEWAY_NEAR:
            return [each for each in before if each.group == before[-1].group]
    return []


def _where_carried(
    context: ClaimContext, passage: Passage, hits: PassageHits, placed: Sequence[Placed], goods: Sequence[Hit[Label]]
) -> list[Placed]:
    """Return where a passage says that trafficking goes on, if it names no other place."""
    carried = any(
        movement.label.value == "carry" and max(movement.first - good.last, good.first - movement.last) <= _BESIDE
        for movement in hits.of("movement")
        for good in goods
    )
    if not carried or hits.of("charge") or not placed or len({each.group for each in placed}) > 1:
        return []
    if any(each.role not in {None, "transit"} or each.adjective or not _is_area(each) for each in placed):
        return []
    return list(placed) if _is_where(context, passage, hits, placed) else []


def _is_area(placed: Placed) -> bool:
    if placed.mention is None:
        return placed.label is not None and placed.label.place_kind in {"region", "country"}
    return placed.mention.place_kind in _AREAS


def _is_where(context: ClaimContext, passage: Passage, hits: PassageHits, placed: Sequence[Placed]) -> bool:
    """Whether the words around a list of places say that what is carried beside it is carried there."""
    endings = _TO_BE.get(passage.language)
    if endings:
        return context.document.tokens[placed[-1].last - 1].folded.endswith(endings)
    first = placed[0].first
    last = placed[-1].last
    cues = [hit for hit in hits.of("within") if hit.last in {first, first - 1}]
    terms = [hit for kind in ("movement", "commodity") for hit in hits.of(kind)]
    return any(
        0 <= cue.first - term.last <= _BESIDE or 0 <= term.first - last <= _BESIDE for cue in cues for term in terms
    )
