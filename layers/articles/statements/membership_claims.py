"""Membership claims: who a passage says belongs to an organization, or founded it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from layers.articles.statements.claim import ClaimValue, ReadClaim
from layers.articles.statements.flow_claims import saying

if TYPE_CHECKING:
    from layers.articles.mention import Mention
    from layers.articles.statements.claim_context import ClaimContext

__all__ = ["memberships_in"]

_MIN_MEMBERS = 2
_PAIR_WITHIN = {"member": 2, "founder": 4}
_VERB_FIRST = frozenset({"en", "ru"})
"""Where the verb stands last, two states before it may be anything; a pair is no list there."""
_YEAR_LETTERS = 4
_ADJECTIVES = frozenset({"adjectival", "demonym"})
_GAP = 14
"""So many letters ("جمهوری های ", ", as well as ") may stand between two members of a list."""


def memberships_in(context: ClaimContext, number: int) -> list[ReadClaim]:
    """Return the memberships of a passage: at least two states in a list, and an organization named or pointed at."""
    hits, passage = context.hits(number), context.passages[number]
    relations = hits.of("relation")
    if not relations:
        return []
    states = [
        (at, mention)
        for at in range(passage.first, passage.last)
        if (mention := context.places.get(at)) is not None
        and mention.place_kind == "country"
        and mention.role not in _ADJECTIVES
    ]
    listed = _longest_list(states)
    if len({mention.entity or mention.name for _, mention in listed}) < _MIN_MEMBERS:
        return []
    organization = _organization(context, number, listed)
    if organization is None:
        return []
    token, mention, relative = organization
    trigger = min(
        relations, key=lambda hit: (min(abs(hit.first - listed[0][0]), abs(hit.first - listed[-1][0])), hit.first)
    )
    away = max(listed[0][0] - trigger.last, trigger.first - listed[-1][0] - 1)
    near = passage.language in _VERB_FIRST and away <= _PAIR_WITHIN[trigger.label.value]
    if len(listed) == _MIN_MEMBERS and not near:  # "members … after the war of A and B"
        return []
    low = min(trigger.first, listed[0][0], token if not relative else trigger.first)
    high = max(trigger.last, listed[-1][0] + 1, token + 1 if not relative else trigger.last)
    slots = [context.named(member, "member") for member in {m.entity or m.name: m for _, m in listed}.values()]
    slots.append(context.named(mention, "organization"))
    modality, negative = saying(hits, trigger.first)
    relation = trigger.label.value
    return [
        ReadClaim(
            type="membership",
            slots=tuple(slots),
            commodity=None,
            value=_year(context, number) if relation == "founder" else None,
            trigger=context.source(trigger.first, trigger.last),
            evidence=context.spans(low, high),
            modality=modality,
            polarity="negative" if negative else "positive",
            period=context.period(passage),
            relation=relation,
            confidence=0.5 if relative else 0.7,
            language=passage.language,
            order=context.document.tokens[low].start,
        )
    ]


def _longest_list(states: list[tuple[int, Mention]]) -> list[tuple[int, Mention]]:
    best: list[tuple[int, Mention]] = []
    run: list[tuple[int, Mention]] = []
    for state in states:
        if run and state[1].reading.start - run[-1][1].reading.end > _GAP:
            run = []
        run.append(state)
        if len(run) > len(best):
            best = list(run)
    return best


def _organization(
    context: ClaimContext, number: int, listed: list[tuple[int, Mention]]
) -> tuple[int, Mention, bool] | None:
    """Return the organization of a list: the nearest that the passage names, else whom "the organization" stands for."""
    hits, passage = context.hits(number), context.passages[number]
    named = context.organizations_in(passage)
    if named:
        nearest = min(named, key=lambda each: min(abs(each[0] - at) for at, _ in listed))
        return (*nearest, False)
    pointing = [hit for hit in hits.of("relative") if hit.label.place_kind == "organization"]
    if not pointing:
        return None
    before = context.last_organization(pointing[0].first)
    return None if before is None else (pointing[0].first, before, True)


def _year(context: ClaimContext, number: int) -> ClaimValue | None:
    """Return the one four-digit number of a founding, as printed: its year."""
    years = [
        numeral
        for numeral in context.numerals_in(context.passages[number])
        if len(digits := "".join(filter(str.isdigit, numeral.as_printed))) == _YEAR_LETTERS
        and len(digits) == len(numeral.as_printed)
    ]
    if len(years) != 1:
        return None
    numeral = years[0]
    trusted = numeral.integrity in {"intact", "glued_footnote"}
    return ClaimValue(
        as_printed=numeral.as_printed,
        digits="".join(str(int(digit)) for digit in numeral.as_printed),
        unit="year",
        low=None,
        best=float(numeral.value) if trusted and numeral.value is not None else None,
        high=None,
        numerator=None,
        denominator=None,
        basis=None,
        candidates=() if trusted else tuple(map(float, numeral.candidates)),
        integrity=numeral.integrity,
    )
