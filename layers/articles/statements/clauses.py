"""Clauses: where a sentence that moves one thing goes on with another subject that moves another thing.

"Kazakhstan sells oil to China, while Turkmenistan pipes gas to Iran" states two flows. Read as one passage their places
would fall into one another's roles.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from layers.articles.documents.passages import Passage
    from layers.articles.mention import Mention
    from layers.articles.statements.flow_lexicon import Label
    from layers.articles.wording.document import Token
    from layers.articles.wording.phrases import Hit

__all__ = ["clauses_of"]

_JOINTS: Mapping[str, frozenset[str]] = {
    "en": frozenset({"while", "whereas", "and", "but"}),
    "fa": frozenset({"و", "اما", "ولی"}),
    "ru": frozenset({"а", "и", "но"}),
    "kk": frozenset({"ал", "және"}),
    "uz": frozenset({"va", "ва", "lekin"}),
    "tg": frozenset({"ва", "аммо"}),
}
_LISTING = frozenset({"and", "و", "и", "және", "va", "ва"})
"""Joints that also join the members of a list."""
_SUBJECT_WITHIN = 2
"""Another subject stands so many words behind its joint at most."""
_ADJECTIVES = frozenset({"adjectival", "demonym"})


def clauses_of(
    tokens: Sequence[Token],
    passage: Passage,
    places: Mapping[int, Mention],
    hits: Sequence[Hit[Label]],
) -> list[Passage]:
    """Return the parts of a passage, in order; mostly it is its only one.

    A joint parts two clauses where each has a thing and a word that it moves, and the second begins with its own subject.
    ``hits`` are the phrases of the flow lexicon in the passage, ``places`` the places of the document by first token.
    """
    joints = _JOINTS.get(passage.language, frozenset())
    moves = sorted(hit.first for hit in hits if hit.label.kind == "movement")
    goods = sorted(hit.first for hit in hits if hit.label.kind == "commodity" and not hit.label.generic)
    if len(moves) <= 1 or len(goods) <= 1:
        return [passage]
    named = [at for at in range(passage.first, passage.last) if at in places and places[at].role not in _ADJECTIVES]
    ends = {places[at].reading.end for at in named}
    parts: list[Passage] = []
    first = passage.first
    for at in range(passage.first + 1, passage.last - 1):
        if tokens[at].folded not in joints or (tokens[at].folded in _LISTING and tokens[at - 1].end in ends):
            continue
        subject = next((place for place in named if at < place <= at + _SUBJECT_WITHIN), None)
        following = next((move for move in moves if subject is not None and move > subject), None)
        if subject is None or following is None:
            continue
        if any(tokens[between].folded in joints for between in range(subject, following)):
            continue  # "… and Iran and Russia are supplied": still a list
        is_whole = any(first <= place < at for place in named) and any(place > subject for place in named)
        is_moved = any(first <= move < at for move in moves) and any(first <= good < at for good in goods)
        if is_whole and is_moved and any(good > subject for good in goods):
            parts.append(_part(tokens, passage, first, at))
            first = at
    return [*parts, _part(tokens, passage, first, passage.last)] if parts else [passage]


def _part(tokens: Sequence[Token], passage: Passage, first: int, last: int) -> Passage:
    return passage._replace(start=tokens[first].start, end=tokens[last - 1].end, first=first, last=last)
