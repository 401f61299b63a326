"""Shares and counts that a passage states: "more than 75 % of the drugs produced in A", "Russia pledged 1,000 troops"."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from layers.articles.statements.claim import ClaimValue, ReadClaim
from layers.articles.statements.flow_claims import saying

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from layers.articles.mention import Mention
    from layers.articles.statements.claim import Number, Slot, SlotRole
    from layers.articles.statements.claim_context import ClaimContext, PassageHits
    from layers.articles.statements.flow_lexicon import Label
    from layers.articles.wording.phrases import Hit

__all__ = ["Share", "counts_in", "share_claim", "shares_in"]

_GAP = 2
"""So many letters may stand between a number and its percent sign."""
_BASIS_WITHIN = 14
_BASIS_BEHIND = 8
_PLACES_WITHIN = 3
_OF_WITHIN = 3
_SEMICOLONS = frozenset(";؛")
_TO_WITHIN = 5
_MIN_COUNT_DIGITS = 3
_MAX_PERCENT = 100.0
_TRUSTED = frozenset({"intact", "glued_footnote"})
_NO_COUNT = frozenset({"footnote_mark"})
_YEARS = (1900, 2100)
_ROLE_OF_BASIS: Mapping[str, SlotRole] = {
    "production": "origin",
    "consumption": "destination",
    "transit": "transit",
}
_DIGIT = re.compile(r"\d")
_BASIS_WORDS = {
    "production": "produced in",
    "consumption": "consumed in",
    "seizures": "seized in",
    "transit": "carried through",
}


class Share(NamedTuple):
    """A share with the tokens ``[first:last]`` that state it."""

    value: ClaimValue
    first: int
    last: int


def shares_in(context: ClaimContext, number: int) -> list[Share]:
    """Return the shares of a passage, in order."""
    hits = context.hits(number)
    signs = hits.of("share")
    if not signs:
        return []
    tokens = context.document.tokens
    numerals = context.numerals_in(context.passages[number])
    found = []
    used: set[int] = set()
    for sign in signs:
        if sign.label.percent is not None:
            value = _described(context, number, sign.first, sign.last, None, sign.label.percent)
            found.append(Share(value, sign.first, sign.last))
            continue
        start, end = tokens[sign.first].start, tokens[sign.last - 1].end
        best: tuple[int, int, Number] | None = None
        for index, numeral in enumerate(numerals):
            gap = min(
                (gap for gap in (start - numeral.reading.end, numeral.reading.start - end) if gap >= 0), default=99
            )
            if gap <= _GAP and index not in used and (best is None or gap < best[0]):
                best = (gap, index, numeral)
        if best is None or (best[2].value is not None and best[2].value > _MAX_PERCENT):
            continue
        used.add(best[1])
        first = min(sign.first, _token_at(context, number, best[2].reading.start))
        last = max(sign.last, _token_at(context, number, best[2].reading.end - 1) + 1)
        found.append(Share(_described(context, number, first, last, best[2], None), first, last))
    return found


def _token_at(context: ClaimContext, number: int, letter: int) -> int:
    passage, tokens = context.passages[number], context.document.tokens
    at = passage.first
    while at + 1 < passage.last and tokens[at + 1].start <= letter:
        at += 1
    return at


def _described(
    context: ClaimContext, number: int, first: int, last: int, numeral: Number | None, percent: float | None
) -> ClaimValue:
    """Say what a share is a share of: the basis that stands nearest behind it, else nearest before."""
    hits = context.hits(number)
    goods = _nearest([hit for hit in hits.of("commodity") if not hit.label.generic], first, last)
    carried = goods.last if goods else -1  # "drugs smuggled through A", not "drugs are smuggled through A"
    basis = _nearest(
        [hit for hit in hits.of("basis") if hit.label.value != "transit" or hit.first == carried], first, last
    )
    commodity = goods.label.value if goods else None
    denominator = None
    if basis is None and goods is not None and 0 <= goods.first - last <= _OF_WITHIN:
        near = range(last, goods.last + 2)  # "40 % of Afghan heroin", "از هروئین افغانستان"
        owners = [context.places[at].name for at in near if at in context.places]
        denominator = f"{goods.label.value} of {owners[0]}" if owners else goods.label.value
    if basis is not None:
        where = ", ".join(_places_behind(context, number, basis))
        what = commodity or "goods"
        if basis.label.value == "funds":
            owner = [mention.name for _, mention in context.organizations_in(context.passages[number])]
            denominator = f"funds of {owner[0]}" if owner else "funds"
        elif basis.label.value in _BASIS_WORDS and where:
            denominator = f"{what} {_BASIS_WORDS[basis.label.value]} {where}"
        else:
            denominator = f"{what}, {basis.label.value}"
    tokens = context.document.tokens
    reading = context.document.text.reading[tokens[first].start : tokens[last - 1].end]
    source = context.source(first, last)
    return _value(
        as_printed=context.document.text.source[source.start : source.end] or reading,
        numeral=numeral,
        plain=percent,
        bound=_bound(hits, first, last),
        unit="percent",
        numerator=commodity,
        denominator=denominator,
        basis=basis.label.value if basis else None,
    )


def _nearest(hits: Sequence[Hit[Label]], first: int, last: int) -> Hit[Label] | None:
    behind = [hit for hit in hits if 0 <= hit.first - last <= _BASIS_WITHIN]
    if behind:
        return behind[0]
    before = [hit for hit in hits if 0 <= first - hit.last <= _BASIS_BEHIND]
    return before[-1] if before else None


def _places_behind(context: ClaimContext, number: int, basis: Hit[Label]) -> list[str]:
    """Return the names of the list of places that stands closest behind a basis ("used in A and B, as well as C")."""
    passage, hits = context.passages[number], context.hits(number)
    tokens = context.document.tokens
    names: list[str] = []
    at, far = basis.last, 0
    while at < passage.last and far <= _PLACES_WITHIN:
        mention = context.places.get(at)
        if mention is not None:
            names.append(mention.name)
            while at < passage.last and tokens[at].start < mention.reading.end:
                at += 1
            continue
        joins = [
            hit for hit in hits.at.get(at, ()) if hit.label.kind == "word" and hit.label.value in {"glue", "filler"}
        ]
        if names and not joins and tokens[at].text not in {",", "،"}:
            break
        far += not names
        at = max((hit.last for hit in joins), default=at + 1)
    return list(dict.fromkeys(names))


def _bound(hits: PassageHits, first: int, last: int) -> str:
    """Return ``low``, ``high`` or ``about`` for "more than", "up to", "about" beside a number; empty for none."""
    near = [
        hit
        for hit in hits.of("bound")
        if 0 <= first - hit.last <= 1 or (0 <= hit.first - last <= 1 and hit.label.value != "about")
    ]
    return max(near, key=lambda hit: hit.last - hit.first).label.value if near else ""


def _value(
    *,
    as_printed: str,
    numeral: Number | None,
    plain: float | None,
    bound: str,
    unit: str,
    numerator: str | None,
    denominator: str | None,
    basis: str | None,
) -> ClaimValue:
    integrity = numeral.integrity if numeral is not None else "intact"
    number = numeral.value if numeral is not None else plain
    best = float(number) if number is not None and integrity in _TRUSTED else None
    printed = numeral.as_printed if numeral is not None else as_printed
    return ClaimValue(
        as_printed=as_printed,
        digits="".join(str(int(digit)) for digit in _DIGIT.findall(printed)),
        unit=unit,
        low=best if bound == "low" else None,
        best=best if bound in {"", "about"} else None,
        high=best if bound == "high" else None,
        numerator=numerator,
        denominator=denominator,
        basis=basis,
        candidates=tuple(map(float, numeral.candidates)) if numeral is not None and best is None else (),
        integrity=integrity,
    )


def share_claim(context: ClaimContext, number: int, share: Share) -> ReadClaim | None:
    """Return a share that belongs to no flow as a claim; ``None`` where the text does not say a share of what.

    Only shares of something that moves, and of an organization's funds where the passages around speak of such things,
    are claims: a local paper's sales tax is none.
    """
    value = share.value
    if value.basis is None:
        return None
    hits, passage = context.hits(number), context.passages[number]
    goods = [hit for hit in hits.of("commodity") if not hit.label.generic]
    before = context.commodity_near(number)
    named = [hit for hit in (*goods, *([before] if before else ())) if hit.label.type != "trade_flow"]
    organizations = [mention for _, mention in context.organizations_in(passage)]
    places = [context.places[at] for at in range(passage.first, passage.last) if at in context.places]
    if not named or not (organizations or places):
        return None
    low = min(share.first, *(hit.first for hit in hits.of("basis")))
    high = max(share.last, *(hit.last for hit in hits.of("basis")))
    owner: SlotRole = "destination" if value.basis == "funds" else "organization"
    slots: list[Slot] = [context.named(mention, owner) for mention in organizations]
    role = _ROLE_OF_BASIS.get(value.basis)
    if role is not None:
        slots += [context.named(mention, role) for mention in _distinct(places)]
    modality, negative = saying(hits, share.first)
    return ReadClaim(
        type="share",
        slots=tuple(slots),
        commodity=(goods[0] if goods else named[0]).label.value,
        value=value,
        trigger=context.source(share.first, share.last),
        evidence=context.spans(low, high),
        modality=modality,
        polarity="negative" if negative else "positive",
        period=context.period(passage),
        confidence=0.6 if value.is_trusted else 0.4,
        language=passage.language,
        order=context.document.tokens[low].start,
    )


def _distinct(mentions: Sequence[Mention]) -> list[Mention]:
    return list({mention.entity or mention.name: mention for mention in mentions}.values())


def counts_in(context: ClaimContext, number: int) -> list[ReadClaim]:
    """Return the counts of forces that a passage states as given by someone: "Russia pledged 1,000 troops"."""
    hits, passage = context.hits(number), context.passages[number]
    nouns, giving = hits.of("counted"), hits.of("giving")
    if not any(noun.label.value == "troops" for noun in nouns) or not giving:
        return []
    organizations = context.organizations_in(passage)
    claims = []
    edge = passage.first
    tokens = context.document.tokens
    places = sorted(at for at in context.places if passage.first <= at < passage.last)
    for numeral in context.numerals_in(passage):
        digits = len(_DIGIT.findall(numeral.as_printed))
        first = _token_at(context, number, numeral.reading.start)
        last = _token_at(context, number, numeral.reading.end - 1) + 1
        if numeral.integrity in _NO_COUNT or (digits < _MIN_COUNT_DIGITS and not _is_counted(nouns, last)):
            continue
        if not _is_counted(nouns, last) and _is_year(numeral):
            continue
        edge = max([edge, *(at + 1 for at in range(edge, first) if tokens[at].text in _SEMICOLONS)])
        givers = [at for at in places if edge <= at < first]
        edge = last
        receivers = [] if givers else [at for at in places if last <= at][:1]
        if not givers and not receivers:
            continue
        if givers:
            receivers = [at for at in places if last <= at <= last + _TO_WITHIN and _is_sent_to(hits, at)]
        slots = [context.named(context.places[at], "origin") for at in givers]
        slots += [context.named(context.places[at], "destination") for at in receivers]
        force = organizations[-1][1] if organizations else context.last_organization(first)
        if force is not None and not (givers and receivers):
            slots.append(context.named(force, "destination" if givers else "origin"))
        low, high = min([first, *givers]), max([last, *receivers, *(n.last for n in nouns if n.first <= last + 1)])
        high = max(high, *(at + 1 for at in receivers)) if receivers else high
        modality, negative = saying(hits, first)
        source = context.source(first, last)
        claims.append(
            ReadClaim(
                type="quantity",
                slots=tuple(slots),
                commodity="troops",
                value=_value(
                    as_printed=context.document.text.source[source.start : source.end],
                    numeral=numeral,
                    plain=None,
                    bound=_bound(hits, first, last),
                    unit="persons",
                    numerator="troops",
                    denominator=None,
                    basis=None,
                ),
                trigger=source,
                evidence=context.spans(low, max(high, low + 1)),
                modality=modality,
                polarity="negative" if negative else "positive",
                period=None,
                confidence=0.6,
                language=passage.language,
                order=context.document.tokens[low].start,
            )
        )
    return claims


def _is_sent_to(hits: PassageHits, token: int) -> bool:
    """Whether "to" or the like stands right before a place."""
    return any(
        hit.last == token and hit.label.kind == "cue" and hit.label.value == "destination"
        for at in (token - 2, token - 1)
        for hit in hits.at.get(at, ())
    )


def _is_year(numeral: Number) -> bool:
    return numeral.value is not None and numeral.as_printed.isdigit() and _YEARS[0] <= numeral.value <= _YEARS[1]


def _is_counted(nouns: Sequence[Hit[Label]], last: int) -> bool:
    return any(0 <= noun.first - last <= 1 for noun in nouns)
