"""Claims: flows, shares, counts of forces and memberships that a text states."""

from __future__ import annotations

from typing import TYPE_CHECKING

from layers.articles.statements.claim import ReadClaim
from layers.articles.statements.claim_context import ClaimContext
from layers.articles.statements.claim_values import counts_in, share_claim, shares_in
from layers.articles.statements.flow_claims import flows_in
from layers.articles.statements.membership_claims import memberships_in

if TYPE_CHECKING:
    from collections.abc import Sequence

    from layers.articles.mention import Mention
    from layers.articles.statements.claim import DatedSpan, Number
    from layers.articles.statements.flow_lexicon import FlowLexicon
    from layers.articles.wording.document import Document

__all__ = ["ReadClaim", "find_claims"]


def find_claims(
    document: Document,
    mentions: Sequence[Mention],
    numerals: Sequence[Number],
    lexicon: FlowLexicon,
    *,
    dates: Sequence[DatedSpan] = (),
) -> tuple[ReadClaim, ...]:
    """Return what a document claims, in the order of its reading; empty where it claims nothing.

    ``mentions`` are the resolved places and the organizations of the document, ``numerals`` its numbers, ``dates`` its
    dates (a claim's period is the one date of its passage).
    """
    if not mentions:
        return ()
    context = ClaimContext.of(document, mentions, numerals, dates, lexicon)
    claims: list[ReadClaim] = []
    for number, passage in enumerate(context.passages):
        if not (context.has_mention(passage) or context.points_back(passage)) or not context.has_trigger(passage):
            continue
        claims += _claims_in(context, number)
    return tuple(sorted(_distinct(claims), key=lambda claim: (claim.order, claim.type, claim.trigger)))


def _claims_in(context: ClaimContext, number: int) -> list[ReadClaim]:
    shares = shares_in(context, number)
    taken = next(
        (share for share in shares if share.value.basis not in {"funds", "seizures"} and share.value.denominator), None
    )
    flows = flows_in(context, number, taken.value if taken else None, (taken.first, taken.last) if taken else None)
    claims = list(flows)
    used = {claim.value for claim in flows if claim.value is not None}
    claims += [
        claim
        for share in shares
        if share.value not in used and (claim := share_claim(context, number, share)) is not None
    ]
    claims += counts_in(context, number)
    claims += memberships_in(context, number)
    return claims


def _distinct(claims: Sequence[ReadClaim]) -> list[ReadClaim]:
    """Keep the surer of two claims that say the same at the same place."""
    best: dict[tuple[object, ...], ReadClaim] = {}
    for claim in claims:
        key = (claim.type, claim.trigger, claim.origin, claim.transit, claim.destination, claim.value)
        if key not in best or claim.confidence > best[key].confidence:
            best[key] = claim
    return list(best.values())
